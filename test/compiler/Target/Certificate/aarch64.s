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

# RUN: llvm-mc -triple=aarch64-linux-gnu -filetype=obj %t/loop.s -o %t.o
# RUN: bitnet-opt certify %t.o | FileCheck %s --check-prefix=LOOP
# LOOP: bitlinear_loop: {{.*}} 2 address multiply

# RUN: llvm-mc -triple=aarch64-linux-gnu -filetype=obj %t/flag.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=FLAG
# FLAG: 'madd x0, x1, x2, x0' at +0x8, an integer multiply or division in an innermost loop

# RUN: llvm-mc -triple=aarch64-linux-gnu -filetype=obj %t/addend.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=ADDEND
# ADDEND: 'mul x0, x1, x2' at +0x0, an integer multiply or division in an innermost loop

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

# Factors that are constants, in a loop; one of them is made again in it.
#--- loop.s
  .type bitlinear_loop,@function
bitlinear_loop:
  mov w2, #1600
  mov x3, #40000
  movk x3, #1, lsl #16
1:
  madd x0, x1, x2, x0
  mul x4, x3, x1
  cbz x4, 2f
  str x2, [sp]
  mov w2, #1600
2:
  subs x5, x5, #1
  b.ne 1b
  ret
  .size bitlinear_loop, .-bitlinear_loop

# 0 or 1, as data say.
#--- flag.s
  .type bitlinear_flag,@function
bitlinear_flag:
  cmp x6, #0
  cset w2, eq
1:
  madd x0, x1, x2, x0
  subs x5, x5, #1
  b.ne 1b
  ret
  .size bitlinear_flag, .-bitlinear_flag

# The addend is no factor: mul is madd with an addend of zero.
#--- addend.s
  .type bitlinear_addend,@function
bitlinear_addend:
  mul x0, x1, x2
  subs x5, x5, #1
  b.ne bitlinear_addend
  ret
  .size bitlinear_addend, .-bitlinear_addend
