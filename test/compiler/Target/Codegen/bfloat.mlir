// A bf16 that fills memory is no library's business: targets without the type
// would keep it as an f32 between the load and the stores.
// RUN: bitnet-opt compile %s --emit=asm --target=x86_64-linux-gnu+avx2 -o %t.s
// RUN: FileCheck %s --input-file=%t.s

// CHECK-NOT: __truncsfbf2
func.func @main(%x: tensor<?x4xbf16> {onnx.name = "x"}, %pads: tensor<4xi64> {onnx.name = "pads"}, %fill: tensor<bf16> {onnx.name = "fill"})
    -> (tensor<?x?xbf16> {onnx.name = "y"}) {
  %y = onnx.Pad %x, %pads, %fill : (tensor<?x4xbf16>, tensor<4xi64>, tensor<bf16>) -> tensor<?x?xbf16>
  return %y : tensor<?x?xbf16>
}
