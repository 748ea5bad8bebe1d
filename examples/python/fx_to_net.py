#!/usr/bin/env python3
"""Writes a PyTorch network as FILE.net (docs/net-format.md) by torch.fx, without ONNX:

    python3 fx_to_net.py torchvision.models:mobilenet_v2 num_classes=10 --shape 3,32,32 \\
        --out mobilenet.net --weights mobilenet.pth
    lossgrid eval --model mobilenet.net --weights mobilenet.pth --data cifar-10-batches-bin

MODULE:CALLABLE gives the network, words such as num_classes=10 are its arguments, and --load takes
a state_dict first. From your own program: fx_to_net.write(model, (3, 32, 32), "my.net").
What is not in the tables below is refused by name; add a line there."""
import argparse
import ast
import importlib
import operator
import os
import sys

import torch
from torch import fx, nn
from torch.fx.passes.shape_prop import ShapeProp


def pair(value):
    """3 or (3, 1) as the format has it."""
    values = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    return values[0] if len(set(values)) == 1 else ",".join(map(str, values))


def window(m):
    keys = {"kernel": pair(m.kernel_size), "stride": pair(m.stride)}
    if m.padding not in (0, (0, 0)):
        keys["padding"] = pair(m.padding)
    return keys


def conv(m, _):
    if m.padding_mode != "zeros" or isinstance(m.padding, str):
        raise NotImplementedError(f"padding {m.padding!r}, {m.padding_mode}")
    return "conv", {"channels": m.out_channels, **window(m), "dilation": pair(m.dilation),
                    "groups": m.groups, "bias": int(m.bias is not None)}


def batchnorm(m, _):
    if m.momentum is None or not m.track_running_stats:
        raise NotImplementedError("BatchNorm without running statistics or momentum")
    return "batchnorm", {"eps": m.eps, "momentum": m.momentum, "affine": int(m.affine)}


def layernorm(m, _):
    return "layernorm", {"dims": len(m.normalized_shape), "eps": m.eps,
                         "affine": int(m.elementwise_affine)}


def max_pool(m, _):
    return "max_pool", {**window(m), "dilation": pair(m.dilation), "ceil": int(m.ceil_mode)}


def average_pool(m, _):
    return "average_pool", {**window(m), "ceil": int(m.ceil_mode),
                            "count_padding": int(m.count_include_pad)}


def adaptive(size, shape):
    """Average pooling to a size; windows of one size are those of average_pool."""
    size = size if isinstance(size, (tuple, list)) else (size, size)
    size = [s or side for s, side in zip(size, shape[2:])]
    if size == [1, 1]:
        return "global_average_pool", {}
    if all(side % s == 0 for s, side in zip(size, shape[2:])):
        kernel = pair([side // s for s, side in zip(size, shape[2:])])
        return "average_pool", {"kernel": kernel, "stride": kernel}
    return "adaptive_average_pool", {"size": pair(size)}


def plain(layer, **keys):
    return lambda *_: (layer, keys)


def only(layer, **keys):
    """A function of layers alone: a number beside them is refused."""
    def of_layers(_, *others, inplace=False):
        if others:
            raise NotImplementedError(f"with {', '.join(map(str, others))}")
        return layer, keys
    return of_layers


# Modules: what a line says of module m, whose input has a shape.
MODULES = {
    nn.Conv1d: conv, nn.Conv2d: conv, nn.BatchNorm1d: batchnorm, nn.BatchNorm2d: batchnorm,
    nn.Linear: lambda m, _: ("linear", {"outputs": m.out_features,
                                        "bias": int(m.bias is not None)}),
    nn.GroupNorm: lambda m, _: ("groupnorm", {"groups": m.num_groups, "eps": m.eps,
                                              "affine": int(m.affine)}),
    nn.LayerNorm: layernorm, nn.MaxPool1d: max_pool, nn.MaxPool2d: max_pool,
    nn.AvgPool2d: average_pool,
    nn.AdaptiveAvgPool2d: lambda m, shape: adaptive(m.output_size, shape),
    nn.ReLU: plain("relu"), nn.ReLU6: plain("clip", least=0, most=6),
    nn.LeakyReLU: lambda m, _: ("leaky_relu", {"slope": m.negative_slope}),
    nn.ELU: lambda m, _: ("elu", {"alpha": m.alpha}),
    nn.GELU: lambda m, _: ("gelu", {"approximate": m.approximate}),
    nn.SiLU: plain("silu"), nn.Sigmoid: plain("sigmoid"), nn.Tanh: plain("tanh"),
    nn.Hardswish: plain("hard_swish"), nn.Hardsigmoid: plain("hard_sigmoid"),
    nn.Mish: plain("mish"), nn.SELU: plain("selu"), nn.Identity: plain("identity"),
    nn.Dropout: lambda m, _: ("dropout", {"p": m.p}),
    nn.Flatten: lambda m, shape: flatten(shape, m.start_dim, m.end_dim),
}


def flatten(shape, start_dim=0, end_dim=-1):
    if end_dim not in (-1, len(shape) - 1) or start_dim < 1:
        raise NotImplementedError(f"flatten from {start_dim} to {end_dim}")
    return "flatten", {"axis": start_dim - 1}


def view(shape, *sizes):
    sizes = sizes[0] if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)) else sizes
    if len(sizes) != 2:
        raise NotImplementedError("view to other than [n][values]")
    return "flatten", {}


