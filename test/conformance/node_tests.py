"""Runs the ONNX backend node tests of the installed onnx package through the compiler.

usage: node_tests.py [PATTERN...] [--bitnet-opt PATH] [--bitnet-run PATH] [--json FILE] [--table FILE] [--jobs N]

Each test's model is compiled to a library and invoked with the test's inputs;
outputs are compared as onnx's own runner does (the test's rtol and atol, dtype
and shape equal), but for bfloat16, whose neighbours are up to 2^-7 apart: two
of them are taken, as an rtol of 1e-3 would ask for every rounding of the
reference. Every test ends as one of

  passed   outputs are right
  refused  one error that names what is not supported, exit code 1
  wrong    other outputs
  failed   it compiled, but would not run
  crashed  a signal, an assertion, no message, or no end

and the exit code is 0 only if nothing is wrong, failed or crashed. A refusal
that names neither an operator nor a type of the test's graph counts as failed.
PATTERN keeps tests whose name contains one. Needs onnx.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile
import warnings

import numpy as np
import onnx
from onnx import numpy_helper

TIMEOUT = 120


def collect(patterns):
    from onnx.backend.test.case.node import collect_testcases

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cases = collect_testcases(None)
    return [c for c in cases if c.model is not None and (not patterns or any(p in c.name for p in patterns))]


def as_array(value):
    """The tensor as numpy, or None for sequences, optionals and strings."""
    if isinstance(value, onnx.TensorProto):
        value = numpy_helper.to_array(value)
    if not isinstance(value, (np.ndarray, np.generic)):
        return None
    value = np.asarray(value)
    return None if value.dtype == object or value.dtype.kind in "US" else value


def storage(array):
    """What stands for the array in a .npy file: bfloat16 travels as float32,
    integers of 2 and 4 bits as bytes, floats of 8 and 4 bits as their codes."""
    name = array.dtype.name
    if name == "bfloat16":
        return array.astype(np.float32)
    if name in ("int2", "int4", "uint2", "uint4"):
        return array.astype(np.uint8 if name[0] == "u" else np.int8)
    return array.view(np.uint8) if name.startswith(("float8", "float4")) else array


def spawn(command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, errors="replace")
    except subprocess.TimeoutExpired:
        return None, "no end after %d s" % TIMEOUT
    return done.returncode, done.stderr.strip()


def is_refusal(case, code, message):
    """One error, which names an operator, an input, an output, an operator set or a type."""
    errors = [line for line in message.splitlines() if "error:" in line]
    if code != 1 or len(errors) != 1 or "linking failed" in errors[0]:
        return False
    graph = case.model.graph
    named = {n.op_type for n in graph.node} | {v.name for v in list(graph.input) + list(graph.output)}
    return "opset" in errors[0] or " type" in errors[0] or any(name and name in errors[0] for name in named)


def compare(case, expected, found):
    for index, (want, got) in enumerate(zip(expected, found)):
        rtol = max(case.rtol, 2.0**-6) if want.dtype.name == "bfloat16" else case.rtol
        narrow = want.dtype if want.dtype.name.startswith(("float8", "float4")) else None
        want = storage(want)
        if got.dtype != want.dtype:
            return f"output {index} has type {got.dtype}, expected {want.dtype}"
        if got.shape != want.shape:
            return f"output {index} has shape {list(got.shape)}, expected {list(want.shape)}"
        if narrow:
            want, got = want.view(narrow).astype(np.float32), got.view(narrow).astype(np.float32)
        try:
            if want.dtype.kind in "biu":
                np.testing.assert_array_equal(got, want)
            else:
                np.testing.assert_allclose(got.astype(np.float64), want.astype(np.float64), rtol=rtol, atol=case.atol)
        except AssertionError as error:
            return f"output {index}: " + " ".join(str(error).split())[:160]
    return None


def run_data_set(case, library, inputs, outputs, work, run):
    arrays = [as_array(v) for v in inputs]
    expected = [as_array(v) for v in outputs]
    if any(a is None for a in arrays + expected):
        return "failed", "compiled a graph of values that are no tensors"
    command = [run, library, "invoke"]
    names = [i.name for i in case.model.graph.input]
    for name, array in zip(names, arrays):
        path = os.path.join(work, f"in{len(command)}.npy")
        np.save(path, storage(array))
        command += ["--input", f"{name}={path}"]
    files = []
    for output in case.model.graph.output:
        files.append(os.path.join(work, f"out{len(files)}.npy"))
        command += ["--output", f"{output.name}={files[-1]}"]
    code, message = spawn(command)
    if code != 0:
        return ("crashed" if code is None or code < 0 or code > 2 else "failed"), message[-300:]
    difference = compare(case, expected, [np.load(f) for f in files])
    return ("wrong", difference) if difference else ("passed", "")


def judge(case, opt, run):
    with tempfile.TemporaryDirectory() as work:
        path, library = os.path.join(work, "model.onnx"), os.path.join(work, "out")
        onnx.save(case.model, path)
        code, message = spawn([opt, "compile", path, "--emit=lib", "-o", library])
        if code != 0:
            if is_refusal(case, code, message):
                return "refused", re.sub(r"^.*?error: ", "", message.splitlines()[0])
            return ("crashed" if code is None or code != 1 else "failed"), message[-300:]
        for inputs, outputs in case.data_sets:
            result = run_data_set(case, library, inputs, outputs, work, run)
            if result[0] != "passed":
                return result
        return "passed", ""


def operators_of(cases):
    """The operator that each test is about: that of its name, else of its node.
    An expanded test has that of the test it expands."""
    operators = {}
    for case in cases:
        types = [n.op_type for n in case.model.graph.node]
        plain = case.name.removeprefix("test_").replace("_", "")
        named = [t for t in set(types) if plain.startswith(t.lower())]
        operators[case.name] = max(named, key=len) if named else types[0] if len(types) == 1 else case.name.split("_")[1]
    return {name: operators.get(re.sub("_expanded(_ver[0-9]+)?$", "", name), operator) for name, operator in operators.items()}


def write_table(results, out):
    rows = collections.defaultdict(collections.Counter)
    for r in results:
        rows[r["operator"]][r["result"]] += 1
    counts = collections.Counter(r["result"] for r in results)
    out.write("# ONNX node tests\n\n"
              f"The {len(results)} backend node tests of onnx {onnx.__version__}, as "
              "`test/conformance/node_tests.py --table docs/onnx-node-tests.md` runs them: "
              + ", ".join(f"{n} {k}" for k, n in counts.most_common()) + ". A refused test ends in one error that names "
              "what is not supported; *other* are wrong results, crashes and programs that would not run. A test is listed "
              "by the operator that its name names, its `_expanded` form, made of other operators, with it.\n\n")
    out.write("| operator | passed | refused | other |\n|---|---|---|---|\n")
    for operator in sorted(rows, key=str.lower):
        c = rows[operator]
        out.write(f"| {operator} | {c['passed']} | {c['refused']} | {sum(c.values()) - c['passed'] - c['refused']} |\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("patterns", nargs="*")
    parser.add_argument("--bitnet-opt", default="build/bin/bitnet-opt")
    parser.add_argument("--bitnet-run", default="build/bin/bitnet-run")
    parser.add_argument("--json")
    parser.add_argument("--table", help="Markdown: counts for each operator")
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()

    cases = collect(args.patterns)
    operators = operators_of(cases)
    results = []
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for case, (result, detail) in zip(cases, pool.map(lambda c: judge(c, args.bitnet_opt, args.bitnet_run), cases)):
            results.append({"test": case.name, "operator": operators[case.name], "result": result, "detail": detail})
            if result not in ("passed", "refused"):
                print(f"{result:8} {case.name}: {detail}", flush=True)
    counts = collections.Counter(r["result"] for r in results)
    if args.json:
        with open(args.json, "w") as out:
            json.dump(results, out, indent=1)
    if args.table:
        with open(args.table, "w") as out:
            write_table(results, out)
    print(f"onnx {onnx.__version__}: {len(results)} node tests: " + ", ".join(f"{n} {k}" for k, n in counts.most_common()))
    return 0 if set(counts) <= {"passed", "refused"} else 1


if __name__ == "__main__":
    sys.exit(main())
