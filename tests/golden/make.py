#!/usr/bin/python3
"""Makes the golden values that tests/unit/test_golden.c, test_zoo.c and test_curvature.c hold the
library against, with PyTorch.

    /usr/bin/python3 tests/golden/make.py        (Debian: python3-torch python3-torchvision)

writes tests/golden/values/. Weights and images are not stored: both sides draw them from one hash
(draw() here and in test_golden.c). PyTorch computes in double, so that the differences found are
the library's own rounding.
"""
import json
import math
import os
import struct
import sys

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torchvision.models.densenet import DenseNet
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet
from torchvision.models.vgg import cfgs, make_layers

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import nets  # noqa: E402

VALUES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "values")
BATCH, STEPS = 10, 3
MOMENTUM, WEIGHT_DECAY = 0.9, 5e-4
CLASSES = 10
N_SAMPLES = 4        # values stored of each tensor
# DenseNets have no seed that is steady: so many ReLUs are there.
LEAST_KINK = 2e-6    # see is_steady


# ---- Networks ------------------------------------------------------------------------------------

class CifarBlock(nn.Module):
    """Basic block with the three shortcuts, modules named as in akamaster's
    pytorch_resnet_cifar10."""

    def __init__(self, inside, planes, stride, shortcut):
        super().__init__()
        self.conv1 = nn.Conv2d(inside, planes, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.option, self.planes, self.changes = shortcut, planes, stride != 1 or inside != planes
        if shortcut == "B" and self.changes:
            self.shortcut = nn.Sequential(nn.Conv2d(inside, planes, 1, stride, bias=False),
                                          nn.BatchNorm2d(planes))

    def forward(self, x):
        out = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.option == "none":
            return F.relu(out)
        if self.option == "B" and self.changes:
            x = self.shortcut(x)
        elif self.changes:
            x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.planes // 4, self.planes // 4))
        return F.relu(out + x)


class CifarResNet(nn.Module):
    def __init__(self, depth, channels, classes, width, shortcut):
        super().__init__()
        inside = width(16)
        self.conv1 = nn.Conv2d(channels, inside, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(inside)
        for stage in range(3):
            planes, blocks = width(16 << stage), []
            for i in range((depth - 2) // 6):
                blocks.append(CifarBlock(inside, planes, 2 if stage and i == 0 else 1, shortcut))
                inside = planes
            setattr(self, "layer%d" % (stage + 1), nn.Sequential(*blocks))
        self.linear = nn.Linear(inside, classes)

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(F.relu(self.bn1(self.conv1(x))))))
        return self.linear(x.mean((2, 3)))


def without_shortcut(block):
    """A class of torchvision's block that adds nothing to its body."""

    class Block(block):
        def forward(self, x):
            out = self.relu(self.bn1(self.conv1(x)))
            if block is BasicBlock:
                return self.relu(self.bn2(self.conv2(out)))
            return self.relu(self.bn3(self.conv3(self.relu(self.bn2(self.conv2(out))))))

    return Block


class Resnet(ResNet):
    """torchvision's network with other channels, a choice of stem, and without shortcuts if
    asked."""

    def __init__(self, depth, channels, classes, width, stem, shortcut, stride):
        nn.Module.__init__(self)
        block = Bottleneck if depth >= 50 else BasicBlock
        expansion = block.expansion
        if shortcut == "none":
            block = without_shortcut(block)
        self._norm_layer, self.dilation, self.groups, self.base_width = nn.BatchNorm2d, 1, 1, 64
        self.inplanes = width(64)
        if stem.startswith("imagenet"):
            self.conv1 = nn.Conv2d(channels, width(64), 7, 2, 3, bias=False)
        else:
            self.conv1 = nn.Conv2d(channels, width(64), 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width(64))
        self.relu = nn.ReLU()
        self.maxpool = nn.MaxPool2d(3, 2, 1) if stem in ("imagenet",
                                                         "cifar-pool") else nn.Identity()
        blocks = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3)}[depth]
        for stage in range(4):
            layer = self._make_layer(block, width(64 << stage), blocks[stage], 2 if stage else 1)
            if shortcut == "none":
                for b in layer:
                    b.downsample = None
            if stride == "1x1":
                layer[0].conv1.stride, layer[0].conv2.stride = layer[0].conv2.stride, layer[
                    0].conv1.stride
            setattr(self, "layer%d" % (stage + 1), layer)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(width(512) * expansion, classes)


