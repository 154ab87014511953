"""Writes the models of this folder that spell quantisers and products as other tools do.

usage: make_layer_forms.py [NAME...]

As make_forms.py, whose pieces it uses.
"""

import os
import sys

import numpy as np
from onnx import TensorProto as T

import make_forms
from make_forms import Graph, normal, trits


def scalar(g, op, x, value, dtype=np.float32):
    return g.op(op, x, g.const(value, dtype))


def rows(k):
    """Inputs of one row and of several, among them a row of zeros and one of next to nothing."""
    several = normal(5, k)
    several[1] = 0
    several[2] *= 1e-9
    return [{"x": normal(1, k)}, {"x": several}]


def quantizer_by_reciprocal():
    """x * (1 / max(max |x| / 127.5, eps)), max |x| being max(-min, max); a zero point of 0 in i32: torchao's integers for each token."""
    g = Graph()
    x = g.input("x", ["rows", 64])
    low = scalar(g, "Min", g.op("ReduceMin", x, g.const([-1], np.int64), keepdims=1), 0)
    high = scalar(g, "Max", g.op("ReduceMax", x, g.const([-1], np.int64), keepdims=1), 0)
    step = scalar(g, "Div", g.op("Max", g.op("Neg", low), high), 127.5)
    step = g.op("Clip", step, g.const(1.1920929e-07), "")
    codes = g.op("Round", g.op("Mul", x, g.op("Div", g.const(1), step)))
    codes = scalar(g, "Add", g.op("Cast", codes, to=T.INT32), 0, np.int32)
    codes = g.op("Cast", g.op("Clip", codes, g.const(-128, np.int32), g.const(127, np.int32)), to=T.INT8)
    codes = scalar(g, "Sub", g.op("Cast", codes, to=T.INT32), 0, np.int32)
    y = g.op("MatMul", g.op("Mul", g.op("Cast", codes, to=T.FLOAT), step), g.const(trits(64, 40) * 0.25))
    g.output("y", y, ["rows", 40])
    return g.model(), rows(64)


def quantizer_dropped_axis():
    """Steps of [rows] with an axis put behind; their bound counts for the codes and not for the sums: torchao's training of BitNet."""
    g = Graph()
    x = g.input("x", ["rows", 64])
    step = scalar(g, "Div", g.op("ReduceMax", g.op("Abs", x), g.const([1], np.int64), keepdims=0), 127)
    inverse = g.op("Reciprocal", g.op("Clip", step, g.const(1e-5), ""))
    codes = g.op("Round", g.op("Mul", x, g.op("Reshape", inverse, g.const([-1, 1], np.int64))))
    codes = g.op("Cast", g.op("Clip", codes, g.const(-128), g.const(127)), to=T.INT8)
    y = g.op("MatMul", g.op("Cast", codes, to=T.FLOAT), g.const(trits(64, 40)))
    y = scalar(g, "Mul", g.op("Mul", y, g.op("Unsqueeze", step, g.const([1], np.int64))), 0.5)
    g.output("y", g.op("Add", y, g.const(normal(40))), ["rows", 40])
    return g.model(), rows(64)


def quantizer_unit():
    """(x / max) * 127, and codes / 127 * max in front of the product; then max * (1 / 127) + eps as a step."""
    g = Graph()
    x = g.input("x", ["rows", 64])
    m = scalar(g, "Max", g.op("ReduceMax", g.op("Abs", x), g.const([-1], np.int64), keepdims=1), 1e-5)
    codes = g.op("Clip", g.op("Round", scalar(g, "Mul", g.op("Div", x, m), 127)), g.const(-128), g.const(127))
    h = g.op("MatMul", g.op("Mul", scalar(g, "Div", codes, 127), m), g.const(trits(64, 48) * 0.5))
    m = g.op("ReduceMax", g.op("Abs", h), g.const([-1], np.int64), keepdims=1)
    step = scalar(g, "Add", scalar(g, "Mul", m, 1 / 127), 1e-6)
    y = g.op("Gemm", g.op("Mul", g.op("Round", g.op("Div", h, step)), step), g.const(trits(40, 48)), g.const(normal(40)), transB=1)
    g.output("y", y, ["rows", 40])
    return g.model(), rows(64)


def conv_pointwise():
    """Layers as convolutions of size 1 on [batch, channels, height, width], quantised over channels; the last one dense."""
    g = Graph()
    h = g.input("x", ["batch", 32, "height", "width"])
    for n, k in ((48, 32), (24, 48)):
        h = g.op("Conv", g.fake_quantize(h, axis=1), g.const(trits(n, k, 1, 1) * 0.5), g.const(normal(n)), kernel_shape=[1, 1])
        h = g.op("Relu", h)
    g.output("y", g.op("Conv", h, g.const(normal(10, 24, 1, 1))), ["batch", 10, "height", "width"])
    return g.model(), [{"x": normal(2, 32, 3, 5)}, {"x": normal(1, 32, 1, 1)}]


def conv_pointwise_sequence():
    """The same on [batch, channels, seq], codes times a step; then ternary weights and floats."""
    g = Graph()
    x = g.input("x", ["batch", 32, "seq"])
    step = scalar(g, "Div", g.op("ReduceMax", g.op("Abs", x), g.const([1], np.int64), keepdims=1), 127)
    step = scalar(g, "Max", step, 1e-6)
    codes = g.op("Clip", g.op("Round", g.op("Div", x, step)), g.const(-128), g.const(127))
    y = g.op("Conv", g.op("Mul", codes, step), g.const(trits(40, 32, 1)))
    y = g.op("Conv", g.op("Tanh", y), g.const(trits(20, 40, 1) * 0.25), g.const(normal(20)), dilations=[3])
    g.output("y", y, ["batch", 20, "seq"])
    return g.model(), [{"x": normal(2, 32, 7)}, {"x": normal(1, 32, 1)}]


