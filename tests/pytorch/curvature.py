#!/usr/bin/python3
"""Leading eigenvalues of a real network's Hessian against power iteration on PyTorch's double backward. Speaks TAP; skipped where
python3-torch or the shared ResNet-20 and CIFAR-10 images are not there.

The network is a published ResNet-20, the loss its mean cross-entropy over the first test images, in evaluation mode, over the weights of
convolutions and the linear layer. `lossgrid curvature` must be within 1 % of each eigenvalue.

    tests/pytorch/curvature.py [IMAGES [EIGENVALUES]]     32 images and one eigenvalue; 512 and 2 take some minutes
"""
import json
import os
import subprocess
import sys
import time

SRC = os.environ.get("SRC", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
LOSSGRID = os.environ.get("LOSSGRID", os.path.join(SRC, "build", "release", "lossgrid"))
SHARED = os.environ.get("LOSS_SHARED", os.path.join(SRC, "..", "shared"))
WEIGHTS, DATA = os.path.join(SHARED, "data/weights/resnet20-12fca82f.th"), os.path.join(SHARED, "data/cifar-10-batches-bin")
NAME = "leading eigenvalues of a real ResNet-20's Hessian"
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
CHUNK = 64
try:
    import numpy as np
    import torch
    import torch.nn.functional as F
    import torchvision  # noqa: F401  (make.py builds on it)
except ImportError:
    print("ok - %s # SKIP python3-torch or python3-torchvision is not installed" % NAME)
    sys.exit(0)
if not os.path.exists(WEIGHTS):
    print("ok - %s # SKIP the shared weights and images are not there" % NAME)
    sys.exit(0)
sys.path.insert(0, os.path.join(SRC, "tests", "golden"))
import make  # noqa: E402


def load(n):
    net = make.make_net("resnet20", (3, 32, 32), 10)
    state = torch.load(WEIGHTS, map_location="cpu")["state_dict"]
    net.load_state_dict({k[len("module."):]: v for k, v in state.items()})
    records = np.fromfile(os.path.join(DATA, "test_batch.bin"), dtype=np.uint8).reshape(-1, 3073)[:n]
    pixels = records[:, 1:].reshape(-1, 3, 32, 32).astype(np.float32) / 255
    images = (pixels - np.array(MEAN, np.float32).reshape(3, 1, 1)) / np.array(STD, np.float32).reshape(3, 1, 1)
    return net.eval(), torch.from_numpy(images), torch.from_numpy(records[:, 0].astype(np.int64))


def product(net, parameters, images, labels, vector):
    total = [torch.zeros_like(p) for p in parameters]
    for i in range(0, len(images), CHUNK):
        loss = F.cross_entropy(net(images[i:i + CHUNK]), labels[i:i + CHUNK], reduction="sum") / len(images)
        gradient = torch.autograd.grad(loss, parameters, create_graph=True)
        for sum_, part in zip(total, torch.autograd.grad(gradient, parameters, vector)):
            sum_ += part
    return total


def dot(a, b):
    return sum((x.double() * y.double()).sum().item() for x, y in zip(a, b))


def power_iteration(net, images, labels, n):
    """Eigenvalues of the largest magnitude, each in the space orthogonal to those before."""
    parameters = [p for p in net.parameters() if p.dim() > 1]
    found, vectors = [], []
    for k in range(n):
        torch.manual_seed(k)
        v = [torch.randn_like(p) for p in parameters]
        value = 0
        for step in range(200):
            for u in vectors:
                along = dot(v, u)
                v = [x - along * y for x, y in zip(v, u)]
            length = dot(v, v) ** 0.5
            v = [x / length for x in v]
            hv = product(net, parameters, images, labels, v)
            before, value = value, dot(v, hv)
            if abs(value - before) <= 1e-4 * abs(value):
                break
            last, v = v, hv
        vectors.append(v)
        found.append(value)
        print("# eigenvalue %d of PyTorch: %.6g after %d products" % (k + 1, value, step + 1), flush=True)
    return found


if __name__ == "__main__":
    torch.set_num_threads(int(os.environ.get("THREADS", "1")))
    images, n = (int(a) for a in (sys.argv[1:] + ["32", "1"][len(sys.argv) - 1:])[:2])
    start = time.time()
    command = [LOSSGRID, "curvature", "--model", "resnet20", "--weights", WEIGHTS, "--data", DATA, "--limit", str(images), "--top", str(n),
               "--smallest", "1", "--mean", ",".join(map(str, MEAN)), "--std", ",".join(map(str, STD)), "--quiet", "--json"]
    ours = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    middle = time.time()
    theirs = power_iteration(*load(images), n)
    print("# on %d images: %.1f s here, %.1f s there" % (images, middle - start, time.time() - middle))
    for k, (a, b) in enumerate(zip([e["value"] for e in ours["top"]], theirs)):
        ok = abs(a / b - 1) <= 0.01
        print("%s - eigenvalue %d of a real ResNet-20's Hessian on %d images" % ("ok" if ok else "not ok", k + 1, images))
        print("# %.6g; PyTorch's power iteration %.6g; off by %.2g %%" % (a, b, 100 * (a / b - 1)))
