"""Compares the arithmetic of kernels on a GPU with that of the CPU, bit for bit.

usage: check_device_ops.py TARGET

For each element type, a graph of one parallel region that applies every op which
kernels may hold to the same random operands, as numbers and as vectors; compiled
for both and run on both. Floats are finite, infinite, NaN, zeros of both signs
and subnormal; a NaN is equal to any NaN.
"""

import os
import subprocess
import sys
import tempfile

import numpy as np

# Mesa takes its time over kernels, however they were made.
LEVEL = "-O0" if sys.argv[1].startswith("spirv") else "-O2"
LANES = 16
INT_PREDICATES = ["eq", "ne", "slt", "sle", "sgt", "sge", "ult", "ule", "ugt", "uge"]
FLOAT_PREDICATES = ["oeq", "ogt", "oge", "olt", "ole", "one", "ord", "ueq", "ugt", "uge", "ult", "ule", "une", "uno"]


def run(*command, stays=False):
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0 or stays != ("a region stays on the CPU" in result.stderr):
        sys.exit(f"{' '.join(command)}\nexit code {result.returncode}\n{result.stdout}{result.stderr}")


class Graph:
    """Text of a region over elements or vectors of %a, %b and %c."""

    def __init__(self, element, vector):
        self.element, self.vector = element, vector
        self.lines, self.outputs, self.count = [], [], 0

    def type(self, element):
        return f"vector<{LANES}x{element}>" if self.vector else element

    def op(self, text):
        self.count += 1
        self.lines.append(f"%v{self.count} = {text}")
        return f"%v{self.count}"

    def constant(self, value, element=None):
        element = element or self.element
        value = f"dense<{value}>" if self.vector else value
        return self.op(f"arith.constant {value} : {self.type(element)}")

    def give(self, name, value, element=None):
        element = element or self.element
        if element == "i1":  # as bytes
            value, element = self.op(f"arith.extui {value} : {self.type('i1')} to {self.type('i8')}"), "i8"
        self.outputs.append((name, value, element))

    def binary(self, name, x="%a", y="%b"):
        self.give(name, self.op(f"{name} {x}, {y} : {self.type(self.element)}"))

    def unary(self, name, x="%a"):
        self.give(name, self.op(f"{name} {x} : {self.type(self.element)}"))

    def convert(self, name, to, x="%a"):
        self.give(f"{name}-{to}", self.op(f"{name} {x} : {self.type(self.element)} to {self.type(to)}"), to)


def integers(graph):
    bits = int(graph.element[1:])
    for name in ("addi", "subi", "muli", "andi", "ori", "xori", "minsi", "maxsi", "minui", "maxui"):
        graph.binary(f"arith.{name}")
    divisor = graph.op(f"arith.ori %b, {graph.constant(1)} : {graph.type(graph.element)}")
    for name in ("divui", "remui", "ceildivui"):
        graph.binary(f"arith.{name}", y=divisor)
    positive = graph.op(f"arith.shrui {divisor}, {graph.constant(1)} : {graph.type(graph.element)}")
    positive = graph.op(f"arith.ori {positive}, {graph.constant(1)} : {graph.type(graph.element)}")
    for name in ("divsi", "remsi", "ceildivsi", "floordivsi"):
        graph.binary(f"arith.{name}", y=positive)
    shift = graph.op(f"arith.andi %b, {graph.constant(bits - 1)} : {graph.type(graph.element)}")
    for name in ("shli", "shrui", "shrsi"):
        graph.binary(f"arith.{name}", y=shift)
    for predicate in INT_PREDICATES:
        graph.give(predicate, graph.op(f"arith.cmpi {predicate}, %a, %b : {graph.type(graph.element)}"), "i1")
    less = graph.op(f"arith.cmpi slt, %a, %b : {graph.type(graph.element)}")
    graph.give("select", graph.op(f"arith.select {less}, %a, %b : {graph.type('i1')}, {graph.type(graph.element)}"))
    for width in (8, 16, 32, 64):
        for name in ("extsi", "extui") if width > bits else ("trunci",) if width < bits else ():
            graph.convert(f"arith.{name}", f"i{width}")
    graph.convert("arith.trunci", "i1")
    for to in ("f32", "f64"):
        graph.convert("arith.sitofp", to)
        graph.convert("arith.uitofp", to)
    if bits in (32, 64):
        graph.convert("arith.bitcast", f"f{bits}")
    if bits == 16:
        half = graph.op(f"arith.bitcast %a : {graph.type('i16')} to {graph.type('bf16')}")
        graph.give("extf", graph.op(f"arith.extf {half} : {graph.type('bf16')} to {graph.type('f32')}"), "f32")


