"""ONNX files as trees that can be edited, right or wrong: what is read is written back unchanged, also where it
breaks every rule of the format. Needs nothing but Python.
"""

# message -> field number -> (name, kind); a kind is a message's name, "int", "bytes" or "fixed32".
SCHEMA = {
    "Model": {1: ("ir_version", "int"), 7: ("graph", "Graph"), 8: ("opset_import", "OperatorSet"),
              25: ("functions", "Function")},
    "OperatorSet": {1: ("domain", "bytes"), 2: ("version", "int")},
    "Graph": {1: ("node", "Node"), 2: ("name", "bytes"), 5: ("initializer", "Tensor"), 11: ("input", "ValueInfo"),
              12: ("output", "ValueInfo"), 13: ("value_info", "ValueInfo")},
    "Function": {1: ("name", "bytes"), 4: ("input", "bytes"), 5: ("output", "bytes"), 6: ("attribute", "bytes"),
                 7: ("node", "Node"), 9: ("opset_import", "OperatorSet"), 10: ("domain", "bytes")},
    "Node": {1: ("input", "bytes"), 2: ("output", "bytes"), 3: ("name", "bytes"), 4: ("op_type", "bytes"),
             5: ("attribute", "Attribute"), 7: ("domain", "bytes")},
    "Attribute": {1: ("name", "bytes"), 2: ("f", "fixed32"), 3: ("i", "int"), 4: ("s", "bytes"), 5: ("t", "Tensor"),
                  6: ("g", "Graph"), 7: ("floats", "fixed32"), 8: ("ints", "int"), 9: ("strings", "bytes"),
                  20: ("type", "int"), 21: ("ref_attr_name", "bytes")},
    "Tensor": {1: ("dims", "int"), 2: ("data_type", "int"), 4: ("float_data", "bytes"), 5: ("int32_data", "bytes"),
               7: ("int64_data", "bytes"), 8: ("name", "bytes"), 9: ("raw_data", "bytes"),
               13: ("external_data", "Entry"), 14: ("data_location", "int")},
    "Entry": {1: ("key", "bytes"), 2: ("value", "bytes")},
    "ValueInfo": {1: ("name", "bytes"), 2: ("type", "Type")},
    "Type": {1: ("tensor_type", "TensorType")},
    "TensorType": {1: ("elem_type", "int"), 2: ("shape", "Shape")},
    "Shape": {1: ("dim", "Dim")},
    "Dim": {1: ("dim_value", "int"), 2: ("dim_param", "bytes")},
}
WIRE_TYPES = {"int": 0, "fixed32": 5}


def varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def read_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


class Message:
    """Fields in the order of the file: a list of [number, wire type, value]."""

    def __init__(self, kind, fields=()):
        self.kind, self.fields = kind, [list(field) for field in fields]
        self.numbers = {name: number for number, (name, _) in SCHEMA[kind].items()}

    def all(self, name):
        return [field[2] for field in self.fields if field[0] == self.numbers[name]]

    def get(self, name, default=None):
        values = self.all(name)
        return values[-1] if values else default

    def set(self, name, values):
        """Replaces all values of a field; the first takes the first one's place."""
        number = self.numbers[name]
        places = [i for i, field in enumerate(self.fields) if field[0] == number]
        at = places[0] if places else len(self.fields)
        self.fields = [field for field in self.fields if field[0] != number]
        wire = WIRE_TYPES.get(SCHEMA[self.kind][number][1], 2)
        self.fields[at:at] = [[number, wire, value] for value in values]

    def text(self, name):
        return (self.get(name) or b"").decode("utf-8", "replace")

    def encode(self):
        out = []
        for number, wire, value in self.fields:
            out.append(varint(number << 3 | wire))
            if wire == 0:
                out.append(varint(value))
            elif wire == 2:
                data = value.encode() if isinstance(value, Message) else value
                out += [varint(len(data)), data]
            else:
                out.append(value)
        return b"".join(out)


def packed_ints(data):
    values, at = [], 0
    while at < len(data):
        value, at = read_varint(data, at)
        values.append(value)
    return values


def decode(data, kind="Model"):
    message, at = Message(kind), 0
    while at < len(data):
        tag, at = read_varint(data, at)
        number, wire = tag >> 3, tag & 7
        name, what = SCHEMA[kind].get(number, (None, None))
        if wire == 0:
            value, at = read_varint(data, at)
        elif wire == 2:
            size, at = read_varint(data, at)
            value, at = data[at:at + size], at + size
            if what == "int":  # packed
                message.fields += [[number, 0, value] for value in packed_ints(value)]
                continue
            if what == "fixed32":
                message.fields += [[number, 5, value[i:i + 4]] for i in range(0, len(value), 4)]
                continue
            if what in SCHEMA:
                value = decode(value, what)
        elif wire in (1, 5):
            size = 8 if wire == 1 else 4
            value, at = data[at:at + size], at + size
        else:
            raise ValueError(f"wire type {wire} in a good model")
        message.fields.append([number, wire, value])
    return message


def signed(value):
    return value - (1 << 64) if value >> 63 else value
