#!/usr/bin/python3
"""Layers against the PyTorch functions that they are named after. Speaks TAP; skipped where
python3-torch is not installed.

Each network is a few lines of text whose outputs are compared as they are: within 2e-6 of PyTorch's
in double, of the largest.
"""
import ctypes
import os
import sys
import tempfile

SRC = os.environ.get("SRC", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
BUILD = os.environ.get("BUILD", os.path.join(SRC, "build", "release"))
try:
    import numpy as np
    import torch
    import torch.nn.functional as F
    import torchvision  # noqa: F401  (make.py builds on it)
except ImportError:
    print("ok - layers agree with PyTorch # SKIP python3-torch or python3-torchvision is not "
          "installed")
    sys.exit(0)
sys.path.insert(0, os.path.join(SRC, "tests", "golden"))
import make  # noqa: E402

SHAPE, N, BOUND = (4, 6, 5), 19, 2e-6
torch.manual_seed(1)


class Shape(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in ("channels", "height", "width", "classes")]


lib = ctypes.CDLL(os.path.join(BUILD, "libloss.so"))
lib.loss_last_message.restype = ctypes.c_char_p
lib.loss_net_create.argtypes = [ctypes.POINTER(ctypes.c_void_p), ctypes.c_char_p, Shape]
lib.loss_net_load.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
lib.loss_net_logits.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p, ctypes.c_void_p]
lib.loss_net_free.argtypes = [ctypes.c_void_p]


def must(status):
    if status:
        raise RuntimeError(lib.loss_last_message().decode())


def above(x):
    return x.abs() + 0.1


SMALL = "above = abs input\nabove = scale shift=0.1\n".replace("above = abs", "size = abs")
WEIGHTS = {
    "fc.weight": (7, 5), "fc.bias": (7, ), "act.weight": (4, ), "table.weight": (9, 3), "p": (6, 1),
    "m": (4, 5, 3)
}
TENSORS = {name: torch.randn(shape) for name, shape in WEIGHTS.items()}


def t(name):
    return TENSORS[name].double()


