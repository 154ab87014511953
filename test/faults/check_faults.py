"""Lets what can fail fail, and holds the programs to one error and to whole files.

usage: check_faults.py COMPILE|MEMORY|KILL|RUN|WEIGHTS MODEL_DIR SHIM

MODEL_DIR holds model.onnx and inputs.npz; SHIM is the library of Faults.c. After
a failure each output is the old one or the new one, whole. Names with ".tmp" are
temporary files, which only what ends a process without notice may leave.
"""

import ctypes
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import numpy as np

KIND, MODEL, SHIM = sys.argv[1:4]
FILES = ("m.h", "libm.so", "m.weights")


def call(command, fault=None, limit=None, unprivileged=False, **other):
    """(exit code, error output); LIMIT bounds the size of files."""
    def prepare():
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        # PR_CAPBSET_DROP of CAP_DAC_OVERRIDE: permissions bind root, too, who still reaches the files of its home.
        if unprivileged and os.getuid() == 0 and ctypes.CDLL(None).prctl(24, 1, 0, 0, 0):
            raise OSError("prctl")
    environment = dict(os.environ)
    if fault:
        environment.update(LD_PRELOAD=SHIM, BITNET_FAULT=fault, BITNET_FAULT_COUNT="count")
    result = subprocess.run(command, capture_output=True, env=environment, preexec_fn=prepare, **other)
    return result.returncode, result.stderr.decode()


def calls_of(command, function):
    """How often a program calls a function."""
    code, errors = call(command, function)
    assert code == 0, errors
    with open("count") as file:
        return int(file.read())


def expect(condition, what, *more):
    if not condition:
        sys.exit("\n".join([what, *map(str, more)]))


def expect_error(code, errors, what, pattern=""):
    lines = [line for line in errors.splitlines() if "error:" in line]
    expect(code == 1 and len(lines) == 1 and pattern in lines[0], what, f"exit code {code}", errors)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def contents(folder):
    return {name: read(os.path.join(folder, name)) for name in sorted(os.listdir(folder))}


def compile_command(out, *flags):
    return ["bitnet-opt", "compile", os.path.join(MODEL, "model.onnx"), "--emit=lib", "-o", f"{out}/m", *flags]


def make(folder, *flags):
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder)
    code, errors = call(compile_command(folder, *flags))
    expect(code == 0, "cannot compile", errors)
    return contents(folder)


def fails_over(old, out, fault=None, limit=None):
    """Compiles over `old`: all of the old files stay, or all are new."""
    shutil.rmtree(out, ignore_errors=True)
    os.mkdir(out)
    for name, data in old.items():
        with open(os.path.join(out, name), "wb") as file:
            file.write(data)
    code, errors = call(compile_command(out, "-O1"), fault, limit)
    what = f"compile with {fault or f'files of at most {limit} bytes'}"
    expect(code in (0, 1), what, f"exit code {code}", errors)
    found = contents(out)
    if code == 1:
        expect_error(code, errors, what)
        expect(found == old or "standard output" in errors, what, "the old files have changed", found.keys())
    return code


