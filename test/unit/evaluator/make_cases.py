"""Makes cases.onnx: graphs on constants beside the values they must have.

Each case is an output NAME and an initializer NAME.expected, which is an output
too. Values are those of ONNX Runtime with its optimisations off, or of the
reference evaluator of the onnx package where ONNX Runtime lacks the type.
A case whose name ends in ~ is compared with a relative error of 1e-6 (sums, and
functions of the C library), the others bit by bit.

Needs ml_dtypes, onnx and onnxruntime: python3 make_cases.py
"""
import ml_dtypes
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

OPSET, IR = 20, 10
rng = np.random.default_rng(7)
nodes, initializers, outputs = [], [], []


def evaluate(graph_nodes, constants, result):
    graph = helper.make_graph(
        graph_nodes, "case", [],
        [onnx.ValueInfoProto(name=result)],
        [numpy_helper.from_array(v, k) for k, v in constants.items()])
    model = helper.make_model(graph, ir_version=IR,
                              opset_imports=[helper.make_opsetid("", OPSET)])
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        model = onnx.shape_inference.infer_shapes(model)
        return onnxruntime.InferenceSession(model.SerializeToString(), options).run([result], {})[0]
    except Exception:
        return ReferenceEvaluator(model).run([result], {})[0]


def case(name, constants, *steps, expected=None):
    """steps: (op, inputs, attributes); the last one's output is the case's."""
    case_nodes = []
    for i, (op, inputs, *attributes) in enumerate(steps):
        out = name if i == len(steps) - 1 else f"{name}.{i}"
        names = [f"{name}.{x}" if isinstance(x, (int, str)) and x != "" else "" for x in inputs]
        case_nodes.append(helper.make_node(op, names, [out], **(attributes[0] if attributes else {})))
    constants = {f"{name}.{k}": np.asarray(v) for k, v in constants.items()}
    if expected is None:
        expected = evaluate(case_nodes, constants, name)
    expected = np.asarray(expected)
    nodes.extend(case_nodes)
    initializers.extend(numpy_helper.from_array(v, k) for k, v in constants.items())
    initializers.append(numpy_helper.from_array(expected, name + ".expected"))
    elem = helper.np_dtype_to_tensor_dtype(expected.dtype)
    outputs.append(helper.make_tensor_value_info(name, elem, None))
    outputs.append(helper.make_tensor_value_info(name + ".expected", elem, expected.shape))


def floats(*shape):
    return rng.standard_normal(shape).astype(np.float32)


special = np.array([0.0, -0.0, 0.5, 1.5, 2.5, -0.5, -1.5, 0.49999997, 8388607.5, 8388609.0, -3e9, 1e30,
                    np.inf, -np.inf, np.nan, 1e-42, 127.5, -128.5, 100.25], np.float32)
i32, i64, u8, i8 = np.int32, np.int64, np.uint8, np.int8

# One operand.
for op in ["Abs", "Neg", "Sign", "Relu", "Ceil", "Floor", "Round", "Reciprocal", "IsNaN", "IsInf"]:
    case(op.lower() + "_f32", {"x": special}, (op, ["x"]))
for op in ["Exp", "Log", "Sqrt", "Sin", "Cos", "Tanh", "Sigmoid", "Erf"]:
    case(op.lower() + "_f32~", {"x": np.abs(floats(3, 17)) + 0.1}, (op, ["x"]))
case("round_f64", {"x": special.astype(np.float64)}, ("Round", ["x"]))
case("abs_i8", {"x": np.array([-128, -1, 0, 127], i8)}, ("Abs", ["x"]))
case("neg_i32", {"x": np.array([-2**31, -1, 0, 5], i32)}, ("Neg", ["x"]))
case("sign_i64", {"x": np.array([-9, 0, 3], i64)}, ("Sign", ["x"]))
case("not", {"x": np.array([True, False])}, ("Not", ["x"]))
case("bitwise_not_u8", {"x": np.array([0, 0xa5, 255], u8)}, ("BitwiseNot", ["x"]))
case("isinf_positive", {"x": special}, ("IsInf", ["x"], {"detect_negative": 0}))
case("abs_empty", {"x": floats(0, 5)}, ("Abs", ["x"]))
big = floats(130, 517)
case("abs_large", {"x": big}, ("Abs", ["x"]), ("Mul", [0, 0]), expected=np.abs(big) * np.abs(big))

