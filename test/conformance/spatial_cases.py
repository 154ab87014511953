"""Cases for check_ops.py: images between sizes, at places and from windows."""

import numpy as np

from op_cases import F16, F32, Case


def make(rng):
    cases = []

    def add(name, op, inputs, **options):
        attributes = options.pop("attributes", {})
        cases.append(Case(name, op, inputs, attributes, **options))

    def floats(shape, dtype=F32, low=-4.0, high=4.0):
        return rng.uniform(low, high, shape).astype(dtype)

    def i64(*values):
        return np.array(values, np.int64)

    # Resize. ONNX Runtime computes places in f32: none here is where that decides.
    for mode, options in (("linear", {"tolerance": 1e-5, "scale": 4}), ("cubic", {"tolerance": 2e-5, "scale": 4}), ("nearest", {})):
        for places in ("half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel", "half_pixel_symmetric"):
            for name, sizes in (("up", i64(2, 3, 9, 11)), ("down", i64(2, 3, 3, 2))):
                attributes = {"mode": mode, "coordinate_transformation_mode": places}
                x = floats((2, 3, 5, 7))
                add(f"Resize_{mode}_{places}_{name}", "Resize", [x, None, None, sizes], attributes=attributes, constant=(3,), **options)
                add(f"Resize_{mode}_{places}_{name}_data", "Resize", [x, None, None, sizes], attributes=attributes, **options)
        add(f"Resize_{mode}_scales", "Resize", [floats((1, 2, 5, 7)), None, np.array([1, 1, 2.5, 0.75], F32)], attributes={"mode": mode}, constant=(2,), **options)
    for rounding in ("floor", "ceil", "round_prefer_floor", "round_prefer_ceil"):
        add(f"Resize_{rounding}", "Resize", [floats((1, 2, 5, 7)), None, None, i64(1, 2, 8, 4)], attributes={"nearest_mode": rounding}, constant=(3,))
    for mode in ("linear", "cubic"):
        add(f"Resize_{mode}_antialias", "Resize", [floats((1, 2, 16, 9)), None, None, i64(1, 2, 5, 12)], attributes={"mode": mode, "antialias": 1},
            constant=(3,), tolerance=2e-5, scale=4)
    add("Resize_exclude", "Resize", [floats((1, 2, 5, 7)), None, None, i64(1, 2, 8, 4)], attributes={"mode": "cubic", "exclude_outside": 1},
        tolerance=2e-5, scale=4)
    add("Resize_crop", "Resize", [floats((1, 2, 5, 7)), np.array([0, 0, 0.2, -0.1, 1, 1, 0.7, 1.2], F32), None, i64(1, 2, 4, 6)], constant=(1, 3),
        attributes={"mode": "linear", "coordinate_transformation_mode": "tf_crop_and_resize", "extrapolation_value": 9.0}, tolerance=2e-5, scale=4)
    add("Resize_i8", "Resize", [rng.integers(-128, 128, (1, 2, 3, 4)).astype(np.int8), None, None, i64(1, 2, 6, 3)], constant=(3,))
    add("Resize_f16", "Resize", [floats((1, 2, 3, 4), F16), None, None, i64(1, 2, 6, 3)], attributes={"mode": "linear"}, constant=(3,), tolerance=4e-3)

    # GridSample, AffineGrid.
    for mode in ("linear", "cubic", "nearest"):
        for padding in ("zeros", "border", "reflection"):
            for aligned in (0, 1):
                add(f"GridSample_{mode}_{padding}_{aligned}", "GridSample", [floats((2, 3, 5, 7)), floats((2, 4, 6, 2), F32, -1.6, 1.6)],
                    attributes={"mode": mode, "padding_mode": padding, "align_corners": aligned}, tolerance=5e-5, scale=8)
    add("GridSample_space", "GridSample", [floats((1, 2, 3, 4, 5)), floats((1, 2, 3, 2, 3), F32, -1.2, 1.2)], tolerance=2e-5, scale=4)
    for aligned in (0, 1):
        add(f"AffineGrid_{aligned}", "AffineGrid", [floats((2, 2, 3)), i64(2, 3, 4, 5)], attributes={"align_corners": aligned}, constant=(1,), tolerance=2e-5, scale=4)
        add(f"AffineGrid_data_{aligned}", "AffineGrid", [floats((2, 3, 4)), i64(2, 3, 4, 5, 2)], attributes={"align_corners": aligned}, tolerance=2e-5, scale=4)

    # Windows.
    for name, x, w, attributes in (
            ("line", (2, 4, 9), (4, 3, 3), {}),
            ("groups", (2, 4, 9), (4, 3, 3), {"group": 2, "strides": [2], "dilations": [2], "pads": [1, 3], "output_padding": [1]}),
            ("double", (1, 3, 4, 5), (3, 2, 2, 2), {"strides": [2, 2]}),
            ("plane", (1, 3, 4, 5), (3, 2, 3, 2), {"strides": [2, 3], "pads": [1, 0, 1, 1], "output_padding": [1, 0]}),
            ("space", (1, 2, 3, 2, 4), (2, 2, 2, 3, 2), {"strides": [1, 2, 1]})):
        add(f"ConvTranspose_{name}", "ConvTranspose", [floats(x), floats(w), floats((w[1] * attributes.get("group", 1),))], attributes=attributes,
            constant=(1,), tolerance=2e-5, scale=10)
    add("Col2Im", "Col2Im", [floats((2, 12, 12)), i64(5, 6), i64(2, 3)], attributes={"strides": [1, 2], "dilations": [2, 1], "pads": [1, 0, 0, 1]}, tolerance=1e-5)
    add("MaxUnpool", "MaxUnpool", [floats((1, 1, 2, 3)), i64(0, 3, 5, 14, 16, 19).reshape(1, 1, 2, 3)], attributes={"kernel_shape": [2, 2], "strides": [2, 2]})
    add("LRN", "LRN", [floats((2, 7, 3, 4))], attributes={"size": 5, "alpha": 0.3, "beta": 0.6, "bias": 1.5}, tolerance=2e-5)
    return cases
