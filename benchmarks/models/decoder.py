"""Decoders as ONNX graphs, op for op what torch.onnx exports for Hugging Face's BitNet with packed weights.

Another form of the linear layers is that of ONNX Runtime's quantiser: MatMulNBits of 2 bits.
"""

import numpy as np

import weights
from graph import Graph
from wire import BFLOAT16 as BF16, BOOL, FLOAT as F32, INT64 as I64, INT8 as I8, UINT8 as U8

INT64_MAX = np.iinfo(np.int64).max


class PackedLinear:
    """BitLinear on u8 [N/4, K]: shifts and masks unpack, MatMul on quantised activations, one division."""

    def __init__(self, graph, seed):
        self.graph, self.seed = graph, seed

    def quantize(self, x):
        """x as integers in f32, and 127 / absmax."""
        g = self.graph
        limit = g.op("Clip", g.op("ReduceMax", g.op("Abs", x), g.const([-1], np.int64), keepdims=1,
                                  noop_with_empty_axes=0), g.const(1e-5, np.float32))
        scale = g.op("Mul", g.op("Reciprocal", limit), g.const(127, np.float32))
        rounded = g.op("Round", g.op("Mul", x, scale))
        clipped = g.op("Clip", rounded, g.const(-128, np.float32), g.const(127, np.float32))
        return g.op("Cast", g.op("Cast", clipped, to=I8), to=F32), scale

    def unpack(self, name, n, k):
        g, u8 = self.graph, lambda v: self.graph.const(v, np.uint8)
        packed = g.weight(f"{name}.weight", U8, [n // 4, k], weights.packed_rows(self.seed, name, n, k))
        codes = g.op("Expand", u8(0), g.const([n, k], np.int64))
        for field in range(4):
            rows = np.arange(field * n // 4, (field + 1) * n // 4).reshape(-1, 1)
            masked = g.op("BitwiseAnd", packed, u8(3 << 2 * field))
            shifted = g.op("BitShift", masked, u8(2 * field), direction="RIGHT")
            signed = g.op("BitwiseOr", shifted, u8(~(0xFF >> 2 * field) & 0xFF))
            part = g.op("Where", g.op("Less", masked, u8(0)), g.op("Cast", signed, to=I8),
                        g.op("Cast", shifted, to=I8))
            codes = g.op("ScatterND", codes, g.const(rows, np.int64), g.op("Cast", part, to=U8), reduction="none")
        return g.op("Sub", g.op("Cast", codes, to=F32), g.const(1, np.float32))

    def apply(self, quantized, name, n, k):
        g, (x, scale) = self.graph, quantized
        product = g.op("MatMul", x, g.op("Transpose", self.unpack(name, n, k), perm=[1, 0]))
        divisor = g.op("Mul", g.const([weights.ternary_scale(k)], np.float32), scale)
        return g.op("Div", product, divisor)


class BlockLinear:
    """MatMulNBits of com.microsoft on u8 [N, K/128, 32], which quantises its input to 8 bits by itself."""

    BLOCK = 128

    def __init__(self, graph, seed):
        self.graph, self.seed = graph, seed

    def quantize(self, x):
        return x

    def apply(self, x, name, n, k):
        g = self.graph
        if k % self.BLOCK:
            raise ValueError(f"{name}: {k} terms are no multiple of {self.BLOCK}")
        blocks = k // self.BLOCK
        packed = g.weight(f"{name}.weight", U8, [n, blocks, self.BLOCK // 4],
                          weights.packed_blocks(self.seed, name, n, k))
        scales = np.full((n, blocks), 1 / weights.ternary_scale(k), np.float32)
        return g.op("MatMulNBits", x, packed, g.weight(f"{name}.scales", F32, [n, blocks], [scales]),
                    domain="com.microsoft", K=k, N=n, bits=2, block_size=self.BLOCK, accuracy_level=4)


# Forms of the linear layers; others than "packed" use operators of com.microsoft.
FORMS = {"packed": PackedLinear, "nbits": BlockLinear}


class Decoder:
    def __init__(self, directory, shape, seed=0, embedding="f32", form="packed"):
        self.shape, self.seed, self.embedding_type = shape, seed, embedding
        self.graph = Graph(directory)
        self.domains = [] if form == "packed" else ["com.microsoft"]
        self.linear = FORMS[form](self.graph, seed)

    def write(self):
        g, s = self.graph, self.shape
        self.add_inputs()
        self.prepare_sizes()
        table = self.embedding_table()
        hidden = g.op("Gather", table, "input_ids", axis=0)
        mask, cos, sin = self.mask(), *self.rotary_tables()
        for layer in range(s.layers):
            hidden = self.layer(layer, hidden, mask, cos, sin)
        hidden = self.norm("model.model.norm", hidden, s.hidden)
        g.op("MatMul", hidden, g.op("Transpose", table, perm=[1, 0]), name="logits")
        g.output("logits", F32, ["batch", "sequence", s.vocab])
        for layer in range(s.layers):
            for what in ("key", "value"):
                g.output(f"present.{layer}.{what}", F32, ["batch", s.kv_heads, "past + sequence", s.head_size])
        return g.save(self.domains)

    def add_inputs(self):
        g, s = self.graph, self.shape
        g.input("input_ids", I64, ["batch", "sequence"])
        g.input("attention_mask", I64, ["batch", "total"])
        g.input("position_ids", I64, ["batch", "sequence"])
        for layer in range(s.layers):
            for what in ("key", "value"):
                g.input(f"past_key_values.{layer}.{what}", F32, ["batch", s.kv_heads, "past", s.head_size])

    def prepare_sizes(self):
        g = self.graph
        self.batch = g.op("Shape", "past_key_values.0.value", start=0, end=1)
        self.sequence = g.op("Shape", "input_ids", start=1, end=2)
        count = g.op("Squeeze", self.sequence)
        past = g.op("Squeeze", g.op("Shape", "past_key_values.0.key", start=2, end=3))
        self.counts = count, past, g.op("Add", past, count)
        self.total = g.op("Reshape", self.counts[2], g.const([-1], np.int64), allowzero=0)

    def embedding_table(self):
        g, s, name = self.graph, self.shape, "model.lm_head.weight"
        chunks = weights.bf16_rows(self.seed, name, s.vocab, s.hidden, deviation=s.hidden**-0.5)
        if self.embedding_type == "f32":
            return g.weight(name, F32, [s.vocab, s.hidden], chunks)
        return g.op("Cast", g.weight(name, BF16, [s.vocab, s.hidden], weights.as_bf16(chunks)), to=F32)

    def mask(self):
        """bool [batch, 1, sequence, total]: a key is seen if it is not later than the query and not masked."""
        g, i64 = self.graph, lambda v: self.graph.const(v, np.int64)
        count, past, total = self.counts
        allowed = g.op("Cast", "attention_mask", to=BOOL)
        batches = g.op("Range", i64(0), g.op("Squeeze", self.batch), i64(1))
        queries = g.op("Add", g.op("Range", i64(0), count, i64(1)), past)
        keys = g.op("Range", i64(0), total, i64(1))
        batches = g.op("Unsqueeze", g.op("Unsqueeze", batches, i64([1, 2])), i64([3]))
        queries = g.op("Unsqueeze", g.op("Unsqueeze", queries, i64([0, 1])), i64([3]))
        keys = g.op("Unsqueeze", g.op("Unsqueeze", keys, i64([0, 1])), i64([2]))
        causal = g.op("And", g.const(True, np.bool_), g.op("LessOrEqual", keys, queries))
        common = g.op("Shape", g.op("Max", batches, keys), start=0)
        pairs = g.op("Concat", *(g.op("Unsqueeze", g.op("Expand", v, common), i64([-1])) for v in (batches, keys)),
                     axis=-1)
        seen = g.op("And", causal, g.op("GatherND", allowed, pairs, batch_dims=0))
        return g.op("Expand", seen, g.op("Concat", self.batch, i64([1]), self.sequence, self.total, axis=0))

    def rotary_tables(self):
        g, s = self.graph, self.shape
        frequencies = (s.rope_theta ** (-np.arange(0, s.head_size, 2) / s.head_size)).astype(np.float32)
        positions = g.op("Cast", g.op("Unsqueeze", "position_ids", g.const([2], np.int64)), to=F32)
        angles = g.op("Mul", positions, g.const(frequencies, np.float32))
        angles = g.op("Concat", angles, angles, axis=-1)
        return g.op("Cos", angles), g.op("Sin", angles)

    def norm(self, name, x, size):
        g = self.graph
        weight = g.weight(f"{name}.weight", F32, [size], [weights.norm_weight(self.seed, name, size)])
        mean = g.op("ReduceMean", g.op("Pow", x, g.const(2, np.float32)), g.const([-1], np.int64), keepdims=1,
                    noop_with_empty_axes=0)
        root = g.op("Sqrt", g.op("Add", mean, g.const(self.shape.epsilon, np.float32)))
        return g.op("Mul", weight, g.op("Mul", x, g.op("Reciprocal", root)))

    def layer(self, index, hidden, mask, cos, sin):
        g, s, prefix = self.graph, self.shape, f"model.model.layers.{index}"
        sizes = s.linears()

        def linear(x, name):
            return self.linear.apply(x, f"{prefix}.{name}", *sizes[name])

        x = self.linear.quantize(self.norm(f"{prefix}.input_layernorm", hidden, s.hidden))
        q, k, v = (linear(x, f"self_attn.{p}_proj") for p in "qkv")
        x = self.attention(index, q, k, v, mask, cos, sin)
        x = self.norm(f"{prefix}.self_attn.attn_sub_norm", x, s.heads * s.head_size)
        hidden = g.op("Add", hidden, linear(self.linear.quantize(x), "self_attn.o_proj"))
        x = self.linear.quantize(self.norm(f"{prefix}.post_attention_layernorm", hidden, s.hidden))
        gate = self.activation(linear(x, "mlp.gate_proj"))
        x = g.op("Mul", gate, linear(x, "mlp.up_proj"))
        x = self.norm(f"{prefix}.mlp.ffn_sub_norm", x, s.ffn)
        return g.op("Add", hidden, linear(self.linear.quantize(x), "mlp.down_proj"))

    def activation(self, x):
        g = self.graph
        if self.shape.activation == "relu2":
            return g.op("Pow", g.op("Relu", x), g.const(2, np.float32))
        return g.op("Mul", x, g.op("Sigmoid", x))

    def split_heads(self, x):
        g, s = self.graph, self.shape
        sizes = g.op("Concat", self.batch, self.sequence, g.const([-1], np.int64),
                     g.const([s.head_size], np.int64), axis=0)
        return g.op("Transpose", g.op("Reshape", x, sizes, allowzero=1), perm=[0, 2, 1, 3])

    def rotate(self, x, cos, sin):
        g, half = self.graph, self.shape.head_size // 2
        i64 = lambda v: g.const(v, np.int64)
        low = g.op("Slice", x, i64([0]), i64([half]), i64([3]), i64([1]))
        high = g.op("Slice", x, i64([half]), i64([INT64_MAX]), i64([3]), i64([1]))
        swapped = g.op("Concat", g.op("Neg", high), low, axis=-1)
        return g.op("Add", g.op("Mul", x, cos), g.op("Mul", swapped, sin))

    def repeat_heads(self, x):
        g, s = self.graph, self.shape
        i64 = lambda v: g.const(v, np.int64)
        if s.heads == s.kv_heads:
            return x
        grouped = g.op("Concat", self.batch, i64([s.kv_heads]), i64([s.heads // s.kv_heads]), self.total,
                       i64([s.head_size]), axis=0)
        flat = g.op("Concat", self.batch, i64([s.heads]), self.total, i64([s.head_size]), axis=0)
        return g.op("Reshape", g.op("Expand", g.op("Unsqueeze", x, i64([2])), grouped), flat, allowzero=1)

    def transpose_keys(self, keys):
        g, i64 = self.graph, lambda v: self.graph.const(v, np.int64)
        shape = g.op("Shape", keys, start=0)
        last = g.op("Slice", shape, i64([-1]), i64([INT64_MAX]))
        rows = g.op("Slice", shape, i64([-2]), i64([-1]))
        outer = g.op("Slice", shape, i64([np.iinfo(np.int64).min]), i64([-2]))
        flat = g.op("Reshape", keys, g.op("Concat", i64([-1]), rows, last, axis=0), allowzero=0)
        turned = g.op("Transpose", flat, perm=[0, 2, 1])
        return g.op("Reshape", turned, g.op("Concat", outer, last, rows, axis=0), allowzero=0)

    def attention(self, layer, q, k, v, mask, cos, sin):
        g, s = self.graph, self.shape
        q, k, v = (self.split_heads(x) for x in (q, k, v))
        cos, sin = (g.op("Unsqueeze", x, g.const([1], np.int64)) for x in (cos, sin))
        q, k = self.rotate(q, cos, sin), self.rotate(k, cos, sin)
        k, v = (g.op("Concat", f"past_key_values.{layer}.{what}", x, name=f"present.{layer}.{what}", axis=-2)
                for what, x in (("key", k), ("value", v)))
        k, v = self.repeat_heads(k), self.repeat_heads(v)
        root = g.const(s.head_size**-0.25, np.float32)
        scores = g.op("MatMul", g.op("Mul", q, root), g.op("Mul", self.transpose_keys(k), root))
        bias = g.op("Where", mask, g.const(0, np.float32), g.const(np.finfo(np.float32).min, np.float32))
        shares = g.op("Softmax", g.op("Add", scores, bias), axis=-1)
        shares = g.op("Where", g.op("IsNaN", shares), g.const(0, np.float32), shares)
        x = g.op("Transpose", g.op("MatMul", shares, v), perm=[0, 2, 1, 3])
        return g.op("Reshape", x, g.op("Concat", self.batch, self.sequence, g.const([-1], np.int64), axis=0),
                    allowzero=1)