# lines of text, the same in PyTorch
CASES = [
    ("leaky_relu slope=0.2", lambda x: F.leaky_relu(x, 0.2)),
    ("elu alpha=0.7", lambda x: F.elu(x, 0.7)), ("selu", F.selu), ("gelu", F.gelu),
    ("gelu approximate=tanh", lambda x: F.gelu(x, approximate="tanh")), ("silu", F.silu),
    ("sigmoid", torch.sigmoid), ("tanh", torch.tanh), ("hard_sigmoid", F.hardsigmoid),
    ("hard_swish", F.hardswish), ("softplus beta=2 threshold=3", lambda x: F.softplus(x, 2, 3)),
    ("mish", F.mish), ("softsign", F.softsign), ("clip least=0 most=6", F.relu6),
    ("clip most=0.5", lambda x: x.clamp(max=0.5)), ("exp", torch.exp), ("erf", torch.erf),
    ("abs", torch.abs), ("neg", torch.neg), (SMALL + "log", lambda x: above(x).log()),
    (SMALL + "sqrt", lambda x: above(x).sqrt()), (SMALL + "reciprocal", lambda x: 1 / above(x)),
    (SMALL + "power exponent=-1.3", lambda x: above(x)**-1.3),
    (SMALL + "power above input", lambda x: above(x)**x),
    (SMALL + "divide input above", lambda x: x / above(x)),
    ("act = prelu per=channel", lambda x: F.prelu(x, t("act.weight"))),
    ("p = parameter shape=6,1\nsubtract input p", lambda x: x - t("p")),
    ("p = parameter shape=6,1\nmultiply p input", lambda x: x * t("p")),
    ("p = parameter shape=6,1\nmaximum input p", lambda x: torch.maximum(x, t("p"))),
    ("p = parameter shape=6,1\nminimum input p", lambda x: torch.minimum(x, t("p"))),
    ("p = parameter shape=6,1\nadd input p", lambda x: x + t("p")),
    ("reshape shape=2,-1,3\ntranspose order=2,0,1",
     lambda x: x.reshape(-1, 2, 20, 3).permute(0, 3, 1, 2)),
    ("slice axis=-1 begin=-2 step=2\nexpand shape=4,6,3",
     lambda x: x[..., -2::2].expand(-1, 4, 6, 3)),
    ("pad pads=0,1,2,0,0,-1 value=0.3", lambda x: F.pad(x, (2, -1, 1, 0), value=0.3)),
    ("pad pads=0,3,2,0,1,4 mode=reflect", lambda x: F.pad(x, (2, 4, 3, 1), mode="reflect")),
    ("pad pads=0,3,7,0,1,4 mode=edge", lambda x: F.pad(x, (7, 4, 3, 1), mode="replicate")),
    ("a = neg\nconcat input a axis=2", lambda x: torch.cat([x, -x], 3)),
    ("gather axis=1 indices=0,-1,2", lambda x: x[:, :, [0, -1, 2]]),
    ("n = scale factor=0 shift=-2\ngather input n axis=2",
     lambda x: x[..., -2][..., None, None, None].expand(-1, -1, -1, 4, 6, 5)),
    ("size = abs\nn = clip most=8\ntable = embedding count=9 width=3",
     lambda x: F.embedding(x.abs().clamp(max=8).round().long(), t("table.weight"))),
    ("size = scale factor=4\nn = clip least=-0.9 most=8\ntable = embedding count=9 width=3 cut=1",
     lambda x: F.embedding((4 * x).clamp(-0.9, 8).long(), t("table.weight"))),
    ("pixel_shuffle factor=2", lambda x: F.pixel_shuffle(x, 2)),
    ("resize size=9,4 coordinates=asymmetric rounding=floor", lambda x: F.interpolate(x, (9, 4))),
    ("resize scale=2,2 coordinates=asymmetric rounding=floor",
     lambda x: F.interpolate(x, scale_factor=2)),
    ("resize size=9,4 mode=bilinear", lambda x: F.interpolate(x, (9, 4), mode="bilinear")),
    ("resize size=9,4 mode=bilinear coordinates=align_corners",
     lambda x: F.interpolate(x, (9, 4), mode="bilinear", align_corners=True)),
    ("fc = linear outputs=7", lambda x: F.linear(x, t("fc.weight"), t("fc.bias"))),
    ("m = parameter shape=4,5,3\nmatmul input m", lambda x: x @ t("m")),
    ("a = transpose order=0,2,1\nmatmul input a", lambda x: x @ x.transpose(2, 3)),
    ("softmax axis=0", lambda x: x.softmax(1)), ("log_softmax", lambda x: x.log_softmax(-1)),
    ("reduce_mean axes=0,2", lambda x: x.mean((1, 3))),
    ("reduce_sum axes=1 keep_dims=1", lambda x: x.sum(2, keepdim=True)),
    ("reduce_max axes=-1", lambda x: x.amax(-1)),
    ("identity\nstochastic_depth p=0.5\ndropout p=0.5", lambda x: x),
]


def our_outputs(text, images, size):
    """The network's outputs, of `size` values; its tensors are those of TENSORS that have the names
    of its layers."""
    names = [line.split(" = ")[0] for line in text.split("\n") if " = " in line]
    tensors = {k: v for k, v in TENSORS.items() if k.split(".")[0] in names}
    with open("layer.net", "w") as file:
        file.write(text + "\nflatten\n")
    net = ctypes.c_void_p()
    must(lib.loss_net_create(ctypes.byref(net), b"layer.net", Shape(*SHAPE, size)))
    try:
        if tensors:
            make.write_safetensors("layer.safetensors", tensors)
            must(lib.loss_net_load(net, b"layer.safetensors", None))
        pixels = np.ascontiguousarray(images.numpy(), dtype=np.float32)
        outputs = np.zeros((len(pixels), size), dtype=np.float32)
        must(lib.loss_net_logits(net, len(pixels), pixels.ctypes.data, outputs.ctypes.data))
    finally:
        lib.loss_net_free(net)
    return outputs


def compare(text, function):
    name = text.replace("\n", "; ")
    images = 2 * torch.randn(N, *SHAPE)
    expected = function(images.double()).reshape(N, -1).numpy()
    try:
        outputs = our_outputs(text, images, expected.shape[1])
    except RuntimeError as error:
        print("not ok - %s\n# %s" % (name, error))
        return
    off = np.abs(outputs - expected).max() / np.abs(expected).max()
    print("%s - %s" % ("ok" if off <= BOUND else "not ok", name))
    if not off <= BOUND:
        print("# off by %g" % off)


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    for text, function in CASES:
        compare(text, function)
