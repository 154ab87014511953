"""Imports small graphs around operators on sequences, optionals and FlexAttention, and holds the importer to what it says.

usage: check_sequences.py WORK
"""

import os
import re
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "conformance"))
from onnx_tree import Message

FLOAT, INT64, BOOL, FLOAT16 = 1, 7, 9, 10
work = sys.argv[1]


def message(kind, **fields):
    """A message of the file; texts are bytes in it, and a list is a field that is there several times."""
    made = Message(kind)
    for name, value in fields.items():
        values = value if isinstance(value, list) else [value]
        made.set(name, [v.encode() if isinstance(v, str) else v for v in values])
    return made


def info(name, element, *shape):
    dims = [message("Dim", **({"dim_param": d} if isinstance(d, str) else {"dim_value": d})) for d in shape]
    return message("ValueInfo", name=name, type=message("Type", tensor_type=message("TensorType", elem_type=element, shape=message("Shape", dim=dims))))


def attribute(name, value):
    if isinstance(value, Message):
        return message("Attribute", name=name, g=value, type=5)
    if isinstance(value, float):
        return message("Attribute", name=name, f=struct.pack("<f", value), type=1)
    return message("Attribute", name=name, s=value, type=3) if isinstance(value, str) else message("Attribute", name=name, i=value, type=2)


def node(op, inputs, outputs, domain="", **attributes):
    return message("Node", op_type=op, input=list(inputs), output=list(outputs), domain=domain,
                   attribute=[attribute(name, value) for name, value in attributes.items()])


def number(name, *values):
    """An i64: a scalar of one value, or with more or none a vector."""
    dims = [] if len(values) == 1 else [len(values)]
    raw = b"".join(v.to_bytes(8, "little", signed=True) for v in values)
    return message("Tensor", name=name, data_type=INT64, dims=dims, raw_data=raw)


def graph(nodes, inputs, outputs, initializers=()):
    return message("Graph", name="g", node=list(nodes), input=list(inputs), output=list(outputs), initializer=list(initializers))


X = info("x", FLOAT, 6, "n")
NUMBERS = [number(f"n{i}", i) for i in (0, 1, 2, 3, 4)] + [number("minus", -1), number("pair", 2, 4), number("short", 2, 3)]


def importing(main, opset=17, preview=1):
    sets = [message("OperatorSet", version=opset), message("OperatorSet", domain="ai.onnx.preview", version=preview)]
    path = os.path.join(work, "model.onnx")
    with open(path, "wb") as file:
        file.write(message("Model", ir_version=10, graph=main, opset_import=sets).encode())
    return subprocess.run(["bitnet-opt", "compile", path, "--stop-after=import", "-o", "-"], capture_output=True, text=True, timeout=60)


def of(nodes, outputs=("y",), inputs=(X,), **how):
    return importing(graph(nodes, inputs, [message("ValueInfo", name=name) for name in outputs], NUMBERS), **how)


