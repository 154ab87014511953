// RUN: bitnet-opt %s --split-input-file --verify-diagnostics

func.func @rms_norm_unranked(%x: tensor<*xf32>) {
  // expected-error @+1 {{must be ranked tensor or memref}}
  %y = transformer.rms_norm %x {eps = 1.0e-5 : f32} : (tensor<*xf32>) -> tensor<?x64xf32>
  return
}

// -----

func.func @rms_norm_c1_rank(%x: tensor<f32>) {
  // expected-error @+1 {{normalises 'tensor<f32>', expected an axis}}
  %y = transformer.rms_norm %x {eps = 1.0e-5 : f32} : (tensor<f32>) -> tensor<f32>
  return
}

// -----

func.func @rms_norm_c1(%x: tensor<?x64xf32>) {
  // expected-error @+1 {{writes 'tensor<?x32xf32>', expected the shape of 'tensor<?x64xf32>'}}
  %y = transformer.rms_norm %x {eps = 1.0e-5 : f32} : (tensor<?x64xf32>) -> tensor<?x32xf32>
  return
}

// -----

func.func @rms_norm_c1_gain(%x: tensor<?x64xf32>, %g: tensor<63xf32>) {
  // expected-error @+1 {{has gain 'tensor<63xf32>', expected 64 elements}}
  %y = transformer.rms_norm %x gain(%g) {eps = 1.0e-5 : f32} : (tensor<?x64xf32> gain(tensor<63xf32>)) -> tensor<?x64xf32>
  return
}

// -----

func.func @rms_norm_c1_gain_rank(%x: tensor<?x64xf32>, %g: tensor<1x64xf32>) {
  // expected-error @+1 {{has gain 'tensor<1x64xf32>', expected 64 elements}}
  %y = transformer.rms_norm %x gain(%g) {eps = 1.0e-5 : f32} : (tensor<?x64xf32> gain(tensor<1x64xf32>)) -> tensor<?x64xf32>
  return
}

// -----

func.func @rms_norm_no_result(%x: memref<?x64xf32>) {
  // expected-error @+1 {{expects one result or one buffer in `outs`}}
  transformer.rms_norm %x {eps = 1.0e-5 : f32} : (memref<?x64xf32>)
  return
}

// -----

func.func @rms_norm_two_results(%x: memref<?x64xf32>) {
  // expected-error @+1 {{expects one result or one buffer in `outs`}}
  transformer.rms_norm %x outs(%x, %x) {eps = 1.0e-5 : f32} : (memref<?x64xf32> outs(memref<?x64xf32>, memref<?x64xf32>))
  return
}

// -----

func.func @layer_norm_c1_rank(%x: tensor<f32>) {
  // expected-error @+1 {{normalises 'tensor<f32>', expected an axis}}
  %y = transformer.layer_norm %x {eps = 1.0e-5 : f32} : (tensor<f32>) -> tensor<f32>
  return
}

// -----

func.func @layer_norm_c1(%x: tensor<?x64xf32>) {
  // expected-error @+1 {{writes 'tensor<?x32xf32>', expected the shape of 'tensor<?x64xf32>'}}
  %y = transformer.layer_norm %x {eps = 1.0e-5 : f32} : (tensor<?x64xf32>) -> tensor<?x32xf32>
  return
}

// -----

func.func @layer_norm_c1_gain(%x: tensor<?x64xf32>, %g: tensor<63xf32>) {
  // expected-error @+1 {{has gain 'tensor<63xf32>', expected 64 elements}}
  %y = transformer.layer_norm %x gain(%g) {eps = 1.0e-5 : f32} : (tensor<?x64xf32> gain(tensor<63xf32>)) -> tensor<?x64xf32>
  return
}

// -----

