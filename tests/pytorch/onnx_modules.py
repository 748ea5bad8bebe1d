#!/usr/bin/python3
"""Small modules with each layer, exported to ONNX, against PyTorch. Speaks TAP; skipped where
python3-torch is not installed.

    tests/pytorch/onnx_modules.py [EXPORTER [OPSET]]     script (standard) or dynamo
"""
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "common"))
from onnx_agree import compare, fill  # noqa: E402

import torch  # noqa: E402
import torch.nn as nn  # noqa: E402
import torch.nn.functional as F  # noqa: E402

N, C, SIDE, CLASSES = 6, 3, 8, 4


class Between(nn.Module):
    """A function of maps, or a module, between a convolution to 6 channels of 8x8 pixels and a
    linear layer."""

    def __init__(self, inner, features, own=None):
        super().__init__()
        self.conv, self.inner, self.own = nn.Conv2d(C, 6, 3, padding=1), inner, own
        self.fc = nn.Linear(features, CLASSES)

    def forward(self, x):
        x = self.conv(x)
        x = self.inner(x) if self.own is None else self.inner(x, self.own)
        return self.fc(torch.flatten(x, 1))


class Row(nn.Module):
    """Convolutions of one side."""

    def __init__(self):
        super().__init__()
        self.a, self.norm = nn.Conv1d(C, 6, 3, padding=1, dilation=1), nn.BatchNorm1d(6)
        self.up, self.pool = nn.ConvTranspose1d(6, 4, 4, stride=2,
                                                padding=1), nn.AdaptiveAvgPool1d(1)
        self.most, self.fc = nn.MaxPool1d(2), nn.Linear(4, CLASSES)

    def forward(self, x):
        return self.fc(self.pool(self.up(self.most(F.gelu(self.norm(self.a(x)))))).flatten(1))


class Attention(nn.Module):
    """Rows of an image as a sequence."""

    def __init__(self, batch_first):
        super().__init__()
        self.batch_first = batch_first
        self.attention = nn.MultiheadAttention(24, 4, batch_first=batch_first)
        self.norm, self.fc = nn.LayerNorm(24), nn.Linear(24, CLASSES)

    def forward(self, x):
        x = x.permute(0, 2, 1, 3).flatten(2)
        x = x if self.batch_first else x.transpose(0, 1)
        y, _ = self.attention(x, x, x, need_weights=False)
        return self.fc(self.norm(x + y).mean(1 if self.batch_first else 0))


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.TransformerEncoderLayer(24, 3, 32, dropout=0.0, batch_first=True)
        self.place, self.token = nn.Parameter(torch.randn(1, 9,
                                                          24)), nn.Parameter(torch.randn(1, 1, 24))
        self.fc = nn.Linear(24, CLASSES)

    def forward(self, x):
        x = x.permute(0, 2, 1, 3).flatten(2)
        x = torch.cat((self.token.expand(x.shape[0], -1, -1), x), 1) + self.place
        y, _ = self.layer.self_attn(
            x, x, x,
            need_weights=False)  # part by part: the whole layer is one operator in evaluation
        x = self.layer.norm1(x + y)
        x = self.layer.norm2(x + self.layer.linear2(F.relu(self.layer.linear1(x))))
        return self.fc(x[:, 0])