# Two operands, broadcasts of every kind.
for op in ["Add", "Sub", "Mul", "Div", "Max", "Min"]:
    case(op.lower() + "_rows", {"a": floats(5, 7), "b": floats(7)}, (op, ["a", "b"]))
    case(op.lower() + "_columns", {"a": floats(5, 1), "b": floats(5, 7)}, (op, ["a", "b"]))
    case(op.lower() + "_outer", {"a": floats(3, 1, 5, 1), "b": floats(4, 1, 6)}, (op, ["a", "b"]))
case("mul_scalar", {"a": floats(3, 5), "b": np.float32(3.7)}, ("Mul", ["a", "b"]))
case("add_empty", {"a": floats(0, 3), "b": floats(1, 3)}, ("Add", ["a", "b"]))
case("add_ones", {"a": floats(1, 1), "b": floats(1)}, ("Add", ["a", "b"]))
case("max_nan", {"a": special, "b": np.float32(1)}, ("Max", ["a", "b"]))
case("min_nan", {"a": np.float32(1), "b": special}, ("Min", ["a", "b"]))
case("max_three", {"a": floats(2, 3), "b": floats(3), "c": floats(2, 1)}, ("Max", ["a", "b", "c"]))
case("div_zero", {"a": special, "b": np.float32(0)}, ("Div", ["a", "b"]))
ints = np.array([-2**31, -7, -1, 0, 1, 7, 2**31 - 1], i32)
case("add_i32_wraps", {"a": ints, "b": ints}, ("Add", ["a", "b"]), expected=ints + ints)
case("mul_i32_wraps", {"a": ints, "b": ints}, ("Mul", ["a", "b"]), expected=ints * ints)
case("div_i32_truncates", {"a": ints, "b": i32(-3)}, ("Div", ["a", "b"]))
case("div_i32_least", {"a": ints, "b": i32(-1)}, ("Div", ["a", "b"]), expected=-ints)
case("div_u8", {"a": np.array([255, 7, 0], u8), "b": u8(4)}, ("Div", ["a", "b"]), expected=np.array([63, 1, 0], u8))
case("sub_u8_wraps", {"a": np.array([0, 1, 2, 3], u8), "b": u8(1)}, ("Sub", ["a", "b"]),
     expected=np.array([255, 0, 1, 2], u8))
case("mod_i32", {"a": ints, "b": i32(3)}, ("Mod", ["a", "b"]))
case("mod_i32_negative", {"a": ints, "b": i32(-3)}, ("Mod", ["a", "b"]))
case("fmod_f32", {"a": floats(9) * 10, "b": np.float32(3.5)}, ("Mod", ["a", "b"], {"fmod": 1}))
case("pow_square", {"a": floats(11), "b": np.float32(2)}, ("Pow", ["a", "b"]))
case("pow_i64_exponent~", {"a": np.abs(floats(11)), "b": np.array([3], i64)}, ("Pow", ["a", "b"]))
case("pow_i32", {"a": np.array([2, -3, 10], i32), "b": np.array([10, 3, 9], i32)}, ("Pow", ["a", "b"]))
byte = np.arange(256, dtype=u8)
for n in [0, 2, 4, 6, 7]:
    case(f"shift_right_{n}", {"a": byte, "n": u8(n)}, ("BitShift", ["a", "n"], {"direction": "RIGHT"}))
    case(f"shift_left_{n}", {"a": byte, "n": u8(n)}, ("BitShift", ["a", "n"], {"direction": "LEFT"}))
case("shift_by_width", {"a": byte, "n": u8(8)}, ("BitShift", ["a", "n"], {"direction": "LEFT"}),
     expected=np.zeros(256, u8))
for op in ["BitwiseAnd", "BitwiseOr", "BitwiseXor"]:
    case(op.lower(), {"a": byte, "b": u8(0x3c)}, (op, ["a", "b"]))
for op in ["Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual"]:
    case(op.lower() + "_f32", {"a": special, "b": np.float32(0.5)}, (op, ["a", "b"]))
