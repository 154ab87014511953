// A bf16 is moved as its bits without the optimiser, too: nothing keeps an
// operand that is gone, on which instruction selection would end.
// RUN: bitnet-opt compile %s --emit=asm -O0 --target=x86_64-linux-gnu+avx2 -o %t.s
// RUN: FileCheck %s --input-file=%t.s

// CHECK: shll $16
func.func @main(%x: tensor<?x4xbf16> {onnx.name = "x"}, %c: tensor<?x4xi1> {onnx.name = "c"})
    -> (tensor<?x4xf32> {onnx.name = "y"}, tensor<?x4xbf16> {onnx.name = "z"}) {
  %y = onnx.Cast %x {to = 1 : i64} : (tensor<?x4xbf16>) -> tensor<?x4xf32>
  %w = onnx.Where %c, %x, %x : (tensor<?x4xi1>, tensor<?x4xbf16>, tensor<?x4xbf16>) -> tensor<?x4xbf16>
  %z = onnx.Add %w, %x : (tensor<?x4xbf16>, tensor<?x4xbf16>) -> tensor<?x4xbf16>
  return %y, %z : tensor<?x4xf32>, tensor<?x4xbf16>
}