def good(what, done, *patterns):
    """The import prints what matches, and no cast is left of a sequence."""
    if done.returncode or "unrealized" in done.stdout:
        sys.exit(f"{what}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    for pattern in patterns:
        if not re.search(pattern, done.stdout):
            sys.exit(f"{what}: expected {pattern}, found\n{done.stdout}")


def bad(what, done, text):
    errors = [line for line in done.stderr.splitlines() if "error:" in line]
    if done.returncode != 1 or len(errors) != 1 or text not in errors[0]:
        sys.exit(f"{what}: exit code {done.returncode}, expected '{text}', found\n{done.stderr}")


split = lambda *inputs, **attributes: node("SplitToSequence", ("x",) + inputs, ["s"], **attributes)
at = lambda position, output="y", sequence="s": node("SequenceAt", [sequence, position], [output])
join = lambda sequence="s", **attributes: node("ConcatFromSequence", [sequence], ["y"], **attributes)
construct = lambda *inputs: node("SequenceConstruct", inputs, ["s"])

# What is known.
good("parts of one size", of([split("n4"), at("n1")]), r"onnx.Split %arg0 \{num_outputs = 2 : i64, split = array<i64: 4, 2>\}",
     r"return %\d+#1 : tensor<2x\?xf32>")
good("parts of given sizes", of([split("pair"), at("minus")]), r"split = array<i64: 2, 4>", r"return %\d+#1 : tensor<4x\?xf32>")
good("parts without their axis", of([split(keepdims=0), at("n3")]), r"return %\d+ : tensor<\?xf32>")
good("given parts keep it", of([split("pair", keepdims=0), at("n0")]), r"return %\d+#0 : tensor<2x\?xf32>")
good("parts of a dynamic axis", of([split("pair", axis=1), at("n1")]), r"return %\d+#1 : tensor<6x4xf32>")
good("join", of([construct("x", "x"), join(axis=-1)]), r"onnx.Concat %arg0, %arg0 \{axis = 1 : i64\}")
good("stack", of([construct("x", "x"), join(axis=-1, new_axis=1)]), r"-> tensor<6x\?x2xf32>")
insert = node("SequenceInsert", ["s", "z", "n1"], ["t"])
good("insert", of([construct("x", "x"), node("Neg", ["x"], ["z"]), insert, join("t", axis=0)]), r"Concat %arg0, %(\d+), %arg0")
good("insert behind", of([construct("x"), node("Neg", ["x"], ["z"]), insert, join("t", axis=0)]), r"Concat %arg0, %(\d+) ")
good("insert into none", of([node("SequenceEmpty", [], ["s"], dtype=1), node("SequenceInsert", ["s", "x"], ["t"]), at("n0", sequence="t")]), r"return %arg0")
good("erase", of([node("Neg", ["x"], ["z"]), construct("x", "z"), node("SequenceErase", ["s"], ["t"]), join("t", axis=0)]), r"Concat %arg0 \{")
good("length", of([construct("x", "x"), node("SequenceErase", ["s", "n0"], ["t"]), node("Identity", ["t"], ["u"]), node("SequenceLength", ["u"], ["y"])]),
     r"onnx.Constant dense<1> : tensor<i64>")
taken = graph([node("SequenceConstruct", ["x", "x"], ["t"])], [], [message("ValueInfo", name="t")])
other = graph([node("SequenceConstruct", ["x"], ["u"])], [], [message("ValueInfo", name="u")])
branch = lambda condition: node("If", [condition], ["s"], then_branch=taken, else_branch=other)
always = [node("Equal", ["n0", "n0"], ["c"])]
good("a known branch", of(always + [branch("c"), node("SequenceLength", ["s"], ["y"])]), r"dense<2> : tensor<i64>")
good("no element", of([node("Optional", [], ["o"]), node("OptionalHasElement", ["o"], ["y"])]), r"dense<false> : tensor<i1>")
good("an element", of([node("Optional", ["x"], ["o"]), node("OptionalHasElement", ["o"], ["c"]), node("OptionalGetElement", ["o"], ["y"])], ("y", "c")),
     r"dense<true> : tensor<i1>", r"return %arg0, ")

# What is not, or does not fit.
AT = info("at", INT64)
bad("a position of the run", of([split("n4"), at("at")], inputs=(X, AT)), "SequenceAt counts to a position of type 'tensor<i64>', expected one number that is known")
bad("no such position", of([split("n4"), at("n2")]), "SequenceAt counts to position 2 of a sequence of 2 elements")
bad("two positions", of([split("n4"), at("pair")]), "SequenceAt counts to a position of type 'tensor<2xi64>'")
bad("nothing to erase", of([node("SequenceEmpty", [], ["s"]), node("SequenceErase", ["s"], ["t"]), node("SequenceLength", ["t"], ["y"])]),
    "SequenceErase counts to position -1 of a sequence of 0 elements")
bad("sizes of the run", of([split("at"), at("n0")], inputs=(X, AT)), "SplitToSequence has parts of type 'tensor<i64>', expected few that are known")
bad("an axis of the run", of([split("n4", axis=1), at("n0")]), "SplitToSequence cuts an axis of unknown size into parts of 4")
bad("parts of none", of([split("n0"), at("n0")]), "SplitToSequence cuts an axis into parts of 0, expected")
bad("too few parts", of([split("short"), at("n0")]), "splits axis 0 of size 6 into 5")
bad("too many parts", of([split(), at("n0")], inputs=(info("x", FLOAT, 1 << 40),)), "SplitToSequence makes sequences of more than 1048576 elements in all")
bad("many parts", of([split(), at("n0")], inputs=(info("x", FLOAT, 1 << 17),)), "has 131072 results, expected 1 to 65536")
bad("no such axis", of([split("n4", axis=2), at("n0")]), "SplitToSequence has axis 2, expected one in [-2, 1]")
bad("no flag", of([split("n4", keepdims=2), at("n0")]), "SplitToSequence has `keepdims` 2, expected 0 or 1")
bad("no such attribute", of([split("n4", axes=2), at("n0")]), "SplitToSequence has no attribute 'axes'")
bad("too few inputs", of([node("SequenceAt", ["x"], ["y"])]), "SequenceAt has 1 inputs, expected at least 2")
bad("too many inputs", of([node("SequenceEmpty", ["x"], ["s"]), node("SequenceLength", ["s"], ["y"])]), "SequenceEmpty has 1 inputs, expected at most 0")
bad("no position", of([split("n4"), at("")]), "SequenceAt has none as input #1, expected a tensor")
bad("a tensor for a sequence", of([at("n0", sequence="x")]), "SequenceAt has a tensor as input #0, expected a sequence")
bad("a sequence in a sequence", of([construct("x"), node("SequenceConstruct", ["s"], ["t"])], ("t",)), "SequenceConstruct has a sequence as input #0, expected a tensor")
bad("two types", of([construct("x", "n0"), at("n0")]), "SequenceConstruct makes a sequence of 'f32' and 'i64', expected one element type")
bad("two ranks", of([construct("n0", "pair"), join(axis=0, new_axis=1)]), "as operand 0")
bad("nothing to join", of([node("SequenceEmpty", [], ["s"]), join(axis=0)]), "ConcatFromSequence joins 0 elements")
bad("no axis", of([construct("x"), join()]), "ConcatFromSequence has no `axis`")
bad("an axis behind", of([construct("x"), join(axis=2)]), "ConcatFromSequence has axis 2, expected one in [-2, 1]")
bad("a sequence for a tensor", of([construct("x"), node("Neg", ["s"], ["y"])]), "ai.onnx::Neg has a sequence as input 's', expected a tensor")
bad("a sequence as output", of([construct("x")], ("s",)), "graph output 's' is a sequence, expected a tensor")
bad("a branch of the run", of([branch("c"), node("SequenceLength", ["s"], ["y"])], inputs=(X, info("c", BOOL))), "branch output 't' is a sequence, expected a tensor")
body = graph([node("Identity", ["go"], ["on"]), node("SequenceInsert", ["l", "x"], ["m"])], [info("i", INT64), info("go", BOOL), message("ValueInfo", name="l")],
             [message("ValueInfo", name="on"), message("ValueInfo", name="m")])
bad("a loop", of([construct("x"), node("Loop", ["n3", "", "s"], ["t"], body=body), node("SequenceLength", ["t"], ["y"])]), "input #2 of Loop is a sequence, expected a tensor")
bad("nothing to get", of([node("Optional", [], ["o"]), node("OptionalGetElement", ["o"], ["y"])]), "OptionalGetElement has none as input #0, expected an element")
bad("an old operator set", of([construct("x"), at("n0")], opset=10), "SequenceConstruct does not exist in opset 10")

# FlexAttention.
Q = [info(name, FLOAT, "b", heads, length, 8) for name, heads, length in (("q", 4, "s"), ("k", 2, "t"), ("v", 2, "t"))]
flex = lambda inputs=("q", "k", "v"), **attributes: node("FlexAttention", inputs, ["y"], domain="ai.onnx.preview", **attributes)
scores = info("scores", FLOAT, "B", "H", "L", "S")


def modify(op, *more, given=scores, made="z"):
    return graph([node(op, ["scores", *more], ["z"])], [given], [message("ValueInfo", name=made)])


good("without graphs", of([flex(scale=0.25)], inputs=Q), r"onnx.Attention %arg0, %arg1, %arg2 \{num_outputs = 1 : i64, scale = 2.500000e-01 : f32\}")
good("with graphs", of([node("Abs", ["w"], ["bias"]), flex(score_mod=modify("Add", "bias"), prob_mod=modify("Neg"))], inputs=Q + [info("w", FLOAT)]),
     r"(?s)onnx.Abs.*onnx.Expand.*onnx.MatMul.*onnx.Add.*onnx.Softmax.*onnx.Neg.*onnx.MatMul.*-> tensor<\?x4x\?x8xf32>")
half = [info(name, FLOAT16, 1, 2, 3, 4) for name in "qkv"]
good("softmax of halves", of([flex()], inputs=half), r"(?s)onnx.Softmax .*tensor<1x2x3x3xf32>.*-> tensor<1x2x3x4xf16>")
good("softmax in halves", of([flex(softmax_precision=10)], inputs=half), r"onnx.Attention .*softmax_precision = 10")
bad("two inputs", of([flex(("q", "k"))], inputs=Q), "FlexAttention has 2 inputs and 1 outputs, expected 3 and 1")
bad("an absent input", of([flex(("q", "", "v"))], inputs=Q), "input #1 of FlexAttention is absent, expected a tensor")
bad("three axes", of([flex()], inputs=[info(name, FLOAT, 1, 3, 8) for name in "qkv"]), "FlexAttention has an input of type 'tensor<1x3x8xf32>', expected 4 axes")
bad("heads of the run", of([flex()], inputs=[info(name, FLOAT, 1, "h", 3, 8) for name in "qkv"]), "FlexAttention has an input of type 'tensor<1x?x3x8xf32>'")
bad("two element types", of([flex()], inputs=Q[:2] + [info("v", FLOAT16, "b", 2, "t", 8)]), "and elements of type 'f32'")
bad("no multiple", of([flex()], inputs=[info("q", FLOAT, 1, 3, 4, 8)] + Q[1:]), "'FlexAttention' op has 3 heads and 2 key/value heads, expected a multiple")
bad("two sizes", of([flex()], inputs=[info("q", FLOAT, 1, 4, 4, 16)] + Q[1:]), "expected them to agree")
bad("no precision", of([flex(softmax_precision=7)], inputs=Q), "`softmax_precision` is 7, expected")
bad("no scale", of([flex(scale=float("inf"))], inputs=Q), "`scale` is INF, expected a finite number")
bad("no such attribute", of([flex(is_causal=1)], inputs=Q), "FlexAttention has no attribute 'is_causal'")
bad("no graph", of([flex(score_mod=1)], inputs=Q), "FlexAttention has no graph 'score_mod'")
two = graph([node("Add", ["scores", "more"], ["z"])], [scores, info("more", FLOAT)], [message("ValueInfo", name="z")])
bad("a graph of two inputs", of([flex(score_mod=two)], inputs=Q), "`score_mod` of FlexAttention has 2 inputs and 1 outputs, expected one of each")
bad("another element type", of([flex(score_mod=modify("IsNaN"))], inputs=Q), "`score_mod` of FlexAttention makes 'tensor<?x4x?x?xi1>' of 'tensor<?x4x?x?xf32>'")
bad("another shape", of([flex(prob_mod=modify("Unsqueeze", "pair"))], inputs=Q), "`prob_mod` of FlexAttention makes")
bad("another declared type", of([flex(score_mod=modify("Neg", given=info("scores", FLOAT16, "B", "H", "L", "S")))], inputs=Q), "expected elements of type 'f16'")
bad("a later operator set", of([flex()], inputs=Q, preview=2), "FlexAttention is of opset 2 of ai.onnx.preview, expected opset 1")
