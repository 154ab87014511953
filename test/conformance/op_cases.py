"""Cases for check_ops.py: odd sizes, empty axes, extremes of each type."""

from dataclasses import dataclass, field

import ml_dtypes
import numpy as np

F16, F32, F64, BF16 = np.float16, np.float32, np.float64, ml_dtypes.bfloat16


@dataclass
class Case:
    name: str
    op: str
    inputs: list
    attributes: dict = field(default_factory=dict)
    outputs: int = 1
    constant: tuple = ()  # inputs that are initializers
    domain: str = ""
    tolerance: float = 0  # relative; 0: by the type
    scale: float = 1.0  # magnitude below which errors are absolute
    static: bool = False  # sizes of the inputs are part of the graph


def make(rng):
    cases = []

    def add(name, op, inputs, **options):
        attributes = options.pop("attributes", {})
        cases.append(Case(name, op, inputs, attributes, **options))

    def floats(shape, dtype=F32, low=-4.0, high=4.0):
        return rng.uniform(low, high, shape).astype(dtype)

    def ints(shape, dtype=np.int64, low=-9, high=9):
        info = np.iinfo(dtype)
        return rng.integers(max(low, info.min), min(high, info.max), shape, endpoint=True).astype(dtype)

    def i64(*values):
        return np.array(values, np.int64)

    special = np.array([0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, -2.5, 1e-30, 88.0, -88.0, 1e4, np.inf, -np.inf, np.nan], F32)

    # Element-wise, one operand.
    for op in ("Abs", "Ceil", "Floor", "Neg", "Round", "Sign", "Sqrt", "Reciprocal", "Relu", "Exp", "Log",
               "Sigmoid", "Tanh", "Erf", "IsNaN", "IsInf"):
        add(f"{op}_special", op, [special], tolerance=1e-5)
        add(f"{op}_f32", op, [floats((3, 0, 5))])
        add(f"{op}_f16", op, [floats((2, 5), F16, 0.1)], tolerance=2e-3)
    for op in ("Sin", "Cos", "Gelu"):
        add(f"{op}_f32", op, [floats((5, 7), F32, -30, 30)], tolerance=5e-6)
    add("Gelu_tanh", "Gelu", [floats((5, 7))], attributes={"approximate": "tanh"}, tolerance=5e-6)
    for op in ("Abs", "Neg", "Sign", "Relu"):
        add(f"{op}_i32", op, [ints((4, 3), np.int32)])
        add(f"{op}_i8", op, [np.array([-128, -1, 0, 1, 127], np.int8)])
    add("Sign_u8", "Sign", [np.array([0, 1, 255], np.uint8)])
    add("Abs_bf16", "Abs", [floats((7,), BF16)])
    add("Exp_f64", "Exp", [floats((7,), F64)], tolerance=1e-9)
    add("Not", "Not", [np.array([True, False, True])])
    add("BitwiseNot_u8", "BitwiseNot", [ints((9,), np.uint8, 0, 255)])
    add("IsInf_negative", "IsInf", [special], attributes={"detect_positive": 0})

    # Element-wise, several operands, broadcast.
    shapes = [((3, 4), (3, 4)), ((2, 1, 5), (3, 1)), ((4,), ()), ((1, 7), (5, 1)), ((0, 3), (1, 3)), ((5, 3, 7), (5, 1, 7))]
    for op in ("Add", "Sub", "Mul", "Div"):
        for i, (a, b) in enumerate(shapes):
            add(f"{op}_f32_{i}", op, [floats(a), floats(b, F32, 0.5, 3)])
        for dtype in (np.int32, np.int64, np.uint8, np.int8):
            add(f"{op}_{np.dtype(dtype).name}", op, [ints((3, 5), dtype, -99, 200), ints((5,), dtype, 1, 7)])
        add(f"{op}_f16", op, [floats((3, 5), F16), floats((5,), F16, 0.5, 3)])
        add(f"{op}_bf16", op, [floats((3, 5), BF16), floats((5,), BF16, 0.5, 3)])
        add(f"{op}_f64", op, [floats((3, 5), F64), floats((5,), F64, 0.5, 3)])
    add("Div_negative", "Div", [i64(7, -7, 7, -7), i64(2, 2, -2, -2)])
    for fmod in (0, 1):
        for dtype in (np.int64, np.int32, np.uint8):
            add(f"Mod_{fmod}_{np.dtype(dtype).name}", "Mod", [ints((40,), dtype, -50, 50), np.where((v := ints((40,), dtype, -7, 7)) == 0, 3, v).astype(dtype)], attributes={"fmod": fmod})
    add("Mod_f32", "Mod", [floats((40,), F32, -1e6, 1e6), floats((40,), F32, 0.3, 5)], attributes={"fmod": 1})
    add("Mod_f16", "Mod", [floats((40,), F16, -50, 50), floats((40,), F16, 0.3, 5)], attributes={"fmod": 1})
    add("Pow_f32", "Pow", [floats((30,), F32, 0.1, 9), floats((30,), F32, -3, 3)], tolerance=1e-5)
    add("Pow_negative_base", "Pow", [np.array([-2, -2, -2, -0.5, 0, 0, 2], F32), np.array([3, 2, 0.5, -3, 0, 2, -1], F32)], tolerance=1e-5)
    for exponent in (0.0, 1.0, 2.0, 3.0, 0.5, -1.0, -2.0, 2.5):
        add(f"Pow_const_{exponent}", "Pow", [floats((3, 5), F32, 0.1, 9), np.array(exponent, F32)], constant=(1,), tolerance=1e-5)
    add("Pow_int", "Pow", [ints((20,), np.int64), ints((20,), np.int64, 0, 6)])
    add("Pow_f32_i64", "Pow", [floats((20,), F32, 0.5, 3), ints((20,), np.int64, -4, 6)], tolerance=1e-5)
    add("Pow_i32_f32", "Pow", [ints((20,), np.int32, 1, 9), np.full((20,), 2, F32)])
    for op in ("And", "Or", "Xor"):
        add(op, op, [rng.random((3, 4)) < 0.5, rng.random((4,)) < 0.5])
    for op in ("BitwiseAnd", "BitwiseOr", "BitwiseXor"):
        add(f"{op}_u8", op, [ints((3, 4), np.uint8, 0, 255), ints((4,), np.uint8, 0, 255)])
        add(f"{op}_i32", op, [ints((3, 4), np.int32), ints((4,), np.int32)])
    for direction in ("LEFT", "RIGHT"):
        for dtype in (np.uint8, np.uint32, np.uint64):
            add(f"BitShift_{direction}_{np.dtype(dtype).name}", "BitShift", [ints((3, 4), dtype, 0, 255), ints((4,), dtype, 0, 7)], attributes={"direction": direction})
    for op in ("Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual"):
        add(f"{op}_f32", op, [special, np.roll(special, 3)])
        add(f"{op}_same", op, [special, special])
        add(f"{op}_i64", op, [ints((6, 5)), ints((5,))])
        add(f"{op}_u8", op, [np.array([0, 1, 128, 255], np.uint8), np.array([1, 1, 127, 0], np.uint8)])
        add(f"{op}_f16", op, [floats((7,), F16), floats((7,), F16)])
    add("Equal_bool", "Equal", [np.array([True, False]), np.array([True, True])])
    for op in ("Max", "Min", "Sum", "Mean"):
        add(f"{op}_three", op, [floats((3, 4)), floats((4,)), floats((3, 1))])
        add(f"{op}_one", op, [floats((3, 4))])
    for op in ("Max", "Min"):
        for dtype in (np.int8, np.uint8, np.int32, np.int64):
            add(f"{op}_{np.dtype(dtype).name}", op, [ints((30,), dtype, -200, 255), ints((30,), dtype, -200, 255)])
        add(f"{op}_nan", op, [special, np.roll(special, 1)])
    for dtype in (F32, np.int64, np.uint8, np.bool_, F16):
        x, y = (rng.random((3, 4)) * 9).astype(dtype), (rng.random((4,)) * 9).astype(dtype)
        add(f"Where_{np.dtype(dtype).name}", "Where", [rng.random((3, 1)) < 0.5, x, y])
    add("Clip_f32", "Clip", [special, np.array(-1, F32), np.array(2, F32)])
    add("Clip_const", "Clip", [floats((3, 5)), np.array(-1, F32), np.array(2, F32)], constant=(1, 2))
    # ONNX Runtime reads an absent bound as the largest finite number, ONNX's own function as none.
    add("Clip_min", "Clip", [special[:-3], np.array(1e-5, F32)], constant=(1,))
    add("Clip_max", "Clip", [special[:-3], None, np.array(1, F32)])
    add("Clip_i8", "Clip", [ints((20,), np.int8, -128, 127), np.array(-5, np.int8), np.array(100, np.int8)])
    add("Clip_u8", "Clip", [ints((20,), np.uint8, 0, 255), np.array(5, np.uint8), np.array(200, np.uint8)])

    # Cast.
    numbers = np.array([-3.7, -0.5, 0, 0.5, 1.5, 2.7, 100.9, 127], F32)
    for to, name in ((1, "f32"), (2, "u8"), (3, "i8"), (5, "i16"), (6, "i32"), (7, "i64"), (9, "bool"), (10, "f16"), (11, "f64"), (12, "u32"), (13, "u64"), (16, "bf16")):
        if not name.startswith("u"):
            add(f"Cast_f32_{name}", "Cast", [numbers], attributes={"to": to})
        add(f"Cast_positive_{name}", "Cast", [np.abs(numbers)], attributes={"to": to})
        add(f"Cast_i64_{name}", "Cast", [i64(-3, 0, 1, 200, 2**31, 2**40)], attributes={"to": to})
        add(f"Cast_u8_{name}", "Cast", [np.array([0, 1, 127, 128, 255], np.uint8)], attributes={"to": to})
        add(f"Cast_bool_{name}", "Cast", [np.array([True, False])], attributes={"to": to})
        add(f"Cast_f16_{name}", "Cast", [np.abs(numbers).astype(F16)], attributes={"to": to})
    add("Cast_round_bf16", "Cast", [np.array([1.00390625, 1.01171875, 3.4e38, np.nan, np.inf, 1e-40], F32)], attributes={"to": 16})
    add("CastLike", "CastLike", [numbers, i64(1)])

    # Shapes.
    x = floats((2, 3, 4))
    add("Identity", "Identity", [x])
    add("Shape", "Shape", [x])
    add("Shape_part", "Shape", [x], attributes={"start": 1, "end": -1})
    add("Size", "Size", [x])
    for i, shape in enumerate(([6, 4], [-1], [0, -1], [0, 0, 2, -1], [2, 3, 4])):
        add(f"Reshape_const_{i}", "Reshape", [x, i64(*shape)], constant=(1,))
        add(f"Reshape_data_{i}", "Reshape", [x, i64(*shape)])
    add("Reshape_empty", "Reshape", [floats((0, 3)), i64(3, 0)], constant=(1,), attributes={"allowzero": 1})
    for axis in (0, 1, 2, 3, -1):
        add(f"Flatten_{axis}", "Flatten", [x], attributes={"axis": axis})
    add("Unsqueeze", "Unsqueeze", [x, i64(0, -1, 2)], constant=(1,))
    add("Squeeze", "Squeeze", [floats((1, 3, 1)), i64(0, -1)], constant=(1,))
    for i, perm in enumerate(([2, 0, 1], [0, 2, 1], [2, 1, 0])):
        add(f"Transpose_{i}", "Transpose", [x], attributes={"perm": perm})
    add("Transpose_default", "Transpose", [x])
    add("Expand", "Expand", [floats((3, 1)), i64(2, 3, 4)], constant=(1,))
    add("Expand_data", "Expand", [floats((3, 1)), i64(2, 1, 4)])
    add("Expand_empty", "Expand", [floats((1, 3)), i64(0, 3)], constant=(1,))
    for i, (starts, ends, axes, steps) in enumerate((
            ([1], [3], [0], [1]), ([0, 1], [2, -1], [0, 2], [1, 1]), ([-1], [-100], [1], [-1]), ([0], [2**62], [2], [2]),
            ([3], [1], [0], [1]), ([-3, 5], [100, 0], [-2, -1], [1, -3]), ([10], [-2**63], [2], [-1]))):
        y = floats((4, 5, 7))
        add(f"Slice_const_{i}", "Slice", [y, i64(*starts), i64(*ends), i64(*axes), i64(*steps)], constant=(1, 2, 3, 4))
        add(f"Slice_data_{i}", "Slice", [y, i64(*starts), i64(*ends), i64(*axes), i64(*steps)], constant=(3, 4))
    add("Split_sizes", "Split", [floats((2, 7)), i64(3, 0, 4)], outputs=3, constant=(1,), attributes={"axis": 1})
    add("Split_equal", "Split", [floats((6, 2))], outputs=3, attributes={"axis": 0, "num_outputs": 3})
    add("Split_uneven", "Split", [floats((7, 2))], outputs=3, attributes={"axis": 0, "num_outputs": 3})
    add("Concat_0", "Concat", [floats((2, 3)), floats((0, 3)), floats((1, 3))], attributes={"axis": 0})
    add("Concat_1", "Concat", [floats((2, 3)), floats((2, 1))], attributes={"axis": -1})
    add("Concat_u8", "Concat", [ints((2, 3), np.uint8, 0, 255), ints((2, 3), np.uint8, 0, 255)], attributes={"axis": 1})
    add("Tile", "Tile", [floats((2, 3)), i64(2, 3)], constant=(1,))
    add("Tile_data", "Tile", [floats((2, 1, 3)), i64(1, 4, 2)])
    add("Tile_none", "Tile", [floats((2, 3)), i64(0, 1)], constant=(1,))

    # Indices.
    table = floats((9, 5))
    add("Gather_0", "Gather", [table, ints((2, 3), np.int64, -9, 8)])
    add("Gather_1", "Gather", [table, ints((4,), np.int64, -5, 4)], attributes={"axis": 1})
    add("Gather_i32", "Gather", [table, ints((4,), np.int32, 0, 8)])
    add("Gather_scalar", "Gather", [table, np.array(3)], constant=(1,))
    add("Gather_scalar_data", "Gather", [table, np.array(-2)])
    add("Gather_one", "Gather", [table, i64(4)], constant=(1,), attributes={"axis": -1})
    add("Gather_empty", "Gather", [table, ints((0, 2))])
    add("Gather_i64", "Gather", [ints((9, 2)), ints((3,), np.int64, 0, 8)])
    add("GatherElements_0", "GatherElements", [table, ints((4, 5), np.int64, -9, 8)])
    add("GatherElements_1", "GatherElements", [table, ints((9, 2), np.int64, -5, 4)], attributes={"axis": 1})
    add("GatherND_full", "GatherND", [table, np.stack([ints((6,), np.int64, -9, 8), ints((6,), np.int64, -5, 4)], -1)])
    add("GatherND_rows", "GatherND", [table, ints((2, 3, 1), np.int64, 0, 8)])
    add("GatherND_batch", "GatherND", [floats((3, 4, 5)), ints((3, 2, 1), np.int64, 0, 3)], attributes={"batch_dims": 1})
    add("ScatterND_full", "ScatterND", [table, np.array([[0, 1], [8, 4], [-1, -5]]), floats((3,))])
    add("ScatterND_rows", "ScatterND", [table, np.array([[4], [-9]]), floats((2, 5))])
    for reduction in ("add", "mul", "max", "min"):
        add(f"ScatterND_{reduction}", "ScatterND", [table, np.array([[4], [4]]), floats((2, 5))], attributes={"reduction": reduction})
    for k in (-2, 0, 1, 9):
        add(f"Trilu_{k}", "Trilu", [floats((2, 4, 6)), np.array(k)], attributes={"upper": int(k > 0)})
    add("Trilu_bool", "Trilu", [np.ones((4, 4), np.bool_)], attributes={"upper": 0})
    for i, bounds in enumerate(((0, 7, 1), (3, 20, 4), (5, -6, -2), (5, 5, 1), (5, 2, 1))):
        add(f"Range_{i}", "Range", [np.array(b) for b in bounds])
    add("Range_const", "Range", [np.array(0), np.array(6), np.array(1)], constant=(0, 2))
    add("Range_f32", "Range", [np.array(b, F32) for b in (0.5, 4, 0.75)])
    add("ConstantOfShape", "ConstantOfShape", [i64(2, 3)])
    add("ConstantOfShape_i64", "ConstantOfShape", [i64(2, 0, 3)], attributes={"value": onnx_tensor(np.array([7], np.int64))})
    for exclusive in (0, 1):
        for reverse in (0, 1):
            add(f"CumSum_{exclusive}{reverse}", "CumSum", [floats((3, 5)), np.array(exclusive)], constant=(1,), attributes={"exclusive": exclusive, "reverse": reverse})
    add("CumSum_i64", "CumSum", [ints((3, 5)), np.array(-1)], constant=(1,))

    # Reductions.
    for op in ("ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin"):
        for i, (axes, keep) in enumerate((([-1], 1), ([0], 0), ([0, 2], 1), ([1, 2], 0), ([], 1))):
            inputs = [floats((3, 5, 7))] + ([i64(*axes)] if axes else [])
            add(f"{op}_{i}", op, inputs, constant=(1,), attributes={"keepdims": keep})
        add(f"{op}_noop", op, [floats((3, 5))], attributes={"noop_with_empty_axes": 1})
        add(f"{op}_i32", op, [ints((3, 5), np.int32), i64(1)], constant=(1,))
        add(f"{op}_f16", op, [floats((3, 5), F16), i64(1)], constant=(1,), tolerance=4e-3)
    add("ReduceSum_empty", "ReduceSum", [floats((3, 0)), i64(1)], constant=(1,))
    add("ReduceMax_u8", "ReduceMax", [ints((3, 5), np.uint8, 0, 255), i64(1)], constant=(1,))
    for op in ("ArgMax",):
        for axis, keep, last in ((0, 1, 0), (-1, 0, 0), (1, 1, 1)):
            add(f"{op}_{axis}{keep}{last}", op, [ints((4, 6), np.int32, 0, 3)], attributes={"axis": axis, "keepdims": keep, "select_last_index": last})
        add(f"{op}_f32", op, [floats((4, 6))], attributes={"axis": 1})
    for axis in (-1, 0, 1):
        add(f"Softmax_{axis}", "Softmax", [floats((3, 5, 7), F32, -20, 20)], attributes={"axis": axis}, tolerance=5e-6)
    masked = floats((3, 5))
    masked[:, 2:] = -np.inf
    masked[1] = -np.inf
    add("Softmax_masked", "Softmax", [masked], tolerance=5e-6)
    add("Softmax_f16", "Softmax", [floats((3, 5), F16)], tolerance=2e-3)
    add("Softmax_empty", "Softmax", [floats((0, 5))])

    # Norms.
    for axis in (-1, 1):
        tail = (7,) if axis == -1 else (5, 7)
        add(f"LayerNormalization_{axis}", "LayerNormalization", [floats((3, 5, 7)), floats(tail), floats(tail)], attributes={"axis": axis}, tolerance=1e-5)
    add("LayerNormalization_statistics", "LayerNormalization", [floats((3, 7)), floats((7,))], outputs=3, tolerance=1e-5)
    add("SimplifiedLayerNormalization", "SimplifiedLayerNormalization", [floats((3, 7)), floats((7,))], attributes={"axis": -1, "epsilon": 1e-5}, tolerance=1e-5)

    # Products.
    for i, (a, b) in enumerate((((3, 4), (4, 5)), ((4,), (4, 5)), ((3, 4), (4,)), ((4,), (4,)), ((2, 3, 4), (4, 5)),
                                ((2, 1, 3, 4), (5, 4, 2)), ((1, 100), (100, 37)), ((3, 0), (0, 2)), ((0, 3), (3, 2)))):
        add(f"MatMul_{i}", "MatMul", [floats(a), floats(b)], tolerance=1e-5, scale=10.0)
    add("MatMul_i32", "MatMul", [ints((3, 4), np.int32), ints((4, 5), np.int32)])
    add("MatMul_f16", "MatMul", [floats((3, 4), F16), floats((4, 5), F16)], tolerance=4e-3, scale=10.0)
    add("MatMul_bf16", "MatMul", [floats((3, 4), BF16), floats((4, 5), BF16)], tolerance=2e-2, scale=10.0)
    add("MatMul_f64", "MatMul", [floats((3, 4), F64), floats((4, 5), F64)])
    add("MatMul_const", "MatMul", [floats((5, 3, 100)), floats((100, 37))], constant=(1,), tolerance=1e-5, scale=10.0)
    for i, (ta, tb) in enumerate(((0, 0), (1, 0), (0, 1), (1, 1))):
        a, b = floats((4, 3) if ta else (3, 4)), floats((5, 4) if tb else (4, 5))
        add(f"Gemm_{i}", "Gemm", [a, b, floats((5,))], attributes={"transA": ta, "transB": tb, "alpha": 0.5, "beta": 2.0}, tolerance=1e-5, scale=10.0)
        add(f"FusedMatMul_{i}", "FusedMatMul", [a, b], attributes={"transA": ta, "transB": tb, "alpha": 0.25}, domain="com.microsoft", tolerance=1e-5, scale=10.0)
    add("Gemm_plain", "Gemm", [floats((3, 4)), floats((4, 5))], tolerance=1e-5, scale=10.0)
    add("Gemm_column", "Gemm", [floats((3, 4)), floats((4, 5)), floats((3, 1))], tolerance=1e-5, scale=10.0)

    # Activations and functions.
    for op in ("Asinh", "Atan", "Cosh", "Sinh", "Softplus", "Softsign", "Mish", "HardSwish", "Elu", "Selu", "Celu",
               "HardSigmoid", "LeakyRelu", "ThresholdedRelu", "Shrink"):
        add(f"{op}_f32", op, [floats((3, 5), F32, -6, 6)], tolerance=1e-5)
        add(f"{op}_f16", op, [floats((3, 0, 5), F16)])
        add(f"{op}_bf16", op, [floats((7,), BF16, -3, 3)], tolerance=2e-2)
        add(f"{op}_large", op, [np.array([88, -88, 1e4, -1e4, 0, -0.0, 1e-30], F32) if op not in ("Sinh", "Cosh") else np.array([80, -80, 0, 1e-30], F32)], tolerance=1e-5)
    for op, low, high in (("Acos", -1, 1), ("Asin", -1, 1), ("Atanh", -0.99, 0.99), ("Acosh", 1, 9), ("Tan", -30, 30)):
        add(f"{op}_f32", op, [floats((4, 5), F32, low, high)], tolerance=1e-5)
        add(f"{op}_f64", op, [floats((4,), F64, low, high)], tolerance=1e-9)
    for op in ("Elu", "Celu", "LeakyRelu", "ThresholdedRelu"):
        add(f"{op}_alpha", op, [floats((3, 5))], attributes={"alpha": 1.7}, tolerance=1e-5)
    add("Selu_both", "Selu", [floats((3, 5))], attributes={"alpha": 2.0, "gamma": 3.0}, tolerance=1e-5)
    add("HardSigmoid_both", "HardSigmoid", [floats((3, 5))], attributes={"alpha": 0.5, "beta": 0.25}, tolerance=1e-5)
    add("Shrink_bias", "Shrink", [floats((3, 5))], attributes={"bias": 1.5, "lambd": 1.0})
    add("Shrink_i32", "Shrink", [ints((30,), np.int32)], attributes={"bias": 1.0, "lambd": 2.5})
    for shape in ((5,), (1,), (4, 1), (3, 4, 5)):
        add(f"PRelu_{len(shape)}_{shape[0]}", "PRelu", [floats((3, 4, 5)), floats(shape)])
    add("PRelu_f16", "PRelu", [floats((3, 4), F16), floats((4,), F16)])

    # Reductions whose axes are known at run time only, and those of nothing.
    for op in ("ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceSumSquare",
               "ReduceLogSum", "ReduceLogSumExp"):
        positive = floats((3, 5, 7), F32, 0.2, 2)
        for i, (axes, keep) in enumerate((([-1], 1), ([0, -1], 0), ([1], 0), ([2, 0, 1], 0), ([0, 1, 2], 1))):
            add(f"{op}_data_{i}", op, [positive, i64(*axes)], attributes={"keepdims": keep}, tolerance=1e-5)
            add(f"{op}_const_{i}", op, [positive, i64(*axes)], constant=(1,), attributes={"keepdims": keep}, tolerance=1e-5)
        add(f"{op}_noop", op, [positive], attributes={"noop_with_empty_axes": 1}, tolerance=1e-5)
        add(f"{op}_all", op, [positive], tolerance=1e-5)
        add(f"{op}_i32", op, [ints((3, 4), np.int32, 1, 3), i64(1)], tolerance=1e-5)
        if op not in ("ReduceMean",):
            add(f"{op}_empty", op, [floats((3, 0, 2)), i64(1)], tolerance=1e-5)
        add(f"{op}_empty_kept", op, [floats((0, 4)), i64(1)], constant=(1,), tolerance=1e-5)
        add(f"{op}_f16", op, [floats((3, 5), F16, 0.2, 2), i64(1)], tolerance=5e-3)
    add("ReduceLogSumExp_large", "ReduceLogSumExp", [floats((3, 5), F32, 800, 900), i64(1)], tolerance=1e-5)
    add("ReduceMax_bool", "ReduceMax", [rng.random((3, 4)) < 0.3, i64(1)])
    add("ReduceMin_bool", "ReduceMin", [rng.random((3, 4)) < 0.7, i64(0)], constant=(1,))
    for axis, keep, last in ((0, 1, 0), (-1, 0, 0), (1, 1, 1)):
        add(f"ArgMin_{axis}{keep}{last}", "ArgMin", [ints((4, 6), np.int32, 0, 3)], attributes={"axis": axis, "keepdims": keep, "select_last_index": last})
    for exclusive in (0, 1):
        for reverse in (0, 1):
            add(f"CumSum_data_{exclusive}{reverse}", "CumSum", [floats((3, 5)), np.array(-1 - exclusive)], attributes={"exclusive": exclusive, "reverse": reverse})
    add("CumSum_empty", "CumSum", [floats((3, 0)), np.array(1)])

    # Axes and steps of data.
    y = floats((4, 5, 7))
    for i, (starts, ends, axes, steps) in enumerate((
            ([1], [3], [0], [1]), ([0, 1], [2, -1], [-1, 0], [1, 1]), ([-1], [-100], [1], [-1]), ([0], [2**62], [2], [2]),
            ([3], [1], [0], [1]), ([-3, 5], [100, 0], [-2, -1], [1, -3]), ([10], [-2**63], [2], [-1]))):
        add(f"Slice_axes_{i}", "Slice", [y, i64(*starts), i64(*ends), i64(*axes), i64(*steps)])
    add("Slice_i8", "Slice", [ints((4, 5), np.int8), i64(1), i64(9), i64(1)])
    add("Slice_bool", "Slice", [rng.random((4, 5)) < 0.5, i64(1), i64(9), i64(0), i64(2)])
    add("Unsqueeze_data", "Unsqueeze", [floats((2, 3)), i64(0, -1)])
    add("Unsqueeze_data_order", "Unsqueeze", [floats((2, 3)), i64(3, 1, 0)])
    add("Squeeze_data", "Squeeze", [floats((1, 3, 1, 2)), i64(-2, 0)])
    add("Squeeze_data_all", "Squeeze", [floats((1, 1)), i64(0, 1)])

    # Pad.
    for mode in ("constant", "edge", "reflect", "wrap"):
        for constant in ((1,), ()):
            add(f"Pad_{mode}_{len(constant)}", "Pad", [floats((3, 4, 5)), i64(0, 1, 2, 1, 0, 3)], constant=constant, attributes={"mode": mode})
    add("Pad_value", "Pad", [floats((3, 4)), i64(1, 1, 0, 2), np.array(7.5, F32)], constant=(1,))
    add("Pad_negative", "Pad", [floats((3, 4)), i64(-1, 1, 1, -2)])
    add("Pad_negative_const", "Pad", [floats((3, 4)), i64(-1, -1, 0, -2)], constant=(1,))
    add("Pad_axes", "Pad", [floats((2, 3, 4)), i64(1, 2, 0, 1), None, i64(-1, 0)], constant=(1, 3))
    add("Pad_axes_data", "Pad", [floats((2, 3, 4)), i64(1, 2, 0, 1), None, i64(-1, 0)], attributes={"mode": "edge"})
    add("Pad_empty", "Pad", [floats((0, 3)), i64(1, 0, 1, 0), np.array(2, F32)], constant=(1,))
    add("Pad_i64", "Pad", [ints((3,)), i64(2, 1), np.array(-1)], constant=(1,))
    add("Pad_i8", "Pad", [ints((3, 2), np.int8), i64(0, 1, 1, 0)], attributes={"mode": "reflect"})
    add("Pad_f16", "Pad", [floats((3, 2), F16), i64(0, 1, 1, 0)])
    add("Pad_bool", "Pad", [rng.random((3, 2)) < 0.5, i64(0, 1, 1, 0)])

    # Blocks, sequences, one-hot rows.
    for mode in ("DCR", "CRD"):
        add(f"DepthToSpace_{mode}", "DepthToSpace", [floats((2, 8, 3, 5))], attributes={"blocksize": 2, "mode": mode})
    add("SpaceToDepth", "SpaceToDepth", [floats((2, 3, 4, 6))], attributes={"blocksize": 2})
    add("SpaceToDepth_empty", "SpaceToDepth", [floats((0, 3, 4, 6))], attributes={"blocksize": 2})
    add("ReverseSequence_0", "ReverseSequence", [floats((5, 3, 2)), i64(5, 0, 2)])
    add("ReverseSequence_1", "ReverseSequence", [floats((3, 5)), i64(1, 4, 3)], attributes={"batch_axis": 0, "time_axis": 1})
    for axis in (0, 1, -1):
        add(f"OneHot_{axis}", "OneHot", [ints((3, 4), np.int64, -7, 7), np.array(6), floats((2,))], attributes={"axis": axis})
        add(f"OneHot_const_{axis}", "OneHot", [ints((3, 4), np.int64, -7, 7), np.array(6), floats((2,))], constant=(1, 2), attributes={"axis": axis})
    add("OneHot_f32", "OneHot", [np.array([0, 2, 1], F32), np.array(3, F32), i64(5, 9)])
    for k in (0, 2, -1):
        add(f"EyeLike_{k}", "EyeLike", [floats((3, 5))], attributes={"k": k})
    add("EyeLike_i64", "EyeLike", [floats((3, 3))], attributes={"dtype": 7})

    # Scatter, selections.
    for axis in (0, 1):
        for reduction in ("none", "add", "mul", "max", "min"):
            picks = np.argsort(rng.random((4, 5)), axis)[:2, :3] if reduction == "none" else ints((2, 3), np.int64, -4, 3)
            add(f"ScatterElements_{axis}_{reduction}", "ScatterElements", [floats((4, 5)), picks, floats((2, 3))], attributes={"axis": axis, "reduction": reduction})
    add("ScatterElements_i8", "ScatterElements", [ints((6,), np.int8), i64(1, 3), ints((2,), np.int8)])
    add("ScatterElements_i32", "ScatterElements", [floats((6,)), np.array([1, -1], np.int32), floats((2,))])
    choice = np.array([True, False, True, True])
    add("Compress_0", "Compress", [floats((4, 3)), choice], attributes={"axis": 0})
    add("Compress_1", "Compress", [floats((3, 5)), choice], attributes={"axis": -1})
    add("Compress_flat", "Compress", [ints((2, 3), np.int8), choice])
    add("Compress_none", "Compress", [floats((4,)), np.zeros(4, np.bool_)], attributes={"axis": 0})
    add("NonZero_f32", "NonZero", [np.array([[1, 0, -0.0], [np.nan, 2, 0]], F32)])
    add("NonZero_bool", "NonZero", [rng.random((3, 4, 2)) < 0.5])
    add("NonZero_i64", "NonZero", [ints((9,), np.int64, 0, 1)])
    add("NonZero_empty", "NonZero", [floats((0, 2))])
    for sort in (0, 1):
        add(f"Unique_{sort}", "Unique", [ints((4, 5), np.int64, 0, 4)], outputs=4, attributes={"sorted": sort})
        add(f"Unique_axis_{sort}", "Unique", [ints((6, 2), np.int64, 0, 1)], outputs=4, attributes={"sorted": sort, "axis": 0})
    add("Unique_f32", "Unique", [np.array([2, -1, 2, 0.5, -1], F32)], outputs=4)
    for largest in (0, 1):
        for axis in (0, -1):
            add(f"TopK_{largest}_{axis}", "TopK", [floats((5, 6)), i64(3)], outputs=2, attributes={"largest": largest, "axis": axis})
        add(f"TopK_all_{largest}", "TopK", [ints((2, 9), np.int32, 0, 3), i64(9)], outputs=2, attributes={"largest": largest})
    add("TopK_const", "TopK", [floats((2, 50)), i64(5)], outputs=2, constant=(1,))
    add("TopK_none", "TopK", [floats((2, 5)), i64(0)], outputs=2)
    add("TopK_f16", "TopK", [floats((2, 5), F16), i64(2)], outputs=2)

    # Einsum.
    for i, (equation, *operands) in enumerate((
            ("ij->ji", (3, 4)), ("ij->i", (3, 4)), ("ij->", (3, 4)), ("ii->i", (4, 4)), ("ii", (4, 4)), ("bii->bi", (2, 3, 3)),
            ("i,i", (5,), (5,)), ("i,j->ij", (3,), (4,)), ("ij,jk->ik", (3, 4), (4, 5)), ("ij,jk", (3, 4), (4, 5)),
            ("bij,bjk->bik", (2, 3, 4), (2, 4, 5)), ("bhqd,bhkd->bhqk", (2, 3, 4, 5), (2, 3, 6, 5)),
            ("bqhd,bkhd->bhqk", (2, 4, 3, 5), (2, 6, 3, 5)), ("bhqk,bkhd->bqhd", (2, 3, 4, 6), (2, 6, 3, 5)),
            ("...ij,...jk->...ik", (2, 3, 4), (2, 4, 5)), ("...ij,jk->...ik", (2, 2, 3, 4), (4, 5)), ("...ij->...", (2, 3, 4)),
            ("ijk,jkl->il", (2, 3, 4), (3, 4, 5)), ("ijkl,lm->ijkm", (2, 3, 4, 5), (5, 6)), ("ij,ij->ij", (3, 4), (3, 4)),
            ("ij,jk,kl->il", (2, 3), (3, 4), (4, 5)), ("i,i,i->i", (4,), (4,), (4,)), ("ij,kl->", (2, 3), (3, 2)))):
        add(f"Einsum_{i}", "Einsum", [floats(shape) for shape in operands], attributes={"equation": equation}, tolerance=1e-5, scale=10.0)
    add("Einsum_i64", "Einsum", [ints((3, 4)), ints((4, 2))], attributes={"equation": "ij,jk->ik"})
    add("Einsum_f16", "Einsum", [floats((3, 4), F16), floats((4, 2), F16)], attributes={"equation": "ij,jk->ki"}, tolerance=4e-3, scale=10.0)
    add("Dropout", "Dropout", [floats((3, 4))], outputs=2)
    return cases


def onnx_tensor(array):
    from onnx import numpy_helper
    return numpy_helper.from_array(array)
