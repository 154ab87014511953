"""Sizes, places and steps that a run reads from its inputs: at the ends of their types the result is right or the
run ends with an error, and no memory but the tensors' is touched.

usage: check_sizes.py BITNET-RUN LIBRARY WORK
"""

import os
import subprocess
import sys

import numpy as np

run, library, work = sys.argv[1:]
LEAST, MOST = np.iinfo(np.int64).min, np.iinfo(np.int64).max
RESULTS = ("filled", "expanded", "tiled", "padded", "wrapped", "reshaped", "ranged", "steps", "first", "last", "joined",
           "hot", "triangle", "scattered", "sums", "least", "diagonal", "contracted", "square32", "products")
PLAIN = dict(x=np.arange(12, dtype=np.float32).reshape(3, 4), shape=[2, 3], repeats=[2, 1], pads=[1, 0, 0, 2], to=[6, -1],
             start=1, limit=9, delta=3, below=np.float32(1), by=np.float32(0.25), parts=[1, 0, 2, 1], many=[2],
             depth=3, k=1, cache=np.zeros((1, 4, 2), np.float32), update=np.ones((1, 3, 2), np.float32), at=[3],
             axes=[1], square=np.arange(9, dtype=np.float32).reshape(3, 3), left=np.ones((2, 2, 3), np.float32),
             right=np.arange(24, dtype=np.float32).reshape(2, 3, 4), tall=np.ones((2, 1), np.float32), wide=np.ones((1, 2), np.float32),
             **{"from": np.float32(0)})


def expected(x, shape, repeats, pads, to, start, limit, delta, below, by, parts, many, depth, k, cache, update, at, axes,
             square, left, right, tall, wide, **rest):
    yield np.full(shape, 2, np.float32)
    yield np.ones(shape, np.float32)
    yield np.tile(x, repeats)
    widths = np.reshape(pads, (2, 2)).T
    grown = np.maximum(widths, 0)
    # Negative pads cut what the others leave.
    cut = tuple(slice(max(-low, 0), x.shape[axis] - max(-high, 0)) for axis, (low, high) in enumerate(widths.tolist()))
    yield np.pad(x[cut], grown)
    yield x[np.ix_(*(np.arange(-low, n + high) % n for n, (low, high) in zip(x.shape, widths)))]
    yield x.reshape(to)
    # Beyond what NumPy's own arange counts.
    yield np.array(list(range(int(start), int(limit), int(delta))), np.int64)
    yield np.arange(rest["from"], below, by, np.float32)
    yield x[:, :parts[0]]
    yield x[:, x.shape[1] - parts[3]:]
    yield np.ones(4 * many[0], np.int64)
    yield np.eye(depth, dtype=np.float32)[[0, -1]]
    yield np.triu(x, max(min(k, 99), -99))
    scattered = cache.copy()
    for row in range(update.shape[1]):
        scattered[0, (at[0] + row) % cache.shape[1]] = update[0, row]
    yield scattered
    yield x.sum(tuple(axes) or None, keepdims=True)
    yield x.min(tuple(axes), keepdims=True)
    yield np.einsum("ii->i", square)
    yield np.einsum("ijk,jkl->il", left, right)
    rows = np.array([left.shape[0]], np.int32)
    yield (rows * rows).astype(np.int64)
    yield tall @ wide


def invoke(changes):
    command = [run, library, "invoke"]
    for name, value in {**PLAIN, **changes}.items():
        array = np.asarray(value) if np.size(value) else np.zeros(np.shape(value), np.asarray(PLAIN[name]).dtype)
        np.save(os.path.join(work, name + ".npy"), array)
        command.append(f"--input={name}={work}/{name}.npy")
    command += [f"--output={name}={work}/{name}.out.npy" for name in RESULTS]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


