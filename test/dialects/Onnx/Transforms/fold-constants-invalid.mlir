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

// -----

// Any size would do for the rest.
func.func @rest_of_nothing() -> tensor<0x?xf32> {
  %n = onnx.Constant dense<[0, 4]> : tensor<2xi64>
  %x = onnx.ConstantOfShape %n : (tensor<2xi64>) -> tensor<0x4xf32>
  %s = onnx.Constant dense<[0, -1]> : tensor<2xi64>
  // expected-error @+1 {{reshapes 'tensor<0x4xf32>' to [0, -1]}}
  %r = onnx.Reshape %x, %s : (tensor<0x4xf32>, tensor<2xi64>) -> tensor<0x?xf32>
  return %r : tensor<0x?xf32>
}

// -----

func.func @flatten_too_large() -> tensor<?x0xf32> {
  %x = onnx.Constant dense<> : tensor<1099511627776x1099511627776x0xf32>
  // expected-error @+1 {{makes a tensor of shape [-1, 0], which cannot be held}}
  %r = onnx.Flatten %x {axis = 2 : i64} : (tensor<1099511627776x1099511627776x0xf32>) -> tensor<?x0xf32>
  return %r : tensor<?x0xf32>
}

// -----

func.func @sums_of_nothing() -> tensor<f32> {
  %n = onnx.Constant dense<[0, 1099511627776]> : tensor<2xi64>
  %x = onnx.ConstantOfShape %n : (tensor<2xi64>) -> tensor<0x1099511627776xf32>
  // expected-error @+1 {{makes a tensor of shape [1099511627776], which cannot be held}}
  %r = onnx.ReduceSum %x {axes = array<i64: 0>, keepdims = 0 : i64} : (tensor<0x1099511627776xf32>) -> tensor<1099511627776xf32>
  %t = onnx.ReduceSum %r {axes = array<i64: 0>, keepdims = 0 : i64} : (tensor<1099511627776xf32>) -> tensor<f32>
  return %t : tensor<f32>
}

// -----

func.func @unsigned_to_negative() -> tensor<1xui32> {
  %x = onnx.Constant dense<2> : tensor<1xui32>
  %e = onnx.Constant dense<-1.0> : tensor<1xf32>
  // expected-error @+1 {{raises integers to a fraction}}
  %r = onnx.Pow %x, %e : (tensor<1xui32>, tensor<1xf32>) -> tensor<1xui32>
  return %r : tensor<1xui32>
}
