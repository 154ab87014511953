"""Conversions to and from floats of 8 and 4 bits: every code, and numbers at
and beside each middle between two codes, against tables made here.

usage: check_casts.py BITNET-OPT BITNET-RUN WORK
"""

import os
import subprocess
import sys

import numpy as np

opt, run, work = sys.argv[1:]

# MLIR type: ONNX number, sign bit, mantissa bits, bias, code beyond the largest number.
FORMATS = {
    "f8E4M3FN": (17, 0x80, 3, 7, 0x7F),
    "f8E4M3FNUZ": (18, 0x80, 3, 8, 0x80),
    "f8E5M2": (19, 0x80, 2, 15, 0x7C),
    "f8E5M2FNUZ": (20, 0x80, 2, 16, 0x80),
    "f4E2M1FN": (23, 0x8, 1, 1, None),
}


def value_of(name, code):
    _, sign_bit, mantissa, bias, _ = FORMATS[name]
    magnitude, sign = code & (sign_bit - 1), -1.0 if code & sign_bit else 1.0
    if name.endswith("UZ") and code == sign_bit or name == "f8E4M3FN" and magnitude == 0x7F:
        return np.nan
    if name == "f8E5M2" and magnitude >= 0x7C:
        return sign * np.inf if magnitude == 0x7C else np.nan
    exponent, rest = magnitude >> mantissa, magnitude & (1 << mantissa) - 1
    if exponent == 0:
        return sign * rest * 2.0 ** (1 - bias - mantissa)
    return sign * (1 + rest / 2.0**mantissa) * 2.0 ** (exponent - bias)


def code_of(name, x, saturate):
    """The code nearest x, the even one of two; None: any NaN."""
    _, sign_bit, mantissa, bias, beyond = FORMATS[name]
    if np.isnan(x):
        return None
    codes = [c for c in range(sign_bit) if np.isfinite(value_of(name, c))]
    values = np.array([value_of(name, c) for c in codes])
    magnitude, negative = abs(x), np.signbit(x)
    step = values[-1] - values[-2]
    sign = sign_bit if negative else 0
    # Half a step above the largest one rounds to it if it is even.
    limit = values[-1] + step / 2
    if magnitude > limit or (magnitude == limit and codes[-1] % 2):
        if saturate or beyond is None:
            return codes[-1] | sign
        return None if beyond != 0x7C else beyond | sign
    if magnitude >= values[-1]:
        return codes[-1] | sign
    at = int(np.searchsorted(values, magnitude, side="right")) - 1
    low, high = magnitude - values[at], values[at + 1] - magnitude
    code = codes[at] if low < high or (low == high and codes[at] % 2 == 0) else codes[at + 1]
    return 0 if name.endswith("UZ") and code == 0 else code | sign


def invoke(text, inputs, outputs):
    model, library = os.path.join(work, "m.mlir"), os.path.join(work, "m")
    with open(model, "w") as out:
        out.write(text)
    subprocess.run([opt, "compile", model, "--emit=lib", "-o", library], check=True, timeout=60)
    command = [run, library, "invoke"]
    for name, array in inputs.items():
        np.save(os.path.join(work, name + ".npy"), array)
        command.append(f"--input={name}={work}/{name}.npy")
    command += [f"--output={name}={work}/{name}.npy" for name in outputs]
    subprocess.run(command, check=True, timeout=60)
    return [np.load(os.path.join(work, name + ".npy")) for name in outputs]


def module(arguments, casts):
    """One function of Casts (input, its type, result, its type, attributes)."""
    text = ", ".join(f'%{n}: tensor<?x{t}> {{onnx.name = "{n}"}}' for n, t in arguments)
    results = ", ".join(f'tensor<?x{c[3]}> {{onnx.name = "{c[2]}"}}' for c in casts)
    lines = [f'%{o} = "onnx.Cast"(%{i}) {{{a}}} : (tensor<?x{s}>) -> tensor<?x{t}>' for i, s, o, t, a in casts]
    names, types = ", ".join("%" + c[2] for c in casts), ", ".join(f"tensor<?x{c[3]}>" for c in casts)
    return f"func.func @main({text}) -> ({results}) {{\n" + "\n".join(lines) + f"\nreturn {names} : {types}\n}}\n"


def same(a, b):
    return (a == b) & (np.signbit(a) == np.signbit(b)) | np.isnan(a) & np.isnan(b)


