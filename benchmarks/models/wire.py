"""The messages of ONNX that a model needs, as bytes (field numbers of onnx.proto; only numpy is needed)."""

import struct

import numpy as np

FLOAT, UINT8, INT8, INT64, BOOL, FLOAT16, BFLOAT16 = 1, 2, 3, 7, 9, 10, 16
ELEMENT_TYPES = {"float32": FLOAT, "uint8": UINT8, "int8": INT8, "int64": INT64, "bool": BOOL, "float16": FLOAT16}


def varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def integer(field, value):
    return varint(field << 3) + varint(value)


def data(field, value):
    value = value.encode() if isinstance(value, str) else bytes(value)
    return varint(field << 3 | 2) + varint(len(value)) + value


def attribute(name, value):
    if isinstance(value, float):
        body, kind = varint(2 << 3 | 5) + struct.pack("<f", value), 1
    elif isinstance(value, int):
        body, kind = integer(3, value), 2
    elif isinstance(value, str):
        body, kind = data(4, value), 3
    else:
        body, kind = b"".join(integer(8, v) for v in value), 7
    return data(1, name) + body + integer(20, kind)


def node(op_type, inputs, outputs, name, domain="", **attributes):
    parts = [data(1, v) for v in inputs] + [data(2, v) for v in outputs] + [data(3, name), data(4, op_type)]
    parts += [data(5, attribute(k, v)) for k, v in attributes.items()]
    return b"".join(parts) + (data(7, domain) if domain else b"")


def tensor(name, array):
    array = np.asarray(array)
    dims = b"".join(integer(1, d) for d in array.shape)
    return dims + integer(2, ELEMENT_TYPES[array.dtype.name]) + data(8, name) + data(9, array.tobytes())


def external_tensor(name, element_type, shape, location, offset, length):
    entries = (("location", location), ("offset", offset), ("length", length))
    return (b"".join(integer(1, d) for d in shape) + integer(2, element_type) + data(8, name) +
            b"".join(data(13, data(1, key) + data(2, str(value))) for key, value in entries) + integer(14, 1))


def value_info(name, element_type, dims):
    shape = b"".join(data(1, integer(1, d) if isinstance(d, int) else data(2, d)) for d in dims)
    return data(1, name) + data(2, data(1, integer(1, element_type) + data(2, shape)))


def model(nodes, inputs, outputs, initializers, opsets, producer):
    """OPSETS: domain -> version; the others are messages made above."""
    graph = b"".join([*(data(1, n) for n in nodes), data(2, "main_graph"), *(data(5, t) for t in initializers),
                      *(data(11, v) for v in inputs), *(data(12, v) for v in outputs)])
    imports = b"".join(data(8, data(1, domain) + integer(2, version)) for domain, version in opsets.items())
    return integer(1, 10) + data(2, producer) + data(7, graph) + imports