class Tied(nn.Module):
    """A linear layer that is used twice."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.fc = nn.Linear(C * SIDE * SIDE,
                                            12), nn.Linear(12, 12), nn.Linear(12, CLASSES)

    def forward(self, x):
        x = torch.tanh(self.a(x.flatten(1)))
        return self.fc(torch.tanh(self.b(torch.tanh(self.b(x)))))


class Table(nn.Module):
    def __init__(self):
        super().__init__()
        self.table, self.fc = nn.Embedding(9, 2), nn.Linear(2 * C * SIDE * SIDE, CLASSES)

    def forward(self, x):
        return self.fc(self.table(x.long()).flatten(1))


class Unused(nn.Module):
    """Part of the weights is not used, and a shape is taken of what is not."""

    def __init__(self):
        super().__init__()
        self.a, self.fc = nn.Conv2d(C, 2, 3), nn.Linear(C, CLASSES)

    def forward(self, x):
        n = self.a(x).shape[2]
        return self.fc(x[:, :, :n, :n].mean((2, 3)))


def rms(x, w):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5) * w


def local_response(x):
    """As F.local_response_norm computes it, but for a squeeze() that TorchScript writes as control
    flow."""
    around = F.avg_pool3d(F.pad(x.pow(2)[:, None], (0, 0, 0, 0, 1, 1)), (3, 1, 1), stride=1)[:, 0]
    return x / (1.5 + 0.2 * around) ** 0.6


def group(x, w):
    return F.group_norm(x, 3, w[0], w[1], 1e-4)


def halves(x):
    a, b = x.chunk(2, 1)
    return a * torch.sigmoid(b)


def windows(x):
    """As Swin cuts an image up: what is one image is several of the batch for a while."""
    n = x.shape[0]
    x = x.view(n, 6, 2, 4, 2, 4).permute(0, 2, 4, 3, 5, 1).reshape(n * 4, 16, 6)
    x = torch.softmax(x @ x.transpose(1, 2) * 0.3, -1) @ x
    return x.view(n, 2, 2, 4, 4, 6).permute(0, 1, 3, 2, 4, 5)


def masked(x):
    mask = torch.ones(8, 8, dtype=torch.bool).tril()
    return torch.softmax(x.masked_fill(~mask, float("-inf")), -1)


def parameter(*shape):
    return nn.Parameter(torch.randn(shape))


MAPS = 6 * SIDE * SIDE
FUNCTIONS = [
    # name, function of maps [n][6][8][8], features, parameter
    ("relu", F.relu),
    ("relu6", F.relu6),
    ("leaky relu", lambda x: F.leaky_relu(x, 0.2)),
    ("elu", lambda x: F.elu(x, 0.7)),
    ("selu", F.selu),
    ("gelu", F.gelu),
    ("gelu by tanh", lambda x: F.gelu(x, approximate="tanh")),
    ("silu", F.silu),
    ("sigmoid", torch.sigmoid),
    ("tanh", torch.tanh),
    ("hard sigmoid", F.hardsigmoid),
    ("hard swish", F.hardswish),
    ("softplus", F.softplus),
    ("mish", F.mish),
    ("softsign", F.softsign),
    ("clamp", lambda x: x.clamp(-0.3, 0.4)),
    ("exp and log", lambda x: torch.log(torch.exp(x * 0.5) + 1)),
    ("square root", lambda x: torch.sqrt(x * x + 0.1)),
    ("power", lambda x: (x.abs() + 0.5)**1.5),
    ("division", lambda x: x / (1 + x * x)),
    ("subtraction", lambda x: 0.5 - x.flip(3)),
    ("broadcasting", lambda x: x * x.mean(1, keepdim=True) - x[:, :, :1, :]),
    ("gated halves", halves, MAPS // 2),
    ("softmax", lambda x: torch.softmax(x, 1)),
    ("log-softmax", lambda x: F.log_softmax(x, 2)),
    ("masked softmax", masked),
    ("max pool", lambda x: F.max_pool2d(x, 3, 2, 1, ceil_mode=True), 150),
    ("max pool with gaps", lambda x: F.max_pool2d(x, 2, 2, 0, 2), 54),
    ("average pool", lambda x: F.avg_pool2d(x, (3, 2), 2, (1, 0)), 96),
    ("average pool without padding", lambda x: F.avg_pool2d(x, 3, 2, 1, count_include_pad=False),
     96),
    ("adaptive pools", lambda x: torch.cat(
        (F.adaptive_avg_pool2d(x, 4), F.adaptive_max_pool2d(x, (4, 4))), 1), 192),
    ("global pools", lambda x: torch.cat(
        (F.adaptive_avg_pool2d(x, 1), F.adaptive_max_pool2d(x, 1)), 1), 12),
    ("mean and sum", lambda x: torch.cat((x.mean((1, 3)), x.sum(2).mean(1) * 0.1), 1), 16),
    ("largest and smallest", lambda x: torch.cat((x.amax(3), x.amin(2)), 1), 96),
    ("norm", lambda x: F.normalize(x, dim=1)),
    ("norms", lambda x: torch.cat((x.norm(dim=1), x.abs().sum(2)), 1), 112),
    ("layer norm of maps", lambda x: F.layer_norm(x, (6, 8, 8))),
    ("layer norm", lambda x: F.layer_norm(x, (8, ), eps=1e-3)),
    ("rms norm in parts", rms, MAPS, lambda: parameter(8)),
    ("group norm", group, MAPS, lambda: parameter(2, 6)),
    ("instance norm", lambda x: F.instance_norm(x)),
    ("local response", local_response),
    ("padding", lambda x: F.pad(x, (1, 2, 0, 1), value=0.3), 594),
    ("reflection", lambda x: F.pad(x, (2, 1, 1, 0), "reflect"), 594),
    ("edges", lambda x: F.pad(x, (0, 1, 2, 0), "replicate"), 540),
    ("cropping", lambda x: F.pad(x, (-1, -2, 0, -1)), 210),
    ("nearest", lambda x: F.interpolate(x, scale_factor=2), 1536),
    ("nearest of a size", lambda x: F.interpolate(x, size=(5, 11)), 330),
    ("bilinear", lambda x: F.interpolate(x, size=(11, 13), mode="bilinear", align_corners=False),
     858),
    ("bilinear by corners",
     lambda x: F.interpolate(x, scale_factor=1.5, mode="bilinear", align_corners=True), 864),
    ("pixel shuffle", lambda x: F.pixel_shuffle(x[:, :4], 2), 256),
    ("pixel unshuffle", lambda x: F.pixel_unshuffle(x, 2)),
    ("slices", lambda x: torch.cat((x[:, 1:5:2], x[:, -2:]), 1), 256),
    ("places", lambda x: x[:, :, [6, 0, 3]], 144),
    ("parts", lambda x: torch.cat(torch.split(x, [1, 2, 3], 1)[::-1], 1)),
    ("repeats", lambda x: x[:, :1].repeat(1, 2, 1, 3), 384),
    ("transposed product", lambda x: x @ x.transpose(2, 3)),
    ("einsum", lambda x: torch.einsum("nchw,ncvw->nhvc", x, x)),
    ("product with a matrix", lambda x, w: x @ w, 240, lambda: parameter(8, 5)),
    ("product from the left", lambda x, w: w @ x, 240, lambda: parameter(5, 8)),
    ("scale of channels", lambda x, w: x * w, MAPS, lambda: parameter(6, 1, 1)),
    ("windows of an image", windows),
    ("stacking", lambda x: torch.stack((x, x * x), 2)[:, :, :, None].squeeze(3), 2 * MAPS),
]
MODULES = [
    ("groups and dilation",
     lambda: nn.Sequential(nn.Conv2d(6, 12, 3, padding=2, dilation=2, groups=3)), 768),
    ("depthwise", lambda: nn.Conv2d(6, 6, 3, padding=1, groups=6, bias=False), MAPS),
    ("rectangles", lambda: nn.Conv2d(6, 4, (1, 5), stride=(2, 1), padding=(0, 2)), 128),
    ("transposed convolution",
     lambda: nn.ConvTranspose2d(6, 4, 3, stride=2, padding=1, output_padding=1, groups=2), 1024),
    ("batch norm", lambda: nn.BatchNorm2d(6, eps=1e-3, momentum=0.3), MAPS),
    ("batch norm without weights", lambda: nn.BatchNorm2d(6, affine=False), MAPS),
    ("group norm with weights", lambda: nn.GroupNorm(2, 6, eps=1e-4), MAPS),
    ("instance norm with weights", lambda: nn.InstanceNorm2d(6, affine=True), MAPS),
    ("layer norm with weights", lambda: nn.LayerNorm((8, 8)), MAPS),
    ("prelu of channels", lambda: nn.PReLU(6), MAPS), ("prelu", lambda: nn.PReLU(), MAPS),
    ("dropout", lambda: nn.Dropout(0.0), MAPS),
    ("linear layer of rows", lambda: nn.Linear(8, 5), 240),
]
if int(torch.__version__.split(".")[0]) > 1:  # what 1.13 does not export, or has not
    MODULES.append(("same padding", lambda: nn.Conv2d(6, 4, 4, padding="same"), 256))
if hasattr(nn, "RMSNorm"):
    MODULES.append(("rms norm", lambda: nn.RMSNorm(8, eps=1e-5), MAPS))
OTHERS = [("one side", Row, (C, 1, 8)), ("attention", lambda: Attention(True), (C, SIDE, SIDE)),
          ("attention, sequence first", lambda: Attention(False), (C, SIDE, SIDE)),
          ("encoder", Encoder, (C, SIDE, SIDE)), ("tied weights", Tied, (C, SIDE, SIDE)),
          ("unused weights", Unused, (C, SIDE, SIDE))]


OF_FIXED_BATCH = ("windows of an image", "group norm")  # the sizes are in the file


def images(seed=5, shape=(C, SIDE, SIDE)):
    return torch.randn((N, *shape), generator=torch.Generator().manual_seed(seed))


def main():
    how = {
        "exporter": sys.argv[1] if len(sys.argv) > 1 else "script",
        "opset": int(sys.argv[2]) if len(sys.argv) > 2 else None
    }
    for name, function, *more in FUNCTIONS:
        torch.manual_seed(1)
        own = more[1]() if len(more) > 1 else None
        compare(name, fill(Between(function, more[0] if more else MAPS, own)), images(), CLASSES,
                fixed=name in OF_FIXED_BATCH, **how)
    for name, inner, features in MODULES:
        torch.manual_seed(1)
        compare(name, fill(Between(inner(), features)), images(), CLASSES, **how)
    for name, module, shape in OTHERS:
        torch.manual_seed(1)
        x = images(shape=shape)
        compare(name, fill(module()), x[:, :, 0] if shape[1] == 1 else x, CLASSES, **how)
    torch.manual_seed(1)
    compare("embedding", fill(Table()), 8.99 * torch.rand(N, C, SIDE, SIDE), CLASSES, **how)
    compare("log-softmax at the end", fill(nn.Sequential(Tied(), nn.LogSoftmax(1))), images(),
            CLASSES, loss="nll", **how)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        main()
        os.chdir("/")