def mean(shape, dim=None, keepdim=False):
    dims = sorted(d % len(shape) for d in ([dim] if isinstance(dim, int) else dim or [0]))
    if 0 in dims:
        raise NotImplementedError("mean over the images")
    if dims == [2, 3] and len(shape) == 4:
        return ("global_average_pool", {}) if keepdim else ("global_average_pool", {}, "flatten")
    return "reduce_mean", {"axes": ",".join(str(d - 1) for d in dims), "keep_dims": int(keepdim)}


def permute(shape, *order):
    order = order[0] if isinstance(order[0], (tuple, list)) else order
    if order[0] != 0:
        raise NotImplementedError("permute of the images")
    return "transpose", {"order": ",".join(str(d - 1) for d in order[1:])}


def cat(shape, dim=0):
    if dim % len(shape) == 0:
        raise NotImplementedError("cat along the images")
    return "concat", {"axis": dim % len(shape) - 1}


def max_pool_of(_, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False,
                return_indices=False):
    return max_pool(argparse.Namespace(**{**locals(), "stride": stride or kernel_size}), _)


def average_pool_of(_, kernel_size, stride=None, padding=0, ceil_mode=False,
                    count_include_pad=True):
    return average_pool(argparse.Namespace(**{**locals(), "stride": stride or kernel_size}), _)


# Functions and methods: of the shape of the first input, and of their other arguments.
FUNCTIONS = {
    "relu": only("relu"), "relu_": only("relu"), "relu6": only("clip", least=0, most=6),
    "silu": only("silu"), "sigmoid": only("sigmoid"), "tanh": only("tanh"),
    "hardswish": only("hard_swish"), "contiguous": only("identity"),
    "gelu": lambda shape, approximate="none": ("gelu", {"approximate": approximate}),
    "add": only("add"), "iadd": only("add"), "add_": only("add"), "sub": only("subtract"),
    "mul": only("multiply"), "truediv": only("divide"), "matmul": only("matmul"),
    "cat": cat, "concat": cat, "flatten": flatten, "view": view, "reshape": view, "mean": mean,
    "permute": permute,
    "adaptive_avg_pool2d": lambda shape, output_size: adaptive(output_size, shape),
    "avg_pool2d": average_pool_of, "max_pool2d": max_pool_of,
    "dropout": lambda shape, p=0.5, training=True, inplace=False: ("dropout", {"p": p}),
    "stochastic_depth": lambda shape, p, mode, training=True: ("stochastic_depth", {"p": p}),
}


