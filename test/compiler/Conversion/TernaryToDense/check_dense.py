"""Outputs of a dense layer against the product with its rounded weights.

usage: check_dense.py BITNET-RUN LIBRARY TYPE WORK
"""

import os
import subprocess
import sys

import numpy as np

run, library, kind, work = sys.argv[1:]


def rounded(scales):
    if kind == "bf16":  # to nearest, ties to even
        bits = scales.view(np.uint32)
        return ((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000).astype(np.uint32).view(np.float32)
    return scales.astype({"f16": np.float16, "f32": np.float32}[kind]).astype(np.float32)


# Codes 36 and 24: four 2-bit fields each, low bits first, trit + 1.
trits = np.array([[36 >> 2 * i & 3 for i in range(4)], [24 >> 2 * i & 3 for i in range(4)]], np.float32) - 1
weights = trits * rounded(np.array([0.3, 0.7], np.float32))[:, None]
x = np.random.default_rng(1).standard_normal((5, 4)).astype(np.float32)
np.save(os.path.join(work, "x.npy"), x)
subprocess.run([run, library, "invoke", f"--input=x={work}/x.npy", f"--output=y={work}/y.npy"], check=True, timeout=60)
error = np.abs(np.load(f"{work}/y.npy") - x.astype(np.float64) @ weights.T.astype(np.float64)).max()
if error > 1e-6:  # 3e-5 is what another rounding of the weights gives
    sys.exit(f"error {error}, expected at most 1e-6")
print("outputs agree")
