"""Breaks one thing at a time in good models and holds the compiler to it.

usage: mutate.py [--seed N] [--count N] [--seconds S] [--suite DIR]... [--cases FILE] [--record FILE | --replay FILE]
                 [--keep DIR] [MODEL...]

Of all mutations of the models in the suites (test/models/forms and
test/models/spellings unless --suite says otherwise), --count ones are drawn by
the seed; MODEL keeps the models whose name contains it. --cases adds those of a
file, one MODEL:MUTATION a line. Each must be refused, by one error, exit code 1 and no output left
behind, or compile and give ONNX Runtime's numbers; where ONNX Runtime refuses
the model, or is not installed, anything but a crash will do. --record writes
what was found to a file; --replay runs the cases of that file again and compares
with it, which needs numpy only. --keep leaves the models that failed in a
folder.
"""

import argparse
import json
import os
import random
import resource
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import numpy as np

import mutations
import onnx_tree

HERE = os.path.dirname(os.path.abspath(__file__))
SUITES = [os.path.join(HERE, "..", "models", name) for name in ("forms", "spellings")]
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))
from check_spellings import limits

MEMORY = 16 << 30  # of address space, for a compiler that maps all of LLVM
CPU_SECONDS = 60
TIMEOUT = 600  # of the clock, for a machine that is busy
NUMPY_TYPES = {1: "f4", 2: "u1", 3: "i1", 4: "u2", 5: "i2", 6: "i4", 7: "i8", 9: "?", 10: "f2", 11: "f8", 12: "u4",
               13: "u8", 16: "V2"}  # NumPy has no bf16: two bytes


class Model:
    """A good model of a suite, with a set of inputs."""

    def __init__(self, folder):
        self.folder, self.name = folder, os.path.basename(folder)
        with open(os.path.join(folder, "model.onnx"), "rb") as file:
            self.bytes = file.read()
        npz = np.load(os.path.join(folder, "inputs.npz"))
        first = min(key.split("/", 1)[0] for key in npz.files)
        self.inputs = {key.split("/", 1)[1]: npz[key] for key in npz.files if key.split("/", 1)[0] == first}
        self.data_files = [name for name in os.listdir(folder) if name.endswith(".data")]
        self.cases = mutations.cases(onnx_tree.decode(self.bytes))

    def write(self, case, folder):
        """Carries a mutation out; returns the tree of the broken model."""
        tree = onnx_tree.decode(self.bytes)
        data = mutations.apply(tree, case) if case else None
        for name in self.data_files:
            shutil.copy(os.path.join(self.folder, name), folder)
        if data:
            with open(os.path.join(folder, mutations.DATA_FILE), "wb") as file:
                file.write(data)
        with open(os.path.join(folder, "model.onnx"), "wb") as file:
            file.write(tree.encode())
        return tree


def converted(array, dtype):
    """Numbers of one type as those of another, bf16 among them."""
    if array.dtype.kind == "V":
        array = (array.view(np.uint16).astype(np.uint32) << 16).view(np.float32)
    if np.dtype(dtype).kind == "V":
        return (array.astype(np.float32).view(np.uint32) >> 16).astype(np.uint16).view(dtype)
    return array.astype(dtype)


def inputs_for(tree, good):
    """An array for each graph input: the good model's where it fits, else one of the declared type and shape."""
    graph, arrays, sizes = tree.get("graph"), {}, {}
    if graph is None:
        return {}
    initializers = {tensor.get("name") for tensor in graph.all("initializer")}
    rng = np.random.default_rng(0)
    for value in graph.all("input"):
        if value.get("name") in initializers:
            continue
        name = value.text("name")
        kind = value.get("type") and value.get("type").get("tensor_type")
        dtype = NUMPY_TYPES.get(kind.get("elem_type") if kind else 1, "f4")
        known = good.get(name)
        shape = kind.get("shape") if kind else None
        dims = []
        for i, dim in enumerate(shape.all("dim") if shape else []):
            fixed, symbol = dim.get("dim_value"), dim.text("dim_param")
            guess = known.shape[i] if known is not None and i < known.ndim else 2
            dims.append(onnx_tree.signed(fixed) if fixed is not None else sizes.setdefault(symbol, guess) if symbol else guess)
        if known is not None and (shape is None or list(known.shape) == dims):
            arrays[name] = known if known.dtype == np.dtype(dtype) else converted(known, dtype)
            continue
        if any(dim < 0 for dim in dims) or len(dims) > 16 or np.prod([float(d) for d in dims]) > 1e6:
            dims = []
        is_float = np.dtype(dtype).kind in "fV"
        arrays[name] = converted(np.asarray(rng.standard_normal(dims) if is_float else rng.integers(0, 2, dims)), dtype)
    return arrays


