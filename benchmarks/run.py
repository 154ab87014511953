#!/usr/bin/env python3
"""Speed of compiled models beside that of other programs, in one run.

usage: run.py --shapes=2b-4t,700m [--threads=1,2] [--variant NAME=FLAGS]... [--peer SHAPE:NAME=COMMAND]...
              [--form=packed|nbits] [--work DIR] [-o OUT]

For each shape: writes the ONNX model (kept in the work folder), compiles it once for each variant, and measures the
prompt (pp) and generation (tg) speed of all variants and peers, in turns, on each number of threads; before and after,
the read bandwidth and the dot-product peak. Prints one table, and writes OUT.json and OUT.svg.

A variant's FLAGS go to `bitnet-opt compile`. A peer's COMMAND is a shell command in which {p}, {n} and {t} stand for
the tokens of the prompt, those generated and the threads; it prints JSON rows as llama-bench -o json does. Peers that
PyPI has: peers/onnxruntime_bench.py, peers/llama_cpp_bench.py. `--dense` adds the same graph with dense f16 layers.
"""

import argparse
import json
import os
import platform
import shlex
import statistics
import subprocess
import sys
import time

import report

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "benchmarks", "models"))
from decoder import FORMS, Decoder  # noqa: E402
from shapes import SHAPES  # noqa: E402


WIDE_HEADS = {"--head=graph", "--head=bf16", "--head=f16", "--dense=f16", "--dense=f32", "--dense=bf16"}


def output_of(command):
    result = subprocess.run(command, shell=isinstance(command, str), capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"run.py: {command}\nexit code {result.returncode}\n{result.stdout}{result.stderr}")
    return result.stdout


def rows_of(text):
    """{"pp": tok/s, "tg": tok/s} of our rows or llama-bench's."""
    speeds = {}
    for row in json.loads(text[text.index("["):]):
        kind = row["test"][:2] if "test" in row else "tg" if row.get("n_gen") else "pp"
        speeds[kind] = row["avg_ts"]
    return speeds


class Machine:
    """What the hardware gives, measured by limits.cpp."""

    def __init__(self, work, threads):
        self.program, self.threads, self.runs = os.path.join(work, "limits"), threads, []
        output_of(["clang++-22", "-O3", "-march=native", "-pthread", f"{ROOT}/benchmarks/limits.cpp", "-o",
                   self.program])

    def measure(self):
        self.runs.append(json.loads(output_of([self.program, str(max(self.threads)), "1"])))

    def limits(self):
        """threads -> read bytes/s and dot-product MACs/s, the best of the runs."""
        best = {}
        for run in self.runs:
            for row in run["threads"]:
                seen = best.setdefault(row["threads"], {"read_bytes_s": 0, "dot_macs_s": 0})
                for key in seen:
                    seen[key] = max(seen[key], row[key])
        return best


class Compiled:
    """A variant of one shape: compiled on creation, then a command like a peer's."""

    def __init__(self, args, shape, name, flags):
        self.name = name
        folder = os.path.join(args.work, shape if args.form == "packed" else f"{shape}-{args.form}")
        model = os.path.join(folder, "model.onnx")
        if not os.path.exists(model):
            Decoder(folder, SHAPES[shape], form=args.form).write()
        self.out = os.path.join(args.work, f"{shape}-{name}")
        start = time.perf_counter()
        output_of([args.bitnet_opt, "compile", model, "--emit=lib", "-o", self.out] + flags)
        self.seconds = time.perf_counter() - start
        folder, base = os.path.split(self.out)
        self.weights_bytes = os.path.getsize(f"{self.out}.weights")
        # A narrow head leaves the table of embeddings, of which a token reads one row. bf16, as write_onnx.py's models.
        table = 0 if WIDE_HEADS.intersection(flags) else 2 * SHAPES[shape].vocab * SHAPES[shape].hidden
        self.read_bytes = self.weights_bytes - table
        self.code_bytes = os.path.getsize(os.path.join(folder, f"lib{base}.so"))
        self.command = f"{shlex.quote(args.bitnet_run)} {self.out} bench -p {{p}} -n {{n}} -t {{t}} -r 1 -o json"

    def facts(self):
        return {"compile_s": self.seconds, "weights_bytes": self.weights_bytes,
                "read_bytes": self.read_bytes, "code_bytes": self.code_bytes}

    def remove(self):
        folder, base = os.path.split(self.out)
        for path in (f"{self.out}.weights", os.path.join(folder, f"lib{base}.so"), f"{self.out}.h"):
            os.remove(path)