case("equal_bool", {"a": np.array([True, False]), "b": np.array([True, True])}, ("Equal", ["a", "b"]))
case("less_u8", {"a": byte, "b": u8(200)}, ("Less", ["a", "b"]), expected=byte < 200)
case("less_i8", {"a": byte.view(i8), "b": i8(0)}, ("Less", ["a", "b"]), expected=byte.view(i8) < 0)
for op in ["And", "Or", "Xor"]:
    case(op.lower(), {"a": np.array([True, True, False, False]), "b": np.array([True, False, True, False])},
         (op, ["a", "b"]))

# Selection and conversion.
case("clip", {"x": special, "lo": np.float32(-1), "hi": np.float32(1)}, ("Clip", ["x", "lo", "hi"]))
# An absent bound does not limit; ONNX Runtime takes the largest finite number for it.
finite = special[~np.isinf(special)]
case("clip_min", {"x": finite, "lo": np.float32(1e-5)}, ("Clip", ["x", "lo", ""]))
case("clip_max", {"x": finite, "hi": np.float32(2)}, ("Clip", ["x", "", "hi"]))
case("clip_none", {"x": finite}, ("Clip", ["x"]))
case("clip_i8", {"x": byte.view(i8), "lo": i8(-3), "hi": i8(9)}, ("Clip", ["x", "lo", "hi"]))
case("clip_u64", {"x": np.array([2**64 - 1, 0, 5], np.uint64), "lo": np.uint64(3)}, ("Clip", ["x", "lo"]))
case("where", {"c": np.array([[True], [False]]), "a": floats(2, 3), "b": floats(3)}, ("Where", ["c", "a", "b"]))
case("where_scalars", {"c": rng.random((4, 5)) < .5, "a": u8(1), "b": u8(9)}, ("Where", ["c", "a", "b"]))
case("where_i64", {"c": np.array([True, False, True]), "a": np.arange(3), "b": -np.arange(3)},
     ("Where", ["c", "a", "b"]))
small = np.array([0, -0.9, 0.9, 1.5, -1.5, 100.7, -100.7, 127], np.float32)
for to, dtype in [("INT8", i8), ("INT32", i32), ("INT64", i64), ("FLOAT16", np.float16), ("DOUBLE", np.float64),
                  ("BOOL", np.bool_)]:
    case("cast_f32_" + to, {"x": small}, ("Cast", ["x"], {"to": getattr(TensorProto, to)}))
case("cast_u8_i8", {"x": byte}, ("Cast", ["x"], {"to": TensorProto.INT8}))
case("cast_i8_u8", {"x": byte.view(i8)}, ("Cast", ["x"], {"to": TensorProto.UINT8}))
case("cast_i8_f32", {"x": byte.view(i8)}, ("Cast", ["x"], {"to": TensorProto.FLOAT}))
case("cast_bool_f32", {"x": np.array([True, False])}, ("Cast", ["x"], {"to": TensorProto.FLOAT}))
case("cast_i64_f32", {"x": np.array([2**24 + 1, -2**53 - 1, 2**62], i64)}, ("Cast", ["x"], {"to": TensorProto.FLOAT}))
case("cast_u64_f32", {"x": np.array([2**64 - 1], np.uint64)}, ("Cast", ["x"], {"to": TensorProto.FLOAT}))
halves = np.concatenate([special, np.array([65504, 65519.9, 65520, 6e-8, 2.9e-8, 3e-8, 6.1e-5, 2049, 2051], np.float32),
                         floats(100)])
with np.errstate(over="ignore"):
    case("cast_f32_f16", {"x": halves}, ("Cast", ["x"], {"to": TensorProto.FLOAT16}),
         expected=halves.astype(np.float16))
every_half = np.arange(65536, dtype=np.uint16).view(np.float16)
every_half = every_half[~np.isnan(every_half)][::7]
case("cast_f16_f32", {"x": every_half}, ("Cast", ["x"], {"to": TensorProto.FLOAT}),
     expected=every_half.astype(np.float32))
case("cast_f16_f32_f16", {"x": every_half}, ("Cast", ["x"], {"to": TensorProto.FLOAT}),
     ("Cast", [0], {"to": TensorProto.FLOAT16}), expected=every_half)
