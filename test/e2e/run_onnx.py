"""Runs a compiled graph on stored inputs and compares with stored outputs.

usage: run_onnx.py MODEL_DIR [--rms R | --max M] [--work DIR] [compile flags...]

MODEL_DIR holds model.onnx, inputs.npz and outputs.npz; the keys of both are
SET/NAME. The graph is compiled with --emit=lib and run by `bitnet-run invoke`
once for each set. --max bounds the largest error as a share of the largest
magnitude of the expected output (single layers); --rms bounds the root mean
square error relative to that of the expected output (blocks and decoders).
"""

import argparse
import os
import subprocess
import sys
import tempfile

import numpy as np


def run(command):
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(command)}\nexit code {result.returncode}\n{result.stdout}{result.stderr}")
    return result.stdout


def sets_of(npz):
    sets = {}
    for key in npz.files:
        number, name = key.split("/", 1)
        sets.setdefault(number, {})[name] = npz[key]
    return sets


def compare(name, got, want, limit_rms, limit_max):
    """Returns the error figure, or exits with the first thing that is off."""
    if got.shape != want.shape:
        sys.exit(f"{name}: shape {got.shape}, expected {want.shape}")
    got64, want64 = got.astype(np.float64), want.astype(np.float64)
    if not np.isfinite(got64).all() and np.isfinite(want64).all():
        sys.exit(f"{name}: not finite")
    if want64.size == 0:
        return 0.0
    if limit_max is not None:
        scale = max(np.abs(want64).max(), 1e-30)
        error, limit = np.abs(got64 - want64).max() / scale, limit_max
    else:
        scale = max(np.sqrt((want64**2).mean()), 1e-30)
        error, limit = np.sqrt(((got64 - want64) ** 2).mean()) / scale, limit_rms
    if not error <= limit:
        sys.exit(f"{name}: error {error:.3e}, expected at most {limit:.1e}")
    return error


def run_sets(compiled, model_dir, work, limit_rms, limit_max, threads="2"):
    """Runs every set of MODEL_DIR and returns the errors, or exits with the first thing that is off."""
    inputs = sets_of(np.load(os.path.join(model_dir, "inputs.npz")))
    outputs = sets_of(np.load(os.path.join(model_dir, "outputs.npz")))
    if not outputs:
        sys.exit("no expected outputs")
    errors = []
    for number, wanted in sorted(outputs.items()):
        command = ["bitnet-run", compiled, "invoke", "-t", threads]
        for i, (name, value) in enumerate(inputs[number].items()):
            path = os.path.join(work, f"in{i}.npy")
            np.save(path, value)
            command += ["--input", f"{name}={path}"]
        paths = {}
        for i, name in enumerate(wanted):
            paths[name] = os.path.join(work, f"out{i}.npy")
            command += ["--output", f"{name}={paths[name]}"]
        run(command)
        for name, want in wanted.items():
            got = np.load(paths[name])
            if got.dtype != want.dtype and got.dtype.kind == "V":
                # What was stored as f32 is bf16's numbers.
                widens = got.dtype.itemsize == 2 and want.dtype == np.float32
                got = (got.view(np.uint16).astype(np.uint32) << 16).view(np.float32) if widens else got.view(want.dtype)
            errors.append(compare(f"set {number}, {name}", got, want, limit_rms, limit_max))
            print(f"set {number}, {name}: {got.shape}, error {errors[-1]:.2e}", file=sys.stderr)
    return errors


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model_dir")
    parser.add_argument("--rms", type=float, default=2e-3)
    parser.add_argument("--max", type=float)
    parser.add_argument("--threads", default="2")
    args, compile_flags = parser.parse_known_args()

    with tempfile.TemporaryDirectory() as work:
        compiled = os.path.join(work, "model")
        run(["bitnet-opt", "compile", os.path.join(args.model_dir, "model.onnx"),
             "--emit=lib", "-o", compiled] + compile_flags)
        run_sets(compiled, args.model_dir, work, args.rms, args.max, args.threads)
    print("all outputs match")


if __name__ == "__main__":
    main()
