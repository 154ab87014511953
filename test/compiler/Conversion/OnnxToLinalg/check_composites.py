"""Operators that others spell out, against NumPy, and what they refuse.

usage: check_composites.py BITNET-RUN LIBRARY WORK
"""

import os
import subprocess
import sys

import numpy as np

run, library, work = sys.argv[1:]
RESULTS = ("attended", "causal", "grouped", "skipped", "embedded", "tokens", "loss", "losses", "averaged", "largest", "convolved", "filtered", "state", "nibbles", "floats",
           "spread", "few", "recalled", "kept")
rng = np.random.default_rng(1)


def softmax(x, axis):
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def attend(q, k, v, past, bias):
    heads = lambda x: x.reshape(*x.shape[:2], 2, 4).transpose(0, 2, 1, 3)
    k, v = (np.concatenate([past, heads(x)], 2) for x in (k, v))
    weights = softmax(heads(q) @ k.transpose(0, 1, 3, 2) / 2 + bias, -1)
    return (weights @ v).transpose(0, 2, 1, 3).reshape(q.shape)


def layer_norm(x):
    centred = x - x.mean(-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5)


def convolve(x, kernel, group, stride, dilation, before, after):
    x = np.pad(x, ((0, 0), (0, 0), (before, after)))
    reach = dilation * (kernel.shape[2] - 1) + 1
    places = range(0, x.shape[2] - reach + 1, stride)
    inputs, outputs = x.shape[1] // group, kernel.shape[0] // group
    return np.stack([np.concatenate([np.einsum("nck,mck->nm", x[:, g * inputs:(g + 1) * inputs, p:p + reach:dilation],
                                               kernel[g * outputs:(g + 1) * outputs]) for g in range(group)], 1) for p in places], 2)


