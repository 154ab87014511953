// RUN: bitnet-opt %s --ternary-lower-to-threads=target=nvptx-sm_80 --split-input-file | FileCheck %s
// RUN: bitnet-opt %s --ternary-lower-to-threads=target=nvptx-sm_75 --split-input-file | FileCheck %s --check-prefix=NO-TILES
// RUN: bitnet-opt %s --ternary-lower-to-threads --split-input-file | FileCheck %s --check-prefix=NO-WARPS

// Additions of bytes that the codes choose: lanes read neighbouring sixteen
// bytes, one word of four activations each.
// CHECK-LABEL: func @lookup
//       CHECK:   rt.parallel %{{.+}} (%{{.+}} to %{{.+}}) in %{{.+}} grain 1 attributes {device.lanes = 64 : i64, kernel = "bitlinear_warps_lookup"}
//       CHECK:     %[[LANE:.+]] = device.lane
//       CHECK:     %[[SUMS:.+]]:16 = scf.for %{{.+}} = %[[LANE]] to %{{.+}} step %{{.+}} iter_args
//       CHECK:       vector.load %{{.+}} {alignment = 4 : i64} : memref<?x1024xi8>, vector<4xi8>
//       CHECK:       vector.load %{{.+}} {alignment = 16 : i64} : memref<16384xi8>, vector<16xi8>
// The pools of four terms, then two rows and two terms at a time.
// CHECK-COUNT-20:   device.permute_bytes
//   CHECK-NOT:       arith.muli %{{.+}} : i32
//   CHECK-NOT:       device.dot4
// The smallest activation has a difference to add.
//       CHECK:       scf.if
// CHECK-COUNT-16:     device.permute_bytes
// Each lane ends with one row.
// CHECK-COUNT-8:     device.exchange %{{.+}} xor 8 : i32
// CHECK-COUNT-4:     device.exchange %{{.+}} xor 4 : i32
// CHECK-COUNT-2:     device.exchange %{{.+}} xor 2 : i32
//       CHECK:     device.exchange %{{.+}} xor 1 : i32
//       CHECK:     device.exchange %{{.+}} xor 16 : i32
//       CHECK:     device.shared : memref<32xi32, 3>
//       CHECK:     device.sync
//       CHECK:     memref.store %{{.+}} : memref<?x64xf32>
//       CHECK:     device.sync

// NO-WARPS-LABEL: func @lookup
//   NO-WARPS-NOT:   device.
func.func @lookup(%exec: !rt.exec, %codes: memref<?x1024xi8>, %scale: memref<?xf32>, %w: memref<16384xi8>, %ws: memref<1xf32>, %out: memref<?x64xf32>) {
  ternary.linear %codes, %scale weights(%w) scales(%ws) outs(%out) exec %exec {rescale = #ternary.rescale_form<div_mul>, layout = #ternary.layout<rows4, rows = 16>, rows_of = array<i64: 64>, strategy = #ternary.strategy<lookup>} : (memref<?x1024xi8>, memref<?xf32> weights(memref<16384xi8>) scales(memref<1xf32>) outs(memref<?x64xf32>))
  return
}

// -----

// Products of four bytes for few tokens, of tiles for many. The last lanes have
// no row.
// CHECK-LABEL: func @dot
//       CHECK:   scf.if
//       CHECK:     rt.parallel %{{.+}} attributes {device.lanes = 32 : i64, kernel = "bitlinear_warps_dot"}
// CHECK-COUNT-17:     device.dot4
//       CHECK:   } else {
//       CHECK:     rt.parallel %{{.+}} attributes {device.lanes = 32 : i64, kernel = "bitlinear_warps_tiles"}
//       CHECK:       scf.for
// CHECK-COUNT-2:       vector.load %{{.+}} {alignment = 4 : i64} : memref<2048xi8>, vector<4xi8>
// CHECK-COUNT-8:       device.multiply_tiles
//       CHECK:         scf.yield

// NO-TILES-LABEL: func @dot
//   NO-TILES-NOT:   scf.if
//       NO-TILES:   rt.parallel %{{.+}} attributes {device.lanes = 32 : i64, kernel = "bitlinear_warps_dot"}
//   NO-TILES-NOT:   device.multiply_tiles
func.func @dot(%exec: !rt.exec, %codes: memref<?x128xi8>, %scale: memref<?xf32>, %w: memref<2048xi8>, %ws: memref<1xf32>, %out: memref<?x60xf32>) {
  ternary.linear %codes, %scale weights(%w) scales(%ws) outs(%out) exec %exec {rescale = #ternary.rescale_form<div_mul>, layout = #ternary.layout<rows4, rows = 16>, rows_of = array<i64: 60>, strategy = #ternary.strategy<dot>} : (memref<?x128xi8>, memref<?xf32> weights(memref<2048xi8>) scales(memref<1xf32>) outs(memref<?x60xf32>))
  return
}

// -----

// Terms that make no whole words are read trit by trit.
// CHECK-LABEL: func @rest_of_terms
//       CHECK:   rt.parallel %{{.+}} attributes {kernel = "bitlinear_threads_rows4"}
//   CHECK-NOT:   device.
func.func @rest_of_terms(%exec: !rt.exec, %codes: memref<?x18xi8>, %scale: memref<?xf32>, %w: memref<80xi8>, %ws: memref<1xf32>, %out: memref<?x16xf32>) {
  ternary.linear %codes, %scale weights(%w) scales(%ws) outs(%out) exec %exec {rescale = #ternary.rescale_form<div_mul>, layout = #ternary.layout<rows4, rows = 16>, rows_of = array<i64: 16>, strategy = #ternary.strategy<lookup>} : (memref<?x18xi8>, memref<?xf32> weights(memref<80xi8>) scales(memref<1xf32>) outs(memref<?x16xf32>))
  return
}

// -----

// The number of tokens may be known.
// CHECK-LABEL: func @one_token
//   CHECK-NOT:   scf.if
//       CHECK:   kernel = "bitlinear_warps_dot"
//   CHECK-NOT:   bitlinear_warps_tiles
func.func @one_token(%exec: !rt.exec, %codes: memref<1x32xi8>, %scale: memref<1xf32>, %w: memref<128xi8>, %ws: memref<1xf32>, %out: memref<1x16xf32>) {
  ternary.linear %codes, %scale weights(%w) scales(%ws) outs(%out) exec %exec {rescale = #ternary.rescale_form<div_mul>, layout = #ternary.layout<rows4, rows = 16>, rows_of = array<i64: 16>, strategy = #ternary.strategy<dot>} : (memref<1x32xi8>, memref<1xf32> weights(memref<128xi8>) scales(memref<1xf32>) outs(memref<1x16xf32>))
  return
}
