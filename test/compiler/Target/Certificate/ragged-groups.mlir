// Scales in groups where K, N or both are no multiple of what kernels take at a
// time: whatever LLVM unrolls, what is left in innermost loops multiplies by
// constants of the code, which make addresses.

// DEFINE: %{certify} = bitnet-opt compile %s --emit=obj --certify -o %t.o
// RUN: %{certify} --target=x86-avx2 | FileCheck %s
// RUN: %{certify} --target=x86-avx512bw | FileCheck %s
// RUN: %{certify} --target=aarch64-neon | FileCheck %s

// CHECK: certificate: {{[0-9]+}} BitLinear kernels, no multiplication by a weight in any
// CHECK: bitlinear_lookup_pairs_
func.func @main(
    %q0: tensor<?x37xi8> {onnx.name = "q0", onnx.dims = ["n", ""]}, %s0: tensor<?x2xf32> {onnx.name = "s0", onnx.dims = ["n", ""]},
    %v0: tensor<2x2x64xf32> {onnx.name = "v0", onnx.dims = ["", "", ""]},
    %q1: tensor<?x37xi8> {onnx.name = "q1", onnx.dims = ["n", ""]}, %s1: tensor<?x2xf32> {onnx.name = "s1", onnx.dims = ["n", ""]},
    %v1: tensor<1xf32> {onnx.name = "v1", onnx.dims = [""]},
    %q2: tensor<?x100xi8> {onnx.name = "q2", onnx.dims = ["n", ""]}, %s2: tensor<?x4xf32> {onnx.name = "s2", onnx.dims = ["n", ""]},
    %v2: tensor<1x4x64xf32> {onnx.name = "v2", onnx.dims = ["", "", ""]},
    %q3: tensor<?x257xi8> {onnx.name = "q3", onnx.dims = ["n", ""]}, %s3: tensor<?x3xf32> {onnx.name = "s3", onnx.dims = ["n", ""]},
    %v3: tensor<1xf32> {onnx.name = "v3", onnx.dims = [""]},
    %q4: tensor<?x500xi8> {onnx.name = "q4", onnx.dims = ["n", ""]}, %s4: tensor<?x3xf32> {onnx.name = "s4", onnx.dims = ["n", ""]},
    %v4: tensor<2x3x64xf32> {onnx.name = "v4", onnx.dims = ["", "", ""]},
    %q5: tensor<?x2050xi8> {onnx.name = "q5", onnx.dims = ["n", ""]}, %s5: tensor<?x17xf32> {onnx.name = "s5", onnx.dims = ["n", ""]},
    %v5: tensor<1xf32> {onnx.name = "v5", onnx.dims = [""]})
    -> (tensor<?x100xf32> {onnx.name = "y0", onnx.dims = ["n", ""]},
        tensor<?x2880xf32> {onnx.name = "y1", onnx.dims = ["n", ""]},
        tensor<?x37xf32> {onnx.name = "y2", onnx.dims = ["n", ""]},
        tensor<?x130xf32> {onnx.name = "y3", onnx.dims = ["n", ""]},
        tensor<?x100xf32> {onnx.name = "y4", onnx.dims = ["n", ""]},
        tensor<?x64xf32> {onnx.name = "y5", onnx.dims = ["n", ""]}) {
  %w0 = ternary.constant dense<36> : tensor<925xi8> as tensor<100x37x!ternary.trit>
  %y0 = ternary.linear %q0, %s0 weights(%w0) scales(%v0) {rescale = #ternary.rescale_form<mul_prod>, group = 32 : i64}
      : (tensor<?x37xi8>, tensor<?x2xf32> weights(tensor<100x37x!ternary.trit>) scales(tensor<2x2x64xf32>)) -> tensor<?x100xf32>
  %w1 = ternary.constant dense<36> : tensor<26640xi8> as tensor<2880x37x!ternary.trit>
  %y1 = ternary.linear %q1, %s1 weights(%w1) scales(%v1) {rescale = #ternary.rescale_form<mul_prod>, group = 32 : i64}
      : (tensor<?x37xi8>, tensor<?x2xf32> weights(tensor<2880x37x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x2880xf32>
  %w2 = ternary.constant dense<36> : tensor<925xi8> as tensor<37x100x!ternary.trit>
  %y2 = ternary.linear %q2, %s2 weights(%w2) scales(%v2) {rescale = #ternary.rescale_form<mul_prod>, group = 32 : i64}
      : (tensor<?x100xi8>, tensor<?x4xf32> weights(tensor<37x100x!ternary.trit>) scales(tensor<1x4x64xf32>)) -> tensor<?x37xf32>
  %w3 = ternary.constant dense<36> : tensor<8353xi8> as tensor<130x257x!ternary.trit>
  %y3 = ternary.linear %q3, %s3 weights(%w3) scales(%v3) {rescale = #ternary.rescale_form<mul_prod>, group = 128 : i64}
      : (tensor<?x257xi8>, tensor<?x3xf32> weights(tensor<130x257x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x130xf32>
  %w4 = ternary.constant dense<36> : tensor<12500xi8> as tensor<100x500x!ternary.trit>
  %y4 = ternary.linear %q4, %s4 weights(%w4) scales(%v4) {rescale = #ternary.rescale_form<mul_prod>, group = 240 : i64}
      : (tensor<?x500xi8>, tensor<?x3xf32> weights(tensor<100x500x!ternary.trit>) scales(tensor<2x3x64xf32>)) -> tensor<?x100xf32>
  %w5 = ternary.constant dense<36> : tensor<32800xi8> as tensor<64x2050x!ternary.trit>
  %y5 = ternary.linear %q5, %s5 weights(%w5) scales(%v5) {rescale = #ternary.rescale_form<mul_prod>, group = 128 : i64}
      : (tensor<?x2050xi8>, tensor<?x17xf32> weights(tensor<64x2050x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x64xf32>
  return %y0, %y1, %y2, %y3, %y4, %y5
      : tensor<?x100xf32>, tensor<?x2880xf32>, tensor<?x37xf32>, tensor<?x130xf32>, tensor<?x100xf32>, tensor<?x64xf32>
}