func.func @layer_norm_c1_bias(%x: tensor<?x64xf32>, %g: tensor<64xf32>, %b: tensor<65xf32>) {
  // expected-error @+1 {{has bias 'tensor<65xf32>', expected 64 elements}}
  %y = transformer.layer_norm %x gain(%g) bias(%b) {eps = 1.0e-5 : f32} : (tensor<?x64xf32> gain(tensor<64xf32>) bias(tensor<65xf32>)) -> tensor<?x64xf32>
  return
}

// -----

func.func @rotary_c1_rank(%x: tensor<4x?x16xf32>, %c: tensor<?x16xf32>, %s: tensor<?x16xf32>) {
  // expected-error @+1 {{rotates 'tensor<4x?x16xf32>', expected rank 4 and an even static last axis}}
  %y = transformer.rotary %x, %c, %s : (tensor<4x?x16xf32>, tensor<?x16xf32>, tensor<?x16xf32>) -> tensor<4x?x16xf32>
  return
}

// -----

func.func @rotary_c1_odd(%x: tensor<?x4x?x15xf32>, %c: tensor<?x16xf32>, %s: tensor<?x16xf32>) {
  // expected-error @+1 {{rotates 'tensor<?x4x?x15xf32>', expected rank 4 and an even static last axis}}
  %y = transformer.rotary %x, %c, %s : (tensor<?x4x?x15xf32>, tensor<?x16xf32>, tensor<?x16xf32>) -> tensor<?x4x?x15xf32>
  return
}

// -----

func.func @rotary_c1_dynamic(%x: tensor<?x4x?x?xf32>, %c: tensor<?x16xf32>, %s: tensor<?x16xf32>) {
  // expected-error @+1 {{rotates 'tensor<?x4x?x?xf32>', expected rank 4 and an even static last axis}}
  %y = transformer.rotary %x, %c, %s : (tensor<?x4x?x?xf32>, tensor<?x16xf32>, tensor<?x16xf32>) -> tensor<?x4x?x?xf32>
  return
}

// -----

func.func @rotary_c1_cos(%x: tensor<?x4x?x16xf32>, %c: tensor<?x4xf32>, %s: tensor<?x16xf32>) {
  // expected-error @+1 {{has a table 'tensor<?x4xf32>', expected rank 2 to 4 and a last axis of 16 or 8}}
  %y = transformer.rotary %x, %c, %s : (tensor<?x4x?x16xf32>, tensor<?x4xf32>, tensor<?x16xf32>) -> tensor<?x4x?x16xf32>
  return
}

// -----

func.func @rotary_c1_sin(%x: tensor<?x4x?x16xf32>, %c: tensor<?x16xf32>, %s: tensor<16xf32>) {
  // expected-error @+1 {{has a table 'tensor<16xf32>', expected rank 2 to 4 and a last axis of 16 or 8}}
  %y = transformer.rotary %x, %c, %s : (tensor<?x4x?x16xf32>, tensor<?x16xf32>, tensor<16xf32>) -> tensor<?x4x?x16xf32>
  return
}

// -----

func.func @rotary_c1_result(%x: tensor<?x4x?x16xf32>, %c: tensor<?x16xf32>, %s: tensor<?x16xf32>) {
  // expected-error @+1 {{writes 'tensor<?x4x?x8xf32>', expected the shape of}}
  %y = transformer.rotary %x, %c, %s : (tensor<?x4x?x16xf32>, tensor<?x16xf32>, tensor<?x16xf32>) -> tensor<?x4x?x8xf32>
  return
}

// -----

func.func @attention_c1_rank(%q: tensor<?x4x?x16xf32>, %k: tensor<?x2x?x16xf32>, %v: tensor<2x?x16xf32>) {
  // expected-error @+1 {{expected rank 4}}
  %y = transformer.attention %q, %k, %v {scale = 1.0 : f32} : (tensor<?x4x?x16xf32>, tensor<?x2x?x16xf32>, tensor<2x?x16xf32>) -> tensor<?x4x?x16xf32>
  return
}

// -----

