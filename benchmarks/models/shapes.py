"""Shapes of published ternary transformers.

`2b-4t` is microsoft/bitnet-b1.58-2B-4T (its config.json): squared ReLU, norms
before the output and down projections, grouped heads. `700m` to `3.9b` are the
rows of the paper's cost table (arXiv 2402.17764, table 1) with the sizes of its
"Training Tips, Code and FAQ" report, and the graph of the reproductions
1bitLLM/bitnet_b1_58-{large,xl,3B}: SwiGLU and the same two inner norms.
`tiny` is for tests: sizes that are no multiple of a vector.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    hidden: int
    layers: int
    heads: int
    kv_heads: int
    head_size: int
    ffn: int
    vocab: int
    activation: str
    rope_theta: float = 10000.0
    epsilon: float = 1e-5

    def linears(self):
        """The BitLinear layers of one decoder layer: name -> (N outputs, K inputs)."""
        q, kv = self.heads * self.head_size, self.kv_heads * self.head_size
        return {"self_attn.q_proj": (q, self.hidden), "self_attn.k_proj": (kv, self.hidden),
                "self_attn.v_proj": (kv, self.hidden), "self_attn.o_proj": (self.hidden, q),
                "mlp.gate_proj": (self.ffn, self.hidden), "mlp.up_proj": (self.ffn, self.hidden),
                "mlp.down_proj": (self.hidden, self.ffn)}

    def ternary_weights(self):
        return self.layers * sum(n * k for n, k in self.linears().values())


SHAPES = {
    "2b-4t": Shape(2560, 30, 20, 5, 128, 6912, 128256, "relu2", rope_theta=500000.0),
    "700m": Shape(1536, 24, 16, 16, 96, 4096, 32002, "silu"),
    "1.3b": Shape(2048, 24, 32, 32, 64, 5460, 32002, "silu"),
    "3b": Shape(3200, 26, 32, 32, 100, 8640, 32002, "silu"),
    "3.9b": Shape(3200, 26, 32, 32, 100, 12800, 32002, "silu"),
    "tiny": Shape(76, 3, 4, 2, 20, 132, 163, "silu"),
}
