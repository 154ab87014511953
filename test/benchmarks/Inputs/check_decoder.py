"""Writes a small decoder with benchmarks/models, compiles and runs it, and compares with the numpy reference.

usage: check_decoder.py SOURCE_ROOT --rms R [--shape NAME] [--activation A] [--embedding E] [--kv-heads N]
       [--ternary N] [--form FORM] [compile flags...]

The linear layers of the form nbits take unquantised input, of sizes that are multiples of their blocks.
"""

import argparse
import dataclasses
import json
import os
import subprocess
import sys
import tempfile

import numpy as np


def run(command):
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(command)}\nexit code {result.returncode}\n{result.stdout}{result.stderr}")


def invoke(compiled, shape, ids, work):
    """logits [tokens, vocab] of one call from an empty cache."""
    tokens = ids.shape[1]
    feed = {"input_ids": ids, "attention_mask": np.ones((1, tokens), np.int64),
            "position_ids": np.arange(tokens, dtype=np.int64)[None]}
    for layer in range(shape.layers):
        for what in ("key", "value"):
            feed[f"past_key_values.{layer}.{what}"] = np.zeros((1, shape.kv_heads, 0, shape.head_size), np.float32)
    command = ["bitnet-run", compiled, "invoke", "-t", "2", "--output", f"logits={work}/logits.npy"]
    for name, value in feed.items():
        np.save(f"{work}/{name}.npy", value)
        command += ["--input", f"{name}={work}/{name}.npy"]
    run(command)
    return np.load(f"{work}/logits.npy")[0]


def check_report(path, wanted):
    with open(path) as file:
        found = json.load(file)["ternary"]
    if found != wanted:
        sys.exit(f"{found} ternary linear layers, expected {wanted}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("root")
    parser.add_argument("--rms", type=float, required=True)
    parser.add_argument("--shape", default="tiny")
    parser.add_argument("--activation", default="silu")
    parser.add_argument("--embedding", default="f32")
    parser.add_argument("--kv-heads", type=int, default=2)
    parser.add_argument("--ternary", type=int, default=21, help="linear layers that have to be ternary")
    parser.add_argument("--form", default="packed")
    args, flags = parser.parse_known_args()
    sys.path.insert(0, os.path.join(args.root, "benchmarks", "models"))
    from decoder import Decoder
    from reference import Reference
    from shapes import SHAPES

    shape = dataclasses.replace(SHAPES[args.shape], activation=args.activation, kv_heads=args.kv_heads)
    dense = None
    if args.form == "nbits":
        shape = dataclasses.replace(shape, hidden=128, head_size=32, ffn=256)
        dense = lambda w: w
    with tempfile.TemporaryDirectory() as work:
        path = Decoder(work, shape, embedding=args.embedding, form=args.form).write()
        run(["bitnet-opt", "compile", path, "--emit=lib", "-o", f"{work}/model", f"--report={work}/report.json"] +
            flags)
        check_report(f"{work}/report.json", args.ternary)
        ids = np.arange(11, dtype=np.int64)[None] * 13 % shape.vocab
        got = invoke(f"{work}/model", shape, ids, work)
    want = Reference(shape, dense=dense).logits(ids[0])
    error = np.sqrt(((got - want) ** 2).mean() / (want**2).mean())
    print(f"error {error:.2e}")
    if not error <= args.rms:
        sys.exit(f"logits: error {error:.3e}, expected at most {args.rms:.1e}")


if __name__ == "__main__":
    main()
