"""Holds models for other CPUs to the host's, under QEMU.

usage: check_cross.py MODELS_DIR BUILD_DIR CPU

CPU is aarch64 or riscv64. Compiles the shipped language model for the host and,
in several ways, for CPU. Then
  logits  of a prompt in one piece and in chunks, with 1 and 2 threads, are those
          of the host bit for bit
  tokens  that the executable writes are those of golden.json, up to the first
          position whose stored lead is below 0.05
  library a shared library, loaded by the bitnet-run of that CPU, gives the same
  several code for several targets takes that of the CPU, with the same logits
"""

import json
import os
import re
import subprocess
import sys
import tempfile

import numpy as np

from check_tinylm import compile_model, feed, run

# How QEMU is called, and what is compiled: flags of each variant, the first one
# for all checks.
CPUS = {
    "aarch64": (["qemu-aarch64", "-cpu", "max"],
                [["--target=aarch64-linux-gnu"], ["--target=aarch64-neon", "--strategy=masked"],
                 ["--target=aarch64-dotprod", "--strategy=dot"],
                 ["--target=aarch64-i8mm", "--strategy=dot"]]),
    "riscv64": (["qemu-riscv64", "-cpu", "rv64,v=true,vext_spec=v1.0,vlen=128"],
                [["--target=riscv64-rvv"], ["--target=riscv64-linux-gnu"],
                 ["--target=riscv64-rvv", "--strategy=masked"]]),
}


def invoke(command, work, inputs, outputs, threads):
    command = [*command, "invoke", "-t", str(threads)]
    for i, (name, value) in enumerate(inputs.items()):
        np.save(os.path.join(work, f"in{i}.npy"), value)
        command += ["--input", f"{name}={work}/in{i}.npy"]
    for i, name in enumerate(outputs):
        command += ["--output", f"{name}={work}/out{i}.npy"]
    run(*command)
    return {name: np.load(os.path.join(work, f"out{i}.npy")) for i, name in enumerate(outputs)}


# Targets of one executable, and the CPUs that take the code of each.
SEVERAL = {
    "aarch64": {"aarch64-neon": "cortex-a53", "aarch64-dotprod": "max"},
    "riscv64": {"riscv64-linux-gnu": "rv64", "riscv64-rvv": "rv64,v=true,vext_spec=v1.0,vlen=128"},
}


class Checker:
    def __init__(self, models, build, cpu, work):
        self.models, self.work, self.cpu = models, work, cpu
        emulator, self.variants = CPUS[cpu]
        self.qemu = [*emulator, "-L", f"/usr/{cpu}-linux-gnu"]
        self.runner = os.path.join(build, "lib", "bitnet", cpu, "bitnet-run")
        with open(os.path.join(models, "golden.json")) as file:
            self.golden = json.load(file)
        self.ids = np.array([self.golden["prompts"][0]["tokens"] * 3], np.int64)  # 36: more than one tile
        self.names = [f"past_key_values.{i}.{kind}" for i in range(4) for kind in ("key", "value")]
        self.empty = {name: np.zeros((1, 2, 0, 32), np.float32) for name in self.names}

    def compile(self, name, kind, flags):
        out = os.path.join(self.work, name)
        if kind == "lib":
            return compile_model(self.models, "onnx-packed", out, *flags)
        # With the certificate: the default multiplies nothing on any CPU.
        run("bitnet-opt", "compile", os.path.join(self.models, "onnx-packed", "model.onnx"), "--certify",
            f"--tokenizer={os.path.join(self.models, 'tokenizer.json')}", "-o", out, *flags)
        return out

    def whole(self, command, threads):
        return invoke(command, self.work, feed(self.ids, self.empty), ["logits"], threads)["logits"]

    def chunks(self, command):
        presents = [name.replace("past_key_values", "present") for name in self.names]
        caches, pieces = self.empty, []
        for step in (self.ids[:, :1], self.ids[:, 1:18], self.ids[:, 18:]):
            out = invoke(command, self.work, feed(step, caches), ["logits"] + presents, 2)
            pieces.append(out["logits"])
            caches = {name: out[present] for name, present in zip(self.names, presents)}
        return np.concatenate(pieces, axis=1)

    def compare(self, what, logits):
        want, got = self.reference.view(np.uint32), logits.view(np.uint32)
        if np.array_equal(want, got):
            return
        where = np.argwhere(want != got)
        first = tuple(where[0])
        sys.exit(f"{what}: {len(where)} of {want.size} logits differ, first at {list(first)}: "
                 f"{logits[first]!r}, expected {self.reference[first]!r}")

    def check_tokens(self, command):
        prompt = self.golden["prompts"][0]
        want = prompt["torch_packed"]["tokens"]
        leads = prompt["torch_packed"].get("leads") or prompt["torch_qat"]["leads"]
        sure = next((i for i, lead in enumerate(leads) if lead < 0.05), len(want))
        text = run(*command, "generate", "--prompt", prompt["text"], "-n", str(len(want)), "--print-token-ids")
        ids = [int(word) for word in re.findall(r"\d+", text)]
        if ids[: len(prompt["tokens"])] == prompt["tokens"]:
            ids = ids[len(prompt["tokens"]):]
        if ids[:sure] != want[:sure]:
            sys.exit(f"tokens {ids[:sure]}, expected {want[:sure]}")
        return sure

    def run(self):
        self.reference = self.whole(["bitnet-run", self.compile("host", "lib", [])], 2)
        for number, flags in enumerate(self.variants):
            kind = "exe" if number == 0 else "lib"
            model = self.compile(f"model-{number}", kind, flags)
            command = [*self.qemu, model] if kind == "exe" else [*self.qemu, self.runner, model]
            what = " ".join(flags)
            self.compare(what, self.whole(command, 2))
            if number == 0:
                self.compare(f"{what}, 1 thread", self.whole(command, 1))
                self.compare(f"{what}, in chunks", self.chunks(command))
                tokens = self.check_tokens(command)
            print(f"{what}: {self.reference.size} logits bit-identical", flush=True)
        print(f"{tokens} tokens equal")
        self.check_several()

    def check_several(self):
        targets = SEVERAL[self.cpu]
        model = self.compile("several", "exe", ["--target=" + ",".join(targets)])
        for target, emulated in targets.items():
            command = [self.qemu[0], "-cpu", emulated, *self.qemu[3:], model]
            taken = run(*command, "invoke", "--list").splitlines()[0]
            if taken != f"code for {target}":
                sys.exit(f"{emulated}: {taken}, expected that for {target}")
            self.compare(f"{target} of several", self.whole(command, 2))
            print(f"{target} of several: {self.reference.size} logits bit-identical", flush=True)


def main():
    models, build, cpu = sys.argv[1:]
    with tempfile.TemporaryDirectory() as work:
        Checker(models, build, cpu, work).run()


if __name__ == "__main__":
    main()