class OnnxRuntime:
    """The worker, started again when it dies."""

    def __init__(self):
        self.process = None

    def run(self, model, inputs, outputs):
        if self.process is None or self.process.poll() is not None:
            self.process = subprocess.Popen([sys.executable, os.path.join(HERE, "ort_worker.py")], text=True,
                                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        try:
            self.process.stdin.write(f"{model} {inputs} {outputs}\n")
            self.process.stdin.flush()
            if not select.select([self.process.stdout], [], [], TIMEOUT)[0]:
                raise TimeoutError
            answer = self.process.stdout.readline().strip()
        except (BrokenPipeError, TimeoutError):
            answer = ""
        if not answer:
            self.process.kill()
            self.process.wait()
            self.process = None
            return "refused: it crashed or hung"
        return answer


def limit_memory():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 5))


def call(command):
    """(exit code, output); what is no clean end is told by a text instead of a code."""
    try:
        result = subprocess.run(command, capture_output=True, timeout=TIMEOUT, preexec_fn=limit_memory)
    except subprocess.TimeoutExpired:
        return f"hangs for {TIMEOUT} s", ""
    text = (result.stdout + result.stderr).decode("utf-8", "replace")
    if result.returncode == -signal.SIGXCPU:
        return f"hangs for {CPU_SECONDS} s", ""
    if result.returncode not in (0, 1) or "LLVM ERROR" in text or "Stack dump" in text:
        return f"crash, exit code {result.returncode}", text
    errors = sum("error:" in line for line in text.splitlines())
    if result.returncode == 1 and errors != 1:
        return f"refused by {errors} errors", text
    return result.returncode, text


def difference(got, want, name):
    """None where the arrays are equal as far as the model's kind asks, else what differs."""
    if got.shape != want.shape:
        return f"shape {got.shape}, expected {want.shape}"
    if got.dtype != want.dtype:
        return f"type {got.dtype}, expected {want.dtype}"
    got, want = got.astype(np.float64), want.astype(np.float64)
    # Which sums overflow, and which a NaN reaches, depends on their order: where
    # one is not finite, the others are not compared.
    if not np.isfinite(want).all() or not want.size:
        return None
    if not np.isfinite(got).all():
        return f"{np.count_nonzero(~np.isfinite(got))} numbers are not finite, expected none"
    limit_max, limit_rms = limits(name)
    error, scale = np.abs(got - want), np.abs(want)
    if limit_max is not None:
        found, limit = error.max() / max(scale.max(), 1e-30), limit_max
    else:
        found, limit = np.sqrt((error**2).mean()) / max(np.sqrt((scale**2).mean()), 1e-30), limit_rms
    return None if found <= limit else f"error {found:.2e}, expected at most {limit:.1e}"


class Judge:
    def __init__(self, work, flags, runtime):
        self.work, self.flags, self.runtime = work, flags, runtime

    def judge(self, model, case):
        """(verdict, what is to say, our outputs); a verdict is refused, equal, unjudged or WRONG."""
        folder = os.path.join(self.work, "case")
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(os.path.join(folder, "out"))
        tree = model.write(case, folder)
        path = os.path.join(folder, "model.onnx")
        compiled = os.path.join(folder, "out", "model")
        code, text = call(["bitnet-opt", "compile", path, "--emit=lib", "-o", compiled] + self.flags)
        left = os.listdir(os.path.join(folder, "out"))
        if code == 1:
            error = next(line for line in text.splitlines() if "error:" in line)
            return ("WRONG", f"left {left}", {}) if left else ("refused", error.split("error:", 1)[1].strip(), {})
        if code != 0:
            return "WRONG", f"{code}: {text[:300]}", {}
        return self.compare(model, tree, folder, compiled)

    def compare(self, model, tree, folder, compiled):
        arrays = inputs_for(tree, model.inputs)
        command = ["bitnet-run", compiled, "invoke", "-t", "1"]
        for i, (name, array) in enumerate(arrays.items()):
            np.save(os.path.join(folder, f"in{i}.npy"), array)
            command += ["--input", f"{name}={folder}/in{i}.npy"]
        names = [value.text("name") for value in tree.get("graph").all("output")]
        for i, name in enumerate(names):
            command += ["--output", f"{name}={folder}/out{i}.npy"]
        code, text = call(command)
        if code not in (0, 1):
            return "WRONG", f"invoke: {code}: {text[:300]}", {}
        ours = {name: np.load(f"{folder}/out{i}.npy") for i, name in enumerate(names)} if code == 0 else {}
        if self.runtime is None:
            return "unjudged", "", ours
        np.savez(os.path.join(folder, "in.npz"), **arrays)
        answer = self.runtime.run(f"{folder}/model.onnx", f"{folder}/in.npz", f"{folder}/want.npz")
        if answer != "ok":
            return "unjudged", "ONNX Runtime " + answer, ours
        if code == 1:
            return "refused", "when run: " + text.split("error:", 1)[1].strip(), {}
        with np.load(f"{folder}/want.npz") as want:
            for i, name in enumerate(names):
                complaint = difference(ours[name], want[f"{i}"], model.name)
                if complaint:
                    return "WRONG", f"output '{name}': {complaint}", ours
        return "equal", "", ours


