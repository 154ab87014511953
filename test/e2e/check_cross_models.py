"""Holds small models for another CPU to the host's, under QEMU.

usage: check_cross_models.py BUILD_DIR CPU MODEL_DIR...

CPU is one of check_cross.py. Each model (model.onnx, inputs.npz) is compiled for
the host and for CPU; for the first two of its sets of inputs all outputs are
equal byte for byte.
"""

import os
import sys
import tempfile

import numpy as np

from check_cross import CPUS
from check_tinylm import run
from run_onnx import sets_of


def outputs_of(command, inputs, names, work):
    command = [*command, "invoke", "-t", "2"]
    for i, (name, value) in enumerate(inputs.items()):
        np.save(os.path.join(work, f"in{i}.npy"), value)
        command += ["--input", f"{name}={work}/in{i}.npy"]
    for i, name in enumerate(names):
        command += ["--output", f"{name}={work}/out{i}.npy"]
    run(*command)
    return [np.load(os.path.join(work, f"out{i}.npy")) for i in range(len(names))]


def compare(model, build, cpu, work):
    emulator, variants = CPUS[cpu]
    runner = [*emulator, "-L", f"/usr/{cpu}-linux-gnu", os.path.join(build, "lib", "bitnet", cpu, "bitnet-run")]
    host, other = os.path.join(work, "host"), os.path.join(work, "other")
    source = os.path.join(model, "model.onnx")
    run("bitnet-opt", "compile", source, "--emit=lib", "-o", host)
    run("bitnet-opt", "compile", source, "--emit=lib", "-o", other, *variants[0])
    inputs = sets_of(np.load(os.path.join(model, "inputs.npz")))
    wanted = sets_of(np.load(os.path.join(model, "outputs.npz")))
    count = 0
    for number in sorted(wanted)[:2]:
        names = list(wanted[number])
        want = outputs_of(["bitnet-run", host], inputs[number], names, work)
        got = outputs_of([*runner, other], inputs[number], names, work)
        for name, a, b in zip(names, want, got):
            if a.shape != b.shape or a.tobytes() != b.tobytes():
                sys.exit(f"{model}, set {number}: {name} differs from the host's")
            count += a.size
    print(f"{os.path.basename(model)}: {count} numbers bit-identical", flush=True)


def main():
    build, cpu, *models = sys.argv[1:]
    for model in models:
        with tempfile.TemporaryDirectory() as work:
            compare(model, build, cpu, work)


if __name__ == "__main__":
    main()
