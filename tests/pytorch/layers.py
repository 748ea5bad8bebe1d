#!/usr/bin/python3
"""Networks of tests/layers/ computed by PyTorch in double: the logits of libloss must agree. Speaks
TAP; skipped where python3-torch is not installed. Networks with layers that this script does not
know are left out, and named.
"""
import ctypes
import glob
import os
import sys

SRC = os.environ.get("SRC", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
BUILD = os.environ.get("BUILD", os.path.join(SRC, "build", "release"))
try:
    import numpy as np
    import torch
    import torch.nn.functional as F
except ImportError:
    print("ok - layers agree with PyTorch # SKIP python3-torch is not installed")
    sys.exit(0)

SHAPE, N_CLASSES, N_IMAGES, BOUND = (3, 7, 6), 3, 5, 1e-5
ENOUGH = 8  # networks that must be known, so that the test cannot pass by leaving all out


# ---- Windows -------------------------------------------------------------------------------------


class Window:
    """Kernel, stride, dilation and padding of each side."""

    def __init__(self, keys, sides, stride=None):
        def of(name, standard):
            values = keys.get(name, [standard])
            return [int(v) for v in (values * sides if len(values) == 1 else values)]
        self.sides = sides
        self.kernel = of("kernel", 1)
        self.stride = of("stride", 1) if stride is None or "stride" in keys else self.kernel
        self.dilation = of("dilation", 1)
        padding = of("padding", 0)
        self.before = padding[:sides]
        self.after = padding[sides:] if len(padding) == 2 * sides else self.before

    def pads(self):
        """As F.pad() has them: the last side first."""
        return [p for s in reversed(range(self.sides)) for p in (self.before[s], self.after[s])]


def convolve(x, keys, p):
    w = Window(keys, x.dim() - 2)
    conv = F.conv1d if w.sides == 1 else F.conv2d
    return conv(F.pad(x, w.pads()), p["weight"], p.get("bias"), w.stride, 0, w.dilation,
                int(keys.get("groups", [1])[0]))


def convolve_transposed(x, keys, p):
    w = Window(keys, x.dim() - 2)
    conv = F.conv_transpose1d if w.sides == 1 else F.conv_transpose2d
    extra = [int(v) for v in keys.get("output_padding", [0])]
    extra = extra * w.sides if len(extra) == 1 else extra
    y = conv(x, p["weight"], p.get("bias"), w.stride, 0, extra, int(keys.get("groups", [1])[0]),
             w.dilation)
    for s in range(w.sides):
        y = y.narrow(2 + s, w.before[s], y.shape[2 + s] - w.before[s] - w.after[s])
    return y


def taps(size, w, s, ceil, o_only=False):
    """Of each output along a side: its inputs, and the pixels it counts with padding."""
    reach, padded = w.dilation[s] * (w.kernel[s] - 1) + 1, size + w.before[s] + w.after[s]
    n = (padded - reach + (w.stride[s] - 1 if ceil else 0)) // w.stride[s] + 1
    if ceil and (n - 1) * w.stride[s] >= size + w.before[s]:
        n -= 1
    for o in range(n):
        at = [o * w.stride[s] + t * w.dilation[s] - w.before[s] for t in range(w.kernel[s])]
        yield [i for i in at if 0 <= i < size], sum(i < size + w.after[s] for i in at)


def pool(x, keys, is_max):
    row = x.dim() == 3
    w, ceil, counts = Window(keys,
                             x.dim() - 2,
                             True), keys.get("ceil", [0])[0] == 1, keys.get("count_padding",
                                                                            [1])[0] == 1
    if w.before == w.after and (is_max or max(w.dilation) == 1):  # what PyTorch has
        if is_max:
            return (F.max_pool1d if row else F.max_pool2d)(x, w.kernel, w.stride, w.before,
                                                           w.dilation, ceil)
        return (F.avg_pool1d if row else F.avg_pool2d)(x, w.kernel, w.stride, w.before, ceil,
                                                       counts)
    maps = x.unsqueeze(2) if row else x
    rows = [([0], 1)] if row else list(taps(maps.shape[2], w, 0, ceil))
    lines = []
    for r, n_r in rows:
        line = []
        for c, n_c in taps(maps.shape[3], w, w.sides - 1, ceil):
            part = maps[:, :, r][:, :, :, c]
            line.append(
                part.amax((2, 3)) if is_max else part.sum((2, 3)) /
                (n_r * n_c if counts else len(r) * len(c)))
        lines.append(torch.stack(line, 2))
    y = torch.stack(lines, 2)
    return y.squeeze(2) if row else y


def pool_parts(x, keys, is_max):
    size = [int(v) for v in keys.get("size", [1])]
    size = size * (x.dim() - 2) if len(size) == 1 else size
    if x.dim() == 3:
        return (F.adaptive_max_pool1d if is_max else F.adaptive_avg_pool1d)(x, size[0])
    return (F.adaptive_max_pool2d if is_max else F.adaptive_avg_pool2d)(x, size)


# ---- Normalising ---------------------------------------------------------------------------------


def number(keys, name, standard):
    return float(keys.get(name, [standard])[0])


def batchnorm(x, keys, p):
    return F.batch_norm(x, p["running_mean"], p["running_var"], p.get("weight"), p.get("bias"),
                        False, 0, number(keys, "eps", 1e-5))


def layernorm(x, keys, p):
    return F.layer_norm(x, x.shape[x.dim() - int(number(keys, "dims", 1)):], p.get("weight"),
                        p.get("bias"), number(keys, "eps", 1e-5))


def rmsnorm(x, keys, p):
    over = tuple(range(x.dim() - int(number(keys, "dims", 1)), x.dim()))
    y = x / torch.sqrt((x * x).mean(over, keepdim=True) + number(keys, "eps", 1e-6))
    return y * p["weight"] if "weight" in p else y


LAYERS = {
    "conv": lambda x, k, p: convolve(x[0], k, p),
    "transposed_conv": lambda x, k, p: convolve_transposed(x[0], k, p),
    "linear": lambda x, k, p: F.linear(x[0].flatten(1), p["weight"], p["bias"]),
    "relu": lambda x, k, p: F.relu(x[0]), "flatten": lambda x, k, p: x[0].flatten(1),
    "add": lambda x, k, p: sum(x), "concat": lambda x, k, p: torch.cat(x, 1),
    "max_pool": lambda x, k, p: pool(x[0], k, True),
    "average_pool": lambda x, k, p: pool(x[0], k, False),
    "adaptive_max_pool": lambda x, k, p: pool_parts(x[0], k, True),
    "adaptive_average_pool": lambda x, k, p: pool_parts(x[0], k, False),
    "global_max_pool": lambda x, k, p: pool_parts(x[0], k, True),
    "global_average_pool": lambda x, k, p: pool_parts(x[0], k, False),
    "batchnorm": lambda x, k, p: batchnorm(x[0], k, p), "groupnorm": lambda x, k, p: F.group_norm(
        x[0], int(number(k, "groups", 1)), p.get("weight"), p.get("bias"), number(k, "eps", 1e-5)),
    "instancenorm": lambda x, k, p: F.instance_norm(x[0], None, None, p.get("weight"), p.get(
        "bias"), eps=number(k, "eps", 1e-5)), "layernorm": lambda x, k, p: layernorm(x[0], k, p),
    "rmsnorm": lambda x, k, p: rmsnorm(x[0], k, p),
    "local_response_norm": lambda x, k, p: F.local_response_norm(x[0], int(number(
        k, "size", 1)), number(k, "alpha", 1e-4), number(k, "beta", 0.75), number(k, "k", 1)),
    "parameter": lambda x, k, p: p[""].expand(N_IMAGES, *p[""].shape),
}


# ---- The format ----------------------------------------------------------------------------------


class Unknown(Exception):
    pass


def read(path):
    """Lines as (name, kind, inputs, keys)."""
    for line in open(path, encoding="utf-8"):
        words = line.split("#")[0].replace(
            " = ", "=", 1).split() if " = " in line.split("#")[0] else line.split("#")[0].split()
        if not words:
            continue
        name, kind = words[0].split("=", 1) if "=" in words[0] else (None, words[0])
        if kind not in LAYERS:
            raise Unknown(kind)
        keys = {w.split("=")[0]: w.split("=")[1] for w in words[1:] if "=" in w}
        keys = {
            k: [float(N_CLASSES if v == "classes" else v) for v in text.split(",")]
            for k, text in keys.items()
        }
        yield name, kind, [w for w in words[1:] if "=" not in w], keys


def compute(path, images, tensors):
    values, last = {"input": images}, images
    for name, kind, inputs, keys in read(path):
        own = {"": tensors[name]} if name in tensors else {
            key[len(name) + 1:]: value
            for key, value in tensors.items() if name and key.startswith(name + ".")
        }
        if kind in ("add", "concat") and len(inputs) == 1:
            x = [last, values[inputs[0]]]
        else:
            x = [values[i] for i in inputs] or [last]
        last = LAYERS[kind](x, keys, own)
        if name:
            values[name] = last
    return last


# ---- libloss -------------------------------------------------------------------------------------


class Shape(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in ("channels", "height", "width", "classes")]


class Info(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("n_dims", ctypes.c_size_t),
                ("dims", ctypes.POINTER(ctypes.c_size_t)), ("count", ctypes.c_size_t),
                ("kind", ctypes.c_int)]


lib = ctypes.CDLL(os.path.join(BUILD, "libloss.so"))
lib.loss_net_tensor.restype = ctypes.POINTER(Info)
lib.loss_net_n_tensors.restype = ctypes.c_size_t
lib.loss_last_message.restype = ctypes.c_char_p


def pointer(array):
    return array.ctypes.data_as(ctypes.c_void_p)


def evaluate(path, images, random):
    """Logits of libloss, and the tensors that it had."""
    net, tensors = ctypes.c_void_p(), {}
    if lib.loss_net_create(ctypes.byref(net), path.encode(), Shape(*SHAPE, N_CLASSES)):
        raise RuntimeError(lib.loss_last_message().decode())
    for i in range(lib.loss_net_n_tensors(net)):
        info = lib.loss_net_tensor(net, ctypes.c_size_t(i)).contents
        values = random.uniform(-0.6, 0.6, info.count).astype(np.float32)
        if info.kind == 5:  # running variances
            values = np.abs(values) + np.float32(0.2)
        lib.loss_net_set(net, ctypes.c_size_t(i), pointer(values))
        tensors[info.name.decode()] = torch.from_numpy(
            values.astype(np.float64).reshape([info.dims[d] for d in range(info.n_dims)]))
    logits = np.zeros((N_IMAGES, N_CLASSES), np.float32)
    if lib.loss_net_logits(net, ctypes.c_size_t(N_IMAGES), pointer(images), pointer(logits)):
        raise RuntimeError(lib.loss_last_message().decode())
    lib.loss_net_free(net)
    return logits, tensors


def main():
    random, n_known = np.random.RandomState(1), 0
    images = random.uniform(-1, 1, (N_IMAGES, *SHAPE)).astype(np.float32)
    for path in sorted(glob.glob(os.path.join(SRC, "tests", "layers", "*.net"))):
        name = os.path.basename(path)
        try:
            logits, tensors = evaluate(path, images, random)
            expected = compute(path, torch.from_numpy(images.astype(np.float64)), tensors).numpy()
        except Unknown as kind:
            print(f"# {name}: {kind} is not known here")
            continue
        n_known += 1
        error = np.abs(logits - expected).max() / np.abs(expected).max()
        print(f"# {name}: {error:.1e} of the largest logit")
        print(f"{'ok' if error < BOUND else 'not ok'} - {name} agrees with PyTorch")
    print(f"{'ok' if n_known >= ENOUGH else 'not ok'} - {n_known} networks are known here")


main()