def draw(models, seed, count):
    """`count` pairs of a model and one of its mutations: small models and rare kinds of sites are drawn more often."""
    rng = random.Random(seed)
    weights = [1 / len(model.bytes) ** 0.6 for model in models]
    for _ in range(count):
        model = rng.choices(models, weights)[0]
        kind = rng.choice(sorted(model.cases))
        yield model, rng.choice(model.cases[kind])


class Suite(dict):
    """Models by name, read when they are first asked for."""

    def __init__(self, suites):
        self.folders = {name: os.path.join(suite, name) for suite in suites for name in sorted(os.listdir(suite))
                        if os.path.exists(os.path.join(suite, name, "inputs.npz"))}

    def __missing__(self, name):
        return self.setdefault(name, Model(self.folders[name]))


def replay(judge, models, path):
    """Compares with what was recorded; where the compiler accepts more than it did, only crashes count."""
    with np.load(path) as file:
        recorded = json.loads(str(file["cases"]))
        failures = 0
        for number, (name, case, verdict) in enumerate(recorded):
            found, said, outputs = judge.judge(models[name], case)
            if found != "WRONG" and verdict == "equal":
                wanted = {key.split("/", 1)[1]: file[key] for key in file.files if key.startswith(f"{number}/")}
                said = f"refused: {said}" if found == "refused" else next(
                    (f"output '{key}': {complaint}" for key, value in wanted.items()
                     if (complaint := difference(outputs[key], value, name))), "")
                found = "WRONG" if said else "equal"
            if found == "WRONG":
                failures += 1
                print(f"{name}:{case}: {said}")
    if failures:
        sys.exit(f"{failures} of {len(recorded)} mutations fail")
    print(f"{len(recorded)} mutations behave")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("models", nargs="*")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--suite", action="append")
    parser.add_argument("--cases")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--record")
    parser.add_argument("--replay")
    parser.add_argument("--keep")
    args, flags = parser.parse_known_args()
    suite = Suite(args.suite or SUITES)
    with tempfile.TemporaryDirectory() as work:
        if args.replay:
            return replay(Judge(work, flags or ["-O0"], None), suite, args.replay)
        models = [suite[name] for name in suite.folders if not args.models or any(part in name for part in args.models)]
        cases = draw(models, args.seed, args.count) if args.count else []
        if args.cases:
            with open(args.cases) as file:
                named = [line.rstrip("\n").split(":", 1) for line in file]
            cases = [*((suite[name], case) for name, case in named), *cases]
        run(args, cases, Judge(work, flags or ["-O1"], OnnxRuntime()))


def run(args, cases, judge):
    counts, record, arrays, start = {}, [], {}, time.monotonic()
    for model, case in cases:
        if time.monotonic() - start > args.seconds:
            break
        verdict, said, outputs = judge.judge(model, case)
        counts[verdict] = counts.get(verdict, 0) + 1
        arrays.update({f"{len(record)}/{name}": array for name, array in outputs.items() if verdict == "equal"})
        record.append((model.name, case, verdict))
        if verdict == "WRONG" or args.verbose:
            print(f"{model.name}:{case}: {verdict}: {said}", flush=True)
        if verdict == "WRONG" and args.keep:
            shutil.copytree(os.path.join(judge.work, "case"),
                            os.path.join(args.keep, f"{args.seed}-{len(record)}"), dirs_exist_ok=True)
    if args.record:
        np.savez_compressed(args.record, cases=json.dumps(record), **arrays)
    print(", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items())))
    sys.exit(1 if counts.get("WRONG") else 0)


if __name__ == "__main__":
    main()
