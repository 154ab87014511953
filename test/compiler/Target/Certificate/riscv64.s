# RUN: split-file %s %t
# RUN: llvm-mc -triple=riscv64-linux-gnu -mattr=+m,+v,+f -filetype=obj %t/good.s -o %t.o
# RUN: bitnet-opt certify %t.o | FileCheck %s
# CHECK: bitlinear_good: 9 instructions: 1 add/sub, 1 look-up, 3 move, 1 f32 rescale, 1 address multiply, 1 control, 1 call
# RUN: llvm-mc -triple=riscv64-linux-gnu -mattr=+v -filetype=obj %t/vmacc.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=VMACC
# VMACC: kernel bitlinear_vmacc has 'vmacc.vv v8, v9, v10' at +0x0, which is no add, subtract
# RUN: llvm-mc -triple=riscv64-linux-gnu -mattr=+v -filetype=obj %t/vwmul.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=VWMUL
# VWMUL: 'vwmul.vv v8, v10, v11'
# RUN: llvm-mc -triple=riscv64-linux-gnu -mattr=+m -filetype=obj %t/mulw.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=MULW
# MULW: 'mulw a0, a1, a2'
# RUN: llvm-mc -triple=riscv64-linux-gnu -mattr=+m -filetype=obj %t/call.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=CALL
# CALL: a call of compute
# RUN: llvm-mc -triple=riscv64-linux-gnu -mattr=+m -filetype=obj %t/loop.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=LOOP
# LOOP: 'mul a0, a0, a1' at +0x0, an integer multiply or division in an innermost loop
# RUN: llvm-mc -triple=riscv64-linux-gnu -mattr=+m,+v -filetype=obj %t/stack.s -o %t.o
# RUN: bitnet-opt certify %t.o | FileCheck %s --check-prefix=STACK
# STACK: bitlinear_stack: {{.*}} 1 address multiply
# RUN: llvm-mc -triple=riscv64-linux-gnu -mattr=+m,+v -filetype=obj %t/label.s -o %t.o
# RUN: bitnet-opt certify %t.o | FileCheck %s --check-prefix=LABEL
# LABEL: bitlinear_label: {{.*}} 1 address multiply
# RUN: llvm-mc -triple=riscv64-linux-gnu -mattr=+m,+v -filetype=obj %t/data.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=DATA
# DATA: 'mul a0, a0, a1' at +0x8, an integer multiply or division in an innermost loop

# RUN: llvm-mc -triple=riscv64-linux-gnu -mattr=+m,+v -filetype=obj %t/choice.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=CHOICE
# CHOICE: 'mul a0, a0, a1' at +0x{{[0-9a-fA-F]+}}, an integer multiply or division in an innermost loop

# RUN: llvm-mc -triple=riscv64-linux-gnu -mattr=+m,+v -filetype=obj %t/counter.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=COUNTER
# COUNTER: 'mul a0, a0, a1' at +0x{{[0-9a-fA-F]+}}, an integer multiply or division in an innermost loop

# RUN: llvm-mc -triple=riscv64-linux-gnu -mattr=+m,+v -filetype=obj %t/called.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=CALLED
# CALLED: 'mul a0, a0, a1' at +0x{{[0-9a-fA-F]+}}, an integer multiply or division in an innermost loop

# RUN: llvm-mc -triple=riscv64-linux-gnu -mattr=+m,+v -filetype=obj %t/saved.s -o %t.o
# RUN: bitnet-opt certify %t.o | FileCheck %s --check-prefix=SAVED
# SAVED: bitlinear_saved: {{.*}} 1 address multiply

# RUN: llvm-mc -triple=riscv64-linux-gnu -mattr=+m,+v -filetype=obj %t/argument.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=ARGUMENT
# ARGUMENT: 'mul a0, a0, a1' at +0x{{[0-9a-fA-F]+}}, an integer multiply or division in an innermost loop

