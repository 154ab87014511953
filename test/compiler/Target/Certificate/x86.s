# RUN: split-file %s %t
# RUN: llvm-mc -triple=x86_64-linux-gnu -filetype=obj -x86-asm-syntax=intel %t/good.s -o %t.o
# RUN: bitnet-opt certify %t.o | FileCheck %s
# RUN: ld.lld -shared %t.o -o %t.so && bitnet-opt certify %t.so | FileCheck %s
# CHECK: certificate: 1 BitLinear kernels, no multiplication by a weight in any
# CHECK-NEXT: bitlinear_good: 9 instructions: 2 add/sub, 1 look-up, 1 logic, 1 move, 1 f32 rescale, 1 address multiply, 2 control

# RUN: llvm-mc -triple=x86_64-linux-gnu -filetype=obj -x86-asm-syntax=intel %t/maddubs.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=MADDUBS
# MADDUBS: error: kernel bitlinear_maddubs has 'vpmaddubsw ymm0, ymm1, ymm2' at +0x0, which is no add, subtract, look-up, mask or move
# RUN: llvm-mc -triple=x86_64-linux-gnu -filetype=obj -x86-asm-syntax=intel %t/dot.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=DOT
# DOT: kernel bitlinear_dot has 'vpdpbusd zmm0, zmm1, zmm2' at +0x1
# RUN: llvm-mc -triple=x86_64-linux-gnu -filetype=obj -x86-asm-syntax=intel %t/imul32.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=IMUL32
# IMUL32: 'imul eax, ecx' at +0x0, an integer multiply or division of less than 64 bits
# RUN: llvm-mc -triple=x86_64-linux-gnu -filetype=obj -x86-asm-syntax=intel %t/imul8.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=IMUL8
# IMUL8: 'imul byte ptr [rax]' at +0x0, an integer multiply or division of less than 64 bits
# RUN: llvm-mc -triple=x86_64-linux-gnu -filetype=obj -x86-asm-syntax=intel %t/inner.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=INNER
# INNER: 'imul rax, rcx' at +0x0, an integer multiply or division in an innermost loop
# RUN: llvm-mc -triple=x86_64-linux-gnu -filetype=obj -x86-asm-syntax=intel %t/constants.s -o %t.o
# RUN: bitnet-opt certify %t.o | FileCheck %s --check-prefix=CONSTANTS
# CONSTANTS: bitlinear_constants: {{.*}} 4 address multiply

# RUN: llvm-mc -triple=x86_64-linux-gnu -filetype=obj -x86-asm-syntax=intel %t/narrow.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=NARROW
# NARROW: 'imul eax, ecx, 100' at +0x0, an integer multiply or division of less than 64 bits

# RUN: llvm-mc -triple=x86_64-linux-gnu -filetype=obj -x86-asm-syntax=intel %t/byte.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=BYTE
# BYTE: 'imul rax, rcx' at +0x2, an integer multiply or division in an innermost loop

# RUN: llvm-mc -triple=x86_64-linux-gnu -filetype=obj -x86-asm-syntax=intel %t/fma.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=FMA
# FMA: 'vfmadd213ps ymm0, ymm1, ymm2'
# RUN: llvm-mc -triple=x86_64-linux-gnu -filetype=obj -x86-asm-syntax=intel %t/call.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=CALL
# CALL: a call of hidden_multiply
# RUN: llvm-mc -triple=x86_64-linux-gnu -filetype=obj -x86-asm-syntax=intel %t/indirect.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=INDIRECT
# INDIRECT: a call of something unknown
# RUN: llvm-mc -triple=x86_64-linux-gnu -filetype=obj -x86-asm-syntax=intel %t/memset.s -o %t.o
# RUN: bitnet-opt certify %t.o | FileCheck %s --check-prefix=MEMSET
# MEMSET: bitlinear_memset: 2 instructions: 1 control, 1 call
# RUN: llvm-mc -triple=x86_64-linux-gnu -filetype=obj -x86-asm-syntax=intel %t/none.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=NONE
# NONE: error: no function bitlinear_* was found
# RUN: not bitnet-opt certify %s 2>&1 | FileCheck %s --check-prefix=TEXT
# TEXT: x86.s: error: not an object, library or executable
# RUN: not bitnet-opt certify %t.absent 2>&1 | FileCheck %s --check-prefix=ABSENT
# ABSENT: error: cannot read

