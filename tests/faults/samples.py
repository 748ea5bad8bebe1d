#!/usr/bin/env python3
"""Small data sets and files of weights for tests/faults: samples.py FOLDER [--weights].

With --weights, model.safetensors in FOLDER is written again as PyTorch would write it (zip and old
format) and as npz; PyTorch itself is not needed.
"""
import gzip
import io
import json
import os
import pickle
import random
import struct
import sys
import tarfile
import types
import zipfile
import zlib

SIDE = 28


def image(n, size):
    generator = random.Random(n)
    return bytes(generator.randrange(256) for _ in range(size))


def write_idx(folder, compress):
    os.makedirs(folder)
    opener = gzip.open if compress else open
    for name, count in (("train", 60), ("t10k", 8)):
        ending = ".gz" if compress else ""
        with opener(f"{folder}/{name}-images-idx3-ubyte{ending}", "wb") as out:
            out.write(struct.pack(">IIII", 0x803, count, SIDE, SIDE))
            out.write(b"".join(image(i, SIDE * SIDE) for i in range(count)))
        with opener(f"{folder}/{name}-labels-idx1-ubyte{ending}", "wb") as out:
            out.write(struct.pack(">II", 0x801, count) + bytes(i % 10 for i in range(count)))


def png(pixels, side):
    def chunk(kind, body):
        return (struct.pack(">I", len(body)) + kind + body +
                struct.pack(">I", zlib.crc32(kind + body)))
    rows = b"".join(b"\0" + pixels[y * side:(y + 1) * side] for y in range(side))
    return (b"\x89PNG\r\n\x1a\n" +
            chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def write_png(folder):
    for split, count in (("train", 2), ("test", 1)):
        for label in range(10):
            os.makedirs(f"{folder}/{split}/{label}")
            for i in range(count):
                with open(f"{folder}/{split}/{label}/{i}.png", "wb") as out:
                    out.write(png(image(10 * i + label, SIDE * SIDE), SIDE))


def write_cifar(folder):
    os.makedirs(folder)
    for name in [f"data_batch_{i}.bin" for i in range(1, 6)] + ["test_batch.bin"]:
        with open(f"{folder}/{name}", "wb") as out:
            for i in range(4):
                out.write(bytes([i]) + image(i, 3072))
    with tarfile.open(folder + ".tar.gz", "w:gz") as archive:
        archive.add(folder, "cifar-10-batches-bin")


def read_safetensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        body = file.read()
    return {name: (entry["shape"], body[slice(*entry["data_offsets"])])
            for name, entry in header.items() if name != "__metadata__"}


def fake_torch():
    """The names that a pickle of tensors refers to."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")

    def _rebuild_tensor_v2(*arguments):
        raise RuntimeError("not to be called")
    _rebuild_tensor_v2.__module__ = "torch._utils"
    _rebuild_tensor_v2.__qualname__ = "_rebuild_tensor_v2"
    utils._rebuild_tensor_v2 = _rebuild_tensor_v2
    torch.FloatStorage = type("FloatStorage", (), {"__module__": "torch"})
    torch._utils = utils
    sys.modules.update({"torch": torch, "torch._utils": utils})
    return torch


class Tensor:
    def __init__(self, torch, key, shape, values):
        self.torch, self.key, self.shape, self.values = torch, key, shape, values

    def __reduce__(self):
        strides, step = [], 1
        for size in reversed(self.shape):
            strides.insert(0, step)
            step *= size
        return self.torch._utils._rebuild_tensor_v2, (Storage(self), 0, tuple(self.shape),
                                                      tuple(strides), False, {})


class Storage:
    def __init__(self, tensor):
        self.tensor = tensor


class Pickler(pickle.Pickler):
    def __init__(self, file, is_old):
        super().__init__(file, protocol=2)
        self.is_old = is_old

    def persistent_id(self, obj):
        if not isinstance(obj, Storage):
            return None
        tensor = obj.tensor
        place = ("storage", tensor.torch.FloatStorage, tensor.key, "cpu", len(tensor.values) // 4)
        return place + (None,) if self.is_old else place


def write_weights(folder):
    torch = fake_torch()
    tensors = {name: Tensor(torch, str(i), shape, values) for i, (name, (shape, values)) in
               enumerate(read_safetensors(f"{folder}/model.safetensors").items())}
    checkpoint = {"epoch": 1, "state_dict": tensors}
    text = io.BytesIO()
    Pickler(text, False).dump(checkpoint)
    with zipfile.ZipFile(f"{folder}/model.pth", "w") as archive:
        archive.writestr("archive/data.pkl", text.getvalue())
        for tensor in tensors.values():
            archive.writestr(f"archive/data/{tensor.key}", tensor.values)
        archive.writestr("archive/version", "3\n")
    with open(f"{folder}/old.pth", "wb") as out:
        pickle.dump(0x1950A86A20F9469CFC6C, out, protocol=2)
        pickle.dump(1001, out, protocol=2)
        pickle.dump({"protocol_version": 1001, "little_endian": True,
                     "type_sizes": {"short": 2, "int": 4, "long": 4}}, out, protocol=2)
        Pickler(out, True).dump(checkpoint)
        pickle.dump([tensor.key for tensor in tensors.values()], out, protocol=2)
        for tensor in tensors.values():
            out.write(struct.pack("<q", len(tensor.values) // 4) + tensor.values)
    with zipfile.ZipFile(f"{folder}/model.npz", "w") as archive:
        for name, tensor in tensors.items():
            header = repr({"descr": "<f4", "fortran_order": False, "shape": tuple(tensor.shape)})
            header = header.ljust(117) + "\n"
            archive.writestr(name + ".npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) +
                             header.encode() + tensor.values)


if __name__ == "__main__":
    if "--weights" in sys.argv:
        write_weights(sys.argv[1])
    else:
        write_idx(f"{sys.argv[1]}/idx", False)
        write_idx(f"{sys.argv[1]}/idxgz", True)
        write_png(f"{sys.argv[1]}/png")
        write_cifar(f"{sys.argv[1]}/cifar")