# RUN: llvm-mc -triple=riscv64-linux-gnu -mattr=+m,+v -filetype=obj %t/vectors.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=VECTORS
# VECTORS: 'mul a0, a0, a1' at +0x{{[0-9a-fA-F]+}}, an integer multiply or division in an innermost loop

# RUN: llvm-mc -triple=riscv64-linux-gnu -filetype=obj -mattr=+m,+v %t/places.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=PLACES
# PLACES: 'mul a0, a0, a1' at +0x{{[0-9a-fA-F]+}}, an integer multiply or division in an innermost loop
# RUN: llvm-mc -triple=riscv64-linux-gnu -filetype=obj -mattr=+m,+v,+c,+relax %t/relaxed.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=RELAXED
# RELAXED: 'mul a0, a0, a1' at +0x{{[0-9a-fA-F]+}}, an integer multiply or division in an innermost loop
# RUN: llvm-mc -triple=riscv64-linux-gnu -filetype=obj -mattr=+m,+v,+c,+relax %t/edge.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=EDGE
# EDGE: 'mul a0, a0, s1' at +0x{{[0-9a-fA-F]+}}, an integer multiply or division in an innermost loop
# RUN: llvm-mc -triple=riscv64-linux-gnu -filetype=obj -mattr=+m,+v %t/jump.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=JUMP
# JUMP: 'mul a0, a0, a1' at +0x{{[0-9a-fA-F]+}}, an integer multiply or division in an innermost loop
# RUN: llvm-mc -triple=riscv64-linux-gnu -filetype=obj -mattr=+m,+v %t/trit.s -o %t.o
# RUN: not bitnet-opt certify %t.o 2>&1 | FileCheck %s --check-prefix=TRIT
# TRIT: 'mul a0, a0, a1' at +0x{{[0-9a-fA-F]+}}, an integer multiply or division in an innermost loop
# RUN: llvm-mc -triple=riscv64-linux-gnu -filetype=obj -mattr=+m,+v %t/ended.s -o %t.o
# RUN: bitnet-opt certify %t.o | FileCheck %s --check-prefix=ENDED
# ENDED: bitlinear_ended: {{.*}} 1 address multiply

# The place of a spilled vector, in a loop.
#--- stack.s
  .type bitlinear_stack,@function
bitlinear_stack:
  csrr a0, vlenb
  li a1, 37
  addi a2, a2, -1
  mul a0, a0, a1
  bnez a2, bitlinear_stack
  ret
  .size bitlinear_stack, .-bitlinear_stack
# The same where the constant is made in front of the loop, by two instructions.
#--- label.s
  .type bitlinear_label,@function
bitlinear_label:
  csrr a0, vlenb
  lui a1, 1
  addi a1, a1, -96
1:
  mul a0, a0, a1
  bnez a2, 1b
  ret
  .size bitlinear_label, .-bitlinear_label
# And where one was loaded.
#--- data.s
  .type bitlinear_data,@function
bitlinear_data:
  csrr a0, vlenb
  lw a1, 0(a3)
  mul a0, a0, a1
  bnez a2, bitlinear_data
  ret
  .size bitlinear_data, .-bitlinear_data
#--- good.s
  .type bitlinear_good,@function
bitlinear_good:
  mul a0, a1, a2
  vle8.v v8, (a0)
  vrgather.vv v10, v9, v8
  vwaddu.wv v12, v12, v10
  vfmul.vf v14, v14, fa0
  sd ra, 0(sp)
  call memset
  ret
  .size bitlinear_good, .-bitlinear_good
#--- vmacc.s
  .type bitlinear_vmacc,@function
bitlinear_vmacc:
  vmacc.vv v8, v9, v10
  ret
  .size bitlinear_vmacc, .-bitlinear_vmacc
#--- vwmul.s
  .type bitlinear_vwmul,@function
bitlinear_vwmul:
  vwmul.vv v8, v10, v11
  ret
  .size bitlinear_vwmul, .-bitlinear_vwmul
#--- mulw.s
  .type bitlinear_mulw,@function
bitlinear_mulw:
  mulw a0, a1, a2
  ret
  .size bitlinear_mulw, .-bitlinear_mulw
