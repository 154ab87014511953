// RUN: bitnet-opt %s --split-input-file --verify-diagnostics

func.func @constant_c1() {
  // expected-error @+1 {{holds 'tensor<3xi8>', expected 2 bytes of i8 for 'tensor<2x4x!ternary.trit>'}}
  %w = ternary.constant dense<[36, 24, 0]> : tensor<3xi8> as tensor<2x4x!ternary.trit>
  return
}

// -----

func.func @constant_c1_element() {
  // expected-error @+1 {{holds 'tensor<2xi16>', expected 2 bytes of i8}}
  %w = ternary.constant dense<[36, 24]> : tensor<2xi16> as tensor<2x4x!ternary.trit>
  return
}

// -----

func.func @constant_c1_dynamic() {
  // expected-error @+1 {{makes 'tensor<?x4x!ternary.trit>', expected static [N, K]}}
  %w = ternary.constant dense<[36, 24]> : tensor<2xi8> as tensor<?x4x!ternary.trit>
  return
}

// -----

func.func @constant_c1_rank() {
  // expected-error @+1 {{makes 'tensor<8x!ternary.trit>', expected static [N, K]}}
  %w = ternary.constant dense<[36, 24]> : tensor<2xi8> as tensor<8x!ternary.trit>
  return
}

// -----

