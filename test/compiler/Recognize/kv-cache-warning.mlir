// RUN: bitnet-opt %s --recognize-record-signature --recognize-kv-cache --split-input-file --verify-diagnostics

func.func @main(%q: tensor<?x2x?x8xf32> {onnx.name = "q"}, %pk: tensor<?x2x?x8xf32> {onnx.name = "past.0.key"}) -> (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) {
  // expected-warning @+1 {{input 'past.0.key' grows by this Concat but is no cache of a session: no attention that was recognised reads it}}
  %k = onnx.Concat %pk, %q {axis = 2 : i64} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  %y = onnx.Neg %k : (tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  return %y, %k : tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>
}

// -----

func.func @main(%q: tensor<?x2x?x8xf32> {onnx.name = "q"}, %pk: tensor<?x2x?x8xf32> {onnx.name = "past.0.key"}, %v: tensor<?x2x?x8xf32>) -> (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) {
  // expected-warning @+1 {{is no cache of a session: not all such inputs are keys or values whose length is dynamic and that one attention alone reads}}
  %k = onnx.Concat %pk, %q {axis = 2 : i64} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  %y = transformer.attention %q, %k, %v {scale = 1.0 : f32} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  return %y, %k : tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>
}

// -----

// What grows and leaves nothing is no past.
func.func @main(%q: tensor<?x2x?x8xf32> {onnx.name = "q"}, %pk: tensor<?x2x?x8xf32> {onnx.name = "x"}) -> tensor<?x2x?x8xf32> {
  %k = onnx.Concat %pk, %q {axis = 2 : i64} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  %y = onnx.Neg %k : (tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  return %y : tensor<?x2x?x8xf32>
}