def measure(args, contenders, threads):
    """name -> {"pp": [tok/s], "tg": [tok/s]}, one value for each round; rounds go through all contenders."""
    speeds = {name: {"pp": [], "tg": []} for name in contenders}
    for _ in range(args.repeat):
        for name, command in contenders.items():
            text = output_of(command.format(p=args.prompt, n=args.generate, t=threads))
            for kind, value in rows_of(text).items():
                speeds[name][kind].append(value)
            print(f"  {threads} threads, {name}: " +
                  ", ".join(f"{k} {v[-1]:.2f}" for k, v in speeds[name].items() if v), file=sys.stderr, flush=True)
    return speeds


def run_shape(args, shape):
    variants = [Compiled(args, shape, name, flags) for name, flags in args.variants.items()]
    contenders = {v.name: v.command for v in variants}
    contenders |= {name: command for of, name, command in args.peers if of == shape}
    rows = []
    for threads in args.thread_counts:
        for name, speeds in measure(args, contenders, threads).items():
            medians = {kind: statistics.median(values) for kind, values in speeds.items() if values}
            rows.append({"shape": shape, "name": name, "threads": threads, "samples": speeds, **medians})
    facts = {v.name: v.facts() for v in variants}
    if not args.keep:
        for variant in variants:
            variant.remove()
    return rows, facts


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shapes", default="2b-4t,700m")
    parser.add_argument("--form", choices=FORMS, default="packed", help="how the models spell their linear layers")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--prompt", type=int, default=512)
    parser.add_argument("--generate", type=int, default=128)
    parser.add_argument("--repeat", type=int, default=3, help="rounds; the table has their medians")
    parser.add_argument("--variant", action="append", default=[], metavar="NAME=FLAGS")
    parser.add_argument("--peer", action="append", default=[], metavar="SHAPE:NAME=COMMAND")
    parser.add_argument("--dense", action="store_true", help="adds the variant dense-f16: --dense=f16")
    parser.add_argument("--work", default="bench-work", help="folder of the models")
    parser.add_argument("--keep", action="store_true", help="leave the compiled models there")
    parser.add_argument("--bitnet-opt", default=f"{ROOT}/build/bin/bitnet-opt")
    parser.add_argument("--bitnet-run", default=f"{ROOT}/build/bin/bitnet-run")
    parser.add_argument("-o", "--output", default="benchmarks")
    args = parser.parse_args()
    args.thread_counts = [int(t) for t in args.threads.split(",")]
    variants = args.variant or ["O2=-O2"]
    if args.dense:
        variants.append("dense-f16=--dense=f16")
    args.variants = {name: flags.split() for name, flags in (v.split("=", 1) for v in variants)}
    args.peers = []
    for peer in args.peer:
        where, command = peer.split("=", 1)
        args.peers.append((*where.split(":", 1), command))
    for shape in args.shapes.split(","):
        if shape not in SHAPES:
            parser.error(f"there is no shape '{shape}', expected one of {', '.join(SHAPES)}")
    return args


def main():
    args = parse_arguments()
    os.makedirs(args.work, exist_ok=True)
    machine = Machine(args.work, args.thread_counts)
    machine.measure()
    results, facts = [], {}
    for shape in args.shapes.split(","):
        rows, facts[shape] = run_shape(args, shape)
        results += rows
        machine.measure()
    with open("/proc/cpuinfo") as file:
        cpu = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), platform.machine())
    record = {"cpu": cpu, "date": time.strftime("%Y-%m-%d"), "command": shlex.join(sys.argv), "prompt": args.prompt,
              "generate": args.generate, "limits": machine.limits(), "compiled": facts, "results": results}
    with open(f"{args.output}.json", "w") as file:
        json.dump(record, file, indent=1)
    with open(f"{args.output}.svg", "w") as file:
        file.write(report.plot(record))
    print(report.table(record))


if __name__ == "__main__":
    main()