#--- call.s
  .type bitlinear_call,@function
bitlinear_call:
  call compute
  ret
  .size bitlinear_call, .-bitlinear_call
#--- loop.s
  .type bitlinear_loop,@function
bitlinear_loop:
  mul a0, a0, a1
  bnez a0, bitlinear_loop
  ret
  .size bitlinear_loop, .-bitlinear_loop

# One of two constants, as a weight may choose.
#--- choice.s
  .type bitlinear_choice,@function
bitlinear_choice:
  li a1, 37
  beqz a3, 1f
  li a1, 38
1:
  mul a0, a0, a1
  addi a2, a2, -1
  bnez a2, 1b
  ret
  .size bitlinear_choice, .-bitlinear_choice

# A number that grows.
#--- counter.s
  .type bitlinear_counter,@function
bitlinear_counter:
  li a1, 37
1:
  addi a1, a1, 1
  mul a0, a0, a1
  bnez a2, 1b
  ret
  .size bitlinear_counter, .-bitlinear_counter

# A call may write it.
#--- called.s
  .type bitlinear_called,@function
bitlinear_called:
  li a1, 37
1:
  call memset
  mul a0, a0, a1
  bnez a2, 1b
  ret
  .size bitlinear_called, .-bitlinear_called

# What a function that is called saves; made by way of another register.
#--- saved.s
  .type bitlinear_saved,@function
bitlinear_saved:
  lui a1, 1
  addi s1, a1, -96
1:
  call memset
  mul a0, a0, s1
  bnez a2, 1b
  ret
  .size bitlinear_saved, .-bitlinear_saved

# What the caller gave.
#--- argument.s
  .type bitlinear_argument,@function
bitlinear_argument:
1:
  mul a0, a0, a1
  bnez a2, 1b
  ret
  .size bitlinear_argument, .-bitlinear_argument

# A length of vectors is no number of the code.
#--- vectors.s
  .type bitlinear_vectors,@function
bitlinear_vectors:
  csrr a1, vlenb
1:
  mul a0, a0, a1
  bnez a2, 1b
  ret
  .size bitlinear_vectors, .-bitlinear_vectors

# The same distance from two places.
#--- places.s
  .type bitlinear_places,@function
bitlinear_places:
1:
  beqz a3, 2f
  auipc a1, 16
  j 3f
2:
  auipc a1, 16
3:
  mul a0, a0, a1
  bnez a2, 1b
  ret
  .size bitlinear_places, .-bitlinear_places

# The linker fills in where branches go over what it may shorten.
#--- relaxed.s
  .type bitlinear_relaxed,@function
bitlinear_relaxed:
1:
  call memset
  mul a0, a0, a1
  bnez a2, 1b
  ret
  .size bitlinear_relaxed, .-bitlinear_relaxed

# The last branch is such a one.
#--- edge.s
  .type bitlinear_edge,@function
bitlinear_edge:
  li s1, 5
1:
  mul a0, a0, s1
  addi a2, a2, -1
  bnez a2, 1b
  beqz a3, 3f
  ld s1, 0(a4)
  call memset
  j 1b
3:
  ret
  .size bitlinear_edge, .-bitlinear_edge

# A jump to anywhere, by the register that some returns take.
#--- jump.s
  .type bitlinear_jump,@function
bitlinear_jump:
  li a1, 37
1:
  mul a0, a0, a1
  bnez a2, 1b
  jr t0
  .size bitlinear_jump, .-bitlinear_jump

# A weight of 1.
#--- trit.s
  .type bitlinear_trit,@function
bitlinear_trit:
  li a1, 1
1:
  mul a0, a0, a1
  bnez a2, 1b
  ret
  .size bitlinear_trit, .-bitlinear_trit

# A function of the library that is jumped to does not come back.
#--- ended.s
  .type bitlinear_ended,@function
bitlinear_ended:
  li a1, 37
1:
  mul a0, a0, a1
  bnez a2, 1b
  tail memset
  .size bitlinear_ended, .-bitlinear_ended
