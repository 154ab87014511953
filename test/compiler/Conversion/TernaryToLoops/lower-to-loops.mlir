// RUN: bitnet-opt %s --ternary-lower-to-loops --canonicalize --cse --split-input-file --verify-diagnostics | FileCheck %s

// Byte (row / 64 * 2 groups + k / 4) * 64 + row % 64 holds k's pair in the
// nibble k % 4 / 2, whose digit is its unit or its three.
// CHECK-LABEL: func @pairs(
//  CHECK-SAME:   %[[Q:.+]]: memref<?x6xi8>, %[[S:.+]]: memref<?x1xf32>, %[[W:.+]]: memref<128xi8>, %[[WS:.+]]: memref<1xf32>, %[[B:.+]]: memref<3xf32>, %[[O:.+]]: memref<?x3xf32>)
//       CHECK:   %[[SCALES:.+]] = memref.collapse_shape %[[S]]
//       CHECK:   %[[TOKENS:.+]] = memref.dim %[[Q]], %c0
//       CHECK:   scf.for %[[M:.+]] = %c0 to %[[TOKENS]] step %c1 {
//       CHECK:     %[[SCALE:.+]] = memref.load %[[SCALES]][%[[M]]]
//       CHECK:     scf.for %[[N:.+]] = %c0 to %c3 step %c1 {
//       CHECK:       %[[SUM:.+]] = scf.for %[[K:.+]] = %c0 to %c6 step %c1 iter_args(%[[SO_FAR:.+]] = %c0_i32) -> (i32) {
//       CHECK:         %[[BLOCK:.+]] = arith.divui %[[N]], %c64
//       CHECK:         %[[ROW:.+]] = arith.remui %[[N]], %c64
//       CHECK:         %[[GROUPS:.+]] = arith.muli %[[BLOCK]], %c2
//       CHECK:         %[[GROUP:.+]] = arith.divui %[[K]], %c4
//       CHECK:         %[[UNIT:.+]] = arith.addi %[[GROUPS]], %[[GROUP]]
//       CHECK:         %[[BASE:.+]] = arith.muli %[[UNIT]], %c64
//       CHECK:         %[[AT:.+]] = arith.addi %[[BASE]], %[[ROW]]
//       CHECK:         %[[LOADED:.+]] = memref.load %[[W]][%[[AT]]]
//       CHECK:         %[[BYTE:.+]] = arith.index_castui %[[LOADED]] : i8 to index
//       CHECK:         %[[IN_GROUP:.+]] = arith.remui %[[K]], %c4
//       CHECK:         %[[NIBBLE:.+]] = arith.divui %[[IN_GROUP]], %c2
//       CHECK:         %[[SHIFT:.+]] = arith.muli %[[NIBBLE]], %c4
//       CHECK:         %[[SHIFTED:.+]] = arith.shrui %[[BYTE]], %[[SHIFT]]
//       CHECK:         %[[PAIR:.+]] = arith.remui %[[SHIFTED]], %c16
//       CHECK:         %[[HIGH:.+]] = arith.divui %[[PAIR]], %c3
//       CHECK:         %[[LOW:.+]] = arith.remui %[[PAIR]], %c3
//       CHECK:         %[[PARITY:.+]] = arith.remui %[[K]], %c2
//       CHECK:         %[[EVEN:.+]] = arith.cmpi eq, %[[PARITY]], %c0
//       CHECK:         %[[CODE:.+]] = arith.select %[[EVEN]], %[[LOW]], %[[HIGH]]
//       CHECK:         %[[PLUS:.+]] = arith.cmpi eq, %[[CODE]], %c2
//       CHECK:         %[[MINUS:.+]] = arith.cmpi eq, %[[CODE]], %c0
//       CHECK:         %[[X8:.+]] = memref.load %[[Q]][%[[M]], %[[K]]]
//       CHECK:         %[[X:.+]] = arith.extsi %[[X8]] : i8 to i32
//       CHECK:         %[[ADDED:.+]] = arith.addi %[[SO_FAR]], %[[X]]
//       CHECK:         %[[TAKEN:.+]] = arith.subi %[[SO_FAR]], %[[X]]
//       CHECK:         %[[NOT_PLUS:.+]] = arith.select %[[MINUS]], %[[TAKEN]], %[[SO_FAR]]
//       CHECK:         %[[NEXT:.+]] = arith.select %[[PLUS]], %[[ADDED]], %[[NOT_PLUS]]
//       CHECK:         scf.yield %[[NEXT]]
// One weight scale serves all rows, biases are one for each; the only product
// is marked as a scale's.
//       CHECK:       %[[FLOAT:.+]] = arith.sitofp %[[SUM]]
//       CHECK:       %[[WEIGHT_SCALE:.+]] = memref.load %[[WS]][%c0]
//       CHECK:       %[[BIAS:.+]] = memref.load %[[B]][%[[N]]]
//       CHECK:       %[[QUOTIENT:.+]] = arith.divf %[[FLOAT]], %[[SCALE]]
//       CHECK:       %[[PRODUCT:.+]] = arith.mulf %[[QUOTIENT]], %[[WEIGHT_SCALE]] {ternary.rescale}
//       CHECK:       %[[Y:.+]] = arith.addf %[[PRODUCT]], %[[BIAS]]
//       CHECK:       memref.store %[[Y]], %[[O]][%[[M]], %[[N]]]
func.func @pairs(%q: memref<?x6xi8>, %s: memref<?x1xf32>, %w: memref<128xi8>, %ws: memref<1xf32>, %b: memref<3xf32>, %o: memref<?x3xf32>) {
  ternary.linear %q, %s weights(%w) scales(%ws) biases(%b) outs(%o) {rescale = #ternary.rescale_form<div_mul>,
      layout = #ternary.layout<pairs, rows = 64>, rows_of = array<i64: 3>}
      : (memref<?x6xi8>, memref<?x1xf32> weights(memref<128xi8>) scales(memref<1xf32>) biases(memref<3xf32>) outs(memref<?x3xf32>))
  return
}

// -----

// Byte (row / 64 * K + k) * 16 + row % 64 / 8 holds the bit that says +1, the
// one 8 bytes behind it the bit that says -1. Leading axes are tokens.
// CHECK-LABEL: func @planes(
//  CHECK-SAME:   %[[Q:.+]]: memref<2x?x6xi8>, %{{.+}}: memref<2x?x1xf32>, %[[W:.+]]: memref<96xi8>, %[[WS:.+]]: memref<3xf32>, %[[O:.+]]: memref<2x?x3xf32>)
//       CHECK:   %[[CODES:.+]] = memref.collapse_shape %[[Q]] {{\[}}[0, 1], [2]]
//       CHECK:   %[[TOKENS:.+]] = memref.dim %[[CODES]], %c0
//       CHECK:   %[[OUT:.+]] = memref.collapse_shape %[[O]] {{\[}}[0, 1], [2]]
//       CHECK:   scf.for %[[M:.+]] = %c0 to %[[TOKENS]]
//       CHECK:     scf.for %[[N:.+]] = %c0 to %c3
//       CHECK:       %[[SUM:.+]] = scf.for %[[K:.+]] = %c0 to %c6 step %c1 iter_args(%[[SO_FAR:.+]] = %c0_i32)
//       CHECK:         %[[BLOCK:.+]] = arith.divui %[[N]], %c64
//       CHECK:         %[[ROW:.+]] = arith.remui %[[N]], %c64
//       CHECK:         %[[COLUMNS:.+]] = arith.muli %[[BLOCK]], %c6
//       CHECK:         %[[COLUMN:.+]] = arith.addi %[[COLUMNS]], %[[K]]
//       CHECK:         %[[BASE:.+]] = arith.muli %[[COLUMN]], %c16
//       CHECK:         %[[OFFSET:.+]] = arith.divui %[[ROW]], %c8
//       CHECK:         %[[AT:.+]] = arith.addi %[[BASE]], %[[OFFSET]]
//       CHECK:         %[[BIT:.+]] = arith.remui %[[ROW]], %c8
//       CHECK:         memref.load %[[W]][%[[AT]]]
//       CHECK:         %[[SHIFTED:.+]] = arith.shrui %{{.+}}, %[[BIT]]
//       CHECK:         %[[PLUS_BIT:.+]] = arith.remui %[[SHIFTED]], %c2
//       CHECK:         %[[MINUS_AT:.+]] = arith.addi %[[AT]], %c8
//       CHECK:         memref.load %[[W]][%[[MINUS_AT]]]
//       CHECK:         %[[MINUS_SHIFTED:.+]] = arith.shrui %{{.+}}, %[[BIT]]
//       CHECK:         %[[MINUS_BIT:.+]] = arith.remui %[[MINUS_SHIFTED]], %c2
//       CHECK:         %[[ONE_OR_TWO:.+]] = arith.addi %[[PLUS_BIT]], %c1
//       CHECK:         %[[CODE:.+]] = arith.subi %[[ONE_OR_TWO]], %[[MINUS_BIT]]
//       CHECK:         %[[PLUS:.+]] = arith.cmpi eq, %[[CODE]], %c2
//       CHECK:         %[[MINUS:.+]] = arith.cmpi eq, %[[CODE]], %c0
//       CHECK:         memref.load %[[CODES]][%[[M]], %[[K]]]
//       CHECK:         %[[ADDED:.+]] = arith.addi %[[SO_FAR]]
//       CHECK:         %[[TAKEN:.+]] = arith.subi %[[SO_FAR]]
//       CHECK:         %[[NOT_PLUS:.+]] = arith.select %[[MINUS]], %[[TAKEN]], %[[SO_FAR]]
//       CHECK:         arith.select %[[PLUS]], %[[ADDED]], %[[NOT_PLUS]]
// Here each row has its scale, and the graph applies the tokens' elsewhere.
//       CHECK:       %[[FLOAT:.+]] = arith.sitofp %[[SUM]]
//       CHECK:       %[[WEIGHT_SCALE:.+]] = memref.load %[[WS]][%[[N]]]
//       CHECK:       %[[Y:.+]] = arith.mulf %[[FLOAT]], %[[WEIGHT_SCALE]] {ternary.rescale}
//       CHECK:       memref.store %[[Y]], %[[OUT]][%[[M]], %[[N]]]
func.func @planes(%q: memref<2x?x6xi8>, %s: memref<2x?x1xf32>, %w: memref<96xi8>, %ws: memref<3xf32>, %o: memref<2x?x3xf32>) {
  ternary.linear %q, %s weights(%w) scales(%ws) outs(%o) {rescale = #ternary.rescale_form<mul>,
      layout = #ternary.layout<planes, rows = 64>, rows_of = array<i64: 3>}
      : (memref<2x?x6xi8>, memref<2x?x1xf32> weights(memref<96xi8>) scales(memref<3xf32>) outs(memref<2x?x3xf32>))
  return
}

// -----

// Each weight has loops of its own, over its rows; a scalar scale is read too.
// CHECK-LABEL: func @siblings(
//  CHECK-SAME:   %[[W:[a-z0-9]+]]: memref<8xi8>, %[[V:[a-z0-9]+]]: memref<16xi8>, %[[WS:[a-z0-9]+]]: memref<f32>, %[[O:[a-z0-9]+]]: memref<1x8xf32>, %[[P:[a-z0-9]+]]: memref<1x9xf32>)
//       CHECK:   memref.expand_shape %[[WS]]
//       CHECK:   scf.for %[[N:.+]] = %c0 to %c8 step
//       CHECK:     memref.load %[[W]]
//       CHECK:     memref.store %{{.+}}, %[[O]][%c0, %[[N]]]
//       CHECK:   scf.for %[[N:.+]] = %c0 to %c9 step
//       CHECK:     memref.load %[[V]]
//       CHECK:     memref.store %{{.+}}, %[[P]][%c0, %[[N]]]
//   CHECK-NOT:   ternary.linear
func.func @siblings(%q: memref<1x4xi8>, %s: memref<1x1xf32>, %w: memref<8xi8>, %v: memref<16xi8>, %ws: memref<f32>, %o: memref<1x8xf32>, %p: memref<1x9xf32>) {
  ternary.linear %q, %s weights(%w, %v) scales(%ws, %ws) outs(%o, %p) {rescale = #ternary.rescale_form<mul>,
      layout = #ternary.layout<pairs, rows = 8>, rows_of = array<i64: 8, 9>}
      : (memref<1x4xi8>, memref<1x1xf32> weights(memref<8xi8>, memref<16xi8>) scales(memref<f32>, memref<f32>) outs(memref<1x8xf32>, memref<1x9xf32>))
  return
}

// -----

// The scale is (1 / max(max |x|, eps)) * range; a product that is no number
// has code 0, and codes are clamped before they are integers.
// CHECK-LABEL: func @quantize(
//  CHECK-SAME:   %[[X:.+]]: memref<?x6xf32>, %[[Q:.+]]: memref<?x6xi8>, %[[S:.+]]: memref<?x1xf32>)
//   CHECK-DAG:   %[[QMAX:.+]] = arith.constant 7.000000e+00
//   CHECK-DAG:   %[[QMIN:.+]] = arith.constant -8.000000e+00
//   CHECK-DAG:   %[[ONE:.+]] = arith.constant 1.000000e+00
//   CHECK-DAG:   %[[RANGE:.+]] = arith.constant 1.270000e+02
//   CHECK-DAG:   %[[EPS:.+]] = arith.constant 5.000000e-01
//   CHECK-DAG:   %[[ZERO:.+]] = arith.constant 0.000000e+00
//       CHECK:   %[[TOKENS:.+]] = memref.dim %[[X]], %c0
//       CHECK:   scf.for %[[M:.+]] = %c0 to %[[TOKENS]]
//       CHECK:     %[[LARGEST:.+]] = scf.for %[[K:.+]] = %c0 to %c6 step %c1 iter_args(%[[SO_FAR:.+]] = %[[ZERO]])
//       CHECK:       %[[LOADED:.+]] = memref.load %[[X]][%[[M]], %[[K]]]
//       CHECK:       %[[ABS:.+]] = math.absf %[[LOADED]]
//       CHECK:       %[[GREATER:.+]] = arith.cmpf ogt, %[[ABS]], %[[SO_FAR]]
//       CHECK:       %[[NAN:.+]] = arith.cmpf uno, %[[ABS]], %[[ABS]]
//       CHECK:       %[[TAKEN:.+]] = arith.ori %[[GREATER]], %[[NAN]]
//       CHECK:       arith.select %[[TAKEN]], %[[ABS]], %[[SO_FAR]]
//       CHECK:     %[[ABOVE:.+]] = arith.cmpf ogt, %[[LARGEST]], %[[EPS]]
//       CHECK:     %[[M_NAN:.+]] = arith.cmpf uno, %[[LARGEST]], %[[LARGEST]]
//       CHECK:     %[[M_TAKEN:.+]] = arith.ori %[[ABOVE]], %[[M_NAN]]
//       CHECK:     %[[M_EPS:.+]] = arith.select %[[M_TAKEN]], %[[LARGEST]], %[[EPS]]
//       CHECK:     %[[RECIPROCAL:.+]] = arith.divf %[[ONE]], %[[M_EPS]]
//       CHECK:     %[[SCALE:.+]] = arith.mulf %[[RECIPROCAL]], %[[RANGE]]
//       CHECK:     memref.store %[[SCALE]], %[[S]][%[[M]], %c0]
//       CHECK:     scf.for %[[K:.+]] = %c0 to %c6
//       CHECK:       %[[LOADED:.+]] = memref.load %[[X]][%[[M]], %[[K]]]
//       CHECK:       %[[PRODUCT:.+]] = arith.mulf %[[LOADED]], %[[SCALE]]
//       CHECK:       %[[NUMBER:.+]] = arith.cmpf ord, %[[PRODUCT]], %[[PRODUCT]]
//       CHECK:       %[[CLEAN:.+]] = arith.select %[[NUMBER]], %[[PRODUCT]], %[[ZERO]]
//       CHECK:       %[[ROUNDED:.+]] = math.roundeven %[[CLEAN]]
//       CHECK:       %[[HIGH:.+]] = arith.cmpf ogt, %[[ROUNDED]], %[[QMIN]]
//       CHECK:       %[[LOWER:.+]] = arith.select %{{.+}}, %[[ROUNDED]], %[[QMIN]]
//       CHECK:       %[[LOW:.+]] = arith.cmpf olt, %[[LOWER]], %[[QMAX]]
//       CHECK:       %[[CLAMPED:.+]] = arith.select %[[LOW]], %[[LOWER]], %[[QMAX]]
//       CHECK:       %[[WIDE:.+]] = arith.fptosi %[[CLAMPED]] : f32 to i32
//       CHECK:       %[[CODE:.+]] = arith.trunci %[[WIDE]] : i32 to i8
//       CHECK:       memref.store %[[CODE]], %[[Q]][%[[M]], %[[K]]]
func.func @quantize(%x: memref<?x6xf32>, %q: memref<?x6xi8>, %s: memref<?x1xf32>) {
  ternary.quantize %x outs(%q, %s : memref<?x6xi8>, memref<?x1xf32>) {form = #ternary.scale_form<mul_reciprocal>,
      range = 127.0 : f32, eps = 0.5 : f32, qmin = -8 : i64, qmax = 7 : i64} : memref<?x6xf32>
  return
}

// -----

// CHECK-LABEL: func @quantize_by_division
//   CHECK-DAG:   %[[RANGE:.+]] = arith.constant 1.270000e+02
//       CHECK:   %[[SCALE:.+]] = arith.divf %[[RANGE]], %{{.+}}
//  CHECK-NEXT:   memref.store %[[SCALE]]
func.func @quantize_by_division(%x: memref<?x6xf32>, %q: memref<?x6xi8>, %s: memref<?x1xf32>) {
  ternary.quantize %x outs(%q, %s : memref<?x6xi8>, memref<?x1xf32>) {form = #ternary.scale_form<div>,
      range = 127.0 : f32, eps = 0.5 : f32} : memref<?x6xf32>
  return
}

// -----

// Only the memref form is lowered.
// CHECK-LABEL: func @tensors_stay
//       CHECK:   ternary.quantize
//   CHECK-NOT:   scf.for
func.func @tensors_stay(%x: tensor<?x6xf32>) -> (tensor<?x6xi8>, tensor<?x1xf32>) {
  %q, %s = ternary.quantize %x {form = #ternary.scale_form<div>, range = 127.0 : f32, eps = 0.5 : f32} : tensor<?x6xf32> -> tensor<?x6xi8>, tensor<?x1xf32>
  return %q, %s : tensor<?x6xi8>, tensor<?x1xf32>
}

// -----

func.func @not_packed(%q: memref<1x4xi8>, %s: memref<1x1xf32>, %w: tensor<8x4x!ternary.trit>, %ws: memref<1xf32>, %o: memref<1x8xf32>) {
  // expected-error @+1 {{is not packed, expected the result of ternary-pack}}
  ternary.linear %q, %s weights(%w) scales(%ws) outs(%o) {rescale = #ternary.rescale_form<mul>}
      : (memref<1x4xi8>, memref<1x1xf32> weights(tensor<8x4x!ternary.trit>) scales(memref<1xf32>) outs(memref<1x8xf32>))
  return
}

// -----

// Each group's exact sum meets the product of its two scales; 40 terms are two
// groups of 16 and one of 8.
// CHECK-LABEL: func @groups(
//  CHECK-SAME:   %{{.+}}: memref<?x40xi8>, %[[S:.+]]: memref<?x3xf32>, %{{.+}}: memref<640xi8>, %[[WS:.+]]: memref<1x3x64xf32>, %[[B:.+]]: memref<3xf32>, %[[O:.+]]: memref<?x3xf32>)
//       CHECK:   scf.for %[[M:.+]] = %c0 to
//       CHECK:     scf.for %[[N:.+]] = %c0 to %c3
//       CHECK:       %[[TOTAL:.+]] = scf.for %[[G:.+]] = %c0 to %c3 step %c1 iter_args(%[[SO_FAR:.+]] = %{{.+}}) -> (f32)
//       CHECK:         %[[FIRST:.+]] = arith.muli %[[G]], %c16
//       CHECK:         %[[END:.+]] = arith.addi %[[FIRST]], %c16
//       CHECK:         %[[LAST:.+]] = arith.minsi %[[END]], %c40
//       CHECK:         %[[SUM:.+]] = scf.for %{{.+}} = %[[FIRST]] to %[[LAST]] {{.*}} -> (i32)
//       CHECK:         %[[FLOAT:.+]] = arith.sitofp %[[SUM]]
//       CHECK:         %[[SCALE:.+]] = memref.load %[[S]][%[[M]], %[[G]]]
//       CHECK:         %[[BLOCK:.+]] = arith.divui %[[N]], %c64
//       CHECK:         %[[ROW:.+]] = arith.remui %[[N]], %c64
//       CHECK:         %[[OWN:.+]] = memref.load %[[WS]][%[[BLOCK]], %[[G]], %[[ROW]]]
//       CHECK:         %[[BOTH:.+]] = arith.mulf %[[SCALE]], %[[OWN]] {ternary.rescale}
//       CHECK:         %[[SCALED:.+]] = arith.mulf %[[FLOAT]], %[[BOTH]] {ternary.rescale}
//       CHECK:         arith.addf %[[SO_FAR]], %[[SCALED]]
//       CHECK:       %[[BIAS:.+]] = memref.load %[[B]][%[[N]]]
//       CHECK:       %[[Y:.+]] = arith.addf %[[TOTAL]], %[[BIAS]]
//       CHECK:       memref.store %[[Y]], %[[O]][%[[M]], %[[N]]]
func.func @groups(%q: memref<?x40xi8>, %s: memref<?x3xf32>, %w: memref<640xi8>, %ws: memref<1x3x64xf32>, %b: memref<3xf32>, %o: memref<?x3xf32>) {
  ternary.linear %q, %s weights(%w) scales(%ws) biases(%b) outs(%o) {rescale = #ternary.rescale_form<mul_prod>, group = 16 : i64,
      layout = #ternary.layout<pairs, rows = 64>, rows_of = array<i64: 3>}
      : (memref<?x40xi8>, memref<?x3xf32> weights(memref<640xi8>) scales(memref<1x3x64xf32>) biases(memref<3xf32>) outs(memref<?x3xf32>))
  return
}
