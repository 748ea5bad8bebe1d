#!/usr/bin/python3
"""Networks that have the tensors of one of the zoo and are another: what --model auto says. Speaks
TAP; skipped where python3-torch or Fashion-MNIST is not installed.

Each is trained by PyTorch for some seconds on 3000 images of Fashion-MNIST, 14x14 or 28x28, which
are written as IDX. lossgrid must find those that the zoo can vary, with PyTorch's loss, and refuse
those that it has no network for. With a folder as argument, the data and weights stay there.
"""
import gzip
import json
import os
import struct
import subprocess
import sys
import tempfile

SRC = os.environ.get("SRC", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
LOSSGRID = os.environ.get("LOSSGRID", os.path.join(SRC, "build", "release", "lossgrid"))
try:
    import numpy as np
    import torch
    from torch import nn
    import torch.nn.functional as F
except ImportError:
    print("ok - networks that could be mistaken # SKIP python3-torch is not installed")
    sys.exit(0)
N_TRAIN, N_TEST, WIDTH = 3000, 500, 8


# ---- Data ----------------------------------------------------------------------------------------

def find_fashion():
    for folder, _, files in os.walk("/usr/share/datasets/fashion-mnist"):
        if any(f.startswith("train-images-idx3-ubyte") for f in files):
            return folder
    return None


def read_idx(folder, name):
    path = os.path.join(folder, name)
    with (gzip.open(path + ".gz") if os.path.exists(path + ".gz") else open(path, "rb")) as f:
        magic, n = struct.unpack(">II", f.read(8))
        dims = struct.unpack(">II", f.read(8)) if magic == 0x803 else ()
        return np.frombuffer(f.read(), np.uint8).reshape(n, *dims)


def write_data(fashion, folder, side):
    """Images of 28 or 14 rows: then squares of four pixels are averaged. @return normalised
    training images and labels"""
    os.makedirs(folder, exist_ok=True)
    for name, n in (("train", N_TRAIN), ("t10k", N_TEST)):
        pixels = read_idx(fashion,
                          name + "-images-idx3-ubyte")[:n].reshape(n, side, 28 // side, side,
                                                                   28 // side).mean(
                                                                       (2, 4)).astype(np.uint8)
        labels = read_idx(fashion, name + "-labels-idx1-ubyte")[:n]
        with open("%s/%s-images-idx3-ubyte" % (folder, name), "wb") as f:
            f.write(struct.pack(">IIII", 0x803, n, side, side) + pixels.tobytes())
        with open("%s/%s-labels-idx1-ubyte" % (folder, name), "wb") as f:
            f.write(struct.pack(">II", 0x801, n) + labels.tobytes())
        if name == "train":
            train = pixels, labels
    images = (torch.from_numpy(train[0].astype("float32"))[:, None] / 255 - 0.2860) / 0.3530
    return images, torch.from_numpy(train[1].astype("int64"))


# ---- Networks ------------------------------------------------------------------------------------

class Block(nn.Module):
    """ResNet's block with torchvision's names: basic, or a bottleneck with the stride on its first
    convolution."""

    def __init__(self, inside, planes, stride, activation, eps, is_caffe, has_shortcut):
        super().__init__()
        out = 4 * planes if is_caffe else planes
        self.activation, self.has_shortcut = activation, has_shortcut
        kernels = [(inside, planes, 3, stride), (planes, out, 3, 1)]
        if is_caffe:
            kernels = [(inside, planes, 1, stride), (planes, planes, 3, 1), (planes, out, 1, 1)]
        self.n = len(kernels)
        for i, (a, b, kernel, step) in enumerate(kernels, 1):
            setattr(self, "conv%d" % i, nn.Conv2d(a, b, kernel, step, kernel // 2, bias=False))
            setattr(self, "bn%d" % i, nn.BatchNorm2d(b, eps=eps))
        self.downsample = None
        if has_shortcut and (stride != 1 or inside != out):
            self.downsample = nn.Sequential(nn.Conv2d(inside, out, 1, stride, bias=False),
                                            nn.BatchNorm2d(out, eps=eps))

    def forward(self, x):
        y = x
        for i in range(1, self.n + 1):
            y = getattr(self, "bn%d" % i)(getattr(self, "conv%d" % i)(y))
            y = self.activation(y) if i < self.n else y
        if self.has_shortcut:
            y = y + (self.downsample(x) if self.downsample else x)
        return self.activation(y)


class Net(nn.Module):

    def __init__(self, blocks, width, activation=F.relu, eps=1e-5, kernel=3, pool=False,
                 is_caffe=False, has_shortcut=True):
        super().__init__()
        self.activation, self.pool, self.stages = activation, pool, []
        self.conv1 = nn.Conv2d(1, width, kernel, 2 if kernel == 7 else 1, kernel // 2, bias=False)
        self.bn1 = nn.BatchNorm2d(width, eps=eps)
        inside = width
        for stage, n in enumerate(blocks):
            layer = []
            for i in range(n):
                layer.append(
                    Block(inside, width << stage, 2 if stage and not i else 1, activation, eps,
                          is_caffe, has_shortcut))
                inside = (width << stage) * (4 if is_caffe else 1)
            self.stages.append("layer%d" % (stage + 1))
            setattr(self, self.stages[-1], nn.Sequential(*layer))
        self.fc = nn.Linear(inside, 10)

    def forward(self, x):
        x = self.activation(self.bn1(self.conv1(x)))
        x = F.max_pool2d(x, 3, 2, 1) if self.pool else x
        for stage in self.stages:
            x = getattr(self, stage)(x)
        return self.fc(x.mean((2, 3)))


class Lenet(nn.Module):
    """That of 1998 as it is often written: tanh and average pooling."""

    def __init__(self, activation, pool):
        super().__init__()
        self.activation, self.pool = activation, pool
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2, self.fc3 = nn.Linear(256, 120), nn.Linear(120, 84), nn.Linear(84, 10)

    def forward(self, x):
        x = self.pool(self.activation(self.conv1(x)), 2)
        x = self.pool(self.activation(self.conv2(x)), 2)
        return self.fc3(self.activation(self.fc2(self.activation(self.fc1(x.flatten(1))))))


LENETS = "tanh", "average"

# name: network, what it is taken for (None: refused), epochs
CASES = {
    "plain": (lambda: Net([2] * 4, WIDTH), "resnet18:width=0.125",
              4), "silu": (lambda: Net([2] * 4, WIDTH, activation=F.silu), None, 4),
    "stem without pooling": (lambda: Net([2] * 4, WIDTH, kernel=7),
                             "resnet18:stem=imagenet-nopool,width=0.125", 4),
    "cifar stem with pooling": (lambda: Net([2] * 4, WIDTH, pool=True),
                                "resnet18:stem=cifar-pool,width=0.125", 4),
    "caffe strides": (lambda: Net([3, 4, 6, 3], WIDTH, is_caffe=True),
                      "resnet50:stride=1x1,width=0.125",
                      4), "eps": (lambda: Net([2] * 4, WIDTH, eps=1e-3), "resnet18:width=0.125", 4),
    "without shortcuts": (lambda: Net([3] * 3, 16, has_shortcut=False), "resnet20:shortcut=none",
                          4), "tanh": (lambda: Lenet(torch.tanh, F.avg_pool2d), None, 6),
    "average": (lambda: Lenet(F.relu, F.avg_pool2d), "lenet5:pool=average",
                15), "untrained": (lambda: Net([2] * 4, WIDTH), None, 0),
}


def train(net, images, labels, epochs):
    optimiser = torch.optim.SGD(net.parameters(), 0.05, 0.9, weight_decay=5e-4)
    for _ in range(epochs):
        for batch in torch.randperm(len(images)).split(64):
            optimiser.zero_grad()
            F.cross_entropy(net(images[batch]), labels[batch]).backward()
            optimiser.step()
    net.eval()
    with torch.no_grad():
        return F.cross_entropy(torch.cat([net(b) for b in images.split(500)]), labels).item()


def check(name, images, labels, data):
    make, expected, epochs = CASES[name]
    torch.manual_seed(0)
    net = make()
    loss = train(net, images, labels, epochs)
    torch.save(net.state_dict(), name.replace(" ", "-") + ".pt")
    command = [
        LOSSGRID, "eval", "--weights",
        name.replace(" ", "-") + ".pt", "--data", data, "--split", "train", "--json"
    ]
    result = subprocess.run(command, capture_output=True, text=True)
    said = "PyTorch's loss %.6g\n%s" % (loss, result.stderr + result.stdout)
    if expected is None:
        ok = result.returncode == 1 and "give --model" in result.stderr
    else:
        got = json.loads(result.stdout) if result.returncode == 0 else {}
        slack = 0.1 if name == "eps" else 1e-4
        ok = got.get("model") == expected and abs(got["loss"] - loss) <= slack * loss
    print("%s - %s" % ("ok" if ok else "not ok", name))
    print("# " + said.strip().replace("\n", "\n# "), flush=True)


def main(folder, names):
    fashion = find_fashion()
    if not fashion:
        print("ok - networks that could be mistaken # SKIP dataset-fashion-mnist is not installed")
        return
    torch.set_num_threads(1)
    os.chdir(folder)
    sets = {side: write_data(fashion, "data%d" % side, side) for side in (14, 28)}
    for name in names or CASES:
        side = 28 if name in LENETS else 14
        check(name, *sets[side], "data%d" % side)


if len(sys.argv) > 1:
    main(sys.argv[1], sys.argv[2:])
else:
    with tempfile.TemporaryDirectory() as temporary:
        main(temporary, [])
