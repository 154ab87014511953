#!/usr/bin/env python3
"""Counts the rows that the exact head's bounds leave (docs/decisions/0008-exact-head.md).

usage: head_candidates.py [--vocab=N] [--hidden=N] [--states=N] [--bits=8]
       head_candidates.py --model=DIRECTORY --logits=FILE.npy

Without a model: heads of normal numbers in bf16 and normal hidden states; also the largest logit made to stand out
by --lead standard deviations, as a trained model's does. With one: the head of DIRECTORY/model.onnx (the initializer
that --head names, [N, K] or [K, N]) and the hidden states that gave the logits [.., N], solved for from them.
Needs numpy, and onnx for a model.
"""

import argparse
import math

import numpy as np


def quantize_rows(w, bits, group):
    """What codes with a scale for each `group` elements (0: each row) leave out, as norms."""
    most = 2 ** (bits - 1) - 1
    parts = w.reshape(w.shape[0], -1, group or w.shape[1]).astype(np.float32)
    scale = np.abs(parts).max(-1, keepdims=True) / most
    codes = np.rint(parts / np.where(scale > 0, scale, 1))
    rest = parts - scale * codes
    return (scale * codes).reshape(w.shape), np.sqrt((rest.astype(np.float64) ** 2).sum((1, 2)))


def quantize_state(x):
    limit = min(32767, (2**31 - 1) // (127 * len(x)))
    scale = np.abs(x).max() / limit
    return np.rint(x / scale) * scale


def candidates(rows, states, tops, bits, group):
    """`rows` yields parts of the head; the counts for each of `states` and `tops`."""
    depth = states.shape[1]
    gamma = (math.ceil(depth / 16) + 4) * 2.0**-24
    known = np.array([quantize_state(x) for x in states])
    norm = np.linalg.norm(states, axis=1)
    rest = np.linalg.norm(states - known, axis=1)
    low, high = [], []
    for part in rows:
        near, error = quantize_rows(part, bits, group)
        length = np.linalg.norm(part.astype(np.float64), axis=1)
        logits = known @ near.T.astype(np.float64)
        bound = np.outer(norm + rest, error) + np.outer(rest + gamma * norm, length)
        low.append(logits - bound)
        high.append(logits + bound)
    low, high = np.hstack(low), np.hstack(high)
    spread = (high - low).mean() / 2 / ((low + high) / 2).std()
    counts = {k: (high >= np.partition(low, -k, axis=1)[:, -k][:, None]).sum(1) for k in tops}
    return counts, spread


def as_bf16(values):
    return (values.astype(np.float32).view(np.uint32) & 0xFFFF0000).view(np.float32)


def random_rows(vocab, hidden, seed):
    for first in range(0, vocab, 4096):
        generator = np.random.default_rng([seed, first])
        yield as_bf16(generator.standard_normal((min(4096, vocab - first), hidden), np.float32))


def model_states(args):
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(f"{args.model}/model.onnx").graph
    logits = np.load(args.logits).astype(np.float64)
    logits = logits.reshape(-1, logits.shape[-1])
    heads = [numpy_helper.to_array(i) for i in graph.initializer if not args.head or i.name == args.head]
    heads = [h for h in heads if h.ndim == 2 and logits.shape[1] in h.shape and h.dtype == np.float32]
    head = heads[-1] if heads[-1].shape[0] == logits.shape[1] else heads[-1].T
    states, residuals = np.linalg.lstsq(head.astype(np.float64), logits.T, rcond=None)[:2]
    print(f"{len(logits)} states, off their logits by {np.sqrt(residuals.max() / logits.shape[1]):.1e}")
    return np.ascontiguousarray(head), states.T.astype(np.float32)


def report(what, counts, spread):
    for k, found in counts.items():
        print(f"{what}, top {k}: {found.mean():.1f} candidates on average, median {np.median(found):.0f}, "
              f"most {found.max()}; bound {spread:.2f} standard deviations")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--vocab", type=int, default=128256)
    parser.add_argument("--hidden", type=int, default=2560)
    parser.add_argument("--states", type=int, default=16)
    parser.add_argument("--lead", type=float, default=8, help="of the trained-like states, in standard deviations")
    parser.add_argument("--bits", type=int, choices=[4, 8], default=8)
    parser.add_argument("--tops", type=int, nargs="+", default=[1, 40])
    parser.add_argument("--model")
    parser.add_argument("--logits")
    parser.add_argument("--head")
    args = parser.parse_args()
    group = 32 if args.bits == 4 else 0
    if args.model:
        head, states = model_states(args)
        report(args.model, *candidates([head], states, args.tops, args.bits, group))
        return
    generator = np.random.default_rng(1)
    states = generator.standard_normal((args.states, args.hidden)).astype(np.float32)
    report("random states", *candidates(random_rows(args.vocab, args.hidden, 0), states, args.tops, args.bits, group))
    # The state leans towards one row, so that its logit stands out.
    first = next(iter(random_rows(args.vocab, args.hidden, 0)))[: args.states]
    leaning = states + args.lead / math.sqrt(args.hidden) * first
    report("leaning states", *candidates(random_rows(args.vocab, args.hidden, 0), leaning, args.tops, args.bits, group))


main()