class Vgg(nn.Module):
    """torchvision's features, then one linear layer."""

    def __init__(self, depth, shape, classes, width, bn):
        super().__init__()
        cfg = {
            9: [64, "M", 128, "M", 256, 256, "M", 512, 512, "M"], 11: cfgs["A"], 13: cfgs["B"],
            16: cfgs["D"], 19: cfgs["E"]
        }[depth]
        self.features = make_layers([c if c == "M" else width(c) for c in cfg], bn)
        self.features[0] = nn.Conv2d(shape[0], width(64), 3, 1, 1)
        inputs = self.features.eval()(torch.zeros(1, *shape)).numel()
        self.classifier = nn.Linear(inputs, classes)

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


class VggLi(nn.Module):
    """VGG as in the code of Li et al. 2018: BatchNorm, and a linear layer with BatchNorm before the
    classifier."""

    def __init__(self, depth, shape, classes, width):
        super().__init__()
        cfg = {9: [64, 64, "M", 128, 128, "M", 256, 256, 256, "M"], 16: cfgs["D"],
               19: cfgs["E"]}[depth]
        self.features = make_layers([c if c == "M" else width(c) for c in cfg], True)
        self.features[0] = nn.Conv2d(shape[0], width(64), 3, 1, 1)
        inputs, outputs = self.features.eval()(torch.zeros(1, *shape)).numel(), width(cfg[-2])
        self.fc = nn.Sequential(nn.Linear(inputs, outputs), nn.BatchNorm1d(outputs), nn.ReLU())
        self.classifier = nn.Linear(outputs, classes)

    def forward(self, x):
        return self.classifier(self.fc(self.features(x).flatten(1)))


class TorchvisionDensenet(DenseNet):
    """torchvision's with another stem."""

    def __init__(self, channels, classes, growth, stem):
        super().__init__(growth, (6, 12, 24, 16), 2 * growth, num_classes=classes)
        f = self.features
        f.conv0 = nn.Conv2d(channels, 2 * growth, 7, 2, 3, bias=False) if stem == "imagenet" else \
            nn.Conv2d(channels, 2 * growth, 3, 1, 1, bias=False)
        if stem != "imagenet":
            f.pool0 = nn.Identity()
        if stem == "cifar":
            f.norm0, f.relu0 = nn.Identity(), nn.Identity()


class KuangliuLayer(nn.Module):
    def __init__(self, inside, growth):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inside)
        self.conv1 = nn.Conv2d(inside, 4 * growth, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(4 * growth)
        self.conv2 = nn.Conv2d(4 * growth, growth, 3, 1, 1, bias=False)

    def forward(self, x):
        return torch.cat([self.conv2(F.relu(self.bn2(self.conv1(F.relu(self.bn1(x)))))), x], 1)


class KuangliuTransition(nn.Module):
    def __init__(self, inside, outside):
        super().__init__()
        self.bn = nn.BatchNorm2d(inside)
        self.conv = nn.Conv2d(inside, outside, 1, bias=False)

    def forward(self, x):
        return F.avg_pool2d(self.conv(F.relu(self.bn(x))), 2)


class KuangliuDensenet(nn.Module):
    """DenseNet-121 with the modules of kuangliu's pytorch-cifar: new channels come first."""

    def __init__(self, channels, classes, growth):
        super().__init__()
        n = 2 * growth
        self.conv1 = nn.Conv2d(channels, n, 3, 1, 1, bias=False)
        for block, layers in enumerate((6, 12, 24, 16), 1):
            setattr(self, "dense%d" % block,
                    nn.Sequential(*[KuangliuLayer(n + i * growth, growth) for i in range(layers)]))
            n += layers * growth
            if block < 4:
                setattr(self, "trans%d" % block, KuangliuTransition(n, n // 2))
                n //= 2
        self.bn = nn.BatchNorm2d(n)
        self.linear = nn.Linear(n, classes)

    def forward(self, x):
        x = self.conv1(x)
        for block in range(1, 5):
            x = getattr(self, "dense%d" % block)(x)
            if block < 4:
                x = getattr(self, "trans%d" % block)(x)
        return self.linear(F.relu(self.bn(x)).mean((2, 3)))


class Lenet(nn.Module):
    def __init__(self, shape, classes, width):
        super().__init__()
        self.conv1 = nn.Conv2d(shape[0], width(6), 5)
        self.conv2 = nn.Conv2d(width(6), width(16), 5)
        inputs = self.features(torch.zeros(1, *shape)).numel()
        self.fc1 = nn.Linear(inputs, width(120))
        self.fc2 = nn.Linear(width(120), width(84))
        self.fc3 = nn.Linear(width(84), classes)

    def features(self, x):
        return F.max_pool2d(F.relu(self.conv2(F.max_pool2d(F.relu(self.conv1(x)), 2))), 2)

    def forward(self, x):
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(self.features(x).flatten(1))))))


