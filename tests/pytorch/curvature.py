#!/usr/bin/python3
"""Curvature against PyTorch's double backward. Speaks TAP; skipped where python3-torch is not
installed.

Networks of each family, filled by tests/golden/make.py: a Hessian-vector product over all
parameters, the whole vector within 1e-3 of PyTorch's in float64 (DenseNet: 1e-2). Then, where the
shared data are there, a published ResNet-20 on real images: the leading eigenvalues within 1 % of
power iteration.

    tests/pytorch/curvature.py [IMAGES [EIGENVALUES]]     32 images and one eigenvalue; 512 and 2
                                                          take some minutes
"""
import ctypes
import json
import os
import subprocess
import sys
import tempfile
import time

SRC = os.path.abspath(
    os.environ.get("SRC", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")))
BUILD = os.environ.get("BUILD", os.path.join(SRC, "build", "release"))
LOSSGRID = os.environ.get("LOSSGRID", os.path.join(BUILD, "lossgrid"))
SHARED = os.environ.get("LOSS_SHARED", os.path.join(SRC, "..", "shared"))
WEIGHTS = os.path.join(SHARED, "data/weights/resnet20-12fca82f.th")
DATA = os.path.join(SHARED, "data/cifar-10-batches-bin")
NAME = "leading eigenvalues of a real ResNet-20's Hessian"
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
CHUNK = 64
try:
    import numpy as np
    import torch
    import torch.nn.functional as F
    import torchvision  # noqa: F401  (make.py builds on it)
except ImportError:
    print("ok - curvature agrees with PyTorch # SKIP python3-torch or python3-torchvision is not "
          "installed")
    sys.exit(0)
sys.path.insert(0, os.path.join(SRC, "tests", "golden"))
import make  # noqa: E402

# model, layers to damp (see make.fill)
MODELS = [("resnet20:width=0.25", ".bn2."), ("resnet20:shortcut=none,width=0.25", None),
          ("resnet18:width=0.125", ".bn2."), ("resnet50:stem=imagenet,width=0.0625", ".bn3."),
          ("vgg9:width=0.125", None), ("vgg11:bn=1,width=0.125", None),
          ("densenet121:width=0.125", None), ("lenet5", None)]
SHAPE, CLASSES, N_IMAGES = (3, 32, 32), 10, 20


class Shape(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in ("channels", "height", "width", "classes")]


class CurvatureOptions(ctypes.Structure):
    """The first fields; the library leaves the rest at their defaults."""
    _fields_ = [("struct_size", ctypes.c_size_t), ("ignore", ctypes.c_size_t)]


lib = ctypes.CDLL(os.path.join(BUILD, "libloss.so"))
lib.loss_last_message.restype = ctypes.c_char_p
lib.loss_net_create.argtypes = [ctypes.POINTER(ctypes.c_void_p), ctypes.c_char_p, Shape]
lib.loss_net_load.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
lib.loss_net_free.argtypes = [ctypes.c_void_p]
lib.loss_dataset_create.argtypes = [ctypes.POINTER(ctypes.c_void_p), Shape, ctypes.c_size_t
                                    ] + 3 * [ctypes.c_void_p]
lib.loss_dataset_mean.restype = lib.loss_dataset_std.restype = ctypes.POINTER(ctypes.c_float)
lib.loss_dataset_mean.argtypes = lib.loss_dataset_std.argtypes = lib.loss_dataset_free.argtypes = [
    ctypes.c_void_p
]
lib.loss_curvature_create.argtypes = [ctypes.POINTER(ctypes.c_void_p)] + 3 * [ctypes.c_void_p]
lib.loss_curvature_hvp.argtypes = 3 * [ctypes.c_void_p]
lib.loss_curvature_free.argtypes = [ctypes.c_void_p]


def must(status):
    if status:
        raise RuntimeError(lib.loss_last_message().decode())


def compare_product(model, damped):
    """H v of all parameters; ours in float, theirs in double."""
    net = make.make_net(model, SHAPE, CLASSES)
    make.fill(net, 0, damped)
    make.write_safetensors("weights.safetensors", net.state_dict())
    random = np.random.default_rng(5)
    pixels = random.integers(0, 256, (N_IMAGES, *SHAPE), dtype=np.uint8)
    labels = random.integers(0, CLASSES, N_IMAGES, dtype=np.uint32)
    names = dict(net.named_parameters())
    order = [n for n in net.state_dict() if n in names]
    vector = random.standard_normal(sum(names[n].numel() for n in order)).astype(np.float32)
    ours = np.zeros_like(vector)
    handle, data, curvature = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_void_p()
    shape, options = Shape(*SHAPE, CLASSES), CurvatureOptions(ctypes.sizeof(CurvatureOptions), 1)
    must(lib.loss_net_create(ctypes.byref(handle), model.encode(), shape))
    must(lib.loss_net_load(handle, b"weights.safetensors", None))
    must(
        lib.loss_dataset_create(ctypes.byref(data), shape, N_IMAGES, pixels.ctypes.data,
                                labels.ctypes.data, None))
    must(lib.loss_curvature_create(ctypes.byref(curvature), handle, data, ctypes.byref(options)))
    must(lib.loss_curvature_hvp(curvature, vector.ctypes.data, ours.ctypes.data))
    mean, std = (np.array([f(data)[c] for c in range(3)], dtype=np.float64).reshape(3, 1, 1)
                 for f in (lib.loss_dataset_mean, lib.loss_dataset_std))
    lib.loss_curvature_free(curvature)
    lib.loss_dataset_free(data)
    lib.loss_net_free(handle)
    images = torch.from_numpy((pixels / 255 - mean) / std)
    parameters = [names[n] for n in order]
    loss = F.cross_entropy(net.double().eval()(images), torch.from_numpy(labels.astype(np.int64)))
    parts = torch.from_numpy(vector).double().split([p.numel() for p in parameters])
    _, product = make.products(parameters, loss)
    theirs = torch.cat([
        h.flatten() for h in product([v.reshape(p.shape) for v, p in zip(parts, parameters)])
    ]).numpy()
    off = np.linalg.norm(ours - theirs) / np.linalg.norm(theirs)
    # A DenseNet has so many ReLUs that rounding puts some on the other side of their kinks.
    bound = 1e-2 if model.startswith("densenet") else 1e-3
    print("%s - a Hessian-vector product of %s" % ("ok" if off < bound else "not ok", model))
    print("# relative error %.2g, of %d values" % (off, len(theirs)))


def load(n):
    net = make.make_net("resnet20", (3, 32, 32), 10)
    state = torch.load(WEIGHTS, map_location="cpu")["state_dict"]
    net.load_state_dict({k[len("module."):]: v for k, v in state.items()})
    records = np.fromfile(os.path.join(DATA, "test_batch.bin"), dtype=np.uint8).reshape(-1,
                                                                                        3073)[:n]
    pixels = records[:, 1:].reshape(-1, 3, 32, 32).astype(np.float32) / 255
    images = (pixels - np.array(MEAN, np.float32).reshape(3, 1, 1)) / np.array(
        STD, np.float32).reshape(3, 1, 1)
    return net.eval(), torch.from_numpy(images), torch.from_numpy(records[:, 0].astype(np.int64))


def product(net, parameters, images, labels, vector):
    total = [torch.zeros_like(p) for p in parameters]
    for i in range(0, len(images), CHUNK):
        loss = F.cross_entropy(net(images[i:i + CHUNK]), labels[i:i + CHUNK],
                               reduction="sum") / len(images)
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
        print("# eigenvalue %d of PyTorch: %.6g after %d products" % (k + 1, value, step + 1),
              flush=True)
    return found


if __name__ == "__main__":
    torch.set_num_threads(int(os.environ.get("THREADS", "1")))
    if len(sys.argv) == 1:
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            for case in MODELS:
                compare_product(*case)
            os.chdir("/")
    if not os.path.exists(WEIGHTS):
        print("ok - %s # SKIP the shared weights and images are not there" % NAME)
        sys.exit(0)
    images, n = (int(a) for a in (sys.argv[1:] + ["32", "1"][len(sys.argv) - 1:])[:2])
    start = time.time()
    command = [
        LOSSGRID, "curvature", "--model", "resnet20", "--weights", WEIGHTS, "--data", DATA,
        "--limit",
        str(images), "--top",
        str(n), "--smallest", "1", "--mean", ",".join(map(str, MEAN)), "--std",
        ",".join(map(str, STD)), "--quiet", "--json"
    ]
    ours = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    middle = time.time()
    theirs = power_iteration(*load(images), n)
    print("# on %d images: %.1f s here, %.1f s there" %
          (images, middle - start, time.time() - middle))
    for k, (a, b) in enumerate(zip([e["value"] for e in ours["top"]], theirs)):
        ok = abs(a / b - 1) <= 0.01
        print("%s - eigenvalue %d of a real ResNet-20's Hessian on %d images" %
              ("ok" if ok else "not ok", k + 1, images))
        print("# %.6g; PyTorch's power iteration %.6g; off by %.2g %%" % (a, b, 100 * (a / b - 1)))
