#!/usr/bin/python3
"""Every network of the zoo both ways between PyTorch and libloss. Speaks TAP; skipped where
python3-torch is not installed.

There: built and filled in PyTorch (tests/golden/make.py), saved in both checkpoint formats and as
safetensors, recognised and loaded by libloss: logits within 1e-4. Back: trained by lossgrid, loaded
by PyTorch with strict=True: the same loss to 1e-5. BatchNorm's statistics estimated again:
PyTorch's in training mode.
"""
import ctypes
import json
import os
import struct
import subprocess
import sys
import tempfile

SRC = os.environ.get("SRC", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
BUILD = os.environ.get("BUILD", os.path.join(SRC, "build", "release"))
LOSSGRID = os.environ.get("LOSSGRID", os.path.join(BUILD, "lossgrid"))
try:
    import numpy as np
    import torch
    import torchvision  # noqa: F401  (make.py builds on it)
except ImportError:
    print("ok - networks agree with PyTorch # SKIP python3-torch or python3-torchvision is not "
          "installed")
    sys.exit(0)
sys.path.insert(0, os.path.join(SRC, "tests", "golden"))
import make  # noqa: E402

# model, what it is taken for if another has the same tensors, layers to damp (see make.fill)
THERE = [
    ("resnet20:width=0.25", None, ".bn2."), ("resnet20:shortcut=B,width=0.25", None, ".bn2."),
    ("resnet20:shortcut=none,width=0.25", "resnet20:width=0.25", None),
    ("resnet32:width=0.25", None, ".bn2."), ("resnet44:width=0.25", None, ".bn2."),
    ("resnet56:width=0.25", None, ".bn2."), ("resnet110:width=0.125", None, ".bn2."),
    ("resnet18:width=0.125", None, ".bn2."), ("resnet18:stem=imagenet,width=0.125", None, ".bn2."),
    ("resnet34:width=0.125", None, ".bn2."), ("resnet50:width=0.0625", None, ".bn3."),
    ("resnet50:stem=imagenet,width=0.0625", None, ".bn3."),
    ("resnet101:width=0.0625", None, ".bn3."), ("vgg9:width=0.125", None, None),
    ("vgg9:bn=1,width=0.125", None, None), ("vgg11:width=0.125", None, None),
    ("vgg11:bn=1,width=0.125", None, None), ("vgg13:width=0.125", None, None),
    ("vgg13:bn=1,width=0.125", None, None), ("vgg16:width=0.125", None, None),
    ("vgg16:bn=1,width=0.125", None, None), ("vgg19:width=0.125", None, None),
    ("vgg19:bn=1,width=0.125", None, None), ("densenet121:width=0.125", None, None),
    ("densenet121:stem=cifar-bn,width=0.125", None, None),
    ("densenet121:stem=imagenet,width=0.125", None, None),
    ("densenet121:style=kuangliu,width=0.125", None, None), ("lenet5", None, None),
    ("vgg9-li:width=0.125", None, None), ("vgg16-li:width=0.125", None, None),
    ("wrn16-4:width=0.125", None, ".bn2."), ("wrn28-10:width=0.0625", None, ".bn2."),
    ("preresnet164:width=0.125", None, ".bn3."), ("resnet164:width=0.125", None, ".bn3."),
    ("resnext29-8x64d:width=0.125", None, ".bn_expand."),
    ("resnext29-16x64d:width=0.0625", None, ".bn_expand."), ("senet18:width=0.25", None, None),
    ("densenet40", None, None), ("densenet100-bc:width=0.5", None, None),
    ("mobilenetv2:width=0.25", None, None), ("mobilenetv2:width=0.35", None, None),
    ("mobilenetv2", None, None),
    ("mobilenetv2:stem=imagenet,width=0.5", "mobilenetv2:width=0.5", None),
    ("vgg11-imagenet:width=0.0625", None, None), ("vgg16-imagenet:bn=1,width=0.0625", None, None),
    ("vit-tiny:width=0.125", None, None), ("vit-tiny:patch=8,width=0.25", None, None),
    ("vit-tiny:style=timm,width=0.125", None, None),
    ("resnet18:stem=cifar-pool,width=0.125", "resnet18:width=0.125", ".bn2."),
    ("resnet18:stem=imagenet-nopool,width=0.125", "resnet18:stem=imagenet,width=0.125", ".bn2."),
    ("resnet50:stride=1x1,width=0.0625", "resnet50:width=0.0625", ".bn3."),
]
BACK = [
    "resnet20:width=0.25", "resnet20:shortcut=B,width=0.25", "resnet18:width=0.125",
    "resnet50:stem=imagenet,width=0.0625", "vgg11:bn=1,width=0.125", "vgg9-li:width=0.125",
    "densenet121:width=0.125", "densenet121:style=kuangliu,width=0.125", "lenet5",
    "wrn16-4:width=0.125", "preresnet110:width=0.125", "resnet110-bottleneck:width=0.125",
    "mlp:size=40", "resnext29-8x64d:width=0.0625", "senet18:width=0.125", "densenet40:width=0.5",
    "mobilenetv2:width=0.25", "vgg11-imagenet:bn=1,width=0.0625", "vit-tiny:width=0.125",
    "vit-tiny:style=timm,width=0.125"
]
RECALIBRATED = [
    "resnet20:width=0.25", "resnet18:width=0.125", "vgg11:bn=1,width=0.125", "vgg9-li:width=0.125",
    "densenet121:width=0.125"
]
SHAPE, CLASSES, N = (3, 32, 32), 10, 4


class Shape(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in ("channels", "height", "width", "classes")]


lib = ctypes.CDLL(os.path.join(BUILD, "libloss.so"))
lib.loss_last_message.restype = ctypes.c_char_p
lib.loss_net_create.argtypes = [ctypes.POINTER(ctypes.c_void_p), ctypes.c_char_p, Shape]
lib.loss_recognise.argtypes = [
    ctypes.POINTER(ctypes.c_void_p), ctypes.c_char_p, ctypes.c_char_p, Shape
]
lib.loss_recognition_model.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
lib.loss_recognition_model.restype = ctypes.c_char_p
lib.loss_recognition_free.argtypes = [ctypes.c_void_p]
lib.loss_net_load.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
lib.loss_net_logits.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p, ctypes.c_void_p]
lib.loss_net_recalibrate.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]
lib.loss_net_save.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
lib.loss_dataset_open.argtypes = [ctypes.POINTER(ctypes.c_void_p), ctypes.c_char_p, ctypes.c_void_p]
lib.loss_dataset_free.argtypes = [ctypes.c_void_p]
lib.loss_net_free.argtypes = [ctypes.c_void_p]


