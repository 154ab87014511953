// RUN: bitnet-opt %s --recognize-share-constants | FileCheck %s

// %a and %b are equal; %c differs in one element, %d in its type.
// CHECK-LABEL: func @equal_contents
//       CHECK:   %[[A:.*]] = onnx.Constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>
//       CHECK:   %[[C:.*]] = onnx.Constant dense<[1.000000e+00, 3.000000e+00]> : tensor<2xf32>
//       CHECK:   %[[D:.*]] = onnx.Constant {{.*}} : tensor<1x2xf32>
//   CHECK-NOT:   onnx.Constant
//       CHECK:   return %[[A]], %[[A]], %[[C]], %[[D]]
func.func @equal_contents() -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<1x2xf32>) {
  %a = onnx.Constant dense<[1.0, 2.0]> : tensor<2xf32>
  %b = onnx.Constant dense_resource<same> : tensor<2xf32>
  %c = onnx.Constant dense<[1.0, 3.0]> : tensor<2xf32>
  %d = onnx.Constant dense<[[1.0, 2.0]]> : tensor<1x2xf32>
  return %a, %b, %c, %d : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<1x2xf32>
}

{-#
  dialect_resources: {
    builtin: {
      same: "0x040000000000803F00000040"
    }
  }
#-}