def make_net(model, shape, classes):
    name, _, settings = model.partition(":")
    given = dict(s.split("=") for s in settings.split(",") if s)
    factor = float(given.pop("width", 1))

    def width(c):
        return max(1, math.floor(c * factor + 0.5))

    if name == "lenet5":
        return Lenet(shape, classes, width, **given)
    if name == "densenet121":
        if given.get("style") == "kuangliu":
            return KuangliuDensenet(shape[0], classes, width(32))
        return TorchvisionDensenet(shape[0], classes, width(32), given.get("stem", "cifar"))
    if name.endswith("-li"):
        return VggLi(int(name[3:-3]), shape, classes, width)
    if name == "mlp":
        return nets.mlp(shape, classes, int(given.get("hidden", 2)),
                        width(int(given.get("size", 512))))
    if name.startswith("wrn"):
        return nets.WideResnet(*map(int, name[3:].split("-")), shape[0], classes, width)
    if name.startswith("preresnet") or name in ("resnet110-bottleneck", "resnet164"):
        depth = int(name.lstrip("presnt").partition("-")[0])
        return nets.CifarBottleneckResnet(depth, shape[0], classes, width, name.startswith("pre"))
    if name.startswith("resnext29"):
        return nets.Resnext(int(name[10:].split("x")[0]), shape[0], classes, width)
    if name == "senet18":
        return nets.Senet(shape[0], classes, width)
    if name.startswith("densenet"):
        depth = int(name[8:].split("-")[0])
        return nets.DenseCifar(depth, name.endswith("-bc"), shape[0], classes,
                               width(40 if depth == 190 else 12))
    if name == "mobilenetv2":
        return nets.mobilenet(shape[0], classes, factor, given.get("stem", "cifar"))
    if name.endswith("-imagenet"):
        features = Vgg(int(name[3:].split("-")[0]), shape, classes, width,
                       given.get("bn") == "1").features
        return nets.vgg_imagenet(features, classes, width)
    if name.startswith("vit"):
        return nets.vit(name[4:], shape, classes, width, int(given.get("patch", 4)),
                        given.get("style", "torchvision"))
    depth = int(name.lstrip("resntvg"))
    if name.startswith("vgg"):
        return Vgg(depth, shape, classes, width, given.get("bn") == "1")
    if depth in (18, 34, 50, 101):
        return Resnet(depth, shape[0], classes, width, given.get("stem", "cifar"),
                      given.get("shortcut", "B"), given.get("stride", "3x3"))
    return CifarResNet(depth, shape[0], classes, width, given.get("shortcut", "A"))


# ---- Weights and images from a hash --------------------------------------------------------------

def draw(name, seed, n):
    """n numbers in [0, 1), multiples of 2^-24: splitmix64 of FNV-1a(name) + seed + (i + 1) times
    the golden ratio."""
    digest = 0xcbf29ce484222325
    for byte in name.encode():
        digest = (digest ^ byte) * 0x100000001b3 % 2**64
    with np.errstate(over="ignore"):
        z = np.uint64(digest) + np.uint64(seed) + np.arange(
            1, n + 1, dtype=np.uint64) * np.uint64(0x9e3779b97f4a7c15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xbf58476d1ce4e5b9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94d049bb133111eb)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float64) / 2**24


