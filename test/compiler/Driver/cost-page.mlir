// The energy of a 70B transformer's matrices, by the papers' table, is 71.4
// times less than that of f16 (arXiv 2402.17764, figure 3).
// RUN: bitnet-opt compile %s --target=x86-avx512vbmi --stop-after=plan --report=%t.html -o %t.mlir
// RUN: FileCheck %s --input-file=%t.html
// RUN: not bitnet-opt compile %s --stop-after=import --report=%t.no.html 2>&1 | FileCheck %s --check-prefix=EARLY
// RUN: not ls %t.no.html
// RUN: bitnet-opt compile %s --target=x86-avx512vbmi --strategy=dot --stop-after=plan --report=%t.dot.html -o %t.mlir
// RUN: FileCheck %s --input-file=%t.dot.html --check-prefix=DOT
// RUN: bitnet-opt compile %s --target=spirv-vulkan1.3 --stop-after=plan --report=%t.gpu.html -o %t.mlir
// RUN: FileCheck %s --input-file=%t.gpu.html --check-prefix=GPU

// CHECK: <!DOCTYPE html>
// 8192 x 8192, and two of 28672 x 8192 on the same input.
// CHECK: A token takes 536.9 million multiply-adds in linear layers, 100.0 % of them on ternary weights
// CHECK: <td>45 nm</td><td>16.106</td>{{.*}}<td>805.306</td><td>50.0</td>
// CHECK: <td>7 nm</td><td>3.758</td>{{.*}}<td>268.435</td><td>71.4</td><td>{{[56][0-9]\.[0-9]}}</td>
// CHECK: <svg
// CHECK: class='roof'
// CHECK: <circle {{.*}}class='t0'
// CHECK: </svg>
// CHECK: (1 of 3 that share their input)</td><td>1</td><td>8192</td><td>8192</td><td>lookup on quints</td><td>1.60</td>
// CHECK: (2 of 3 that share their input)</td><td>1</td><td>28672</td><td>8192</td>
// CHECK: (3 of 3 that share their input)
// CHECK: </html>

// A dot product multiplies: (0.34 + 0.16) / (0.07 + 0.007).
// DOT: <td>7 nm</td>{{.*}}<td>6.5</td><td>{{[0-9.]+}}</td></tr>
// DOT: 45 / 7 nm: INT8 addition 0.03 / 0.007, INT8 product 0.2 / 0.07,

// There is no cost model of devices: energy is all that is said.
// GPU: of weights.</p>
// GPU: <td>7 nm</td>
// GPU-NOT: <svg
// GPU: <th>nJ at 7 nm</th>
// GPU: </html>

// EARLY: .no.html: error: no costs: the model is not planned before it is printed; use another ending than .html
func.func @main(%q: tensor<?x8192xi8>, %s: tensor<?x1xf32>, %ws: tensor<1xf32>, %u: tensor<8192x8192x!ternary.trit>,
    %v: tensor<28672x8192x!ternary.trit>, %w: tensor<28672x8192x!ternary.trit>)
    -> (tensor<?x8192xf32>, tensor<?x28672xf32>, tensor<?x28672xf32>) {
  %x = ternary.linear %q, %s weights(%u) scales(%ws) {rescale = #ternary.rescale_form<div_mul>}
      : (tensor<?x8192xi8>, tensor<?x1xf32> weights(tensor<8192x8192x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x8192xf32>
  %y:2 = ternary.linear %q, %s weights(%v, %w) scales(%ws, %ws) {rescale = #ternary.rescale_form<div_mul>}
      : (tensor<?x8192xi8>, tensor<?x1xf32> weights(tensor<28672x8192x!ternary.trit>, tensor<28672x8192x!ternary.trit>) scales(tensor<1xf32>, tensor<1xf32>)) -> tensor<?x28672xf32>, tensor<?x28672xf32>
  return %x, %y#0, %y#1 : tensor<?x8192xf32>, tensor<?x28672xf32>, tensor<?x28672xf32>
}
