// RUN: bitnet-opt %s --transformer-pack-rows="target=x86-avx2 head=graph" | FileCheck %s --check-prefixes=GRAPH
// RUN: bitnet-opt %s --transformer-pack-rows="target=x86-avx2 head=auto" | FileCheck %s --check-prefixes=AUTO
// RUN: bitnet-opt %s --transformer-pack-rows="target=x86-avx2 head=f16" | FileCheck %s --check-prefixes=F16
// RUN: bitnet-opt %s --transformer-pack-rows="target=x86-avx2 head=i8" | FileCheck %s --check-prefixes=I8
// RUN: bitnet-opt %s --transformer-pack-rows="target=x86-avx2 head=i4" | FileCheck %s --check-prefixes=I4
// RUN: bitnet-opt %s --transformer-pack-rows="target=x86-avx2 head=exact" | FileCheck %s --check-prefixes=EXACT
// RUN: not bitnet-opt %s --transformer-pack-rows=head=i3 2>&1 | FileCheck %s --check-prefix=UNKNOWN

// UNKNOWN: unknown head 'i3', expected auto, graph, bf16, f16, i8, i4 or exact

// GRAPH: rt.global @w : tensor<10x3x4x16xf32>
// AUTO:  rt.global @w : tensor<10x2x4x32xbf16>

// The head is rounded, the table is not: two copies.
// F16:     rt.global @w : tensor<37x40xbf16> = {{.*}} {encoding = #transformer.encoding<values>}
// F16:     rt.global @w_head : tensor<10x2x4x32xf16> = {{.*}} {encoding = #transformer.encoding<values>}
// I8:      rt.global @w : tensor<37x40xbf16>
// I8-DAG:  rt.global @w_codes : tensor<10x1x4x64xi8> = [dense<9.984000e+04> : tensor<37x40xf32>] {encoding = #transformer.encoding<codes8>}
// I8-DAG:  rt.global @w_scales : tensor<37xf32> = {{.*}} {encoding = #transformer.encoding<scales8>}
// I4:      rt.global @w : tensor<37x40xbf16>
// I4:      rt.global @w_groups : tensor<3x1x9x64xi8> = [dense<9.984000e+04> : tensor<37x40xf32>] {encoding = #transformer.encoding<groups4>}
// EXACT:     rt.global @w : tensor<10x2x4x32xbf16>
// EXACT-DAG: rt.global @w_codes : tensor<10x1x4x64xi8>
// EXACT-DAG: rt.global @w_scales : tensor<37xf32> = {{.*}} {encoding = #transformer.encoding<scales8>}
// EXACT-DAG: rt.global @w_errors : tensor<37xf32> = {{.*}} {encoding = #transformer.encoding<errors8>}
// EXACT-DAG: rt.global @w_norms : tensor<37xf32> = {{.*}} {encoding = #transformer.encoding<norms>}
rt.global @w : tensor<37x40xf32> = [dense<99840.0> : tensor<37x40xf32>]

func.func @main(%ids: tensor<?x?xi64>) -> (tensor<?x?x37xf32> {bitnet.role = "logits"}) {
  %w = rt.get_global @w : tensor<37x40xf32>
  // EXACT: %[[E:.*]] = transformer.embedding
  %e = onnx.Gather %w, %ids : (tensor<37x40xf32>, tensor<?x?xi64>) -> tensor<?x?x40xf32>
  %x = transformer.last_positions %e : tensor<?x?x40xf32>
  %n = transformer.rms_norm %x {eps = 1.0e-5 : f32} : (tensor<?x?x40xf32>) -> tensor<?x?x40xf32>
  // F16: transformer.linear %{{.*}}, %{{.*}} : (tensor<?x?x40xf32>, tensor<10x2x4x32xf16>)
  // I8: %[[Y:.*]] = transformer.quantized_linear
  // I8: return %[[Y]]
  // I4: %[[Y:.*]] = transformer.grouped_linear %{{.*}}, %{{.*}} : (tensor<?x?x40xf32>, tensor<3x1x9x64xi8>) -> tensor<?x?x37xf32>
  // I4: return %[[Y]]
  // EXACT: %[[Y:.*]] = transformer.screened_linear %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} : (tensor<?x?x40xf32>, tensor<10x2x4x32xbf16>, tensor<10x1x4x64xi8>
  // EXACT: return %[[Y]]
  %y = transformer.linear %n, %w : (tensor<?x?x40xf32>, tensor<37x40xf32>) -> tensor<?x?x37xf32>
  return %y : tensor<?x?x37xf32>
}
