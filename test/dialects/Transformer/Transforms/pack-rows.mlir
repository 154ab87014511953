// RUN: bitnet-opt %s --split-input-file --transformer-pack-rows=target=x86-avx2 | FileCheck %s
// RUN: bitnet-opt %s --split-input-file --transformer-pack-rows=target=x86-avx512bw | FileCheck %s --check-prefix=WIDE

// A table that a linear layer is tied to stays one copy, packed; all values
// are bf16.
// CHECK: rt.global @w : tensor<10x2x4x32xbf16> = [dense<1.500000e+00> : tensor<37x40xf32>] {encoding = #transformer.encoding<values>}
// WIDE:  rt.global @w : tensor<3x2x16x32xbf16>
rt.global @w : tensor<37x40xf32> = [dense<1.5> : tensor<37x40xf32>]
// CHECK-LABEL: func @tied
func.func @tied(%ids: tensor<?x?xi64>, %x: tensor<?x40xf32>) -> (tensor<?x?x40xf32>, tensor<?x37xf32>) {
  // CHECK: %[[W:.*]] = rt.get_global @w : tensor<10x2x4x32xbf16>
  %w = rt.get_global @w : tensor<37x40xf32>
  // CHECK: transformer.embedding %{{.*}}, %[[W]] {rows = 37 : i64} : (tensor<?x?xi64>, tensor<10x2x4x32xbf16>) -> tensor<?x?x40xf32>
  %e = onnx.Gather %w, %ids : (tensor<37x40xf32>, tensor<?x?xi64>) -> tensor<?x?x40xf32>
  // CHECK: transformer.linear %{{.*}}, %[[W]] : (tensor<?x40xf32>, tensor<10x2x4x32xbf16>) -> tensor<?x37xf32>
  %y = transformer.linear %x, %w : (tensor<?x40xf32>, tensor<37x40xf32>) -> tensor<?x37xf32>
  return %e, %y : tensor<?x?x40xf32>, tensor<?x37xf32>
}

// -----

// 2049/1024 needs eleven bits behind the point: no bf16, and with 2^-15 a
// subnormal f16. Every layer's values count.
// CHECK: rt.global @f16 : tensor<1x1x4x32xf16>
rt.global @f16 : tensor<2x2xf32> = [dense<[[0x3F802000, 1.0], [2.0, 3.05175781e-05]]> : tensor<2x2xf32>]
// CHECK: rt.global @f32 : tensor<1x1x4x16xf32>
rt.global @f32 : tensor<2x2xf32> = [dense<1.0> : tensor<2x2xf32>, dense<[[0x3F801000, 1.0], [2.0, 3.0]]> : tensor<2x2xf32>]
// Too large and too small for f16.
// CHECK: rt.global @large : tensor<1x1x4x16xf32>
rt.global @large : tensor<2x2xf32> = [dense<[[0x3F802000, 65536.0], [2.0, 3.0]]> : tensor<2x2xf32>]
// CHECK: rt.global @small : tensor<1x1x4x16xf32>
rt.global @small : tensor<2x2xf32> = [dense<[[0x3F802000, 0x33000000], [2.0, 3.0]]> : tensor<2x2xf32>]
// CHECK-LABEL: func @types
func.func @types(%x: tensor<?x2xf32>, %i: index) {
  %a = rt.get_global @f16 : tensor<2x2xf32>
  %b = rt.get_global @f32[%i] : tensor<2x2xf32>
  %c = rt.get_global @large : tensor<2x2xf32>
  %d = rt.get_global @small : tensor<2x2xf32>
  %0 = transformer.linear %x, %a : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  // CHECK: rt.get_global @f32[%{{.*}}] : tensor<1x1x4x16xf32>
  %1 = transformer.linear %x, %b : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  %2 = transformer.linear %x, %c : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  %3 = transformer.linear %x, %d : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  return
}

// -----

// A table alone stays row-major; an f16 graph gets its type back.
// CHECK: rt.global @table : tensor<37x40xbf16> = [dense<1.000000e+00> : tensor<37x40xf32>] {encoding
rt.global @table : tensor<37x40xf32> = [dense<1.0> : tensor<37x40xf32>]
// CHECK: rt.global @half : tensor<10x2x4x32xf16>
rt.global @half : tensor<37x40xf16> = [dense<1.0> : tensor<37x40xf16>]
// CHECK-LABEL: func @tables
func.func @tables(%ids: tensor<?xi64>, %x: tensor<?x40xf32>) -> (tensor<?x40xf32>, tensor<?x40xf16>, tensor<?x37xf32>) {
  %t = rt.get_global @table : tensor<37x40xf32>
  %h = rt.get_global @half : tensor<37x40xf16>
  // CHECK: transformer.embedding {{.*}} tensor<37x40xbf16>
  %a = onnx.Gather %t, %ids {axis = 0 : i64} : (tensor<37x40xf32>, tensor<?xi64>) -> tensor<?x40xf32>
  // CHECK: %[[E:.*]] = transformer.embedding {{.*}} -> tensor<?x40xf32>
  // CHECK: onnx.Cast %[[E]] {to = 10 : i64} : (tensor<?x40xf32>) -> tensor<?x40xf16>
  %b = onnx.Gather %h, %ids : (tensor<37x40xf16>, tensor<?xi64>) -> tensor<?x40xf16>
  %y = transformer.linear %x, %h : (tensor<?x40xf32>, tensor<37x40xf16>) -> tensor<?x37xf32>
  return %a, %b, %y : tensor<?x40xf32>, tensor<?x40xf16>, tensor<?x37xf32>
}

// -----

// What something else reads stays as it is.
// CHECK: rt.global @read : tensor<37x40xf32> = [dense<1.000000e+00> : tensor<37x40xf32>]
// CHECK-NOT: encoding
rt.global @read : tensor<37x40xf32> = [dense<1.0> : tensor<37x40xf32>]
func.func @other_readers(%ids: tensor<?xi64>, %x: tensor<?x40xf32>) -> (tensor<?x37xf32>, tensor<37x?xf32>) {
  %w = rt.get_global @read : tensor<37x40xf32>
  %y = transformer.linear %x, %w : (tensor<?x40xf32>, tensor<37x40xf32>) -> tensor<?x37xf32>
  %a = onnx.Gather %w, %ids {axis = 1 : i64} : (tensor<37x40xf32>, tensor<?xi64>) -> tensor<37x?xf32>
  return %y, %a : tensor<?x37xf32>, tensor<37x?xf32>
}
