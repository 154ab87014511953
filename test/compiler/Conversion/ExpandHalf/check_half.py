"""Every f16 to f32, f32 to f16 at and beside each middle, and integers, against NumPy.

usage: check_half.py LIBRARY WORK RUN...

RUN... is the command of a bitnet-run for the library's CPU. NaN: f16's with its
payload, f32's any that is quiet.
"""

import os
import subprocess
import sys

import numpy as np

library, work, *run = sys.argv[1:]


def main():
    halves = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    finite = np.sort(halves[np.isfinite(halves)]).astype(np.float64)
    middles = ((finite[1:] + finite[:-1]) / 2).astype(np.float32)  # exact
    edges = np.array([65504, 65519.996, 65520, 65535, 65536, 1e30, np.inf, 2**-25, 2**-26, 1e-40, 0], np.float32)
    nans = np.array([0x7F800001, 0x7FC00000, 0x7FFFFFFF, 0x7FA5A5A5], np.uint32).view(np.float32)
    singles = np.concatenate([middles, np.nextafter(middles, np.float32(np.inf)),
                              np.nextafter(middles, np.float32(-np.inf)), halves.astype(np.float32), edges, -edges,
                              nans])
    integers = np.concatenate([np.arange(-5000, 70000), 1 << np.arange(31), (1 << np.arange(12, 31)) + 1,
                               -(1 << np.arange(32))]).astype(np.int32)
    for name, array in (("h", halves), ("s", singles), ("i", integers)):
        np.save(os.path.join(work, name + ".npy"), array)
    names = ("wide", "narrow", "of_i32", "of_u8", "of_bool", "to_i32")
    subprocess.run([*run, library, "invoke", *(f"--input={n}={work}/{n}.npy" for n in "hsi"),
                    *(f"--output={n}={work}/{n}.npy" for n in names)], check=True, timeout=60)
    wide, narrow, of_i32, of_u8, of_bool, to_i32 = (np.load(os.path.join(work, n + ".npy")) for n in names)
    codes, bits = halves.view(np.uint16).astype(np.uint32), wide.view(np.uint32)
    nan = np.isnan(halves)
    with np.errstate(over="ignore"):
        want = singles.astype(np.float16)
        rounded = integers.astype(np.float64).astype(np.float16)
    small = np.isfinite(rounded)  # others have no integer
    failed = [
        ("f16 to f32", np.flatnonzero(~nan & (bits != halves.astype(np.float32).view(np.uint32)))),
        ("f16 NaN", np.flatnonzero(nan & (bits != ((codes & 0x8000) << 16 | 0x7FC00000 | (codes & 0x3FF) << 13)))),
        ("f32 to f16", np.flatnonzero(~np.isnan(singles) & (want.view(np.uint16) != narrow.view(np.uint16)))),
        ("f32 NaN", np.flatnonzero(np.isnan(singles) & (narrow.view(np.uint16) & 0x7E00 != 0x7E00))),
        ("i32 to f16", np.flatnonzero(rounded != of_i32)),
        ("u8 to f16", np.flatnonzero(integers.astype(np.uint8) != of_u8)),
        ("bool to f16", np.flatnonzero((integers != 0) != of_bool)),
        ("f16 to i32", np.flatnonzero(small & (np.where(small, rounded, 0).astype(np.int32) != to_i32))),
    ]
    for what, where in failed:
        if where.size:
            sys.exit(f"{what}: {where.size} differ, first at {where[0]}")
    print(f"{halves.size + singles.size + 4 * integers.size} conversions agree")


main()
