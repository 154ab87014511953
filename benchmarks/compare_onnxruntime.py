"""Decode and prefill speed against ONNX Runtime on the same ONNX file, in one run.

usage: compare_onnxruntime.py MODEL.onnx [--bitnet-opt PATH] [--prompt N] [--generate N] [--repeat R] [--threads T]

Compiles the model, then alternates between our `bench` and ONNX Runtime's
default session (pip install onnxruntime) and prints medians and ratios. The
graph has to take input_ids, attention_mask, position_ids and past/present
tensors, as causal language models with a cache do. Both sides compute logits of
the last position in decode; in prefill ONNX Runtime's graph has no choice but to
give all of them.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time

import numpy as np
import onnxruntime as ort


class OnnxRuntime:
    def __init__(self, path, threads):
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = ort.InferenceSession(path, options)
        self.outputs = [o.name for o in self.session.get_outputs()]
        self.caches = [i for i in self.session.get_inputs() if len(i.shape) == 4]
        self.plain = {i.name for i in self.session.get_inputs()} - {c.name for c in self.caches}

    def step(self, ids, caches, past):
        count = ids.shape[1]
        feed = {"input_ids": ids, "attention_mask": np.ones((1, past + count), np.int64),
                "position_ids": np.arange(past, past + count, dtype=np.int64)[None]}
        feed = {k: v for k, v in feed.items() if k in self.plain}
        feed.update(caches)
        outputs = self.session.run(None, feed)
        presents = [o for o in outputs if o.ndim == 4]
        return outputs[0], {c.name: p for c, p in zip(self.caches, presents)}

    def empty(self):
        return {c.name: np.zeros((1, c.shape[1], 0, c.shape[3]), np.float32) for c in self.caches}

    def prefill(self, count):
        ids = np.arange(count, dtype=np.int64)[None] % 1000
        start = time.perf_counter()
        self.step(ids, self.empty(), 0)
        return count / (time.perf_counter() - start)

    def decode(self, count):
        caches, start = self.empty(), time.perf_counter()
        for i in range(count):
            _, caches = self.step(np.array([[i % 1000]], np.int64), caches, i)
        return count / (time.perf_counter() - start)


def ours(program, args):
    command = [program, "bench", "-p", str(args.prompt), "-n", str(args.generate), "-r", "5",
               "-t", str(args.threads), "-o", "json"]
    rows = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    if isinstance(rows, dict):
        rows = rows.get("results") or rows.get("tests")
    speed = {}
    for row in rows:
        test = row.get("test", "")
        kind = "prefill" if test.startswith("pp") else "decode" if test.startswith("tg") else None
        if kind:
            speed[kind] = next(row[k] for k in ("median_ts", "median_tok_s", "median", "avg_ts") if k in row)
    return speed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("--bitnet-opt", default="build/bin/bitnet-opt")
    parser.add_argument("--prompt", type=int, default=128)
    parser.add_argument("--generate", type=int, default=64)
    parser.add_argument("--repeat", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()

    with tempfile.TemporaryDirectory() as work:
        program = os.path.join(work, "program")
        start = time.perf_counter()
        subprocess.run([args.bitnet_opt, "compile", args.model, "-o", program], check=True)
        compiled = time.perf_counter() - start
        peer = OnnxRuntime(args.model, args.threads)
        peer.decode(8)
        figures = {(who, kind): [] for who in ("ours", "peer") for kind in ("prefill", "decode")}
        for _ in range(args.repeat):
            for kind, value in ours(program, args).items():
                figures["ours", kind].append(value)
            figures["peer", "prefill"].append(peer.prefill(args.prompt))
            figures["peer", "decode"].append(peer.decode(args.generate))
    print(f"compile: {compiled:.2f} s, {args.threads} threads, ONNX Runtime {ort.__version__}")
    print("| test | ours tok/s | ONNX Runtime tok/s | ratio |\n|---|---|---|---|")
    for kind, count in (("prefill", args.prompt), ("decode", args.generate)):
        mine = statistics.median(figures["ours", kind])
        theirs = statistics.median(figures["peer", kind])
        print(f"| {kind} {count} | {mine:.0f} | {theirs:.0f} | {mine / theirs:.2f} |")


if __name__ == "__main__":
    main()