bf16 = ml_dtypes.bfloat16
case("cast_f32_bf16_f32", {"x": halves}, ("Cast", ["x"], {"to": TensorProto.BFLOAT16}),
     ("Cast", [0], {"to": TensorProto.FLOAT}), expected=halves.astype(bf16).astype(np.float32))
# Arithmetic in the narrow types rounds after every op.
x, y = floats(4, 9).astype(np.float16), floats(9).astype(np.float16)
case("f16_chain", {"x": x, "y": y}, ("Mul", ["x", "y"]), ("Add", [0, "y"]), ("Div", [1, "x"]),
     expected=((x * y) + y) / x)
x, y = floats(4, 9).astype(bf16), floats(9).astype(bf16)
case("bf16_chain", {"x": x, "y": y}, ("Mul", ["x", "y"]), ("Add", [0, "y"]), ("Round", [1]),
     ("Cast", [2], {"to": TensorProto.FLOAT}), expected=np.rint((x * y) + y).astype(np.float32))

# Movement.
cube = floats(3, 4, 5)
case("reshape", {"x": cube, "s": [2, -1, 0]}, ("Reshape", ["x", "s"]))
case("reshape_scalar", {"x": floats(1, 1), "s": np.zeros(0, i64)}, ("Reshape", ["x", "s"]))
case("reshape_zero", {"x": floats(0, 3), "s": [3, 0]}, ("Reshape", ["x", "s"], {"allowzero": 1}))
case("flatten", {"x": cube}, ("Flatten", ["x"], {"axis": 2}))
case("flatten_all", {"x": cube}, ("Flatten", ["x"], {"axis": 0}))
case("squeeze", {"x": floats(1, 3, 1), "a": [-1]}, ("Squeeze", ["x", "a"]))
case("squeeze_all", {"x": floats(1, 3, 1)}, ("Squeeze", ["x"]))
case("unsqueeze", {"x": cube, "a": [0, -1]}, ("Unsqueeze", ["x", "a"]))
for i, perm in enumerate([[2, 1, 0], [0, 2, 1], [1, 0, 2], [2, 0, 1], [1, 2, 0], [0, 1, 2]]):
    case(f"transpose_{i}", {"x": cube}, ("Transpose", ["x"], {"perm": perm}))
case("transpose_default", {"x": cube}, ("Transpose", ["x"]))
case("transpose_blocks", {"x": floats(67, 45)}, ("Transpose", ["x"]))
case("transpose_u8", {"x": rng.integers(0, 256, (2, 35, 33), dtype=u8)}, ("Transpose", ["x"], {"perm": [2, 0, 1]}))
case("transpose_f16", {"x": floats(5, 40, 3).astype(np.float16)}, ("Transpose", ["x"], {"perm": [1, 2, 0]}))
case("transpose_4d", {"x": floats(2, 3, 4, 5)}, ("Transpose", ["x"], {"perm": [3, 1, 2, 0]}))
case("expand", {"x": floats(3, 1), "s": [2, 1, 6]}, ("Expand", ["x", "s"]))
case("expand_smaller", {"x": floats(3, 4), "s": [1]}, ("Expand", ["x", "s"]))
case("expand_empty", {"x": floats(1, 4), "s": [0, 4]}, ("Expand", ["x", "s"]))
case("tile", {"x": floats(2, 3), "n": [2, 3]}, ("Tile", ["x", "n"]))
case("concat", {"a": floats(2, 3), "b": floats(2, 1), "c": floats(2, 0)}, ("Concat", ["a", "b", "c"], {"axis": -1}))
case("concat_first", {"a": np.array([1, 2]), "b": np.array([3])}, ("Concat", ["a", "b"], {"axis": 0}))
for i, (s, e, a, t) in enumerate([([1], [3], [0], [1]), ([-2], [2**63 - 1], [2], [1]), ([-1], [-2**63], [1], [-1]),
                                  ([0, 0], [100, 5], [1, 2], [2, 3]), ([3], [1], [2], [1]), ([10], [0], [2], [-2]),
                                  ([0], [5], [2], [2**63 - 1]), ([-2**63], [-2], [2], [1])]):
    case(f"slice_{i}", {"x": cube, "s": s, "e": e, "a": a, "t": t}, ("Slice", ["x", "s", "e", "a", "t"]))
