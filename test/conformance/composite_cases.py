"""Cases for check_ops.py: normalisations, quantisation and operators of com.microsoft."""

import numpy as np

from op_cases import F16, F32, F64, Case

MS = {"domain": "com.microsoft"}


def make(rng):
    cases = []

    def add(name, op, inputs, **options):
        attributes = options.pop("attributes", {})
        cases.append(Case(name, op, inputs, attributes, **options))

    def floats(shape, dtype=F32, low=-4.0, high=4.0):
        return rng.uniform(low, high, shape).astype(dtype)

    def codes(shape, dtype, low=None, high=None):
        info = np.iinfo(dtype)
        return rng.integers(info.min if low is None else low, info.max if high is None else high, shape, endpoint=True).astype(dtype)

    # Along an axis.
    for op in ("LogSoftmax", "Hardmax"):
        for axis in (-1, 0, 1):
            add(f"{op}_{axis}", op, [floats((3, 5, 7), F32, -20, 20)], attributes={"axis": axis}, tolerance=5e-6)
        add(f"{op}_equal", op, [np.ones((2, 4), F32)])
        add(f"{op}_f64", op, [floats((3, 5), F64)])
    for p in (1, 2):
        x = floats((3, 5, 7))
        x[1] = 0
        add(f"LpNormalization_{p}", "LpNormalization", [floats((3, 5, 7))], attributes={"axis": 1, "p": p}, tolerance=1e-5)
    # Mean and variance.
    for dtype, tolerance in ((F32, 2e-5), (F16, 4e-3)):
        name = np.dtype(dtype).name
        x, c = floats((2, 6, 3, 5), dtype), lambda low=-2.0: floats((6,), dtype, low, 2.0)
        add(f"InstanceNormalization_{name}", "InstanceNormalization", [x, c(), c()], tolerance=tolerance)
        add(f"BatchNormalization_{name}", "BatchNormalization", [x, c(), c(), c(), c(0.1)], attributes={"epsilon": 1e-3}, tolerance=tolerance)
        add(f"MeanVarianceNormalization_{name}", "MeanVarianceNormalization", [x], tolerance=tolerance)
    add("BatchNormalization_matrix", "BatchNormalization", [floats((4, 6))] + [floats((6,), F32, 0.2, 2) for _ in range(4)], tolerance=1e-5)
    add("MeanVarianceNormalization_axes", "MeanVarianceNormalization", [floats((4, 6, 3))], attributes={"axes": [1, -1]}, tolerance=2e-5)

    # Convolutions.
    for name, x, w, attributes in (
            ("line", (2, 4, 11), (6, 4, 3), {}),
            ("groups", (2, 4, 11), (6, 2, 3), {"group": 2, "strides": [2], "dilations": [2], "pads": [1, 3]}),
            ("depthwise", (2, 4, 11), (4, 1, 4), {"group": 4, "pads": [3, 0]}),
            ("patches", (1, 3, 8, 12), (5, 3, 4, 4), {"strides": [4, 4]}),
            ("plane", (2, 3, 7, 6), (4, 3, 3, 2), {"strides": [2, 1], "pads": [1, 0, 2, 1]}),
            ("point", (2, 3, 7, 6), (4, 3, 1, 1), {}),
            ("space", (1, 2, 5, 4, 6), (3, 2, 2, 3, 2), {"dilations": [2, 1, 1]})):
        add(f"Conv_{name}", "Conv", [floats(x), floats(w), floats(w[:1])], attributes=attributes, constant=(1,), tolerance=2e-5, scale=10)
    for mode in ("SAME_UPPER", "SAME_LOWER", "VALID"):
        add(f"Conv_{mode}", "Conv", [floats((1, 2, 7, 10)), floats((3, 2, 2, 4))], attributes={"auto_pad": mode, "strides": [2, 3]},
            tolerance=2e-5, scale=10, static=True)
    # Pooling.
    for name, shape, attributes in (
            ("line", (2, 3, 11), {"kernel_shape": [3], "strides": [2], "pads": [1, 1]}),
            ("ceil", (2, 3, 12), {"kernel_shape": [3], "strides": [2], "ceil_mode": 1}),
            ("ceil_pads", (1, 2, 7, 9), {"kernel_shape": [3, 2], "strides": [2, 3], "pads": [1, 0, 1, 1], "ceil_mode": 1}),
            ("plane", (1, 2, 7, 6), {"kernel_shape": [3, 2], "pads": [1, 0, 2, 1]})):
        for op in ("AveragePool", "MaxPool", "LpPool"):
            add(f"{op}_{name}", op, [floats(shape)], attributes=attributes, tolerance=2e-5)
        add(f"AveragePool_{name}_pads", "AveragePool", [floats(shape)], attributes={**attributes, "count_include_pad": 1}, tolerance=2e-5)
    add("MaxPool_dilations", "MaxPool", [floats((1, 2, 9))], attributes={"kernel_shape": [3], "dilations": [2]})
    add("MaxPool_bytes", "MaxPool", [codes((1, 2, 9), np.uint8)], attributes={"kernel_shape": [3], "pads": [1, 1]})
    for op in ("GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool"):
        add(op, op, [floats((2, 3, 5, 4))], tolerance=2e-5)
    add("ConvInteger", "ConvInteger", [codes((2, 4, 9), np.uint8), codes((6, 2, 3), np.uint8), np.array(3, np.uint8), np.array(7, np.uint8)],
        attributes={"group": 2, "pads": [1, 2]}, static=True)

    # Quantised products.
    for a, b in ((np.uint8, np.int8), (np.int8, np.int8), (np.uint8, np.uint8)):
        name = f"{np.dtype(a).name}_{np.dtype(b).name}"
        x, w = codes((3, 16), a), codes((16, 5), b)
        zero = [np.array(3, a), np.array(1, b)]
        add(f"MatMulInteger_{name}", "MatMulInteger", [x, w] + zero)
        add(f"QLinearMatMul_{name}", "QLinearMatMul", [x, np.array(0.02, F32), zero[0], w, np.array(0.013, F32), zero[1], np.array(0.11, F32), np.array(7, a)])
        add(f"MatMulIntegerToFloat_{name}", "MatMulIntegerToFloat", [x, w, np.array(0.02, F32), floats((5,), F32, 0.01, 0.1), zero[0], codes((5,), b, 0, 3), floats((5,))], tolerance=1e-5, scale=10, **MS)
    add("MatMulIntegerToFloat_plain", "MatMulIntegerToFloat", [codes((2, 3, 16), np.uint8), codes((16, 5), np.int8), np.array([0.02], F32), np.array([0.01], F32)], tolerance=1e-5, scale=10, **MS)
    for name, extra in (("plain", []), ("all", [codes((5,), np.int8, -3, 3), floats((5,))])):
        scale = floats((5,), F32, 0.01, 0.1) if extra else np.array(0.02, F32)
        add(f"DynamicQuantizeMatMul_{name}", "DynamicQuantizeMatMul", [floats((4, 16)), codes((16, 5), np.int8), scale] + extra, tolerance=1e-4, scale=10, **MS)
    for dtype in (np.uint8, np.int8, np.uint16, np.int16):
        name, zero = np.dtype(dtype).name, np.array(5, dtype)
        for domain in ("", "com.microsoft"):
            if not domain and dtype().itemsize == 2:
                continue  # from operator set 21 on
            add(f"QuantizeLinear{domain}_{name}", "QuantizeLinear", [floats((3, 5), F32, -200, 200), np.array(0.7, F32), zero], domain=domain)
            add(f"DequantizeLinear{domain}_{name}", "DequantizeLinear", [codes((3, 5), dtype), np.array(0.7, F32), zero], domain=domain)
        add(f"QuantizeLinear_axis_{name}", "QuantizeLinear", [floats((3, 5, 2), F32, -20, 20), floats((5,), F32, 0.1, 1), codes((5,), dtype, 0, 9)], attributes={"axis": 1}, **MS)
    add("DequantizeLinear_i32", "DequantizeLinear", [codes((3, 5), np.int32, -999, 999), np.array(0.01, F32)])
    for bits, packed in ((4, 2), (8, 1)):
        for indices in (rng.integers(0, 12, (2, 3)), np.array(4)):
            add(f"GatherBlockQuantized_{bits}_{indices.ndim}", "GatherBlockQuantized",
                [codes((12, 40 // packed), np.uint8), indices, floats((12, 3), F32, 0.1, 1)], constant=(0, 2),
                attributes={"bits": bits, "block_size": 16}, **MS)
        add(f"GatherBlockQuantized_{bits}_zeros", "GatherBlockQuantized",
            [codes((12, 32 // packed), np.uint8), rng.integers(0, 12, (2, 3)), floats((12, 2), F32, 0.1, 1), codes((12, 2 // packed), np.uint8)],
            constant=(0, 2, 3), attributes={"bits": bits, "block_size": 16}, **MS)

    # Activations.
    x = floats((3, 5, 8))
    add("MsGelu", "Gelu", [x], tolerance=5e-6, **MS)
    add("QuickGelu", "QuickGelu", [x], tolerance=5e-6, **MS)
    add("QuickGelu_alpha", "QuickGelu", [x], attributes={"alpha": 0.7}, tolerance=5e-6, **MS)
    add("BiasGelu", "BiasGelu", [x, floats((8,))], tolerance=5e-6, **MS)
    add("FastGelu", "FastGelu", [x], tolerance=5e-6, **MS)
    add("FastGelu_bias", "FastGelu", [x, floats((8,))], tolerance=5e-6, **MS)

    # Products.
    a, b, c = floats((3, 8)), floats((8, 5)), floats((5,))
    for name, parameters in (("Celu", {"alpha": 0.4}), ("Elu", {"alpha": 0.5}), ("HardSigmoid", {"alpha": 0.3, "beta": 0.4}),
                             ("LeakyRelu", {"alpha": 0.1}), ("Relu", {}), ("Selu", {"alpha": 1.2, "gamma": 1.1}), ("Sigmoid", {}),
                             ("Softplus", {}), ("Softsign", {}), ("Tanh", {}), ("ThresholdedRelu", {"alpha": 0.4})):
        fused = {"activation": name, **{f"activation_{key}": value for key, value in parameters.items()}}
        add(f"FusedGemm_{name}", "FusedGemm", [a, b, c], attributes=fused, tolerance=1e-5, **MS)
    add("FusedGemm_scaled", "FusedGemm", [a, floats((5, 8)), c], tolerance=1e-5,
        attributes={"activation": "Relu", "alpha": 0.5, "beta": 2.0, "transB": 1}, **MS)
    image, kernel, bias = floats((2, 4, 6, 5)), floats((6, 4, 3, 3)), floats((6,))
    for name, parameters in (("Clip", [0.0, 1.0]), ("HardSigmoid", [0.2, 0.5]), ("HardSwish", []), ("LeakyRelu", [0.1]), ("Relu", []),
                             ("Sigmoid", []), ("Tanh", [])):
        add(f"FusedConv_{name}", "FusedConv", [image, kernel, bias], tolerance=2e-5, static=True,
            attributes={"activation": name, **({"activation_params": parameters} if parameters else {})}, **MS)
    add("FusedConv_sum", "FusedConv", [image, kernel, bias, floats((2, 6, 4, 3))], attributes={"activation": "Relu"}, tolerance=2e-5,
        static=True, **MS)

    # Norms of sums.
    g = lambda: floats((8,))
    add("SkipLayerNormalization", "SkipLayerNormalization", [x, floats((3, 5, 8)), g()], tolerance=1e-5, **MS)
    add("SkipLayerNormalization_all", "SkipLayerNormalization", [x, floats((3, 5, 8)), g(), g(), g()], attributes={"epsilon": 1e-5}, tolerance=1e-5, **MS)
    add("SkipLayerNormalization_broadcast", "SkipLayerNormalization", [x, floats((1, 5, 8)), g(), g()], tolerance=1e-5, **MS)
    add("SkipSimplifiedLayerNormalization", "SkipSimplifiedLayerNormalization", [x, floats((3, 5, 8)), g(), g()], tolerance=1e-5, **MS)
    add("SkipSimplifiedLayerNormalization_f16", "SkipSimplifiedLayerNormalization", [floats((3, 5, 8), F16), floats((3, 5, 8), F16), floats((8,), F16)], tolerance=8e-3, **MS)
    ids = lambda high: rng.integers(0, high, (2, 6)).astype(np.int32)
    tables = [floats((20, 8)), floats((9, 8)), floats((2, 8))]
    add("EmbedLayerNormalization", "EmbedLayerNormalization", [ids(20), ids(2)] + tables + [g(), g()], tolerance=1e-5, outputs=2, **MS)
    add("EmbedLayerNormalization_positions", "EmbedLayerNormalization",
        [ids(20), None, tables[0], tables[1], None, g(), g(), ids(2), ids(9)], outputs=3, tolerance=1e-5, **MS)

    # Attention.
    cos, sin = floats((12, 4), F32, -1, 1), floats((12, 4), F32, -1, 1)
    for interleaved in (0, 1):
        options = dict(attributes={"interleaved": interleaved}, tolerance=1e-5, static=True, **MS)
        add(f"MsRotaryEmbedding_{interleaved}", "RotaryEmbedding", [floats((2, 5, 24)), rng.integers(0, 12, (2, 5)), cos, sin], **options)
        add(f"MsRotaryEmbedding_heads_{interleaved}", "RotaryEmbedding", [floats((2, 3, 5, 8)), np.array([3]), cos, sin], **options)
    add("MsRotaryEmbedding_part", "RotaryEmbedding", [floats((2, 5, 48)), rng.integers(0, 12, (2, 5)), cos, sin],
        attributes={"num_heads": 3, "rotary_embedding_dim": 8}, tolerance=1e-5, static=True, **MS)
    heads = {"num_heads": 4}
    q, k, v = floats((2, 5, 32)), floats((2, 7, 32)), floats((2, 7, 24))
    options = dict(attributes=heads, tolerance=2e-5, static=True, **MS)
    add("MultiHeadAttention", "MultiHeadAttention", [q, k, v], **options)
    add("MultiHeadAttention_bias", "MultiHeadAttention", [q, k, v, floats((88,))], **options)
    add("MultiHeadAttention_padding", "MultiHeadAttention", [q, k, v, None, np.array([[1] * 7, [1, 1, 1, 0, 0, 0, 0]], np.int32)], **options)
    add("MultiHeadAttention_added", "MultiHeadAttention", [q, k, v, None, None, floats((1, 4, 5, 7))], **options)
    past = [floats((2, 4, 3, 8)), floats((2, 4, 3, 8))]
    step = [floats((2, 5, 32)) for _ in range(3)]
    add("MultiHeadAttention_past", "MultiHeadAttention", step + [None, None, None] + past, outputs=3, **options)
    add("MultiHeadAttention_past_masked", "MultiHeadAttention",
        step + [None, np.array([[1] * 8, [1, 1, 1, 1, 0, 0, 0, 0]], np.int32), floats((2, 1, 5, 8))] + past, outputs=3, **options)
    add("MultiHeadAttention_causal", "MultiHeadAttention", step + [None, None, None] + past, outputs=3,
        attributes={"num_heads": 4, "unidirectional": 1, "scale": 0.2}, tolerance=2e-5, static=True, **MS)
    add("MultiHeadAttention_whole", "MultiHeadAttention", [q, floats((2, 4, 7, 8)), floats((2, 4, 7, 8))], **options)
    w, lengths = floats((32, 96), F32, -0.2, 0.2), np.array([5, 3], np.int32)
    kept = np.array([[1] * 8, [1, 1, 1, 1, 0, 1, 1, 1]], np.int32)
    options = dict(attributes=heads, tolerance=2e-5, static=True, scale=0.3, **MS)
    add("MsAttention", "Attention", [q, w, floats((96,))], **options)
    add("MsAttention_lengths", "Attention", [q, w, floats((96,)), lengths], **options)
    add("MsAttention_past", "Attention", [q, w, floats((96,)), kept, floats((2, 2, 4, 3, 8))], outputs=2, **options)
    add("MsAttention_each", "Attention", [q, w, floats((96,)), np.tri(5, dtype=np.int32)[None].repeat(2, 0)], **options)
    add("MsAttention_causal", "Attention", [q, floats((32, 80), F32, -0.2, 0.2), floats((80,))], tolerance=2e-5, static=True, scale=0.3,
        attributes={**heads, "unidirectional": 1, "qkv_hidden_sizes": [32, 32, 16]}, **MS)
    for dtype, tolerance in ((F32, 2e-5), (F16, 1e-2)):
        for name, attributes in (("plain", {}), ("rotary", {"do_rotary": 1}), ("window", {"local_window_size": 3}),
                                 ("softcap", {"softcap": 2.0})):
            add(f"GroupQueryAttention_{name}_{np.dtype(dtype).name}", "GroupQueryAttention",
                [floats((1, 3, 64), dtype, -1, 1), floats((1, 3, 32), dtype, -1, 1), floats((1, 3, 32), dtype, -1, 1),
                 floats((1, 2, 4, 16), dtype, -1, 1), floats((1, 2, 4, 16), dtype, -1, 1), np.array([6], np.int32), np.array([7], np.int32)]
                + ([floats((12, 8), dtype, -1, 1), floats((12, 8), dtype, -1, 1)] if name == "rotary" else []),
                attributes={"num_heads": 4, "kv_num_heads": 2, **attributes}, outputs=3, tolerance=tolerance, static=True, **MS)
    return cases
