"""Stops the compilation of a layer after every phase, for every target.

usage: check_phases.py MODEL.onnx

Targets are those that --list-targets prints, phases those of the help. What is
printed holds an op of the phase; a phase that a target lacks is one error.
"""

import re
import subprocess
import sys

# What each phase prints, and what is gone by then.
EXPECTED = {
    "import": ("onnx.", "ternary."),
    "normalize": ("onnx.", "ternary."),
    "recognize": ("ternary.linear", "#ternary.layout"),
    "plan": ("#ternary.layout", "_packed"),
    "pack": ("_packed", "!ternary.trit"),
    "bufferize": ("memref<", "@main(%arg0: tensor<"),
    "lower": ("rt.parallel", "ternary.linear"),
    "device": ("device.dispatch", "rt.parallel"),
    "codegen": ("llvm.func", "memref<"),
}


def opt(*arguments):
    result = subprocess.run(["bitnet-opt", *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return result.returncode, result.stdout, result.stderr


def main():
    model = sys.argv[1]
    listed = re.findall(r"^(\S+):", opt("--list-targets")[1], re.M)
    targets = [name for name in listed if name != "generic"]
    help_text = opt("compile", "--help")[1]
    phases = re.findall(r"\w+", re.search(r"print the IR after (.*)$", help_text, re.M).group(1).replace("(of a GPU)", ""))
    phases = [phase for phase in phases if phase != "or"]
    if sorted(phases) != sorted(EXPECTED) or len(targets) < 10:
        sys.exit(f"found phases {phases} and targets {targets}")
    count = 0
    for target in targets:
        for phase in phases:
            code, out, errors = opt("compile", model, f"--target={target}", f"--stop-after={phase}")
            present, gone = EXPECTED[phase]
            what = f"--target={target} --stop-after={phase}"
            if phase == "device" and code != 0:
                if out or errors.count("error:") != 1 or f"'{target}' has no phase 'device'" not in errors:
                    sys.exit(f"{what}: {errors}")
                continue
            if code != 0 or errors or present not in out or gone in out:
                sys.exit(f"{what}: expected '{present}' and no '{gone}', exit code {code}\n{errors}{out}")
            count += 1
    print(f"{count} phases printed, of {len(targets)} targets")
    if count < len(targets) * (len(phases) - 1) + 1:
        sys.exit("no target has a phase 'device'")


if __name__ == "__main__":
    main()