RIGHT = (
    {}, {"shape": [0, 5]}, {"repeats": [0, 3]}, {"pads": [-1, 0, 0, -3]}, {"pads": [0, 3, -2, -1]}, {"to": [-1, 12]},
    {"start": LEAST, "limit": MOST, "delta": 2**62}, {"start": MOST, "limit": LEAST, "delta": LEAST},
    {"start": 2, "limit": LEAST, "delta": 1}, {"start": LEAST, "limit": MOST, "delta": -1}, {"start": 5, "limit": -5, "delta": -4},
    {"start": MOST - 2, "limit": MOST, "delta": MOST}, {"below": np.float32(-1)}, {"k": MOST}, {"k": LEAST}, {"k": -1},
    {"at": [MOST]}, {"at": [LEAST]}, {"at": [MOST - 1]}, {"at": [-1]}, {"parts": [4, 0, 0, 0]}, {"many": [0]},
    {"axes": []}, {"axes": [0]}, {"axes": [-1, 0]}, {"square": np.ones((1, 1), np.float32)},
    {"square": np.full((2, 2), np.inf, np.float32)}, {"right": np.ones((2, 3, 0), np.float32)},
    {"left": np.ones((70000, 2, 3), np.float32), "right": np.ones((2, 3, 0), np.float32)},
)
SHAPE, MEMORY = "cannot combine", "out of memory"
# Operands of no bytes with a product that no machine has room for.
HUGE = {"tall": np.zeros((2**31 - 1, 0), np.float32), "wide": np.zeros((0, 2**31 - 1), np.float32)}
WRONG = (
    ({"shape": [-1, 3]}, SHAPE), ({"shape": [2**62, 4]}, MEMORY), ({"shape": [2**32, 2**32]}, MEMORY),
    ({"shape": [2**31, 2**31]}, MEMORY), ({"shape": [MOST, 1]}, MEMORY), ({"shape": [LEAST, 2]}, SHAPE),
    ({"repeats": [-1, 1]}, SHAPE), ({"repeats": [2**62, 1]}, SHAPE), ({"repeats": [1, 2**62]}, SHAPE),
    ({"repeats": [2**31, 2**31]}, MEMORY), ({"repeats": [2**61, 2**61]}, SHAPE),
    ({"pads": [MOST, 0, 0, 0]}, SHAPE), ({"pads": [0, MOST, 0, MOST]}, SHAPE), ({"pads": [LEAST, 0, MOST, 0]}, SHAPE),
    ({"pads": [0, 2**62, 0, 2**62]}, SHAPE), ({"pads": [2**33, 2**33, 0, 0]}, MEMORY), ({"pads": [-4, 0, 0, 0]}, SHAPE),
    ({"to": [2**62 + 3, 4]}, SHAPE), ({"to": [2**62, 4]}, SHAPE), ({"to": [-2, 6]}, SHAPE), ({"to": [-1, -1]}, SHAPE),
    ({"to": [LEAST, -1]}, SHAPE), ({"to": [-1, 5]}, SHAPE), ({"to": [-1, LEAST]}, SHAPE),
    ({"start": LEAST, "limit": MOST, "delta": 1}, SHAPE), ({"start": 0, "limit": MOST, "delta": 1}, MEMORY), ({"delta": 0}, SHAPE),
    ({"by": np.float32(0)}, SHAPE), ({"below": np.float32(np.inf)}, SHAPE), ({"below": np.float32(np.nan)}, SHAPE),
    ({"by": np.float32(1e-38)}, SHAPE), ({"below": np.float32(1e18), "by": np.float32(1)}, MEMORY),
    ({"parts": [2**62, 2**62, 2**62, 2**62 + 4]}, SHAPE), ({"parts": [-1, 0, 0, 5]}, SHAPE), ({"parts": [MOST, MOST, 2, 4]}, SHAPE),
    ({"parts": [1, 1, 1, 0]}, SHAPE), ({"many": [2**62]}, SHAPE), ({"many": [2**60]}, MEMORY), ({"many": [2**61]}, SHAPE),
    ({"many": [-1]}, SHAPE), ({"depth": 2**62}, MEMORY), ({"depth": MOST}, MEMORY),
    (HUGE, "would exceed 2^63 bytes"), ({"at": [0, 0]}, SHAPE), ({"axes": [2]}, SHAPE), ({"axes": [0, 0]}, SHAPE), ({"axes": [1, -1]}, SHAPE), ({"axes": [-3]}, SHAPE),
    ({"axes": [LEAST]}, SHAPE), ({"square": np.ones((1, 3), np.float32)}, SHAPE), ({"square": np.ones((3, 1), np.float32)}, SHAPE),
    ({"right": np.ones((3, 2, 4), np.float32)}, SHAPE), ({"right": np.ones((6, 1, 4), np.float32)}, SHAPE),
)
checked = 0
for changes in RIGHT:
    done = invoke(changes)
    if done.returncode:
        sys.exit(f"{changes}: exit code {done.returncode}, {done.stderr}")
    for name, want in zip(RESULTS, expected(**{**PLAIN, **changes})):
        found = np.load(os.path.join(work, name + ".out.npy"))
        if found.shape != want.shape or not np.array_equal(found, want):
            sys.exit(f"{name} of {changes}: found {found}, expected {want}")
        checked += 1
failures = 0
for changes, message in WRONG:
    done = invoke(changes)
    if done.returncode != 1 or "error: " not in done.stderr or message not in done.stderr:
        print(f"{changes}: exit code {done.returncode}, {done.stderr.strip()}, expected an error '{message}'")
        failures += 1
    checked += 1
if failures:
    sys.exit(f"{failures} runs do not end as they should")
print(f"{checked} results agree")
