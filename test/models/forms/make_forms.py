"""Writes the models of this folder, with inputs and what ONNX Runtime makes of them.

usage: make_forms.py [NAME...]

Each function below makes one form that a graph may have. Needs onnx and
onnxruntime; the tests read what it wrote.
"""

import os
import sys

import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper, numpy_helper
import onnxruntime

HERE = os.path.dirname(os.path.abspath(__file__))
RNG = np.random.default_rng(7)


class Graph:
    """A graph under construction; values are called by their names."""

    def __init__(self, opset=20, ms=False, ir=10):
        self.nodes, self.inits, self.inputs, self.outputs, self.count = [], [], [], [], 0
        self.opsets = [helper.make_opsetid("", opset)] + ([helper.make_opsetid("com.microsoft", 1)] if ms else [])
        self.ir = ir

    def input(self, name, shape, elem=T.FLOAT):
        self.inputs.append(helper.make_tensor_value_info(name, elem, shape))
        return name

    def const(self, value, dtype=np.float32):
        name = f"c{len(self.inits)}"
        self.inits.append(numpy_helper.from_array(np.asarray(value, dtype), name))
        return name

    def op(self, kind, *inputs, outputs=1, domain="", **attributes):
        names = [f"v{self.count + i}" for i in range(outputs)]
        self.count += outputs
        self.nodes.append(helper.make_node(kind, list(inputs), names, domain=domain, **attributes))
        return names[0] if outputs == 1 else names

    def output(self, name, value, shape, elem=T.FLOAT):
        self.nodes.append(helper.make_node("Identity", [value], [name]))
        self.outputs.append(helper.make_tensor_value_info(name, elem, shape))

    def model(self):
        graph = helper.make_graph(self.nodes, "form", self.inputs, self.outputs, self.inits)
        return helper.make_model(graph, opset_imports=self.opsets, ir_version=self.ir)

    # Pieces of ternary models.

    def quantize(self, x, axis=-1, dtype=np.float32):
        """Per-token 8-bit quantiser, codes and scale; all in `dtype`."""
        m = self.op("ReduceMax", self.op("Abs", x), self.const([axis], np.int64), keepdims=1)
        m = self.op("Clip", m, self.const(1e-5, dtype), "")
        s = self.op("Mul", self.op("Reciprocal", m), self.const(127, dtype))
        codes = self.op("Clip", self.op("Round", self.op("Mul", x, s)), self.const(-128, dtype), self.const(127, dtype))
        return codes, s

    def fake_quantize(self, x, axis=-1, dtype=np.float32):
        return self.op("Div", *self.quantize(x, axis, dtype))

    def linear(self, x, n, k):
        y = self.op("MatMul", self.fake_quantize(x), self.const(trits(k, n)))
        return self.op("Mul", y, self.const([0.25]))


def trits(*shape):
    return RNG.integers(-1, 2, shape).astype(np.float32)


def normal(*shape):
    return RNG.standard_normal(shape).astype(np.float32)


def vector_input():
    """x without a batch: MatMul(x [K], W [K, N])."""
    g = Graph()
    y = g.op("MatMul", g.fake_quantize(g.input("x", [40])), g.const(trits(40, 21)))
    g.output("y", y, [21])
    return g.model(), [{"x": normal(40)}]


def weights_left_vector():
    """W x with x of rank 1."""
    g = Graph()
    y = g.op("MatMul", g.const(trits(21, 40)), g.fake_quantize(g.input("x", [40])))
    g.output("y", y, [21])
    return g.model(), [{"x": normal(40)}]


def weights_left():
    """(W x^T)^T with x quantised over its last axis."""
    g = Graph()
    q = g.fake_quantize(g.input("x", ["batch", "seq", 40]))
    y = g.op("MatMul", g.const(trits(21, 40)), g.op("Transpose", q, perm=[0, 2, 1]))
    g.output("y", g.op("Transpose", y, perm=[0, 2, 1]), ["batch", "seq", 21])
    return g.model(), [{"x": normal(2, 3, 40)}, {"x": normal(1, 1, 40)}]


def weights_leading_ones():
    """Weights of shape [1, 1, K, N], against x of rank 3 and of rank 2."""
    g = Graph()
    x = g.input("x", ["batch", "seq", 40])
    w = g.const(trits(1, 1, 40, 21))
    y = g.op("MatMul", g.fake_quantize(x), w)
    g.output("y", y, [1, "batch", "seq", 21])
    z = g.op("MatMul", g.fake_quantize(g.input("z", ["rows", 40])), g.const(trits(1, 40, 5)))
    g.output("u", z, [1, "rows", 5])
    return g.model(), [{"x": normal(2, 3, 40), "z": normal(4, 40)}]


