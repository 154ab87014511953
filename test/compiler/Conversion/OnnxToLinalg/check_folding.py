"""Constants that are folded and inputs of a run give the same results, integers of any float included.

usage: check_folding.py BITNET-OPT BITNET-RUN WORK
"""

import os
import subprocess
import sys

import numpy as np

opt, run, work = sys.argv[1:]
SPECIAL = [np.nan, np.inf, -np.inf, 1e30, -1e30, 3e9, -3e9, 5e9, 1e19, -1.5, 300.7, -200.2, 2.0**63, -0.9]
INPUTS = {
    "i32": ("i32", np.array([[50000, 50000], [2**31 - 1, 7], [-(2**31) + 1, 0], [3, -4]], np.int32)),
    "u8": ("ui8", np.array([[200, 100], [150, 200], [0, 1], [15, 20]], np.uint8)),
    "i64": ("i64", np.array([[2**33, 2**33], [-3, 4], [2**62, 0], [0, 0]], np.int64)),
    "f32": ("f32", np.array(SPECIAL, np.float32)),
    "f64": ("f64", np.array(SPECIAL, np.float64)),
}
INTEGERS = {"i8": 3, "ui8": 2, "i16": 5, "ui16": 4, "i32": 6, "ui32": 12, "i64": 7, "ui64": 13}


def numpy_type(name):
    return np.dtype(name.replace("ui", "uint") if name.startswith("ui") else name.replace("i", "int"))


def truncated(x, kind):
    """Through i32 or i64, whose least number stands for what does not fit: what x86 does, on every machine."""
    wide = kind in ("i64", "ui32", "ui64")
    limit = 2**63 if wide else 2**31
    if kind == "ui64" and limit <= x < 2**64:
        return int(x)
    # From 2^64 on and at infinity, u64 wraps once more.
    least = 0 if kind == "ui64" and x >= limit else -limit
    return int(x) if -limit <= x < limit else least


def norm(x):
    return np.sqrt((x.astype(np.float64) ** 2).sum(1)).astype(x.dtype)


def mean(x):
    # Truncated, as integers divide.
    return np.array([int(sum(map(int, row)) / len(row)) for row in x], x.dtype)


def cases():
    """Name, input, op and its attributes, result type, what is expected."""
    axes = "axes = array<i64: 1>, keepdims = 0 : i64"
    for name in ("i32", "u8", "i64"):
        kind, x = INPUTS[name]
        yield f"norm_{name}", name, "ReduceL2", axes, kind, norm(x)
        # Sums of i64 wrap.
        if name != "i64":
            yield f"mean_{name}", name, "ReduceMean", axes, kind, mean(x)
    for name in ("f32", "f64"):
        for kind, number in INTEGERS.items():
            want = np.array([truncated(float(x), kind) % 2**64 for x in INPUTS[name][1]], np.uint64)
            yield f"{name}_{kind}", name, "Cast", f"to = {number} : i64", kind, want.astype(numpy_type(kind))


def constant(kind, x):
    if x.dtype.kind == "f":
        digits = 2 * x.itemsize
        bits = x.view(f"u{x.itemsize}")
        values = ", ".join(f"0x{int(word):0{digits}X}" for word in bits)
        return f"dense<[{values}]> : tensor<{x.size}x{kind}>"
    return f"dense<{x.tolist()}> : tensor<{x.shape[0]}x2x{kind}>"


def module(cases):
    arguments = [f'%{n}: tensor<?x{"2x" if x.ndim == 2 else ""}{kind}> {{onnx.name = "{n}"}}' for n, (kind, x) in INPUTS.items()]
    lines = [f"%c{n} = onnx.Constant {constant(kind, x)}" for n, (kind, x) in INPUTS.items()]
    results, names, types = [], [], []
    for name, source, op, attributes, kind, _ in cases:
        own, x = INPUTS[source]
        inner = "2x" if x.ndim == 2 else ""
        for prefix, operand, size in (("late", source, "?"), ("folded", "c" + source, x.shape[0])):
            lines.append(f'%{prefix}_{name} = "onnx.{op}"(%{operand}) {{{attributes}}} : (tensor<{size}x{inner}{own}>) -> tensor<{size}x{kind}>')
            names.append(f"%{prefix}_{name}")
            types.append(f"tensor<{size}x{kind}>")
            results.append(f'{types[-1]} {{onnx.name = "{prefix}_{name}"}}')
    lines.append(f"return {', '.join(names)} : {', '.join(types)}")
    body = "\n  ".join(lines)
    return f"func.func @main({', '.join(arguments)}) -> ({', '.join(results)}) {{\n  {body}\n}}\n"


cases = list(cases())
model, library = os.path.join(work, "m.mlir"), os.path.join(work, "m")
with open(model, "w") as out:
    out.write(module(cases))
subprocess.run([opt, "compile", model, "--emit=lib", "-o", library], check=True, timeout=120)
command = [run, library, "invoke"]
for name, (_, array) in INPUTS.items():
    np.save(os.path.join(work, name + ".npy"), array)
    command.append(f"--input={name}={work}/{name}.npy")
names = [prefix + case[0] for case in cases for prefix in ("late_", "folded_")]
command += [f"--output={name}={work}/{name}.npy" for name in names]
subprocess.run(command, check=True, timeout=60)
failures = 0
for name, *_, want in cases:
    late, folded = (np.load(os.path.join(work, prefix + name + ".npy")) for prefix in ("late_", "folded_"))
    if not np.array_equal(late, folded) or not np.array_equal(late, want):
        print(f"{name}: the run gives {late}, the constant {folded}, expected {want}")
        failures += 1
if failures:
    sys.exit(f"{failures} results differ")
print(f"{len(cases)} results agree")
