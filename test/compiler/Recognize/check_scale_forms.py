"""Quantised and dense layers of Inputs/scale-forms.mlir against NumPy.

usage: check_scale_forms.py BITNET-RUN QUANTISED DENSE WORK
"""

import os
import subprocess
import sys

import numpy as np

run, quantised, dense, work = sys.argv[1:]
NAMES = ("step", "largest", "adds", "inverse", "unit", "product", "turned")
# Their scale is applied to the sums by the graph: dense layers have the codes, too.
BY_GRAPH = ("product", "turned")
W = np.array([[1, 0, -1], [-1, 1, 0], [0, 0, 1], [1, 1, 1], [-1, -1, 0], [0, 1, -1], [1, -1, 1], [0, 0, 0], [1, 1, -1],
              [-1, 0, 1], [1, -1, 0], [0, 1, 1]], np.float64) / 2


def codes_of(x):
    """What each form makes of x: codes as f32 arithmetic has them, and the numbers that they stand for."""
    largest = np.abs(x).max(-1, keepdims=True)
    m, added, c = np.maximum(largest, np.float32(1e-5)), largest + np.float32(0.5), np.float32(127)
    step, scale = m / c, c / added
    yield np.clip(np.round(x / step), -128, 127) * step.astype(np.float64)
    yield np.clip(np.round(x * c / m), -128, 127) * m.astype(np.float64) / 127
    yield np.round(x * scale) / scale.astype(np.float64)
    step = np.maximum(largest / np.float32(127.5), np.float32(0.5))
    yield np.clip(np.round(x * (1 / step)), -128, 127) * step.astype(np.float64)
    yield np.clip(np.round(x / m * c), -128, 127) * m.astype(np.float64) / 127
    step = largest * np.float32(7.874016e-03)
    yield np.clip(np.round(x / (step + np.float32(1e-5))), -128, 127) * step.astype(np.float64)
    yield np.clip(np.round(x * c * (1 / m)), -128, 127) * m.astype(np.float64) / 127


def invoke(library, x):
    np.save(f"{work}/x.npy", x)
    subprocess.run([run, library, "invoke", f"--input=x={work}/x.npy", *(f"--output={n}={work}/{n}.npy" for n in NAMES)],
                   check=True, timeout=60)
    return [np.load(f"{work}/{n}.npy") for n in NAMES]


rng = np.random.default_rng(5)
checked = 0
for shape in ((1, 1, 12), (2, 33, 12), (3, 0, 12)):
    x = (rng.normal(size=shape) * np.exp(rng.normal(size=shape[:2] + (1,)) * 4)).astype(np.float32)
    if x.size:
        x[0, 0] *= 0  # a row of nothing
    if x.size > 12:
        x[0, 1] *= 0  # a number that is infinite times the range
        x[0, 1, 4] = -3e36
    coded = list(codes_of(x)) if x.size else [x] * len(NAMES)
    plain = [codes if name in BY_GRAPH else x.astype(np.float64) for name, codes in zip(NAMES, coded)]
    for library, inputs in ((quantised, coded), (dense, plain)):
        for name, found, numbers in zip(NAMES, invoke(library, x), inputs):
            want = numbers @ W
            row = np.abs(numbers).max(-1, keepdims=True, initial=0) * 12
            if found.shape != want.shape or not (np.abs(found - want) <= 1e-6 * row).all():
                sys.exit(f"{name} of {library} for {shape}: found {found}, expected {want}")
            checked += 1
print(f"{checked} results agree")
