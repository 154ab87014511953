"""Images between sizes, at places and from windows, against NumPy, and what is refused.

usage: check_spatial.py BITNET-RUN LIBRARY WORK
"""

import itertools
import math
import os
import subprocess
import sys

import numpy as np

run, library, work = sys.argv[1:]
RESULTS = ("nearest", "linear", "cubic", "smooth", "sharp", "cropped", "fitted", "rounded", "doubled", "zeros", "border", "mirror", "nearby",
           "places", "transposed", "shaped", "summed")
LEAST, MOST = np.iinfo(np.int64).min, np.iinfo(np.int64).max
rng = np.random.default_rng(1)


def keys(d, a=-0.75):
    d = abs(d)
    if d <= 1:
        return ((a + 2) * d - (a + 3)) * d * d + 1
    return a * (((d - 5) * d + 8) * d - 4) if d < 2 else 0.0


def hat(d):
    return max(1 - abs(d), 0.0)


def line_weights(n, place, kernel, radius, stretch=1.0, exclude=False):
    """The weights of n elements at a place; an element outside is the nearest inside."""
    weights, before = np.zeros(n), math.ceil(place) - 1
    reach = math.ceil(radius / stretch) + 1
    taps = [(i, kernel((i - place) * stretch)) for i in range(before - reach, before + reach + 2)]
    if exclude:
        taps = [(i, w) for i, w in taps if 0 <= i < n]
    total = sum(w for _, w in taps) if exclude or stretch != 1 else 1
    for i, w in taps:
        weights[min(max(i, 0), n - 1)] += w / total
    return weights


def resize(x, sizes, weights_of):
    """`weights_of(axis, n, out, place)` are those of the elements of an axis."""
    x = x.astype(np.float64)
    for axis, out in enumerate(sizes):
        n = x.shape[axis]
        matrix = np.array([weights_of(axis, n, out, place) for place in range(out)]).reshape(out, n)
        x = np.moveaxis(np.tensordot(matrix, x, (1, axis)), 0, axis)
    return x


def one(n, i):
    return np.eye(n)[min(max(i, 0), n - 1)]


def denormalize(v, n, aligned):
    return (v + 1) / 2 * (n - 1) if aligned else ((v + 1) * n - 1) / 2


def mirror(v, n):
    v = abs(v) % (2 * (n - 1)) if n > 1 else 0
    return min(v, 2 * (n - 1) - v)


def grid_sample(x, grid, taps_of):
    """`taps_of(v, n)` are the elements (None: 0) and weights at a place of an axis."""
    y = np.zeros(x.shape[:2] + grid.shape[1:3])
    for b, i, j in np.ndindex(*grid.shape[:3]):
        column, row = grid[b, i, j]
        for (r, u), (c, v) in itertools.product(taps_of(row, x.shape[2]), taps_of(column, x.shape[3])):
            if r is not None and c is not None and u * v != 0:
                y[b, :, i, j] += u * v * x[b, :, r, c]
    return y


def zero_taps(v, n):
    v = denormalize(v, n, False)
    if not math.isfinite(v):
        return []
    low = math.floor(v)
    return [(i if 0 <= i < n else None, hat(i - v)) for i in (low, low + 1)]


def border_taps(v, n):
    v = denormalize(v, n, False)
    return [(0 if math.isnan(v) else int(min(max(np.round(v), 0), n - 1)), 1)]


def mirror_taps(v, n):
    v = denormalize(v, n, True)
    v = mirror(v, n) if not 0 <= v <= n - 1 else v
    low = math.floor(v)
    return [(int(mirror(i, n)), keys(i - v)) for i in range(low - 1, low + 3)]


def nearby_taps(v, n):
    v = min(max(denormalize(v, n, False), -9), n + 9)
    low = math.floor(v)
    return [(min(max(i, 0), n - 1), keys(i - v)) for i in range(low - 1, low + 3)]


def affine(theta, sizes):
    rows, columns = sizes[2:]
    place = lambda n: -1 + 2 * np.arange(n) / max(n - 1, 1)
    base = np.stack(np.broadcast_arrays(place(columns), place(rows)[:, None], np.ones((rows, columns))), -1)
    return np.einsum("nij,hwj->nhwi", theta, base)


def transpose_conv(x, kernel, group, stride, dilation, before, after):
    inputs, outputs = x.shape[1] // group, kernel.shape[1]
    full = np.zeros((len(x), group * outputs, stride * (x.shape[2] - 1) + dilation * (kernel.shape[2] - 1) + 1))
    for c, place, k in np.ndindex(x.shape[1], x.shape[2], kernel.shape[2]):
        g = c // inputs
        full[:, g * outputs:(g + 1) * outputs, place * stride + k * dilation] += x[:, c, place, None] * kernel[c, :, k]
    full = np.pad(full, ((0, 0), (0, 0), (max(-before, 0), max(-after, 0))))
    return full[:, :, max(before, 0):full.shape[2] - max(after, 0)]


