"""Runs the commands of the README's section "Compile and run", as they stand.

usage: check_readme.py README.md MODELS_DIR
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

import numpy as np

LAYER = """
func.func @layer(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %w = ternary.constant dense<[36, 24, 36, 24]> : tensor<4xi8> as tensor<4x4x!ternary.trit>
  %s = arith.constant dense<0.5> : tensor<1xf32>
  %q, %qs = ternary.quantize %x {form = #ternary.scale_form<div>, range = 127.0 : f32, eps = 1.0e-5 : f32}
      : tensor<?x4xf32> -> tensor<?x4xi8>, tensor<?x1xf32>
  %y = ternary.linear %q, %qs weights(%w) scales(%s) {rescale = #ternary.rescale_form<div_mul>}
      : (tensor<?x4xi8>, tensor<?x1xf32> weights(tensor<4x4x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}
"""


def main():
    readme, models = sys.argv[1:]
    with open(readme) as file:
        text = file.read()
    section = re.search(r"^## Compile and run$(.*?)^## ", text, re.M | re.S)
    block = section and re.search(r"^```sh\n(.*?)^```$", section.group(1), re.M | re.S)
    if not block:
        sys.exit("README has no commands under 'Compile and run'")
    with tempfile.TemporaryDirectory() as work:
        tiny = os.path.join(models, "tinylm")
        layer = os.path.join(models, "spellings", "lin_hf_auto_offline")
        shutil.copy(os.path.join(tiny, "onnx-packed", "model.onnx"), os.path.join(work, "model.onnx"))
        shutil.copy(os.path.join(tiny, "tokenizer.json"), work)
        shutil.copy(os.path.join(layer, "model.onnx"), os.path.join(work, "layer.onnx"))
        np.save(os.path.join(work, "x.npy"), np.load(os.path.join(layer, "inputs.npz"))["0/x"])
        with open(os.path.join(work, "layer.mlir"), "w") as file:
            file.write(LAYER)
        with open(os.path.join(tiny, "heldout.txt")) as file, open(os.path.join(work, "text.txt"), "w") as out:
            out.write(file.read()[:4000])
        count = 0
        for line in block.group(1).splitlines():
            if not line.strip():
                continue
            result = subprocess.run(line, shell=True, cwd=work, capture_output=True, text=True,
                                    stdin=subprocess.DEVNULL)
            if result.returncode != 0 or not (result.stdout + result.stderr).strip():
                if result.returncode == 0 and "invoke" in line:
                    count += 1
                    continue
                sys.exit(f"$ {line}\nexit code {result.returncode}\n{result.stdout}{result.stderr}")
            count += 1
        if not os.path.exists(os.path.join(work, "y.npy")) or count < 8:
            sys.exit(f"{count} commands ran, expected at least 8 that write y.npy")
        print(f"{count} commands of the README work")


if __name__ == "__main__":
    main()
