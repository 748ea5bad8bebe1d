"""libloss from Python: networks, data sets, planes and landscapes, with numpy arrays.

One file, nothing to build: it calls the shared library by ctypes. Copy it beside your script.

    import loss
    data = loss.Dataset("fashion-mnist", split="test", limit=500)
    net = loss.Net("lenet5", data)
    net.load("run/epoch-003.safetensors")
    plane = loss.Plane.random(net, seed=0)
    surface = loss.Surface("lenet5.landscape", net, plane, data, x=(-1, 1, 25), y=(-1, 1, 25))
    surface.evaluate(progress=loss.print_progress)
    surface.losses()                                # an array, [y][x]

The library is found by the system's loader; the environment variable LIBLOSS names another file.
Failures of the library are raised as loss.Error. Ctrl-C stops a computation, keeps what is
finished, and is raised as KeyboardInterrupt.
"""

import ctypes
import os
import sys
from collections import namedtuple
from ctypes import (
    POINTER,
    byref,
    c_bool,
    c_char_p,
    c_double,
    c_float,
    c_int,
    c_size_t,
    c_uint64,
    c_void_p,
)

import numpy as np

SPLITS = ("train", "test")
NORMS = ("filter", "layer", "weight", "none")
IGNORED = ("biasbn", "none")
BATCHNORM = ("weights", "states", "recalibrate")

Result = namedtuple("Result", "loss standard_error accuracy images seconds")
Point = namedtuple("Point", "x y loss standard_error accuracy")


class Error(Exception):
    """A failure of the library: what was found and what was expected."""

    def __init__(self, status):
        self.status = _lib.loss_status_name(status).decode()
        super().__init__(_lib.loss_last_message().decode(errors="replace"))


# ---- What the headers declare. Structures of options may be longer in later versions of the
# library: their first member says how long ours is.


class _Shape(ctypes.Structure):
    _fields_ = [
        ("channels", c_size_t),
        ("height", c_size_t),
        ("width", c_size_t),
        ("classes", c_size_t),
    ]


class _Axis(ctypes.Structure):
    _fields_ = [("min", c_double), ("max", c_double), ("n", c_size_t)]


class _Options(ctypes.Structure):
    """Begins with struct_size, which is set here."""

    def __init__(self, **values):
        super().__init__(struct_size=ctypes.sizeof(type(self)), **values)


class _DatasetOptions(_Options):
    _fields_ = [
        ("struct_size", c_size_t),
        ("split", c_int),
        ("limit", c_size_t),
        ("sample", c_bool),
        ("sample_seed", c_uint64),
        ("has_normalisation", c_bool),
        ("mean", c_float * 3),
        ("std", c_float * 3),
        ("max_bytes", c_size_t),
        ("resize", c_size_t),
        ("crop", c_size_t),
        ("cache", c_size_t),
    ]


class _Arrays(_Options):
    _fields_ = [
        ("struct_size", c_size_t),
        ("shape", _Shape),
        ("n", c_size_t),
        ("pixels", c_void_p),
        ("values", c_void_p),
        ("labels", c_void_p),
        ("targets", c_void_p),
    ]


class _Tensor(ctypes.Structure):
    _fields_ = [
        ("name", c_char_p),
        ("n_dims", c_size_t),
        ("dims", POINTER(c_size_t)),
        ("count", c_size_t),
        ("kind", c_int),
    ]


class _LoadOptions(_Options):
    _fields_ = [
        ("struct_size", c_size_t),
        ("by_order", c_bool),
        ("key", c_char_p),
        ("report", c_void_p),
    ]


_Cancelled = ctypes.CFUNCTYPE(c_bool, c_void_p)


class _EvaluateOptions(_Options):
    _fields_ = [
        ("struct_size", c_size_t),
        ("threads", c_size_t),
        ("cancelled", c_void_p),
        ("user", c_void_p),
    ]


class _Result(_Options):
    _fields_ = [
        ("struct_size", c_size_t),
        ("loss", c_double),
        ("standard_error", c_double),
        ("accuracy", c_double),
        ("images", c_size_t),
        ("seconds", c_double),
    ]


