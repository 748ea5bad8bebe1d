"""A module of PyTorch, exported to ONNX, against what libloss makes of the file: shared by
tests/pytorch/onnx_*.py.

Five numbers, each held to a bound: the largest difference of a logit from PyTorch's float64, of the
logits' range; the loss; the loss at ten points of a plane; a Hessian-vector product over all
parameters; the weights after five steps of SGD.
"""
import copy
import ctypes
import json
import os
import sys
import warnings

SRC = os.path.abspath(
    os.environ.get("SRC", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..",
                                       "..")))
BUILD = os.environ.get("BUILD", os.path.join(SRC, "build", "release"))
try:
    import numpy as np
    import torch
    import torch.nn.functional as F
except ImportError:
    print("ok - ONNX files agree with PyTorch # SKIP python3-torch is not installed")
    sys.exit(0)
warnings.filterwarnings("ignore")
torch.set_num_threads(int(os.environ.get("THREADS", "1")))

BOUNDS = {"logits": 1e-4, "loss": 1e-5, "plane": 1e-4, "product": 1e-3, "steps": 1e-4}
N_POINTS, N_STEPS, RATE = 10, 5, 0.01
IGNORE_NONE = 1


class Shape(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in ("channels", "height", "width", "classes")]


class Arrays(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_size_t), ("shape", Shape), ("n", ctypes.c_size_t)] + [
        (name, ctypes.c_void_p) for name in ("pixels", "values", "labels", "targets")]


class Result(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_size_t)] + [
        (name, ctypes.c_double) for name in ("loss", "error", "accuracy")
    ] + [("images", ctypes.c_size_t), ("seconds", ctypes.c_double)]


class CurvatureOptions(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_size_t), ("ignore", ctypes.c_size_t)]


class TrainOptions(ctypes.Structure):
    """The first fields; the library leaves the rest at their defaults."""
    _fields_ = [("struct_size", ctypes.c_size_t), ("epochs", ctypes.c_size_t),
                ("batch", ctypes.c_size_t)] + [
                    (name, ctypes.c_double) for name in ("lr", "momentum", "weight_decay")
                ] + [("nesterov", ctypes.c_bool), ("schedule", ctypes.c_int),
                     ("augment", ctypes.c_bool), ("seed", ctypes.c_uint64)]


class Info(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("n_dims", ctypes.c_size_t),
                ("dims", ctypes.POINTER(ctypes.c_size_t)), ("count", ctypes.c_size_t),
                ("kind", ctypes.c_int)]


lib = ctypes.CDLL(os.path.join(BUILD, "libloss.so"))
HANDLE, OUT = ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p)
lib.loss_last_message.restype = ctypes.c_char_p
lib.loss_net_create.argtypes = [OUT, ctypes.c_char_p, Shape]
lib.loss_net_load.argtypes = [HANDLE, ctypes.c_char_p, HANDLE]
lib.loss_net_set_loss.argtypes = [HANDLE, ctypes.c_char_p]
lib.loss_net_logits.argtypes = [HANDLE, ctypes.c_size_t, HANDLE, HANDLE]
lib.loss_net_evaluate.argtypes = [HANDLE, HANDLE, HANDLE, HANDLE]
lib.loss_net_n_tensors.argtypes = [HANDLE]
lib.loss_net_n_tensors.restype = ctypes.c_size_t
lib.loss_net_tensor.argtypes = [HANDLE, ctypes.c_size_t]
lib.loss_net_tensor.restype = ctypes.POINTER(Info)
lib.loss_dataset_create_arrays.argtypes = [OUT, HANDLE, HANDLE]
lib.loss_plane_create.argtypes = [OUT, HANDLE, HANDLE, HANDLE]
lib.loss_plane_move.argtypes = [HANDLE, HANDLE, ctypes.c_double, ctypes.c_double, HANDLE]
lib.loss_curvature_create.argtypes = [OUT, HANDLE, HANDLE, HANDLE]
lib.loss_curvature_hvp.argtypes = [HANDLE, HANDLE, HANDLE]
lib.loss_train.argtypes = [HANDLE, HANDLE, HANDLE, ctypes.c_char_p, HANDLE]
for kind in ("net", "dataset", "plane", "curvature"):
    getattr(lib, "loss_%s_free" % kind).argtypes = [HANDLE]
