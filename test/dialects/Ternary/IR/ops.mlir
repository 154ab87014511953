// RUN: bitnet-opt %s | bitnet-opt | FileCheck %s
// RUN: bitnet-opt %s --mlir-print-op-generic | bitnet-opt | FileCheck %s

// CHECK-LABEL: func @constant
func.func @constant() {
  // CHECK: ternary.constant dense<[36, 24]> : tensor<2xi8> as tensor<2x4x!ternary.trit>
  %w = ternary.constant dense<[36, 24]> : tensor<2xi8> as tensor<2x4x!ternary.trit>
  return
}

// CHECK-LABEL: func @quantize(
//  CHECK-SAME:   %[[X:[a-z0-9]+]]: {{[^%]+}}, %[[M:[a-z0-9]+]]: {{[^%]+}}, %[[Q:[a-z0-9]+]]: {{[^%]+}}, %[[S:[a-z0-9]+]]: {{[^%]+}}, %[[EXEC:[a-z0-9]+]]: {{[^%]+}}
func.func @quantize(%x: tensor<?x64xf32>, %m: memref<?x64xf32>, %q: memref<?x64xi8>, %s: memref<?x1xf32>, %exec: !rt.exec) {
  // CHECK: ternary.quantize %[[X]] {eps = 5.000000e-01 : f32, form = #ternary.scale_form<mul_reciprocal>, qmax = 7 : i64, qmin = -8 : i64, range = 7.000000e+00 : f32} : tensor<?x64xf32> -> tensor<?x64xi8>, tensor<?x1xf32>
  %c:2 = ternary.quantize %x {eps = 5.000000e-01 : f32, form = #ternary.scale_form<mul_reciprocal>, qmax = 7 : i64, qmin = -8 : i64, range = 7.000000e+00 : f32} : tensor<?x64xf32> -> tensor<?x64xi8>, tensor<?x1xf32>
  // CHECK: ternary.quantize %[[M]] outs(%[[Q]], %[[S]] : memref<?x64xi8>, memref<?x1xf32>) exec %[[EXEC]] {eps = 5.000000e-01 : f32, form = #ternary.scale_form<div>, range = 1.270000e+02 : f32} : memref<?x64xf32>
  ternary.quantize %m outs(%q, %s : memref<?x64xi8>, memref<?x1xf32>) exec %exec {eps = 5.000000e-01 : f32, form = #ternary.scale_form<div>, range = 1.270000e+02 : f32} : memref<?x64xf32>
  return
}

// CHECK-LABEL: func @linear(
//  CHECK-SAME:   %[[Q:[a-z0-9]+]]: {{[^%]+}}, %[[S:[a-z0-9]+]]: {{[^%]+}}, %[[W:[a-z0-9]+]]: {{[^%]+}}, %[[V:[a-z0-9]+]]: {{[^%]+}}, %[[ONE:[a-z0-9]+]]: {{[^%]+}}, %[[EACH:[a-z0-9]+]]: {{[^%]+}}, %[[B:[a-z0-9]+]]: {{[^%]+}}
func.func @linear(%q: tensor<?x64xi8>, %s: tensor<?x1xf32>, %w: tensor<32x64x!ternary.trit>, %v: tensor<8x64x!ternary.trit>, %one: tensor<1xf32>, %each: tensor<8xf32>, %b: tensor<32xf32>) {
  // CHECK: ternary.linear %[[Q]], %[[S]] weights(%[[W]]) scales(%[[ONE]]) {rescale = #ternary.rescale_form<div_mul>} : (tensor<?x64xi8>, tensor<?x1xf32> weights(tensor<32x64x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x32xf32>
  %y = ternary.linear %q, %s weights(%w) scales(%one) {rescale = #ternary.rescale_form<div_mul>} : (tensor<?x64xi8>, tensor<?x1xf32> weights(tensor<32x64x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x32xf32>
  // CHECK: ternary.linear %[[Q]], %[[S]] weights(%[[W]], %[[V]]) scales(%[[ONE]], %[[EACH]]) biases(%[[B]], %[[EACH]]) {rescale = #ternary.rescale_form<div_prod>} : (tensor<?x64xi8>, tensor<?x1xf32> weights(tensor<32x64x!ternary.trit>, tensor<8x64x!ternary.trit>) scales(tensor<1xf32>, tensor<8xf32>) biases(tensor<32xf32>, tensor<8xf32>)) -> tensor<?x32xf32>, tensor<?x8xf32>
  %z:2 = ternary.linear %q, %s weights(%w, %v) scales(%one, %each) biases(%b, %each) {rescale = #ternary.rescale_form<div_prod>} : (tensor<?x64xi8>, tensor<?x1xf32> weights(tensor<32x64x!ternary.trit>, tensor<8x64x!ternary.trit>) scales(tensor<1xf32>, tensor<8xf32>) biases(tensor<32xf32>, tensor<8xf32>)) -> tensor<?x32xf32>, tensor<?x8xf32>
  return
}

// CHECK-LABEL: func @packed_linear(
//  CHECK-SAME:   %[[Q:[a-z0-9]+]]: {{[^%]+}}, %[[S:[a-z0-9]+]]: {{[^%]+}}, %[[W:[a-z0-9]+]]: {{[^%]+}}, %[[ONE:[a-z0-9]+]]: {{[^%]+}}, %[[O:[a-z0-9]+]]: {{[^%]+}}, %[[EXEC:[a-z0-9]+]]: {{[^%]+}}
func.func @packed_linear(%q: memref<?x64xi8>, %s: memref<?x1xf32>, %w: memref<1024xi8>, %one: memref<1xf32>, %o: memref<?x32xf32>, %exec: !rt.exec) {
  // CHECK: ternary.linear %[[Q]], %[[S]] weights(%[[W]]) scales(%[[ONE]]) outs(%[[O]]) exec %[[EXEC]] {kernel = "k", layout = #ternary.layout<pairs, rows = 64>, rescale = #ternary.rescale_form<mul_mul>, rows_of = array<i64: 32>, strategy = #ternary.strategy<lookup>, tile = {groups = 6 : i64}} : (memref<?x64xi8>, memref<?x1xf32> weights(memref<1024xi8>) scales(memref<1xf32>) outs(memref<?x32xf32>))
  ternary.linear %q, %s weights(%w) scales(%one) outs(%o) exec %exec {kernel = "k", layout = #ternary.layout<pairs, rows = 64>, rescale = #ternary.rescale_form<mul_mul>, rows_of = array<i64: 32>, strategy = #ternary.strategy<lookup>, tile = {groups = 6 : i64}} : (memref<?x64xi8>, memref<?x1xf32> weights(memref<1024xi8>) scales(memref<1xf32>) outs(memref<?x32xf32>))
  // CHECK: ternary.linear %[[Q]], %[[S]] weights(%[[W]]) scales(%[[ONE]]) outs(%[[O]]) {layout = #ternary.layout<planes, rows = 64>, rescale = #ternary.rescale_form<mul>, rows_of = array<i64: 32>, strategy = #ternary.strategy<masked>} : (memref<?x64xi8>, memref<?x1xf32> weights(memref<1024xi8>) scales(memref<1xf32>) outs(memref<?x32xf32>))
  ternary.linear %q, %s weights(%w) scales(%one) outs(%o) {layout = #ternary.layout<planes, rows = 64>, rescale = #ternary.rescale_form<mul>, rows_of = array<i64: 32>, strategy = #ternary.strategy<masked>} : (memref<?x64xi8>, memref<?x1xf32> weights(memref<1024xi8>) scales(memref<1xf32>) outs(memref<?x32xf32>))
  return
}

// CHECK-LABEL: func @tile_rows(
//  CHECK-SAME:   %[[CODES:[a-z0-9]+]]: {{[^%]+}}, %[[PLANES:[a-z0-9]+]]: {{[^%]+}}, %[[PAIRS:[a-z0-9]+]]: {{[^%]+}}, %[[TABLES:[a-z0-9]+]]: {{[^%]+}}, %[[SUMS:[a-z0-9]+]]: {{[^%]+}}, %[[FLAT:[a-z0-9]+]]: {{[^%]+}}, %[[I:[a-z0-9]+]]: {{[^%]+}}
func.func @tile_rows(%codes: memref<?x101xi8>, %planes: memref<1616xi8>, %pairs: memref<1664xi8>, %tables: memref<8x1664xi8>, %sums: memref<4x64xi32>, %flat: memref<128xi32>, %i: index) {
  // CHECK: ternary.masked_rows %[[CODES]][%[[I]]], %[[PLANES]][%[[I]]] into %[[SUMS]] : memref<?x101xi8>, memref<1616xi8>, memref<4x64xi32>
  ternary.masked_rows %codes[%i], %planes[%i] into %sums : memref<?x101xi8>, memref<1616xi8>, memref<4x64xi32>
  // CHECK: ternary.code_tables %[[CODES]][%[[I]], %[[I]] to %[[I]]] into %[[TABLES]][%[[I]]] : memref<?x101xi8>, memref<8x1664xi8>
  ternary.code_tables %codes[%i, %i to %i] into %tables[%i] : memref<?x101xi8>, memref<8x1664xi8>
  // CHECK: ternary.lookup_rows %[[TABLES]][%[[I]]], %[[PAIRS]][%[[I]], %[[I]]] into %[[FLAT]][%[[I]]] then[%[[I]], %[[I]]] {blocks = 2 : i64, groups = 12 : i64, terms = 101 : i64} : memref<8x1664xi8>, memref<1664xi8>, memref<128xi32>
  ternary.lookup_rows %tables[%i], %pairs[%i, %i] into %flat[%i] then [%i, %i] {blocks = 2 : i64, groups = 12 : i64, terms = 101 : i64} : memref<8x1664xi8>, memref<1664xi8>, memref<128xi32>
  return
}

// CHECK-LABEL: func @tile_dot(
//  CHECK-SAME:   %[[CODES:[a-z0-9]+]]: {{[^%]+}}, %[[TOTALS:[a-z0-9]+]]: {{[^%]+}}, %[[PACKED:[a-z0-9]+]]: {{[^%]+}}, %[[SUMS:[a-z0-9]+]]: {{[^%]+}}, %[[I:[a-z0-9]+]]: {{[^%]+}}
func.func @tile_dot(%codes: memref<?x101xi8>, %totals: memref<64xi32>, %packed: memref<1664xi8>, %sums: memref<4x64xi32>, %i: index) {
  // CHECK: ternary.code_totals %[[CODES]][%[[I]] for %[[I]]] into %[[TOTALS]] : memref<?x101xi8>, memref<64xi32>
  ternary.code_totals %codes[%i for %i] into %totals : memref<?x101xi8>, memref<64xi32>
  // CHECK: ternary.dot_rows %[[CODES]][%[[I]]], %[[TOTALS]][%[[I]]], %[[PACKED]][%[[I]]] into %[[SUMS]] {layout = #ternary.layout<rows4, rows = 64>, prefetch = 64 : i64} : memref<?x101xi8>, memref<64xi32>, memref<1664xi8>, memref<4x64xi32>
  ternary.dot_rows %codes[%i], %totals[%i], %packed[%i] into %sums {layout = #ternary.layout<rows4, rows = 64>, prefetch = 64 : i64} : memref<?x101xi8>, memref<64xi32>, memref<1664xi8>, memref<4x64xi32>
  return
}

// CHECK-LABEL: func @tile_tokens(
//  CHECK-SAME:   %[[CODES:[a-z0-9]+]]: {{[^%]+}}, %[[PAIRS:[a-z0-9]+]]: {{[^%]+}}, %[[PANEL:[a-z0-9]+]]: {{[^%]+}}, %[[TABLES:[a-z0-9]+]]: {{[^%]+}}, %[[PARTIAL:[a-z0-9]+]]: {{[^%]+}}, %[[HIGH:[a-z0-9]+]]: {{[^%]+}}, %[[RESULT:[a-z0-9]+]]: {{[^%]+}}, %[[I:[a-z0-9]+]]: {{[^%]+}}
func.func @tile_tokens(%codes: memref<?x101xi8>, %pairs: memref<1664xi8>, %panel: memref<8x104x32xi8>, %tables: memref<822x32xi16>, %partial: memref<128x32xi16>, %high: memref<128x32xi16>, %result: memref<32x64xi32>, %i: index) {
  // CHECK: ternary.token_panel %[[CODES]][%[[I]] for %[[I]]] into %[[PANEL]][%[[I]]] : memref<?x101xi8>, memref<8x104x32xi8>
  ternary.token_panel %codes[%i for %i] into %panel[%i] : memref<?x101xi8>, memref<8x104x32xi8>
  // CHECK: ternary.token_tables %[[PANEL]][%[[I]], %[[I]]] into %[[TABLES]] {groups = 6 : i64} : memref<8x104x32xi8>, memref<822x32xi16>
  ternary.token_tables %panel[%i, %i] into %tables {groups = 6 : i64} : memref<8x104x32xi8>, memref<822x32xi16>
  // CHECK: ternary.lookup_tokens %[[TABLES]], %[[PAIRS]][%[[I]], %[[I]]] into %[[PARTIAL]][%[[I]]] {groups = 6 : i64, terms = 101 : i64} : memref<822x32xi16>, memref<1664xi8>, memref<128x32xi16>
  ternary.lookup_tokens %tables, %pairs[%i, %i] into %partial[%i] {groups = 6 : i64, terms = 101 : i64} : memref<822x32xi16>, memref<1664xi8>, memref<128x32xi16>
  // CHECK: ternary.clear %[[PARTIAL]], %[[HIGH]][%[[I]]] : memref<128x32xi16>, memref<128x32xi16>
  ternary.clear %partial, %high[%i] : memref<128x32xi16>, memref<128x32xi16>
  // CHECK: ternary.carry %[[PARTIAL]] into %[[HIGH]][%[[I]]] : memref<128x32xi16>, memref<128x32xi16>
  ternary.carry %partial into %high[%i] : memref<128x32xi16>, memref<128x32xi16>
  // CHECK: ternary.transpose_sums %[[PARTIAL]], %[[HIGH]][%[[I]]] into %[[RESULT]] : memref<128x32xi16>, memref<128x32xi16>, memref<32x64xi32>
  ternary.transpose_sums %partial, %high[%i] into %result : memref<128x32xi16>, memref<128x32xi16>, memref<32x64xi32>
  return
}

// CHECK-LABEL: func @tile_quints(
//  CHECK-SAME:   %[[CODES:[a-z0-9]+]]: {{[^%]+}}, %[[TABLES:[a-z0-9]+]]: {{[^%]+}}, %[[QUINTS:[a-z0-9]+]]: {{[^%]+}}, %[[SUMS:[a-z0-9]+]]: {{[^%]+}}, %[[PAIRS:[a-z0-9]+]]: {{[^%]+}}, %[[I:[a-z0-9]+]]: {{[^%]+}}
func.func @tile_quints(%codes: memref<?x101xi8>, %tables: memref<8x5376xi8>, %quints: memref<5376xi8>, %sums: memref<256xi32>, %pairs: memref<320xi8>, %i: index) {
  // CHECK: ternary.quint_tables %[[CODES]][%[[I]], %[[I]] to %[[I]]] into %[[TABLES]][%[[I]]] : memref<?x101xi8>, memref<8x5376xi8>
  ternary.quint_tables %codes[%i, %i to %i] into %tables[%i] : memref<?x101xi8>, memref<8x5376xi8>
  // CHECK: ternary.lookup_quints %[[TABLES]][%[[I]]], %[[QUINTS]][%[[I]], %[[I]]] into %[[SUMS]][%[[I]]] {groups = 20 : i64, rows = 256 : i64, terms = 101 : i64} : memref<8x5376xi8>, memref<5376xi8>, memref<256xi32>
  ternary.lookup_quints %tables[%i], %quints[%i, %i] into %sums[%i] {groups = 20 : i64, terms = 101 : i64, rows = 256 : i64} : memref<8x5376xi8>, memref<5376xi8>, memref<256xi32>
  // CHECK: ternary.lookup_quints %[[TABLES]][%[[I]]], %[[QUINTS]][%[[I]], %[[I]]] into %[[SUMS]][%[[I]]] then[%[[I]], %[[I]]] {groups = 1 : i64
  ternary.lookup_quints %tables[%i], %quints[%i, %i] into %sums[%i] then [%i, %i] {groups = 1 : i64, terms = 101 : i64, rows = 256 : i64} : memref<8x5376xi8>, memref<5376xi8>, memref<256xi32>
  // CHECK: ternary.quints_to_pairs %[[QUINTS]][%[[I]], %[[I]]] into %[[PAIRS]] {groups = 5 : i64, rows = 256 : i64, terms = 101 : i64} : memref<5376xi8>, memref<320xi8>
  ternary.quints_to_pairs %quints[%i, %i] into %pairs {groups = 5 : i64, terms = 101 : i64, rows = 256 : i64} : memref<5376xi8>, memref<320xi8>
  return
}
// CHECK-LABEL: func @tile_quads(
//  CHECK-SAME:   %[[CODES:[a-z0-9]+]]: {{[^%]+}}, %[[TABLES:[a-z0-9]+]]: {{[^%]+}}, %[[QUADS:[a-z0-9]+]]: {{[^%]+}}, %[[SUMS:[a-z0-9]+]]: {{[^%]+}}, %[[PANEL:[a-z0-9]+]]: {{[^%]+}}, %[[SIXTEEN:[a-z0-9]+]]: {{[^%]+}}, %[[PARTIAL:[a-z0-9]+]]: {{[^%]+}}, %[[I:[a-z0-9]+]]: {{[^%]+}}
func.func @tile_quads(%codes: memref<?x101xi8>, %tables: memref<8x4992xi8>, %quads: memref<6656xi8>, %sums: memref<256xi32>, %panel: memref<8x104x32xi8>, %sixteen: memref<822x32xi16>, %partial: memref<256x32xi16>, %i: index) {
  // CHECK: ternary.quad_tables %[[CODES]][%[[I]], %[[I]] to %[[I]]] into %[[TABLES]][%[[I]]] : memref<?x101xi8>, memref<8x4992xi8>
  ternary.quad_tables %codes[%i, %i to %i] into %tables[%i] : memref<?x101xi8>, memref<8x4992xi8>
  // CHECK: ternary.lookup_quads %[[TABLES]][%[[I]]], %[[QUADS]][%[[I]], %[[I]]] into %[[SUMS]][%[[I]]] {groups = 24 : i64, rows = 256 : i64, terms = 101 : i64} : memref<8x4992xi8>, memref<6656xi8>, memref<256xi32>
  ternary.lookup_quads %tables[%i], %quads[%i, %i] into %sums[%i] {groups = 24 : i64, terms = 101 : i64, rows = 256 : i64} : memref<8x4992xi8>, memref<6656xi8>, memref<256xi32>
  // CHECK: ternary.lookup_quads %[[TABLES]][%[[I]]], %[[QUADS]][%[[I]], %[[I]]] into %[[SUMS]][%[[I]]] then[%[[I]], %[[I]]] {groups = 1 : i64
  ternary.lookup_quads %tables[%i], %quads[%i, %i] into %sums[%i] then [%i, %i] {groups = 1 : i64, terms = 101 : i64, rows = 256 : i64} : memref<8x4992xi8>, memref<6656xi8>, memref<256xi32>
  // CHECK: ternary.token_tables %[[PANEL]][%[[I]], %[[I]]] into %[[SIXTEEN]] {groups = 6 : i64, quads} : memref<8x104x32xi8>, memref<822x32xi16>
  ternary.token_tables %panel[%i, %i] into %sixteen {groups = 6 : i64, quads} : memref<8x104x32xi8>, memref<822x32xi16>
  // CHECK: ternary.lookup_tokens %[[SIXTEEN]], %[[QUADS]][%[[I]], %[[I]]] into %[[PARTIAL]][%[[I]]] {groups = 6 : i64, rows = 256 : i64, terms = 101 : i64} : memref<822x32xi16>, memref<6656xi8>, memref<256x32xi16>
  ternary.lookup_tokens %sixteen, %quads[%i, %i] into %partial[%i] {groups = 6 : i64, terms = 101 : i64, rows = 256 : i64} : memref<822x32xi16>, memref<6656xi8>, memref<256x32xi16>
  return
}
// CHECK-LABEL: func @groups(
//  CHECK-SAME:   %[[X:[a-z0-9]+]]: {{[^%]+}}, %[[W:[a-z0-9]+]]: {{[^%]+}}, %[[WS:[a-z0-9]+]]: {{[^%]+}}, %[[ONE:[a-z0-9]+]]: {{[^%]+}}
func.func @groups(%x: tensor<?x100xf32>, %w: tensor<65x100x!ternary.trit>, %ws: tensor<2x4x64xf32>, %one: tensor<1xf32>) {
  // CHECK: %[[Q:.+]]:2 = ternary.quantize %[[X]] {{.*}}group = 32 : i64{{.*}} : tensor<?x100xf32> -> tensor<?x100xi8>, tensor<?x4xf32>
  %q:2 = ternary.quantize %x {eps = 1.0e-5 : f32, form = #ternary.scale_form<step>, range = 127.0 : f32, group = 32 : i64} : tensor<?x100xf32> -> tensor<?x100xi8>, tensor<?x4xf32>
  // CHECK: ternary.linear %[[Q]]#0, %[[Q]]#1 weights(%[[W]], %[[W]]) scales(%[[WS]], %[[ONE]]) {group = 32 : i64, rescale = #ternary.rescale_form<mul_prod>}
  %y:2 = ternary.linear %q#0, %q#1 weights(%w, %w) scales(%ws, %one) {rescale = #ternary.rescale_form<mul_prod>, group = 32 : i64}
      : (tensor<?x100xi8>, tensor<?x4xf32> weights(tensor<65x100x!ternary.trit>, tensor<65x100x!ternary.trit>) scales(tensor<2x4x64xf32>, tensor<1xf32>)) -> tensor<?x65xf32>, tensor<?x65xf32>
  return
}

// CHECK-LABEL: func @tile_groups(
//  CHECK-SAME:   %[[TABLES:[a-z0-9]+]]: {{[^%]+}}, %[[WEIGHTS:[a-z0-9]+]]: {{[^%]+}}, %[[SCALE:[a-z0-9]+]]: {{[^%]+}}, %[[WS:[a-z0-9]+]]: {{[^%]+}}, %[[ROWS:[a-z0-9]+]]: {{[^%]+}}, %[[SUMS:[a-z0-9]+]]: {{[^%]+}}, %[[TOTALS:[a-z0-9]+]]: {{[^%]+}}, %[[I:[a-z0-9]+]]: {{[^%]+}}
func.func @tile_groups(%tables: memref<8x1600xi8>, %weights: memref<3200xi8>, %scale: memref<?x4xf32>, %ws: memref<2x4x64xf32>, %rows: memref<64xf32>, %sums: memref<4x64xi32>, %totals: memref<4x64xf32>, %i: index) {
  // CHECK: ternary.lookup_row_groups %[[TABLES]][%[[I]]], %[[WEIGHTS]][%[[I]], %[[I]]], %[[SCALE]][%[[I]]] into %[[ROWS]][%[[I]]] {blocks = 1 : i64, group = 32 : i64, groups = 25 : i64, terms = 100 : i64} : memref<8x1600xi8>, memref<3200xi8>, memref<?x4xf32>, memref<64xf32>
  ternary.lookup_row_groups %tables[%i], %weights[%i, %i], %scale[%i] into %rows[%i] {blocks = 1 : i64, group = 32 : i64, groups = 25 : i64, terms = 100 : i64} : memref<8x1600xi8>, memref<3200xi8>, memref<?x4xf32>, memref<64xf32>
  // CHECK: ternary.lookup_row_groups {{.*}}, %[[SCALE]][%[[I]]] times(%[[WS]] : memref<2x4x64xf32>) into %[[ROWS]][%[[I]]] then[%[[I]], %[[I]]]
  ternary.lookup_row_groups %tables[%i], %weights[%i, %i], %scale[%i] times(%ws : memref<2x4x64xf32>) into %rows[%i] then [%i, %i] {blocks = 1 : i64, group = 32 : i64, groups = 25 : i64, terms = 100 : i64} : memref<8x1600xi8>, memref<3200xi8>, memref<?x4xf32>, memref<64xf32>
  // CHECK: ternary.add_row_group %[[SUMS]][%[[I]]], %[[SCALE]][%[[I]], %[[I]]] into %[[TOTALS]][%[[I]]] : memref<4x64xi32>, memref<?x4xf32>, memref<4x64xf32>
  ternary.add_row_group %sums[%i], %scale[%i, %i] into %totals[%i] : memref<4x64xi32>, memref<?x4xf32>, memref<4x64xf32>
  // CHECK: ternary.add_row_group %[[SUMS]][%[[I]]], %[[SCALE]][%[[I]], %[[I]]] times(%[[WS]] : memref<2x4x64xf32>) into
  ternary.add_row_group %sums[%i], %scale[%i, %i] times(%ws : memref<2x4x64xf32>) into %totals[%i] : memref<4x64xi32>, memref<?x4xf32>, memref<4x64xf32>
  return
}

// CHECK-LABEL: func @tile_token_groups(
//  CHECK-SAME:   %[[SCALE:[a-z0-9]+]]: {{[^%]+}}, %[[PANEL:[a-z0-9]+]]: {{[^%]+}}, %[[WS:[a-z0-9]+]]: {{[^%]+}}, %[[PARTIAL:[a-z0-9]+]]: {{[^%]+}}, %[[TOTALS:[a-z0-9]+]]: {{[^%]+}}, %[[RESULT:[a-z0-9]+]]: {{[^%]+}}, %[[ONE:[a-z0-9]+]]: {{[^%]+}}, %[[BIAS:[a-z0-9]+]]: {{[^%]+}}, %[[OUT:[a-z0-9]+]]: {{[^%]+}}, %[[I:[a-z0-9]+]]: {{[^%]+}}
func.func @tile_token_groups(%scale: memref<?x4xf32>, %panel: memref<8x4x32xf32>, %ws: memref<2x4x64xf32>, %partial: memref<1024x32xi16>, %totals: memref<1024x32xf32>, %result: memref<32x64xf32>, %one: memref<1xf32>, %bias: memref<100xf32>, %out: memref<?x100xf32>, %i: index) {
  // CHECK: ternary.token_scales %[[SCALE]][%[[I]] for %[[I]]] into %[[PANEL]][%[[I]]] : memref<?x4xf32>, memref<8x4x32xf32>
  ternary.token_scales %scale[%i for %i] into %panel[%i] : memref<?x4xf32>, memref<8x4x32xf32>
  // CHECK: ternary.add_token_group %[[PARTIAL]][%[[I]], %[[I]]], %[[PANEL]][%[[I]], %[[I]]] into %[[TOTALS]] : memref<1024x32xi16>, memref<8x4x32xf32>, memref<1024x32xf32>
  ternary.add_token_group %partial[%i, %i], %panel[%i, %i] into %totals : memref<1024x32xi16>, memref<8x4x32xf32>, memref<1024x32xf32>
  // CHECK: ternary.add_token_group %[[PARTIAL]][%[[I]], %[[I]]], %[[PANEL]][%[[I]], %[[I]]] times(%[[WS]] : memref<2x4x64xf32>) into
  ternary.add_token_group %partial[%i, %i], %panel[%i, %i] times(%ws : memref<2x4x64xf32>) into %totals : memref<1024x32xi16>, memref<8x4x32xf32>, memref<1024x32xf32>
  // CHECK: ternary.transpose_totals %[[TOTALS]][%[[I]]] into %[[RESULT]] : memref<1024x32xf32>, memref<32x64xf32>
  ternary.transpose_totals %totals[%i] into %result : memref<1024x32xf32>, memref<32x64xf32>
  // CHECK: ternary.write_totals %[[RESULT]][%[[I]]] into %[[OUT]][%[[I]], %[[I]]] {rows = 64 : i64} : memref<32x64xf32>, memref<?x100xf32>
  ternary.write_totals %result[%i] into %out[%i, %i] {rows = 64 : i64} : memref<32x64xf32>, memref<?x100xf32>
  // CHECK: ternary.write_totals %[[RESULT]][%[[I]]] times(%[[ONE]] : memref<1xf32>) bias(%[[BIAS]] : memref<100xf32>) into
  ternary.write_totals %result[%i] times(%one : memref<1xf32>) bias(%bias : memref<100xf32>) into %out[%i, %i] {rows = 36 : i64} : memref<32x64xf32>, memref<?x100xf32>
  return
}

// CHECK-LABEL: func @tile_ranges(
//  CHECK-SAME:   %[[CODES:[a-z0-9]+]]: {{[^%]+}}, %[[WEIGHTS:[a-z0-9]+]]: {{[^%]+}}, %[[SUMS:[a-z0-9]+]]: {{[^%]+}}, %[[TOTALS:[a-z0-9]+]]: {{[^%]+}}, %[[I:[a-z0-9]+]]: {{[^%]+}}
func.func @tile_ranges(%codes: memref<?x100xi8>, %weights: memref<3200xi8>, %sums: memref<4x64xi32>, %totals: memref<64xi32>, %i: index) {
  // CHECK: ternary.masked_rows %[[CODES]][%[[I]] from %[[I]]], %[[WEIGHTS]][%[[I]]] into %[[SUMS]] {terms = 32 : i64}
  ternary.masked_rows %codes[%i from %i], %weights[%i] into %sums {terms = 32 : i64} : memref<?x100xi8>, memref<3200xi8>, memref<4x64xi32>
  // CHECK: ternary.code_totals %[[CODES]][%[[I]] for %[[I]]] into %[[TOTALS]] {group = 32 : i64}
  ternary.code_totals %codes[%i for %i] into %totals {group = 32 : i64} : memref<?x100xi8>, memref<64xi32>
  // CHECK: ternary.dot_rows %[[CODES]][%[[I]] from %[[I]]], %[[TOTALS]][%[[I]]], %[[WEIGHTS]][%[[I]]] into %[[SUMS]] {layout = #ternary.layout<rows4, rows = 64>, terms = 32 : i64}
  ternary.dot_rows %codes[%i from %i], %totals[%i], %weights[%i] into %sums {layout = #ternary.layout<rows4, rows = 64>, terms = 32 : i64} : memref<?x100xi8>, memref<64xi32>, memref<3200xi8>, memref<4x64xi32>
  return
}

// CHECK-LABEL: func @tile_rescale(
//  CHECK-SAME:   %[[SUMS:[a-z0-9]+]]: {{[^%]+}}, %[[SCALE:[a-z0-9]+]]: {{[^%]+}}, %[[ONE:[a-z0-9]+]]: {{[^%]+}}, %[[BIAS:[a-z0-9]+]]: {{[^%]+}}, %[[OUT:[a-z0-9]+]]: {{[^%]+}}, %[[I:[a-z0-9]+]]: {{[^%]+}}
func.func @tile_rescale(%sums: memref<4x64xi32>, %scale: memref<?xf32>, %one: memref<1xf32>, %bias: memref<100xf32>, %out: memref<?x100xf32>, %i: index) {
  // CHECK: ternary.rescale %[[SUMS]][%[[I]]], %[[SCALE]], %[[ONE]] into %[[OUT]][%[[I]], %[[I]]] {form = #ternary.rescale_form<div_mul>, rows = 64 : i64} : memref<4x64xi32>, memref<?xf32>, memref<1xf32>, memref<?x100xf32>
  ternary.rescale %sums[%i], %scale, %one into %out[%i, %i] {form = #ternary.rescale_form<div_mul>, rows = 64 : i64} : memref<4x64xi32>, memref<?xf32>, memref<1xf32>, memref<?x100xf32>
  // CHECK: ternary.rescale %[[SUMS]][%[[I]]], %[[SCALE]], %[[ONE]] bias(%[[BIAS]] : memref<100xf32>) into %[[OUT]][%[[I]], %[[I]]] {form = #ternary.rescale_form<mul>, rows = 36 : i64} : memref<4x64xi32>, memref<?xf32>, memref<1xf32>, memref<?x100xf32>
  ternary.rescale %sums[%i], %scale, %one bias(%bias : memref<100xf32>) into %out[%i, %i] {form = #ternary.rescale_form<mul>, rows = 36 : i64} : memref<4x64xi32>, memref<?xf32>, memref<1xf32>, memref<?x100xf32>
  return
}
// CHECK-LABEL: func private @attributes
//  CHECK-SAME:   scales = [#ternary.scale_form<mul_reciprocal>, #ternary.scale_form<div>]
func.func private @attributes() attributes {scales = [#ternary.scale_form<mul_reciprocal>, #ternary.scale_form<div>]}
// CHECK-LABEL: func private @rescale_forms
//  CHECK-SAME:   forms = [#ternary.rescale_form<div_mul>, #ternary.rescale_form<div_prod>, #ternary.rescale_form<div_div>, #ternary.rescale_form<mul_div>, #ternary.rescale_form<mul_mul>, #ternary.rescale_form<mul_prod>, #ternary.rescale_form<mul>]
func.func private @rescale_forms() attributes {forms = [#ternary.rescale_form<div_mul>, #ternary.rescale_form<div_prod>, #ternary.rescale_form<div_div>, #ternary.rescale_form<mul_div>, #ternary.rescale_form<mul_mul>, #ternary.rescale_form<mul_prod>, #ternary.rescale_form<mul>]}
// The smallest and the largest block.
// CHECK-LABEL: func private @layouts
//  CHECK-SAME:   kinds = [#ternary.layout_kind<pairs>, #ternary.layout_kind<planes>, #ternary.layout_kind<quads>, #ternary.layout_kind<quints>], layouts = [#ternary.layout<pairs, rows = 8>, #ternary.layout<planes, rows = 1024>, #ternary.layout<quads, rows = 8>, #ternary.layout<quints, rows = 8>], strategies = [#ternary.strategy<masked>, #ternary.strategy<lookup>]
func.func private @layouts() attributes {kinds = [#ternary.layout_kind<pairs>, #ternary.layout_kind<planes>, #ternary.layout_kind<quads>, #ternary.layout_kind<quints>], layouts = [#ternary.layout<pairs, rows = 8>, #ternary.layout<planes, rows = 1024>, #ternary.layout<quads, rows = 8>, #ternary.layout<quints, rows = 8>], strategies = [#ternary.strategy<masked>, #ternary.strategy<lookup>]}
// 2^23 - 1 terms are the most that C4 of ternary.linear lets pass.
// CHECK-LABEL: func @largest_k
func.func @largest_k(%q: tensor<1x8388607xi8>, %s: tensor<1x1xf32>, %w: tensor<1x8388607x!ternary.trit>, %one: tensor<1xf32>) {
  // CHECK: ternary.linear
  %y = ternary.linear %q, %s weights(%w) scales(%one) {rescale = #ternary.rescale_form<mul>} : (tensor<1x8388607xi8>, tensor<1x1xf32> weights(tensor<1x8388607x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<1x1xf32>
  return
}
