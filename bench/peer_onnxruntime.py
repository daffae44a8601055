"""Writes the standing model conv, with random weights, as FOLDER/encode.onnx, decode.onnx and both.onnx.

usage: peer_onnxruntime.py FOLDER
onnxruntime's speed does not depend on the values.
"""
import sys

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

random = numpy.random.default_rng(1)


class Graph:
    """Nodes one behind the other; each method adds a layer."""

    def __init__(self, shape):
        self.first, self.at, self.nodes, self.weights = shape, "in", [], []

    def add(self, op, *shapes, **attributes):
        names = [f"w{len(self.weights) + i}" for i in range(len(shapes))]
        for name, shape in zip(names, shapes):
            values = shape if isinstance(shape, numpy.ndarray) else random.uniform(-0.05, 0.05, shape).astype("float32")
            self.weights.append(numpy_helper.from_array(values, name))
        out = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, [self.at, *names], [out], **attributes))
        self.at = out

    def save(self, path, last):
        def value(name, shape):
            return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        graph = helper.make_graph(self.nodes, "conv", [value("in", ["n", *self.first])], [value(self.at, ["n", *last])], self.weights)
        model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17)])
        onnx.checker.check_model(model, full_check=True)
        onnx.save(model, path)


def encode(g):
    g.add("Conv", [32, 1, 3, 3], [32], strides=[2, 2], pads=[1, 1, 1, 1])
    g.add("Relu")
    g.add("Conv", [64, 32, 3, 3], [64], strides=[2, 2], pads=[1, 1, 1, 1])
    g.add("Relu")
    g.add("Flatten")
    g.add("Gemm", [3136, 32], [32])
    return g


def decode(g):
    g.add("Gemm", [32, 3136], [3136])
    g.add("Relu")
    g.add("Reshape", numpy.array([-1, 64, 7, 7]))
    g.add("ConvTranspose", [64, 32, 3, 3], [32], strides=[2, 2], pads=[1, 1, 1, 1], output_padding=[1, 1])
    g.add("Relu")
    g.add("ConvTranspose", [32, 1, 3, 3], [1], strides=[2, 2], pads=[1, 1, 1, 1], output_padding=[1, 1])
    g.add("Sigmoid")
    return g


encode(Graph([1, 28, 28])).save(sys.argv[1] + "/encode.onnx", [32])
decode(Graph([32])).save(sys.argv[1] + "/decode.onnx", [1, 28, 28])
decode(encode(Graph([1, 28, 28]))).save(sys.argv[1] + "/both.onnx", [1, 28, 28])
