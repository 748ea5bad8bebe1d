#!/usr/bin/python3
"""examples/python/fx_to_net.py: FILE.net by torch.fx and FILE.onnx by PyTorch's exporter are the
same network. Speaks TAP; skipped where python3-torch or python3-torchvision is not installed.

Logits of both have the same bits, with the weights of one state_dict, and are PyTorch's float64
within 1e-4 of their range. What the script does not know it refuses by name.
"""
import ctypes
import os
import subprocess
import sys
import tempfile

SRC = os.environ.get("SRC", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
BUILD = os.environ.get("BUILD", os.path.join(SRC, "build", "release"))
SCRIPT = os.path.join(SRC, "examples", "python", "fx_to_net.py")
try:
    import numpy as np
    import torch
    import torchvision
except ImportError:
    print("ok - FILE.net by torch.fx # SKIP python3-torch or python3-torchvision is not installed")
    sys.exit(0)
sys.dont_write_bytecode = True  # beside the script
sys.path.insert(0, os.path.dirname(SCRIPT))
import fx_to_net  # noqa: E402

F, nn = torch.nn.functional, torch.nn
torch.set_num_threads(1)
SHAPE, CLASSES, N = (3, 32, 32), 10, 3


class Functional(nn.Module):
    """What networks that people write themselves have in forward()."""

    def __init__(self):
        super().__init__()
        self.conv1, self.norm = nn.Conv2d(3, 6, 3, padding=1), nn.BatchNorm2d(6, eps=1e-3)
        self.conv2 = nn.Conv2d(6, 6, (3, 1), padding=(1, 0), groups=2, bias=False)
        self.conv3, self.fc = nn.Conv2d(12, 8, 3, stride=2, dilation=2), nn.Linear(8, CLASSES)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        x = self.relu(self.norm(self.conv1(x)))
        y = F.relu(self.conv2(x)) + x
        x = torch.cat([F.max_pool2d(x, 2), F.avg_pool2d(y, 2)], dim=1)
        x = self.relu(self.conv3(F.relu6(x)))
        x = F.dropout(x.mean([2, 3]), 0.2, self.training)
        return self.fc(x.view(x.size(0), -1))


def vgg():
    model = torchvision.models.vgg11_bn(num_classes=CLASSES)
    model.avgpool, model.classifier = nn.AdaptiveAvgPool2d((1, 1)), nn.Linear(512, CLASSES)
    return model


class Sliced(nn.Module):
    def forward(self, x):
        return x.flatten(1)[:, :CLASSES]


class Shared(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3072, 3072)

    def forward(self, x):
        return self.fc(self.fc(torch.flatten(x, 1)))


class Numbers(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3072, CLASSES)

    def forward(self, x):
        return 2 * self.fc(torch.flatten(x, 1))


MODELS = {
    "resnet18": lambda: torchvision.models.resnet18(num_classes=CLASSES),
    "mobilenet_v2": lambda: torchvision.models.mobilenet_v2(num_classes=CLASSES, width_mult=0.35),
    "vgg11_bn": vgg,
    "densenet": lambda: torchvision.models.DenseNet(4, (2, 2), 8, num_classes=CLASSES),
    "squeezenet": lambda: torchvision.models.squeezenet1_1(num_classes=CLASSES),
    "functional": Functional,
}
REFUSED = {"getitem": Sliced, "called twice": Shared, "mul": Numbers}


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


def our_logits(path, weights, images):
    net, logits = ctypes.c_void_p(), np.zeros((len(images), CLASSES), dtype=np.float32)
    pixels = np.ascontiguousarray(images.numpy())
    must(lib.loss_net_create(ctypes.byref(net), path.encode(), Shape(*SHAPE, CLASSES)))
    try:
        must(lib.loss_net_load(net, weights.encode(), None))
        must(lib.loss_net_logits(net, len(images), pixels.ctypes.data, logits.ctypes.data))
    finally:
        lib.loss_net_free(net)
    return logits


def report(ok, name, why=""):
    print("%s - %s" % ("ok" if ok else "not ok", name))
    if not ok:
        print("# " + str(why).replace("\n", "\n# "))


def fill(model):
    """Statistics and biases away from 0 and 1, where mistakes hide."""
    for name, value in model.state_dict().items():
        if name.endswith("running_mean") or name.endswith("bias"):
            value.uniform_(-0.2, 0.2)
        elif name.endswith("running_var"):
            value.uniform_(0.5, 1.5)


def compare(name, make):
    torch.manual_seed(1)
    model, images = make(), torch.randn(N, *SHAPE)
    fill(model)
    model.eval()
    torch.save(model.state_dict(), name + ".pth")
    fx_to_net.write(model, SHAPE, name + ".net")
    torch.onnx.export(model, images[:1], name + ".onnx", training=torch.onnx.TrainingMode.PRESERVE,
                      do_constant_folding=False, input_names=["x"], output_names=["y"],
                      dynamic_axes={"x": {0: "n"}, "y": {0: "n"}})
    by_fx = our_logits(name + ".net", name + ".pth", images)
    by_onnx = our_logits(name + ".onnx", name + ".pth", images)
    with torch.no_grad():
        expected = model.double()(images.double()).numpy()
    off = np.abs(by_fx - expected).max() / np.ptp(expected)
    report(by_fx.tobytes() == by_onnx.tobytes(),
           name + ": FILE.net and FILE.onnx have the same bits",
           np.abs(by_fx - by_onnx).max())
    report(off < 1e-4, name + ": PyTorch's logits", off)


os.chdir(tempfile.mkdtemp())
for name, make in MODELS.items():
    try:
        compare(name, make)
    except (RuntimeError, SystemExit) as error:
        report(False, name, error)
for text, make in REFUSED.items():
    try:
        fx_to_net.write(make(), SHAPE, "refused.net")
        report(False, "refused: " + text, "it was written")
    except SystemExit as error:
        report(text in str(error), "refused: " + text, error)
command = [
    sys.executable, SCRIPT, "torchvision.models:squeezenet1_1", "num_classes=10", "--out", "a.net",
    "--weights", "a.pth"
]
done = subprocess.run(command, capture_output=True, text=True)
report(
    done.returncode == 0 and our_logits("a.net", "a.pth", torch.zeros(1, *SHAPE)).shape == (1, 10),
    "the script by itself", done.stderr)
