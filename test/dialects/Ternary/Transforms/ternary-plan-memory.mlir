// RUN: bitnet-opt %s --ternary-plan --split-input-file --remarks-filter=ternary 2>&1 | FileCheck %s
// RUN: bitnet-opt %s --ternary-plan=any-arithmetic --split-input-file --remarks-filter=ternary 2>&1 | FileCheck %s --check-prefix=ANY

// 16384 bytes of trits are read from memory where the last cache holds less,
// and no faster than it gives them: 16384 bytes at 1 MB/s take 16384 us.
// CHECK: PredictedMicroseconds="1: 16384.0, 8: 16384.0, 128: 65536.0"
module attributes {bitnet.target = {x86 = true, ssse3 = true, avx2 = true, avx512bw = true, vector_bits = 512 : i64,
    vector_registers = 32 : i64, l3_bytes = 16383 : i64, read_mb_s = 1 : i64}} {
func.func @more_than_the_cache(%q: tensor<?x256xi8>, %s: tensor<?x1xf32>, %w: tensor<256x256x!ternary.trit>, %ws: tensor<1xf32>) -> tensor<?x256xf32> {
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<div_mul>}
      : (tensor<?x256xi8>, tensor<?x1xf32> weights(tensor<256x256x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x256xf32>
  return %y : tensor<?x256xf32>
}
}

// -----

// CHECK-NOT: PredictedMicroseconds="1: 16384
//     CHECK: PredictedMicroseconds="1: {{[0-9]\.[0-9]}}, 8:
module attributes {bitnet.target = {x86 = true, ssse3 = true, avx2 = true, avx512bw = true, vector_bits = 512 : i64,
    vector_registers = 32 : i64, l3_bytes = 16384 : i64, read_mb_s = 1 : i64}} {
func.func @as_much_as_the_cache(%q: tensor<?x256xi8>, %s: tensor<?x1xf32>, %w: tensor<256x256x!ternary.trit>, %ws: tensor<1xf32>) -> tensor<?x256xf32> {
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<div_mul>}
      : (tensor<?x256xi8>, tensor<?x1xf32> weights(tensor<256x256x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x256xf32>
  return %y : tensor<?x256xf32>
}
}

// -----

// From memory 1.6 bits a trit are read faster than 2, whatever is done with them.
//         CHECK: Because="it reads the fewest bytes", K=320, Layout=quints, {{.*}}Strategy=lookup
//           ANY: K=320, Layout=rows5, {{.*}}Strategy=dot
module attributes {bitnet.target = {x86 = true, ssse3 = true, avx2 = true, avx512bw = true, avx512vnni = true, avx512vbmi = true,
    vector_bits = 512 : i64, vector_registers = 32 : i64, l3_bytes = 16384 : i64, read_mb_s = 100 : i64}} {
func.func @fewest_bytes(%q: tensor<?x320xi8>, %s: tensor<?x1xf32>, %w: tensor<640x320x!ternary.trit>, %ws: tensor<1xf32>) -> tensor<?x640xf32> {
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<div_mul>}
      : (tensor<?x320xi8>, tensor<?x1xf32> weights(tensor<640x320x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x640xf32>
  return %y : tensor<?x640xf32>
}
}
