"""Everything that can be broken in a model, one thing at a time.

`cases(model)` lists the names of all mutations of a decoded model; `apply(model,
name)` carries one out, in place. A name says what is done to what, so it stays
the same when mutations are added: "node 3 MatMul/swap inputs 0 1".
"""

import struct

import numpy as np

from onnx_tree import Message, signed, varint

HUGE = (0, 1, -1, 3, 7, 1 << 31, (1 << 62) + 1, -(1 << 63), (1 << 63) - 1)
TYPES = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 21, 22, 23, 25, 26, 99)
OPSETS = (0, 1, 6, 9, 10, 11, 12, 13, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 99, -1)
IR_VERSIONS = (0, 1, 2, 3, 4, 6, 7, 10, 12, 13, 14, 15, 99, -1, 1 << 40)
OP_TYPES = ("", "Abs", "Neg", "Relu", "Sqrt", "Sigmoid", "Tanh", "Exp", "Erf", "Round", "Floor", "Reciprocal", "Not",
            "Softmax", "Identity", "Transpose", "Shape", "Flatten", "Add", "Sub", "Mul", "Div", "Pow", "Max", "Less",
            "Equal", "MatMul", "Gemm", "Concat", "Expand", "Gather", "Reshape", "Unsqueeze", "Squeeze", "Where", "Clip",
            "ReduceMean", "ReduceMax", "Slice", "Split", "Cast", "CastLike", "If", "Loop", "Conv", "NonMaxSuppression",
            "LayerNormalization", "Attention", "bogus\n\"op")
NAMES = ("", "nowhere", "a/b c", "\"quoted\\", "\xe9\u4e2d", "x" * 3000)


def sites(model):
    """(place, kind of site, message, what holds it) in the order of the file."""
    yield "model", "model", model, None
    for i, opset in enumerate(model.all("opset_import")):
        yield f"opset {i}", "opset", opset, model
    graph = model.get("graph")
    holders = [("", graph)] + [(f"function {i} ", f) for i, f in enumerate(model.all("functions"))]
    for prefix, holder in holders:
        if holder.kind == "Function":
            yield prefix.strip(), "function", holder, model
            for i, opset in enumerate(holder.all("opset_import")):
                yield f"{prefix}opset {i}", "opset", opset, holder
        for i, node in enumerate(holder.all("node")):
            place = f"{prefix}node {i} {node.text('op_type')}"
            yield place, "node", node, holder
            for attribute in node.all("attribute"):
                here = f"{place} {attribute.text('name')}"
                yield here, "attribute", attribute, node
                for tensor in attribute.all("t"):
                    yield f"{here} tensor", "tensor", tensor, attribute
    for i, tensor in enumerate(graph.all("initializer")):
        yield f"initializer {i}", "tensor", tensor, graph
    for field in ("input", "output", "value_info"):
        for i, value in enumerate(graph.all(field)):
            yield f"{field} {i}", "value", value, graph


def field_of(holder, message):
    return next(name for name, number in holder.numbers.items()
                if any(f[0] == number and f[2] is message for f in holder.fields))


def without(holder, message):
    holder.fields = [field for field in holder.fields if field[2] is not message]


def again(holder, message):
    at = next(i for i, field in enumerate(holder.fields) if field[2] is message)
    holder.fields.insert(at + 1, list(holder.fields[at]))


def moved(holder, message, by):
    values = holder.all(field_of(holder, message))
    at = next(i for i, value in enumerate(values) if value is message)
    to = max(0, min(len(values) - 1, at + by))
    values.insert(to, values.pop(at))
    holder.set(field_of(holder, message), values)


def structural(message, holder):
    """What can be done to any repeated message."""
    yield "drop", lambda: without(holder, message)
    yield "twice", lambda: again(holder, message)


def setter(message, field, *values):
    return lambda: message.set(field, list(values))


def of_model(model, holder):
    for version in IR_VERSIONS:
        yield f"ir_version {version}", setter(model, "ir_version", version)
    yield "no ir_version", setter(model, "ir_version")
    yield "no opsets", setter(model, "opset_import")
    yield "no graph", setter(model, "graph")
    graph = model.get("graph")
    for field in ("node", "input", "output", "initializer"):
        yield f"no {field}s", setter(graph, field)
        yield f"{field}s reversed", lambda field=field: graph.set(field, graph.all(field)[::-1])
    for name in NAMES[:3]:
        yield f"opset of domain '{name}'", lambda name=name: model.fields.append(
            [8, 2, Message("OperatorSet", [[1, 2, name.encode()], [2, 0, 1]])])


