"""Speed of llama.cpp through llama-cpp-python on a GGUF file, as rows of JSON like llama-bench's.

usage: llama_cpp_bench.py MODEL.gguf -p N -n N -t THREADS
       llama_cpp_bench.py MODEL.gguf --quantize TQ2_0 -o FILE.gguf

Calls llama_decode itself: batches of 512 tokens for the prompt, single tokens for generation, logits of the last one.
"""

import argparse
import ctypes
import json
import sys
import time

import llama_cpp as ll

parser = argparse.ArgumentParser()
parser.add_argument("model")
parser.add_argument("-p", type=int, default=512)
parser.add_argument("-n", type=int, default=128)
parser.add_argument("-t", type=int, default=2)
parser.add_argument("--quantize", metavar="TYPE")
parser.add_argument("-o", metavar="FILE")
args = parser.parse_args()

if args.quantize:
    params = ll.llama_model_quantize_default_params()
    params.ftype = getattr(ll, f"LLAMA_FTYPE_MOSTLY_{args.quantize}")
    sys.exit(ll.llama_model_quantize(args.model.encode(), args.o.encode(), ctypes.byref(params)))

silent = ll.llama_log_callback(lambda level, text, data: None)
ll.llama_log_set(silent, None)
ll.llama_backend_init()
model = ll.llama_model_load_from_file(args.model.encode(), ll.llama_model_default_params())
if not model:
    sys.exit(f"{args.model} cannot be loaded")
params = ll.llama_context_default_params()
params.n_ctx = args.p + args.n + 64
params.n_batch = params.n_ubatch = 512
params.n_threads = params.n_threads_batch = args.t
context = ll.llama_init_from_model(model, params)


def decode(ids):
    tokens = (ll.llama_token * len(ids))(*ids)
    code = ll.llama_decode(context, ll.llama_batch_get_one(tokens, len(ids)))
    if code != 0:
        sys.exit(f"llama_decode gives {code}")
    ll.llama_synchronize(context)


def speed(count, piece):
    ll.llama_memory_clear(ll.llama_get_memory(context), True)
    start = time.perf_counter()
    for at in range(0, count, piece):
        decode([(at + i) * 17 % 1000 + 300 for i in range(min(piece, count - at))])
    return count / (time.perf_counter() - start)


rows = []
for test, count, piece in (("pp", args.p, 512), ("tg", args.n, 1)):
    if count:
        speed(min(count, 128 if piece > 1 else 8), piece)
        rows.append({"test": f"{test}{count}", "threads": args.t, "avg_ts": speed(count, piece)})
print(json.dumps(rows))
