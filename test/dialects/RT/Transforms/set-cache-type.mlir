// RUN: bitnet-opt %s --rt-set-cache-type=element=i8 | FileCheck %s --check-prefixes=CHECK,I8
// RUN: bitnet-opt %s --rt-set-cache-type=element=f16 | FileCheck %s --check-prefixes=CHECK,F16
// RUN: bitnet-opt %s --rt-set-cache-type | FileCheck %s --check-prefixes=CHECK,GRAPH
// RUN: not bitnet-opt %s --rt-set-cache-type=element=i4 2>&1 | FileCheck %s --check-prefix=WRONG

// WRONG: error: element is 'i4', expected graph, f32, f16 or i8

// CHECK: rt.kv_cache @keys
// I8-SAME: tensor<?x2x?x32xi8>
// F16-SAME: tensor<?x2x?x32xf16>
// GRAPH-SAME: tensor<?x2x?x32xf32>
rt.kv_cache @keys : tensor<?x2x?x32xf32> inputs [3, 5] outputs [1, 3]
