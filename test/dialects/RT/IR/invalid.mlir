// RUN: bitnet-opt %s --split-input-file --verify-diagnostics

// expected-error @+1 {{has no values, expected one for each layer}}
rt.global @global_c1 : tensor<4xf32> = []

// -----

// expected-error @+1 {{holds values of types 'tensor<4xf32>' and 'tensor<2xf32>', expected the same for every layer}}
rt.global @global_c2 : tensor<4xf32> = [dense<1.0> : tensor<4xf32>, dense<1.0> : tensor<2xf32>]

// -----

func.func @get_global_c1() {
  // expected-error @+1 {{names @nowhere, which is no rt.global}}
  %0 = rt.get_global @nowhere : tensor<4xf32>
  return
}

// -----

rt.global @g : tensor<4xf32> = [dense<1.0> : tensor<4xf32>]
func.func @get_global_c2() {
  // expected-error @+1 {{has type 'tensor<5xf32>', expected the global's 'tensor<4xf32>'}}
  %0 = rt.get_global @g : tensor<5xf32>
  return
}

// -----

// expected-error @+1 {{has 1 inputs and 2 outputs, expected as many and at least one}}
rt.kv_cache @kv_c1 : tensor<?x2x?x32xf32> inputs [1] outputs [1, 2]

// -----

// expected-error @+1 {{has parts of 1 states, expected 2}}
rt.kv_cache @kv_c1_parts : tensor<?x2x?x32xf32> inputs [1, 1] outputs [1, 2] {input_parts = array<i64: 3>}

// -----

// expected-error @+1 {{expected rank 4 with static heads (axis 1) and head_dim (axis 3)}}
rt.kv_cache @kv_c2 : tensor<?x?x?x32xf32> inputs [1] outputs [1]

// -----

func.func @parallel_arguments(%exec: !rt.exec, %n: index) {
  // expected-error @+1 {{expects a region with two index arguments}}
  "rt.parallel"(%exec, %n) <{grain = 1 : i64}> ({
  ^bb0(%i: index):
    rt.yield
  }) : (!rt.exec, index) -> ()
  return
}

// -----

func.func @fork_c1(%exec: !rt.exec, %n: index) {
  // expected-error @+1 {{names @absent, which is no function}}
  rt.fork %exec, @absent() in %n grain 1
  return
}

// -----

func.func private @two(index, index)
func.func @fork_c1_type(%exec: !rt.exec, %n: index) {
  // expected-error @+1 {{calls @two of type '(index, index) -> ()', expected (!llvm.ptr, index, index) -> ()}}
  rt.fork %exec, @two() in %n grain 1
  return
}

// -----

// expected-error @+1 {{has an encoding 42 : i64, which makes no stored values}}
rt.global @w : tensor<4xf32> = [dense<1.0> : tensor<4xf32>] {encoding = 42 : i64}

// -----

// expected-error @+1 {{has 1 scales for 2 values, expected as many}}
rt.global @global_c4_count : tensor<2x4xf16> = [dense<[36, 24]> : tensor<2xi8>, dense<[36, 24]> : tensor<2xi8>] scales [dense<0.5> : tensor<1xf32>]

// -----

// expected-error @+1 {{expected 1 or 2 elements of f32}}
rt.global @global_c4_elements : tensor<2x4xf16> = [dense<[36, 24]> : tensor<2xi8>] scales [dense<0.5> : tensor<3xf32>]

// -----

// expected-error @+1 {{expected a static matrix of f32, f16 or bf16}}
rt.global @global_c4_type : tensor<2x4xi8> = [dense<[36, 24]> : tensor<2xi8>] scales [dense<0.5> : tensor<1xf32>]