func.func @quantize_unranked(%x: tensor<*xf32>) {
  // expected-error @+1 {{must be ranked tensor or memref}}
  %q, %s = ternary.quantize %x {form = #ternary.scale_form<div>, range = 127.0 : f32, eps = 1.0e-5 : f32} : tensor<*xf32> -> tensor<4xi8>, tensor<1xf32>
  return
}

// -----

func.func @quantize_c1_results(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{writes 1 values, expected codes and scale}}
  %q = ternary.quantize %x {form = #ternary.scale_form<div>, range = 127.0 : f32, eps = 1.0e-5 : f32} : tensor<?x4xf32> -> tensor<?x4xi8>
  return
}

// -----

func.func @quantize_c1_last_axis(%x: tensor<?x?xf32>) {
  // expected-error @+1 {{has input 'tensor<?x?xf32>', expected a static last axis}}
  %q, %s = ternary.quantize %x {form = #ternary.scale_form<div>, range = 127.0 : f32, eps = 1.0e-5 : f32} : tensor<?x?xf32> -> tensor<?x?xi8>, tensor<?x1xf32>
  return
}

// -----

func.func @quantize_c1_rank(%x: tensor<f32>) {
  // expected-error @+1 {{has input 'tensor<f32>', expected a static last axis}}
  %q, %s = ternary.quantize %x {form = #ternary.scale_form<div>, range = 127.0 : f32, eps = 1.0e-5 : f32} : tensor<f32> -> tensor<i8>, tensor<f32>
  return
}

// -----

func.func @quantize_c1_codes(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{has codes 'tensor<?x5xi8>', expected i8 in the shape of 'tensor<?x4xf32>'}}
  %q, %s = ternary.quantize %x {form = #ternary.scale_form<div>, range = 127.0 : f32, eps = 1.0e-5 : f32} : tensor<?x4xf32> -> tensor<?x5xi8>, tensor<?x1xf32>
  return
}

// -----

func.func @quantize_c1_code_type(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{has codes 'tensor<?x4xi16>', expected i8}}
  %q, %s = ternary.quantize %x {form = #ternary.scale_form<div>, range = 127.0 : f32, eps = 1.0e-5 : f32} : tensor<?x4xf32> -> tensor<?x4xi16>, tensor<?x1xf32>
  return
}

// -----

func.func @quantize_c1_scale(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{has scale 'tensor<?x4xf32>', expected one for each row of}}
  %q, %s = ternary.quantize %x {form = #ternary.scale_form<div>, range = 127.0 : f32, eps = 1.0e-5 : f32} : tensor<?x4xf32> -> tensor<?x4xi8>, tensor<?x4xf32>
  return
}

// -----

func.func @quantize_c2_below(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{clamps to [-129, 127], expected a range in [-128, 127]}}
  %q, %s = ternary.quantize %x {form = #ternary.scale_form<div>, range = 127.0 : f32, eps = 1.0e-5 : f32, qmin = -129 : i64, qmax = 127 : i64} : tensor<?x4xf32> -> tensor<?x4xi8>, tensor<?x1xf32>
  return
}

// -----

func.func @quantize_c2_above(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{clamps to [-128, 128], expected a range in [-128, 127]}}
  %q, %s = ternary.quantize %x {form = #ternary.scale_form<div>, range = 127.0 : f32, eps = 1.0e-5 : f32, qmin = -128 : i64, qmax = 128 : i64} : tensor<?x4xf32> -> tensor<?x4xi8>, tensor<?x1xf32>
  return
}

// -----

func.func @quantize_c2_empty(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{clamps to [8, 7], expected a range in [-128, 127]}}
  %q, %s = ternary.quantize %x {form = #ternary.scale_form<div>, range = 127.0 : f32, eps = 1.0e-5 : f32, qmin = 8 : i64, qmax = 7 : i64} : tensor<?x4xf32> -> tensor<?x4xi8>, tensor<?x1xf32>
  return
}

// -----

func.func @linear_c1(%q: tensor<?x4xi8>, %s: tensor<?x1xf32>, %w: tensor<8x4x!ternary.trit>, %ws: tensor<1xf32>) {
  // expected-error @+1 {{has 1 weights, 2 scales and writes 1 values, expected as many of each}}
  %y = ternary.linear %q, %s weights(%w) scales(%ws, %ws) {rescale = #ternary.rescale_form<mul>} : (tensor<?x4xi8>, tensor<?x1xf32> weights(tensor<8x4x!ternary.trit>) scales(tensor<1xf32>, tensor<1xf32>)) -> tensor<?x8xf32>
  return
}

// -----

func.func @linear_c1_results(%q: tensor<?x4xi8>, %s: tensor<?x1xf32>, %w: tensor<8x4x!ternary.trit>, %ws: tensor<1xf32>) {
  // expected-error @+1 {{has 1 weights, 1 scales and writes 2 values, expected as many of each}}
  %y:2 = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<mul>} : (tensor<?x4xi8>, tensor<?x1xf32> weights(tensor<8x4x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x8xf32>, tensor<?x8xf32>
  return
}

// -----

func.func @linear_c1_biases(%q: tensor<?x4xi8>, %s: tensor<?x1xf32>, %w: tensor<8x4x!ternary.trit>, %ws: tensor<1xf32>) {
  // expected-error @+1 {{has 2 biases, expected none or 1}}
  %y = ternary.linear %q, %s weights(%w) scales(%ws) biases(%ws, %ws) {rescale = #ternary.rescale_form<mul>} : (tensor<?x4xi8>, tensor<?x1xf32> weights(tensor<8x4x!ternary.trit>) scales(tensor<1xf32>) biases(tensor<1xf32>, tensor<1xf32>)) -> tensor<?x8xf32>
  return
}

// -----

func.func @linear_c2(%q: tensor<?x4xi8>, %s: tensor<?x1xf32>, %w: tensor<8x5x!ternary.trit>, %ws: tensor<1xf32>) {
  // expected-error @+1 {{has weights 'tensor<8x5x!ternary.trit>', expected static [N, 4]}}
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<mul>} : (tensor<?x4xi8>, tensor<?x1xf32> weights(tensor<8x5x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x8xf32>
  return
}

// -----

func.func @linear_c2_dynamic(%q: tensor<?x4xi8>, %s: tensor<?x1xf32>, %w: tensor<?x4x!ternary.trit>, %ws: tensor<1xf32>) {
  // expected-error @+1 {{has weights 'tensor<?x4x!ternary.trit>', expected static [N, 4]}}
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<mul>} : (tensor<?x4xi8>, tensor<?x1xf32> weights(tensor<?x4x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x8xf32>
  return
}

// -----

func.func @linear_c2_no_layout(%q: tensor<?x4xi8>, %s: tensor<?x1xf32>, %w: tensor<8xi8>, %ws: tensor<1xf32>) {
  // expected-error @+1 {{has weights 'tensor<8xi8>', expected trits or a layout}}
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<mul>} : (tensor<?x4xi8>, tensor<?x1xf32> weights(tensor<8xi8>) scales(tensor<1xf32>)) -> tensor<?x8xf32>
  return
}

// -----

func.func @linear_c3(%q: tensor<?x4xi8>, %s: tensor<?x1xf32>, %w: tensor<7xi8>, %ws: tensor<1xf32>) {
  // expected-error @+1 {{has packed weights 'tensor<7xi8>', expected 8 bytes}}
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<mul>, layout = #ternary.layout<pairs, rows = 8>, rows_of = array<i64: 8>} : (tensor<?x4xi8>, tensor<?x1xf32> weights(tensor<7xi8>) scales(tensor<1xf32>)) -> tensor<?x8xf32>
  return
}

// -----

func.func @linear_c3_rows_of(%q: tensor<?x4xi8>, %s: tensor<?x1xf32>, %w: tensor<8xi8>, %ws: tensor<1xf32>) {
  // expected-error @+1 {{has `rows_of` for 0 weights, expected 1 with a layout}}
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<mul>, layout = #ternary.layout<pairs, rows = 8>} : (tensor<?x4xi8>, tensor<?x1xf32> weights(tensor<8xi8>) scales(tensor<1xf32>)) -> tensor<?x8xf32>
  return
}

// -----

func.func @linear_c3_two_rows_of(%q: tensor<?x4xi8>, %s: tensor<?x1xf32>, %w: tensor<8xi8>, %ws: tensor<1xf32>) {
  // expected-error @+1 {{has `rows_of` for 2 weights, expected 1 with a layout}}
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<mul>, layout = #ternary.layout<pairs, rows = 8>, rows_of = array<i64: 8, 8>} : (tensor<?x4xi8>, tensor<?x1xf32> weights(tensor<8xi8>) scales(tensor<1xf32>)) -> tensor<?x8xf32>
  return
}

// -----

func.func @linear_c3_no_layout(%q: tensor<?x4xi8>, %s: tensor<?x1xf32>, %w: tensor<8x4x!ternary.trit>, %ws: tensor<1xf32>) {
  // expected-error @+1 {{has `rows_of` for 1 weights, expected 0 without a layout}}
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<mul>, rows_of = array<i64: 8>} : (tensor<?x4xi8>, tensor<?x1xf32> weights(tensor<8x4x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x8xf32>
  return
}

// -----

// 2^23 - 1 terms pass: see @largest_k of ops.mlir.
func.func @linear_c4(%q: tensor<?x8388608xi8>, %s: tensor<?x1xf32>, %w: tensor<8x8388608x!ternary.trit>, %ws: tensor<1xf32>) {
  // expected-error @+1 {{sums over 8388608 terms, expected fewer than 2^23}}
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<mul>} : (tensor<?x8388608xi8>, tensor<?x1xf32> weights(tensor<8x8388608x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x8xf32>
  return
}

// -----

func.func @linear_c4_element(%q: tensor<?x4xi16>, %s: tensor<?x1xf32>, %w: tensor<8x4x!ternary.trit>, %ws: tensor<1xf32>) {
  // expected-error @+1 {{has codes 'tensor<?x4xi16>', expected i8 with a static last axis}}
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<mul>} : (tensor<?x4xi16>, tensor<?x1xf32> weights(tensor<8x4x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x8xf32>
  return
}

// -----

func.func @linear_c4_dynamic(%q: tensor<?x?xi8>, %s: tensor<?x1xf32>, %w: tensor<8x4x!ternary.trit>, %ws: tensor<1xf32>) {
  // expected-error @+1 {{has codes 'tensor<?x?xi8>', expected i8 with a static last axis}}
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<mul>} : (tensor<?x?xi8>, tensor<?x1xf32> weights(tensor<8x4x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x8xf32>
  return
}

// -----

func.func @linear_c4_rank(%q: tensor<i8>, %s: tensor<?x1xf32>, %w: tensor<8x4x!ternary.trit>, %ws: tensor<1xf32>) {
  // expected-error @+1 {{has codes 'tensor<i8>', expected i8 with a static last axis}}
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<mul>} : (tensor<i8>, tensor<?x1xf32> weights(tensor<8x4x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x8xf32>
  return
}

// -----

func.func @linear_c5_result(%q: tensor<?x4xi8>, %s: tensor<?x1xf32>, %w: tensor<8x4x!ternary.trit>, %ws: tensor<1xf32>) {
  // expected-error @+1 {{writes 'tensor<?x9xf32>', expected rank 2 and a last axis of 8}}
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<mul>} : (tensor<?x4xi8>, tensor<?x1xf32> weights(tensor<8x4x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x9xf32>
  return
}

// -----

func.func @linear_c5_rank(%q: tensor<?x4xi8>, %s: tensor<?x1xf32>, %w: tensor<8x4x!ternary.trit>, %ws: tensor<1xf32>) {
  // expected-error @+1 {{writes 'tensor<8xf32>', expected rank 2 and a last axis of 8}}
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<mul>} : (tensor<?x4xi8>, tensor<?x1xf32> weights(tensor<8x4x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<8xf32>
  return
}

// -----

func.func @linear_c5_scales(%q: tensor<?x4xi8>, %s: tensor<?x1xf32>, %w: tensor<8x4x!ternary.trit>, %ws: tensor<7xf32>) {
  // expected-error @+1 {{has weight scales 'tensor<7xf32>', expected 1 or 8 elements}}
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<mul>} : (tensor<?x4xi8>, tensor<?x1xf32> weights(tensor<8x4x!ternary.trit>) scales(tensor<7xf32>)) -> tensor<?x8xf32>
  return
}

// -----

func.func @linear_c5_biases(%q: tensor<?x4xi8>, %s: tensor<?x1xf32>, %w: tensor<8x4x!ternary.trit>, %ws: tensor<1xf32>, %b: tensor<9xf32>) {
  // expected-error @+1 {{has bias 'tensor<9xf32>', expected 1 or 8 elements}}
  %y = ternary.linear %q, %s weights(%w) scales(%ws) biases(%b) {rescale = #ternary.rescale_form<mul>} : (tensor<?x4xi8>, tensor<?x1xf32> weights(tensor<8x4x!ternary.trit>) scales(tensor<1xf32>) biases(tensor<9xf32>)) -> tensor<?x8xf32>
  return
}

// -----

func.func @masked_rows_type(%codes: memref<?x5xi8>, %weights: memref<80xi8>, %sums: memref<4x64xi16>, %i: index) {
  // expected-error @+1 {{must be 2D memref of 32-bit signless integer values}}
  ternary.masked_rows %codes[%i], %weights[%i] into %sums : memref<?x5xi8>, memref<80xi8>, memref<4x64xi16>
  return
}

// -----

func.func @masked_rows_rank(%codes: memref<5xi8>, %weights: memref<80xi8>, %sums: memref<4x64xi32>, %i: index) {
  // expected-error @+1 {{must be 2D memref of 8-bit signless integer values}}
  ternary.masked_rows %codes[%i], %weights[%i] into %sums : memref<5xi8>, memref<80xi8>, memref<4x64xi32>
  return
}

// -----

func.func @masked_rows_dynamic(%codes: memref<?x?xi8>, %weights: memref<80xi8>, %sums: memref<4x64xi32>, %i: index) {
  // expected-error @+1 {{has codes 'memref<?x?xi8>', expected a static axis 1}}
  ternary.masked_rows %codes[%i], %weights[%i] into %sums : memref<?x?xi8>, memref<80xi8>, memref<4x64xi32>
  return
}

// -----

func.func @masked_rows_c1(%codes: memref<?x5xi8>, %weights: memref<80xi8>, %sums: memref<4x63xi32>, %i: index) {
  // expected-error @+1 {{has sums 'memref<4x63xi32>', expected 64 on axis 1}}
  ternary.masked_rows %codes[%i], %weights[%i] into %sums : memref<?x5xi8>, memref<80xi8>, memref<4x63xi32>
  return
}

// -----

func.func @code_tables_c1(%codes: memref<?x5xi8>, %tables: memref<8x64xi8>, %i: index) {
  // expected-error @+1 {{has tables 'memref<8x64xi8>', expected 128 on axis 1}}
  ternary.code_tables %codes[%i, %i to %i] into %tables[%i] : memref<?x5xi8>, memref<8x64xi8>
  return
}

// -----

func.func @code_tables_dynamic(%codes: memref<?x?xi8>, %tables: memref<8x128xi8>, %i: index) {
  // expected-error @+1 {{expected a static axis 1}}
  ternary.code_tables %codes[%i, %i to %i] into %tables[%i] : memref<?x?xi8>, memref<8x128xi8>
  return
}

// -----

func.func @lookup_rows_c1(%tables: memref<8x192xi8>, %weights: memref<128xi8>, %sums: memref<64xi32>, %i: index) {
  // expected-error @+1 {{has tables 'memref<8x192xi8>', expected 128 on axis 1}}
  ternary.lookup_rows %tables[%i], %weights[%i, %i] into %sums[%i] {blocks = 1 : i64, groups = 2 : i64, terms = 8 : i64} : memref<8x192xi8>, memref<128xi8>, memref<64xi32>
  return
}

// -----

func.func @lookup_rows_c2(%tables: memref<8x128xi8>, %weights: memref<128xi8>, %sums: memref<64xi32>, %i: index) {
  // expected-error @+1 {{reads 0 blocks, expected 1 to 1048576}}
  ternary.lookup_rows %tables[%i], %weights[%i, %i] into %sums[%i] {blocks = 0 : i64, groups = 2 : i64, terms = 8 : i64} : memref<8x128xi8>, memref<128xi8>, memref<64xi32>
  return
}

// -----

func.func @lookup_rows_c3_more_than_there_are(%tables: memref<8x128xi8>, %weights: memref<128xi8>, %sums: memref<64xi32>, %i: index) {
  // expected-error @+1 {{reads 3 groups, expected 1 to 2}}
  ternary.lookup_rows %tables[%i], %weights[%i, %i] into %sums[%i] {blocks = 1 : i64, groups = 3 : i64, terms = 8 : i64} : memref<8x128xi8>, memref<128xi8>, memref<64xi32>
  return
}

// -----

func.func @lookup_rows_c3_sums_overflow(%tables: memref<8x128000xi8>, %weights: memref<128000xi8>, %sums: memref<64xi32>, %i: index) {
  // expected-error @+1 {{reads 1025 groups, expected 1 to 1024}}
  ternary.lookup_rows %tables[%i], %weights[%i, %i] into %sums[%i] {blocks = 1 : i64, groups = 1025 : i64, terms = 8000 : i64} : memref<8x128000xi8>, memref<128000xi8>, memref<64xi32>
  return
}

// -----

func.func @lookup_rows_c3_no_terms(%tables: memref<8x128xi8>, %weights: memref<128xi8>, %sums: memref<64xi32>, %i: index) {
  // expected-error @+1 {{reads 0 terms, expected at least 1}}
  ternary.lookup_rows %tables[%i], %weights[%i, %i] into %sums[%i] {blocks = 1 : i64, groups = 2 : i64, terms = 0 : i64} : memref<8x128xi8>, memref<128xi8>, memref<64xi32>
  return
}

// -----

func.func @lookup_rows_c4(%tables: memref<8x128xi8>, %weights: memref<128xi8>, %sums: memref<64xi32>, %i: index) {
  // expected-error @+1 {{names what comes next by 1 values, expected a block and a group}}
  ternary.lookup_rows %tables[%i], %weights[%i, %i] into %sums[%i] then [%i] {blocks = 1 : i64, groups = 2 : i64, terms = 8 : i64} : memref<8x128xi8>, memref<128xi8>, memref<64xi32>
  return
}

// -----

func.func @lookup_rows_c5_weights(%tables: memref<8x128xi8>, %weights: memref<192xi8>, %sums: memref<64xi32>, %i: index) {
  // expected-error @+1 {{has weights 'memref<192xi8>', expected whole blocks of 128 bytes}}
  ternary.lookup_rows %tables[%i], %weights[%i, %i] into %sums[%i] {blocks = 1 : i64, groups = 2 : i64, terms = 8 : i64} : memref<8x128xi8>, memref<192xi8>, memref<64xi32>
  return
}

// -----

func.func @lookup_rows_c5_sums(%tables: memref<8x128xi8>, %weights: memref<256xi8>, %sums: memref<96xi32>, %i: index) {
  // expected-error @+1 {{has sums 'memref<96xi32>', expected room for 128 rows}}
  ternary.lookup_rows %tables[%i], %weights[%i, %i] into %sums[%i] {blocks = 2 : i64, groups = 2 : i64, terms = 8 : i64} : memref<8x128xi8>, memref<256xi8>, memref<96xi32>
  return
}

// -----

func.func @quad_tables_c1(%codes: memref<?x5xi8>, %tables: memref<8x192xi8>, %i: index) {
  // expected-error @+1 {{has tables 'memref<8x192xi8>', expected 384 on axis 1}}
  ternary.quad_tables %codes[%i, %i to %i] into %tables[%i] : memref<?x5xi8>, memref<8x192xi8>
  return
}

// -----

func.func @lookup_quads_c1(%tables: memref<8x192xi8>, %weights: memref<128xi8>, %sums: memref<64xi32>, %i: index) {
  // expected-error @+1 {{has tables 'memref<8x192xi8>', expected 384 on axis 1}}
  ternary.lookup_quads %tables[%i], %weights[%i, %i] into %sums[%i] {groups = 2 : i64, terms = 8 : i64, rows = 64 : i64} : memref<8x192xi8>, memref<128xi8>, memref<64xi32>
  return
}

// -----

func.func @lookup_quads_c2(%tables: memref<8x192xi8>, %weights: memref<128xi8>, %sums: memref<96xi32>, %i: index) {
  // expected-error @+1 {{reads blocks of 96 rows, expected a multiple of 64}}
  ternary.lookup_quads %tables[%i], %weights[%i, %i] into %sums[%i] {groups = 1 : i64, terms = 4 : i64, rows = 96 : i64} : memref<8x192xi8>, memref<128xi8>, memref<96xi32>
  return
}

// -----

func.func @lookup_quads_c3_sums_overflow(%tables: memref<8x393408xi8>, %weights: memref<131136xi8>, %sums: memref<64xi32>, %i: index) {
  // expected-error @+1 {{reads 2049 groups, expected 1 to 2048}}
  ternary.lookup_quads %tables[%i], %weights[%i, %i] into %sums[%i] {groups = 2049 : i64, terms = 8196 : i64, rows = 64 : i64} : memref<8x393408xi8>, memref<131136xi8>, memref<64xi32>
  return
}

// -----

func.func @lookup_quads_c4(%tables: memref<8x384xi8>, %weights: memref<128xi8>, %sums: memref<64xi32>, %i: index) {
  // expected-error @+1 {{names what comes next by 1 values, expected a block and a group}}
  ternary.lookup_quads %tables[%i], %weights[%i, %i] into %sums[%i] then [%i] {groups = 2 : i64, terms = 8 : i64, rows = 64 : i64} : memref<8x384xi8>, memref<128xi8>, memref<64xi32>
  return
}

// -----

func.func @lookup_quads_c5_weights(%tables: memref<8x384xi8>, %weights: memref<192xi8>, %sums: memref<64xi32>, %i: index) {
  // expected-error @+1 {{has weights 'memref<192xi8>', expected whole blocks of 128 bytes}}
  ternary.lookup_quads %tables[%i], %weights[%i, %i] into %sums[%i] {groups = 2 : i64, terms = 8 : i64, rows = 64 : i64} : memref<8x384xi8>, memref<192xi8>, memref<64xi32>
  return
}

// -----

func.func @lookup_quads_c5_sums(%tables: memref<8x384xi8>, %weights: memref<256xi8>, %sums: memref<127xi32>, %i: index) {
  // expected-error @+1 {{has sums 'memref<127xi32>', expected room for 128 rows}}
  ternary.lookup_quads %tables[%i], %weights[%i, %i] into %sums[%i] {groups = 2 : i64, terms = 8 : i64, rows = 128 : i64} : memref<8x384xi8>, memref<256xi8>, memref<127xi32>
  return
}

// -----

func.func @lookup_tokens_c2(%tables: memref<137x32xi16>, %weights: memref<128xi8>, %partial: memref<64x32xi16>, %i: index) {
  // expected-error @+1 {{reads blocks of 0 rows, expected a multiple of 64}}
  ternary.lookup_tokens %tables, %weights[%i, %i] into %partial[%i] {groups = 1 : i64, terms = 4 : i64, rows = 0 : i64} : memref<137x32xi16>, memref<128xi8>, memref<64x32xi16>
  return
}

// -----

func.func @quint_tables_c1(%codes: memref<?x6xi8>, %tables: memref<8x256xi8>, %i: index) {
  // expected-error @+1 {{has tables 'memref<8x256xi8>', expected 512 on axis 1}}
  ternary.quint_tables %codes[%i, %i to %i] into %tables[%i] : memref<?x6xi8>, memref<8x256xi8>
  return
}

// -----

func.func @lookup_quints_c1(%tables: memref<8x320xi8>, %weights: memref<128xi8>, %sums: memref<64xi32>, %i: index) {
  // expected-error @+1 {{has tables 'memref<8x320xi8>', expected 512 on axis 1}}
  ternary.lookup_quints %tables[%i], %weights[%i, %i] into %sums[%i] {groups = 2 : i64, terms = 10 : i64, rows = 64 : i64} : memref<8x320xi8>, memref<128xi8>, memref<64xi32>
  return
}

// -----

func.func @lookup_quints_c2(%tables: memref<8x256xi8>, %weights: memref<128xi8>, %sums: memref<96xi32>, %i: index) {
  // expected-error @+1 {{reads blocks of 96 rows, expected a multiple of 64}}
  ternary.lookup_quints %tables[%i], %weights[%i, %i] into %sums[%i] {groups = 1 : i64, terms = 5 : i64, rows = 96 : i64} : memref<8x256xi8>, memref<128xi8>, memref<96xi32>
  return
}

// -----

func.func @lookup_quints_c2_sizes_overflow(%tables: memref<8x512xi8>, %weights: memref<128xi8>, %sums: memref<64xi32>, %i: index) {
  // expected-error @+1 {{reads 9223372036854775807 terms of 9223372036854775744 rows, expected fewer}}
  ternary.lookup_quints %tables[%i], %weights[%i, %i] into %sums[%i] {groups = 3 : i64, terms = 9223372036854775807 : i64, rows = 9223372036854775744 : i64} : memref<8x512xi8>, memref<128xi8>, memref<64xi32>
  return
}

// -----

func.func @lookup_quints_c3_no_terms(%tables: memref<8x512xi8>, %weights: memref<128xi8>, %sums: memref<64xi32>, %i: index) {
  // expected-error @+1 {{reads -9223372036854775808 terms, expected at least 1}}
  ternary.lookup_quints %tables[%i], %weights[%i, %i] into %sums[%i] {groups = 1 : i64, terms = -9223372036854775808 : i64, rows = 64 : i64} : memref<8x512xi8>, memref<128xi8>, memref<64xi32>
  return
}

// -----

func.func @lookup_quints_c5_weights(%tables: memref<8x512xi8>, %weights: memref<192xi8>, %sums: memref<64xi32>, %i: index) {
  // expected-error @+1 {{has weights 'memref<192xi8>', expected whole blocks of 128 bytes}}
  ternary.lookup_quints %tables[%i], %weights[%i, %i] into %sums[%i] {groups = 2 : i64, terms = 10 : i64, rows = 64 : i64} : memref<8x512xi8>, memref<192xi8>, memref<64xi32>
  return
}

// -----

func.func @lookup_quints_c5_sums(%tables: memref<8x512xi8>, %weights: memref<256xi8>, %sums: memref<127xi32>, %i: index) {
  // expected-error @+1 {{has sums 'memref<127xi32>', expected room for 128 rows}}
  ternary.lookup_quints %tables[%i], %weights[%i, %i] into %sums[%i] {groups = 2 : i64, terms = 10 : i64, rows = 128 : i64} : memref<8x512xi8>, memref<256xi8>, memref<127xi32>
  return
}

// -----

func.func @lookup_quints_c3(%tables: memref<8x512xi8>, %weights: memref<128xi8>, %sums: memref<64xi32>, %i: index) {
  // expected-error @+1 {{reads 3 groups, expected 1 to 2}}
  ternary.lookup_quints %tables[%i], %weights[%i, %i] into %sums[%i] {groups = 3 : i64, terms = 10 : i64, rows = 64 : i64} : memref<8x512xi8>, memref<128xi8>, memref<64xi32>
  return
}

// -----

func.func @lookup_quints_c3_sums_overflow(%tables: memref<8x409600xi8>, %weights: memref<128xi8>, %sums: memref<64xi32>, %i: index) {
  // expected-error @+1 {{reads 1500 groups, expected 1 to 1440}}
  ternary.lookup_quints %tables[%i], %weights[%i, %i] into %sums[%i] {groups = 1500 : i64, terms = 8000 : i64, rows = 64 : i64} : memref<8x409600xi8>, memref<128xi8>, memref<64xi32>
  return
}

// -----

func.func @quints_to_pairs_c1_groups(%weights: memref<128xi8>, %pairs: memref<512xi8>, %i: index) {
  // expected-error @+1 {{makes 6 groups, expected 1 to 5}}
  ternary.quints_to_pairs %weights[%i, %i] into %pairs {groups = 6 : i64, terms = 10 : i64, rows = 64 : i64} : memref<128xi8>, memref<512xi8>
  return
}

// -----

func.func @quints_to_pairs_c1_size(%weights: memref<128xi8>, %pairs: memref<128xi8>, %i: index) {
  // expected-error @+1 {{has pairs 'memref<128xi8>', expected at least 192 bytes}}
  ternary.quints_to_pairs %weights[%i, %i] into %pairs {groups = 3 : i64, terms = 10 : i64, rows = 64 : i64} : memref<128xi8>, memref<128xi8>
  return
}

// -----

func.func @quints_to_pairs_c2(%weights: memref<128xi8>, %pairs: memref<192xi8>, %i: index) {
  // expected-error @+1 {{reads blocks of 72 rows, expected a multiple of 64}}
  ternary.quints_to_pairs %weights[%i, %i] into %pairs {groups = 3 : i64, terms = 10 : i64, rows = 72 : i64} : memref<128xi8>, memref<192xi8>
  return
}

// -----

func.func @token_panel_c1(%codes: memref<?x5xi8>, %panel: memref<8x5x32xi8>, %i: index) {
  // expected-error @+1 {{has panel 'memref<8x5x32xi8>', expected 8 on axis 1}}
  ternary.token_panel %codes[%i for %i] into %panel[%i] : memref<?x5xi8>, memref<8x5x32xi8>
  return
}

// -----

func.func @token_panel_rank(%codes: memref<?x5xi8>, %panel: memref<8x32xi8>, %i: index) {
  // expected-error @+1 {{must be 3D memref of 8-bit signless integer values}}
  ternary.token_panel %codes[%i for %i] into %panel[%i] : memref<?x5xi8>, memref<8x32xi8>
  return
}

// -----

func.func @token_panel_dynamic(%codes: memref<?x?xi8>, %panel: memref<8x8x32xi8>, %i: index) {
  // expected-error @+1 {{expected a static axis 1}}
  ternary.token_panel %codes[%i for %i] into %panel[%i] : memref<?x?xi8>, memref<8x8x32xi8>
  return
}

// -----

func.func @token_tables_c1_rows(%panel: memref<8x8x32xi8>, %tables: memref<273x32xi16>, %i: index) {
  // expected-error @+1 {{has tables 'memref<273x32xi16>', expected at least 274 rows of 32 tokens}}
  ternary.token_tables %panel[%i, %i] into %tables {groups = 2 : i64} : memref<8x8x32xi8>, memref<273x32xi16>
  return
}

// -----

func.func @token_tables_c1_tokens(%panel: memref<8x8x32xi8>, %tables: memref<274x16xi16>, %i: index) {
  // expected-error @+1 {{expected at least 274 rows of 32 tokens}}
  ternary.token_tables %panel[%i, %i] into %tables {groups = 2 : i64} : memref<8x8x32xi8>, memref<274x16xi16>
  return
}

// -----

func.func @token_tables_c1_groups(%panel: memref<8x8x32xi8>, %tables: memref<274x32xi16>, %i: index) {
  // expected-error @+1 {{takes 0 groups, expected 1 to 63}}
  ternary.token_tables %panel[%i, %i] into %tables {groups = 0 : i64} : memref<8x8x32xi8>, memref<274x32xi16>
  return
}

// -----

func.func @lookup_tokens_c1_groups(%tables: memref<8768x32xi16>, %weights: memref<128xi8>, %partial: memref<64x32xi16>, %i: index) {
  // expected-error @+1 {{takes 64 groups, expected 1 to 63}}
  ternary.lookup_tokens %tables, %weights[%i, %i] into %partial[%i] {groups = 64 : i64, terms = 8 : i64} : memref<8768x32xi16>, memref<128xi8>, memref<64x32xi16>
  return
}

// -----

func.func @lookup_tokens_c1_rows(%tables: memref<8630x32xi16>, %weights: memref<128xi8>, %partial: memref<64x32xi16>, %i: index) {
  // expected-error @+1 {{expected at least 8631 rows of 32 tokens}}
  ternary.lookup_tokens %tables, %weights[%i, %i] into %partial[%i] {groups = 63 : i64, terms = 8 : i64} : memref<8630x32xi16>, memref<128xi8>, memref<64x32xi16>
  return
}

// -----

func.func @clear_c1(%partial: memref<64x32xi16>, %high: memref<64x16xi16>, %i: index) {
  // expected-error @+1 {{expected the same static shape}}
  ternary.clear %partial, %high[%i] : memref<64x32xi16>, memref<64x16xi16>
  return
}

// -----

func.func @carry_c1(%partial: memref<64x32xi16>, %high: memref<128x32xi16>, %i: index) {
  // expected-error @+1 {{expected the same static shape}}
  ternary.carry %partial into %high[%i] : memref<64x32xi16>, memref<128x32xi16>
  return
}

// -----

func.func @carry_c1_dynamic(%partial: memref<?x32xi16>, %high: memref<?x32xi16>, %i: index) {
  // expected-error @+1 {{expected the same static shape}}
  ternary.carry %partial into %high[%i] : memref<?x32xi16>, memref<?x32xi16>
  return
}

// -----

func.func @transpose_sums_c1(%partial: memref<128x32xi16>, %high: memref<64x32xi16>, %result: memref<32x64xi32>, %i: index) {
  // expected-error @+1 {{has partial 'memref<128x32xi16>' and high 'memref<64x32xi16>', expected the same static shape}}
  ternary.transpose_sums %partial, %high[%i] into %result : memref<128x32xi16>, memref<64x32xi16>, memref<32x64xi32>
  return
}

// -----

func.func @transpose_sums_c2_tokens(%partial: memref<64x32xi16>, %high: memref<64x32xi16>, %result: memref<16x64xi32>, %i: index) {
  // expected-error @+1 {{has result 'memref<16x64xi32>', expected 32 on axis 0}}
  ternary.transpose_sums %partial, %high[%i] into %result : memref<64x32xi16>, memref<64x32xi16>, memref<16x64xi32>
  return
}

// -----

func.func @transpose_sums_c2_rows(%partial: memref<64x32xi16>, %high: memref<64x32xi16>, %result: memref<32x63xi32>, %i: index) {
  // expected-error @+1 {{has result 'memref<32x63xi32>', expected 64 on axis 1}}
  ternary.transpose_sums %partial, %high[%i] into %result : memref<64x32xi16>, memref<64x32xi16>, memref<32x63xi32>
  return
}

// -----

func.func @rescale_c1_0_rows(%sums: memref<4x64xi32>, %scale: memref<?xf32>, %one: memref<1xf32>, %out: memref<?x100xf32>, %i: index) {
  // expected-error @+1 {{writes 0 rows, expected 1 to 64}}
  ternary.rescale %sums[%i], %scale, %one into %out[%i, %i] {form = #ternary.rescale_form<mul>, rows = 0 : i64} : memref<4x64xi32>, memref<?xf32>, memref<1xf32>, memref<?x100xf32>
  return
}

// -----

func.func @rescale_c1_65_rows(%sums: memref<4x64xi32>, %scale: memref<?xf32>, %one: memref<1xf32>, %out: memref<?x100xf32>, %i: index) {
  // expected-error @+1 {{writes 65 rows, expected 1 to 64}}
  ternary.rescale %sums[%i], %scale, %one into %out[%i, %i] {form = #ternary.rescale_form<mul>, rows = 65 : i64} : memref<4x64xi32>, memref<?xf32>, memref<1xf32>, memref<?x100xf32>
  return
}

// -----

func.func @rescale_c1(%sums: memref<4x32xi32>, %scale: memref<?xf32>, %one: memref<1xf32>, %out: memref<?x100xf32>, %i: index) {
  // expected-error @+1 {{writes 64 rows, expected 1 to 32}}
  ternary.rescale %sums[%i], %scale, %one into %out[%i, %i] {form = #ternary.rescale_form<mul>, rows = 64 : i64} : memref<4x32xi32>, memref<?xf32>, memref<1xf32>, memref<?x100xf32>
  return
}

// -----

func.func @rescale_type(%sums: memref<4x64xi32>, %scale: memref<?xf32>, %one: memref<1xf32>, %out: memref<?x100xf16>, %i: index) {
  // expected-error @+1 {{must be 2D memref of 32-bit float values}}
  ternary.rescale %sums[%i], %scale, %one into %out[%i, %i] {form = #ternary.rescale_form<mul>, rows = 64 : i64} : memref<4x64xi32>, memref<?xf32>, memref<1xf32>, memref<?x100xf16>
  return
}

// -----

// expected-error @+1 {{layout has blocks of 0 rows, expected a multiple of 8 up to 1024}}
func.func private @layout_0_rows() attributes {l = #ternary.layout<pairs, rows = 0>}

// -----

// expected-error @+1 {{layout has blocks of 12 rows, expected a multiple of 8 up to 1024}}
func.func private @layout_12_rows() attributes {l = #ternary.layout<pairs, rows = 12>}

// -----

// expected-error @+1 {{layout has blocks of 1032 rows, expected a multiple of 8 up to 1024}}
func.func private @layout_1032_rows() attributes {l = #ternary.layout<pairs, rows = 1032>}

// -----

func.func @dot_rows_c1_kind(%codes: memref<?x8xi8>, %totals: memref<64xi32>, %weights: memref<128xi8>, %sums: memref<4x64xi32>, %i: index) {
  // expected-error @+1 {{has #ternary.layout<pairs, rows = 64>, expected rows4 or rows5}}
  ternary.dot_rows %codes[%i], %totals[%i], %weights[%i] into %sums {layout = #ternary.layout<pairs, rows = 64>} : memref<?x8xi8>, memref<64xi32>, memref<128xi8>, memref<4x64xi32>
  return
}

// -----

func.func @dot_rows_c1_rows(%codes: memref<?x8xi8>, %totals: memref<64xi32>, %weights: memref<128xi8>, %sums: memref<4x64xi32>, %i: index) {
  // expected-error @+1 {{has sums 'memref<4x64xi32>', expected 80 on axis 1}}
  ternary.dot_rows %codes[%i], %totals[%i], %weights[%i] into %sums {layout = #ternary.layout<rows5, rows = 80>} : memref<?x8xi8>, memref<64xi32>, memref<128xi8>, memref<4x64xi32>
  return
}

// -----

func.func @dot_rows_c1_dynamic(%codes: memref<?x8xi8>, %totals: memref<64xi32>, %weights: memref<128xi8>, %sums: memref<?x64xi32>, %i: index) {
  // expected-error @+1 {{has sums 'memref<?x64xi32>', expected a static axis 0}}
  ternary.dot_rows %codes[%i], %totals[%i], %weights[%i] into %sums {layout = #ternary.layout<rows4, rows = 64>} : memref<?x8xi8>, memref<64xi32>, memref<128xi8>, memref<?x64xi32>
  return
}

// -----

func.func @rescale_c1_dynamic(%sums: memref<4x?xi32>, %scale: memref<?xf32>, %one: memref<1xf32>, %out: memref<?x100xf32>, %i: index) {
  // expected-error @+1 {{has sums 'memref<4x?xi32>', expected a static axis 1}}
  ternary.rescale %sums[%i], %scale, %one into %out[%i, %i] {form = #ternary.rescale_form<mul>, rows = 64 : i64} : memref<4x?xi32>, memref<?xf32>, memref<1xf32>, memref<?x100xf32>
  return
}

// -----

func.func @code_totals_dynamic(%codes: memref<?x?xi8>, %totals: memref<64xi32>, %i: index) {
  // expected-error @+1 {{has codes 'memref<?x?xi8>', expected a static axis 1}}
  ternary.code_totals %codes[%i for %i] into %totals : memref<?x?xi8>, memref<64xi32>
  return
}

// -----

// expected-error @+1 {{layout has blocks of 64 rows, expected a multiple of 20 up to 1024}}
func.func private @layout_rows5_64() attributes {l = #ternary.layout<rows5, rows = 64>}

// -----

func.func @lookup_quints_c4(%tables: memref<8x512xi8>, %weights: memref<128xi8>, %sums: memref<64xi32>, %i: index) {
  // expected-error @+1 {{names what comes next by 1 values, expected a block and a group}}
  ternary.lookup_quints %tables[%i], %weights[%i, %i] into %sums[%i] then [%i] {groups = 2 : i64, terms = 10 : i64, rows = 64 : i64} : memref<8x512xi8>, memref<128xi8>, memref<64xi32>
  return
}

// -----

func.func @quantize_c3_multiple(%x: tensor<?x64xf32>) {
  // expected-error @+1 {{has groups of 24 terms, expected a multiple of 16 up to 240}}
  %q, %s = ternary.quantize %x {form = #ternary.scale_form<step>, range = 127.0 : f32, eps = 1.0e-5 : f32, group = 24 : i64} : tensor<?x64xf32> -> tensor<?x64xi8>, tensor<?x3xf32>
  return
}

// -----

func.func @quantize_c3_most(%x: tensor<?x512xf32>) {
  // expected-error @+1 {{has groups of 256 terms, expected a multiple of 16 up to 240}}
  %q, %s = ternary.quantize %x {form = #ternary.scale_form<step>, range = 127.0 : f32, eps = 1.0e-5 : f32, group = 256 : i64} : tensor<?x512xf32> -> tensor<?x512xi8>, tensor<?x2xf32>
  return
}

// -----

// 100 terms are three groups of 32 and one of 4.
func.func @quantize_c1_groups(%x: tensor<?x100xf32>) {
  // expected-error @+1 {{has scale 'tensor<?x3xf32>', expected 4 for each row}}
  %q, %s = ternary.quantize %x {form = #ternary.scale_form<step>, range = 127.0 : f32, eps = 1.0e-5 : f32, group = 32 : i64} : tensor<?x100xf32> -> tensor<?x100xi8>, tensor<?x3xf32>
  return
}

// -----

func.func @linear_c6_group(%q: tensor<?x64xi8>, %s: tensor<?x8xf32>, %w: tensor<32x64x!ternary.trit>, %ws: tensor<1xf32>) {
  // expected-error @+1 {{has groups of 8 terms, expected a multiple of 16 up to 240}}
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<mul_prod>, group = 8 : i64} : (tensor<?x64xi8>, tensor<?x8xf32> weights(tensor<32x64x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x32xf32>
  return
}

// -----

func.func @linear_c6_scale(%q: tensor<?x64xi8>, %s: tensor<?x1xf32>, %w: tensor<32x64x!ternary.trit>, %ws: tensor<1xf32>) {
  // expected-error @+1 {{has scale 'tensor<?x1xf32>', expected 2 on its last axis}}
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<mul_prod>, group = 32 : i64} : (tensor<?x64xi8>, tensor<?x1xf32> weights(tensor<32x64x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x32xf32>
  return
}

// -----

func.func @linear_c6_rescale(%q: tensor<?x64xi8>, %s: tensor<?x2xf32>, %w: tensor<32x64x!ternary.trit>, %ws: tensor<1xf32>) {
  // expected-error @+1 {{has rescale div_mul, expected mul_prod with groups}}
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<div_mul>, group = 32 : i64} : (tensor<?x64xi8>, tensor<?x2xf32> weights(tensor<32x64x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x32xf32>
  return
}

// -----

func.func @linear_c6_weight_scales(%q: tensor<?x64xi8>, %s: tensor<?x2xf32>, %w: tensor<65x64x!ternary.trit>, %ws: tensor<1x2x64xf32>) {
  // expected-error @+1 {{has weight scales 'tensor<1x2x64xf32>', expected [2, 2, 64]}}
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<mul_prod>, group = 32 : i64} : (tensor<?x64xi8>, tensor<?x2xf32> weights(tensor<65x64x!ternary.trit>) scales(tensor<1x2x64xf32>)) -> tensor<?x65xf32>
  return
}

// -----

// Weight scales in groups need groups of the input.
func.func @linear_c5_three_axes(%q: tensor<?x64xi8>, %s: tensor<?x1xf32>, %w: tensor<64x64x!ternary.trit>, %ws: tensor<1x2x64xf32>) {
  // expected-error @+1 {{has weight scales 'tensor<1x2x64xf32>', expected 1 or 64 elements}}
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<mul_prod>} : (tensor<?x64xi8>, tensor<?x1xf32> weights(tensor<64x64x!ternary.trit>) scales(tensor<1x2x64xf32>)) -> tensor<?x64xf32>
  return
}

// -----

func.func @lookup_row_groups_c3(%tables: memref<8x1600xi8>, %weights: memref<3200xi8>, %scale: memref<?x5xf32>, %totals: memref<64xf32>, %i: index) {
  // expected-error @+1 {{has groups of 20 terms, expected a multiple of 16 up to 240}}
  ternary.lookup_row_groups %tables[%i], %weights[%i, %i], %scale[%i] into %totals[%i] {blocks = 1 : i64, group = 20 : i64, groups = 25 : i64, terms = 100 : i64}
      : memref<8x1600xi8>, memref<3200xi8>, memref<?x5xf32>, memref<64xf32>
  return
}

// -----

func.func @lookup_row_groups_c5(%tables: memref<8x1600xi8>, %weights: memref<3200xi8>, %scale: memref<?x4xf32>, %totals: memref<64xf32>, %i: index) {
  // expected-error @+1 {{has sums 'memref<64xf32>', expected room for 128 rows}}
  ternary.lookup_row_groups %tables[%i], %weights[%i, %i], %scale[%i] into %totals[%i] {blocks = 2 : i64, group = 32 : i64, groups = 25 : i64, terms = 100 : i64}
      : memref<8x1600xi8>, memref<3200xi8>, memref<?x4xf32>, memref<64xf32>
  return
}

// -----

func.func @add_row_group_c1(%sums: memref<4x80xi32>, %scale: memref<?x4xf32>, %totals: memref<4x80xf32>, %i: index) {
  // expected-error @+1 {{expected the same static shape, whose columns divide 64}}
  ternary.add_row_group %sums[%i], %scale[%i, %i] into %totals[%i] : memref<4x80xi32>, memref<?x4xf32>, memref<4x80xf32>
  return
}

// -----

func.func @token_scales_c1(%scale: memref<?x4xf32>, %panel: memref<8x3x32xf32>, %i: index) {
  // expected-error @+1 {{has panel 'memref<8x3x32xf32>', expected 4 on axis 1}}
  ternary.token_scales %scale[%i for %i] into %panel[%i] : memref<?x4xf32>, memref<8x3x32xf32>
  return
}

// -----

func.func @add_token_group_c1(%partial: memref<1024x32xi16>, %scales: memref<8x4x16xf32>, %totals: memref<1024x32xf32>, %i: index) {
  // expected-error @+1 {{has scales 'memref<8x4x16xf32>', expected 32 on axis 2}}
  ternary.add_token_group %partial[%i, %i], %scales[%i, %i] into %totals : memref<1024x32xi16>, memref<8x4x16xf32>, memref<1024x32xf32>
  return
}

// -----

func.func @add_token_group_c1_shape(%partial: memref<1024x32xi16>, %scales: memref<8x4x32xf32>, %totals: memref<64x32xf32>, %i: index) {
  // expected-error @+1 {{expected the same static shape}}
  ternary.add_token_group %partial[%i, %i], %scales[%i, %i] into %totals : memref<1024x32xi16>, memref<8x4x32xf32>, memref<64x32xf32>
  return
}

// -----

func.func @transpose_totals_c1(%totals: memref<1024x32xf32>, %result: memref<16x64xf32>, %i: index) {
  // expected-error @+1 {{has result 'memref<16x64xf32>', expected 32 on axis 0}}
  ternary.transpose_totals %totals[%i] into %result : memref<1024x32xf32>, memref<16x64xf32>
  return
}

// -----

func.func @write_totals_c1(%totals: memref<4x64xf32>, %out: memref<?x100xf32>, %i: index) {
  // expected-error @+1 {{writes 65 rows, expected 1 to 64}}
  ternary.write_totals %totals[%i] into %out[%i, %i] {rows = 65 : i64} : memref<4x64xf32>, memref<?x100xf32>
  return
}

// -----

func.func @masked_rows_c2(%codes: memref<?x100xi8>, %weights: memref<3200xi8>, %sums: memref<4x64xi32>, %i: index) {
  // expected-error @+1 {{has a first term or a number of terms, expected both or none}}
  ternary.masked_rows %codes[%i from %i], %weights[%i] into %sums : memref<?x100xi8>, memref<3200xi8>, memref<4x64xi32>
  return
}

// -----

func.func @dot_rows_c2(%codes: memref<?x8xi8>, %totals: memref<64xi32>, %weights: memref<128xi8>, %sums: memref<4x64xi32>, %i: index) {
  // expected-error @+1 {{has a first term or a number of terms, expected both or none}}
  ternary.dot_rows %codes[%i], %totals[%i], %weights[%i] into %sums {layout = #ternary.layout<rows4, rows = 64>, terms = 4 : i64} : memref<?x8xi8>, memref<64xi32>, memref<128xi8>, memref<4x64xi32>
  return
}

// -----

func.func @quantize_c4_eps(%x: tensor<?x64xf32>) {
  // expected-error @+1 {{has eps_of_scale and the form unit, expected step or step_product}}
  %q, %s = ternary.quantize %x {form = #ternary.scale_form<unit>, range = 127.0 : f32, eps = 1.0e-5 : f32, eps_of_scale} : tensor<?x64xf32> -> tensor<?x64xi8>, tensor<?x1xf32>
  return
}

// -----

func.func @quantize_c4_reciprocal(%x: tensor<?x64xf32>) {
  // expected-error @+1 {{has by_reciprocal and the form div, expected one that divides by its scale}}
  %q, %s = ternary.quantize %x {by_reciprocal, form = #ternary.scale_form<div>, range = 127.0 : f32, eps = 1.0e-5 : f32} : tensor<?x64xf32> -> tensor<?x64xi8>, tensor<?x1xf32>
  return
}
