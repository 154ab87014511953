// RUN: bitnet-opt %s --split-input-file --verify-diagnostics --transformer-pack-rows=head=exact

rt.global @w : tensor<37x40xf32> = [dense<1.0> : tensor<37x40xf32>]
func.func @main(%x: tensor<?x?x40xf32>) -> (tensor<?x?x37xf32> {bitnet.role = "logits"}) {
  %w = rt.get_global @w : tensor<37x40xf32>
  // expected-error @+1 {{--head=exact needs an LM head without bias that reads the last positions only and whose logits leave the graph as they are}}
  %y = transformer.linear %x, %w : (tensor<?x?x40xf32>, tensor<37x40xf32>) -> tensor<?x?x37xf32>
  return %y : tensor<?x?x37xf32>
}

// -----

// expected-error @+1 {{--head=exact needs an LM head of dense weights that nothing but linear layers and embeddings read}}
module {
  func.func @main(%x: tensor<?x?x37xf32>) -> (tensor<?x?x37xf32> {bitnet.role = "logits"}) {
    return %x : tensor<?x?x37xf32>
  }
}