def of_opset(opset, holder):
    for version in OPSETS:
        yield f"version {version}", setter(opset, "version", version)
    for domain in ("", "ai.onnx", "ai.onnx.ml", "com.microsoft", "bogus"):
        yield f"domain '{domain}'", setter(opset, "domain", domain.encode())
    yield "no version", setter(opset, "version")
    yield from structural(opset, holder)


def of_function(function, holder):
    yield from structural(function, holder)
    for name in (b"", b"MatMul", b"bogus"):
        yield f"name '{name.decode()}'", setter(function, "name", name)
        yield f"domain '{name.decode()}'", setter(function, "domain", name)
    for field in ("input", "output", "attribute", "node"):
        values = function.all(field)
        yield f"no {field}s", setter(function, field)
        if values:
            yield f"{field}s without the last", setter(function, field, *values[:-1])
            yield f"{field}s with one twice", setter(function, field, *values, values[0])
            yield f"{field}s reversed", setter(function, field, *values[::-1])
    for node in function.all("node")[:2]:  # calls itself
        yield f"recursive {node.text('op_type')}", lambda node=node: (
            node.set("op_type", [function.get("name")]), node.set("domain", [function.get("domain", b"")]))


def of_node(node, holder):
    yield from structural(node, holder)
    for by in (-1000, -1, 1, 1000):
        yield f"moved {by:+}", lambda by=by: moved(holder, node, by)
    for op_type in OP_TYPES:
        yield f"op_type '{op_type}'", setter(node, "op_type", op_type.encode())
    for domain in ("ai.onnx", "com.microsoft", "bogus"):
        yield f"domain '{domain}'", setter(node, "domain", domain.encode())
    for name in NAMES:
        yield f"name '{name[:20]}'", setter(node, "name", name.encode())
    inputs, outputs = node.all("input"), node.all("output")
    values = known_values(holder)
    for i in range(len(inputs)):
        replaced = lambda name, i=i: setter(node, "input", *inputs[:i], name, *inputs[i + 1:])
        yield f"input {i} absent", replaced(b"")
        yield f"input {i} unknown", replaced(b"nowhere")
        yield f"input {i} its own output", replaced(outputs[0] if outputs else b"")
        # Any other value of the graph: another type, another rank, a cycle.
        for j in range(0, len(values), max(1, len(values) // 12)):
            yield f"input {i} value {j}", replaced(values[j])
        for j in range(i):
            swapped = list(inputs)
            swapped[i], swapped[j] = swapped[j], swapped[i]
            yield f"swap inputs {j} {i}", setter(node, "input", *swapped)
    yield "without the last input", setter(node, "input", *inputs[:-1])
    yield "without inputs", setter(node, "input")
    yield "with an input more", setter(node, "input", *inputs, *inputs[:1])
    yield "with 40 inputs more", setter(node, "input", *inputs, *inputs[:1] * 40)
    for i in range(len(outputs)):
        for name in (b"", b"elsewhere", values[0], values[-1]):
            yield f"output {i} '{name.decode()}'", setter(node, "output", *outputs[:i], name, *outputs[i + 1:])
    yield "without outputs", setter(node, "output")
    yield "with an output more", setter(node, "output", *outputs, b"one_more")
    yield "with an attribute more", lambda: node.fields.append(
        [5, 2, Message("Attribute", [[1, 2, b"bogus"], [3, 0, 1], [20, 0, 2]])])


def known_values(holder):
    if holder.kind == "Function":
        names = holder.all("input")
    else:
        names = [v.get("name", b"") for field in ("input", "initializer") for v in holder.all(field)]
    return names + [name for node in holder.all("node") for name in node.all("output")] or [b""]


def of_attribute(attribute, holder):
    yield from structural(attribute, holder)
    for name in ("", "bogus", "axis", "axes"):
        yield f"name '{name}'", setter(attribute, "name", name.encode())
    for kind in (0, 1, 2, 3, 4, 5, 6, 7, 8, 13, 99):
        yield f"type {kind}", setter(attribute, "type", kind)
    yield "no type", setter(attribute, "type")
    yield "ref_attr_name", setter(attribute, "ref_attr_name", b"bogus")
    if attribute.get("i") is not None:
        for value in sorted({*HUGE, 2, 4, 8, 16, signed(attribute.get("i")) + 1, -signed(attribute.get("i"))}):
            yield f"{value}", setter(attribute, "i", value)
    if attribute.get("f") is not None:
        for value in (0.0, -1.0, 0.5, 1e-30, 1e30, float("inf"), float("nan")):
            yield f"{value}", setter(attribute, "f", struct.pack("<f", value))
    if attribute.get("s") is not None:
        for value in NAMES:
            yield f"'{value[:20]}'", setter(attribute, "s", value.encode())
    ints = attribute.all("ints")
    if ints:
        yield "without the last", setter(attribute, "ints", *ints[:-1])
        yield "one more", setter(attribute, "ints", *ints, ints[-1])
        yield "reversed", setter(attribute, "ints", *ints[::-1])
        for i in range(len(ints)):
            for value in HUGE:
                yield f"[{i}] = {value}", setter(attribute, "ints", *ints[:i], value, *ints[i + 1:])


def of_tensor(tensor, holder):
    if holder.kind == "Graph":
        yield from structural(tensor, holder)
        for name in (*NAMES[:3], holder.all("node")[0].all("output")[0].decode()):
            yield f"name '{name}'", setter(tensor, "name", name.encode())
    for kind in TYPES:
        yield f"data_type {kind}", setter(tensor, "data_type", kind)
    dims = tensor.all("dims")
    yield "dims [1, ...]", setter(tensor, "dims", 1, *dims)
    yield "dims [..., 2]", setter(tensor, "dims", *dims, 2)
    yield "dims []", setter(tensor, "dims")
    yield "dims reversed", setter(tensor, "dims", *dims[::-1])
    yield "40 dims", setter(tensor, "dims", *dims, *[1] * 40)
    yield "dims 2^80", setter(tensor, "dims", 1 << 40, 1 << 40)
    for i, dim in enumerate(dims):
        for value in sorted({*HUGE, dim + 1, dim - 1, dim * 2}):
            yield f"dim {i} = {value}", setter(tensor, "dims", *dims[:i], value, *dims[i + 1:])
    for field in ("raw_data", "float_data", "int32_data", "int64_data"):
        data = tensor.get(field)
        if data is not None:
            yield from of_bytes(tensor, field, data)
    yield "data_location 1", setter(tensor, "data_location", 1)
    yield "data_location 7", setter(tensor, "data_location", 7)
    if tensor.get("external_data") is not None or len(tensor.get("raw_data") or b"") >= 16:
        yield from of_external(tensor)


def of_bytes(tensor, field, data):
    yield f"{field} without the last byte", setter(tensor, field, data[:-1])
    yield f"{field} of one byte more", setter(tensor, field, data + b"\0")
    yield f"half of {field}", setter(tensor, field, data[:len(data) // 2])
    yield f"{field} twice as long", setter(tensor, field, data + data)
    yield f"empty {field}", setter(tensor, field, b"")
    yield f"no {field}", setter(tensor, field)
    yield f"{field} and int64_data", setter(tensor, "int64_data", varint(1))
    for name, fill in (("zeros", b"\0"), ("ones", b"\xff"), ("0x7f", b"\x7f"), ("0x80", b"\x80")):
        yield f"{field} all {name}", setter(tensor, field, fill * len(data))
        yield f"{field} begins with {name}", setter(tensor, field, fill * min(8, len(data)) + data[8:])
    if field == "raw_data" and tensor.get("data_type") == 1 and len(data) >= 8:
        for name, value in (("doubled", 2.0), ("negated", -1.0), ("a third", 1 / 3)):
            values = np.frombuffer(data[:len(data) // 4 * 4], np.float32) * np.float32(value)
            yield f"{field} {name}", setter(tensor, field, values.tobytes())
        for name, value in (("NaN", np.nan), ("infinity", np.inf), ("a denormal", 1e-40), ("0.37", 0.37)):
            values = np.frombuffer(data, np.float32).copy()
            values[len(values) // 2] = value
            yield f"{field} with {name}", setter(tensor, field, values.tobytes())


DATA_FILE = "mutated.bin"  # holds the tensor's bytes at 64


def of_external(tensor):
    """The tensor's bytes in a file beside the model, well and badly described."""
    size = len(tensor.get("raw_data") or b"") or 16
    good = {"location": DATA_FILE, "offset": 64, "length": size}
    changes = [("good", {}), ("no location", {"location": None}), ("no offset", {"offset": None}),
               ("no length", {"length": None}), ("unknown key", {"bogus": 1}), ("checksum", {"checksum": "abc"})]
    changes += [(f"location '{value}'", {"location": value}) for value in
                ("", ".", "..", "../" + DATA_FILE, "/etc/passwd", "missing", "a/../" + DATA_FILE, "./" + DATA_FILE,
                 DATA_FILE + "/", DATA_FILE + "\0x", "model.onnx")]
    changes += [(f"offset {value}", {"offset": value}) for value in
                (0, 1, -1, 63, 65, 1 << 40, (1 << 64) - 1, 1 << 64, "", "0x40", " 64", "6 4", "1e2")]
    changes += [(f"length {value}", {"length": value}) for value in
                (0, 1, -1, size - 1, size + 1, 1 << 40, (1 << 64) - 1, 1 << 64, "", "abc", f"{size}.0")]
    for name, change in changes:
        entries = {**good, **change}
        yield f"external {name}", lambda entries=entries: externalize(tensor, entries)


def externalize(tensor, entries):
    tensor.external_bytes = tensor.get("raw_data") or bytes(16)
    tensor.set("raw_data", [])
    tensor.set("data_location", [1])
    tensor.set("external_data", [Message("Entry", [[1, 2, key.encode()], [2, 2, str(value).encode()]])
                                 for key, value in entries.items() if value is not None])


def of_value(value, holder):
    yield from structural(value, holder)
    for by in (-1, 1):
        yield f"moved {by:+}", lambda by=by: moved(holder, value, by)
    for name in NAMES:
        yield f"name '{name[:20]}'", setter(value, "name", name.encode())
    for field in ("input", "output", "initializer"):
        others = [v for v in holder.all(field) if v is not value]
        if others:
            yield f"name of an {field}", setter(value, "name", others[0].get("name", b""))
    yield "no type", setter(value, "type")
    tensor = value.get("type") and value.get("type").get("tensor_type")
    if not tensor:
        return
    for kind in TYPES:
        yield f"elem_type {kind}", setter(tensor, "elem_type", kind)
    yield "no elem_type", setter(tensor, "elem_type")
    yield "no shape", setter(tensor, "shape")
    shape = tensor.get("shape")
    if not shape:
        return
    dims = shape.all("dim")
    yield "rank 0", setter(shape, "dim")
    yield "a dim more", setter(shape, "dim", *dims, Message("Dim", [[1, 0, 1]]))
    yield "a dim less", setter(shape, "dim", *dims[1:])
    yield "dims reversed", setter(shape, "dim", *dims[::-1])
    yield "40 dims", setter(shape, "dim", *dims, *[Message("Dim", [[1, 0, 1]])] * 40)
    for i, dim in enumerate(dims):
        for number in (*HUGE, 2, 8, 64):
            yield f"dim {i} = {number}", lambda dim=dim, number=number: setattr(dim, "fields", [[1, 0, number]])
        for name in ("", "batch", "seq", "-1", "a + 1", "x" * 300):
            yield f"dim {i} = '{name[:20]}'", lambda dim=dim, name=name: setattr(dim, "fields", [[2, 2, name.encode()]])
        yield f"dim {i} unknown", lambda dim=dim: setattr(dim, "fields", [])


def of_graph_types(graph, _):
    """Lies in value_info about what nodes make."""
    outputs = [name for node in graph.all("node") for name in node.all("output")]
    for j in range(0, len(outputs), max(1, len(outputs) // 16)):
        for what, elem, dims in (("scalar", 1, ()), ("3 x 5", 1, (3, 5)), ("bool", 9, (1,)), ("i64 rank 6", 7, (1,) * 6),
                                 ("huge", 1, (1 << 40, 1 << 40)), ("negative", 1, (-1, 4)), ("no type", 0, ())):
            shape = Message("Shape", [[1, 2, Message("Dim", [[1, 0, dim]])] for dim in dims])
            kind = Message("Type", [[1, 2, Message("TensorType", [[1, 0, elem], [2, 2, shape]])]])
            info = Message("ValueInfo", [[1, 2, outputs[j]], [2, 2, kind]])
            yield f"value_info of output {j}: {what}", lambda info=info: graph.fields.append([13, 2, info])


RULES = {"model": of_model, "opset": of_opset, "function": of_function, "node": of_node, "attribute": of_attribute,
         "tensor": of_tensor, "value": of_value}


def all_mutations(model):
    """(kind of site, name, action)."""
    for place, kind, message, holder in sites(model):
        for name, action in RULES[kind](message, holder):
            yield kind, f"{place}/{name}", action
    for name, action in of_graph_types(model.get("graph"), None):
        yield "value", f"graph/{name}", action


def cases(model):
    """Names of all mutations by kind of site."""
    names = {}
    for kind, name, _ in all_mutations(model):
        names.setdefault(kind, []).append(name)
    return names


def apply(model, wanted):
    """Carries a mutation out; returns the bytes of DATA_FILE, where it makes one."""
    for _, name, action in all_mutations(model):
        if name == wanted:
            action()
            tensors = (m for _, kind, m, _ in sites(model) if kind == "tensor") if model.get("graph") else ()
            external = [t.external_bytes for t in tensors if hasattr(t, "external_bytes")]
            return bytes(64) + external[0] if external else None
    raise KeyError(f"no mutation {wanted!r}")