def f16_quantizer():
    """A model in f16, its quantiser included: every step rounds to f16."""
    g = Graph()
    x = g.input("x", ["rows", 64], T.FLOAT16)
    y = g.op("MatMul", g.fake_quantize(x, dtype=np.float16), g.const(trits(64, 24), np.float16))
    g.output("y", g.op("Mul", y, g.const([0.5], np.float16)), ["rows", 24], T.FLOAT16)
    return g.model(), [{"x": normal(5, 64).astype(np.float16)}]


def per_tensor_dynamic():
    """DynamicQuantizeLinear (ui8, one scale) and MatMulInteger with zero points."""
    g = Graph()
    q, s, z = g.op("DynamicQuantizeLinear", g.input("x", ["rows", 48]), outputs=3)
    w = g.const(trits(48, 20), np.int8)
    acc = g.op("MatMulInteger", q, w, z, g.const(0, np.int8))
    y = g.op("Mul", g.op("Cast", acc, to=T.FLOAT), g.op("Mul", s, g.const(0.3)))
    g.output("y", y, ["rows", 20])
    return g.model(), [{"x": normal(3, 48)}, {"x": np.zeros((2, 48), np.float32)}]


def nbits(bits, k, block, zero, bias=False, n=24, level=0):
    """MatMulNBits with ternary codes around a zero point that is absent, packed or a float."""
    blocks, per_byte = -(-k // block), 8 // bits
    middle = 2 ** (bits - 1)
    zeros = np.full((n, blocks), middle) if zero == "absent" else RNG.integers(1, 2**bits - 1, (n, blocks))
    codes = np.zeros((n, blocks, block), np.int64)
    codes[:] = zeros[:, :, None] + RNG.integers(-1, 2, codes.shape)
    if k % block:
        codes[:, -1, k % block:] = 0

    def pack(values):
        padded = np.zeros(values.shape[:-1] + (-(-values.shape[-1] // per_byte) * per_byte,), np.int64)
        padded[..., : values.shape[-1]] = values
        parts = padded.reshape(*values.shape[:-1], -1, per_byte)
        return sum(parts[..., i] << (bits * i) for i in range(per_byte)).astype(np.uint8)

    g = Graph(21, ms=True)
    scales = np.abs(normal(n, blocks)) + 0.1
    operands = [g.input("x", ["rows", k]), g.const(pack(codes), np.uint8), g.const(scales.reshape(-1))]
    if zero == "packed":
        operands.append(g.const(pack(zeros).reshape(-1), np.uint8))
    elif zero == "float":
        operands.append(g.const(zeros.reshape(-1)))
    elif bias:
        operands.append("")
    if bias:
        operands += ["", g.const(normal(n))]
    y = g.op("MatMulNBits", *operands, domain="com.microsoft", K=k, N=n, bits=bits, block_size=block,
             **({"accuracy_level": level} if level else {}))
    g.output("y", y, ["rows", n])
    feeds = [{"x": normal(3, k)}]
    if level:
        # A tile of tokens and one; a block of zeros.
        feeds += [{"x": normal(33, k)}, {"x": np.where(np.arange(k) < block, 0, normal(1, k)).astype(np.float32)}]
    return g.model(), feeds


def nbits2_packed_zero():
    return nbits(2, 96, 32, "packed")


def nbits4_packed_zero():
    return nbits(4, 96, 32, "packed")


def nbits4_float_zero():
    return nbits(4, 64, 16, "float")


def nbits4_ragged_bias():
    """K is no multiple of the block: the padding's codes count for nothing."""
    return nbits(4, 100, 32, "absent", bias=True)


def nbits2_acc4_groups():
    """Accuracy level 4: the input is quantised to 8 bits in blocks, as the weights have scales."""
    model, feeds = nbits(2, 320, 128, "absent", n=100, level=4)
    # Next to nothing has a scale, too.
    return model, feeds + [{"x": feeds[0]["x"] * np.float32(1e-31)}]


def nbits4_acc4_ragged_bias():
    """The same where K is no multiple of the block."""
    return nbits(4, 300, 64, "packed", bias=True, n=70, level=4)


def qdq_int4_blocked():
    """INT4 weights in blocks of 16 along K, with zero points."""
    g = Graph(21)
    codes = RNG.integers(-1, 2, (64, 20)) + 2
    w = helper.make_tensor("w", T.INT4, [64, 20], codes.reshape(-1).tolist())
    z = helper.make_tensor("z", T.INT4, [4, 20], np.full(80, 2).tolist())
    g.inits += [w, z]
    d = g.op("DequantizeLinear", "w", g.const(np.abs(normal(4, 20)) + 0.1), "z", axis=0, block_size=16)
    y = g.op("MatMul", g.fake_quantize(g.input("x", ["rows", 64])), d)
    g.output("y", y, ["rows", 20])
    return g.model(), [{"x": normal(3, 64)}]


def uint2_embedding():
    """Rows of a table that is stored in 2 bits."""
    g = Graph(25, ir=13)
    w = helper.make_tensor("w", T.UINT2, [30, 16], RNG.integers(0, 3, 480).tolist())
    z = helper.make_tensor("z", T.UINT2, [], [1])
    g.inits += [w, z]
    table = g.op("DequantizeLinear", "w", g.const(0.4), "z")
    y = g.op("Gather", table, g.input("ids", ["batch", "seq"], T.INT64))
    g.output("y", y, ["batch", "seq", 16])
    return g.model(), [{"ids": np.array([[0, 29, 3], [7, 7, 1]], np.int64)}]


def packed_siblings():
    """One product for q, k and v, then Split: each part has a scale of its own."""
    g = Graph()
    x = g.fake_quantize(g.input("x", ["rows", 48]))
    w = np.concatenate([trits(48, 16) * 0.5, trits(48, 8) * 0.25, trits(48, 8) * 2], 1)
    parts = g.op("Split", g.op("MatMul", x, g.const(w)), g.const([16, 8, 8], np.int64), outputs=3, axis=1)
    for i, (part, size) in enumerate(zip(parts, (16, 8, 8))):
        g.output(f"y{i}", part, ["rows", size])
    return g.model(), [{"x": normal(3, 48)}]


def cached(time_first, names, fill=None, mask="none"):
    """Two layers of attention with caches, as graph inputs and outputs.

    Caches are [batch, past, heads, dim] with `time_first`; `names(layer)` are
    the names of batch and past of a layer."""
    heads, size, width = 2, 8, 16
    g = Graph()
    x = g.input("x", ["batch", "seq", width])
    h = x
    for layer in range(2):
        batch, past = names(layer)
        shape = [batch, past, heads, size] if time_first else [batch, heads, past, size]

        def split(y):
            y = g.op("Reshape", y, g.const([0, 0, heads, size], np.int64))
            return y if time_first else g.op("Transpose", y, perm=[0, 2, 1, 3])

        q, k, v = (split(g.linear(h, width, width)) for _ in range(3))
        axis = 1 if time_first else 2
        k = g.op("Concat", g.input(f"past.{layer}.key", shape), k, axis=axis)
        v = g.op("Concat", g.input(f"past.{layer}.value", shape), v, axis=axis)
        present = list(shape)
        present[axis] = None
        g.output(f"present.{layer}.key", k, present)
        g.output(f"present.{layer}.value", v, present)
        if time_first:
            q, k, v = (g.op("Transpose", y, perm=[0, 2, 1, 3]) for y in (q, k, v))
        scores = g.op("MatMul", q, g.op("Transpose", k, perm=[0, 1, 3, 2]))
        scores = g.op("Mul", scores, g.const(size**-0.5))
        if mask != "none":
            keep = g.op("Cast", "keep", to=T.BOOL) if layer else g.op("Cast", g.input("keep", ["batch", 1, "seq", "total"], T.INT64), to=T.BOOL)
            if mask == "where":
                scores = g.op("Where", keep, scores, g.const(fill))
            else:
                scores = g.op("Add", scores, g.op("Where", keep, g.const(0), g.const(fill)))
        y = g.op("Transpose", g.op("MatMul", g.op("Softmax", scores, axis=-1), v), perm=[0, 2, 1, 3])
        y = g.op("Reshape", y, g.const([0, 0, width], np.int64))
        h = g.op("Add", h, g.linear(y, width, width))
    g.output("y", h, ["batch", "seq", width])

    def feed(batch, seq, past):
        shape = (batch, past, heads, size) if time_first else (batch, heads, past, size)
        feeds = {"x": normal(batch, seq, width)}
        for layer in range(2):
            feeds[f"past.{layer}.key"], feeds[f"past.{layer}.value"] = normal(*shape), normal(*shape)
        if mask != "none":
            keep = (RNG.random((batch, 1, seq, past + seq)) < 0.6).astype(np.int64)
            keep[0, 0, 0] = 0  # a row that keeps nothing
            keep[-1, 0, -1, 0] = 1
            feeds["keep"] = keep
        return feeds

    return g.model(), [feed(2, 3, 4), feed(1, 1, 5), feed(1, 2, 0)]


def cache_time_first():
    return cached(True, lambda layer: ("batch", "past"))


def cache_unnamed():
    return cached(False, lambda layer: (None, None))


def cache_time_first_unnamed():
    return cached(True, lambda layer: (None, None))


def cache_named_by_layer():
    return cached(False, lambda layer: ("batch", f"past_{layer}"))


def mask_where_1e4():
    """Where(keep, scores, -1e4): a row that keeps nothing weighs all keys alike."""
    return cached(False, lambda layer: ("batch", "past"), -1e4, "where")


def mask_where_f16_lowest():
    return cached(False, lambda layer: ("batch", "past"), -65504, "where")


def mask_added_1e4():
    return cached(False, lambda layer: ("batch", "past"), -1e4, "added")


def gqa(softcap=0.0, window=-1, packed=False, interleaved=0, positions=True):
    heads, groups, size = 4, 2, 16
    g = Graph(21, ms=True)
    widths = [(heads + 2 * groups) * size] if packed else [heads * size, groups * size, groups * size]
    inputs = [g.input(f"x{i}", ["batch", "seq", width]) for i, width in enumerate(widths)] + [""] * (3 - len(widths))
    past = [g.input(name, ["batch", groups, "past", size]) for name in ("pk", "pv")]
    lengths = [g.input("lengths", ["batch"], T.INT32), g.input("total", [1], T.INT32)]
    tables = [g.const(np.cos(a)) for a in [np.outer(np.arange(32), 0.5 ** np.arange(size // 2))]]
    tables += [g.const(np.sin(np.outer(np.arange(32), 0.5 ** np.arange(size // 2))))]
    extra = [g.input("positions", ["batch", "seq"], T.INT64)] if positions else []
    y = g.op("GroupQueryAttention", *inputs, *past, *lengths, *tables, *extra, outputs=3, domain="com.microsoft", num_heads=heads,
             kv_num_heads=groups, do_rotary=1, rotary_interleaved=interleaved, softcap=softcap, local_window_size=window)
    g.output("y", y[0], ["batch", "seq", heads * size])
    g.output("k", y[1], ["batch", groups, "whole", size])
    g.output("v", y[2], ["batch", groups, "whole", size])

    def feed(batch, seq, length):
        feeds = {f"x{i}": normal(batch, seq, width) for i, width in enumerate(widths)}
        feeds |= {name: normal(batch, groups, length, size) for name in ("pk", "pv")}
        feeds["lengths"] = np.full(batch, length + seq - 1, np.int32)
        feeds["total"] = np.array([length + seq], np.int32)
        if positions:
            feeds["positions"] = np.tile(np.arange(length, length + seq), (batch, 1))
        return feeds

    return g.model(), [feed(1, 5, 0), feed(2, 1, 6)]


def gqa_packed():
    return gqa(packed=True, positions=False)


def gqa_interleaved():
    return gqa(interleaved=1)


def gqa_window():
    return gqa(window=3)


def gqa_softcap():
    return gqa(softcap=5.0)


def attend(g, x, width, heads, mask=None, norm=None):
    """Attention over [batch, seq, width] with ternary projections."""
    size = width // heads

    def split(y):
        return g.op("Reshape", y, g.const([0, 0, heads, size], np.int64))

    q, k, v = (split(g.linear(x, width, width)) for _ in range(3))
    if norm:
        q, k = norm(q, size), norm(k, size)
    q, v = (g.op("Transpose", y, perm=[0, 2, 1, 3]) for y in (q, v))
    scores = g.op("Div", g.op("MatMul", q, g.op("Transpose", k, perm=[0, 2, 3, 1])), g.const(size**0.5))
    if mask:
        scores = g.op("Where", mask, scores, g.const(np.finfo(np.float32).min))
    y = g.op("Transpose", g.op("MatMul", g.op("Softmax", scores, axis=-1), v), perm=[0, 2, 1, 3])
    return g.linear(g.op("Reshape", y, g.const([0, 0, width], np.int64)), width, width)


def encoder_qk_norm():
    """An encoder without a head: no mask, queries and keys normalised, keys transposed at once."""
    width = 32
    g = Graph()
    table = g.const(trits(50, width) * 0.1)
    h = g.op("Gather", table, g.input("ids", ["batch", "seq"], T.INT64))

    def norm(y, size):
        square = g.op("ReduceMean", g.op("Mul", y, y), g.const([-1], np.int64), keepdims=1)
        y = g.op("Div", y, g.op("Sqrt", g.op("Add", square, g.const(1e-6))))
        return g.op("Mul", y, g.const(np.abs(normal(size))))

    for _ in range(2):
        n = g.op("LayerNormalization", h, g.const(np.abs(normal(width))), g.const(normal(width)), axis=-1)
        h = g.op("Add", h, attend(g, n, width, 4, norm=norm))
        up = g.op("Gelu", g.linear(h, 48, width))
        h = g.op("Add", h, g.linear(up, width, 48))
    g.output("y", h, ["batch", "seq", width])
    return g.model(), [{"ids": RNG.integers(0, 50, (2, 6))}, {"ids": RNG.integers(0, 50, (1, 1))}]


def sliding_window_ternary_head():
    """A decoder that sees the last 3 tokens, its ternary embedding tied to the head."""
    width, words = 32, 60
    g = Graph()
    embedding = trits(words, width) * 0.5
    table = g.const(embedding)
    ids = g.input("ids", ["batch", "seq"], T.INT64)
    h = g.op("Gather", table, ids)
    length = g.op("Squeeze", g.op("Shape", ids, start=1, end=2), g.const([0], np.int64))
    at = g.op("Range", g.const(0, np.int64), length, g.const(1, np.int64))
    query, key = g.op("Unsqueeze", at, g.const([1], np.int64)), g.op("Unsqueeze", at, g.const([0], np.int64))
    mask = g.op("And", g.op("LessOrEqual", key, query), g.op("Greater", key, g.op("Sub", query, g.const(3, np.int64))))
    for _ in range(2):
        h = g.op("Add", h, attend(g, h, width, 2, mask=mask))
    g.output("logits", g.op("MatMul", h, g.op("Transpose", table, perm=[1, 0])), ["batch", "seq", words])
    return g.model(), [{"ids": RNG.integers(0, words, (2, 7))}, {"ids": RNG.integers(0, words, (1, 1))}]


FORMS = [encoder_qk_norm, sliding_window_ternary_head, vector_input, weights_left_vector, weights_left, weights_leading_ones, f16_quantizer, per_tensor_dynamic,
         nbits2_packed_zero, nbits4_packed_zero, nbits4_float_zero, nbits4_ragged_bias, nbits2_acc4_groups, nbits4_acc4_ragged_bias, qdq_int4_blocked, uint2_embedding,
         packed_siblings, cache_time_first, cache_unnamed, cache_time_first_unnamed, cache_named_by_layer, mask_where_1e4,
         mask_where_f16_lowest, mask_added_1e4, gqa_packed, gqa_interleaved, gqa_window, gqa_softcap]


def write(directory, model, feeds):
    """Writes a model, inputs and outputs; gives the session that made those, or None."""
    os.makedirs(directory, exist_ok=True)
    onnx.save(model, os.path.join(directory, "model.onnx"))
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    except Exception as error:
        print(directory, "ONNX Runtime:", str(error)[:200])
        return None
    names = [output.name for output in session.get_outputs()]
    inputs, outputs = {}, {}
    for number, feed in enumerate(feeds):
        inputs |= {f"{number}/{name}": value for name, value in feed.items()}
        results = session.run(names, feed)
        outputs |= {f"{number}/{name}": value for name, value in zip(names, results)}
    np.savez_compressed(os.path.join(directory, "inputs.npz"), **inputs)
    np.savez_compressed(os.path.join(directory, "outputs.npz"), **outputs)
    return session


def main():
    global RNG
    for form in FORMS:
        if sys.argv[1:] and form.__name__ not in sys.argv[1:]:
            continue
        RNG = np.random.default_rng(7)
        model, feeds = form()
        write(os.path.join(HERE, form.__name__), model, feeds)


if __name__ == "__main__":
    main()