class _RandomOptions(_Options):
    _fields_ = [("struct_size", c_size_t), ("norm", c_int), ("ignore", c_int), ("seed", c_uint64)]


class _Point(ctypes.Structure):
    _fields_ = [
        ("evaluated", c_bool),
        ("loss", c_double),
        ("standard_error", c_double),
        ("accuracy", c_double),
        ("seconds", c_double),
    ]


class _Progress(ctypes.Structure):
    _fields_ = [
        ("done", c_size_t),
        ("total", c_size_t),
        ("done_before", c_size_t),
        ("seconds", c_double),
        ("seconds_left", c_double),
        ("images_per_second", c_double),
        ("x", c_double),
        ("y", c_double),
        ("split", c_int),
        ("point", _Point),
    ]


_Report = ctypes.CFUNCTYPE(None, POINTER(_Progress), c_void_p)


class _SurfaceOptions(_Options):
    _fields_ = [
        ("struct_size", c_size_t),
        ("x", _Axis),
        ("y", _Axis),
        ("second", c_void_p),
        ("threads", c_size_t),
        ("progress", _Report),
        ("cancelled", _Cancelled),
        ("user", c_void_p),
        ("bn_data", c_void_p),
        ("repeat", c_size_t),
        ("bn", c_int),
    ]


def _load():
    name = os.environ.get("LIBLOSS", "libloss.so.0")
    try:
        lib = ctypes.CDLL(name)
    except OSError as e:
        raise ImportError(
            f"{e}: install libloss, or let the environment variable LIBLOSS name its file"
        ) from e
    for function, result, *arguments in (
        ("loss_status_name", c_char_p, c_int),
        ("loss_last_message", c_char_p),
        ("loss_version", c_char_p),
        ("loss_isa", c_char_p),
        ("loss_dataset_shape", _Shape, c_void_p),
        ("loss_dataset_count", c_size_t, c_void_p),
        ("loss_dataset_free", None, c_void_p),
        ("loss_dataset_images", c_int, c_void_p, c_size_t, c_size_t, c_void_p),
        ("loss_net_create", c_int, c_void_p, c_char_p, _Shape),
        ("loss_net_free", None, c_void_p),
        ("loss_net_model", c_char_p, c_void_p),
        ("loss_net_shape", _Shape, c_void_p),
        ("loss_net_n_tensors", c_size_t, c_void_p),
        ("loss_net_n_parameters", c_size_t, c_void_p),
        ("loss_net_tensor", POINTER(_Tensor), c_void_p, c_size_t),
        ("loss_net_get", None, c_void_p, c_size_t, c_void_p),
        ("loss_net_set", None, c_void_p, c_size_t, c_void_p),
        ("loss_net_initialise", None, c_void_p, c_uint64),
        ("loss_net_set_loss", c_int, c_void_p, c_char_p),
        ("loss_plane_free", None, c_void_p),
        ("loss_plane_direction", POINTER(c_float), c_void_p, c_int),
        ("loss_plane_norm", c_double, c_void_p, c_int),
        ("loss_plane_cosine", c_double, c_void_p),
        ("loss_plane_description", c_char_p, c_void_p),
        ("loss_plane_move", c_int, c_void_p, c_void_p, c_double, c_double, c_void_p),
        ("loss_surface_close", None, c_void_p),
        ("loss_surface_x", _Axis, c_void_p),
        ("loss_surface_y", _Axis, c_void_p),
        ("loss_surface_has_split", c_bool, c_void_p, c_int),
        ("loss_surface_split", c_int, c_void_p, c_int),
        ("loss_surface_metadata", c_char_p, c_void_p, c_char_p),
        ("loss_surface_metadata_key", c_char_p, c_void_p, c_size_t),
    ):
        getattr(lib, function).restype = result
        getattr(lib, function).argtypes = arguments
    return lib


_lib = _load()


def _call(name, *arguments):
    status = getattr(_lib, name)(*arguments)
    if status:
        raise Error(status)


def _path(path):
    return os.fsencode(path)


def version():
    """The library's version and the kernel set that it uses."""
    return _lib.loss_version().decode(), _lib.loss_isa().decode()


