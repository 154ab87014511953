"""The decoders that decoder.py writes, in plain numpy: what a compiled one has to compute."""

import numpy as np

import weights


def rms_norm(x, weight, epsilon):
    return weight * (x / np.sqrt((x**2).mean(-1, keepdims=True) + epsilon))


def quantize(x):
    """Integers in x's type, and the scale they were multiplied by: 127 / absmax of each row."""
    scale = 127 / np.maximum(np.abs(x).max(-1, keepdims=True), 1e-5)
    return np.clip(np.round(x * scale), -128, 127), scale


def rotate(x, theta):
    """x [heads, tokens, head size], token t at position t."""
    size = x.shape[-1]
    angles = np.arange(x.shape[1])[:, None] * theta ** (-np.arange(0, size, 2) / size)
    cos, sin = (np.concatenate([f(angles)] * 2, -1) for f in (np.cos, np.sin))
    low, high = np.split(x, 2, -1)
    return x * cos + np.concatenate([-high, low], -1) * sin


class Reference:
    """DENSE: None computes BitLinear; a function from f32 weights to the weights of plain linear layers instead."""

    def __init__(self, shape, seed=0, dense=None):
        self.shape, self.seed, self.dense = shape, seed, dense

    def linear(self, x, name):
        n, k = self.shape.linears()[name.split(".", 4)[-1]]
        w = np.concatenate(list(weights.trits(self.seed, name, n, k))).astype(np.float64)
        if self.dense:
            return x @ self.dense((w / weights.ternary_scale(k)).astype(np.float32)).astype(np.float64).T
        q, scale = quantize(x)
        return q @ w.T / (scale * weights.ternary_scale(k))

    def norm(self, x, name, size):
        return rms_norm(x, weights.norm_weight(self.seed, name, size), self.shape.epsilon)

    def attention(self, q, k, v):
        s, tokens = self.shape, len(q)
        q, k, v = (x.reshape(tokens, -1, s.head_size).transpose(1, 0, 2) for x in (q, k, v))
        q, k = rotate(q, s.rope_theta), rotate(k, s.rope_theta)
        k, v = (np.repeat(x, s.heads // s.kv_heads, 0) for x in (k, v))
        scores = q @ k.transpose(0, 2, 1) / np.sqrt(s.head_size)
        scores[:, np.triu(np.ones((tokens, tokens), bool), 1)] = -np.inf
        shares = np.exp(scores - scores.max(-1, keepdims=True))
        return (shares / shares.sum(-1, keepdims=True) @ v).transpose(1, 0, 2).reshape(tokens, -1)

    def layer(self, index, hidden):
        s, prefix = self.shape, f"model.model.layers.{index}"
        x = self.norm(hidden, f"{prefix}.input_layernorm", s.hidden)
        x = self.attention(*(self.linear(x, f"{prefix}.self_attn.{p}_proj") for p in "qkv"))
        x = self.norm(x, f"{prefix}.self_attn.attn_sub_norm", s.heads * s.head_size)
        hidden = hidden + self.linear(x, f"{prefix}.self_attn.o_proj")
        x = self.norm(hidden, f"{prefix}.post_attention_layernorm", s.hidden)
        gate, up = (self.linear(x, f"{prefix}.mlp.{p}_proj") for p in ("gate", "up"))
        gate = np.maximum(gate, 0) ** 2 if s.activation == "relu2" else gate / (1 + np.exp(-gate))
        x = self.norm(gate * up, f"{prefix}.mlp.ffn_sub_norm", s.ffn)
        return hidden + self.linear(x, f"{prefix}.mlp.down_proj")

    def logits(self, ids):
        """f64 [tokens, vocab] of IDS, from an empty cache."""
        s = self.shape
        table = np.concatenate(list(weights.bf16_rows(self.seed, "model.lm_head.weight", s.vocab, s.hidden,
                                                      deviation=s.hidden**-0.5))).astype(np.float64)
        hidden = table[ids]
        for index in range(s.layers):
            hidden = self.layer(index, hidden)
        return self.norm(hidden, "model.model.norm", s.hidden) @ table.T
