// RUN: bitnet-opt %s --transformer-lower-to-vector --split-input-file --verify-diagnostics

func.func @tensor_form(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  // expected-error @+1 {{is on tensors, expected its memref form}}
  %y = transformer.rms_norm %x {eps = 1.0e-5 : f32} : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// -----

func.func @no_exec(%x: memref<?x64xf32>) {
  // expected-error @+1 {{has no `exec` operand, expected one to run on}}
  transformer.rms_norm %x outs(%x) {eps = 1.0e-5 : f32} : (memref<?x64xf32> outs(memref<?x64xf32>))
  return
}

// -----

func.func @strided(%exec: !rt.exec, %x: memref<?x64xf32, strided<[128, 1]>>, %o: memref<?x64xf32>) {
  // expected-error @+1 {{has an operand 'memref<?x64xf32, strided<[128, 1]>>', expected the identity layout}}
  transformer.rms_norm %x outs(%o) exec %exec {eps = 1.0e-5 : f32} : (memref<?x64xf32, strided<[128, 1]>> outs(memref<?x64xf32>))
  return
}

// -----

func.func @half_activations(%exec: !rt.exec, %x: memref<?x64xf16>) {
  // expected-error @+1 {{has an operand 'memref<?x64xf16>', expected f32 elements and an axis}}
  transformer.rms_norm %x outs(%x) exec %exec {eps = 1.0e-5 : f32} : (memref<?x64xf16> outs(memref<?x64xf16>))
  return
}

// -----

func.func @dynamic_axis(%exec: !rt.exec, %x: memref<?x?xf32>) {
  // expected-error @+1 {{normalises 'memref<?x?xf32>', expected a static last axis}}
  transformer.rms_norm %x outs(%x) exec %exec {eps = 1.0e-5 : f32} : (memref<?x?xf32> outs(memref<?x?xf32>))
  return
}

// -----

func.func @integer_weights(%exec: !rt.exec, %x: memref<?x8xf32>, %w: memref<4x8xi8>, %o: memref<?x4xf32>) {
  // expected-error @+1 {{has weights 'memref<4x8xi8>', expected f32, f16 or bf16}}
  transformer.linear %x, %w outs(%o) exec %exec : (memref<?x8xf32>, memref<4x8xi8> outs(memref<?x4xf32>))
  return
}

// -----

func.func @integer_mask(%exec: !rt.exec, %q: memref<1x1x1x16xf32>, %k: memref<1x1x8x16xf32>, %m: memref<8xi8>, %o: memref<1x1x1x16xf32>) {
  // expected-error @+1 {{has a mask 'memref<8xi8>', expected f32 or i1 and rank 1 to 4}}
  transformer.attention %q, %k, %k mask(%m) outs(%o) exec %exec {scale = 1.0 : f32}
      : (memref<1x1x1x16xf32>, memref<1x1x8x16xf32>, memref<1x1x8x16xf32> mask(memref<8xi8>) outs(memref<1x1x1x16xf32>))
  return
}

// -----

func.func @unknown_cache(%exec: !rt.exec, %q: memref<1x1x1x16xf32>, %k: memref<1x1x1x16xf32>, %o: memref<1x1x1x16xf32>) {
  // expected-error @+1 {{names @nowhere, which is no rt.kv_cache}}
  transformer.attention %q, %k, %k outs(%o) exec %exec {scale = 1.0 : f32, key_cache = @nowhere, value_cache = @nowhere}
      : (memref<1x1x1x16xf32>, memref<1x1x1x16xf32>, memref<1x1x1x16xf32> outs(memref<1x1x1x16xf32>))
  return
}

// -----

func.func @no_head_size(%exec: !rt.exec, %q: memref<1x1x1x16xf32>, %k: memref<1x1x8x16xf32>, %v: memref<1x1x8x?xf32>, %o: memref<1x1x1x?xf32>) {
  // expected-error @+1 {{has keys 'memref<1x1x8x16xf32>' and values 'memref<1x1x8x?xf32>', expected static head sizes of at least 1}}
  transformer.attention %q, %k, %v outs(%o) exec %exec {scale = 1.0 : f32}
      : (memref<1x1x1x16xf32>, memref<1x1x8x16xf32>, memref<1x1x8x?xf32> outs(memref<1x1x1x?xf32>))
  return
}

// -----

func.func @no_heads(%exec: !rt.exec, %q: memref<1x0x1x16xf32>, %k: memref<1x1x8x16xf32>, %o: memref<1x0x1x16xf32>) {
  // expected-error @+1 {{has no query heads, expected at least 1}}
  transformer.attention %q, %k, %k outs(%o) exec %exec {scale = 1.0 : f32}
      : (memref<1x0x1x16xf32>, memref<1x1x8x16xf32>, memref<1x1x8x16xf32> outs(memref<1x0x1x16xf32>))
  return
}
