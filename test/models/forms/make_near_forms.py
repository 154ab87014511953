"""Writes the models of test/models/forms that look like a form of a ternary model and mean something else.

usage: make_near_forms.py MODELS_DIR

What recognition takes for a form must be one: here a quantiser rounds once more or leaves its range, a cache is read
in one branch only, lengths are computed in a graph of a node. Outputs come from ONNX Runtime, see make_control_forms.py.
"""

import sys

import numpy as np
import onnx
from onnx import TensorProto, helper

from make_control_forms import BOOL, F32, I64, WIDTH, Graph, info, model_of, write


def quantise(g, x, eps=None, added=None, rank=0, clip=True, narrow=None):
    """Codes of x and the scale c / m that makes them; m is max |x|, at least `eps` or with `added`."""
    m = g.op("ReduceMax", g.op("Abs", x), g.const(np.array([-1], np.int64)), keepdims=1)
    m = g.op("Add", m, g.const(np.float32(added))) if added else g.op("Max", m, g.const(np.float32(eps or 1e-5)))
    s = g.op("Div", g.const(np.full((1,) * rank, 127, np.float32)), m)
    q = g.op("Round", g.op("Mul", x, s))
    if clip:
        q = g.op("Clip", q, g.const(np.float32(-128)), g.const(np.float32(127)))
    if narrow:
        q = g.op("Cast", g.op("Cast", q, to=narrow), to=F32)
    return q, s


def product(g, q, s, rng):
    weights = g.const(rng.integers(-1, 2, (WIDTH, WIDTH)).astype(np.float32))
    return g.op("Div", g.op("MatMul", q, weights), s)


def layer(rng, out_shape=("n", WIDTH), **how):
    g = Graph("m", [])
    y = product(g, *quantise(g, "x", **how), rng)
    model = model_of(g, [info("x", F32, ["n", WIDTH])], [info(y, F32, list(out_shape))])
    return model, [{"x": rng.standard_normal((3, WIDTH)).astype(np.float32)}]


def codes_through_float8(rng):
    """Codes are rounded once more, to a float of 8 bits that does not hold them."""
    return layer(rng, narrow=TensorProto.FLOAT8E4M3FN)


def eps_below_zero(rng):
    """max |x| - 0.5: codes beyond 127, which nothing clamps."""
    return layer(rng, added=-0.5, clip=False)


def range_of_higher_rank(rng):
    """The range is a tensor of three axes: so are the codes and the result of a matrix."""
    return layer(rng, out_shape=(1, "n", WIDTH), rank=3)


def one_large_weight(rng):
    """A dense matrix with one weight that is ten million times the others: they are not nothing."""
    g = Graph("m", [])
    weights = rng.standard_normal((WIDTH, WIDTH)).astype(np.float32)
    weights[7, 3] = 1e7
    y = g.op("MatMul", "x", g.const(weights))
    return model_of(g, [info("x", F32, ["n", WIDTH])], [info(y, F32, ["n", WIDTH])]), tiny_first(rng)


def columns_of_two_sizes(rng):
    """Ternary weights, every second column of them a millionth of the others, and made up for behind the product."""
    g = Graph("m", [])
    sizes = np.where(np.arange(WIDTH) % 2, 1, 1e-6).astype(np.float32)
    q, s = quantise(g, "x")
    weights = g.const(rng.integers(-1, 2, (WIDTH, WIDTH)).astype(np.float32) * sizes)
    y = g.op("Mul", g.op("Div", g.op("MatMul", q, weights), s), g.const(1 / sizes))
    return model_of(g, [info("x", F32, ["n", WIDTH])], [info(y, F32, ["n", WIDTH])]), tiny_first(rng)


def tiny_first(rng):
    """Inputs whose element that meets the large weight is nothing."""
    x = rng.standard_normal((3, WIDTH)).astype(np.float32)
    x[:, 7] = 0
    return [{"x": x}]