FIXED = (4, 5, 6)  # kinds of tensors that nothing moves: running statistics and constants


def must(status):
    if status:
        raise RuntimeError(lib.loss_last_message().decode())


def made(create, *arguments):
    handle = ctypes.c_void_p()
    must(create(ctypes.byref(handle), *arguments))
    return handle


# ---- Files ---------------------------------------------------------------------------------------


def export(module, images, path, opset=None, exporter="script", fixed=False):
    """One of the ways in which PyTorch writes ONNX; BatchNorm stays a layer, and the batch is of
    any size unless it is `fixed`."""
    if exporter == "dynamo":
        sizes = None if fixed else ({0: torch.export.Dim("n")},)
        torch.onnx.export(module, (images, ), path, dynamo=True, optimize=False,
                          dynamic_shapes=sizes, external_data=False,
                          **({"opset_version": opset} if opset else {}))
        return
    more = {"dynamo": False} if int(torch.__version__.split(".")[0]) > 1 else {}
    if not fixed:
        more["dynamic_axes"] = {"x": {0: "n"}, "y": {0: "n"}}
    torch.onnx.export(module, images, path, do_constant_folding=False,
                      training=torch.onnx.TrainingMode.PRESERVE, input_names=["x"],
                      output_names=["y"], opset_version=opset or 16, **more)


def read_safetensors(path):
    with open(path, "rb") as file:
        size = int.from_bytes(file.read(8), "little")
        entries, data = json.loads(file.read(size)), file.read()
    return {
        name: torch.from_numpy(
            np.frombuffer(data[e["data_offsets"][0]:e["data_offsets"][1]],
                          np.float32).reshape(e["shape"]).copy())
        for name, e in entries.items() if name != "__metadata__" and e["dtype"] == "F32"
    }


# ---- A module ------------------------------------------------------------------------------------


def fill(module, seed=1):
    """Weights and statistics that differ from layer to layer; no two tensors are the same, or
    exporters would share them."""
    g = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for _, p in module.named_parameters():
            p.add_(torch.randn(p.shape, generator=g) * (0.05 if p.dim() < 2 else 0.01))
        for name, b in module.named_buffers():
            if name.endswith("running_mean"):
                b.copy_(torch.randn(b.shape, generator=g) * 0.1)
            if name.endswith("running_var"):
                b.copy_(torch.rand(b.shape, generator=g) * 0.5 + 0.75)
    return module.eval()


def loss_of(loss, outputs, labels):
    return F.nll_loss(outputs, labels) if loss == "nll" else F.cross_entropy(outputs, labels)