func.func @attention_c1_heads(%q: tensor<?x4x?x16xf32>, %k: tensor<?x3x?x16xf32>, %v: tensor<?x3x?x16xf32>) {
  // expected-error @+1 {{has 4 query heads and 3 key heads, expected a static multiple, as many value heads}}
  %y = transformer.attention %q, %k, %v {scale = 1.0 : f32} : (tensor<?x4x?x16xf32>, tensor<?x3x?x16xf32>, tensor<?x3x?x16xf32>) -> tensor<?x4x?x16xf32>
  return
}

// -----

func.func @attention_c1_no_heads(%q: tensor<?x4x?x16xf32>, %k: tensor<?x0x?x16xf32>, %v: tensor<?x0x?x16xf32>) {
  // expected-error @+1 {{has 4 query heads and 0 key heads, expected a static multiple, as many value heads}}
  %y = transformer.attention %q, %k, %v {scale = 1.0 : f32} : (tensor<?x4x?x16xf32>, tensor<?x0x?x16xf32>, tensor<?x0x?x16xf32>) -> tensor<?x4x?x16xf32>
  return
}

// -----

func.func @attention_c1_value_heads(%q: tensor<?x4x?x16xf32>, %k: tensor<?x2x?x16xf32>, %v: tensor<?x4x?x16xf32>) {
  // expected-error @+1 {{has 4 query heads and 2 key heads, expected a static multiple, as many value heads}}
  %y = transformer.attention %q, %k, %v {scale = 1.0 : f32} : (tensor<?x4x?x16xf32>, tensor<?x2x?x16xf32>, tensor<?x4x?x16xf32>) -> tensor<?x4x?x16xf32>
  return
}

// -----

func.func @attention_c1_head_size(%q: tensor<?x4x?x16xf32>, %k: tensor<?x2x?x8xf32>, %v: tensor<?x2x?x16xf32>) {
  // expected-error @+1 {{has head sizes 16 and 8, expected the same static size}}
  %y = transformer.attention %q, %k, %v {scale = 1.0 : f32} : (tensor<?x4x?x16xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x16xf32>) -> tensor<?x4x?x16xf32>
  return
}

// -----

func.func @attention_c2(%q: tensor<?x4x?x16xf32>, %k: tensor<?x2x?x16xf32>, %v: tensor<?x2x?x16xf32>) {
  // expected-error @+1 {{names one cache, expected both or none}}
  %y = transformer.attention %q, %k, %v {scale = 1.0 : f32, key_cache = @k} : (tensor<?x4x?x16xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>) -> tensor<?x4x?x16xf32>
  return
}

// -----

func.func @attention_c3_heads(%q: tensor<?x4x?x16xf32>, %k: tensor<?x2x?x16xf32>, %v: tensor<?x2x?x16xf32>) {
  // expected-error @+1 {{writes 'tensor<?x2x?x16xf32>', expected rank 4 with 4 heads of the size in 'tensor<?x2x?x16xf32>'}}
  %y = transformer.attention %q, %k, %v {scale = 1.0 : f32} : (tensor<?x4x?x16xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>) -> tensor<?x2x?x16xf32>
  return
}

// -----

func.func @attention_c3_size(%q: tensor<?x4x?x16xf32>, %k: tensor<?x2x?x16xf32>, %v: tensor<?x2x?x24xf32>) {
  // expected-error @+1 {{writes 'tensor<?x4x?x16xf32>', expected rank 4 with 4 heads of the size in 'tensor<?x2x?x24xf32>'}}
  %y = transformer.attention %q, %k, %v {scale = 1.0 : f32} : (tensor<?x4x?x16xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x24xf32>) -> tensor<?x4x?x16xf32>
  return
}

// -----

func.func @attention_c3_rank(%q: tensor<?x4x?x16xf32>, %k: tensor<?x2x?x16xf32>, %v: tensor<?x2x?x16xf32>) {
  // expected-error @+1 {{writes 'tensor<?x4x16xf32>', expected rank 4}}
  %y = transformer.attention %q, %k, %v {scale = 1.0 : f32} : (tensor<?x4x?x16xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>) -> tensor<?x4x16xf32>
  return
}

