"""Builds what docs/guides/new-target.md shows in a folder of its own, runs its
commands and holds the story to the model's tokens.

usage: check_new_target.py GUIDE.md BUILD_DIR MODEL_DIR

Blocks with "file=NAME" behind their language are parts of that file, in order;
those of "sh" are run, line by line, in one shell. Beyond the text, the story's
tokens are those of golden.json, and the inner loop is made of the target's own
instruction.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

MOST_LINES = 200


def read_blocks(text):
    files, commands = {}, ""
    for info, body in re.findall(r"^```(\S+(?: +\S+)*)\n(.*?)^```$", text, re.M | re.S):
        name = re.search(r"file=(\S+)", info)
        if name:
            files[name.group(1)] = files.get(name.group(1), "") + body
        elif info == "sh":
            commands += body
    return files, commands


def run(command, work, **environment):
    result = subprocess.run(["bash", "-ec", command], cwd=work, capture_output=True, text=True,
                            stdin=subprocess.DEVNULL, env={**os.environ, **environment})
    if result.returncode != 0:
        sys.exit(f"$ {command}\nexit code {result.returncode}\n{result.stdout}{result.stderr}")
    return result.stdout


def expect(what, text, *needles):
    for needle in needles:
        if needle not in text:
            sys.exit(f"{what}: no '{needle}' in\n{text}")


def check_tokens(story, model):
    """Holds what the executable writes to golden.json, up to the first position whose stored lead is below 0.05."""
    with open(os.path.join(model, "golden.json")) as file:
        prompt = json.load(file)["prompts"][0]
    want, leads = prompt["torch_packed"]["tokens"], prompt["torch_packed"]["leads"]
    sure = next((i for i, lead in enumerate(leads) if lead < 0.05), len(want))
    command = [story, "generate", "--prompt", prompt["text"], "-n", str(len(want)), "--print-token-ids"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    ids = [int(word) for word in re.findall(r"\d+", text)]
    if ids[: len(prompt["tokens"])] == prompt["tokens"]:
        ids = ids[len(prompt["tokens"]):]
    if sure < 32 or ids[:sure] != want[:sure]:
        sys.exit(f"tokens {ids[:sure]}, expected {want[:sure]}")


def main():
    guide, build, model = sys.argv[1:]
    with open(guide) as file:
        text = file.read()
    if text.count("\n") >= MOST_LINES:
        sys.exit(f"the guide has {text.count(chr(10))} lines, expected fewer than {MOST_LINES}")
    files, commands = read_blocks(text)
    with tempfile.TemporaryDirectory() as work:
        for name, body in files.items():
            with open(os.path.join(work, name), "w") as file:
                file.write(body)
        shutil.copy(os.path.join(model, "onnx-packed", "model.onnx"), work)
        shutil.copy(os.path.join(model, "tokenizer.json"), work)
        said = run(commands, work, BITNET=build)
        expect("--list-layouts", said, "signs4: a byte holds 4 terms", "strategies: signs (rows = 64)")
        expect("kernel", said, "kernel signs on signs4, N 500, K 1030", "every sum equals the scalar reference\n",
               "kernel signs on signs4, N 100, K 70", "run by qemu-aarch64")
        expect("compile", said, "no multiplication by a weight in any", "bitlinear_signs_signs4_rows")
        with open(os.path.join(work, "kernel.s")) as file:
            expect("the assembly", file.read(), "vpsignw", "bitlinear_signs_signs4_rows")
        check_tokens(os.path.join(work, "story"), model)
        facts = run("build=build; bitnet-opt --load-target=build/signs4.so --list-targets", work)
        expect("--list-targets", facts, "x86-psign: vector_bits=256", "psign=1")
        # Without a strategy: auto knows its figures, and what reads any layout.
        plan = run("bitnet-opt compile model.onnx --load-target build/signs4.so --target=x86-psign --layout=signs4 "
                   "--print-schedule", work)
        expect("the plan", plan, '"target": "x86-psign"', '"strategy": "signs", "layout": "signs4"')
        run("bitnet-opt kernel --load-target=build/signs4.so --layout=signs4 --strategy=masked --n=99 --k=31 --seconds=0.01", work)


if __name__ == "__main__":
    main()
