"""Writes the models of test/models/forms whose operators hold graphs: If, Loop, Scan and merged decoders.

usage: make_control_forms.py MODELS_DIR

Each folder gets model.onnx, inputs.npz and outputs.npz, the outputs from ONNX Runtime without graph optimisations.
Merged decoders are made of the decoders in MODELS_DIR/spellings, as optimum merges them: an If on
`use_cache_branch`, whose branches are the decoder with its past and without, the weights outside.
"""

import os
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

F32, I64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL
WIDTH = 32


class Graph:
    """Nodes with names of their own, and the initializers of the model."""

    def __init__(self, prefix, initializers):
        self.prefix, self.initializers, self.nodes = prefix, initializers, []

    def const(self, value, name=None):
        name = name or f"c{len(self.initializers)}"
        self.initializers.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def op(self, kind, *inputs, outputs=1, **attributes):
        names = [f"{self.prefix}{len(self.nodes)}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, name=f"{self.prefix}{kind}{len(self.nodes)}", **attributes))
        return names[0] if outputs == 1 else names

    def bit_linear(self, x, rng, columns=WIDTH, rows=WIDTH):
        """x quantised to 8 bits by rows, times ternary weights, rescaled."""
        m = self.op("ReduceMax", self.op("Abs", x), self.const(np.array([-1], np.int64)), keepdims=1)
        s = self.op("Mul", self.op("Reciprocal", self.op("Clip", m, self.const(np.float32(1e-5)), "")), self.const(np.float32(127)))
        q = self.op("Clip", self.op("Round", self.op("Mul", x, s)), self.const(np.float32(-128)), self.const(np.float32(127)))
        w = self.const(rng.integers(-1, 2, (columns, rows)).astype(np.float32))
        return self.op("Mul", self.op("MatMul", self.op("Div", q, s), w), self.const(np.array([0.25], np.float32)))

    def sub(self, name, inputs, outputs):
        return helper.make_graph(self.nodes, name, inputs, outputs)


def info(name, element, shape=None):
    return helper.make_tensor_value_info(name, element, shape)


def model_of(graph, inputs, outputs, opset=20):
    g = helper.make_graph(graph.nodes, "main", inputs, outputs, initializer=graph.initializers)
    model = helper.make_model(g, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)
    onnx.checker.check_model(model, full_check=True)
    return model


def if_data(rng):
    """Two layers of different sizes, by the sign of the input's sum; in one of them another If, of dynamic lengths."""
    g = Graph("m", [])
    total = g.op("ReduceSum", "x", keepdims=0)
    positive = g.op("Greater", total, g.const(np.float32(0)))
    a, b = Graph("a", g.initializers), Graph("b", g.initializers)
    y = a.bit_linear("x", rng)
    inner, outer = Graph("ai", g.initializers), Graph("ao", g.initializers)
    half = inner.op("Slice", y, g.const(np.array([0], np.int64)), g.const(np.array([2], np.int64)), g.const(np.array([0], np.int64)))
    twice = outer.op("Concat", y, y, axis=0)
    large = a.op("Greater", total, g.const(np.float32(10)))
    picked = a.op("If", large, then_branch=inner.sub("i", [], [info(half, F32)]), else_branch=outer.sub("o", [], [info(twice, F32)]))
    z = b.op("Neg", b.bit_linear("x", rng))
    n = b.op("Shape", z)
    k = a.op("Shape", picked)
    r = g.op("If", positive, outputs=2, then_branch=a.sub("t", [], [info(picked, F32), info(k, I64)]), else_branch=b.sub("e", [], [info(z, F32), info(n, I64)]))
    g.nodes.append(helper.make_node("Relu", [r[0]], ["y"]))
    g.nodes.append(helper.make_node("Identity", [r[1]], ["shape"]))
    model = model_of(g, [info("x", F32, ["rows", WIDTH])], [info("y", F32, ["any", WIDTH]), info("shape", I64, [2])])
    x = rng.standard_normal((5, WIDTH)).astype(np.float32)
    return model, [{"x": np.abs(x)}, {"x": -np.abs(x)}, {"x": np.abs(x[:3]) * 0.01}, {"x": x[:0]}]


def loop_refine(rng):
    """A layer again and again until the state is small; every state is an output."""
    g, body = Graph("m", []), Graph("l", [])
    body.initializers = g.initializers
    y = body.bit_linear("s", rng)
    y = body.op("Mul", body.op("Add", "x", y), g.const(np.float32(0.4)))
    largest = body.op("ReduceMax", body.op("Abs", y), keepdims=0)
    go = body.op("Greater", largest, "limit")
    row = body.op("Gather", y, g.const(np.array([0], np.int64)))
    loop = body.sub("body", [info("i", I64, []), info("c", BOOL, []), info("s", F32, ["rows", WIDTH]), info("n", I64, [])],
                    [info(go, BOOL), info(y, F32), info("n1", I64), info(y + "s", F32), info(row, F32, [1, WIDTH])])
    loop.node.append(helper.make_node("Add", ["n", "i"], ["n1"]))
    loop.node.append(helper.make_node("Identity", [y], [y + "s"]))
    g.nodes.append(helper.make_node("Loop", ["trips", "go", "x", g.const(np.int64(0))], ["last", "sum", "states", "rows"], name="loop", body=loop))
    model = model_of(g, [info("x", F32, ["rows", WIDTH]), info("limit", F32, []), info("trips", I64, []), info("go", BOOL, [])],
                     [info("last", F32, ["rows", WIDTH]), info("sum", I64, []), info("states", F32, ["steps", "rows", WIDTH]), info("rows", F32, ["steps", 1, WIDTH])])
    x = rng.standard_normal((3, WIDTH)).astype(np.float32)
    one = dict(go=np.bool_(True), limit=np.float32(0))
    return model, [dict(x=x, trips=np.int64(6), **one), dict(x=x, trips=np.int64(9), limit=np.float32(1.5), go=np.bool_(True)),
                   dict(x=x[:1], trips=np.int64(4), limit=np.float32(0), go=np.bool_(False)), dict(x=x, trips=np.int64(0), **one), dict(x=x[:2], trips=np.int64(-3), **one)]


def loop_generate(rng):
    """Greedy generation in the graph: the tokens so far grow by one in each iteration, until one of them ends the text."""
    g, body = Graph("m", []), Graph("l", [])
    body.initializers = g.initializers
    table = g.const(rng.standard_normal((16, WIDTH)).astype(np.float32))
    h = body.op("ReduceMean", body.op("Gather", table, "tokens"), g.const(np.array([0], np.int64)), keepdims=1)
    scores = body.bit_linear(h, rng, WIDTH, 16)
    best = body.op("Reshape", body.op("ArgMax", scores, axis=-1, keepdims=0), g.const(np.array([1], np.int64)))
    more = body.op("Concat", "tokens", best, axis=0)
    go = body.op("Not", body.op("Equal", body.op("Squeeze", best), "end"))
    loop = body.sub("body", [info("i", I64, []), info("c", BOOL, []), info("tokens", I64, ["n"])], [info(go, BOOL), info(more, I64), info(scores, F32)])
    g.nodes.append(helper.make_node("Loop", ["", "", "prompt"], ["text", "scores"], name="loop", body=loop))
    g.nodes[-1].input[0] = "most"
    model = model_of(g, [info("prompt", I64, ["n"]), info("most", I64, [1]), info("end", I64, [])],
                     [info("text", I64, ["m"]), info("scores", F32, ["steps", 1, 16])])
    return model, [dict(prompt=np.array([3, 5, 1], np.int64), most=np.array([7], np.int64), end=np.int64(-1)),
                   dict(prompt=np.array([2], np.int64), most=np.array([40], np.int64), end=np.int64(4)),
                   dict(prompt=np.array([9, 9], np.int64), most=np.array([0], np.int64), end=np.int64(4))]


def scan_recurrent(rng):
    """A recurrent ternary layer over axis 1, and backwards over the same input, outputs along axis 1."""
    g, body = Graph("m", []), Graph("s", [])
    body.initializers = g.initializers
    a = body.op("Tanh", body.op("Add", body.bit_linear("h", rng), body.bit_linear("xt", rng)))
    b = body.op("Tanh", body.op("Add", body.bit_linear("k", rng), body.bit_linear("xr", rng)))
    names = [a + "o", b + "o"]
    body.nodes += [helper.make_node("Identity", [a], [names[0]]), helper.make_node("Mul", [b, b], [names[1]])]
    scan = body.sub("body", [info("h", F32, ["batch", WIDTH]), info("k", F32, ["batch", WIDTH]), info("xt", F32, ["batch", WIDTH]), info("xr", F32, ["batch", WIDTH])],
                    [info(a, F32), info(b, F32), info(names[0], F32), info(names[1], F32)])
    g.nodes.append(helper.make_node("Scan", ["h0", "h0", "x", "x"], ["h1", "k1", "y", "z"], name="scan", body=scan, num_scan_inputs=2,
                                    scan_input_axes=[1, -2], scan_input_directions=[0, 1], scan_output_axes=[1, -2], scan_output_directions=[0, 1]))
    model = model_of(g, [info("x", F32, ["batch", "time", WIDTH]), info("h0", F32, ["batch", WIDTH])],
                     [info("h1", F32, ["batch", WIDTH]), info("k1", F32, ["batch", WIDTH]), info("y", F32, ["batch", "time", WIDTH]), info("z", F32, ["batch", "time", WIDTH])])
    draw = lambda *shape: rng.standard_normal(shape).astype(np.float32)
    return model, [dict(x=draw(2, 5, WIDTH), h0=draw(2, WIDTH)), dict(x=draw(1, 1, WIDTH), h0=draw(1, WIDTH)), dict(x=draw(3, 8, WIDTH), h0=draw(3, WIDTH))]


def scan_rows(rng):
    """Rows of a scan without a state: what an iteration computes goes into an output that grows."""
    g, body = Graph("m", []), Graph("s", [])
    body.initializers = g.initializers
    y = body.op("Mul", "row", g.const(np.array([2], np.float32)))
    scan = body.sub("body", [info("row", F32, [WIDTH])], [info(y, F32)])
    g.nodes.append(helper.make_node("Scan", ["x"], ["y"], name="scan", body=scan, num_scan_inputs=1))
    model = model_of(g, [info("x", F32, ["time", WIDTH])], [info("y", F32, ["time", WIDTH])])
    return model, [dict(x=rng.standard_normal((rows, WIDTH)).astype(np.float32)) for rows in (1, 7, 100)]


def loop_until(rng):
    """A loop without a trip count that ends as what it computes says, by way of a tensor."""
    g, body = Graph("m", []), Graph("l", [])
    body.initializers = g.initializers
    y = body.op("Mul", "s", g.const(np.array([0.5], np.float32)))
    small = body.op("LessOrEqual", body.op("Abs", y), "limit")
    first = body.op("Slice", small, g.const(np.array([0], np.int64)), g.const(np.array([1], np.int64)))
    go = body.op("Not", body.op("Squeeze", first))
    loop = body.sub("body", [info("i", I64, []), info("c", BOOL, []), info("s", F32, [WIDTH]), info("f", BOOL, [WIDTH])],
                    [info(go, BOOL), info(y, F32), info(small, BOOL)])
    g.nodes.append(helper.make_node("Loop", ["", "", "x", g.const(np.zeros(WIDTH, bool))], ["last", "small"], name="loop", body=loop))
    model = model_of(g, [info("x", F32, [WIDTH]), info("limit", F32, [1])], [info("last", F32, [WIDTH]), info("small", BOOL, [WIDTH])])
    x = rng.standard_normal(WIDTH).astype(np.float32)
    x[0] = 1
    return model, [dict(x=x, limit=np.array([limit], np.float32)) for limit in (1, 0.3, 1e-5)]


# Merged decoders.

def without_past(graph, pasts, tokens):
    """The nodes of a decoder's first step: what an exporter makes of it without a past."""
    nodes, same, zeros = [], {}, set()
    constants = []

    def name(value):
        while value in same:
            value = same[value]
        return value

    def zero(value, shape):
        constants.append(numpy_helper.from_array(np.zeros(shape, np.int64), value))
        zeros.add(value)

    for node in graph.node:
        inputs = [name(i) for i in node.input]
        attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
        if node.op_type == "Concat" and inputs[0] in pasts:
            same[node.output[0]] = inputs[1]
            continue
        if node.op_type == "Shape" and inputs[0] in pasts:
            assert attributes["end"] == attributes["start"] + 1
            if attributes["start"] == 2:
                zero(node.output[0], (1,))
                continue
            inputs, attributes = [tokens], dict(start=0, end=1)
        if node.op_type == "Squeeze" and inputs[0] in zeros:
            zero(node.output[0], ())
            continue
        if node.op_type == "Add" and set(inputs) & zeros:
            same[node.output[0]] = next(i for i in inputs if i not in zeros)
            continue
        nodes.append(helper.make_node(node.op_type, inputs, list(node.output), name=node.name, domain=node.domain, **attributes))
    return nodes, constants, {o.name: name(o.name) for o in graph.output}


def renamed(nodes, constants, outputs, prefix, outside):
    fix = lambda value: value if not value or value in outside else prefix + value
    copies = []
    for node in nodes:
        copy = onnx.NodeProto()
        copy.CopyFrom(node)
        copy.name = prefix + node.name
        del copy.input[:], copy.output[:]
        copy.input.extend(fix(i) for i in node.input)
        copy.output.extend(fix(o) for o in node.output)
        copies.append(copy)
    tensors = []
    for tensor in constants:
        copy = onnx.TensorProto()
        copy.CopyFrom(tensor)
        copy.name = prefix + tensor.name
        tensors.append(copy)
    return copies, tensors, [fix(o) for o in outputs]


def merge(later, first, first_constants, first_outputs, shared):
    """An If on use_cache_branch over two decoders with the inputs of `later`."""
    outside = {i.name for i in later.graph.input} | {t.name for t in shared}
    branches = []
    for prefix, nodes, constants, outputs in (("then/", later.graph.node, [], [o.name for o in later.graph.output]), ("else/", first, first_constants, first_outputs)):
        nodes, constants, outputs = renamed(nodes, constants, outputs, prefix, outside)
        branches.append(helper.make_graph(nodes, prefix[:-1], [], [info(o, F32) for o in outputs], initializer=constants))
    node = helper.make_node("If", ["use_cache_branch"], [o.name for o in later.graph.output], name="optimum::if", then_branch=branches[0], else_branch=branches[1])
    inputs = list(later.graph.input) + [info("use_cache_branch", BOOL, [1])]
    graph = helper.make_graph([node], "merged", inputs, list(later.graph.output), initializer=shared)
    return helper.make_model(graph, opset_imports=later.opset_import, ir_version=later.ir_version)


def merged_decoder(models):
    """One decoder with and without its past: the branches are the same but for it."""
    folder = os.path.join(models, "spellings", "dec_llama_kv")
    later = onnx.load(os.path.join(folder, "model.onnx"))
    pasts = {i.name for i in later.graph.input if i.name.startswith("past")}
    nodes, constants, outputs = without_past(later.graph, pasts, "input_ids")
    model = merge(later, nodes, constants, [outputs[o.name] for o in later.graph.output], list(later.graph.initializer))
    stored = np.load(os.path.join(folder, "inputs.npz"))
    sets = [{k[2:]: stored[k] for k in stored.files if k.startswith(f"{i}/")} for i in range(3)]
    sets.append({k: v.copy() for k, v in sets[0].items()})
    for i, use in enumerate((True, True, True, False)):
        sets[i]["use_cache_branch"] = np.array([use])
    return model, sets


def merged_prefill_decode(models):
    """Two exports of one decoder that take another number of tokens: nothing says that the branches are the same."""
    load = lambda name: onnx.load(os.path.join(models, "spellings", name, "model.onnx"))
    later, first = load("dec_hf_decode_op20"), load("dec_hf_prefill_op20")
    values = {(t.data_type, tuple(t.dims), t.raw_data): t.name for t in later.graph.initializer}
    same = {t.name: values[key] for t in first.graph.initializer if (key := (t.data_type, tuple(t.dims), t.raw_data)) in values}
    kept = {i.name: i.name for i in first.graph.input} | same | {"": ""}
    fix = lambda value: kept.get(value, "first/" + value)
    own = [t for t in first.graph.initializer if t.name not in same]
    for tensor in own:
        tensor.name = fix(tensor.name)
    nodes = []
    for node in first.graph.node:
        copy = onnx.NodeProto()
        copy.CopyFrom(node)
        del copy.input[:], copy.output[:]
        copy.input.extend(fix(i) for i in node.input)
        copy.output.extend(fix(o) for o in node.output)
        nodes.append(copy)
    for output in later.graph.output:
        output.type.tensor_type.shape.dim[2 if output.name != "logits" else 1].dim_param = "any"
    for value in later.graph.input:
        if value.name == "input_ids":
            value.type.tensor_type.shape.dim[1].dim_param = "seq"
    model = merge(later, nodes, own, [fix(o.name) for o in first.graph.output], list(later.graph.initializer))
    stored = np.load(os.path.join(models, "spellings", "dec_hf_decode_op20", "inputs.npz"))
    sets = [{k[2:]: stored[k] for k in stored.files if k.startswith("0/")}]
    prompt = np.load(os.path.join(models, "spellings", "dec_hf_prefill_op20", "inputs.npz"))
    sets.append({k[2:]: prompt[k] for k in prompt.files if k.startswith("0/")})
    batch = sets[1]["input_ids"].shape[0]
    for key, value in sets[0].items():
        if key not in sets[1]:
            sets[1][key] = np.zeros((batch, *value.shape[1:2], 1, *value.shape[3:]), value.dtype)
    for i, use in enumerate((True, False)):
        sets[i]["use_cache_branch"] = np.array([use])
    return model, sets


def write(models, name, model, sets):
    folder = os.path.join(models, "forms", name)
    os.makedirs(folder, exist_ok=True)
    onnx.save(model, os.path.join(folder, "model.onnx"))
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(os.path.join(folder, "model.onnx"), options, providers=["CPUExecutionProvider"])
    inputs, outputs = {}, {}
    for i, given in enumerate(sets):
        inputs |= {f"{i}/{k}": v for k, v in given.items()}
        got = session.run(None, {k: np.asarray(v) for k, v in given.items()})
        outputs |= {f"{i}/{o.name}": v for o, v in zip(session.get_outputs(), got)}
    np.savez_compressed(os.path.join(folder, "inputs.npz"), **inputs)
    np.savez_compressed(os.path.join(folder, "outputs.npz"), **outputs)
    print(name, {k: v.shape for k, v in outputs.items()})


def main():
    models = sys.argv[1]
    for make in (if_data, loop_refine, loop_generate, loop_until, scan_recurrent, scan_rows):
        write(models, make.__name__, *make(np.random.default_rng(7)))
    for make in (merged_decoder, merged_prefill_decode):
        write(models, make.__name__, *make(models))


if __name__ == "__main__":
    main()