class _Handle:
    """Owns what the library made."""

    _free = None

    def __init__(self):
        self.handle = c_void_p()

    def close(self):
        if self.handle:
            getattr(_lib, self._free)(self.handle)
            self.handle = c_void_p()

    def __del__(self):
        self.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Dataset(_Handle):
    """Labelled images: a path as `lossgrid --data` takes it, or arrays (Dataset.arrays)."""

    _free = "loss_dataset_free"

    def __init__(self, path, split="train", limit=0, sample_seed=None):
        super().__init__()
        if path is not None:
            options = _DatasetOptions(
                split=SPLITS.index(split),
                limit=limit,
                sample=sample_seed is not None,
                sample_seed=sample_seed or 0,
            )
            _call("loss_dataset_open", byref(self.handle), _path(path), byref(options))

    @classmethod
    def arrays(cls, x, y, classes=0):
        """x [n][channels][height][width], y [n] labels or [n][outputs] targets. Values of x are
        what the network takes: they are not normalised."""
        x = np.ascontiguousarray(x, np.float32)
        y = np.asarray(y)
        if x.ndim != 4 or len(x) != len(y):
            raise ValueError(
                f"x is {x.shape} and y {y.shape}; expected [n][channels][height][width] and [n]..."
            )
        labels = y.ndim == 1 and np.issubdtype(y.dtype, np.integer)
        if labels and len(y) and y.min() < 0:
            raise ValueError(f"label {y.min()}; expected 0 or more")
        y = np.ascontiguousarray(y, np.uint32 if labels else np.float32)
        outputs = (classes or int(y.max()) + 1) if labels else int(np.prod(y.shape[1:]))
        a = _Arrays(shape=_Shape(*x.shape[1:], outputs), n=len(x), values=x.ctypes.data)
        setattr(a, "labels" if labels else "targets", y.ctypes.data)
        data = cls(None)
        _call("loss_dataset_create_arrays", byref(data.handle), byref(a), None)
        return data

    @property
    def shape(self):
        """(channels, height, width, classes)"""
        s = _lib.loss_dataset_shape(self.handle)
        return s.channels, s.height, s.width, s.classes

    def __len__(self):
        return _lib.loss_dataset_count(self.handle)

    def images(self):
        """All images as the network takes them, [n][channels][height][width]."""
        out = np.empty((len(self), *self.shape[:3]), np.float32)
        _call("loss_dataset_images", self.handle, c_size_t(0), c_size_t(len(self)), out.ctypes.data)
        return out


class Net(_Handle):
    """A network: a name such as "resnet20:width=0.5", FILE.net or FILE.onnx. Its tensors are items,
    as in a state_dict: net["fc.weight"] is a copy, net["fc.weight"] = array sets it."""

    _free = "loss_net_free"

    def __init__(self, model, data):
        """data: a Dataset, or (channels, height, width, classes)"""
        super().__init__()
        shape = data.shape if isinstance(data, Dataset) else data
        self.model = os.fspath(model)
        _call("loss_net_create", byref(self.handle), self.model.encode(), _Shape(*shape))
        n = _lib.loss_net_n_tensors(self.handle)
        tensors = (_lib.loss_net_tensor(self.handle, i).contents for i in range(n))
        self._tensors = {
            t.name.decode(): (i, tuple(t.dims[: t.n_dims])) for i, t in enumerate(tensors)
        }

    def load(self, path, key=None):
        options = _LoadOptions(key=key.encode() if key else None)
        _call("loss_net_load", self.handle, _path(path), byref(options))

    def save(self, path):
        _call("loss_net_save", self.handle, _path(path))

    def initialise(self, seed=0):
        """He's initialisation."""
        _lib.loss_net_initialise(self.handle, seed)

    def set_loss(self, loss):
        """As `lossgrid --loss` takes it, such as "mse:onehot=1"."""
        _call("loss_net_set_loss", self.handle, loss.encode())

    def __getitem__(self, name):
        i, shape = self._tensors[name]
        out = np.empty(shape, np.float32)
        _lib.loss_net_get(self.handle, i, out.ctypes.data)
        return out

    def __setitem__(self, name, values):
        i, shape = self._tensors[name]
        values = np.ascontiguousarray(values, np.float32)
        if values.shape != shape:
            raise ValueError(f"{name} is {shape}, not {values.shape}")
        _lib.loss_net_set(self.handle, i, values.ctypes.data)

    def __iter__(self):
        return iter(self._tensors)

    def __len__(self):
        return len(self._tensors)

    @property
    def n_parameters(self):
        return _lib.loss_net_n_parameters(self.handle)

    def logits(self, images):
        """Outputs for images [n][channels][height][width], as the network takes them."""
        s = _lib.loss_net_shape(self.handle)
        images = np.ascontiguousarray(images, np.float32)
        if images.shape[1:] != (s.channels, s.height, s.width):
            raise ValueError(
                f"images are {images.shape[1:]}; "
                f"the network takes {(s.channels, s.height, s.width)}"
            )
        out = np.empty((len(images), s.classes), np.float32)
        _call(
            "loss_net_logits",
            self.handle,
            c_size_t(len(images)),
            c_void_p(images.ctypes.data),
            c_void_p(out.ctypes.data),
        )
        return out

    def evaluate(self, data, threads=0):
        """Mean loss over the images, with its standard error, and accuracy in percent."""
        r = _Result()
        options = _EvaluateOptions(threads=threads)
        _call("loss_net_evaluate", self.handle, data.handle, byref(options), byref(r))
        return Result(r.loss, r.standard_error, r.accuracy, r.images, r.seconds)