case("slice_no_axes", {"x": cube, "s": [1, 1], "e": [2, 3]}, ("Slice", ["x", "s", "e"]))
case("split_second", {"x": floats(7, 3)}, ("Split", ["x"], {"num_outputs": 1, "axis": 0}))
case("constant_of_shape", {"s": [2, 3]}, ("ConstantOfShape", ["s"],
     {"value": helper.make_tensor("v", TensorProto.INT64, [1], [7])}))
case("constant_of_shape_default", {"s": np.zeros(0, i64)}, ("ConstantOfShape", ["s"]))
case("range_i64", {"a": i64(3), "b": i64(-4), "c": i64(-2)}, ("Range", ["a", "b", "c"]))
case("range_f32", {"a": np.float32(0), "b": np.float32(1), "c": np.float32(0.3)}, ("Range", ["a", "b", "c"]))
case("range_empty", {"a": i64(3), "b": i64(3), "c": i64(1)}, ("Range", ["a", "b", "c"]))
for upper in [0, 1]:
    for k in [-2, 0, 1, 9]:
        case(f"trilu_{upper}_{k}", {"x": floats(2, 3, 5), "k": i64(k)}, ("Trilu", ["x", "k"], {"upper": upper}))
case("shape", {"x": cube}, ("Shape", ["x"]))
case("shape_part", {"x": cube}, ("Shape", ["x"], {"start": -2, "end": 7}))
case("size", {"x": cube}, ("Size", ["x"]))

# Indices.
case("gather", {"x": floats(6, 3), "i": [[0, -1], [5, 2]]}, ("Gather", ["x", "i"]))
case("gather_axis", {"x": cube, "i": np.array(3, i32)}, ("Gather", ["x", "i"], {"axis": -1}))
case("gather_elements", {"x": floats(4, 5), "i": [[0, -1, 2, 3, 1], [3, 3, 0, 0, -2]]},
     ("GatherElements", ["x", "i"], {"axis": 0}))
case("gather_nd", {"x": cube, "i": [[0, 1], [2, -1]]}, ("GatherND", ["x", "i"]))
case("gather_nd_batch", {"x": cube, "i": [[[0], [3]], [[1], [1]], [[2], [0]]]},
     ("GatherND", ["x", "i"], {"batch_dims": 1}))
case("scatter_nd", {"x": floats(5, 3), "i": [[4], [0]], "u": floats(2, 3)}, ("ScatterND", ["x", "i", "u"]))
case("scatter_nd_twice", {"x": floats(5, 3), "i": [[4, 1], [0, -1]], "u": floats(2)}, ("ScatterND", ["x", "i", "u"]))
case("scatter_nd_u8", {"x": np.zeros((4, 2), u8), "i": [[1], [1]], "u": np.array([[1, 2], [3, 4]], u8)},
     ("ScatterND", ["x", "i", "u"]), expected=np.array([[0, 0], [3, 4], [0, 0], [0, 0]], u8))

# Reductions and products.
for op in ["ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin"]:
    mark = "~" if op in ("ReduceMean", "ReduceSum") else ""
    kind = op[6:].lower()
    for i, axes in enumerate([[-1], [0], [1], [0, 2], [0, 1, 2]]):
        case(f"{kind}_{i}{mark}", {"x": cube, "a": axes}, (op, ["x", "a"], {"keepdims": i % 2}))
    case(f"{kind}_all{mark}", {"x": cube}, (op, ["x"]))
    case(f"{kind}_noop{mark}", {"x": cube}, (op, ["x"], {"noop_with_empty_axes": 1}))
case("max_reduce_nan", {"x": np.array([[1, np.nan, 3], [2, 1, 0]], np.float32), "a": [1]}, ("ReduceMax", ["x", "a"]),
     expected=np.array([[np.nan], [2]], np.float32))