def fill(net, seed, damped):
    """He-like weights, and BatchNorm with statistics that are not 0 and 1; its weight is a quarter
    in modules with `damped` in their names: the last of each residual body, or the gradient of a
    deep narrow network would explode."""
    norms = {
        n
        for n, m in net.named_modules()
        if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d, nn.LayerNorm))
    }
    for name, tensor in net.state_dict().items():
        module, _, leaf = name.rpartition(".")
        if leaf == "num_batches_tracked":
            continue
        u = draw(name, seed, tensor.numel())
        if tensor.dim() > 1:
            values = (2 * u - 1) * math.sqrt(6 / (tensor.numel() // tensor.shape[0]))
        elif leaf == "running_var":
            values = 0.5 + u
        elif leaf == "weight" and module in norms:
            values = (0.5 + u) * (0.25 if damped and damped in name else 1)
        else:
            values = (2 * u - 1) * 0.2
        tensor.copy_(torch.from_numpy(values.astype(np.float32)).reshape(tensor.shape))


def make_images(shape, seed, n):
    pixels = np.floor(draw("pixels", seed, n * math.prod(shape)) * 256).reshape(n, *shape)
    labels = np.floor(draw("labels", seed, n) * CLASSES).astype(np.int64)
    return torch.from_numpy((pixels / 255 - 0.5) / 0.25), torch.from_numpy(labels)


# ---- Files ---------------------------------------------------------------------------------------

def write_safetensors(path, tensors):
    """The format by hand: Debian has no python3-safetensors."""
    header, blobs, at = {"__metadata__": {"format": "pt"}}, [], 0
    for name, tensor in tensors.items():
        array = tensor.cpu().numpy()
        kind, blob = ("I64",
                      array.astype("<i8")) if array.dtype == np.int64 else ("F32",
                                                                            array.astype("<f4"))
        blob = blob.tobytes()
        header[name] = {
            "dtype": kind, "shape": list(array.shape), "data_offsets": [at, at + len(blob)]
        }
        blobs.append(blob)
        at += len(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def short(values):
    """Nine digits: more than float32 holds."""
    return [float("%.9g" % v) for v in np.asarray(values, dtype=np.float64).ravel()]


def write_json(name, items):
    """One line an item."""
    with open(os.path.join(VALUES, name), "w") as out:
        out.write("[\n" + ",\n".join(json.dumps(item, separators=(",", ":"))
                                     for item in items) + "\n]\n")


# ---- Golden values -------------------------------------------------------------------------------

# model, shape, damped (see fill), lr (None: evaluation only), file: the name under which the
# weights before and after the steps are stored whole, as PyTorch's state_dict.
CASES = [
    ("resnet20:width=0.25", (3, 32, 32), ".bn2.", 0.02, None),
    ("resnet20:shortcut=B,width=0.125", (3, 24, 24), ".bn2.", 0.02, "resnet20"),
    ("resnet20:shortcut=none,width=0.25", (1, 28, 28), None, 0.005, None),
    ("resnet18:width=0.125", (3, 24, 24), ".bn2.", 0.02, None),
    ("resnet18:shortcut=none,width=0.125", (3, 16, 16), None, 0.005, None),
    ("resnet18:stem=imagenet,width=0.125", (1, 40, 56), ".bn2.", 0.02, None),
    ("resnet50:width=0.0625", (3, 16, 16), ".bn3.", 0.005, None),
    ("resnet50:stem=imagenet,width=0.0625", (3, 40, 56), ".bn3.", 0.005, None),
    ("vgg9:bn=1,width=0.125", (1, 28, 28), None, 0.02, None),
    ("vgg11:width=0.125", (3, 32, 32), None, 0.002, None),
    ("vgg11:bn=1,width=0.125", (3, 32, 32), None, 0.02, None),
    ("densenet121:width=0.125", (3, 32, 32), None, None, None),
    ("densenet121:stem=imagenet,width=0.125", (3, 40, 56), None, None, None),
    ("densenet121:stem=cifar-bn,width=0.125", (1, 28, 28), None, None, None),
    ("densenet121:style=kuangliu,width=0.125", (3, 32, 32), None, None, None),
    ("lenet5", (1, 28, 28), None, 0.002, None),
    ("lenet5:width=0.5", (3, 32, 32), None, 0.002, None),
]


def tensors_of(net):
    return {
        n: t.detach().clone()
        for n, t in net.state_dict().items() if not n.endswith("num_batches_tracked")
    }


def train(net, images, labels, lr):
    """Three steps, each on a batch of its own; the loss before each."""
    optimiser = torch.optim.SGD(net.parameters(), lr=lr, momentum=MOMENTUM, nesterov=True,
                                weight_decay=WEIGHT_DECAY)
    net.train()
    losses = []
    for step in range(STEPS):
        part = slice(step * BATCH, (step + 1) * BATCH)
        optimiser.zero_grad()
        loss = F.cross_entropy(net(images[part]), labels[part])
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    return losses


class Kinks:
    """While it is open, keeps how close any ReLU's input came to 0, in units of that input's
    spread."""

    def __enter__(self):
        self.closest, self.relu = math.inf, F.relu
        F.relu = self.watch
        return self

    def watch(self, x, inplace=False):
        self.closest = min(self.closest, (x.detach().abs().min() / x.detach().std()).item())
        return self.relu(x, inplace)

    def __exit__(self, *_):
        F.relu = self.relu


def is_steady(model, shape, damped, lr, seed):
    """False if rounding in float32 could decide on which side of its kink a ReLU lies: another
    gradient altogether."""
    net = make_net(model, shape, CLASSES)
    fill(net, seed, damped)
    with Kinks() as kinks:
        train(net.double(), *make_images(shape, seed, BATCH * STEPS), lr)
    return kinks.closest > LEAST_KINK


def make_case(model, shape, damped, lr, file):
    seed = next(s for s in range(1000) if lr is None or is_steady(model, shape, damped, lr, s))
    net = make_net(model, shape, CLASSES)
    fill(net, seed, damped)
    if file:
        write_safetensors(os.path.join(VALUES, file + ".safetensors"), net.state_dict())
    net.double()
    images, labels = make_images(shape, seed, BATCH * STEPS)
    with torch.no_grad():
        logits = net.eval()(images)
    item = {
        "model": model, "shape": shape, "seed": seed, "damped": damped, "lr": lr, "file": file,
        "logits": short(logits[:BATCH]), "loss": short([F.cross_entropy(logits, labels).item()])[0]
    }
    if lr is None:
        return item
    before = tensors_of(net)
    losses = train(net, images, labels, lr)
    after = tensors_of(net)
    if file:
        state = {n: t.float() if t.is_floating_point() else t for n, t in net.state_dict().items()}
        write_safetensors(os.path.join(VALUES, file + "-after.safetensors"), state)
    rows = []
    for name, tensor in after.items():
        picks = [k * tensor.numel() // N_SAMPLES for k in range(N_SAMPLES)]
        change = (tensor - before[name]).norm().item()
        rows.append([name, *short([tensor.norm().item(), change]), short(tensor.flatten()[picks])])
    return {**item, "step_losses": short(losses), "after": rows}


# ---- Names, shapes and counts --------------------------------------------------------------------

# model, shape, whether all tensors are listed.
NETS = [("resnet20", (3, 32, 32), True), ("resnet20:shortcut=B", (3, 32, 32), True),
        ("resnet20:shortcut=none", (1, 28, 28), True), ("resnet32", (3, 32, 32), False),
        ("resnet44", (3, 32, 32), False), ("resnet56", (3, 32, 32), False),
        ("resnet56:shortcut=B", (3, 32, 32), False), ("resnet110", (3, 32, 32), False),
        ("resnet110:shortcut=none", (3, 32, 32), False), ("resnet18", (3, 32, 32), True),
        ("resnet18:stem=imagenet,width=0.25", (3, 64, 64), True),
        ("resnet18:shortcut=none,width=0.25", (3, 32, 32), True),
        ("resnet34:width=0.25", (3, 32, 32), False), ("resnet50:stem=imagenet", (3, 64, 64), True),
        ("resnet50:shortcut=none,width=0.25", (3, 32, 32), True),
        ("resnet101:width=0.25", (1, 32, 32), False),
        ("resnet101:stem=imagenet,width=0.125", (3, 64, 64), False), ("vgg9", (3, 32, 32), True),
        ("vgg9:bn=1,width=0.5", (3, 32, 32), False), ("vgg11", (3, 32, 32), True),
        ("vgg11:bn=1,width=0.25", (3, 32, 32), True), ("vgg11:width=0.3", (3, 64, 32), False),
        ("vgg13:width=0.25", (3, 32, 32), False), ("vgg13:bn=1,width=0.25", (1, 32, 32), False),
        ("vgg16:width=0.25", (3, 32, 32), False), ("vgg16:bn=1,width=0.25", (3, 32, 32), True),
        ("vgg19:width=0.25", (3, 32, 32), False), ("vgg19:bn=1,width=0.25", (3, 32, 32), False),
        ("densenet121", (3, 32, 32), True), ("densenet121:style=kuangliu", (3, 32, 32), True),
        ("densenet121:stem=imagenet,width=0.25", (3, 64, 64), False),
        ("densenet121:stem=cifar-bn", (3, 32, 32), False), ("lenet5", (1, 28, 28), True),
        ("lenet5", (3, 32, 32), True), ("lenet5:width=0.01", (1, 28, 28), True), ]


def describe(model, shape, listed):
    net = make_net(model, shape, CLASSES)
    tensors = tensors_of(net)
    item = {"model": model, "shape": shape, "parameters": sum(p.numel() for p in net.parameters()),
            "tensors": len(tensors)}
    if listed:
        item["state_dict"] = [
            "%s %s" % (n, "x".join(map(str, t.shape))) for n, t in tensors.items()
        ]
    return item


# ---- Hessians ------------------------------------------------------------------------------------

# model, shape, damped, images (few, where there are so many ReLUs that one is always near its
# kink), whether all parameters move (else those of two or more dimensions), whether the whole
# spectrum is stored
HESSIANS = [
    ("resnet20:width=0.25", (3, 32, 32), ".bn2.", BATCH, False, False),
    ("resnet20:shortcut=B,width=0.125", (3, 24, 24), ".bn2.", BATCH, True, False),
    ("resnet20:shortcut=none,width=0.25", (1, 28, 28), None, BATCH, True, False),
    ("resnet50:stem=imagenet,width=0.0625", (3, 40, 56), ".bn3.", BATCH, True, False),
    ("vgg11:bn=1,width=0.125", (3, 32, 32), None, BATCH, True, False),
    ("vgg9:width=0.125", (1, 28, 28), None, BATCH, True, False),
    ("densenet121:width=0.125", (3, 32, 32), None, 2, False, False),
    ("lenet5", (1, 28, 28), None, BATCH, True, False),
    ("resnet20:shortcut=B,width=0.0625", (3, 16, 16), ".bn2.", BATCH, False, True),
    ("lenet5:width=0.125", (1, 28, 28), None, BATCH, True, True),
]
N_EIGEN = 4


def products(parameters, loss):
    """The gradient, and a function from a vector to its product with the Hessian: double
    backward."""
    gradient = torch.autograd.grad(loss, parameters, create_graph=True)

    def product(vector):
        return torch.autograd.grad(gradient, parameters, vector, retain_graph=True)

    return gradient, product


def spectrum(parameters, product):
    """All eigenvalues, from the whole matrix."""
    n, rows = sum(p.numel() for p in parameters), []
    for j in range(n):
        unit = torch.zeros(n, dtype=torch.float64)
        unit[j] = 1
        parts = [
            part.reshape(p.shape)
            for part, p in zip(unit.split([p.numel() for p in parameters]), parameters)
        ]
        rows.append(torch.cat([h.flatten() for h in product(parts)]).numpy())
    matrix = np.stack(rows)
    assert np.abs(matrix - matrix.T).max() <= 1e-9 * np.abs(matrix).max()
    return np.linalg.eigvalsh((matrix + matrix.T) / 2)


def make_hessian(model, shape, damped, n_images, all_move, whole):
    """In evaluation mode. Each tensor: its gradient's norm, that of its part of H v, and
    projections of that on vectors of signs."""
    for seed in range(1000):
        net = make_net(model, shape, CLASSES)
        fill(net, seed, damped)
        images, labels = make_images(shape, seed, n_images)
        with Kinks() as kinks:
            loss = F.cross_entropy(net.double().eval()(images), labels)
        if kinks.closest > LEAST_KINK:
            break
    moving = [(n, p) for n, p in net.named_parameters() if all_move or p.dim() > 1]
    names, parameters = [n for n, _ in moving], [p for _, p in moving]
    gradient, product = products(parameters, loss)
    vector = [
        torch.from_numpy(2 * draw("v." + n, seed, p.numel()) - 1).float().double().reshape(p.shape)
        for n, p in moving
    ]
    rows = []
    for name, g, hv in zip(names, gradient, product(vector)):
        signs = [
            np.where(draw("sign%d.%s" % (k, name), seed, hv.numel()) < 0.5, -1, 1)
            for k in range(N_SAMPLES)
        ]
        rows.append([
            name, *short([g.norm().item(), hv.norm().item()]),
            short([s @ hv.flatten().numpy() for s in signs])
        ])
    item = {
        "model": model, "shape": shape, "seed": seed, "damped": damped, "images": n_images,
        "all": all_move, "loss": short([loss.item()])[0], "rows": rows
    }
    if whole:
        values = spectrum(parameters, product)
        item.update(top=short(values[:-N_EIGEN - 1:-1]), smallest=short(values[:N_EIGEN]),
                    trace=short([values.sum()])[0], n=len(values),
                    squares=short([(values**2).sum()])[0], above=int((values
                                                                      > 0.05 * values[-1]).sum()))
    return item


if __name__ == "__main__":
    torch.set_num_threads(1)
    os.makedirs(VALUES, exist_ok=True)
    write_json("cases.json", [make_case(*case) for case in CASES])
    write_json("networks.json", [describe(*net) for net in NETS])
    write_json("hessian.json", [make_hessian(*case) for case in HESSIANS])