def pool(x, kernel, stride, before, after, ceil, fill, reduce):
    room = x.shape[2] + before + after - kernel
    last = -(-room // stride) if ceil else room // stride
    if ceil and last * stride >= x.shape[2] + before:
        last -= 1
    places = range(0, last * stride + 1, stride)
    x = np.pad(x, ((0, 0), (0, 0), (before, after)), constant_values=fill)
    if room < 0:
        return x[:, :, :0]
    return np.stack([reduce(x[:, :, p:p + kernel], 2) for p in places], 2)


def recall(q, k, v, state, decay, beta):
    q, k, v = (x.reshape(*x.shape[:2], 2, 4) for x in (q, k, v))
    results = np.zeros(q.shape)
    for i in range(q.shape[1]):
        state = state * np.exp(decay[:, i])[..., None, None]
        known = np.einsum("bhkv,bhk->bhv", state, k[:, i])
        state = state + np.einsum("bhk,bhv->bhkv", k[:, i], beta[:, i, :, None] * (v[:, i] - known))
        results[:, i] = np.einsum("bhkv,bhk->bhv", state, q[:, i]) / 2
    return results.reshape(*q.shape[:2], 8), state


def expected(q, k, v, past, pad, bias, lengths, total, weight, skip, ids, mask, scores, classes, image, kernel, past_state, decay, beta):
    yield attend(q, k, v, past, bias + np.where(pad == 0, -10000.0, 0.0)[:, None, None])
    s = q.shape[1]
    yield attend(q, k, v, past[:, :, :0], np.where(np.tri(s) > 0, 0, -np.inf))
    keys = past.shape[2] + s
    yield attend(q, k, v, past, weight + np.where(np.tri(s, keys, keys - s) > 0, 0, -np.inf))
    yield layer_norm(q + skip)
    table = np.array([[0, 1, 2, 3, 4, 5, 6, 7], [7, 3, 0, 1, 9, 2, 4, 8]])
    yield layer_norm(table[ids] + 0.5)
    yield (mask == 1).sum(1).astype(np.int32)
    counts, safe = classes != -1, np.maximum(classes, 0)
    pick = lambda x: np.take_along_axis(x, safe[:, None], 1)[:, 0]
    weights = np.where(counts, safe + 1.0, 0)
    yield -(pick(np.log(softmax(scores, 1))) * weights).sum() / weights.sum()
    yield np.where(counts, -pick(scores), 0)
    yield pool(image, 3, 2, 1, 1, True, 0, np.mean)
    yield pool(image, 3, 2, 0, 1, False, -np.inf, np.max)
    yield convolve(image, kernel, 2, 2, 2, 1, 2)
    taps = np.array([[1, 2, 3, 4], [0, 0, 0, 1], [1, 0, 0, 0], [0.5] * 4])[:, None]
    yield convolve(image, taps, 4, 1, 1, 3, 0)
    yield np.pad(image, ((0, 0), (0, 0), (3, 0)))[:, :, -3:]
    yield np.clip(np.round(q * 4), -8, 7) / 4
    grid = np.array([0, 0.5, 1, 1.5, 2, 3, 4, 6])
    # Of two as near, the code with an even last bit; q has no such place but 0.
    yield np.sign(q) * grid[np.abs(np.abs(q * 4)[..., None] - grid).argmin(-1)] / 4
    yield 2 * np.pad(image, ((0, 0), (0, 0), (1, 2)))[:, :, ::2]
    yield pool(image, 6, 3, 0, 0, True, 0, np.mean)
    yield from recall(q, k, v, past_state, decay, beta)


def invoke(inputs):
    command = [run, library, "invoke"]
    for name, array in inputs.items():
        np.save(os.path.join(work, name + ".npy"), array)
        command.append(f"--input={name}={work}/{name}.npy")
    command += [f"--output={name}={work}/{name}.out.npy" for name in RESULTS]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def floats(*shape):
    return rng.normal(size=shape).astype(np.float32)


def inputs_of(batch, seq, past, length):
    total = past + seq
    return {"q": floats(batch, seq, 8), "k": floats(batch, seq, 8), "v": floats(batch, seq, 8), "past": floats(batch, 2, past, 4),
            "pad": rng.integers(0, 2, (batch, total)).astype(np.int32) | (np.arange(total) == 0),
            "bias": floats(1, 2, seq, total), "lengths": np.full(batch, total - 1, np.int32), "total": np.array([total], np.int32),
            "weight": floats(batch, 1, seq, total), "skip": floats(1, seq, 8), "ids": rng.integers(0, 2, (batch, seq)).astype(np.int32),
            "mask": rng.integers(0, 2, (batch, seq)).astype(np.int32), "scores": floats(batch, 5, length),
            "classes": rng.integers(-1, 5, (batch, length)) * (np.arange(length) > 0), "image": floats(batch, 4, length),
            "kernel": floats(6, 2, 3), "past_state": floats(batch, 2, 4, 4), "decay": -np.abs(floats(batch, seq, 2)),
            "beta": np.abs(floats(batch, seq, 2))}


checked = 0
for sizes in ((2, 3, 2, 7), (1, 1, 0, 4), (3, 4, 5, 10)):
    inputs = inputs_of(*sizes)
    inputs["pad"] = inputs["pad"].astype(np.int32)
    done = invoke(inputs)
    if done.returncode:
        sys.exit(done.stderr)
    for name, want in zip(RESULTS, expected(**{n: a.astype(np.float64) if a.dtype == np.float32 else a for n, a in inputs.items()})):
        found = np.load(os.path.join(work, name + ".out.npy"))
        if found.shape != want.shape or not np.allclose(found, want, 1e-5, 1e-5):
            sys.exit(f"{name} of {sizes}: found {found}, expected {want}")
        checked += 1

# What does not fit ends the run.
refused = 0
good = inputs_of(2, 3, 2, 7)
good["pad"] = good["pad"].astype(np.int32)
BAD = [("pad", shape) for shape in ((2, 3), (2, 4), (2, 6), (2, 1), (1, 5))]
BAD += [("bias", shape) for shape in ((1, 2, 3, 4), (1, 2, 3, 6), (1, 2, 1, 5), (1, 2, 3, 1))]
BAD += [("weight", shape) for shape in ((1, 2, 3, 4), (1, 2, 3, 6), (1, 2, 1, 5), (1, 2, 3, 1))]
BAD += [("k", (1, 3, 8)), ("v", (2, 2, 8)), ("past", (1, 2, 2, 4)), ("skip", (4, 3, 8)), ("mask", (1, 3)), ("classes", (2, 6))]
BAD += [("past_state", (1, 2, 4, 4)), ("decay", (2, 2, 2)), ("decay", (1, 3, 2)), ("beta", (2, 4, 2)), ("beta", (1, 3, 2))]
for name, shape in BAD:
    done = invoke({**good, name: np.ones(shape, good[name].dtype)})
    if done.returncode != 1 or "error:" not in done.stderr:
        sys.exit(f"{name} of {shape}: exit code {done.returncode}, {done.stderr}")
    refused += 1
for value in (5, -2):
    done = invoke({**good, "classes": np.full((2, 7), value)})
    if done.returncode != 1 or "error:" not in done.stderr:
        sys.exit(f"class {value}: exit code {done.returncode}, {done.stderr}")
    refused += 1
print(f"{checked} results agree, {refused} runs refused")