checked = 0
for name, (number, sign_bit, *_) in FORMATS.items():
    codes = np.arange(2 * sign_bit, dtype=np.uint8)
    values = np.array([value_of(name, int(c)) for c in codes], np.float64)
    finite = np.unique(values[np.isfinite(values)])
    middles = (finite[1:] + finite[:-1]) / 2
    ends = finite[[0, -1]] + np.array([-1, 1]) * (finite[-1] - finite[-2]) / 2
    x = np.concatenate([finite, middles, ends, 2 * ends, [np.inf, -np.inf, np.nan, 0.0, -0.0, 1e30]])
    # Beside a middle by less than f32 can tell.
    wide = np.concatenate([x, np.nextafter(x, np.inf), np.nextafter(x, -np.inf)])
    x = x.astype(np.float32)
    x = np.concatenate([x, np.nextafter(x, np.float32(np.inf)), np.nextafter(x, np.float32(-np.inf))])
    text = module([("code", name), ("x", "f32"), ("wide", "f64")],
                  [("code", name, "number", "f32", "to = 1 : i64"),
                   ("x", "f32", "saturated", name, f"to = {number} : i64"),
                   ("x", "f32", "beyond", name, f"to = {number} : i64, saturate = 0 : i64"),
                   ("wide", "f64", "narrowed", name, f"to = {number} : i64")])
    found = invoke(text, {"code": codes, "x": x, "wide": wide}, ["number", "saturated", "beyond", "narrowed"])
    if not same(found[0].astype(np.float64), values).all():
        at = int(np.argmin(same(found[0].astype(np.float64), values)))
        sys.exit(f"{name}: code {at} is {found[0][at]}, expected {values[at]}")
    for result, source, saturate in ((found[1], x, True), (found[2], x, False), (found[3], wide, True)):
        for number_in, code in zip(source, result):
            want = code_of(name, float(number_in), saturate)
            # Not a number: any of its codes; the float of 4 bits has none.
            if want is None and (sign_bit == 8 or np.isnan(value_of(name, int(code)))):
                continue
            if want != code:
                sys.exit(f"{name}: {number_in!r} becomes {code}, expected {want} (saturate {saturate})")
            checked += 1

# Powers of two: up and saturated, down, nearest and not saturated.
powers = 2.0 ** np.arange(-127, 128)
x = np.concatenate([powers, powers * 1.25, powers * 1.5, powers * 1.75, [0.0, 1e-45, 3.4e38, np.inf, np.nan]]).astype(np.float32)
text = module([("x", "f32"), ("code", "f8E8M0FNU")],
              [("x", "f32", mode, "f8E8M0FNU", f'to = 24 : i64, round_mode = "{mode}", saturate = {keep} : i64')
               for mode, keep in (("up", 1), ("down", 1), ("nearest", 0))] + [("code", "f8E8M0FNU", "number", "f32", "to = 1 : i64")])
codes = np.arange(256, dtype=np.uint8)
*found, number = invoke(text, {"x": x, "code": codes}, ["up", "down", "nearest", "number"])
expected = np.where(codes == 255, np.nan, 2.0 ** (codes.astype(np.float64) - 127))
if not same(number.astype(np.float64), expected).all():
    sys.exit("f8E8M0FNU: a code has another number")
for mode, result in zip(("up", "down", "nearest"), found):
    saturate = mode != "nearest"
    for value, code in zip(x.astype(np.float64), result):
        if np.isnan(value):
            want = 255
        elif np.isinf(value):
            want = 254 if saturate else 255
        elif value < 2.0**-127:
            want = 0 if saturate else 255
        else:
            low = int(np.floor(np.log2(value)))
            rest = value / 2.0**low
            up = rest > 1 if mode == "up" else rest >= 1.5 if mode == "nearest" else False
            want = low + 127 + int(up)
            want = min(want, 254) if saturate else 255 if want > 254 else want
        if want != code:
            sys.exit(f"f8E8M0FNU: {value!r} becomes {code} ({mode}), expected {want}")
        checked += 1

# Integers of 2 and 4 bits keep their low bits; all from and to bytes.
x = np.arange(-128, 128).astype(np.int8)
casts = [("x", "i8", f"t{i}", t, f"to = {n} : i64") for i, (t, n) in enumerate((("ui4", 21), ("i4", 22), ("ui2", 25), ("i2", 26)))]
casts += [(f"b{i}", t, f"w{i}", "i32", "to = 6 : i64") for i, t in enumerate(("ui4", "i4", "ui2", "i2"))]
narrow = [x.astype(np.uint8) & 15, (x << 4) >> 4, x.astype(np.uint8) & 3, (x << 6) >> 6]
arguments = [("x", "i8")] + [(f"b{i}", t) for i, t in enumerate(("ui4", "i4", "ui2", "i2"))]
found = invoke(module(arguments, casts), {"x": x, **{f"b{i}": n for i, n in enumerate(narrow)}}, [c[2] for c in casts])
for got, want in zip(found, narrow + narrow):
    if not (got.astype(np.int64) == want.astype(np.int64)).all():
        sys.exit("integers of 2 or 4 bits differ")
    checked += got.size
print(f"{checked} conversions agree")
