"""Operators whose places depend on data, against NumPy, for several shapes.

usage: check_operators.py BITNET-RUN LIBRARY WORK
"""

import os
import subprocess
import sys

import numpy as np

run, library, work = sys.argv[1:]
RESULTS = ("top", "top_at", "distinct", "first", "inverse", "counts", "nonzero", "kept", "sums", "norms", "running",
           "reflected", "wrapped", "reversed", "products", "backwards")


def expected(x, i, k, axis, pads, lens, keep):
    n, m = x.shape
    k, axis = int(k[0]), int(axis[0])
    # NaN is above all numbers; of equals the first one comes first.
    order = np.argsort(np.where(np.isnan(x), -np.inf, -x), axis=1, kind="stable")[:, :k]
    distinct, first, inverse, counts = np.unique(i, True, True, True)
    widths = pads.reshape(2, 2).T
    flipped = x.copy()
    for row, length in enumerate(lens):
        flipped[row, :length] = x[row, :length][::-1]
    yield from (np.take_along_axis(x, order, 1), order, distinct, first, inverse.ravel(), counts, np.array(np.nonzero(i)))
    yield np.compress(keep, x, axis=1)
    yield x.sum(axis, keepdims=True)
    yield np.sqrt((x.astype(np.float64) ** 2).sum(axis)).astype(np.float32)
    yield np.flip(np.cumsum(np.flip(x, axis), axis), axis)
    if x.size:
        yield np.pad(x, widths, mode="reflect")
        # Not np.pad's wrap: before NumPy 1.25 it repeats a whole border where it is wider than x.
        yield x[np.ix_(*(np.arange(-low, n + high) % n for n, (low, high) in zip(x.shape, widths)))]
    else:
        yield from [np.zeros(np.array(x.shape) + widths.sum(1), np.float32)] * 2
    yield flipped
    yield x @ x.T
    yield np.flip(x, axis)


def invoke(inputs):
    command = [run, library, "invoke"]
    for name, array in inputs.items():
        np.save(os.path.join(work, name + ".npy"), array)
        command.append(f"--input={name}={work}/{name}.npy")
    command += [f"--output={name}={work}/{name}.out.npy" for name in RESULTS]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


rng = np.random.default_rng(1)
checked = 0
for n, m, axis in ((3, 5, 0), (3, 5, -1), (1, 1, 1), (4, 7, 1), (3, 0, 0)):
    x = rng.integers(-4, 5, (n, m)).astype(np.float32)
    if m > 5:
        x[1, 2] = np.nan
    empty = m == 0
    inputs = {"x": x, "i": rng.integers(-1, 2, (n, m)).astype(np.int8), "k": np.array([min(3, m)]), "axis": np.array([axis]),
              "pads": np.array([0, 0, 0, 0] if empty else [4, 0, 1, 9]), "lens": rng.integers(0, m + 1, n), "keep": rng.random(m) < 0.6}
    done = invoke(inputs)
    if done.returncode:
        sys.exit(done.stderr)
    for name, want in zip(RESULTS, expected(**inputs)):
        found = np.load(os.path.join(work, name + ".out.npy"))
        if found.shape != want.shape or not np.allclose(found, want, 1e-6, 1e-6, equal_nan=True):
            sys.exit(f"{name} of {n} x {m}, axis {axis}: found {found}, expected {want}")
        checked += 1

# What does not fit ends the run.
for name, value in (("axis", np.array([2])), ("k", np.array([6])), ("k", np.array([-1])), ("pads", np.array([0, 0, -4, 0])),
                    ("lens", np.array([6, 0, 0])), ("keep", np.ones(6, np.bool_))):
    x = np.ones((3, 5), np.float32)
    inputs = {"x": x, "i": x.astype(np.int8), "k": np.array([2]), "axis": np.array([0]), "pads": np.zeros(4, np.int64),
              "lens": np.zeros(3, np.int64), "keep": np.ones(5, np.bool_)}
    done = invoke({**inputs, name: value})
    if done.returncode != 1 or "error:" not in done.stderr:
        sys.exit(f"{name} = {value}: exit code {done.returncode}, {done.stderr}")
    checked += 1
print(f"{checked} results agree")
