"""Compares single ONNX operators, as compiled, with ONNX Runtime.

usage: check_ops.py [NAME...] [--seed N] [--static] [--keep DIR]

Cases of up to 12 operators share one graph, with inputs and outputs of their
own, because compiling is what takes the time. A graph that does not compile or
run is taken apart, so that each operator is judged by itself. Where ONNX
Runtime has no kernel for a type, onnx's reference implementation is the judge.
NAME keeps the cases whose name contains it. Needs onnx and onnxruntime.
"""

import argparse
import os
import subprocess
import sys
import tempfile

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
import onnx.reference
import onnxruntime

import composite_cases
import op_cases
import spatial_cases

OPSETS = [helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1)]


def numpy_dtype(elem_type):
    return helper.tensor_dtype_to_np_dtype(elem_type)


def elem_type_of(array):
    return helper.np_dtype_to_tensor_dtype(array.dtype)


def node_of(case, prefix):
    """The case's node, its run-time inputs and its initializers."""
    inputs, initializers, names = {}, [], []
    for i, value in enumerate(case.inputs):
        name = f"{prefix}i{i}"
        if value is None:
            names.append("")
        elif i in case.constant:
            initializers.append(numpy_helper.from_array(value, name))
            names.append(name)
        else:
            inputs[name] = value
            names.append(name)
    outputs = [f"{prefix}o{i}" for i in range(case.outputs)]
    node = helper.make_node(case.op, names, outputs, domain=case.domain, name=prefix + case.name, **case.attributes)
    return node, inputs, initializers, outputs


def make_model(cases, results, static):
    nodes, graph_inputs, graph_outputs, initializers, feeds = [], [], [], [], {}
    for number, case in enumerate(cases):
        prefix = f"c{number}_"
        node, inputs, constants, outputs = node_of(case, prefix)
        nodes.append(node)
        initializers += constants
        feeds.update(inputs)
        for name, value in inputs.items():
            dims = list(value.shape) if static or case.static else [f"{name}d{d}" for d in range(value.ndim)]
            # The length of a shape or of an index tuple is a rank: always static.
            if value.ndim == 1 and value.dtype == np.int64 or case.op in ("GatherND", "ScatterND") and name.endswith("i1"):
                dims[-1:] = value.shape[-1:]
            graph_inputs.append(helper.make_tensor_value_info(name, elem_type_of(value), dims))
        for name, value in zip(outputs, results[number] if results else [None] * len(outputs)):
            elem, dims = (None, None) if value is None else (elem_type_of(value), [f"{name}d{d}" for d in range(value.ndim)])
            graph_outputs.append(helper.make_tensor_value_info(name, elem, dims) if elem else onnx.ValueInfoProto(name=name))
    graph = helper.make_graph(nodes, "cases", graph_inputs, graph_outputs, initializers)
    return helper.make_model(graph, opset_imports=OPSETS, ir_version=10), feeds


def expected(case):
    """What ONNX Runtime gives, or the reference where it has no kernel."""
    model, feeds = make_model([case], None, True)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    if not any(value.dtype.name == "bfloat16" for value in feeds.values()):
        try:
            session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
            return session.run(None, feeds)
        except Exception:
            pass
    return [np.asarray(r) for r in onnx.reference.ReferenceEvaluator(model).run(None, feeds)]


def run_cases(cases, results, static, work):
    """The outputs of each case as compiled, or a message."""
    model, feeds = make_model(cases, results, static)
    path = os.path.join(work, "ops.onnx")
    onnx.save(model, path)
    compiled = os.path.join(work, "ops")
    command = ["bitnet-opt", "compile", path, "--emit=lib", "-o", compiled]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        return f"compile exit {done.returncode}: {done.stderr.strip()[-600:]}"
    command = ["bitnet-run", compiled, "invoke"]
    for i, (name, value) in enumerate(feeds.items()):
        file = os.path.join(work, f"in{i}.npy")
        np.save(file, value)
        command += ["--input", f"{name}={file}"]
    outputs = []
    for number, case in enumerate(cases):
        for i in range(case.outputs):
            outputs.append(os.path.join(work, f"out{number}_{i}.npy"))
            command += ["--output", f"c{number}_o{i}={outputs[-1]}"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        return f"run exit {done.returncode}: {done.stderr.strip()[-600:]}"
    got, position = [], 0
    for case in cases:
        got.append([np.load(f) for f in outputs[position:position + case.outputs]])
        position += case.outputs
    return got


def difference(case, got, want):
    """What is wrong with the results of a case, or None."""
    for g, w in zip(got, want):
        if w.dtype.name == "bfloat16" and g.dtype == np.float32:
            g = g.astype(w.dtype)  # .npy files have no bfloat16
        if g.dtype != w.dtype and g.dtype.itemsize == w.dtype.itemsize:
            g = g.view(w.dtype)
        if g.shape != w.shape or g.dtype != w.dtype:
            return f"{g.dtype}{g.shape}, expected {w.dtype}{w.shape}"
        if not np.issubdtype(w.dtype, np.floating) and w.dtype.name != "bfloat16":
            if not np.array_equal(g, w):
                at = np.argwhere(g != w)[0]
                return f"at {list(at)}: {g[tuple(at)]}, expected {w[tuple(at)]} ({(g != w).sum()} of {g.size} differ)"
            continue
        g, w = g.astype(np.float64), w.astype(np.float64)
        tolerance = case.tolerance or {2: 2e-3, 4: 2e-6, 8: 1e-12}[want[0].dtype.itemsize]
        if want[0].dtype.name == "bfloat16":
            tolerance = max(tolerance, 1.6e-2)
        with np.errstate(all="ignore"):
            close = (g == w) | (np.isnan(g) & np.isnan(w)) | (np.abs(g - w) <= tolerance * np.maximum(np.abs(w), case.scale))
        if not close.all():
            at = tuple(np.argwhere(~close)[0])
            return f"at {list(at)}: {g[at]!r}, expected {w[at]!r} ({(~close).sum()} of {g.size} differ)"
    return None


def judge(cases, results, static, work):
    got = run_cases(cases, results, static, work)
    if isinstance(got, str) and len(cases) > 1:
        return [f for i in range(len(cases)) for f in judge(cases[i:i + 1], results[i:i + 1], static, work)]
    if isinstance(got, str):
        return [(cases[0].name, got)]
    failures = [(c.name, difference(c, g, w)) for c, g, w in zip(cases, got, results)]
    return [(name, message) for name, message in failures if message]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--static", action="store_true", help="static instead of dynamic dimensions")
    parser.add_argument("--keep", help="folder for the graphs and the arrays")
    args = parser.parse_args()
    cases = [c for module in (op_cases, composite_cases, spatial_cases) for c in module.make(np.random.default_rng(args.seed))
             if not args.names or any(n in c.name for n in args.names)]
    failures = []
    with tempfile.TemporaryDirectory() as scratch:
        work = args.keep or scratch
        for start in range(0, len(cases), 12):
            group, results = cases[start:start + 12], []
            for case in list(group):
                try:
                    results.append(expected(case))
                except Exception as error:
                    failures.append((case.name, f"nobody judges it: {error}"))
                    group.remove(case)
            failures += judge(group, results, args.static, work) if group else []
    for name, message in failures:
        print(f"{name}: {message}")
    print(f"{len(cases) - len(failures)} of {len(cases)} cases match")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