def check_compile():
    """Every write, rename, map and look at a file fails once; disks are full, folders missing or not ours."""
    # Over the files of another compilation, and over none.
    old = make("old", "-O0")
    for before in (old, {}):
        failures = 0
        for function in ("write", "rename", "mmap", "stat") if before else ("rename",):
            for call_number in range(calls_of(compile_command("scratch", "-O1"), function)):
                failures += fails_over(before, "out", f"{function}:{call_number}")
        for limit in (0, 100, 4000, 5000, 9000) if before else (0,):
            failures += fails_over(before, "out", None, limit)
        expect(failures > (15 if before else 3), f"only {failures} failures, expected more")
    check_links(old)
    code, errors = call(compile_command("scratch"), "short")
    expect(code == 0 and contents("scratch") == make("whole"), "short reads and writes give other files", errors)
    # An executable, whose weights are appended.
    for limit in (0, 5000, 30000, 60000):
        code, errors = call(["bitnet-opt", "compile", f"{MODEL}/model.onnx", "-o", "exe"], limit=limit)
        expect_error(code, errors, f"executable of at most {limit} bytes")
        expect(not os.path.exists("exe"), "an executable was left behind")
    with open("/dev/full", "w") as full:
        for flags in ("--stop-after=import", "--emit=asm", "--help"):
            code, errors = subprocess_to(full, ["bitnet-opt", "compile", f"{MODEL}/model.onnx", flags])
            expect_error(code, errors, f"{flags} to a full disk", "cannot write to the standard output: No space left")
    for place, why in (("missing/m", "No such file"), ("/dev/full", "not a regular file"), ("out", "is a directory")):
        code, errors = call(["bitnet-opt", "compile", f"{MODEL}/model.onnx", "-o", place])
        expect_error(code, errors, place, why)
    os.mkdir("closed", 0o555)
    code, errors = call(compile_command("closed"), unprivileged=True)
    expect_error(code, errors, "closed folder", "Permission denied")


def check_memory():
    """Allocations fail: all of the first ones, before main and while dialects are registered, and some of the others."""
    calls = calls_of(compile_command("scratch", "-O1"), "malloc")
    draw = random.Random(1)
    failures = 0
    for number in [*range(0, 1200, 3), *sorted(draw.sample(range(1200, calls), 60))]:
        failures += fails_over({}, "out", f"malloc:{number}")
    expect(failures > 300, f"only {failures} failures, expected more")


def check_links(old):
    """Links are followed, also to nothing; file systems without hard links do."""
    for number in range(calls_of(compile_command("scratch", "-O1"), "link")):
        expect(not fails_over(old, "out", f"link:{number}"), "a failing hard link fails the compilation")
        expect(contents("out") == contents("scratch"), f"link {number}: other files")
    compile_to = ["bitnet-opt", "compile", f"{MODEL}/model.onnx", "-o"]
    os.symlink("target", "dangling")
    code, errors = call(compile_to + ["dangling"])
    expect(code == 0 and os.path.islink("dangling") and os.path.isfile("target"), "a link to nothing", errors)
    code, errors = call(compile_to + ["a%b%"])
    expect(code == 0 and os.path.isfile("a%b%"), "a percent sign in the name", errors)
    os.makedirs("50%full")
    expect_error(*call(compile_to + ["50%full/a"]), "linked in such a folder",
                 "50%full: cannot link into a folder with '%' in its name")
    expect(not os.listdir("50%full"), "files of what was not linked")
    code, errors = call(compile_to + ["50%full/a", "--emit=obj"])
    expect(code == 0 and "a" in os.listdir("50%full"), "a percent sign in the folder", errors)
    os.symlink("loop", "loop")
    expect_error(*call(compile_to + ["loop"]), "a link to itself", "too many levels of symbolic links")
    expect(os.path.islink("loop"), "a link to itself was replaced")


def subprocess_to(output, command):
    result = subprocess.run(command, stdout=output, stderr=subprocess.PIPE)
    return result.returncode, result.stderr.decode()


