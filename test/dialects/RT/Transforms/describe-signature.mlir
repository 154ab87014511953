// RUN: bitnet-opt %s --rt-describe-signature --split-input-file | FileCheck %s

// CHECK: bitnet.graph_inputs = [{dims = ["batch", ""], name = "ids", role = "tokens", type = tensor<?x4xi64>},
// CHECK-SAME: {name = "input1", type = tensor<2xf32>}]
// CHECK-SAME: bitnet.graph_outputs = [{name = "y", type = tensor<2xf32>}]
func.func @main(%ids: tensor<?x4xi64> {onnx.name = "ids", onnx.dims = ["batch", ""], bitnet.role = "tokens"},
                %x: tensor<2xf32>) -> (tensor<2xf32> {onnx.name = "y"}) {
  return %x : tensor<2xf32>
}

// -----

// The recognizer's description stays; roles go to the ONNX position.
// CHECK: bitnet.graph_inputs = [{name = "past"}, {name = "ids", role = "tokens"}]
module attributes {bitnet.graph_inputs = [{name = "past"}, {name = "ids"}]} {
  func.func @main(%ids: tensor<?x4xi64> {bitnet.index = 1 : i64, bitnet.role = "tokens"}) {
    return
  }
}

// -----

// CHECK-NOT: bitnet.graph_inputs
func.func @main(%exec: !rt.exec) {
  return
}