case("sum_empty", {"x": floats(3, 0), "a": [1]}, ("ReduceSum", ["x", "a"]))
case("sum_i64", {"x": np.arange(24).reshape(2, 3, 4), "a": [1]}, ("ReduceSum", ["x", "a"]))
case("mean_i32", {"x": np.array([[-7, 2, 3], [1, 1, 2]], i32), "a": [1]}, ("ReduceMean", ["x", "a"]))
large = np.abs(floats(100, 100)) + 1000
case("mean_large~", {"x": large}, ("ReduceMean", ["x"]), expected=large.astype(np.float64).mean(keepdims=True).astype(np.float32))
case("matmul~", {"a": floats(3, 5), "b": floats(5, 4)}, ("MatMul", ["a", "b"]))
case("matmul_batch~", {"a": floats(2, 1, 3, 5), "b": floats(4, 5, 2)}, ("MatMul", ["a", "b"]))
case("matmul_vectors~", {"a": floats(5), "b": floats(5)}, ("MatMul", ["a", "b"]))
case("matmul_i32", {"a": rng.integers(-9, 9, (3, 5), i32), "b": rng.integers(-9, 9, (5, 2), i32)},
     ("MatMul", ["a", "b"]))
case("cumsum~", {"x": cube, "a": i64(1)}, ("CumSum", ["x", "a"]))
case("cumsum_reverse", {"x": np.arange(12).reshape(3, 4), "a": i64(-1)},
     ("CumSum", ["x", "a"], {"reverse": 1, "exclusive": 1}))

# The chains of exporters, at odd sizes.
one, eps = np.float32(1), np.float32(1e-5)
def quantise(name, w, mark=""):
    case(name + mark, {"w": w, "lo": np.float32(-1), "hi": one, "eps": eps},
         ("Abs", ["w"]), ("ReduceMean", [0], {"keepdims": 0}), ("Clip", [1, "eps", ""]), ("Reciprocal", [2]),
         ("Mul", ["w", 3]), ("Round", [4]), ("Clip", [5, "lo", "hi"]), ("Div", [6, 3]), ("Transpose", [7]))
quantise("quantise", floats(37, 100), "~")
quantise("quantise_zeros", np.zeros((7, 9), np.float32))
w = floats(33, 45)
case("straight_through~", {"w": w, "lo": np.float32(-1), "hi": one, "eps": eps},
     ("Abs", ["w"]), ("ReduceMean", [0]), ("Clip", [1, "eps"]), ("Reciprocal", [2]), ("Mul", ["w", 3]), ("Round", [4]),
     ("Clip", [5, "lo", "hi"]), ("Div", [6, 3]), ("Sub", [7, "w"]), ("Add", ["w", 8]))
case("sign_of_centred", {"w": np.round(w * 4) / 4}, ("ReduceMean", ["w"]), ("Sub", ["w", 0]), ("Sign", [1]))
packed = rng.integers(0, 256, (5, 7), dtype=u8)
steps = []
constants = {"packed": packed, "zero": np.zeros((20, 7), u8)}
previous = "zero"
for i in range(4):
    constants[f"m{i}"], constants[f"n{i}"] = u8(3 << 2 * i), u8(2 * i)
    constants[f"i{i}"] = np.arange(5 * i, 5 * i + 5).reshape(5, 1)
    steps.append(("BitwiseAnd", ["packed", f"m{i}"]))
    steps.append(("BitShift", [len(steps) - 1, f"n{i}"], {"direction": "RIGHT"}))
    steps.append(("ScatterND", [previous, f"i{i}", len(steps) - 1]))
    previous = len(steps) - 1
constants["one"] = one
steps += [("Cast", [previous], {"to": TensorProto.FLOAT}), ("Sub", [len(steps), "one"]), ("Transpose", [len(steps) + 1])]
unpacked = np.concatenate([(packed >> 2 * i) & 3 for i in range(4)]).astype(np.float32) - 1
case("unpack", constants, *steps, expected=unpacked.T)

graph = helper.make_graph(nodes, "evaluator", [], outputs, initializers)
model = helper.make_model(graph, ir_version=IR, opset_imports=[helper.make_opsetid("", OPSET)])
model.producer_name = "make_cases"
onnx.save(model, "cases.onnx")
print(len(outputs) // 2, "cases")
