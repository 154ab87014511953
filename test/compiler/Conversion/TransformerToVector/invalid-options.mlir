// RUN: not bitnet-opt %s --transformer-lower-to-vector=vector-bits=96 2>&1 | FileCheck %s

// CHECK: error: vector-bits is 96, expected 128, 256 or 512
module {}