class Case:
    """A module in evaluation mode, images and labels, and the network that libloss made of its
    export."""

    def __init__(self, module, images, n_classes, path, loss="cross-entropy"):
        self.module, self.images, self.loss = module, images, loss
        random = np.random.RandomState(3)
        self.labels = torch.from_numpy(random.randint(0, n_classes, len(images)))
        self.shape = Shape(*([1] * (4 - images.dim()) + list(images.shape[1:])), n_classes)
        self.path, self.random = path.encode(), random
        self.exact = [p.detach().double() for p in module.parameters()]

    def __enter__(self):
        self.net = made(lib.loss_net_create, self.path, self.shape)
        must(lib.loss_net_set_loss(self.net, self.loss.encode()))
        pixels = np.ascontiguousarray(self.images.numpy(), np.float32)
        labels = self.labels.numpy().astype(np.uint32)
        arrays = Arrays(ctypes.sizeof(Arrays), self.shape, len(pixels), None, pixels.ctypes.data,
                        labels.ctypes.data, None)
        self.data = made(lib.loss_dataset_create_arrays, ctypes.byref(arrays), None)
        self.pixels = pixels
        # Where each of libloss's parameters is among the module's; a tensor that the module does
        # not have stays.
        infos = [
            lib.loss_net_tensor(self.net, i).contents
            for i in range(lib.loss_net_n_tensors(self.net))
        ]
        names = {name: i for i, (name, _) in enumerate(self.module.named_parameters())}
        self.order = [(names.get(i.name.decode()), i.count) for i in infos if i.kind not in FIXED]
        return self

    def __exit__(self, *_):
        lib.loss_dataset_free(self.data)
        lib.loss_net_free(self.net)

    def loss_there(self):
        return loss_of(self.loss, self.module(self.images), self.labels)

    def direction(self, size):
        """Values for all of libloss's parameters, and the same for the module's."""
        flat = (self.random.standard_normal(sum(n
                                                for _, n in self.order)) * size).astype(np.float32)
        theirs, at = [torch.zeros_like(p) for p in self.exact], 0
        for k, n in self.order:
            if k is None:
                flat[at:at + n] = 0
            else:
                theirs[k] = torch.from_numpy(flat[at:at + n].astype(np.float64)).reshape(
                    theirs[k].shape)
            at += n
        return flat, theirs

    def to_double(self):
        self.module.double()
        self.images = self.images.double()

    def logits(self):
        ours = np.zeros((len(self.pixels), self.shape.classes), np.float32)
        must(
            lib.loss_net_logits(self.net, len(self.pixels), self.pixels.ctypes.data,
                                ours.ctypes.data))
        with torch.no_grad():
            theirs = self.module(self.images).numpy()
        return np.abs(ours - theirs).max() / (theirs.max() - theirs.min())

    def loss_here(self, net):
        result = Result(ctypes.sizeof(Result))
        must(lib.loss_net_evaluate(net, self.data, None, ctypes.byref(result)))
        return result.loss

    def value(self):
        with torch.no_grad():
            theirs = self.loss_there().item()
        return abs(self.loss_here(self.net) - theirs) / max(1, abs(theirs))

    def plane(self):
        (x, x_there), (y, y_there) = self.direction(0.02), self.direction(0.02)
        plane = made(lib.loss_plane_create, self.net, x.ctypes.data, y.ctypes.data)
        moved, most = made(lib.loss_net_create, self.path, self.shape), 0
        must(lib.loss_net_set_loss(moved, self.loss.encode()))
        for a, b in self.random.uniform(-1, 1, (N_POINTS, 2)):
            must(lib.loss_plane_move(plane, self.net, a, b, moved))
            with torch.no_grad():
                for p, w, u, v in zip(self.module.parameters(), self.exact, x_there, y_there):
                    p.copy_(w + a * u + b * v)
                theirs = self.loss_there().item()
            most = max(most, abs(self.loss_here(moved) - theirs) / max(1, abs(theirs)))
        self.restore()
        lib.loss_plane_free(plane)
        lib.loss_net_free(moved)
        return most

    def restore(self):
        with torch.no_grad():
            for p, w in zip(self.module.parameters(), self.exact):
                p.copy_(w)

    def product(self):
        v, v_there = self.direction(1)
        ours = np.zeros_like(v)
        options = CurvatureOptions(ctypes.sizeof(CurvatureOptions), IGNORE_NONE)
        curvature = made(lib.loss_curvature_create, self.net, self.data, ctypes.byref(options))
        must(lib.loss_curvature_hvp(curvature, v.ctypes.data, ours.ctypes.data))
        lib.loss_curvature_free(curvature)
        parameters = list(self.module.parameters())
        slopes = torch.autograd.grad(self.loss_there(), parameters, create_graph=True,
                                     allow_unused=True)
        along = sum((s * u).sum() for s, u in zip(slopes, v_there) if s is not None)
        try:
            theirs = torch.autograd.grad(along, parameters, allow_unused=True)
        except RuntimeError as error:
            if "is not implemented" not in str(error):
                raise
            print("# no Hessian-vector product there: %s" % str(error).split("\n")[0])
            return None
        off, size, at = 0, 0, 0
        for k, n in self.order:
            if k is not None:
                exact = np.zeros(n) if theirs[k] is None else theirs[k].flatten().numpy()
                off += ((ours[at:at + n] - exact) ** 2).sum()
                size += (exact ** 2).sum()
            at += n
        return (off / size) ** 0.5 if size else off ** 0.5

    def steps(self, rate):
        """One batch an epoch, from the weights that libloss began with."""
        options = TrainOptions(ctypes.sizeof(TrainOptions), N_STEPS, len(self.pixels), rate, 0, 0,
                               False, 0, False, 1)
        folder = self.path.decode() + ".run"
        must(lib.loss_train(self.net, self.data, None, folder.encode(), ctypes.byref(options)))
        before, after = (read_safetensors("%s/epoch-%03d.safetensors" % (folder, k))
                         for k in (0, N_STEPS))
        before = {n: v for n, v in before.items() if n in self.module.state_dict()}
        off = far_from(after, self.trained(before, rate, torch.float64))
        if off <= BOUNDS["steps"]:
            return off
        # Rounding can put a ReLU on its other side: then no nearer than PyTorch's own floats come.
        own = far_from(self.trained(before, rate, torch.float32),
                       self.trained(before, rate, torch.float64))
        print("# after %d steps %.1e, and PyTorch's floats %.1e" % (N_STEPS, off, own))
        return BOUNDS["steps"] if off <= 3 * own else off

    def trained(self, before, rate, dtype):
        """The module's parameters after some steps from these tensors."""
        module = copy.deepcopy(self.module).to(dtype).train()
        state = module.state_dict()
        with torch.no_grad():
            for name, values in before.items():
                state[name].copy_(values)
        optimizer = torch.optim.SGD(module.parameters(), lr=rate)
        for _ in range(N_STEPS):
            optimizer.zero_grad()
            loss_of(self.loss, module(self.images.to(dtype)), self.labels).backward()
            optimizer.step()
        return {name: p.detach() for name, p in module.named_parameters() if name in before}