def floats(graph):
    type_, narrow = graph.type(graph.element), graph.element == "f16"
    for name in ("addf", "subf", "mulf", "divf", "maximumf", "minimumf"):
        graph.binary(f"arith.{name}")
    graph.unary("arith.negf")
    for name in ("absf", "floor", "ceil", "trunc", "round", "roundeven"):
        graph.unary(f"math.{name}")
    graph.unary("math.sqrt", x=graph.op(f"math.absf %b : {type_}"))
    graph.binary("math.copysign")
    if not narrow:
        graph.give("fma", graph.op(f"math.fma %a, %b, %c : {type_}"))
        # Where the sum cancels, the product's last bits are the result.
        product = graph.op(f"arith.mulf %a, %b : {type_}")
        graph.give("rest", graph.op(f"math.fma %a, %b, {graph.op(f'arith.negf {product} : {type_}')} : {type_}"))
    for predicate in FLOAT_PREDICATES:
        graph.give(predicate, graph.op(f"arith.cmpf {predicate}, %a, %b : {type_}"), "i1")
    graph.convert("arith.bitcast", f"i{graph.element[1:]}")
    for to in ("f16", "f32", "f64"):
        widths = [int(t[1:]) for t in (graph.element, to)]
        # From f64 to f16 a CPU needs a library that models do without.
        if widths[0] != widths[1] and widths != [64, 16]:
            graph.convert("arith.truncf" if widths[1] < widths[0] else "arith.extf", to)
    number = graph.op(f"arith.cmpf ord, %a, %a : {type_}")
    kept = graph.op(f"arith.select {number}, %a, {graph.constant('0.0')} : {graph.type('i1')}, {type_}")
    low = graph.op(f"arith.maximumf {kept}, {graph.constant('-100.0')} : {type_}")
    small = graph.op(f"arith.minimumf {low}, {graph.constant('100.0')} : {type_}")
    graph.convert("arith.fptosi", "i32", x=small)
    graph.convert("arith.fptoui", "i32", x=graph.op(f"math.absf {small} : {type_}"))


def lanes(graph):
    """What only vectors have."""
    element, type_ = graph.element, graph.type(graph.element)
    swap = ", ".join(str((i * 7 + 3) % (2 * LANES)) for i in range(LANES))
    graph.give("shuffle", graph.op(f"vector.shuffle %a, %b [{swap}] : {type_}, {type_}"))
    kinds = ["add", "mul", "and", "or", "xor", "minsi", "maxsi", "minui", "maxui"] if element[0] == "i" else ["add", "mul"]
    for kind in kinds:
        one = graph.op(f"vector.reduction <{kind}>, %a : {type_} into {element}")
        graph.give(f"reduce-{kind}", graph.op(f"vector.broadcast {one} : {element} to {type_}"))
    bits = int(element[1:])
    other = 64 if bits < 64 else 8
    parts = LANES * bits // other
    packed = graph.op(f"vector.bitcast %a : {type_} to vector<{parts}xi{other}>")
    one = graph.op(f"vector.extract {packed}[{parts - 1}] : i{other} from vector<{parts}xi{other}>")
    graph.give("bitcast", graph.op(f"vector.broadcast {one} : i{other} to {graph.type(f'i{other}')}"), f"i{other}")
    moved = graph.op(f"vector.extract %b[5] : {element} from {type_}")
    graph.give("insert", graph.op(f"vector.insert {moved}, %a [11] : {element} into {type_}"))
    where = graph.op(f"arith.andi %at, %c15 : index")
    moved = graph.op(f"vector.extract %b[{where}] : {element} from {type_}")
    graph.give("insert-at", graph.op(f"vector.insert {moved}, %a [{where}] : {element} into {type_}"))
    for name, mask in (("some", graph.op(f"vector.create_mask {where} : vector<{LANES}xi1>")),
                       ("first", graph.op(f"vector.constant_mask [9] : vector<{LANES}xi1>"))):
        graph.give(f"masked-{name}", graph.op(
            f"vector.maskedload %A[%at], {mask}, %b : memref<?x{element}>, vector<{LANES}xi1>, {type_} into {type_}"))


def text_of(graph, operands):
    element, step = graph.element, LANES if graph.vector else 1
    names = [f"o{i}" for i in range(len(graph.outputs))]
    describe = lambda name, kind: f'{{name = "{name}", type = tensor<?x{kind}>, dims = ["n"]}}'
    lines = ["module attributes {bitnet.graph_inputs = [" + ", ".join(describe(o, element) for o in operands) + "],",
             "bitnet.graph_outputs = [" + ", ".join(describe(n, o[2]) for n, o in zip(names, graph.outputs)) + "]} {",
             "func.func @main(%exec: !rt.exec) {",
             "%c0 = arith.constant 0 : index", f"%step = arith.constant {step} : index", "%c15 = arith.constant 15 : index"]
    lines += [f"%{o.upper()} = rt.input %exec[{i}] : memref<?x{element}>" for i, o in enumerate(operands)]
    lines += [f"%n = memref.dim %A, %c0 : memref<?x{element}>", "%units = arith.divui %n, %step : index"]
    lines += [f"%{n} = memref.alloc(%n) : memref<?x{o[2]}>" for n, o in zip(names, graph.outputs)]
    lines += ["rt.parallel %exec (%begin to %end) in %units grain 3 {", "%one = arith.constant 1 : index",
              "scf.for %i = %begin to %end step %one {", "%at = arith.muli %i, %step : index"]
    load, store = ("vector.load", "vector.store") if graph.vector else ("memref.load", "memref.store")
    tail = lambda kind: f", {graph.type(kind)}" if graph.vector else ""
    lines += [f"%{o} = {load} %{o.upper()}[%at] : memref<?x{element}>{tail(element)}" for o in operands]
    lines += graph.lines
    lines += [f"{store} {o[1]}, %{n}[%at] : memref<?x{o[2]}>{tail(o[2])}" for n, o in zip(names, graph.outputs)]
    lines += ["}", "rt.yield", "}"]
    lines += [f"rt.output %exec[{i}], %{n} : memref<?x{o[2]}>" for i, (n, o) in enumerate(zip(names, graph.outputs))]
    return "\n".join(lines + ["return", "}", "}"]) + "\n", names


