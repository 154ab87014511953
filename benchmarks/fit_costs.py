#!/usr/bin/env python3
"""Measures what the cost model of `ternary-plan` holds of one core (dialects/Ternary/Transforms/CostModel.cpp).

usage: fit_costs.py [--bitnet-opt=PROGRAM] [--seconds=S] [--only=REGEX]

For each kernel and number of tokens of a pass: times of `bitnet-opt kernel` for several sizes with weights in the
caches, and the figures `perTrit`, `perTerm`, `perRow` whose relative errors are least; of one token also from memory
(60 copies, one thread). Prints a row of the table for each. Kernels that this CPU cannot run are left out. Nothing
else should run meanwhile.
"""

import argparse
import os
import re
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SIZES = [(2560, 2560), (2560, 512), (512, 2560), (256, 512)]
FROM_MEMORY = (6912, 2560)

# Target, strategy, layout, level in CostModel.cpp, tokens of the passes, tokens that share a reading of the weights.
KERNELS = [
    ("x86-avx512vbmi", "lookup", "pairs", "Avx512", (32, 1), (32, 8)),
    ("x86-avx2", "lookup", "pairs", "Avx2", (16, 1), (16, 8)),
    ("x86-ssse3", "lookup", "pairs", "Ssse3", (8, 1), (8, 8)),
    ("x86-avx512vbmi", "lookup", "quads", "Vnni", (32, 1), (32, 8)),
    ("x86-avx512vbmi", "lookup", "quints", "Vnni", (32, 1), (32, 8)),
    ("x86-avx512vnni", "dot", "rows5", "Vnni", (4, 1), (64, 64)),
    ("x86-avx512vnni", "dot", "rows4", "Vnni", (4, 1), (64, 64)),
    ("x86-avx512bw", "dot", "rows4", "Avx512", (4, 1), (64, 64)),
    ("x86-avx2", "dot", "rows4", "Avx2", (4, 1), (64, 64)),
    ("x86-ssse3", "dot", "rows4", "Ssse3", (4, 1), (64, 64)),
    ("x86_64-linux-gnu", "dot", "rows4", "Plain", (4, 1), (64, 64)),
    ("x86-avx512bw", "masked", "planes", "Avx512", (4, 1), (4, 1)),
    ("x86-avx2", "masked", "planes", "Avx2", (4, 1), (4, 1)),
    ("x86_64-linux-gnu", "masked", "planes", "Plain", (4, 1), (4, 1)),
    ("aarch64-dotprod", "dot", "rows4", "Dotprod", (4, 1), (64, 64)),
    ("aarch64-neon", "lookup", "pairs", "Ssse3", (8, 1), (8, 8)),
]


def cycles(program, kernel, tokens, size, copies, seconds):
    """Shortest run in cycles of one core; None where the kernel cannot run here."""
    target, strategy, layout = kernel[:3]
    flags = [f"--target={target}", f"--strategy={strategy}", f"--layout={layout}", f"--m={tokens}",
             f"--n={size[0]}", f"--k={size[1]}", f"--copies={copies}", f"--seconds={seconds}", "--no-check"]
    result = subprocess.run([program, "kernel", *flags], capture_output=True, text=True)
    time = re.search(r"time +([\d.]+) us shortest", result.stdout)
    clock = re.search(r"clock +([\d.]+) GHz", result.stdout)
    return float(time[1]) * float(clock[1]) * 1e3 if time and clock else None


def solve(matrix, right):
    """Gauss, with pivots; None where singular."""
    size = len(right)
    rows = [list(row) + [value] for row, value in zip(matrix, right)]
    for i in range(size):
        pivot = max(range(i, size), key=lambda r: abs(rows[r][i]))
        if abs(rows[pivot][i]) < 1e-12:
            return None
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for r in range(size):
            if r != i:
                factor = rows[r][i] / rows[i][i]
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[i])]
    return [rows[i][size] / rows[i][i] for i in range(size)]


def fit(samples):
    """perTrit, perTerm, perRow, none negative, and the worst relative error. `samples`: ((n, k), cycles)."""
    best = None
    for chosen in range(1, 8):
        columns = [c for c in range(3) if chosen >> c & 1]
        if 0 not in columns:
            continue
        rows = [[(n * k, k, n)[c] / time for c in columns] for (n, k), time in samples]
        normal = [[sum(r[i] * r[j] for r in rows) for j in range(len(columns))] for i in range(len(columns))]
        found = solve(normal, [sum(r[i] for r in rows) for i in range(len(columns))])
        if found is None or min(found) < 0:
            continue
        errors = [abs(sum(f * r for f, r in zip(found, row)) - 1) for row in rows]
        total = sum(e * e for e in errors)
        if best is None or total < best[0]:
            figures = [0.0, 0.0, 0.0]
            for c, f in zip(columns, found):
                figures[c] = f
            best = (total, figures, max(errors))
    return best[1], best[2]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bitnet-opt", default=os.path.join(ROOT, "build", "bin", "bitnet-opt"))
    parser.add_argument("--seconds", type=float, default=0.5, help="of each measurement")
    parser.add_argument("--only", default="", help="kernels whose 'target strategy layout' this matches")
    options = parser.parse_args()
    for kernel in KERNELS:
        if not re.search(options.only, " ".join(kernel[:3])):
            continue
        _, strategy, layout, level, passes, per_read = kernel
        for tokens, read in zip(passes, per_read):
            samples = [(size, cycles(options.bitnet_opt, kernel, tokens, size, 1, options.seconds)) for size in SIZES]
            if any(time is None for _, time in samples):
                print(f"// {' '.join(kernel[:3])} cannot run here", flush=True)
                break
            (trit, term, row), worst = fit(samples)
            text = f"{{Strategy::{strategy.title()}, LayoutKind::{layout.title()}, Level::{level}, {tokens}, " \
                   f"{trit:.3g}, {term:.3g}, {row:.2g}, {read}"
            if tokens == 1:
                n, k = FROM_MEMORY
                time = cycles(options.bitnet_opt, kernel, 1, FROM_MEMORY, 60, options.seconds)
                text += f", {(time - term * k - row * n) / (n * k):.3g}"
            print(text + f"}}, // within {100 * worst:.0f} %", flush=True)


if __name__ == "__main__":
    main()
