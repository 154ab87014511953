// RUN: bitnet-opt %s --ternary-tile --canonicalize --cse --split-input-file --verify-diagnostics | FileCheck %s

// Both siblings' blocks (2 and 1) are one range of one parallel region.
// CHECK-LABEL: func @siblings_share_a_region
//       CHECK:   rt.parallel {{.*}} attributes {kernel = "bitlinear_lookup_pairs_panels"}
//       CHECK:     ternary.token_panel
//       CHECK:   rt.parallel {{.*}} grain 2 attributes {kernel = "bitlinear_lookup_pairs_tokens"}
//       CHECK:     ternary.clear
//       CHECK:     ternary.token_tables {{.*}} {groups = 6 : i64}
//       CHECK:     ternary.lookup_tokens {{.*}} memref<3328xi8>
//       CHECK:     ternary.lookup_tokens {{.*}} memref<1664xi8>
// 26 groups are four chunks of 6 and one of 2.
//       CHECK:     ternary.token_tables {{.*}} {groups = 2 : i64}
//       CHECK:     ternary.transpose_sums
//       CHECK:     ternary.rescale {{.*}} rows = 64
// 100 rows are a block of 64 and one of 36.
//       CHECK:     ternary.rescale {{.*}} rows = 36
//       CHECK:   rt.parallel {{.*}} attributes {kernel = "bitlinear_lookup_pairs_tables"}
//       CHECK:     ternary.code_tables
//       CHECK:   rt.parallel %{{.*}} in %c3 grain 3 attributes {kernel = "bitlinear_lookup_pairs_rows"}
//       CHECK:     ternary.lookup_rows
// A token alone has tables for each thread.
//       CHECK:   rt.parallel %{{.*}} in %c3 grain 3 attributes {kernel = "bitlinear_lookup_pairs_token"}
//       CHECK:     %[[OWN:.*]] = memref.alloca() {{.*}} : memref<1x1664xi8>
//       CHECK:     ternary.code_tables {{.*}} into %[[OWN]]
//       CHECK:     ternary.lookup_rows %[[OWN]]
//   CHECK-NOT:   ternary.linear
func.func @siblings_share_a_region(%exec: !rt.exec, %q: memref<?x101xi8>, %s: memref<?x1xf32>, %ws: memref<1xf32>,
    %w: memref<3328xi8>, %v: memref<1664xi8>, %o: memref<?x100xf32>, %p: memref<?x64xf32>) {
  ternary.linear %q, %s weights(%w, %v) scales(%ws, %ws) outs(%o, %p) exec %exec {rescale = #ternary.rescale_form<div_mul>,
      layout = #ternary.layout<pairs, rows = 64>, rows_of = array<i64: 100, 64>, strategy = #ternary.strategy<lookup>}
      : (memref<?x101xi8>, memref<?x1xf32> weights(memref<3328xi8>, memref<1664xi8>) scales(memref<1xf32>, memref<1xf32>) outs(memref<?x100xf32>, memref<?x64xf32>))
  return
}

// -----

// Five groups are made from four quints for each block; 21 quints of 300 rows are
// two blocks of 256.
// CHECK-LABEL: func @quints_become_pairs
//       CHECK:   rt.parallel {{.*}} attributes {kernel = "bitlinear_lookup_quints_tokens"}
//       CHECK:     ternary.token_tables {{.*}} {groups = 5 : i64}
//       CHECK:     ternary.quints_to_pairs {{.*}} {groups = 5 : i64, rows = 256 : i64, terms = 101 : i64}
//       CHECK:     ternary.lookup_tokens {{.*}} {groups = 5 : i64, terms = 20 : i64}
//       CHECK:     ternary.quints_to_pairs {{.*}} {groups = 1 : i64
//       CHECK:     ternary.lookup_tokens {{.*}} {groups = 1 : i64, terms = 4 : i64}
//       CHECK:   rt.parallel {{.*}} attributes {kernel = "bitlinear_lookup_quints_tables"}
//       CHECK:     ternary.quint_tables
//       CHECK:   rt.parallel %{{.*}} in %c2 {{.*}}attributes {kernel = "bitlinear_lookup_quints_rows"}
// The next block's weights are asked for with the first token's.
//       CHECK:     ternary.lookup_quints {{.*}} then[{{.*}}] {groups = 21 : i64, rows = 256 : i64, terms = 101 : i64}
//   CHECK-NOT:     then
//       CHECK:     ternary.lookup_quints {{.*}} {groups = 21 : i64
// The last block has 44 rows.
//       CHECK:     ternary.rescale {{.*}} rows = 64
//       CHECK:     ternary.rescale {{.*}} rows = 44
func.func @quints_become_pairs(%exec: !rt.exec, %q: memref<?x101xi8>, %s: memref<?x1xf32>, %ws: memref<1xf32>,
    %w: memref<10752xi8>, %o: memref<?x300xf32>) {
  ternary.linear %q, %s weights(%w) scales(%ws) outs(%o) exec %exec {rescale = #ternary.rescale_form<div_mul>,
      layout = #ternary.layout<quints, rows = 256>, rows_of = array<i64: 300>, strategy = #ternary.strategy<lookup>}
      : (memref<?x101xi8>, memref<?x1xf32> weights(memref<10752xi8>) scales(memref<1xf32>) outs(memref<?x300xf32>))
  return
}

// -----

// A tile of tokens reads quads as they are, 64 rows of a block at a time.
// CHECK-LABEL: func @quads_are_indices
//       CHECK:   rt.parallel %{{.*}} in %{{.*}} {{.*}}attributes {kernel = "bitlinear_lookup_quads_tokens"}
//       CHECK:     ternary.token_tables {{.*}} {groups = 6 : i64, quads}
//       CHECK:     ternary.lookup_tokens {{.*}} {groups = 6 : i64, rows = 256 : i64, terms = 101 : i64}
//       CHECK:     ternary.token_tables {{.*}} {groups = 2 : i64, quads}
//       CHECK:   rt.parallel {{.*}} attributes {kernel = "bitlinear_lookup_quads_tables"}
//       CHECK:     ternary.quad_tables
//       CHECK:   rt.parallel %{{.*}} in %c2 {{.*}}attributes {kernel = "bitlinear_lookup_quads_rows"}
//       CHECK:     ternary.lookup_quads {{.*}} then[{{.*}}] {groups = 26 : i64, rows = 256 : i64, terms = 101 : i64}
//   CHECK-NOT:     then
//       CHECK:     ternary.lookup_quads {{.*}} {groups = 26 : i64
func.func @quads_are_indices(%exec: !rt.exec, %q: memref<?x101xi8>, %s: memref<?x1xf32>, %ws: memref<1xf32>,
    %w: memref<13312xi8>, %o: memref<?x300xf32>) {
  ternary.linear %q, %s weights(%w) scales(%ws) outs(%o) exec %exec {rescale = #ternary.rescale_form<div_mul>,
      layout = #ternary.layout<quads, rows = 256>, rows_of = array<i64: 300>, strategy = #ternary.strategy<lookup>}
      : (memref<?x101xi8>, memref<?x1xf32> weights(memref<13312xi8>) scales(memref<1xf32>) outs(memref<?x300xf32>))
  return
}

// -----

// Chunks are of whole eights: as many byte sums add up.
// CHECK-LABEL: func @quads_by_eights
//       CHECK:   rt.parallel {{.*}} attributes {kernel = "bitlinear_lookup_quads_token"}
//       CHECK:     scf.for %{{.*}} = %c0{{.*}} to %c24{{.*}} step %c8
//       CHECK:         ternary.lookup_quads {{.*}} then[{{.*}}] {groups = 8 : i64
//       CHECK:     ternary.lookup_quads {{.*}} {groups = 2 : i64
func.func @quads_by_eights(%exec: !rt.exec, %q: memref<1x101xi8>, %s: memref<1x1xf32>, %ws: memref<1xf32>,
    %w: memref<13312xi8>, %o: memref<1x300xf32>) {
  ternary.linear %q, %s weights(%w) scales(%ws) outs(%o) exec %exec {rescale = #ternary.rescale_form<div_mul>,
      layout = #ternary.layout<quads, rows = 256>, rows_of = array<i64: 300>, strategy = #ternary.strategy<lookup>,
      tile = {table_groups = 12 : i64}}
      : (memref<1x101xi8>, memref<1x1xf32> weights(memref<13312xi8>) scales(memref<1xf32>) outs(memref<1x300xf32>))
  return
}

// -----

// A single block is not read in pairs of blocks: there are sums of one.
// CHECK-LABEL: func @fewer_blocks_than_are_read_together
//       CHECK:   memref.alloc() {{.*}}: memref<1x64xi32>
//   CHECK-NOT:   blocks = 2
//       CHECK:   ternary.lookup_rows {{.*}} {blocks = 1 : i64
func.func @fewer_blocks_than_are_read_together(%exec: !rt.exec, %q: memref<1x8xi8>, %s: memref<1x1xf32>, %ws: memref<1xf32>, %w: memref<128xi8>, %o: memref<1x3xf32>) {
  ternary.linear %q, %s weights(%w) scales(%ws) outs(%o) exec %exec {rescale = #ternary.rescale_form<div_mul>,
      layout = #ternary.layout<pairs, rows = 64>, rows_of = array<i64: 3>, strategy = #ternary.strategy<lookup>,
      tile = {row_blocks = 2 : i64}}
      : (memref<1x8xi8>, memref<1x1xf32> weights(memref<128xi8>) scales(memref<1xf32>) outs(memref<1x3xf32>))
  return
}

// -----

// 16 chunks of 6 groups and 4 more: 16-bit sums are carried behind 10 chunks.
// CHECK-LABEL: func @carries
//       CHECK:   kernel = "bitlinear_lookup_pairs_tokens"
//       CHECK:     scf.for %{{.*}} = %c0 to %c10 step %c1
//       CHECK:       ternary.lookup_tokens
//       CHECK:     ternary.carry
//       CHECK:     scf.for %{{.*}} = %c10 to %c16 step %c1
//       CHECK:       ternary.lookup_tokens
//   CHECK-NOT:     ternary.carry
//       CHECK:     ternary.transpose_sums
func.func @carries(%exec: !rt.exec, %q: memref<32x400xi8>, %s: memref<32x1xf32>, %ws: memref<1xf32>, %w: memref<6400xi8>, %o: memref<32x64xf32>) {
  ternary.linear %q, %s weights(%w) scales(%ws) outs(%o) exec %exec {rescale = #ternary.rescale_form<div_mul>,
      layout = #ternary.layout<pairs, rows = 64>, rows_of = array<i64: 64>, strategy = #ternary.strategy<lookup>}
      : (memref<32x400xi8>, memref<32x1xf32> weights(memref<6400xi8>) scales(memref<1xf32>) outs(memref<32x64xf32>))
  return
}

// -----

// One token needs no prefill, and no memory but for its sums.
// CHECK-LABEL: func @one_token
//   CHECK-NOT:   ternary.token_panel
//       CHECK:   memref.alloc() {{.*}}: memref<1x64xi32>
//   CHECK-NOT:   memref.alloc()
//       CHECK:   kernel = "bitlinear_lookup_pairs_token"
//       CHECK:   ternary.lookup_rows
func.func @one_token(%exec: !rt.exec, %q: memref<1x8xi8>, %s: memref<1x1xf32>, %ws: memref<1xf32>, %w: memref<128xi8>, %o: memref<1x3xf32>) {
  ternary.linear %q, %s weights(%w) scales(%ws) outs(%o) exec %exec {rescale = #ternary.rescale_form<div_mul>,
      layout = #ternary.layout<pairs, rows = 64>, rows_of = array<i64: 3>, strategy = #ternary.strategy<lookup>}
      : (memref<1x8xi8>, memref<1x1xf32> weights(memref<128xi8>) scales(memref<1xf32>) outs(memref<1x3xf32>))
  return
}

// -----

// Leading axes are one axis of tokens, four of which share a pass.
// CHECK-LABEL: func @masked
//       CHECK:   memref.collapse_shape %{{.*}} {{\[}}[0, 1], [2]] : memref<?x?x8xi8> into memref<?x8xi8>
//       CHECK:   kernel = "bitlinear_masked_planes_rows"
//       CHECK:   ternary.masked_rows {{.*}} memref<4x64xi32>
//       CHECK:   ternary.masked_rows {{.*}} memref<1x64xi32>
func.func @masked(%exec: !rt.exec, %q: memref<?x?x8xi8>, %s: memref<?x?x1xf32>, %ws: memref<f32>, %w: memref<128xi8>, %o: memref<?x?x3xf32>, %b: memref<3xf32>) {
  ternary.linear %q, %s weights(%w) scales(%ws) biases(%b) outs(%o) exec %exec {rescale = #ternary.rescale_form<div_mul>,
      layout = #ternary.layout<planes, rows = 64>, rows_of = array<i64: 3>, strategy = #ternary.strategy<masked>}
      : (memref<?x?x8xi8>, memref<?x?x1xf32> weights(memref<128xi8>) scales(memref<f32>) biases(memref<3xf32>) outs(memref<?x?x3xf32>))
  return
}

// -----

// Totals once for a thread's tokens, then each block by passes of 4, 2 and 1.
// CHECK-LABEL: func @dot
//       CHECK:   scf.for %[[FIRST:.+]] = %c0 to %{{.+}} step %c64
//       CHECK:     rt.parallel {{.*}} attributes {kernel = "bitlinear_dot_rows5_rows"}
//       CHECK:       ternary.code_totals %{{.+}}[%[[FIRST]] for %{{.+}}] into %[[TOTALS:.+]] : memref<?x8xi8>, memref<64xi32>
//       CHECK:       ternary.dot_rows {{.*}}%[[TOTALS]]{{.*}} {layout = #ternary.layout<rows5, rows = 80>, prefetch = 512 : i64} {{.*}} memref<4x80xi32>
//       CHECK:       ternary.rescale {{.*}} rows = 80
//       CHECK:       ternary.dot_rows {{.*}} memref<2x80xi32>
//       CHECK:       ternary.dot_rows {{.*}} memref<1x80xi32>
//   CHECK-NOT:   ternary.dot_rows
func.func @dot(%exec: !rt.exec, %q: memref<?x8xi8>, %s: memref<?x1xf32>, %ws: memref<1xf32>, %w: memref<256xi8>, %o: memref<?x100xf32>) {
  ternary.linear %q, %s weights(%w) scales(%ws) outs(%o) exec %exec {rescale = #ternary.rescale_form<div_mul>,
      layout = #ternary.layout<rows5, rows = 80>, rows_of = array<i64: 100>, strategy = #ternary.strategy<dot>, tile = {prefetch = 512 : i64}}
      : (memref<?x8xi8>, memref<?x1xf32> weights(memref<256xi8>) scales(memref<1xf32>) outs(memref<?x100xf32>))
  return
}

// -----

// One token: one pass.
// CHECK-LABEL: func @dot_one_token
//       CHECK:   ternary.code_totals {{.*}} memref<1xi32>
//       CHECK:   ternary.dot_rows {{.*}} memref<1x64xi32>
//   CHECK-NOT:   ternary.dot_rows
func.func @dot_one_token(%exec: !rt.exec, %q: memref<1x8xi8>, %s: memref<1x1xf32>, %ws: memref<1xf32>, %w: memref<128xi8>, %o: memref<1x3xf32>) {
  ternary.linear %q, %s weights(%w) scales(%ws) outs(%o) exec %exec {rescale = #ternary.rescale_form<div_mul>,
      layout = #ternary.layout<rows4, rows = 64>, rows_of = array<i64: 3>, strategy = #ternary.strategy<dot>}
      : (memref<1x8xi8>, memref<1x1xf32> weights(memref<128xi8>) scales(memref<1xf32>) outs(memref<1x3xf32>))
  return
}

// -----

func.func @layout_of_a_gpu(%exec: !rt.exec, %q: memref<1x8xi8>, %s: memref<1x1xf32>, %ws: memref<1xf32>, %w: memref<32xi8>, %o: memref<1x3xf32>) {
  // expected-error @+1 {{has #ternary.layout<rows4, rows = 16>, expected #ternary.layout<pairs, rows = 64> or #ternary.layout<quints, rows = 256> or #ternary.layout<quints, rows = 128> or #ternary.layout<quints, rows = 64> or #ternary.layout<quads, rows = 256> or #ternary.layout<quads, rows = 128> or #ternary.layout<quads, rows = 64> for strategy lookup}}
  ternary.linear %q, %s weights(%w) scales(%ws) outs(%o) exec %exec {rescale = #ternary.rescale_form<div_mul>,
      layout = #ternary.layout<rows4, rows = 16>, rows_of = array<i64: 3>, strategy = #ternary.strategy<lookup>}
      : (memref<1x8xi8>, memref<1x1xf32> weights(memref<32xi8>) scales(memref<1xf32>) outs(memref<1x3xf32>))
  return
}

// -----

func.func @other_layout(%exec: !rt.exec, %q: memref<1x8xi8>, %s: memref<1x1xf32>, %ws: memref<1xf32>, %w: memref<128xi8>, %o: memref<1x3xf32>) {
  // expected-error @+1 {{has #ternary.layout<planes, rows = 64>, expected #ternary.layout<pairs, rows = 64> or #ternary.layout<quints, rows = 256> or #ternary.layout<quints, rows = 128> or #ternary.layout<quints, rows = 64> or #ternary.layout<quads, rows = 256> or #ternary.layout<quads, rows = 128> or #ternary.layout<quads, rows = 64> for strategy lookup}}
  ternary.linear %q, %s weights(%w) scales(%ws) outs(%o) exec %exec {rescale = #ternary.rescale_form<div_mul>,
      layout = #ternary.layout<planes, rows = 64>, rows_of = array<i64: 3>, strategy = #ternary.strategy<lookup>}
      : (memref<1x8xi8>, memref<1x1xf32> weights(memref<128xi8>) scales(memref<1xf32>) outs(memref<1x3xf32>))
  return
}

// -----

func.func @no_plan(%exec: !rt.exec, %q: memref<1x8xi8>, %s: memref<1x1xf32>, %ws: memref<1xf32>, %w: memref<128xi8>, %o: memref<1x3xf32>) {
  // expected-error @+1 {{has no plan, expected the result of ternary-plan and ternary-pack}}
  ternary.linear %q, %s weights(%w) scales(%ws) outs(%o) exec %exec {rescale = #ternary.rescale_form<div_mul>,
      layout = #ternary.layout<pairs, rows = 64>, rows_of = array<i64: 3>}
      : (memref<1x8xi8>, memref<1x1xf32> weights(memref<128xi8>) scales(memref<1xf32>) outs(memref<1x3xf32>))
  return
}

// -----

// No token at all: loops still have steps.
// CHECK-LABEL: func @no_token
//   CHECK-NOT:   ternary.linear
//   CHECK-NOT:   step %c0
func.func @no_token(%exec: !rt.exec, %q: memref<0x8xi8>, %s: memref<0x1xf32>, %ws: memref<1xf32>, %w: memref<128xi8>, %o: memref<0x3xf32>) {
  ternary.linear %q, %s weights(%w) scales(%ws) outs(%o) exec %exec {rescale = #ternary.rescale_form<div_mul>,
      layout = #ternary.layout<pairs, rows = 64>, rows_of = array<i64: 3>, strategy = #ternary.strategy<lookup>}
      : (memref<0x8xi8>, memref<0x1xf32> weights(memref<128xi8>) scales(memref<1xf32>) outs(memref<0x3xf32>))
  return
}

// -----

// Tables of 6 quints at a time lie in L1: all blocks read them before the next
// ones are made.
// CHECK-LABEL: func @quints_by_tables
//       CHECK:   rt.parallel {{.*}} attributes {kernel = "bitlinear_lookup_quints_token"}
//       CHECK:     scf.for %[[FIRST:.*]] = %c0{{.*}} to %c18{{.*}} step %c6
//       CHECK:       ternary.quint_tables
//       CHECK:       scf.for
//       CHECK:         ternary.lookup_quints {{.*}} then[{{.*}}] {groups = 6 : i64
//       CHECK:     ternary.quint_tables
//       CHECK:     ternary.lookup_quints {{.*}} {groups = 3 : i64
//       CHECK:     ternary.rescale
func.func @quints_by_tables(%exec: !rt.exec, %q: memref<1x101xi8>, %s: memref<1x1xf32>, %ws: memref<1xf32>,
    %w: memref<10752xi8>, %o: memref<1x300xf32>) {
  ternary.linear %q, %s weights(%w) scales(%ws) outs(%o) exec %exec {rescale = #ternary.rescale_form<div_mul>,
      layout = #ternary.layout<quints, rows = 256>, rows_of = array<i64: 300>, strategy = #ternary.strategy<lookup>,
      tile = {table_groups = 6 : i64}}
      : (memref<1x101xi8>, memref<1x1xf32> weights(memref<10752xi8>) scales(memref<1xf32>) outs(memref<1x300xf32>))
  return
}

// -----

// Chunks of 6 groups of all blocks, two blocks at a time and then the last one;
// what is read next is asked for.
// CHECK-LABEL: func @pairs_by_tables
//       CHECK:   rt.parallel {{.*}} attributes {kernel = "bitlinear_lookup_pairs_token"}
//       CHECK:     scf.for %[[FIRST:.*]] = %c0{{.*}} to %c24{{.*}} step %c6
//       CHECK:       ternary.code_tables {{.*}}, %[[FIRST]] to
//       CHECK:       scf.for
//       CHECK:         ternary.lookup_rows {{.*}}, %[[FIRST]]] {{.*}} then[{{.*}}] {blocks = 2 : i64, groups = 6 : i64
//       CHECK:       scf.for
//       CHECK:         ternary.lookup_rows {{.*}} then[{{.*}}] {blocks = 1 : i64, groups = 6 : i64
//       CHECK:     ternary.code_tables
//       CHECK:     ternary.lookup_rows {{.*}} {blocks = 2 : i64, groups = 2 : i64
//       CHECK:     ternary.rescale
func.func @pairs_by_tables(%exec: !rt.exec, %q: memref<1x101xi8>, %s: memref<1x1xf32>, %ws: memref<1xf32>,
    %w: memref<8320xi8>, %o: memref<1x300xf32>) {
  ternary.linear %q, %s weights(%w) scales(%ws) outs(%o) exec %exec {rescale = #ternary.rescale_form<div_mul>,
      layout = #ternary.layout<pairs, rows = 64>, rows_of = array<i64: 300>, strategy = #ternary.strategy<lookup>,
      tile = {table_groups = 6 : i64, row_blocks = 2 : i64}}
      : (memref<1x101xi8>, memref<1x1xf32> weights(memref<8320xi8>) scales(memref<1xf32>) outs(memref<1x300xf32>))
  return
}

// 300 terms are two groups of 128 and one of 44. A tile's chunks end with the
// groups: 32 groups of 4 terms are 6 chunks of 6 at most, which is 6 + ... + 2.
// CHECK-LABEL: func @scales_in_groups
//       CHECK:   memref.alloc() {{.*}}: memref<8x3x32xf32>
//       CHECK:   kernel = "bitlinear_lookup_pairs_panels"
//       CHECK:     ternary.token_panel
//       CHECK:     ternary.token_scales
//       CHECK:   kernel = "bitlinear_lookup_pairs_tokens"
//       CHECK:     memref.alloca() {{.*}}: memref<128x32xf32>
// The first chunk of a group begins sums, the last one scales them.
//       CHECK:     ternary.lookup_tokens {{.*}} {fresh, groups = 6 : i64
//   CHECK-NOT:     ternary.add_token_group
//       CHECK:     ternary.lookup_tokens {{.*}} {groups = 6 : i64
//       CHECK:     ternary.lookup_tokens {{.*}} {groups = 2 : i64
//       CHECK:     ternary.add_token_group {{.*}} times(%{{.*}} : memref<2x3x64xf32>)
//       CHECK:     ternary.lookup_tokens {{.*}} {fresh, groups = 6 : i64
//       CHECK:     ternary.lookup_tokens {{.*}} {groups = 5 : i64
//       CHECK:     ternary.add_token_group
//   CHECK-NOT:     ternary.carry
//       CHECK:     ternary.transpose_totals
//       CHECK:     ternary.write_totals {{.*}} {rows = 64 : i64}
//       CHECK:     ternary.write_totals {{.*}} {rows = 36 : i64}
// 60 groups' tables would lie in L1 together, 32 are whole scale groups.
//       CHECK:   kernel = "bitlinear_lookup_pairs_rows"
//       CHECK:     ternary.lookup_row_groups {{.*}} {blocks = 1 : i64, group = 128 : i64, groups = 32 : i64, terms = 300 : i64}
//       CHECK:     ternary.lookup_row_groups {{.*}} {blocks = 1 : i64, group = 128 : i64, groups = 11 : i64, terms = 300 : i64}
//       CHECK:   kernel = "bitlinear_lookup_pairs_token"
//       CHECK:     ternary.write_totals
func.func @scales_in_groups(%exec: !rt.exec, %q: memref<?x300xi8>, %s: memref<?x3xf32>, %ws: memref<2x3x64xf32>, %w: memref<9600xi8>, %o: memref<?x100xf32>) {
  ternary.linear %q, %s weights(%w) scales(%ws) outs(%o) exec %exec {rescale = #ternary.rescale_form<mul_prod>, group = 128 : i64,
      layout = #ternary.layout<pairs, rows = 64>, rows_of = array<i64: 100>, strategy = #ternary.strategy<lookup>}
      : (memref<?x300xi8>, memref<?x3xf32> weights(memref<9600xi8>) scales(memref<2x3x64xf32>) outs(memref<?x100xf32>))
  return
}

// -----

// Ranges of terms, and scales of rows at the end.
// CHECK-LABEL: func @masked_groups
//       CHECK:   scf.for %[[G:.+]] = %c0 to %c2 step %c1
//       CHECK:     %[[FIRST:.+]] = arith.muli %[[G]], %c16
//       CHECK:     ternary.masked_rows %{{.+}}[%{{.+}} from %[[FIRST]]], {{.*}} {terms = 16 : i64}
// CHECK-COUNT-4:   ternary.add_row_group {{.*}}[%{{.+}}, %[[G]]] into
//       CHECK:   ternary.masked_rows {{.*}} {terms = 8 : i64}
//       CHECK:   ternary.write_totals {{.*}} times(%{{.*}} : memref<3xf32>) into
func.func @masked_groups(%exec: !rt.exec, %q: memref<4x40xi8>, %s: memref<4x3xf32>, %ws: memref<3xf32>, %w: memref<640xi8>, %o: memref<4x3xf32>) {
  ternary.linear %q, %s weights(%w) scales(%ws) outs(%o) exec %exec {rescale = #ternary.rescale_form<mul_prod>, group = 16 : i64,
      layout = #ternary.layout<planes, rows = 64>, rows_of = array<i64: 3>, strategy = #ternary.strategy<masked>}
      : (memref<4x40xi8>, memref<4x3xf32> weights(memref<640xi8>) scales(memref<3xf32>) outs(memref<4x3xf32>))
  return
}

// -----

// Totals of each group, 64 tokens apart.
// CHECK-LABEL: func @dot_groups
//       CHECK:   %[[TOTALS:.+]] = memref.alloca() {{.*}}: memref<192xi32>
//       CHECK:   ternary.code_totals {{.*}} into %[[TOTALS]] {group = 16 : i64}
//       CHECK:   scf.for %[[G:.+]] = %c0 to %c2 step %c1
//       CHECK:     arith.muli %[[G]], %c64
//       CHECK:     ternary.dot_rows {{.*}} {layout = #ternary.layout<rows4, rows = 64>, prefetch = 4096 : i64, terms = 16 : i64}
//       CHECK:     ternary.add_row_group
//       CHECK:   ternary.dot_rows {{.*}} terms = 8 : i64}
func.func @dot_groups(%exec: !rt.exec, %q: memref<?x40xi8>, %s: memref<?x3xf32>, %ws: memref<3xf32>, %w: memref<640xi8>, %o: memref<?x3xf32>) {
  ternary.linear %q, %s weights(%w) scales(%ws) outs(%o) exec %exec {rescale = #ternary.rescale_form<mul_prod>, group = 16 : i64,
      layout = #ternary.layout<rows4, rows = 64>, rows_of = array<i64: 3>, strategy = #ternary.strategy<dot>}
      : (memref<?x40xi8>, memref<?x3xf32> weights(memref<640xi8>) scales(memref<3xf32>) outs(memref<?x3xf32>))
  return
}

// -----

func.func @no_kernel_for_groups(%exec: !rt.exec, %q: memref<?x40xi8>, %s: memref<?x3xf32>, %ws: memref<3xf32>, %w: memref<512xi8>, %o: memref<?x3xf32>) {
  // expected-error @+1 {{has scales in groups, which strategy lookup does not compute on #ternary.layout<quints, rows = 64>}}
  ternary.linear %q, %s weights(%w) scales(%ws) outs(%o) exec %exec {rescale = #ternary.rescale_form<mul_prod>, group = 16 : i64,
      layout = #ternary.layout<quints, rows = 64>, rows_of = array<i64: 3>, strategy = #ternary.strategy<lookup>}
      : (memref<?x40xi8>, memref<?x3xf32> weights(memref<512xi8>) scales(memref<3xf32>) outs(memref<?x3xf32>))
  return
}