class Plane(_Handle):
    """Two directions through a network's weights. x and y are their values, tensors in the
    network's order without running statistics; y is None for a line."""

    _free = "loss_plane_free"

    def __init__(self, net):
        super().__init__()
        self._n = net.n_parameters

    @classmethod
    def random(cls, net, seed=0, norm="filter", ignore="biasbn"):
        plane = cls(net)
        options = _RandomOptions(norm=NORMS.index(norm), ignore=IGNORED.index(ignore), seed=seed)
        _call("loss_plane_random", byref(plane.handle), net.handle, byref(options))
        return plane

    @classmethod
    def pca(cls, net, paths):
        """The two principal components of checkpoints (files of weights)."""
        plane = cls(net)
        paths = [_path(p) for p in paths]
        _call(
            "loss_plane_pca",
            byref(plane.handle),
            net.handle,
            (c_char_p * len(paths))(*paths),
            c_size_t(len(paths)),
            None,
        )
        return plane

    @classmethod
    def arrays(cls, net, x, y=None):
        """Directions of your own, [n_parameters] each."""
        plane = cls(net)
        x, y = (None if d is None else np.ascontiguousarray(d, np.float32) for d in (x, y))
        for d in (x, y):
            if d is not None and d.shape != (plane._n,):
                raise ValueError(f"a direction is {d.shape}, not {(plane._n,)}")
        _call(
            "loss_plane_create",
            byref(plane.handle),
            net.handle,
            c_void_p(x.ctypes.data),
            None if y is None else c_void_p(y.ctypes.data),
        )
        return plane

    @classmethod
    def load(cls, net, path):
        plane = cls(net)
        _call("loss_plane_load", byref(plane.handle), net.handle, _path(path))
        return plane

    def save(self, net, path):
        _call("loss_plane_save", self.handle, net.handle, _path(path))

    def _direction(self, axis):
        values = _lib.loss_plane_direction(self.handle, axis)
        return np.ctypeslib.as_array(values, (self._n,)).copy() if values else None

    @property
    def x(self):
        return self._direction(0)

    @property
    def y(self):
        return self._direction(1)

    @property
    def norms(self):
        return _lib.loss_plane_norm(self.handle, 0), _lib.loss_plane_norm(self.handle, 1)

    @property
    def cosine(self):
        return _lib.loss_plane_cosine(self.handle)

    def __str__(self):
        return _lib.loss_plane_description(self.handle).decode()

    def move(self, net, a, b):
        """A network at w + a x + b y."""
        moved = Net(net.model, _shape_of(net))
        _call("loss_plane_move", self.handle, net.handle, c_double(a), c_double(b), moved.handle)
        return moved


def _shape_of(net):
    s = _lib.loss_net_shape(net.handle)
    return s.channels, s.height, s.width, s.classes


