"""An ONNX graph under construction, with weights streamed to one external file."""

import os

import numpy as np

import wire

ALIGNMENT = 4096


class Graph:
    """Nodes are added in order; a tensor is its name.

    Small constants lie in the model file, equal ones once. Weights are written
    to DIRECTORY/model.onnx.data as they come, so memory holds one at a time.
    """

    def __init__(self, directory):
        os.makedirs(directory, exist_ok=True)
        self.directory = directory
        self.nodes, self.initializers, self.inputs, self.outputs = [], [], [], []
        self._constants, self._used = {}, set()
        self._data = open(os.path.join(directory, "model.onnx.data.part"), "wb")

    def unique(self, name):
        """NAME, or the first of NAME_1, NAME_2... that is free."""
        candidate, i = name, 0
        while candidate in self._used:
            i += 1
            candidate = f"{name}_{i}"
        self._used.add(candidate)
        return candidate

    def op(self, kind, *operands, name=None, domain="", outputs=1, **attributes):
        names = [self.unique(name or kind.lower()) for _ in range(outputs)]
        self.nodes.append(wire.node(kind, operands, names, f"node_{names[0]}", domain, **attributes))
        return names[0] if outputs == 1 else names

    def const(self, value, dtype):
        array = np.asarray(value, dtype)
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self._constants:
            name = self._constants[key] = self.unique("const")
            self.initializers.append(wire.tensor(name, array))
        return self._constants[key]

    def weight(self, name, element_type, shape, chunks):
        """An external initializer whose bytes are those of the arrays in CHUNKS."""
        self._data.write(bytes(-self._data.tell() % ALIGNMENT))
        offset = self._data.tell()
        for chunk in chunks:
            self._data.write(np.ascontiguousarray(chunk).data)
        name = self.unique(name)
        self.initializers.append(wire.external_tensor(name, element_type, shape, "model.onnx.data", offset,
                                                      self._data.tell() - offset))
        return name

    def input(self, name, element_type, dims):
        self.inputs.append(wire.value_info(name, element_type, dims))
        self._used.add(name)
        return name

    def output(self, name, element_type, dims):
        """Makes the tensor NAME an output of the graph."""
        self.outputs.append(wire.value_info(name, element_type, dims))

    def save(self, domains=()):
        """Writes DIRECTORY/model.onnx; returns its path. Both files appear whole or not at all."""
        model = wire.model(self.nodes, self.inputs, self.outputs, self.initializers,
                           {"": 20, **{domain: 1 for domain in domains}}, "bitnet-mlir")
        path = os.path.join(self.directory, "model.onnx")
        self._data.close()
        os.replace(self._data.name, path + ".data")
        with open(path + ".part", "wb") as file:
            file.write(model)
        os.replace(file.name, path)
        return path