def fused_products():
    """FusedGemm and FusedConv, as ONNX Runtime's optimiser writes them."""
    g = Graph(ms=True)
    x = g.input("x", ["rows", 32])
    h = g.op("FusedGemm", g.fake_quantize(x), g.const(trits(48, 32)), g.const(normal(48)), domain="com.microsoft", transB=1,
             activation="LeakyRelu", activation_alpha=0.1)
    h = g.op("FusedGemm", g.fake_quantize(h), g.const(trits(48, 24)), domain="com.microsoft", activation="Sigmoid")
    g.output("y", h, ["rows", 24])
    h = g.op("FusedConv", g.fake_quantize(g.op("Unsqueeze", h, g.const([2, 3], np.int64)), axis=1), g.const(trits(16, 24, 1, 1)), g.const(normal(16)),
             domain="com.microsoft", kernel_shape=[1, 1], activation="HardSigmoid", activation_params=[0.3, 0.4])
    g.output("z", h, ["rows", 16, 1, 1])
    return g.model(), [{"x": normal(3, 32)}, {"x": normal(1, 32)}]


def joined_attention():
    """com.microsoft's Attention: one product for q, k and v of one input, a past of [2, batch, heads, past, head], lengths as a mask."""
    width, heads, size = 32, 4, 8
    g = Graph(ms=True)
    x = g.input("x", ["batch", "seq", width])
    past = g.input("past", [2, "batch", heads, "past", size])
    kept = g.input("kept", ["batch", "total"], T.INT32)
    y, present = g.op("Attention", g.fake_quantize(x), g.const(trits(width, 3 * width) * 0.25), g.const(normal(3 * width)), kept, past,
                      outputs=2, domain="com.microsoft", num_heads=heads, unidirectional=1)
    g.output("present", present, [2, "batch", heads, "total", size])
    z = g.op("Attention", g.linear(y, width, width), g.const(normal(width, 3 * width)), g.const(normal(3 * width)),
             g.input("lengths", ["batch"], T.INT32), domain="com.microsoft", num_heads=heads)
    g.output("y", g.linear(z, width, width), ["batch", "seq", width])

    def feed(batch, seq, length):
        mask = np.ones((batch, length + seq), np.int32)
        mask[-1, :1] = 0 if length else 1
        return {"x": normal(batch, seq, width), "past": normal(2, batch, heads, length, size), "kept": mask,
                "lengths": np.full(batch, seq, np.int32) - np.arange(batch, dtype=np.int32)}

    return g.model(), [feed(2, 3, 4), feed(1, 5, 0)]


def rows_through_gemm():
    """Reshape to rows, Gemm and Reshape back of what was quantised before, codes first, then real numbers: onnxsim's MatMul and Add."""
    g = Graph()
    h = g.input("x", ["batch", "seq", 64])

    def gemm(x, n, k, *bias):
        flat = g.op("Reshape", x, g.const([-1, k], np.int64))
        y = g.op("Gemm", flat, g.const(trits(k, n)), *bias)
        leading = g.op("Slice", g.op("Shape", x), *(g.const([i], np.int64) for i in (0, 2, 0)))
        return g.op("Reshape", y, g.op("Concat", leading, g.const([n], np.int64), axis=0))

    step = scalar(g, "Max", scalar(g, "Div", g.op("ReduceMax", g.op("Abs", h), g.const([-1], np.int64), keepdims=1), 127), 1e-6)
    codes = g.op("Clip", g.op("Round", g.op("Div", h, step)), g.const(-128), g.const(127))
    h = g.op("Relu", g.op("Mul", gemm(codes, 48, 64), step))
    g.output("y", gemm(g.fake_quantize(h), 40, 48, g.const(normal(40))), ["batch", "seq", 40])
    return g.model(), [{"x": normal(2, 3, 64)}, {"x": normal(1, 1, 64)}]


def rows_of_unknown_length():
    """Heads joined by a -1 beside sizes of another input: the weights alone say how long rows are."""
    g = Graph()
    x = g.input("x", ["batch", "seq", 4, 16])
    like = g.input("like", ["b", "s"])
    h = g.op("Reshape", x, g.op("Concat", g.op("Shape", like), g.const([-1], np.int64), axis=0))
    g.output("y", g.op("MatMul", g.fake_quantize(h), g.const(trits(64, 40) * 0.5)), ["b", "s", 40])
    return g.model(), [{"x": normal(2, 3, 4, 16), "like": normal(2, 3)}, {"x": normal(1, 6, 4, 16), "like": normal(3, 2)}]


FORMS = [quantizer_by_reciprocal, quantizer_dropped_axis, quantizer_unit, conv_pointwise, conv_pointwise_sequence, fused_products, joined_attention, rows_through_gemm, rows_of_unknown_length]


if __name__ == "__main__":
    for form in FORMS:
        if not sys.argv[1:] or form.__name__ in sys.argv[1:]:
            make_forms.RNG = np.random.default_rng(7)
            make_forms.write(os.path.join(make_forms.HERE, form.__name__), *form())
