"""Generates text with a compiled model and compares the tokens with stored ones.

usage: check_greedy.py MODEL_DIR [compile flags...]

MODEL_DIR holds model.onnx and greedy.json: [{"prompt": [ids], "tokens": [ids]}], from stepping the graph elsewhere.
The model is measured once, too: what generates, benches.
"""

import json
import os
import subprocess
import sys
import tempfile


def run(*command):
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(command)}\nexit code {result.returncode}\n{result.stdout}{result.stderr}")
    return result.stdout


def main():
    directory, flags = sys.argv[1], sys.argv[2:]
    with open(os.path.join(directory, "greedy.json")) as file:
        texts = json.load(file)
    if not texts:
        sys.exit("no prompts")
    with tempfile.TemporaryDirectory() as work:
        model = os.path.join(work, "model")
        run("bitnet-opt", "compile", os.path.join(directory, "model.onnx"), "--emit=lib", "-o", model, *flags)
        for text in texts:
            ids = ",".join(map(str, text["prompt"]))
            room = max(40, len(text["prompt"]) + len(text["tokens"]))
            for more in ([], ["--context", str(room)]):
                said = run("bitnet-run", model, "generate", "--prompt-ids", ids, "-n", str(len(text["tokens"])),
                           "--print-token-ids", "--ignore-eos", "-t", "2", *more)
                if [int(word) for word in said.split()] != text["tokens"]:
                    sys.exit(f"behind {text['prompt']}: {said.split()}, expected {text['tokens']}")
        measured = run("bitnet-run", model, "bench", "-p", "6", "-n", "3", "-r", "1", "-t", "1")
        if "tg3" not in measured:
            sys.exit(f"nothing measured:\n{measured}")
    print(f"{sum(len(text['tokens']) for text in texts)} tokens of {len(texts)} prompts equal")


if __name__ == "__main__":
    main()