def far_from(ours, theirs):
    """Of all values together, as a share of their size."""
    off = sum(((ours[name].double() - p.double()) ** 2).sum().item() for name, p in theirs.items())
    return (off / sum((p.double() ** 2).sum().item() for p in theirs.values())) ** 0.5


def compare(name, module, images, n_classes, loss="cross-entropy", rate=RATE, **how):
    """Says whether the file agrees, in all of BOUNDS."""
    path = "%s.onnx" % name.replace(" ", "_")
    found, wrong = {}, []
    try:
        export(module, images[:2], path, **how)
        with Case(module, images, n_classes, path, loss) as case:
            case.to_double()
            for what, of in (("logits", case.logits), ("loss", case.value), ("plane", case.plane),
                             ("product", case.product), ("steps", lambda: case.steps(rate))):
                off = of()
                if off is not None:
                    found[what] = off
                    if not off <= BOUNDS[what]:
                        wrong.append(what)
    except Exception as error:  # noqa: BLE001  (it is reported, and the next is tried)
        if type(error).__name__ == "UnsupportedOperatorError":
            print("ok - %s # SKIP PyTorch %s does not export it" % (name, torch.__version__),
                  flush=True)
            return
        wrong.append("%s: %s" % (type(error).__name__, str(error).replace("\n", " ")[:300]))
    print("%s - %s" % ("not ok" if wrong else "ok", name))
    print(
        "# " + ", ".join("%s %.1e" % item
                         for item in found.items()) + ("; " + ", ".join(wrong) if wrong else ""),
        flush=True)
