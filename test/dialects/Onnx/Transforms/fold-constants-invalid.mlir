// RUN: bitnet-opt %s --onnx-fold-constants --split-input-file --verify-diagnostics

func.func @gather_out_of_range() -> tensor<f32> {
  %x = onnx.Constant dense<[1.0, 2.0]> : tensor<2xf32>
  %i = onnx.Constant dense<2> : tensor<1xi64>
  // expected-error @+1 {{index 2 is not in [-2, 2)}}
  %r = onnx.GatherND %x, %i : (tensor<2xf32>, tensor<1xi64>) -> tensor<f32>
  return %r : tensor<f32>
}

// -----

func.func @integer_by_zero() -> tensor<2xi32> {
  %x = onnx.Constant dense<[1, 2]> : tensor<2xi32>
  %z = onnx.Constant dense<[1, 0]> : tensor<2xi32>
  // expected-error @+1 {{divides an integer by zero}}
  %r = onnx.Div %x, %z : (tensor<2xi32>, tensor<2xi32>) -> tensor<2xi32>
  return %r : tensor<2xi32>
}

// -----

func.func @scatter_out_of_range() -> tensor<2xf32> {
  %x = onnx.Constant dense<[1.0, 2.0]> : tensor<2xf32>
  %i = onnx.Constant dense<-3> : tensor<1x1xi64>
  %u = onnx.Constant dense<5.0> : tensor<1xf32>
  // expected-error @+1 {{index -3 is not in [-2, 2)}}
  %r = onnx.ScatterND %x, %i, %u : (tensor<2xf32>, tensor<1x1xi64>, tensor<1xf32>) -> tensor<2xf32>
  return %r : tensor<2xf32>
}

// -----

func.func @mean_of_nothing() -> tensor<f32> {
  %s = onnx.Constant dense<0> : tensor<1xi64>
  %x = onnx.ConstantOfShape %s : (tensor<1xi64>) -> tensor<0xf32>
  // expected-error @+1 {{reduces no elements}}
  %r = onnx.ReduceMean %x {keepdims = 0 : i64} : (tensor<0xf32>) -> tensor<f32>
  return %r : tensor<f32>
}

// -----

// A few numbers in a file must not make us allocate any amount of memory.
func.func @too_large_to_hold() -> tensor<1xf32> {
  %n = onnx.Constant dense<[1099511627776, 2]> : tensor<2xi64>
  // expected-error @+1 {{makes a tensor of shape [1099511627776, 2], which cannot be held}}
  %x = onnx.ConstantOfShape %n : (tensor<2xi64>) -> tensor<?x?xf32>
  %a = onnx.Constant dense<0> : tensor<1xi64>
  %e = onnx.Constant dense<1> : tensor<1xi64>
  %y = onnx.Slice %x, %a, %e : (tensor<?x?xf32>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x?xf32>
  %m = onnx.Constant dense<-1> : tensor<1xi64>
  %r = onnx.Reshape %y, %m : (tensor<?x?xf32>, tensor<1xi64>) -> tensor<?xf32>
  %s = onnx.Slice %r, %a, %e : (tensor<?xf32>, tensor<1xi64>, tensor<1xi64>) -> tensor<?xf32>
  %q = onnx.Reshape %s, %e : (tensor<?xf32>, tensor<1xi64>) -> tensor<1xf32>
  return %q : tensor<1xf32>
}