def report(ok, name, why=""):
    print("%s - %s" % ("ok" if ok else "not ok", name))
    if not ok:
        print("# " + why.replace("\n", "\n# "))


def must(status):
    if status:
        raise RuntimeError(lib.loss_last_message().decode())


def our_logits(path, model, images):
    """The first network of the zoo that has the file's tensors, and the logits of `model`."""
    shape, recognition = Shape(*SHAPE, CLASSES), ctypes.c_void_p()
    must(lib.loss_recognise(ctypes.byref(recognition), path.encode(), None, shape))
    found = lib.loss_recognition_model(recognition, 0).decode()
    lib.loss_recognition_free(recognition)
    net = ctypes.c_void_p()
    must(lib.loss_net_create(ctypes.byref(net), model.encode(), shape))
    try:
        must(lib.loss_net_load(net, path.encode(), None))
        pixels = np.ascontiguousarray(images.numpy(), dtype=np.float32)
        logits = np.zeros((len(pixels), CLASSES), dtype=np.float32)
        must(lib.loss_net_logits(net, len(pixels), pixels.ctypes.data, logits.ctypes.data))
    finally:
        lib.loss_net_free(net)
    return found, logits


def go_there(model, taken_for, damped):
    net = make.make_net(model, SHAPE, CLASSES)
    make.fill(net, 1, damped)
    images = make.make_images(SHAPE, 1, N)[0].float()
    state = net.state_dict()
    torch.save({"state_dict": {"module." + k: v for k, v in state.items()}, "epoch": 7}, "old.th",
               _use_new_zipfile_serialization=False)
    torch.save(state, "new.pt")
    make.write_safetensors("plain.safetensors", state)
    with torch.no_grad():
        expected = net.double().eval()(images.double()).numpy()
    for path in ("old.th", "new.pt", "plain.safetensors"):
        name = "%s from %s" % (model, path)
        try:
            found, logits = our_logits(path, model, images)
        except RuntimeError as error:
            report(False, name, str(error))
            continue
        off = np.abs(logits - expected).max()
        report(found == (taken_for or model) and off <= 1e-4, name,
               "taken for %s; logits off by %g, of %g" % (found, off, np.abs(expected).max()))