def linear_before_loop(rng):
    """A layer in front of a loop whose body adds its bias: it stays in front."""
    g, body = Graph("m", []), Graph("b", [])
    body.initializers = g.initializers
    y = product(g, *quantise(g, "x"), rng)
    bias = g.const(rng.standard_normal(WIDTH).astype(np.float32))
    total = body.op("Add", "sum", body.op("Add", y, bias))
    state = body.op("Identity", "go")
    graph = body.sub("body", [info("i", I64, []), info("go", BOOL, []), info("sum", F32)],
                     [info(state, BOOL, []), info(total, F32)])
    start = g.op("Mul", y, g.const(np.float32(0)))
    out = g.op("Loop", "trips", "", start, body=graph)
    model = model_of(g, [info("x", F32, ["n", WIDTH]), info("trips", I64, [])], [info(out, F32, ["n", WIDTH])])
    x = rng.standard_normal((3, WIDTH)).astype(np.float32)
    return model, [{"x": x, "trips": np.int64(trips)} for trips in (0, 3)]


def cache_read_in_branch(rng):
    """Keys and values grow at every step, but attention reads them in one branch of an If."""
    heads, size = 2, 8
    g, yes, no = Graph("m", []), Graph("t", []), Graph("e", [])
    keys, values = g.op("Concat", "past_k", "k", axis=2), g.op("Concat", "past_v", "v", axis=2)
    scores = yes.op("MatMul", "q", yes.op("Transpose", keys, perm=[0, 1, 3, 2]))
    read = yes.op("MatMul", yes.op("Softmax", scores, axis=-1), values)
    kept = no.op("Identity", "q")
    y = g.op("If", "attend", then_branch=yes.sub("yes", [], [info(read, F32)]), else_branch=no.sub("no", [], [info(kept, F32)]))
    fresh, past = ["b", heads, "s", size], ["b", heads, "p", size]
    inputs = [info(name, F32, past if name.startswith("past") else fresh) for name in ("q", "k", "v", "past_k", "past_v")]
    whole = ["b", heads, "t", size]
    model = model_of(g, inputs + [info("attend", BOOL, [])], [info(y, F32, fresh), info(keys, F32, whole), info(values, F32, whole)])

    def draw(length):
        return rng.standard_normal((1, heads, length, size)).astype(np.float32)
    return model, [{"q": draw(1), "k": draw(1), "v": draw(1), "past_k": draw(4), "past_v": draw(4), "attend": np.bool_(attend)}
                   for attend in (False, True)]


def attend(g, q, k, v, number=0):
    """Attention over a past and what is new, and the keys and values of both."""
    keys, values = g.op("Concat", f"past_k{number}", k, axis=2), g.op("Concat", f"past_v{number}", v, axis=2)
    scores = g.op("Mul", g.op("MatMul", q, g.op("Transpose", keys, perm=[0, 1, 3, 2])), g.const(np.float32(0.35)))
    return g.op("MatMul", g.op("Softmax", scores, axis=-1), values), [keys, values]


def cache_of_keys(rng):
    """Queries, keys and values are inputs: no axis of theirs but the third counts tokens."""
    heads, size = 2, 8
    g = Graph("m", [])
    y, grown = attend(g, "q", "k", "v")
    shape = {"q": "s", "k": "s", "v": "s", "past_k0": "p", "past_v0": "p"}
    model = model_of(g, [info(name, F32, ["b", heads, length, size]) for name, length in shape.items()],
                     [info(y, F32, ["b", heads, "s", size])] + [info(t, F32, ["b", heads, "t", size]) for t in grown])

    def draw(**sizes):
        return {name: rng.standard_normal((1, heads, sizes[length], size)).astype(np.float32) for name, length in shape.items()}
    return model, [draw(s=s, p=p) for p in (0, 4) for s in (1, 3)]


