// RUN: bitnet-opt %s --split-input-file --convert-rt-to-llvm --verify-diagnostics

func.func @not_main(%exec: !rt.exec, %bad: i1) {
  // expected-error @+2 {{is in a parallel region, which cannot end the execution}}
  // expected-error @+1 {{failed to legalize operation 'rt.fail_if'}}
  rt.fail_if %bad status 2
  return
}

// -----

rt.global @gain : tensor<4xf32> = [dense<1.0> : tensor<4xf32>]
func.func @main(%exec: !rt.exec) {
  // expected-error @+2 {{reads @gain, which rt-assign-weights has not placed}}
  // expected-error @+1 {{failed to legalize operation 'rt.get_global'}}
  %g = rt.get_global @gain exec %exec : memref<4xf32>
  rt.output %exec[0], %g : memref<4xf32>
  return
}

// -----

func.func @main(%exec: !rt.exec) {
  // expected-error @+2 {{names @keys, which is no rt.kv_cache}}
  // expected-error @+1 {{failed to legalize operation 'rt.kv'}}
  %k = rt.kv %exec, @keys : memref<?x2x?x8xf32>
  rt.output %exec[0], %k : memref<?x2x?x8xf32>
  return
}

// -----

func.func @main(%exec: !rt.exec) {
  // expected-error @+2 {{has rank 9, expected at most 8}}
  // expected-error @+1 {{failed to legalize operation 'rt.input'}}
  %x = rt.input %exec[0] : memref<1x1x1x1x1x1x1x1x1xf32>
  rt.output %exec[0], %x : memref<1x1x1x1x1x1x1x1x1xf32>
  return
}