# RUN: llvm-mc -triple=x86_64-linux-gnu -filetype=obj -x86-asm-syntax=intel %t/counted.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=COUNTED
# COUNTED: 'loop -6' at +0x{{[0-9a-fA-F]+}}, which is no add, subtract
# RUN: llvm-mc -triple=x86_64-linux-gnu -filetype=obj -x86-asm-syntax=intel %t/symbols.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=SYMBOLS
# SYMBOLS: 'imul rax, rbx' at +0x{{[0-9a-fA-F]+}}, an integer multiply or division in an innermost loop
# RUN: llvm-mc -triple=x86_64-linux-gnu -filetype=obj -x86-asm-syntax=intel %t/global.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=GLOBAL
# GLOBAL: 'imul rax, rcx' at +0x{{[0-9a-fA-F]+}}, an integer multiply or division in an innermost loop
# RUN: llvm-mc -triple=x86_64-linux-gnu -filetype=obj -x86-asm-syntax=intel %t/outside.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=OUTSIDE
# OUTSIDE: 'imul rax, rcx' at +0x{{[0-9a-fA-F]+}}, an integer multiply or division in an innermost loop
# RUN: llvm-mc -triple=x86_64-linux-gnu -filetype=obj -x86-asm-syntax=intel %t/before.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=BEFORE
# BEFORE: 'imul rax, rcx' at +0x2, an integer multiply or division in an innermost loop
# RUN: llvm-mc -triple=x86_64-linux-gnu -filetype=obj -x86-asm-syntax=intel %t/trits.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=TRITS
# TRITS: 'imul rax, rdx, 1' at +0x{{[0-9a-fA-F]+}}, an integer multiply or division in an innermost loop
# RUN: llvm-mc -triple=x86_64-linux-gnu -filetype=obj -x86-asm-syntax=intel %t/minus.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=MINUS
# MINUS: 'imul rax, rdx, -1' at +0x0, an integer multiply or division in an innermost loop
# RUN: llvm-mc -triple=x86_64-linux-gnu -filetype=obj -x86-asm-syntax=intel %t/two.s -o %t.o
# RUN: bitnet-opt certify %t.o | FileCheck %s --check-prefix=TWO
# TWO: bitlinear_two: {{.*}} 1 address multiply
# RUN: llvm-mc -triple=x86_64-linux-gnu -filetype=obj -x86-asm-syntax=intel %t/user.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=USER
# USER: 'imul rax, rbx' at +0x{{[0-9a-fA-F]+}}, an integer multiply or division in an innermost loop
# RUN: llvm-mc -triple=x86_64-linux-gnu -filetype=obj -x86-asm-syntax=intel %t/recursive.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=RECURSIVE
# RECURSIVE: 'imul rax, rcx' at +0x0, an integer multiply or division in an innermost loop
# RUN: llvm-mc -triple=x86_64-linux-gnu -filetype=obj -x86-asm-syntax=intel %t/switch.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=SWITCH
# SWITCH: 'imul rax, rcx' at +0x{{[0-9a-fA-F]+}}, an integer multiply or division in an innermost loop
# RUN: llvm-mc -triple=x86_64-linux-gnu -filetype=obj -x86-asm-syntax=intel %t/back.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=BACK
# BACK: 'imul rax, rcx' at +0x{{[0-9a-fA-F]+}}, an integer multiply or division in an innermost loop
# RUN: llvm-mc -triple=x86_64-linux-gnu -filetype=obj -x86-asm-syntax=intel %t/spilled.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=SPILLED
# SPILLED: 'imul rax, rcx' at +0x{{[0-9a-fA-F]+}}, an integer multiply or division in an innermost loop
# RUN: llvm-mc -triple=x86_64-linux-gnu -filetype=obj -x86-asm-syntax=intel %t/loaded.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=LOADED
# LOADED: 'imul rax, qword ptr [rdi]' at +0x{{[0-9a-fA-F]+}}, an integer multiply or division in an innermost loop
# RUN: llvm-mc -triple=x86_64-linux-gnu -filetype=obj -x86-asm-syntax=intel %t/flags.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=FLAGS
# FLAGS: 'imul rax, rcx' at +0x{{[0-9a-fA-F]+}}, an integer multiply or division in an innermost loop
# RUN: llvm-mc -triple=x86_64-linux-gnu -filetype=obj -x86-asm-syntax=intel %t/ended.s -o %t.o
# RUN: bitnet-opt certify %t.o | FileCheck %s --check-prefix=ENDED
# ENDED: bitlinear_ended: {{.*}} 1 address multiply

