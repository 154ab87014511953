"""Compiles and runs a suite of models and prints which of them match.

usage: check_spellings.py SUITE_DIR [NAME...] [compile flags...]

SUITE_DIR holds one folder for each model, as test/e2e/run_onnx.py wants them.
Tolerances follow the kind of model, told by its folder's name: single layers by
their largest error (looser where the graph computes in 16 bits or quantises in
blocks of its own), blocks and decoders by the root mean square. Each row says
how many linear layers are ternary, the largest error, or why it failed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
import run_onnx


def limits(name):
    """(largest error, rms error), one of them None."""
    loose = any(part in name for part in ("fp16", "f16_", "_f16", "bf16", "acc4", "int4_rtn"))
    if name.startswith(("blk_", "dec_", "decoder_", "encoder_")):
        return None, 4e-2 if loose else 2e-3
    return 2e-2 if loose else 1e-4, None


def judge(directory, name, flags):
    """(passed, ternary, total, what is to say)."""
    limit_max, limit_rms = limits(name)
    with tempfile.TemporaryDirectory() as work:
        report = os.path.join(work, "report.json")
        compiled = os.path.join(work, "model")
        command = ["bitnet-opt", "compile", os.path.join(directory, "model.onnx"), "--emit=lib", "-o", compiled,
                   f"--report={report}"] + flags
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode != 0:
            errors = [line for line in result.stderr.splitlines() if "error" in line]
            return False, 0, 0, (errors or [f"exit code {result.returncode}"])[0][:200]
        with open(report) as file:
            counts = json.load(file)
        why = {linear["reason"] for linear in counts["linears"] if not linear["ternary"]}
        try:
            error = max(run_onnx.run_sets(compiled, directory, work, limit_rms, limit_max))
            passed, said = True, f"{error:.1e}"
        except SystemExit as stop:
            passed, said = False, str(stop.code).strip().splitlines()[-1][:200]
        if why:
            said += "; " + "; ".join(sorted(why))
        return passed, counts["ternary"], counts["total"], said


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("suite")
    parser.add_argument("names", nargs="*")
    args, flags = parser.parse_known_args()
    names = args.names or sorted(
        name for name in os.listdir(args.suite) if os.path.exists(os.path.join(args.suite, name, "model.onnx")))
    failed = 0
    print("| form | result | ternary | error, and what is not ternary |\n|---|---|---|---|")
    for name in names:
        passed, ternary, total, said = judge(os.path.join(args.suite, name), name, flags)
        failed += not passed
        print(f"| {name} | {'pass' if passed else 'FAIL'} | {ternary}/{total} | {said} |", flush=True)
    sys.exit(f"{failed} of {len(names)} failed" if failed else 0)


if __name__ == "__main__":
    main()