def print_progress(done, total, seconds_left, point):
    """For Surface.evaluate: a line on standard error."""
    print(
        f"\r{done} of {total} points, {seconds_left:.0f} s left ",
        end="" if done < total else "\n",
        file=sys.stderr,
        flush=True,
    )


class Surface(_Handle):
    """The loss on a grid, in a .landscape file. With a network, a plane and data it is made, or
    gone on with; with a path alone it is read. x, y: (min, max, n); a line has no y."""

    _free = "loss_surface_close"

    def __init__(
        self,
        path,
        net=None,
        plane=None,
        data=None,
        x=(-1, 1, 25),
        y=None,
        threads=0,
        bn="weights",
        bn_data=None,
    ):
        super().__init__()
        self._report, self._interrupted = None, False
        if net is None:
            _call("loss_surface_read", byref(self.handle), _path(path))
            return
        # What the library borrows must live as long as the handle: callbacks too.
        self._borrowed = (
            net,
            plane,
            data,
            bn_data,
            _Report(self._progress),
            _Cancelled(self._cancelled),
        )
        options = _SurfaceOptions(
            x=_Axis(*x),
            y=_Axis(*(y or (0, 0, 1))),
            threads=threads,
            progress=self._borrowed[4],
            cancelled=self._borrowed[5],
            bn=BATCHNORM.index(bn),
            bn_data=bn_data.handle if bn_data else None,
        )
        _call(
            "loss_surface_open",
            byref(self.handle),
            _path(path),
            net.handle,
            plane.handle,
            data.handle,
            byref(options),
        )

    # An exception cannot pass through the library: it is kept, stops the work, and is raised then.
    def _progress(self, progress, _):
        try:
            p = progress.contents
            if self._report:
                at = Point(p.x, p.y, p.point.loss, p.point.standard_error, p.point.accuracy)
                self._report(p.done, p.total, p.seconds_left, at)
        except BaseException as e:
            self._interrupted = e

    def _cancelled(self, _):
        return self._interrupted is not False

    def evaluate(self, progress=None):
        """Evaluates what the file lacks. progress(done, total, seconds_left, point) is called after
        each point; what it raises stops the work. Finished points are in the file in any case."""
        self._report, self._interrupted = progress, False
        status = _lib.loss_surface_evaluate(self.handle)
        if self._interrupted is not False:
            raise self._interrupted
        if status:
            raise Error(status)

    def _axis(self, axis):
        return np.linspace(axis.min, axis.max, axis.n)

    @property
    def x(self):
        return self._axis(_lib.loss_surface_x(self.handle))

    @property
    def y(self):
        return self._axis(_lib.loss_surface_y(self.handle))

    def points(self, split="test"):
        """All points as a structured array, [y][x]: evaluated, loss, standard_error, accuracy,
        seconds. Of a file that has only the other split, that one."""
        shape = (_lib.loss_surface_y(self.handle).n, _lib.loss_surface_x(self.handle).n)
        out = (_Point * (shape[0] * shape[1]))()
        which = _lib.loss_surface_split(self.handle, SPLITS.index(split))
        _call("loss_surface_points", self.handle, which, out)
        return np.frombuffer(out, np.dtype(_Point)).reshape(shape).copy()

    def _values(self, field, split):
        p = self.points(split)
        return np.where(p["evaluated"], p[field], np.nan)

    def losses(self, split="test"):
        """[y][x], nats per image; NaN where a point has not been evaluated."""
        return self._values("loss", split)

    def accuracies(self, split="test"):
        """[y][x], percent."""
        return self._values("accuracy", split)

    def standard_errors(self, split="test"):
        """[y][x], of the losses."""
        return self._values("standard_error", split)

    def metadata(self):
        """What the file says of itself, as texts."""
        out, i = {}, 0
        while key := _lib.loss_surface_metadata_key(self.handle, i):
            out[key.decode()] = _lib.loss_surface_metadata(self.handle, key).decode(
                errors="replace"
            )
            i += 1
        return out

    def export(self, path):
        """In the format of the ending: .ply, .vti, .vtp, .obj, .stl, .csv, .npz."""
        _call("loss_surface_export", self.handle, _path(path), None)