// -----

func.func @attention_no_result(%x: memref<?x4x?x16xf32>) {
  // expected-error @+1 {{expects one result or one buffer in `outs`}}
  transformer.attention %x, %x, %x {scale = 1.0 : f32} : (memref<?x4x?x16xf32>, memref<?x4x?x16xf32>, memref<?x4x?x16xf32>)
  return
}

// -----

func.func @gated_activation_c1_up(%x: tensor<?x64xf32>, %u: tensor<?x32xf32>) {
  // expected-error @+1 {{has up 'tensor<?x32xf32>', expected the shape of 'tensor<?x64xf32>'}}
  %y = transformer.gated_activation %x up(%u) {activation = #transformer.activation<silu>} : (tensor<?x64xf32> up(tensor<?x32xf32>)) -> tensor<?x64xf32>
  return
}

// -----

func.func @gated_activation_c1(%x: tensor<?x64xf32>) {
  // expected-error @+1 {{writes 'tensor<?x32xf32>', expected the shape of 'tensor<?x64xf32>'}}
  %y = transformer.gated_activation %x {activation = #transformer.activation<silu>} : (tensor<?x64xf32>) -> tensor<?x32xf32>
  return
}

// -----

func.func @linear_c1(%x: tensor<?x64xf32>, %w: tensor<8x63xf32>) {
  // expected-error @+1 {{has weights 'tensor<8x63xf32>' for input 'tensor<?x64xf32>', expected static [N, K]}}
  %y = transformer.linear %x, %w : (tensor<?x64xf32>, tensor<8x63xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @linear_c1_rank(%x: tensor<?x64xf32>, %w: tensor<64xf32>) {
  // expected-error @+1 {{has weights 'tensor<64xf32>' for input}}
  %y = transformer.linear %x, %w : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @linear_c1_dynamic(%x: tensor<?x64xf32>, %w: tensor<?x64xf32>) {
  // expected-error @+1 {{has weights 'tensor<?x64xf32>' for input}}
  %y = transformer.linear %x, %w : (tensor<?x64xf32>, tensor<?x64xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @linear_c1_scalar(%x: tensor<f32>, %w: tensor<8x64xf32>) {
  // expected-error @+1 {{for input 'tensor<f32>', expected static [N, K]}}
  %y = transformer.linear %x, %w : (tensor<f32>, tensor<8x64xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @linear_c1_bias(%x: tensor<?x64xf32>, %w: tensor<8x64xf32>, %b: tensor<9xf32>) {
  // expected-error @+1 {{has bias 'tensor<9xf32>', expected 8 elements}}
  %y = transformer.linear %x, %w bias(%b) : (tensor<?x64xf32>, tensor<8x64xf32> bias(tensor<9xf32>)) -> tensor<?x8xf32>
  return
}

// -----

func.func @linear_c1_result(%x: tensor<?x64xf32>, %w: tensor<8x64xf32>) {
  // expected-error @+1 {{writes 'tensor<?x9xf32>', expected rank 2 and a last axis of 8}}
  %y = transformer.linear %x, %w : (tensor<?x64xf32>, tensor<8x64xf32>) -> tensor<?x9xf32>
  return
}

// -----

func.func @linear_c1_result_rank(%x: tensor<?x64xf32>, %w: tensor<8x64xf32>) {
  // expected-error @+1 {{writes 'tensor<f32>', expected rank 2 and a last axis of 8}}
  %y = transformer.linear %x, %w : (tensor<?x64xf32>, tensor<8x64xf32>) -> tensor<f32>
  return
}

// -----

func.func @linear_no_result(%x: memref<?x64xf32>, %w: memref<8x64xf32>) {
  // expected-error @+1 {{expects one result or one buffer in `outs`}}
  transformer.linear %x, %w : (memref<?x64xf32>, memref<8x64xf32>)
  return
}

// -----

func.func @last_positions_c1_rank(%x: tensor<?x64xf32>) {
  // expected-error @+1 {{takes positions of 'tensor<?x64xf32>', expected rank 3 with a dynamic axis 1}}
  %y = transformer.last_positions %x : tensor<?x64xf32>
  return
}

// -----

func.func @last_positions_c1_static(%x: tensor<?x4x64xf32>) {
  // expected-error @+1 {{takes positions of 'tensor<?x4x64xf32>', expected rank 3 with a dynamic axis 1}}
  %y = transformer.last_positions %x : tensor<?x4x64xf32>
  return
}

// -----

func.func @packed_linear_c1(%x: tensor<?x40xf32>, %w: tensor<9x2x4x32xf16>) {
  // expected-error @+1 {{has weights 'tensor<9x2x4x32xf16>' for input 'tensor<?x40xf32>' and result 'tensor<?x37xf32>', expected packed rows of [N, K]}}
  %y = transformer.linear %x, %w : (tensor<?x40xf32>, tensor<9x2x4x32xf16>) -> tensor<?x37xf32>
  return
}

// -----

func.func @embedding_c1(%ids: tensor<?xi64>, %t: tensor<36x40xf32>) {
  // expected-error @+1 {{has a table 'tensor<36x40xf32>', expected [37, 40] or packed rows of it}}
  %y = transformer.embedding %ids, %t {rows = 37 : i64} : (tensor<?xi64>, tensor<36x40xf32>) -> tensor<?x40xf32>
  return
}

// -----

func.func @embedding_c2(%ids: tensor<?xi64>, %t: tensor<37x40xf32>) {
  // expected-error @+1 {{writes 'tensor<40xf32>', expected the shape of 'tensor<?xi64>' and rows}}
  %y = transformer.embedding %ids, %t {rows = 37 : i64} : (tensor<?xi64>, tensor<37x40xf32>) -> tensor<40xf32>
  return
}

// -----

func.func @quantized_linear_c1(%x: tensor<?x65xf32>, %c: tensor<10x1x4x64xi8>, %v: tensor<37xf32>) {
  // expected-error @+1 {{expected packed rows of i8 [N, K]}}
  %y = transformer.quantized_linear %x, %c, %v : (tensor<?x65xf32>, tensor<10x1x4x64xi8>, tensor<37xf32>) -> tensor<?x37xf32>
  return
}

// -----

func.func @quantized_linear_scales(%x: tensor<?x40xf32>, %c: tensor<10x1x4x64xi8>, %v: tensor<36xf32>) {
  // expected-error @+1 {{has 'tensor<36xf32>', expected a vector of 37 elements}}
  %y = transformer.quantized_linear %x, %c, %v : (tensor<?x40xf32>, tensor<10x1x4x64xi8>, tensor<36xf32>) -> tensor<?x37xf32>
  return
}

// -----

func.func @grouped_linear_c1(%x: tensor<?x65xf32>, %w: tensor<3x1x9x64xi8>) {
  // expected-error @+1 {{has weights 'tensor<3x1x9x64xi8>' for input 'tensor<?x65xf32>' and result 'tensor<?x37xf32>', expected packed groups of i8 [N, K]}}
  %y = transformer.grouped_linear %x, %w : (tensor<?x65xf32>, tensor<3x1x9x64xi8>) -> tensor<?x37xf32>
  return
}

// -----

func.func @grouped_linear_type(%x: tensor<?x40xf32>, %w: tensor<3x1x9x64xi4>) {
  // expected-error @+1 {{expected packed groups of i8 [N, K]}}
  %y = transformer.grouped_linear %x, %w : (tensor<?x40xf32>, tensor<3x1x9x64xi4>) -> tensor<?x37xf32>
  return
}

// -----

func.func @grouped_linear_bias(%x: tensor<?x40xf32>, %w: tensor<3x1x9x64xi8>, %v: tensor<36xf32>) {
  // expected-error @+1 {{has 'tensor<36xf32>', expected a vector of 37 elements}}
  %y = transformer.grouped_linear %x, %w bias(%v) : (tensor<?x40xf32>, tensor<3x1x9x64xi8> bias(tensor<36xf32>)) -> tensor<?x37xf32>
  return
}

// -----

func.func @screened_linear_c1(%x: tensor<?x40xf32>, %w: tensor<10x2x4x16xf16>, %c: tensor<10x1x4x64xi8>, %v: tensor<37xf32>) {
  // expected-error @+1 {{has weights 'tensor<10x2x4x16xf16>', expected packed rows of floats [N, K]}}
  %y = transformer.screened_linear %x, %w, %c, %v, %v, %v : (tensor<?x40xf32>, tensor<10x2x4x16xf16>, tensor<10x1x4x64xi8>, tensor<37xf32>, tensor<37xf32>, tensor<37xf32>) -> tensor<?x37xf32>
  return
}

// -----

// expected-error @+1 {{stores 'tensor<37x40xf32>' as 'tensor<10x1x4x64xi8>', expected floats and [37, 40] or packed rows of it}}
rt.global @w : tensor<10x1x4x64xi8> = [dense<1.0> : tensor<37x40xf32>] {encoding = #transformer.encoding<values>}

// -----

// expected-error @+1 {{expected packed rows of i8 of [37, 40]}}
rt.global @w : tensor<37x40xi8> = [dense<1.0> : tensor<37x40xf32>] {encoding = #transformer.encoding<codes8>}

// -----

// expected-error @+1 {{expected packed groups of [37, 65]}}
rt.global @w : tensor<3x1x9x64xi8> = [dense<1.0> : tensor<37x65xf32>] {encoding = #transformer.encoding<groups4>}

// -----

// expected-error @+1 {{expected f32 [40]}}
rt.global @w : tensor<37xf32> = [dense<1.0> : tensor<37x40xf32>] {encoding = #transformer.encoding<norms, transposed = true>}

// -----

// expected-error @+1 {{encodes 'tensor<40xf32>', expected a matrix of f32, f16 or bf16}}
rt.global @w : tensor<40xf16> = [dense<1.0> : tensor<40xf32>] {encoding = #transformer.encoding<values>}

// -----

func.func @attention_c4(%q: tensor<?x4x?x16xf32>, %m: tensor<?x1x?x?xf32>) -> tensor<?x4x?x16xf32> {
  // expected-error @+1 {{has fill -1.000000e+04 : f32, expected a finite number and a mask of i1}}
  %y = transformer.attention %q, %q, %q mask(%m) {scale = 0.25 : f32, fill = -1.0e+04 : f32}
      : (tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32> mask(tensor<?x1x?x?xf32>)) -> tensor<?x4x?x16xf32>
  return %y : tensor<?x4x?x16xf32>
}

// -----

func.func @attention_c5(%q: tensor<?x4x?x16xf32>) -> tensor<?x4x?x16xf32> {
  // expected-error @+1 {{has softcap 0.000000e+00 : f32, expected a finite number above 0}}
  %y = transformer.attention %q, %q, %q {scale = 0.25 : f32, softcap = 0.0 : f32}
      : (tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>) -> tensor<?x4x?x16xf32>
  return %y : tensor<?x4x?x16xf32>
}

// -----

func.func @quantize_rows_c1_last_axis(%x: memref<?x?xf32>, %q: memref<?x?xi8>, %s: memref<?x1xf32>, %exec: !rt.exec) {
  // expected-error @+1 {{has input 'memref<?x?xf32>', expected a static last axis}}
  transformer.quantize_rows %x into %q, %s exec %exec {form = #ternary.scale_form<div>, range = 127.0 : f32, eps = 1.0e-5 : f32} : memref<?x?xf32> into memref<?x?xi8>, memref<?x1xf32>
  return
}

// -----

func.func @quantize_rows_c1_shape(%x: memref<?x64xf32>, %q: memref<?x32xi8>, %s: memref<?x1xf32>, %exec: !rt.exec) {
  // expected-error @+1 {{has codes 'memref<?x32xi8>', expected the shape of 'memref<?x64xf32>'}}
  transformer.quantize_rows %x into %q, %s exec %exec {form = #ternary.scale_form<div>, range = 127.0 : f32, eps = 1.0e-5 : f32} : memref<?x64xf32> into memref<?x32xi8>, memref<?x1xf32>
  return
}

// -----

func.func @quantize_rows_c1_scale(%x: memref<?x64xf32>, %q: memref<?x64xi8>, %s: memref<?x2xf32>, %exec: !rt.exec) {
  // expected-error @+1 {{has scale 'memref<?x2xf32>', expected one for each row of 'memref<?x64xf32>'}}
  transformer.quantize_rows %x into %q, %s exec %exec {form = #ternary.scale_form<div>, range = 127.0 : f32, eps = 1.0e-5 : f32} : memref<?x64xf32> into memref<?x64xi8>, memref<?x2xf32>
  return
}

// -----

func.func @quantize_rows_c1_gain(%x: memref<?x64xf32>, %g: memref<32xf32>, %q: memref<?x64xi8>, %s: memref<?x1xf32>, %exec: !rt.exec) {
  // expected-error @+1 {{has gain 'memref<32xf32>', expected 64 elements}}
  transformer.quantize_rows %x gain(%g) into %q, %s exec %exec {norm_eps = 1.0e-5 : f32, form = #ternary.scale_form<div>, range = 127.0 : f32, eps = 1.0e-5 : f32} : memref<?x64xf32> gain(memref<32xf32>) into memref<?x64xi8>, memref<?x1xf32>
  return
}

// -----

func.func @quantize_rows_c2_both(%x: memref<?x64xf32>, %q: memref<?x64xi8>, %s: memref<?x1xf32>, %exec: !rt.exec) {
  // expected-error @+1 {{has both an activation and an addend, expected one}}
  transformer.quantize_rows %x plus(%x -> %x) into %q, %s exec %exec {activation = #transformer.activation<relu>, form = #ternary.scale_form<div>, range = 127.0 : f32, eps = 1.0e-5 : f32} : memref<?x64xf32> plus(memref<?x64xf32> -> memref<?x64xf32>) into memref<?x64xi8>, memref<?x1xf32>
  return
}

// -----

func.func @quantize_rows_c2_up(%x: memref<?x64xf32>, %q: memref<?x64xi8>, %s: memref<?x1xf32>, %exec: !rt.exec) {
  // expected-error @+1 {{has `up` without an activation}}
  transformer.quantize_rows %x up(%x) into %q, %s exec %exec {form = #ternary.scale_form<div>, range = 127.0 : f32, eps = 1.0e-5 : f32} : memref<?x64xf32> up(memref<?x64xf32>) into memref<?x64xi8>, memref<?x1xf32>
  return
}

// -----

func.func @quantize_rows_c2_gain(%x: memref<?x64xf32>, %g: memref<64xf32>, %q: memref<?x64xi8>, %s: memref<?x1xf32>, %exec: !rt.exec) {
  // expected-error @+1 {{has a gain without `norm_eps`}}
  transformer.quantize_rows %x gain(%g) into %q, %s exec %exec {form = #ternary.scale_form<div>, range = 127.0 : f32, eps = 1.0e-5 : f32} : memref<?x64xf32> gain(memref<64xf32>) into memref<?x64xi8>, memref<?x1xf32>
  return
}

// -----

func.func @quantize_rows_c3(%x: memref<?x64xf32>, %q: memref<?x64xi8>, %s: memref<?x1xf32>, %exec: !rt.exec) {
  // expected-error @+1 {{clamps to [-129, 127], expected a range in [-128, 127]}}
  transformer.quantize_rows %x into %q, %s exec %exec {qmin = -129 : i64, form = #ternary.scale_form<div>, range = 127.0 : f32, eps = 1.0e-5 : f32} : memref<?x64xf32> into memref<?x64xi8>, memref<?x1xf32>
  return
}
