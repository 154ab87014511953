"""Holds code for several CPUs in one artefact to code for one.

usage: check_several.py MODELS_DIR

Compiles the shipped language model for the least of the x86-64 targets, and for
several at once in a few ways. Then for each target of a list
  logits   of a prompt in one piece and in chunks, with 1 and 2 threads, are those
           of the least target bit for bit when BITNET_TARGET names it
  refusal  a target that this CPU cannot run is refused, by name
and for each list
  weights  are one file, that of one target with the same layouts
  choice   without BITNET_TARGET the last target that this CPU runs is taken
"""

import filecmp
import os
import re
import subprocess
import sys
import tempfile

import numpy as np

from check_tinylm import compile_model, feed, invoke, run

# Targets, the least first, other flags, and one target that has the same weights alone.
LISTS = [
    ("x86-ssse3,x86-avx2,x86-avx512bw,x86-avx512vbmi", [], ["--target=x86-ssse3"]),
    ("x86_64-linux-gnu,x86-avx2", [], ["--target=x86_64-linux-gnu"]),
    ("x86-avx2,x86-avx512vnni", ["-O3"], None),
    ("x86-avx2,x86-avx512vbmi", ["--head=i8", "--kv=f16"], None),
]


class Checker:
    def __init__(self, models, work):
        self.models, self.work = models, work
        self.ids = np.array([[1 + 37 * i % 500 for i in range(48)]], np.int64)  # more than one tile
        self.names = [f"past_key_values.{i}.{kind}" for i in range(4) for kind in ("key", "value")]
        self.empty = {name: np.zeros((1, 2, 0, 32), np.float32) for name in self.names}
        self.taken = set()

    def compile(self, name, *flags):
        return compile_model(self.models, "onnx-packed", os.path.join(self.work, name), *flags)

    def logits(self, model, threads):
        return invoke(model, self.work, feed(self.ids, self.empty), ["logits"], threads)["logits"]

    def chunks(self, model):
        presents = [name.replace("past_key_values", "present") for name in self.names]
        caches, pieces = self.empty, []
        for step in (self.ids[:, :1], self.ids[:, 1:20], self.ids[:, 20:]):
            out = invoke(model, self.work, feed(step, caches), ["logits"] + presents, 2)
            pieces.append(out["logits"])
            caches = {name: out[present] for name, present in zip(self.names, presents)}
        return np.concatenate(pieces, axis=1)

    def compare(self, what, logits, want):
        if not np.array_equal(want.view(np.uint32), logits.view(np.uint32)):
            sys.exit(f"{what}: {np.sum(want != logits)} of {want.size} logits differ")

    def code_of(self, model):
        """The target whose code is taken, and why none is."""
        result = subprocess.run(["bitnet-run", model, "invoke", "--list"], capture_output=True, text=True)
        found = re.match(r"code for (\S+)\n", result.stdout)
        return (found.group(1) if found else None), result.stderr

    def check_list(self, number, targets, flags, alone):
        model = self.compile(f"several-{number}", f"--target={targets}", *flags)
        least = self.compile(f"least-{number}", "--target=x86_64-linux-gnu", "--strategy=masked",
                             *[flag for flag in flags if flag != "-O3"])
        want, stepped = self.logits(least, 2), self.chunks(least)
        if not np.isfinite(want).all() or want.std() < 0.5:
            sys.exit(f"logits do not look like logits: deviation {want.std()}")
        if alone:
            one = self.compile(f"one-{number}", *flags, *alone)
            if not filecmp.cmp(f"{model}.weights", f"{one}.weights", shallow=False):
                sys.exit(f"{targets}: other weights than {alone}")
        best = None
        for target in targets.split(","):
            os.environ["BITNET_TARGET"] = target
            taken, error = self.code_of(model)
            if taken is None and "this CPU lacks" in error and f"target '{target}'" in error:
                print(f"{target} refused: {error.strip()}", flush=True)
                continue
            if taken != target:
                sys.exit(f"{targets}: took {taken} for {target}: {error}")
            best = target
            self.taken.add(target)
            for threads in (1, 2):
                self.compare(f"{target} of {targets}, {threads} threads", self.logits(model, threads), want)
            self.compare(f"{target} of {targets}, in chunks", self.chunks(model), stepped)
            print(f"{target} of {targets} {' '.join(flags)}: {want.size} logits bit-identical", flush=True)
        del os.environ["BITNET_TARGET"]
        if best and self.code_of(model)[0] != best:
            sys.exit(f"{targets}: took {self.code_of(model)}, expected {best}")

    def run(self):
        os.environ.pop("BITNET_TARGET", None)
        for number, (targets, flags, alone) in enumerate(LISTS):
            self.check_list(number, targets, flags, alone)
        print("taken: " + ", ".join(sorted(self.taken)))
        if not {"x86-ssse3", "x86_64-linux-gnu"} <= self.taken:
            sys.exit("not even the least targets were taken")


def main():
    with tempfile.TemporaryDirectory() as work:
        Checker(sys.argv[1], work).run()


if __name__ == "__main__":
    main()
