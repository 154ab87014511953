"""Float remainders of the edge cases, bit for bit as NumPy gives them.

usage: check_mod.py BITNET-RUN LIBRARY WORK
"""

import os
import subprocess
import sys

import numpy as np

run, library, work = sys.argv[1:]
specials = [0.0, -0.0, 1.0, -1.0, 2.0, -3.0, 0.75, 1e-45, -1e-45, 3e38, np.inf, -np.inf, np.nan]
x, y = (a.ravel().astype(np.float32) for a in np.meshgrid(specials, specials))
paths = {name: os.path.join(work, name + ".npy") for name in ("x", "y", "floored", "truncated")}
np.save(paths["x"], x)
np.save(paths["y"], y)
command = [run, library, "invoke"]
command += [f"--input={n}={paths[n]}" for n in ("x", "y")] + [f"--output={n}={paths[n]}" for n in ("floored", "truncated")]
subprocess.run(command, check=True, timeout=60)
with np.errstate(all="ignore"):
    for name, expected in (("floored", np.mod(x, y)), ("truncated", np.fmod(x, y))):
        found = np.load(paths[name])
        same = (found == expected) & (np.signbit(found) == np.signbit(expected)) | np.isnan(found) & np.isnan(expected)
        if not same.all():
            i = int(np.argmin(same))
            sys.exit(f"{name}({x[i]}, {y[i]}): found {found[i]}, expected {expected[i]}")
print(f"{x.size} pairs agree")