def col2im(x, shape, block):
    counts = [shape[0] + 1 - 2 * (block[0] - 1), (shape[1] + 1 - block[1]) // 2 + 1]
    x = x.reshape(x.shape[0], -1, *block, *counts)
    y = np.zeros(x.shape[:2] + tuple(shape))
    for i, j, p, q in np.ndindex(*x.shape[2:]):
        row, column = p - 1 + 2 * i, 2 * q + j
        if 0 <= row < shape[0] and 0 <= column < shape[1]:
            y[:, :, row, column] += x[:, :, i, j, p, q]
    return y


def expected(image, half, bytes, sizes, scales, roi, grid, theta, line, columns, shape, block):
    shape4 = image.shape
    s = {2: float(scales[0]), 3: float(scales[1])}
    out = list(shape4[:2]) + [int(np.float32(shape4[a]) * scales[a - 2]) for a in (2, 3)]
    same = lambda axis, n, size, place: np.eye(n)[place]
    pixel = lambda place, scale: (place + 0.5) / scale - 0.5
    yield resize(image, sizes, lambda axis, n, size, place: one(n, math.floor(place / (size / n))))
    yield resize(image, out, lambda axis, n, size, place:
                 line_weights(n, pixel(place, s[axis]), hat, 1) if axis > 1 else same(axis, n, size, place))
    swapped = {2: s[3], 3: s[2]}
    yield resize(image, list(shape4[:2]) + [int(np.float32(shape4[a]) * np.float32(swapped[a])) for a in (2, 3)],
                 lambda axis, n, size, place: line_weights(n, pixel(place, swapped[axis]), lambda d: keys(d, -0.5), 2, exclude=True)
                 if axis > 1 else same(axis, n, size, place))
    yield resize(image, sizes, lambda axis, n, size, place: line_weights(n, pixel(place, size / n), hat, 1, min(size / n, 1)))

    def sharp(axis, n, size, place):
        if axis < 2:
            return same(axis, n, size, place)
        length = s[axis] * n
        return line_weights(n, 0 if length == 1 else place * (n - 1) / (length - 1), keys, 2, min(s[axis], 1))
    yield resize(image, out, sharp)

    def crop_place(axis, n, place):
        start, end = float(roi[axis - 2]), float(roi[axis])
        length = s[axis] * n
        inner = (end - start) * (n - 1) / 2 if length == 1 else place * (end - start) * (n - 1) / (length - 1)
        return start * (n - 1) + inner
    cropped = resize(image, out, lambda axis, n, size, place:
                     line_weights(n, crop_place(axis, n, place), hat, 1) if axis > 1 else same(axis, n, size, place))
    for axis in (2, 3):
        for place in range(out[axis]):
            if not 0 <= crop_place(axis, shape4[axis], place) <= shape4[axis] - 1:
                np.moveaxis(cropped, axis, 0)[place] = 7
    yield cropped
    common = min(shape[0] / shape4[2], shape[1] / shape4[3])
    yield resize(image, list(shape4[:2]) + [int(common * n + 0.5) for n in shape4[2:]], lambda axis, n, size, place:
                 one(n, math.ceil(pixel(place, common) - 0.5)) if axis > 1 else same(axis, n, size, place))

    def symmetric(axis, n, size, place):
        return line_weights(n, n / 2 * (1 - size / (float(scales[axis]) * n)) + pixel(place, float(scales[axis])), keys, 2)
    whole = resize(bytes, [int(np.float32(n) * scale) for n, scale in zip(bytes.shape, scales)], symmetric)
    yield np.clip(np.round(whole), 0, 255).astype(np.uint8)
    yield resize(half, (*half.shape[:2], 2 * half.shape[2]),
                 lambda axis, n, size, place: line_weights(n, place / 2, hat, 1) if axis == 2 else same(axis, n, size, place))
    yield grid_sample(image, grid, zero_taps)
    yield grid_sample(image, grid, border_taps)
    yield grid_sample(image, np.where(np.isfinite(grid), grid, 0), mirror_taps)
    yield grid_sample(image, np.where(np.isnan(grid), 0, grid), nearby_taps)
    yield affine(theta, sizes)
    kernels = np.array([[[1, 2, 3], [0, 1, 0], [0.5, 0.5, 0.5]], [[1, 0, 0], [0, 0, 1], [2, 1, 0]],
                        [[1, 1, 1], [0, 1, 2], [3, 0, 1]], [[0, 2, 0], [1, 2, 1], [1, 0, 1]]])
    yield transpose_conv(line, kernels, 2, 3, 2, 2, -1) + np.arange(6)[:, None]
    pair = np.array([[[1, 2]], [[3, 1]], [[1, 1]], [[2, 0.5]]])
    extra = 2 * line.shape[2] - 11
    before = extra - extra // 2
    yield transpose_conv(line, pair, 2, 2, 1, before, extra - before)
    yield col2im(columns, shape, block)


def invoke(inputs):
    command = [run, library, "invoke"]
    for name, array in inputs.items():
        np.save(os.path.join(work, name + ".npy"), array)
        command.append(f"--input={name}={work}/{name}.npy")
    command += [f"--output={name}={work}/{name}.out.npy" for name in RESULTS]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def floats(*shape):
    return rng.normal(size=shape).astype(np.float32)


def inputs_of(shape, sizes, scales, roi, grid, length, block, image):
    n = shape[0]
    counts = (image[0] + 1 - 2 * (block[0] - 1)) * ((image[1] + 1 - block[1]) // 2 + 1)
    return {"image": floats(*shape), "half": floats(n, 4, length).astype(np.float16), "bytes": rng.integers(0, 256, shape[2:]).astype(np.uint8),
            "sizes": np.array(sizes), "scales": np.array(scales, np.float32), "roi": np.array(roi, np.float32),
            "grid": (1.6 * floats(*grid, 2)).astype(np.float32), "theta": floats(n, 2, 3), "line": floats(n, 4, length),
            "columns": floats(n, 3 * block[0] * block[1], counts), "shape": np.array(image), "block": np.array(block)}


PLAIN = inputs_of((2, 3, 4, 5), (2, 3, 7, 3), (1.7, 0.6), (0.1, 0.3, 0.8, 1.4), (2, 3, 4), 5, (2, 3), (5, 6))
checked = 0
special = {**PLAIN, "grid": PLAIN["grid"].copy()}
special["grid"][0, 0, 0] = [np.nan, 0]
special["grid"][0, 1, 1] = [np.inf, -np.inf]
special["grid"][1, 0, 0] = [1e30, 0.2]
special["grid"][1, 2, 3] = [-7.3, 5.1]
for inputs in (PLAIN, special, inputs_of((1, 1, 1, 1), (1, 2, 1, 3), (3, 1), (0, 0, 1, 1), (1, 1, 1), 1, (1, 1), (1, 1)),
               inputs_of((2, 1, 9, 3), (2, 1, 3, 8), (0.35, 2.5), (0.9, -0.5, 0.2, 0.5), (2, 2, 2), 8, (1, 4), (3, 9)),
               inputs_of((1, 3, 6, 2), (1, 3, 0, 2), (0.1, 1), (0, 0, 1, 1), (1, 0, 3), 3, (3, 1), (6, 2))):
    done = invoke(inputs)
    if done.returncode:
        sys.exit(done.stderr)
    for name, want in zip(RESULTS, expected(**inputs)):
        found = np.load(os.path.join(work, name + ".out.npy"))
        right = np.ones(want.shape, bool)
        # Of places that are no numbers, or no good ones, any number will do.
        if name == "mirror":
            right = np.broadcast_to((np.abs(inputs["grid"]) < 1e6).all(-1)[:, None], want.shape)
        if name == "nearby":
            right = np.broadcast_to(~np.isnan(inputs["grid"]).any(-1)[:, None], want.shape)
        tolerance = 3e-3 if name == "doubled" else 1e-5
        if found.shape != want.shape or not np.allclose(found[right], want[right], tolerance, tolerance):
            sys.exit(f"{name} of {[a.shape for a in inputs.values()]}: found {found}, expected {want}")
        checked += 1

SHAPE, INDEX, MEMORY = "cannot combine", "out of range", "out of memory"
EMPTY = {"image": np.zeros((2, 3, 0, 5), np.float32)}
WRONG = (
    [({"scales": np.array([scale, 1], np.float32)}, SHAPE) for scale in (np.nan, np.inf, -np.inf, -1, -0.1, 1e30)]
    + [({"scales": np.array([1e16, 1], np.float32)}, MEMORY)]
    + [({"sizes": np.array(sizes)}, "error:") for sizes in
       ((2, 3, -1, 3), (2, 3, LEAST, 3), (2, 3, MOST, 3), (2, 3, 2**40, 2**40), (3, 3, 4, 4), (0, 3, 4, 4))]
    + [({"shape": np.array(shape)}, "error:") for shape in ((-5, 6), (LEAST, 6), (MOST, 6), (2**62, 2**62), (5, 8), (4, 6))]
    + [({"block": np.array(block)}, "error:") for block in ((0, 3), (-2, -3), (2**62, 4), (3, 2), (1, 3), (4, 3))]
    + [({"columns": np.ones(shape, np.float32)}, SHAPE) for shape in ((2, 17, 8), (2, 18, 9))]
    + [(EMPTY, "error:"), ({"grid": np.ones((3, 1, 1, 2), np.float32)}, SHAPE)])
refused = 0
for changes, message in WRONG:
    done = invoke({**PLAIN, **changes})
    if done.returncode != 1 or "error: " not in done.stderr or message not in done.stderr:
        sys.exit(f"{changes}: exit code {done.returncode}, {done.stderr.strip()}, expected an error '{message}'")
    refused += 1
print(f"{checked} results agree, {refused} runs refused")
