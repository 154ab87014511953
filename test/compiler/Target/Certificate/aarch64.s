# RUN: split-file %s %t
# RUN: llvm-mc -triple=aarch64-linux-gnu -filetype=obj %t/good.s -o %t.o
# RUN: bitnet-opt certify %t.o | FileCheck %s
# CHECK: bitlinear_good: 6 instructions: 1 add/sub, 1 look-up, 1 move, 1 f32 rescale, 1 address multiply, 1 control
# RUN: llvm-mc -triple=aarch64-linux-gnu -filetype=obj -mattr=+dotprod %t/sdot.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=SDOT
# SDOT: kernel bitlinear_sdot has 'sdot v0.4s, v1.16b, v2.16b' at +0x0, which is no add, subtract
# RUN: llvm-mc -triple=aarch64-linux-gnu -filetype=obj %t/mla.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=MLA
# MLA: 'mla v0.16b, v1.16b, v2.16b'
# RUN: llvm-mc -triple=aarch64-linux-gnu -filetype=obj %t/mul.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=MUL
# MUL: 'mul v0.8h, v1.8h, v2.8h' at +0x0, an integer multiply or division of less than 64 bits

#--- good.s
  .type bitlinear_good,@function
bitlinear_good:
  madd x0, x1, x2, x0
  ldr q0, [x0]
  tbl v1.16b, { v2.16b }, v0.16b
  add v3.8h, v3.8h, v1.8h
  fmul v0.4s, v0.4s, v1.4s
  ret
  .size bitlinear_good, .-bitlinear_good
#--- sdot.s
  .type bitlinear_sdot,@function
bitlinear_sdot:
  sdot v0.4s, v1.16b, v2.16b
  ret
  .size bitlinear_sdot, .-bitlinear_sdot
#--- mla.s
  .type bitlinear_mla,@function
bitlinear_mla:
  mla v0.16b, v1.16b, v2.16b
  ret
  .size bitlinear_mla, .-bitlinear_mla
#--- mul.s
  .type bitlinear_mul,@function
bitlinear_mul:
  mul v0.8h, v1.8h, v2.8h
  ret
  .size bitlinear_mul, .-bitlinear_mul