def check_kill():
    """Killed at any time, the compiler leaves each file old or new."""
    old, new = make("old", "-O0"), make("new", "-O1")
    start = time.monotonic()
    make("timed", "-O1")
    duration = time.monotonic() - start
    draw = random.Random(3)
    for number in range(12):
        sign = signal.SIGKILL if number % 2 else signal.SIGTERM
        shutil.rmtree("out", ignore_errors=True)
        shutil.copytree("old", "out")
        process = subprocess.Popen(compile_command("out", "-O1"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(duration * draw.uniform(0.2, 1.0))
        process.send_signal(sign)
        process.wait()
        found = contents("out")
        for name in FILES:
            expect(found[name] in (old[name], new[name]), f"killed by {sign}: {name} is neither old nor new")
        more = set(found) - set(FILES)
        expect(all(".tmp" in name for name in more), f"killed by {sign}: found {more}")
        expect(sign == signal.SIGKILL or not more, f"killed by {sign}: left {more}")


def check_run():
    """bitnet-run: every allocation, map and look at a file fails once; outputs are whole or absent."""
    make("model")
    npz = np.load(os.path.join(MODEL, "inputs.npz"))
    command = ["bitnet-run", "model/m", "invoke", "-t", "2"]
    for key in npz.files:
        if key.startswith("0/"):
            np.save(f"{key[2:]}.npy", npz[key])
            command += ["--input", f"{key[2:]}={key[2:]}.npy"]
    whole = ["--all-outputs", "out"]
    expect(call(command + whole)[0] == 0, "cannot run")
    wanted = contents("out")
    # What the dynamic linker and static constructors allocate comes first.
    first = calls_of(["bitnet-run", "--version"], "malloc")
    for function in ("malloc", "mmap", "stat", "rename"):
        count, failures = calls_of(command + whole, function), 0
        for number in range(first if function == "malloc" else 0, count):
            shutil.rmtree("out")
            code, errors = call(command + whole, f"{function}:{number}")
            if code:
                expect_error(code, errors, f"{function} {number}")
                expect(not os.path.exists("out") or not os.listdir("out"), f"{function} {number}: output left behind")
                os.makedirs("out", exist_ok=True)
            else:
                expect(contents("out") == wanted, f"{function} {number}: other results")
            failures += code
        expect(failures > 0, f"no failing {function} out of {count} was seen")
    expect(call(command + whole, "short")[0] == 0 and contents("out") == wanted, "short reads give other results")
    name = next(iter(wanted))
    output = ["--output", f"{name[:-4]}=/dev/full"]
    expect_error(*call(command + output), "output to a full device", "No space left")
    shutil.rmtree("out")
    expect_error(*call(command + whole, limit=64), "output of at most 64 bytes", "File too large")
    expect(not os.listdir("out"), "output left behind")


def check_weights():
    """Weights that are cut, damaged or of another model are refused, in a library and in an executable."""
    make("model")
    weights = read("model/m.weights")
    run = ["bitnet-run", "model/m", "invoke", "--list"]

    def refused(data, pattern, *flags):
        with open("model/m.weights", "wb") as file:
            file.write(data)
        expect_error(*call(run + list(flags)), f"weights of {len(data)} bytes", pattern)

    def flipped(data, at):
        return data[:at] + bytes([data[at] ^ 0x20]) + data[at + 1:]

    for length in (0, 1, 159, 160, 4095, 4096, len(weights) - 1):
        refused(weights[:length], "truncated")
    for at in range(0, 160, 7):
        refused(flipped(weights, at), "m.weights: ")
    for at in (4096, (4096 + len(weights)) // 2, len(weights) - 1):
        refused(flipped(weights, at), "damaged: the data does not match its hash", "--verify")
    make("dense", "--dense=f32")
    refused(read("dense/m.weights"), "weights of another model or compilation")
    code, errors = call(["bitnet-opt", "compile", f"{MODEL}/model.onnx", "-o", "exe"])
    expect(code == 0, "cannot compile", errors)
    program = read("exe")
    footer = program.rfind(b"BITNETX")
    start = program.rfind(b"BITNETW", 0, footer)

    def program_refused(data, pattern, *flags):
        with open("exe", "wb") as file:
            file.write(data)
        expect_error(*call(["./exe", "invoke", "--list", *flags]), "damaged executable", pattern)

    program_refused(program[:-1], "carries no weights")
    program_refused(program[:start], "carries no weights")
    program_refused(flipped(program, start + 20), "damaged: the header")
    program_refused(flipped(program, start + 4096), "damaged: the data", "--verify")


def main():
    checks = {"COMPILE": check_compile, "MEMORY": check_memory, "KILL": check_kill, "RUN": check_run, "WEIGHTS": check_weights}
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        os.mkdir("scratch")
        checks[KIND]()
    print("every failure is one error")


if __name__ == "__main__":
    main()