def operands_of(element, rng, count):
    bits = int(element[1:])
    word = np.dtype(f"u{bits // 8}")
    if element[0] == "i":
        values = rng.integers(0, 2**bits, (3, count), dtype=np.uint64).astype(word)
        values[:, : count // 4] = rng.integers(0, 5, (3, count // 4)).astype(word) - word.type(2)
        return list(values.view(f"i{bits // 8}"))
    dtype = np.dtype(f"f{bits // 8}")
    # Near one another, of any size, and of any bits.
    near = rng.standard_normal((3, count)).astype(dtype)
    near[:, ::3] *= (2.0 ** rng.integers(-12, 12, near[:, ::3].shape)).astype(dtype)
    near[2, ::5] = (-near[0, ::5] * near[1, ::5])
    rare = [0.0, -0.0, 1.0, -1.0, 0.5, 1.5, 2.5, -2.5, np.inf, -np.inf, np.nan, np.finfo(dtype).tiny,
            np.finfo(dtype).tiny / 4, np.finfo(dtype).max]
    near[:, 1::7] = rng.choice(np.array(rare, dtype), near[:, 1::7].shape)
    return list(near)


def equal(a, b):
    if a.dtype.kind != "f":
        return a == b
    word = np.dtype(f"u{a.dtype.itemsize}")
    return (a.view(word) == b.view(word)) | (np.isnan(a) & np.isnan(b))


def check(element, vector, work, rng):
    graph = Graph(element, vector)
    (integers if element[0] == "i" else floats)(graph)
    if vector:
        lanes(graph)
    # A driver's time to compile a kernel grows faster than the kernel.
    operands, count = None, len(graph.outputs)
    all_outputs = graph.outputs
    for first in range(0, count, 14):
        graph.outputs = all_outputs[first:first + 14]
        operands = run_part(graph, operands, work, rng)
    print(f"{'vectors of ' * vector}{element}: {count} results bit-identical")


def run_part(graph, operands, work, rng, stays=False):
    element = graph.element
    source, names = text_of(graph, ["a", "b", "c"])
    path = os.path.join(work, "ops.mlir")
    with open(path, "w") as file:
        file.write(source)
    with np.errstate(all="ignore"):
        operands = operands or operands_of(element, rng, 64 * LANES)
    inputs, results = [], []
    for name, value in zip("abc", operands):
        np.save(os.path.join(work, f"{name}.npy"), value)
        inputs += ["--input", f"{name}={work}/{name}.npy"]
    for target in ([], [f"--target={sys.argv[1]}"]):
        run("bitnet-opt", "compile", path, LEVEL, "--emit=lib", "-o", os.path.join(work, "ops"), *target, stays=stays and bool(target))
        run("bitnet-run", os.path.join(work, "ops"), "invoke", *inputs,
            *(word for name in names for word in ("--output", f"{name}={work}/{name}.npy")))
        results.append([np.load(os.path.join(work, f"{name}.npy")) for name in names])
    kind = "vectors of " * graph.vector + element
    for (name, _, _), cpu, device in zip(graph.outputs, *results):
        same = equal(cpu, device)
        if not same.all():
            at = np.flatnonzero(~same)[0]
            sys.exit(f"{name} of {kind}: {(~same).sum()} differ, first of {[o[at] for o in operands]}: "
                     f"{device[at]!r}, expected {cpu[at]!r}")
    return operands


def check_fallback(work, rng):
    """What shaders cannot compute exactly stays on the CPU, on the same memory."""
    graph = Graph("f32", False)
    graph.binary("arith.remf")
    run_part(graph, None, work, rng, stays=True)
    print("a remainder stays on the CPU")


def main():
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as work:
        for element in ("i8", "i16", "i32", "i64", "f16", "f32", "f64"):
            for vector in (False, True):
                check(element, vector, work, rng)
        check_fallback(work, rng)


if __name__ == "__main__":
    main()