#--- good.s
  .globl bitlinear_good
  .type bitlinear_good,@function
bitlinear_good:
  imul rdi, rsi
.Lloop:
  vmovdqu ymm0, ymmword ptr [rdi]
  vpshufb ymm1, ymm2, ymm0
  vpaddw ymm3, ymm3, ymm1
  dec rsi
  test rsi, rsi
  jne .Lloop
  vmulps ymm0, ymm0, ymm1
  ret
  .size bitlinear_good, .-bitlinear_good
#--- maddubs.s
  .type bitlinear_maddubs,@function
bitlinear_maddubs:
  vpmaddubsw ymm0, ymm1, ymm2
  ret
  .size bitlinear_maddubs, .-bitlinear_maddubs
#--- dot.s
  .type bitlinear_dot,@function
bitlinear_dot:
  nop
  vpdpbusd zmm0, zmm1, zmm2
  ret
  .size bitlinear_dot, .-bitlinear_dot
#--- imul32.s
  .type bitlinear_imul32,@function
bitlinear_imul32:
  imul eax, ecx
  ret
  .size bitlinear_imul32, .-bitlinear_imul32
#--- imul8.s
  .type bitlinear_imul8,@function
bitlinear_imul8:
  imul byte ptr [rax]
  ret
  .size bitlinear_imul8, .-bitlinear_imul8
#--- inner.s
  .type bitlinear_inner,@function
bitlinear_inner:
  imul rax, rcx
  dec rsi
  jne bitlinear_inner
  ret
  .size bitlinear_inner, .-bitlinear_inner
# Factors that are constants, in a loop: addresses.
#--- constants.s
  .type bitlinear_constants,@function
bitlinear_constants:
  mov rcx, 1600
  mov r8d, 40
1:
  imul rax, rdx, 1600
  imul r9, qword ptr [rdi], 92
  imul r10, rcx
  imul r11, r8
  dec rsi
  jne 1b
  ret
  .size bitlinear_constants, .-bitlinear_constants

#--- narrow.s
  .type bitlinear_narrow,@function
bitlinear_narrow:
  imul eax, ecx, 100
  ret
  .size bitlinear_narrow, .-bitlinear_narrow

# The rest of the factor may be anything.
#--- byte.s
  .type bitlinear_byte,@function
bitlinear_byte:
1:
  mov cl, 5
  imul rax, rcx
  dec rsi
  jne 1b
  ret
  .size bitlinear_byte, .-bitlinear_byte

#--- fma.s
  .type bitlinear_fma,@function
bitlinear_fma:
  vfmadd213ps ymm0, ymm1, ymm2
  ret
  .size bitlinear_fma, .-bitlinear_fma
#--- call.s
  .type bitlinear_call,@function
bitlinear_call:
  call hidden_multiply
  ret
  .size bitlinear_call, .-bitlinear_call
#--- indirect.s
  .type bitlinear_indirect,@function
bitlinear_indirect:
  call rax
  ret
  .size bitlinear_indirect, .-bitlinear_indirect
#--- memset.s
  .type bitlinear_memset,@function
bitlinear_memset:
  call memset@PLT
  ret
  .size bitlinear_memset, .-bitlinear_memset
#--- none.s
  .type other,@function
other:
  imul eax, ecx
  ret
  .size other, .-other

# It takes one from rcx, which LLVM does not say.
#--- counted.s
  .type bitlinear_counted,@function
bitlinear_counted:
  mov ecx, 100
1:
  imul rax, rcx
  loop 1b
  ret
  .size bitlinear_counted, .-bitlinear_counted

# Two addresses, which the linker fills in.
#--- symbols.s
  .type bitlinear_symbols,@function
bitlinear_symbols:
1:
  test r8, r8
  jne 2f
  movabs rbx, offset weight_minus
  jmp 3f
2:
  movabs rbx, offset weight_plus
3:
  imul rax, rbx
  dec r9
  jne 1b
  ret
  .size bitlinear_symbols, .-bitlinear_symbols

# The linker fills in where the second jump goes, as the label's name is known outside.
#--- global.s
  .type bitlinear_global,@function
  .globl inside
bitlinear_global:
  mov ecx, 5
  jmp 1f
