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
