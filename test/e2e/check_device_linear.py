"""Compares BitLinear kernels on a GPU with numpy, sum by sum.

usage: check_device_linear.py TARGET [compile flags...]

Linears of one and of several blocks, of terms for one warp and for several, with
rests of rows and terms; codes of any bits, the smallest among them; numbers of
tokens on both sides of what changes the kernel.
"""

import os
import subprocess
import sys
import tempfile

import numpy as np

SHAPES = [(16, 32), (60, 128), (64, 1024), (33, 2560), (16, 4), (20, 36), (48, 8200), (17, 30)]
TOKENS = [1, 3, 15, 16, 17, 64, 70]


def run(*command):
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(command)}\nexit code {result.returncode}\n{result.stdout}{result.stderr}")


def module_of(trits):
    n, k = trits.shape
    codes = (trits + 1).astype(np.uint8).reshape(-1)
    codes = np.concatenate([codes, np.zeros(-len(codes) % 4, np.uint8)]).reshape(-1, 4)
    packed = (codes << np.arange(0, 8, 2, dtype=np.uint8)).sum(axis=1).astype(np.uint8)
    types = f"tensor<?x{k}xi8>, tensor<?x1xf32>"
    return f"""func.func @main(
    %x: {types.split(', ')[0]} {{onnx.name = "x", onnx.dims = ["tokens", ""]}},
    %s: tensor<?x1xf32> {{onnx.name = "s", onnx.dims = ["tokens", ""]}}) -> (tensor<?x{n}xf32> {{onnx.name = "y", onnx.dims = ["tokens", ""]}}) {{
  %w = ternary.constant dense_resource<w> : tensor<{len(packed)}xi8> as tensor<{n}x{k}x!ternary.trit>
  %one = "onnx.Constant"() {{value = dense<1.0> : tensor<1xf32>}} : () -> tensor<1xf32>
  %y = ternary.linear %x, %s weights(%w) scales(%one) {{rescale = #ternary.rescale_form<mul_mul>}}
      : ({types} weights(tensor<{n}x{k}x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x{n}xf32>
  return %y : tensor<?x{n}xf32>
}}
{{-#
  dialect_resources: {{
    builtin: {{
      w: "0x01000000{packed.tobytes().hex().upper()}"
    }}
  }}
#-}}
"""


def main():
    target, flags = sys.argv[1], sys.argv[2:]
    rng = np.random.default_rng(0)
    sums = 0
    with tempfile.TemporaryDirectory() as work:
        path = os.path.join(work, "linear.mlir")
        for n, k in SHAPES:
            trits = rng.integers(-1, 2, (n, k))
            with open(path, "w") as file:
                file.write(module_of(trits))
            model = os.path.join(work, "linear")
            run("bitnet-opt", "compile", path, "--emit=lib", "-o", model, f"--target={target}", *flags)
            for tokens in TOKENS:
                x = rng.integers(-128, 128, (tokens, k)).astype(np.int8)
                x[0] = -128
                if tokens > 1:
                    x[1] = 127
                np.save(os.path.join(work, "x.npy"), x)
                np.save(os.path.join(work, "s.npy"), np.ones((tokens, 1), np.float32))
                run("bitnet-run", model, "invoke", "--input", f"x={work}/x.npy", "--input", f"s={work}/s.npy",
                    "--output", f"y={work}/y.npy")
                got, want = np.load(os.path.join(work, "y.npy")), x.astype(np.int64) @ trits.T
                if not np.array_equal(got, want.astype(np.float32)):
                    at = np.argwhere(got != want)[0]
                    sys.exit(f"[{n}, {k}], {tokens} tokens: {(got != want).sum()} sums differ, first at {at}: "
                             f"{got[tuple(at)]}, expected {want[tuple(at)]}")
                sums += got.size
    print(f"{sums} sums exact")


if __name__ == "__main__":
    main()