def write_data(folder):
    """300 training and 100 test images in CIFAR-10's binary format: the class is where the bright
    square is."""
    os.makedirs(folder)
    random = np.random.default_rng(1)
    for name, n in (("data_batch_1.bin", 60), ("data_batch_2.bin", 60), ("data_batch_3.bin", 60),
                    ("data_batch_4.bin", 60), ("data_batch_5.bin", 60), ("test_batch.bin", 100)):
        with open(os.path.join(folder, name), "wb") as out:
            for i in range(n):
                image = random.integers(0, 60, SHAPE)
                c = i % CLASSES
                image[:, c // 4 * 10:c // 4 * 10 + 10, c % 4 * 8:c % 4 * 8 + 8] += 150
                out.write(bytes([c]) + image.astype(np.uint8).tobytes())


def read_safetensors(path):
    """The format by hand: Debian has no python3-safetensors."""
    with open(path, "rb") as file:
        data = file.read()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    header.pop("__metadata__", None)
    state = {}
    for name, item in header.items():
        begin, end = item["data_offsets"]
        assert item["dtype"] == "F32"
        values = np.frombuffer(data[8 + length + begin:8 + length + end],
                               dtype="<f4").reshape(item["shape"])
        state[name] = torch.from_numpy(values.copy())
    return state


def come_back(model):
    run = "run-" + model.replace(":", "-").replace("=", "").replace(",", "-")
    subprocess.run([
        LOSSGRID, "train", "--model", model, "--data", "data", "--epochs", "2", "--batch", "20",
        "--lr", "0.02", "--mean", "0.5,0.5,0.5", "--std", "0.25,0.25,0.25", "--quiet", "--no-test",
        "--out", run
    ], check=True)
    ours = json.loads(
        subprocess.run([LOSSGRID, "eval", run, "--split", "test", "--json"], check=True,
                       capture_output=True).stdout)
    net = make.make_net(model, SHAPE, CLASSES)
    net.load_state_dict(read_safetensors(os.path.join(run, "epoch-002.safetensors")), strict=True)
    with open("data/test_batch.bin", "rb") as file:
        records = np.frombuffer(file.read(), dtype=np.uint8).reshape(-1, 1 + 3 * 32 * 32)
    images = (torch.from_numpy(records[:, 1:].astype(np.float64).reshape(-1, *SHAPE)) / 255 -
              0.5) / 0.25
    with torch.no_grad():
        theirs = torch.nn.functional.cross_entropy(net.double().eval()(images),
                                                   torch.from_numpy(records[:, 0].astype(np.int64)))
    off = abs(ours["loss"] / theirs.item() - 1)
    report(off <= 1e-5, "%s trained here, loaded by PyTorch with strict=True" % model,
           "loss %.9g; PyTorch has %.9g" % (ours["loss"], theirs.item()))


def our_statistics(model, weights):
    """All tensors after loss_net_recalibrate() on the 300 training images."""
    net, data = ctypes.c_void_p(), ctypes.c_void_p()
    must(lib.loss_net_create(ctypes.byref(net), model.encode(), Shape(*SHAPE, CLASSES)))
    try:
        must(lib.loss_net_load(net, weights.encode(), None))
        must(lib.loss_dataset_open(ctypes.byref(data), b"data", None))
        must(lib.loss_net_recalibrate(net, data, 0))
        must(lib.loss_net_save(net, b"recalibrated.safetensors"))
    finally:
        lib.loss_dataset_free(data)
        lib.loss_net_free(net)
    return read_safetensors("recalibrated.safetensors")


def recalibrate(model):
    """Against one forward pass in training mode, momentum 1, the whole set as one batch, in
    float64."""
    weights = os.path.join("run-" + model.replace(":", "-").replace("=", "").replace(",", "-"),
                           "epoch-002.safetensors")
    ours = our_statistics(model, weights)
    net = make.make_net(model, SHAPE, CLASSES)
    net.load_state_dict(read_safetensors(weights), strict=True)
    for module in net.modules():
        if isinstance(module, (torch.nn.BatchNorm1d, torch.nn.BatchNorm2d)):
            module.momentum = 1.0
    records = np.concatenate([
        np.fromfile("data/data_batch_%d.bin" % i, dtype=np.uint8) for i in range(1, 6)
    ]).reshape(-1, 3073)
    mean, std = np.array([125.3, 123.0, 113.9]).reshape(3, 1, 1), np.array([63.0, 62.1,
                                                                            66.7]).reshape(3, 1, 1)
    images = torch.from_numpy((records[:, 1:].reshape(-1, *SHAPE) - mean) / std)
    with torch.no_grad():
        net.double().train()(images)
    off = 0
    for name, value in net.state_dict().items():
        if "running" in name:
            off = max(off, ((ours[name].double() - value).abs() /
                            (value.abs() + value.abs().mean())).max().item())
    report(off <= 1e-4, "%s: statistics estimated again are PyTorch's in training mode" % model,
           "off by %g" % off)


if __name__ == "__main__":
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for case in THERE:
            go_there(*case)
        write_data("data")
        for case in BACK:
            come_back(case)
        for case in RECALIBRATED:
            recalibrate(case)
        os.chdir("/")
