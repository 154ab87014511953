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

# RUN: llvm-mc -triple=aarch64-linux-gnu -filetype=obj %t/places.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=PLACES
# PLACES: 'madd x0, x1, x2, x0' at +0x{{[0-9a-fA-F]+}}, an integer multiply or division in an innermost loop
# RUN: llvm-mc -triple=aarch64-linux-gnu -filetype=obj %t/pages.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=PAGES
# PAGES: 'madd x0, x1, x2, x0' at +0x{{[0-9a-fA-F]+}}, an integer multiply or division in an innermost loop
# RUN: llvm-mc -triple=aarch64-linux-gnu -filetype=obj %t/global.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=GLOBAL
# GLOBAL: 'madd x0, x1, x2, x0' at +0x{{[0-9a-fA-F]+}}, an integer multiply or division in an innermost loop
# RUN: llvm-mc -triple=aarch64-linux-gnu -filetype=obj %t/trit.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=TRIT
# TRIT: 'mul x0, x1, x2' at +0x{{[0-9a-fA-F]+}}, an integer multiply or division in an innermost loop
# RUN: llvm-mc -triple=aarch64-linux-gnu -filetype=obj %t/symbol.s -o %t.o
# RUN: bitnet-opt certify %t.o | FileCheck %s --check-prefix=SYMBOL
# SYMBOL: bitlinear_symbol: {{.*}} 1 address multiply

# RUN: llvm-mc -triple=aarch64-linux-gnu -filetype=obj %t/returned.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=RETURNED
# RETURNED: 'madd x0, x1, x2, x0' at +0x{{[0-9a-fA-F]+}}, an integer multiply or division in an innermost loop

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

# The same distance from two places.
#--- places.s
  .type bitlinear_places,@function
bitlinear_places:
1:
  cbz x6, 2f
  adr x2, #8
  b 3f
2:
  adr x2, #8
3:
  madd x0, x1, x2, x0
  subs x5, x5, #1
  b.ne 1b
  ret
  .size bitlinear_places, .-bitlinear_places

# The same for pages.
#--- pages.s
  .type bitlinear_pages,@function
bitlinear_pages:
1:
  cbz x6, 2f
  adrp x2, #4096
  b 3f
2:
  adrp x2, #4096
3:
  madd x0, x1, x2, x0
  subs x5, x5, #1
  b.ne 1b
  ret
  .size bitlinear_pages, .-bitlinear_pages

# The linker fills in where the last branch goes.
#--- global.s
  .type bitlinear_global,@function
  .globl inside
bitlinear_global:
  mov x2, #5
1:
inside:
  madd x0, x1, x2, x0
  subs x5, x5, #1
  b.ne 1b
  cbz x6, 2f
  ldr x2, [x7]
  b inside
2:
  ret
  .size bitlinear_global, .-bitlinear_global

# A weight of -1.
#--- trit.s
  .type bitlinear_trit,@function
bitlinear_trit:
  mov x2, #-1
1:
  mul x0, x1, x2
  subs x5, x5, #1
  b.ne 1b
  ret
  .size bitlinear_trit, .-bitlinear_trit

# An address that is no factor changes nothing.
#--- symbol.s
  .type bitlinear_symbol,@function
bitlinear_symbol:
  mov x2, #1600
1:
  adrp x7, table
  madd x0, x1, x2, x0
  subs x5, x5, #1
  b.ne 1b
  ret
  .size bitlinear_symbol, .-bitlinear_symbol

# It goes to what the first branch jumps over.
#--- returned.s
  .type bitlinear_returned,@function
bitlinear_returned:
  mov x2, #5
  b 1f
  ldr x2, [x6]
1:
  madd x0, x1, x2, x0
  subs x5, x5, #1
  b.ne 1b
  adr x7, bitlinear_returned + 8
  ret x7
  .size bitlinear_returned, .-bitlinear_returned