class Writer:
    def __init__(self, model, shape):
        try:
            self.graph = fx.symbolic_trace(model.eval())
        except (fx.proxy.TraceError, TypeError) as error:
            sys.exit(f"fx_to_net: torch.fx cannot follow this network: {error}")
        ShapeProp(self.graph).propagate(torch.zeros(2, *shape))
        self.modules = dict(self.graph.named_modules())
        self.names, self.lines = {}, []

    def shape(self, node):
        return node.meta["tensor_meta"].shape

    def refuse(self, node, why):
        target = getattr(node.target, "__name__", node.target)
        sys.exit(f"fx_to_net: {node.name} ({node.op} {target}): {why}")

    def split(self, node):
        """Inputs that are layers, and other arguments."""
        layers, others = [], []
        for a in node.args:
            several = isinstance(a, (tuple, list)) and any(isinstance(x, fx.Node) for x in a)
            for x in a if several else [a]:
                is_layer = isinstance(x, fx.Node) and x in self.names
                (layers if is_layer else others).append(x)
        return layers, others

    def line(self, node):
        inputs, others = self.split(node)
        if not inputs:
            self.refuse(node, "it takes no layer's output")
        name = node.name
        if node.op == "call_module":
            module = self.modules[node.target]
            has_tensors = any(True for _ in module.parameters())
            name = node.target if has_tensors else node.name
            make = MODULES.get(type(module))
            arguments = (module, self.shape(inputs[0]))
            keywords = {}
            if name in self.names.values():
                self.refuse(node, "a module with parameters that is called twice")
        else:
            function = node.target if isinstance(node.target, str) else node.target.__name__
            make = FUNCTIONS.get(function)
            arguments = (self.shape(inputs[0]), *others)
            keywords = node.kwargs
        if make is None:
            self.refuse(node, "not known; see MODULES and FUNCTIONS in fx_to_net.py")
        try:
            layer, keys, *then = make(*arguments, **keywords)
        except (NotImplementedError, TypeError) as error:
            self.refuse(node, error)
        if layer == "concat" and len(inputs) == 1:
            layer, keys = "identity", {}
        self.names[node] = name
        text = f"{layer} " + " ".join(
            [self.names[x] for x in inputs] + [f"{k}={v}" for k, v in keys.items()])
        return f"{text}\n{name} = {then[0]}" if then else f"{name} = {text}"

    def tensor(self, node):
        """A parameter outside modules of torch.nn."""
        value = operator.attrgetter(node.target)(self.graph)
        if not isinstance(value, nn.Parameter) or node.target in self.names.values():
            self.refuse(node, "a buffer, or a parameter that is used twice")
        self.names[node] = node.target
        return f"{node.target} = parameter shape={','.join(map(str, value.shape))}"

    def text(self):
        for node in self.graph.graph.nodes:
            if node.op == "placeholder":
                self.names[node] = "input"
            elif node.op == "output":
                if node.args[0] not in self.names:
                    self.refuse(node, "one output is expected")
            elif "tensor_meta" in node.meta and isinstance(self.shape(node), torch.Size):
                self.lines.append(self.tensor(node) if node.op == "get_attr" else self.line(node))
        return "\n".join(self.lines) + "\n"


def write(model, shape, path):
    """Writes the graph of a model for images of a shape (channels, height, width)."""
    text = Writer(model, shape).text()
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", metavar="MODULE:CALLABLE")
    parser.add_argument("arguments", nargs="*", metavar="NAME=VALUE")
    parser.add_argument("--shape", default="3,32,32", help="channels,height,width of the images")
    parser.add_argument("--out", required=True, help="FILE.net")
    parser.add_argument("--load", help="a file of torch.save(model.state_dict())")
    parser.add_argument("--weights", help="writes the state_dict there, for lossgrid --weights")
    args = parser.parse_args()
    sys.path.insert(0, os.getcwd())
    module, _, function = args.network.partition(":")
    keywords = {k: ast.literal_eval(v) for k, _, v in (a.partition("=") for a in args.arguments)}
    model = getattr(importlib.import_module(module), function)(**keywords)
    if args.load:
        model.load_state_dict(torch.load(args.load, map_location="cpu"))
    write(model, tuple(map(int, args.shape.split(","))), args.out)
    if args.weights:
        torch.save(model.state_dict(), args.weights)


if __name__ == "__main__":
    main()