2:
  mov rcx, qword ptr [rdi]
  jmp inside
1:
inside:
  imul rax, rcx
  dec rsi
  jne 1b
  test rdx, rdx
  jne 2b
  ret
  .size bitlinear_global, .-bitlinear_global

# What is outside comes back.
#--- outside.s
  .type bitlinear_outside,@function
hidden:
  mov rcx, qword ptr [rdi]
  jmp 2f
bitlinear_outside:
  mov ecx, 5
1:
2:
  imul rax, rcx
  dec rsi
  jne 1b
  test rdx, rdx
  jne hidden
  ret
  .size bitlinear_outside, .-bitlinear_outside

# A jump to the address -1.
#--- before.s
  .type bitlinear_before,@function
bitlinear_before:
  .byte 0xeb, 0xfd
1:
  imul rax, rcx
  dec rsi
  jne 1b
  ret
  .size bitlinear_before, .-bitlinear_before

# Constants that a weight chooses between, by a branch.
#--- trits.s
  .type bitlinear_trits,@function
bitlinear_trits:
1:
  cmp byte ptr [rdi], 0
  js 2f
  imul rax, rdx, 1
  jmp 3f
2:
  imul rax, rdx, -1
3:
  dec rsi
  jne 1b
  ret
  .size bitlinear_trits, .-bitlinear_trits

# The least of them.
#--- minus.s
  .type bitlinear_minus,@function
bitlinear_minus:
  imul rax, rdx, -1
  dec rsi
  jne bitlinear_minus
  ret
  .size bitlinear_minus, .-bitlinear_minus

# The first number that is no weight.
#--- two.s
  .type bitlinear_two,@function
bitlinear_two:
  imul rax, rdx, 2
  dec rsi
  jne bitlinear_two
  ret
  .size bitlinear_two, .-bitlinear_two

# A kernel need not keep what functions have to.
#--- user.s
  .type bitlinear_user,@function
bitlinear_user:
  mov ebx, 5
1:
  call bitlinear_helper
  imul rax, rbx
  dec rsi
  jne 1b
  ret
  .size bitlinear_user, .-bitlinear_user

# A kernel that calls itself is a loop.
#--- recursive.s
  .type bitlinear_recursive,@function
  .globl bitlinear_recursive
bitlinear_recursive:
  imul rax, rcx
  dec rsi
  je 1f
  call bitlinear_recursive
1:
  ret
  .size bitlinear_recursive, .-bitlinear_recursive

# A jump to anywhere may be one into the loop.
#--- switch.s
  .type bitlinear_switch,@function
bitlinear_switch:
  mov ecx, 5
1:
  imul rax, rcx
  dec rsi
  jne 1b
  jmp rdx
  .size bitlinear_switch, .-bitlinear_switch

# And may be what makes the loop.
#--- back.s
  .type bitlinear_back,@function
bitlinear_back:
  imul rax, rcx
  lea rdx, [rip + bitlinear_back]
  jmp rdx
  .size bitlinear_back, .-bitlinear_back

# Memory is not followed.
#--- spilled.s
  .type bitlinear_spilled,@function
bitlinear_spilled:
1:
  mov ecx, 5
  mov qword ptr [rsp - 8], rcx
  mov rcx, qword ptr [rsp - 8]
  imul rax, rcx
  dec rsi
  jne 1b
  ret
  .size bitlinear_spilled, .-bitlinear_spilled

# Nor is a factor in memory a constant.
#--- loaded.s
  .type bitlinear_loaded,@function
bitlinear_loaded:
1:
  mov ecx, 5
  mov qword ptr [rdi], rcx
  imul rax, qword ptr [rdi]
  dec rsi
  jne 1b
  ret
  .size bitlinear_loaded, .-bitlinear_loaded

# One of two constants, as flags say.
#--- flags.s
  .type bitlinear_flags,@function
bitlinear_flags:
  mov ecx, 5
  mov edx, 6
1:
  cmove rcx, rdx
  imul rax, rcx
  dec rsi
  jne 1b
  ret
  .size bitlinear_flags, .-bitlinear_flags

# A function of the library that is jumped to does not come back.
#--- ended.s
  .type bitlinear_ended,@function
bitlinear_ended:
  mov ecx, 100
1:
  imul rax, rcx
  dec rsi
  jne 1b
  jmp memset@PLT
  .size bitlinear_ended, .-bitlinear_ended