def caches_of_two_lengths(rng):
    """One cache grows by the last position of a run alone: no session has two lengths."""
    heads, size, vocab = 2, 8, 20
    width = heads * size
    g = Graph("m", [])

    def linear(x, n=width):
        return g.op("MatMul", x, g.const((rng.integers(-1, 2, (width, n)) * 0.6).astype(np.float32)))

    def split(x):
        return g.op("Transpose", g.op("Reshape", x, g.const(np.array([0, 0, heads, size], np.int64))), perm=[0, 2, 1, 3])

    def attention(x, source, number):
        y, grown = attend(g, split(linear(x)), split(linear(source)), split(linear(source)), number)
        return g.op("Reshape", g.op("Transpose", y, perm=[0, 2, 1, 3]), g.const(np.array([0, 0, width], np.int64))), grown
    h = g.op("Gather", g.const(rng.standard_normal((vocab, width)).astype(np.float32)), "ids")
    y, grown = attention(h, h, 0)
    h = g.op("Add", h, y)
    last = g.op("Slice", h, g.const(np.array([-1], np.int64)), g.const(np.array([1000], np.int64)), g.const(np.array([1], np.int64)))
    y, grown_last = attention(h, last, 1)
    logits = linear(g.op("Add", h, y), vocab)
    pasts = {f"past_{kind}{number}": ["b", heads, f"p{number}", size] for number in (0, 1) for kind in "kv"}
    model = model_of(g, [info("ids", I64, ["b", "s"])] + [info(name, F32, shape) for name, shape in pasts.items()],
                     [info(logits, F32, ["b", "s", vocab])] +
                     [info(t, F32, ["b", heads, f"t{i // 2}", size]) for i, t in enumerate(grown + grown_last)])

    def draw(tokens, *lengths):
        inputs = {name: rng.standard_normal((1, heads, lengths[int(name[-1])], size)).astype(np.float32) for name in pasts}
        return {"ids": rng.integers(0, vocab, (1, tokens)), **inputs}
    return model, [draw(3, 0, 0), draw(1, 3, 1), draw(4, 5, 2)]


def scan_axes_by_reference(rng):
    """A Scan in a local function, whose axes are an attribute of the call."""
    body = Graph("b", [])
    total = body.op("Add", "sum", "x")
    graph = body.sub("body", [info("sum", F32), info("x", F32)], [info(total, F32), info(body.op("Identity", total), F32)])
    scan = helper.make_node("Scan", ["start", "list"], ["end", "sums"], body=graph, num_scan_inputs=1)
    for name in ("scan_input_axes", "scan_output_axes"):
        scan.attribute.append(onnx.AttributeProto(name=name, ref_attr_name="axes", type=onnx.AttributeProto.INTS))
    function = helper.make_function("local", "Sums", ["start", "list"], ["end", "sums"], [scan],
                                    [helper.make_opsetid("", 20)], attributes=["axes"])
    call = helper.make_node("Sums", ["start", "list"], ["end", "sums"], domain="local", axes=[1])
    g = helper.make_graph([call], "main", [info("start", F32, [4]), info("list", F32, [4, "n"])],
                          [info("end", F32, [4]), info("sums", F32, [4, "n"])])
    model = helper.make_model(g, functions=[function], ir_version=10,
                              opset_imports=[helper.make_opsetid("", 20), helper.make_opsetid("local", 1)])
    onnx.checker.check_model(model)
    return model, [{"start": rng.standard_normal(4).astype(np.float32), "list": rng.standard_normal((4, 3)).astype(np.float32)}]


if __name__ == "__main__":
    for make in (codes_through_float8, eps_below_zero, range_of_higher_rank, one_large_weight, columns_of_two_sizes,
                 linear_before_loop, cache_read_in_branch, cache_of_keys, caches_of_two_lengths,
                 scan_axes_by_reference):
        write(sys.argv[1], make.__name__, *make(np.random.default_rng(11)))
