#!/usr/bin/env python3
"""Memory and time to compile models of real sizes, random ternary weights in external data.

usage: compile_memory.py [--shapes=700m,2b-4t] [--flags="-O2"] [--bitnet-opt=PROGRAM] [--work=DIR]

Prints a row for each shape: the model's bytes, the compiler's own memory at its peak (RssAnon of /proc, read every
20 ms: what the page cache holds of the files it maps is not in it), the peak with mapped files (VmHWM), and seconds.
"""

import argparse
import os
import shlex
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def status(pid):
    """kB by name, of /proc/PID/status; empty when the process has ended."""
    try:
        with open(f"/proc/{pid}/status") as file:
            return {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in file)
                    if name in ("RssAnon", "VmHWM")}
    except OSError:
        return {}


def compile_model(command):
    """Peaks of RssAnon and VmHWM in bytes, and seconds."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    own = mapped = 0
    while process.poll() is None:
        now = status(process.pid)
        own = max(own, now.get("RssAnon", 0))
        mapped = max(mapped, now.get("VmHWM", 0))
        time.sleep(0.02)
    if process.returncode:
        sys.exit(f"compile_memory.py: {shlex.join(command)} ended with exit code {process.returncode}")
    return own * 1024, mapped * 1024, time.monotonic() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shapes", default="700m,2b-4t")
    parser.add_argument("--flags", default="-O2", help="of bitnet-opt compile")
    parser.add_argument("--bitnet-opt", default=os.path.join(ROOT, "build", "bin", "bitnet-opt"))
    parser.add_argument("--work", default="/tmp/bitnet-benchmarks")
    options = parser.parse_args()
    print("| shape | model MB | own memory MB | with mapped files MB | seconds |\n|---|---|---|---|---|", flush=True)
    for shape in options.shapes.split(","):
        folder = os.path.join(options.work, shape)
        model = os.path.join(folder, "model.onnx")
        if not os.path.exists(model):
            subprocess.run([sys.executable, os.path.join(ROOT, "benchmarks", "models", "write_onnx.py"),
                            f"--shape={shape}", "-o", folder], check=True, stdout=subprocess.DEVNULL)
        size = sum(os.path.getsize(os.path.join(folder, name)) for name in os.listdir(folder)
                   if name.startswith("model.onnx"))
        own, mapped, seconds = compile_model([options.bitnet_opt, "compile", model, *shlex.split(options.flags),
                                              "--emit=lib", "-o", os.path.join(folder, "compiled")])
        print(f"| {shape} | {size / 1e6:.0f} | {own / 1e6:.0f} | {mapped / 1e6:.0f} | {seconds:.1f} |", flush=True)


if __name__ == "__main__":
    main()
