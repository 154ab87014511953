"""Checks that a model with an exact head chooses the tokens of the wide one.

usage: check_head.py WIDE EXACT: two executables of one model.
"""

import random
import subprocess
import sys

PROMPTS = 15
VOCABULARY = 2048


def generate(program, prompt, flags):
    ids = ",".join(map(str, prompt))
    command = [program, "--prompt-ids", ids, "--print-token-ids", "--ignore-eos", *flags]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main():
    wide, exact = sys.argv[1:]
    numbers = random.Random(4)
    for i in range(PROMPTS):
        prompt = [numbers.randrange(VOCABULARY) for _ in range(numbers.randrange(1, 20))]
        for flags in (
            ["-n", "60", "-t", "1"],
            ["-n", "20", "-t", "2"],
            ["-n", "40", "--temp", "1", "--top-k", "40", "--seed", str(i)],
            ["-n", "20", "--temp", "2", "--top-k", "500", "--top-p", "0.9", "--seed", str(i)],
            ["-n", "10", "--temp", "1", "--seed", str(i)],
        ):
            expected, found = (generate(p, prompt, flags) for p in (wide, exact))
            if expected != found:
                sys.exit(f"prompt {prompt}, {flags}:\nfound    {found}expected {expected}")
    print(f"{PROMPTS} prompts agree")


main()
