"""Compiles every file of models/bad and holds the compiler to its table.

usage: check_bad.py BAD_DIR

Each rejected file gives exit code 1, exactly one line with "error:" that
matches, no output file, and no crash. Each accepted file compiles.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

# file prefix: what the error has to name, or a warning where the file compiles,
# which begins with "warning", or None
TABLE = {
    "00": None,
    "01": "truncated|not a complete|not an ONNX|malformed",
    "02": "empty",
    "03": "not a complete ONNX|not an ONNX",
    "05": "'w'.*(9088.*8192|8192.*9088)",
    "06": "'w'.*(overflow|too large|elements)",
    "08": "cycl|before",
    "09": "'w'",
    "10": "'xs'.*(twice|already|duplicate)",
    "12": r"escapes|outside|\.\.",
    "13": "absolute",
    "14": "8192",
    "15": "nope.bin",
    "18": "link.bin",
    "19": r"warning: no linear layer is ternary.*2048 distinct values: found .* at \[0, 0\]",
    "21": r"NaN|nan",
    "23": "warning: weight scale is 0",
    "25": None,
    "26": "unsupported operator ai.onnx::.*opset 20.*node #",
    "27": "my.custom",
    "29": "64.*60|60.*64",
    "30": "opset",
    "31": "99",
    "32": "99",
    "33": r"warning: no linear layer is ternary.*4 distinct values: found .* at \[2, 0\]",
    "35": r"MatMulNBits.*32x1x8.*32x2x8",
    "37": "MatMulNBits.*bits=3",
    "38": r"warning: no linear layer is ternary.*4 distinct values: found .* at \[0, 0\]",
    "43": "nest|depth|recursion|malformed",
    "44": "Attention.*18|18.*Attention",
    "45": "'y'.*twice",
}


def check(path, pattern, work):
    out = os.path.join(work, "out")
    os.makedirs(out)
    result = subprocess.run(
        ["bitnet-opt", "compile", path, "--emit=lib", "-o", os.path.join(out, "model")],
        capture_output=True, text=True, timeout=60)
    text = result.stdout + result.stderr
    left = os.listdir(out)
    shutil.rmtree(out)
    errors = [line for line in text.splitlines() if "error:" in line]
    if pattern is None or pattern.startswith("warning"):
        if result.returncode != 0:
            return f"exit code {result.returncode}, expected to compile: {text}"
        warnings = [line for line in text.splitlines() if "warning:" in line]
        if len(warnings) != (pattern is not None) or pattern and not re.search(pattern, warnings[0]):
            return f"warnings {warnings}, expected {pattern}"
        return None
    if result.returncode != 1:
        return f"exit code {result.returncode}, expected 1: {text}"
    if len(errors) != 1:
        return f"{len(errors)} errors, expected one: {text}"
    if not re.search(pattern, errors[0]):
        return f"error does not match /{pattern}/: {errors[0]}"
    if left:
        return f"output left behind: {left}"
    return None


def main():
    source = sys.argv[1]
    failures = 0
    with tempfile.TemporaryDirectory() as work:
        models = os.path.join(work, "models")
        shutil.copytree(source, models)
        os.symlink("/etc/hostname", os.path.join(models, "link.bin"))
        files = sorted(f for f in os.listdir(models) if f.endswith(".onnx"))
        if sorted(f[:2] for f in files) != sorted(TABLE):
            sys.exit(f"files {files}, expected one for each of {sorted(TABLE)}")
        for name in files:
            complaint = check(os.path.join(models, name), TABLE[name[:2]], work)
            if complaint:
                failures += 1
                print(f"{name}: {complaint}")
    if failures:
        sys.exit(f"{failures} of {len(TABLE)} files fail")
    print(f"{len(TABLE)} files behave")


if __name__ == "__main__":
    main()
