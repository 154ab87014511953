// Conversions in bits and those of instructions are the same, on each CPU.
// RUN: rm -rf %t && mkdir %t
// RUN: bitnet-opt compile %s --emit=lib --target=x86-ssse3 -o %t/host
// RUN: %python %S/check_half.py %t/host %t bitnet-run | FileCheck %s
// RUN: bitnet-opt compile %s --emit=lib --target=riscv64-rvv -o %t/rvv
// RUN: %python %S/check_half.py %t/rvv %t qemu-riscv64 -cpu rv64,v=true,vext_spec=v1.0,vlen=128 -L /usr/riscv64-linux-gnu %build/lib/bitnet/riscv64/bitnet-run | FileCheck %s
// RUN: bitnet-opt compile %s --emit=lib --target=aarch64-neon -o %t/neon
// RUN: %python %S/check_half.py %t/neon %t qemu-aarch64 -cpu max -L /usr/aarch64-linux-gnu %build/lib/bitnet/aarch64/bitnet-run | FileCheck %s
// CHECK: {{[0-9]+}} conversions agree

func.func @main(%h: tensor<?xf16> {onnx.name = "h"}, %s: tensor<?xf32> {onnx.name = "s"},
                %i: tensor<?xi32> {onnx.name = "i"})
    -> (tensor<?xf32> {onnx.name = "wide"}, tensor<?xf16> {onnx.name = "narrow"}, tensor<?xf16> {onnx.name = "of_i32"},
        tensor<?xf16> {onnx.name = "of_u8"}, tensor<?xf16> {onnx.name = "of_bool"}, tensor<?xi32> {onnx.name = "to_i32"}) {
  %wide = "onnx.Cast"(%h) {to = 1 : i64} : (tensor<?xf16>) -> tensor<?xf32>
  %narrow = "onnx.Cast"(%s) {to = 10 : i64} : (tensor<?xf32>) -> tensor<?xf16>
  %of_i32 = "onnx.Cast"(%i) {to = 10 : i64} : (tensor<?xi32>) -> tensor<?xf16>
  %u8 = "onnx.Cast"(%i) {to = 2 : i64} : (tensor<?xi32>) -> tensor<?xui8>
  %of_u8 = "onnx.Cast"(%u8) {to = 10 : i64} : (tensor<?xui8>) -> tensor<?xf16>
  %bool = "onnx.Cast"(%i) {to = 9 : i64} : (tensor<?xi32>) -> tensor<?xi1>
  %of_bool = "onnx.Cast"(%bool) {to = 10 : i64} : (tensor<?xi1>) -> tensor<?xf16>
  %to_i32 = "onnx.Cast"(%of_i32) {to = 6 : i64} : (tensor<?xf16>) -> tensor<?xi32>
  return %wide, %narrow, %of_i32, %of_u8, %of_bool, %to_i32
      : tensor<?xf32>, tensor<?xf16>, tensor<?xf16>, tensor<?xf16>, tensor<?xf16>, tensor<?xi32>
}
