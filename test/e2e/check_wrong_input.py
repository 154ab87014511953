"""Gives the tools wrong input: each case is one clear error and no output file.

usage: check_wrong_input.py MODELS_DIR
"""

import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile

import numpy as np

failures = 0


def expect(what, command, pattern, unchanged=None, limit=None):
    """`command` must exit with 1, say one error that matches, and leave
    `unchanged` (a folder) as it was."""
    global failures
    before = sorted(os.listdir(unchanged)) if unchanged else None

    def prepare():
        # A full disk: writes beyond `limit` bytes a file fail.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    result = subprocess.run(command, capture_output=True, text=True, timeout=120,
                            stdin=subprocess.DEVNULL, preexec_fn=prepare if limit else None)
    text = result.stdout + result.stderr
    errors = [line for line in text.splitlines() if re.search(r"\berror: ", line)]
    complaint = None
    if result.returncode != 1:
        complaint = f"exit code {result.returncode}, expected 1"
    elif len(errors) != 1:
        complaint = f"{len(errors)} errors, expected one"
    elif not re.search(pattern, errors[0]):
        complaint = f"error does not match /{pattern}/"
    elif unchanged and sorted(os.listdir(unchanged)) != before:
        complaint = f"files left: {sorted(set(os.listdir(unchanged)) - set(before))}"
    if complaint:
        failures += 1
        print(f"{what}: {complaint}\n  {' '.join(command)}\n  {text}")


def build(command):
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{result.stdout}{result.stderr}")


def compile_cases(models, work):
    out = os.path.join(work, "out")
    os.makedirs(out)
    model = os.path.join(models, "tinylm", "onnx-packed", "model.onnx")
    linear = os.path.join(models, "spellings", "lin_hf_auto_offline", "model.onnx")
    target = ["-o", os.path.join(out, "x")]
    compiler = ["bitnet-opt", "compile"]
    expect("no such file", compiler + [os.path.join(work, "none.onnx")] + target, "none.onnx", out)
    expect("a folder", compiler + [work] + target, re.escape(work), out)
    expect("misspelt flag", compiler + [linear, "--emti=lib"] + target, "--emti", out)
    expect("wrong value", compiler + [linear, "--emit=dll"] + target, "dll", out)
    expect("wrong phase", compiler + [linear, "--stop-after=lunch"] + target, "lunch", out)
    expect("unknown target", compiler + [linear, "--target=vax-dec-vms", "--emit=obj"] + target, "vax", out)
    expect("no tokenizer", compiler + [model, "--tokenizer=" + os.path.join(work, "none.json")] + target,
           "none.json", out)
    expect("no folder for the output", compiler + [linear, "--emit=lib", "-o", os.path.join(work, "no", "x")],
           "no/", out)
    os.makedirs(os.path.join(out, "folder"))
    expect("output is a folder", compiler + [linear, "--emit=obj", "-o", os.path.join(out, "folder")], "folder", out)
    expect("full disk", compiler + [model, "--emit=lib"] + target, "File too large|No space", out, limit=200 * 1024)

    deep = os.path.join(work, "deep.json")
    with open(deep, "w") as file:
        file.write("[" * 100000)
    expect("a deep tokenizer", compiler + [model, "--tokenizer=" + deep] + target, "100000 levels", out)

    # A tokenizer with an id that the model's vocabulary does not have.
    with open(os.path.join(models, "tinylm", "tokenizer.json")) as file:
        tokenizer = json.load(file)
    tokenizer["added_tokens"].append(dict(tokenizer["added_tokens"][0], id=2048, content="<|extra|>"))
    wide = os.path.join(work, "wide.json")
    with open(wide, "w") as file:
        json.dump(tokenizer, file)
    lib = os.path.join(work, "tiny")
    build(compiler + [model, "--emit=lib", "-o", lib])
    expect("tokenizer does not fit", ["bitnet-run", lib, "generate", "--tokenizer", wide, "--prompt", "x", "-n", "1"],
           "2048")


def run_cases(models, work):
    model = os.path.join(models, "tinylm", "onnx-packed", "model.onnx")
    tokenizer = os.path.join(models, "tinylm", "tokenizer.json")
    folder = os.path.join(work, "run")
    os.makedirs(folder)
    lib = os.path.join(folder, "tiny")
    other = os.path.join(folder, "other")
    build(["bitnet-opt", "compile", model, "--emit=lib", "-o", lib])
    build(["bitnet-opt", "compile", os.path.join(models, "tinylm", "onnx-qat", "model.onnx"), "--emit=lib", "-o", other])
    generate = ["bitnet-run", lib, "generate", "--tokenizer", tokenizer]
    expect("prompt longer than the context", generate + ["--prompt", "word " * 400, "-n", "1", "--context", "256"], "context.*256|256.*context")
    expect("negative count", generate + ["--prompt", "x", "-n", "-4"], "-4")
    expect("misspelt flag", generate + ["--promtp", "x"], "--promtp")
    expect("no such model", ["bitnet-run", os.path.join(folder, "none"), "generate", "--prompt", "x"], "none")
    expect("unknown format", ["bitnet-run", lib, "bench", "-o", "xml"], "xml")
    expect("missing text", ["bitnet-run", lib, "perplexity", os.path.join(folder, "none.txt"),
                            "--tokenizer", tokenizer], "none.txt")
    expect("missing input", ["bitnet-run", lib, "invoke", "--output", f"logits={folder}/y.npy"], "input", folder)
    expect("unknown input", ["bitnet-run", lib, "invoke", "--input", f"nope={folder}/x.npy",
                             "--output", f"logits={folder}/y.npy"], "nope|x.npy", folder)

    shutil.copy(other + ".weights", lib + ".weights")
    expect("weights of another model", generate + ["--prompt", "x", "-n", "1"], "weights")
    build(["bitnet-opt", "compile", model, "--emit=lib", "-o", lib])
    size = os.path.getsize(lib + ".weights")
    os.truncate(lib + ".weights", size - 4096)
    expect("truncated weights", generate + ["--prompt", "x", "-n", "1"], "weights")
    with open(lib + ".weights", "wb"):
        pass
    expect("empty weights", generate + ["--prompt", "x", "-n", "1"], "weights")


def shape_cases(models, work):
    """Rows whose length the weights alone say: of another one they are no input of the product."""
    folder = os.path.join(work, "shapes")
    os.makedirs(folder)
    lib = os.path.join(folder, "rows")
    build(["bitnet-opt", "compile", os.path.join(models, "forms", "rows_of_unknown_length", "model.onnx"), "--emit=lib", "-o", lib])
    np.save(os.path.join(folder, "x.npy"), np.ones((2, 3, 4, 16), np.float32))
    np.save(os.path.join(folder, "like.npy"), np.ones((1, 3), np.float32))
    expect("rows of another length", ["bitnet-run", lib, "invoke", "--input", f"x={folder}/x.npy", "--input", f"like={folder}/like.npy",
                                      "--output", f"y={folder}/y.npy"], "shapes", folder)


def main():
    models = sys.argv[1]
    with tempfile.TemporaryDirectory() as work:
        compile_cases(models, work)
        shape_cases(models, work)
        run_cases(models, work)
    if failures:
        sys.exit(f"{failures} cases fail")
    print("all cases give one error")


if __name__ == "__main__":
    main()
