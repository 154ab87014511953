"""Holds kernels of dot products for AArch64 to exact sums, under QEMU.

usage: check_cross_dots.py BUILD_DIR TARGET...

Compiles linear layers of awkward sizes with --strategy=dot for each TARGET and runs them
on 1 to 9 tokens of random and extreme codes. Every sum must be numpy's, in each layout
that dot products read.
"""

import os
import sys
import tempfile

import numpy as np

from check_tinylm import run

# [N, K]: fewer terms than a group of four or eight, odd ends, and more than one stretch of
# 2^16 terms whose sums are unmixed together.
SIZES = [(5, 1), (16, 3), (17, 4), (33, 7), (16, 8), (40, 9), (64, 12), (16, 15), (96, 20), (31, 29), (80, 256),
         (7, 65549)]
TOKENS = [1, 2, 3, 4, 5, 6, 7, 9]


def make_weights(random, n, k):
    weights = random.integers(-1, 2, (n, k))
    weights[0], weights[-1] = 1, -1
    return weights


def make_codes(random, tokens, k):
    codes = random.integers(-128, 128, (tokens, k)).astype(np.int8)
    codes[0] = -128
    if tokens > 1:
        codes[1] = 127
    return codes


def pack(weights):
    codes = np.zeros((weights.size + 3) // 4 * 4, np.uint8)
    codes[: weights.size] = weights.ravel() + 1
    return (codes[0::4] | codes[1::4] << 2 | codes[2::4] << 4 | codes[3::4] << 6).astype(np.uint8)


def write_model(path, layers):
    inputs, outputs, body, results = [], [], [], []
    for i, weights in enumerate(layers):
        n, k = weights.shape
        packed = pack(weights)
        codes, trits = f"tensor<?x{k}xi8>", f"tensor<{n}x{k}x!ternary.trit>"
        inputs.append(f'%q{i}: {codes} {{onnx.name = "q{i}", onnx.dims = ["n", ""]}}')
        outputs.append(f'tensor<?x{n}xf32> {{onnx.name = "y{i}", onnx.dims = ["n", ""]}}')
        body.append(f'  %w{i} = ternary.constant dense<"0x{packed.tobytes().hex().upper()}"> : tensor<{packed.size}xi8> as {trits}'
                    if packed.size > 1 else
                    f'  %w{i} = ternary.constant dense<{packed.view(np.int8)[0]}> : tensor<1xi8> as {trits}')
        body.append(f"  %y{i} = ternary.linear %q{i}, %s weights(%w{i}) scales(%one) {{rescale = #ternary.rescale_form<div_mul>}}"
                    f" : ({codes}, tensor<?x1xf32> weights({trits}) scales(tensor<1xf32>)) -> tensor<?x{n}xf32>")
        results.append((f"%y{i}", f"tensor<?x{n}xf32>"))
    inputs += ['%s: tensor<?x1xf32> {onnx.name = "s", onnx.dims = ["n", ""]}',
               '%one: tensor<1xf32> {onnx.name = "one", onnx.dims = [""]}']
    with open(path, "w") as file:
        file.write(f"func.func @main({', '.join(inputs)}) -> ({', '.join(outputs)}) {{\n"
                   + "\n".join(body) +
                   f"\n  return {', '.join(r[0] for r in results)} : {', '.join(r[1] for r in results)}\n}}\n")


def check(command, work, random, layers, what):
    for tokens in TOKENS:
        codes = [make_codes(random, tokens, weights.shape[1]) for weights in layers]
        arguments = ["invoke"]
        np.save(os.path.join(work, "s.npy"), np.ones((tokens, 1), np.float32))
        np.save(os.path.join(work, "one.npy"), np.ones(1, np.float32))
        arguments += ["--input", f"s={work}/s.npy", "--input", f"one={work}/one.npy"]
        for i, value in enumerate(codes):
            np.save(os.path.join(work, f"q{i}.npy"), value)
            arguments += ["--input", f"q{i}={work}/q{i}.npy", "--output", f"y{i}={work}/y{i}.npy"]
        run(*command, *arguments)
        for i, weights in enumerate(layers):
            want = codes[i].astype(np.int64) @ weights.T
            got = np.load(os.path.join(work, f"y{i}.npy"))
            if not np.array_equal(got, want.astype(np.float32)):
                where = np.argwhere(got != want)[0]
                sys.exit(f"{what}: {weights.shape} with {tokens} tokens: {got[tuple(where)]} at {where}, "
                         f"expected {want[tuple(where)]}")


def main():
    build, *targets = sys.argv[1:]
    random = np.random.default_rng(7)
    layers = [make_weights(random, n, k) for n, k in SIZES]
    runner = os.path.join(build, "lib", "bitnet", "aarch64", "bitnet-run")
    qemu = ["qemu-aarch64", "-cpu", "max", "-L", "/usr/aarch64-linux-gnu", runner]
    with tempfile.TemporaryDirectory() as work:
        path, model = os.path.join(work, "layers.mlir"), os.path.join(work, "model")
        write_model(path, layers)
        for target in targets:
            for layout in ("rows4", "rows5"):
                run("bitnet-opt", "compile", path, f"--target={target}", "--strategy=dot", f"--layout={layout}",
                    "--emit=lib", "-o", model)
                check([*qemu, model], work, random, layers, f"{target}, {layout}")
                print(f"{target}, {layout}: {len(layers)} layers exact for {len(TOKENS)} numbers of tokens", flush=True)


if __name__ == "__main__":
    main()
