"""Speed of ONNX Runtime on a decoder's ONNX file, as rows of JSON like llama-bench's.

usage: onnxruntime_bench.py MODEL.onnx -p N -n N -t THREADS

Prefill is one run of N tokens, decode N runs of one token with the cache, after a run to warm up. The graph has no
choice but to give the logits of all positions.
"""

import argparse
import json
import time

import numpy as np
import onnxruntime as ort

parser = argparse.ArgumentParser()
parser.add_argument("model")
parser.add_argument("-p", type=int, default=128)
parser.add_argument("-n", type=int, default=64)
parser.add_argument("-t", type=int, default=2)
args = parser.parse_args()

options = ort.SessionOptions()
options.intra_op_num_threads = args.t
session = ort.InferenceSession(args.model, options)
inputs = {i.name: i for i in session.get_inputs()}
outputs = [o.name for o in session.get_outputs()]


def step(count, caches, past):
    feed = {"input_ids": np.arange(count, dtype=np.int64)[None] * 17 % 100,
            "attention_mask": np.ones((1, past + count), np.int64),
            "position_ids": np.arange(past, past + count, dtype=np.int64)[None]}
    result = session.run(None, {k: v for k, v in feed.items() if k in inputs} | caches)
    presents = dict(zip(outputs, result))
    return {name: presents[name.replace("past_key_values", "present")] for name in caches}


def empty():
    return {name: np.zeros((1, i.shape[1], 0, i.shape[3]), np.float32)
            for name, i in inputs.items() if len(i.shape) == 4}


def prefill():
    start = time.perf_counter()
    step(args.p, empty(), 0)
    return args.p / (time.perf_counter() - start)


def decode():
    caches = step(1, empty(), 0)
    start = time.perf_counter()
    for i in range(args.n):
        caches = step(1, caches, i + 1)
    return args.n / (time.perf_counter() - start)


rows = []
for test, count, measure in (("pp", args.p, prefill), ("tg", args.n, decode)):
    if count:
        measure()
        rows.append({"test": f"{test}{count}", "threads": args.t, "avg_ts": measure()})
print(json.dumps(rows))
