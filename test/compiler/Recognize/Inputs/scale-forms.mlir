// Quantisers by steps and by the largest magnitude; check_scale_forms.py has them in NumPy.
func.func @main(%x: tensor<?x?x12xf32> {onnx.name = "x"})
    -> (tensor<?x?x3xf32> {onnx.name = "step"}, tensor<?x?x3xf32> {onnx.name = "largest"}, tensor<?x?x3xf32> {onnx.name = "adds"},
        tensor<?x?x3xf32> {onnx.name = "inverse"}, tensor<?x?x3xf32> {onnx.name = "unit"}, tensor<?x?x3xf32> {onnx.name = "product"}, tensor<?x?x3xf32> {onnx.name = "turned"}) {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %range = onnx.Constant dense<127.0> : tensor<f32>
  %low = onnx.Constant dense<-128.0> : tensor<f32>
  %half = onnx.Constant dense<0.5> : tensor<f32>
  %odd = onnx.Constant dense<127.5> : tensor<f32>
  %part = onnx.Constant dense<7.874016e-03> : tensor<f32>
  %w = onnx.Constant dense<[[1.0, 0.0, -1.0], [-1.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 1.0, 1.0], [-1.0, -1.0, 0.0], [0.0, 1.0, -1.0], [1.0, -1.0, 1.0], [0.0, 0.0, 0.0], [1.0, 1.0, -1.0], [-1.0, 0.0, 1.0], [1.0, -1.0, 0.0], [0.0, 1.0, 1.0]]> : tensor<12x3xf32>
  %wide = onnx.Constant dense<[[0.5, 0.0, -0.5], [-0.5, 0.5, 0.0], [0.0, 0.0, 0.5], [0.5, 0.5, 0.5], [-0.5, -0.5, 0.0], [0.0, 0.5, -0.5], [0.5, -0.5, 0.5], [0.0, 0.0, 0.0], [0.5, 0.5, -0.5], [-0.5, 0.0, 0.5], [0.5, -0.5, 0.0], [0.0, 0.5, 0.5]]> : tensor<12x3xf32>
  %abs = onnx.Abs %x : (tensor<?x?x12xf32>) -> tensor<?x?x12xf32>
  %max = onnx.ReduceMax %abs {axes = array<i64: -1>} : (tensor<?x?x12xf32>) -> tensor<?x?x1xf32>
  %m = onnx.Clip %max, %eps : (tensor<?x?x1xf32>, tensor<f32>) -> tensor<?x?x1xf32>

  %s1 = onnx.Div %m, %range : (tensor<?x?x1xf32>, tensor<f32>) -> tensor<?x?x1xf32>
  %x1 = onnx.Div %x, %s1 : (tensor<?x?x12xf32>, tensor<?x?x1xf32>) -> tensor<?x?x12xf32>
  %r1 = onnx.Round %x1 : (tensor<?x?x12xf32>) -> tensor<?x?x12xf32>
  %c1 = onnx.Clip %r1, %low, %range : (tensor<?x?x12xf32>, tensor<f32>, tensor<f32>) -> tensor<?x?x12xf32>
  %d1 = onnx.Mul %c1, %s1 : (tensor<?x?x12xf32>, tensor<?x?x1xf32>) -> tensor<?x?x12xf32>
  %step = onnx.MatMul %d1, %wide : (tensor<?x?x12xf32>, tensor<12x3xf32>) -> tensor<?x?x3xf32>

  %p2 = onnx.Mul %x, %range : (tensor<?x?x12xf32>, tensor<f32>) -> tensor<?x?x12xf32>
  %x2 = onnx.Div %p2, %m : (tensor<?x?x12xf32>, tensor<?x?x1xf32>) -> tensor<?x?x12xf32>
  %r2 = onnx.Round %x2 : (tensor<?x?x12xf32>) -> tensor<?x?x12xf32>
  %c2 = onnx.Clip %r2, %low, %range : (tensor<?x?x12xf32>, tensor<f32>, tensor<f32>) -> tensor<?x?x12xf32>
  %y2 = onnx.MatMul %c2, %w : (tensor<?x?x12xf32>, tensor<12x3xf32>) -> tensor<?x?x3xf32>
  %b2 = onnx.Mul %y2, %half : (tensor<?x?x3xf32>, tensor<f32>) -> tensor<?x?x3xf32>
  %g2 = onnx.Mul %b2, %m : (tensor<?x?x3xf32>, tensor<?x?x1xf32>) -> tensor<?x?x3xf32>
  %largest = onnx.Div %g2, %range : (tensor<?x?x3xf32>, tensor<f32>) -> tensor<?x?x3xf32>

  %m3 = onnx.Add %max, %half : (tensor<?x?x1xf32>, tensor<f32>) -> tensor<?x?x1xf32>
  %s3 = onnx.Div %range, %m3 : (tensor<f32>, tensor<?x?x1xf32>) -> tensor<?x?x1xf32>
  %x3 = onnx.Mul %x, %s3 : (tensor<?x?x12xf32>, tensor<?x?x1xf32>) -> tensor<?x?x12xf32>
  %c3 = onnx.Round %x3 : (tensor<?x?x12xf32>) -> tensor<?x?x12xf32>
  %d3 = onnx.Div %c3, %s3 : (tensor<?x?x12xf32>, tensor<?x?x1xf32>) -> tensor<?x?x12xf32>
  %adds = onnx.MatMul %d3, %wide : (tensor<?x?x12xf32>, tensor<12x3xf32>) -> tensor<?x?x3xf32>

  %d4 = onnx.Div %max, %odd : (tensor<?x?x1xf32>, tensor<f32>) -> tensor<?x?x1xf32>
  %s4 = onnx.Clip %d4, %half : (tensor<?x?x1xf32>, tensor<f32>) -> tensor<?x?x1xf32>
  %i4 = onnx.Reciprocal %s4 : (tensor<?x?x1xf32>) -> tensor<?x?x1xf32>
  %x4 = onnx.Mul %x, %i4 : (tensor<?x?x12xf32>, tensor<?x?x1xf32>) -> tensor<?x?x12xf32>
  %r4 = onnx.Round %x4 : (tensor<?x?x12xf32>) -> tensor<?x?x12xf32>
  %c4 = onnx.Clip %r4, %low, %range : (tensor<?x?x12xf32>, tensor<f32>, tensor<f32>) -> tensor<?x?x12xf32>
  %d4q = onnx.Mul %c4, %s4 : (tensor<?x?x12xf32>, tensor<?x?x1xf32>) -> tensor<?x?x12xf32>
  %inverse = onnx.MatMul %d4q, %wide : (tensor<?x?x12xf32>, tensor<12x3xf32>) -> tensor<?x?x3xf32>

  %n5 = onnx.Div %x, %m : (tensor<?x?x12xf32>, tensor<?x?x1xf32>) -> tensor<?x?x12xf32>
  %x5 = onnx.Mul %n5, %range : (tensor<?x?x12xf32>, tensor<f32>) -> tensor<?x?x12xf32>
  %r5 = onnx.Round %x5 : (tensor<?x?x12xf32>) -> tensor<?x?x12xf32>
  %c5 = onnx.Clip %r5, %low, %range : (tensor<?x?x12xf32>, tensor<f32>, tensor<f32>) -> tensor<?x?x12xf32>
  %p5 = onnx.Div %c5, %range : (tensor<?x?x12xf32>, tensor<f32>) -> tensor<?x?x12xf32>
  %d5 = onnx.Mul %p5, %m : (tensor<?x?x12xf32>, tensor<?x?x1xf32>) -> tensor<?x?x12xf32>
  %unit = onnx.MatMul %d5, %wide : (tensor<?x?x12xf32>, tensor<12x3xf32>) -> tensor<?x?x3xf32>

  %d6 = onnx.Mul %max, %part : (tensor<?x?x1xf32>, tensor<f32>) -> tensor<?x?x1xf32>
  %s6 = onnx.Add %d6, %eps : (tensor<?x?x1xf32>, tensor<f32>) -> tensor<?x?x1xf32>
  %x6 = onnx.Div %x, %s6 : (tensor<?x?x12xf32>, tensor<?x?x1xf32>) -> tensor<?x?x12xf32>
  %r6 = onnx.Round %x6 : (tensor<?x?x12xf32>) -> tensor<?x?x12xf32>
  %c6 = onnx.Clip %r6, %low, %range : (tensor<?x?x12xf32>, tensor<f32>, tensor<f32>) -> tensor<?x?x12xf32>
  %d6q = onnx.Mul %c6, %d6 : (tensor<?x?x12xf32>, tensor<?x?x1xf32>) -> tensor<?x?x12xf32>
  %product = onnx.MatMul %d6q, %wide : (tensor<?x?x12xf32>, tensor<12x3xf32>) -> tensor<?x?x3xf32>

  %p7 = onnx.Mul %x, %range : (tensor<?x?x12xf32>, tensor<f32>) -> tensor<?x?x12xf32>
  %i7 = onnx.Reciprocal %m : (tensor<?x?x1xf32>) -> tensor<?x?x1xf32>
  %x7 = onnx.Mul %p7, %i7 : (tensor<?x?x12xf32>, tensor<?x?x1xf32>) -> tensor<?x?x12xf32>
  %r7 = onnx.Round %x7 : (tensor<?x?x12xf32>) -> tensor<?x?x12xf32>
  %c7 = onnx.Clip %r7, %low, %range : (tensor<?x?x12xf32>, tensor<f32>, tensor<f32>) -> tensor<?x?x12xf32>
  %s7 = onnx.Div %m, %range : (tensor<?x?x1xf32>, tensor<f32>) -> tensor<?x?x1xf32>
  %d7 = onnx.Mul %c7, %s7 : (tensor<?x?x12xf32>, tensor<?x?x1xf32>) -> tensor<?x?x12xf32>
  %turned = onnx.MatMul %d7, %wide : (tensor<?x?x12xf32>, tensor<12x3xf32>) -> tensor<?x?x3xf32>
  return %step, %largest, %adds, %inverse, %unit, %product, %turned : tensor<?x?x3xf32>, tensor<?x?x3xf32>, tensor<?x?x3xf32>, tensor<?x?x3xf32>, tensor<?x?x3xf32>, tensor<?x?x3xf32>, tensor<?x?x3xf32>
}
