"""Writes the models of test/models/forms around operators that ONNX Runtime has no kernel for, or that exporters of
other days write.

usage: make_operator_forms.py MODELS_DIR

Outputs are those of onnx's reference implementation.
"""

import os
import sys

import numpy as np
import onnx
import onnx.reference
from onnx import helper

from make_control_forms import F32, I64, WIDTH, Graph, info

HEADS, GROUPS, SIZE = 4, 2, 8


def model_of(graph, inputs, outputs, opset, *more):
    g = helper.make_graph(graph.nodes, "main", inputs, outputs, initializer=graph.initializers)
    sets = [helper.make_opsetid("", opset)] + [helper.make_opsetid(domain, 1) for domain in more]
    model = helper.make_model(g, opset_imports=sets, ir_version=10)
    onnx.checker.check_model(model, full_check=True)
    return model


def linear_attention(rng):
    """LinearAttention (opset 27) between ternary layers: a gated delta rule with grouped heads, a state in and out"""
    g = Graph("m", [])
    q, k, v = (g.bit_linear("x", rng, WIDTH, width) for width in (HEADS * SIZE, GROUPS * SIZE, GROUPS * SIZE))
    k = g.op("LpNormalization", k, axis=-1)
    decay = g.op("LogSoftmax", g.bit_linear("x", rng, WIDTH, GROUPS * SIZE), axis=-1)
    beta = g.op("Sigmoid", g.bit_linear("x", rng, WIDTH, GROUPS))
    y, state = g.op("LinearAttention", q, k, v, "past", decay, beta, outputs=2, q_num_heads=HEADS, kv_num_heads=GROUPS)
    y = g.op("Add", "x", g.bit_linear(y, rng, HEADS * SIZE, WIDTH))
    shape = ["batch", GROUPS, SIZE, SIZE]
    model = model_of(g, [info("x", F32, ["batch", "seq", WIDTH]), info("past", F32, shape)],
                     [info(y, F32, ["batch", "seq", WIDTH]), info(state, F32, shape)], 27)
    return model, [{"x": rng.standard_normal((batch, seq, WIDTH)).astype(np.float32),
                    "past": rng.standard_normal((batch, GROUPS, SIZE, SIZE)).astype(np.float32)}
                   for batch, seq in ((2, 5), (1, 1), (1, 40))]


class OwnGraph(Graph):
    """A graph of a node with initializers of its own: the reference implementation shows it no others."""

    def const(self, value, name=None):
        return super().const(value, name or f"{self.prefix}c{len(self.initializers)}")

    def whole(self, given, made):
        shape = ["b", HEADS, "s", "t"]
        return helper.make_graph(self.nodes, self.prefix, [info(given, F32, shape)], [info(made, F32, shape)], initializer=self.initializers)


def flex_attention(rng):
    """FlexAttention (ai.onnx.preview) between ternary layers: one graph hides keys and adds a slope, another one cuts weights"""
    g, score, prob = Graph("m", []), OwnGraph("s", []), OwnGraph("p", [])

    def heads(count):
        shape = g.const(np.array([0, 0, count, SIZE], np.int64))
        return g.op("Transpose", g.op("Reshape", g.bit_linear("x", rng, WIDTH, count * SIZE), shape), perm=[0, 2, 1, 3])
    q, k, v = (heads(count) for count in (HEADS, GROUPS, GROUPS))
    length = score.op("Gather", score.op("Shape", "scores"), score.const(np.int64(2)))
    places = score.op("Range", score.const(np.int64(0)), length, score.const(np.int64(1)))
    distance = score.op("Sub", score.op("Unsqueeze", places, score.const(np.array([1], np.int64))), places)
    slope = score.const(np.array([-0.5, -0.25, -0.125, -0.0625], np.float32).reshape(HEADS, 1, 1))
    biased = score.op("Add", "scores", score.op("Mul", score.op("Cast", distance, to=F32), slope))
    hidden = score.op("Less", distance, score.const(np.int64(0)))
    scores = score.op("Where", hidden, score.const(np.float32(-np.inf)), biased)
    weights = prob.op("Clip", "weights", "", prob.const(np.float32(0.5)))
    y = g.op("FlexAttention", q, k, v, domain="ai.onnx.preview", score_mod=score.whole("scores", scores), prob_mod=prob.whole("weights", weights))
    y = g.op("Reshape", g.op("Transpose", y, perm=[0, 2, 1, 3]), g.const(np.array([0, 0, HEADS * SIZE], np.int64)))
    y = g.op("Add", "x", g.bit_linear(y, rng, HEADS * SIZE, WIDTH))
    model = model_of(g, [info("x", F32, ["batch", "seq", WIDTH])], [info(y, F32, ["batch", "seq", WIDTH])], 26, "ai.onnx.preview")
    return model, [{"x": rng.standard_normal((batch, seq, WIDTH)).astype(np.float32)} for batch, seq in ((2, 5), (1, 1), (1, 40))]


def sequences(rng):
    """Lists as torch's legacy exporter writes them: chunk, list.pop, list.insert, len, stack and cat of tensors"""
    g = Graph("m", [])
    ints = lambda *values: g.const(np.array(values, np.int64))
    packed = g.bit_linear("x", rng, WIDTH, 3 * WIDTH)
    chunks = g.op("SplitToSequence", packed, g.const(np.int64(WIDTH)), axis=-1)
    q, k, v = (g.op("SequenceAt", chunks, g.const(np.int64(i))) for i in (0, 1, -1))
    mixed = g.op("Mul", g.op("Sigmoid", q), k)
    pair = g.op("SequenceInsert", g.op("SequenceErase", chunks, g.const(np.int64(0))), mixed, g.const(np.int64(-1)))
    count = g.op("SequenceLength", pair)
    stacked = g.op("ConcatFromSequence", pair, axis=0, new_axis=1)
    mean = g.op("Div", g.op("ReduceSum", stacked, ints(0), keepdims=0), g.op("Cast", count, to=F32))
    halves = g.op("SplitToSequence", mean, ints(WIDTH // 2, WIDTH // 2), axis=2)
    swapped = g.op("SequenceConstruct", g.op("SequenceAt", halves, g.const(np.int64(1))), g.op("SequenceAt", halves, g.const(np.int64(0))))
    y = g.op("ConcatFromSequence", swapped, axis=-1)
    y = g.op("Add", g.bit_linear(y, rng), v)
    model = model_of(g, [info("x", F32, ["batch", "seq", WIDTH])], [info(y, F32, ["batch", "seq", WIDTH]), info(count, I64, [])], 18)
    return model, [{"x": rng.standard_normal((batch, seq, WIDTH)).astype(np.float32)} for batch, seq in ((2, 5), (1, 1))]


def write(root, name, model, runs):
    folder = os.path.join(root, "forms", name)
    os.makedirs(folder, exist_ok=True)
    onnx.save(model, os.path.join(folder, "model.onnx"))
    evaluator = onnx.reference.ReferenceEvaluator(model)
    names = [output.name for output in model.graph.output]
    outputs = {f"{i}/{n}": value for i, run in enumerate(runs) for n, value in zip(names, evaluator.run(names, run))}
    np.savez_compressed(os.path.join(folder, "inputs.npz"), **{f"{i}/{n}": value for i, run in enumerate(runs) for n, value in run.items()})
    np.savez_compressed(os.path.join(folder, "outputs.npz"), **outputs)


if __name__ == "__main__":
    for make in (linear_attention, flex_attention, sequences):
        write(sys.argv[1], make.__name__, *make(np.random.default_rng(17)))
