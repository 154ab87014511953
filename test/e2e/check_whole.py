"""Scores a text that is longer than what a session runs at once, and compares with one run of the graph.

usage: check_whole.py MODEL_DIR

`perplexity` must be what `invoke` of the whole window says, whose last input set holds the text; of a model whose tokens
meet, pieces that are asked for give another one, and pieces that are not asked for do not occur.
"""

import json
import os
import re
import string
import sys
import tempfile

import numpy as np

from run_onnx import run, sets_of


def perplexity_of(logits, following):
    logits = logits.astype(np.float64)
    highest = logits.max(-1, keepdims=True)
    losses = highest[:, 0] + np.log(np.exp(logits - highest).sum(-1)) - logits[np.arange(len(following)), following]
    return np.exp(losses.mean())


def main():
    directory = sys.argv[1]
    sets = sets_of(np.load(os.path.join(directory, "inputs.npz")))
    feeds = sets[max(sets)]
    ids = feeds["ids"][0]
    with tempfile.TemporaryDirectory() as work:
        def path(name):
            return os.path.join(work, name)

        run(["bitnet-opt", "compile", os.path.join(directory, "model.onnx"), "--emit=lib", "-o", path("model")])
        command = ["bitnet-run", path("model"), "invoke", "--output", f"logits={path('logits.npy')}"]
        for name, value in (feeds | {"ids": feeds["ids"][:, :-1]}).items():
            np.save(path(f"{name}.npy"), value)
            command += ["--input", f"{name}={path(name + '.npy')}"]
        run(command)
        want = perplexity_of(np.load(path("logits.npy"))[0], ids[1:])

        letters = string.ascii_letters[:48]
        with open(path("tokenizer.json"), "w") as file:
            json.dump({"model": {"type": "BPE", "vocab": {c: i for i, c in enumerate(letters)}, "merges": []}}, file)
        with open(path("text.txt"), "w") as file:
            file.write("".join(letters[i] for i in ids))

        def said(*flags):
            text = run(["bitnet-run", path("model"), "perplexity", path("text.txt"), "--tokenizer", path("tokenizer.json"), "-t", "2", *flags])
            return float(re.search(r"perplexity: ([0-9.]+)", text).group(1))

        whole, pieces = said(), said("--chunk", "64")
    print(f"one run {want:.6f}, perplexity {whole:.6f}, in pieces {pieces:.6f}")
    if abs(whole - want) > 1e-5 * want:
        sys.exit("not what one run gives")
    if abs(pieces - want) < 1e-4 * want:
        sys.exit("pieces give the same: the model shows nothing")


if __name__ == "__main__":
    main()
