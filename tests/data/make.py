#!/usr/bin/python3
"""Makes the small files of weights in tests/data/weights, which tests/unit/test_arrays.c reads and
tests/fuzz begins with.

    /usr/bin/python3 tests/data/make.py          (Debian: python3-torch)

All hold the same tensors where their format can: see expected() in test_arrays.c.
"""
import argparse
import collections
import json
import os
import struct
import zipfile

import numpy as np
import torch
import torch.nn.utils.prune

WEIGHTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "weights")


def make_tensors():
    base = torch.arange(6, dtype=torch.float32).reshape(2, 3) * 1.25
    shared = torch.arange(8, dtype=torch.float32)
    return {
        "plain": base,
        "transposed": base.t(),                    # strides 1, 3 on the same storage
        "every.second": shared[1::2],              # offset 1, stride 2
        "broadcast": shared[3:4].expand(4),        # stride 0
        "double": torch.tensor([0.1, -2.5], dtype=torch.float64),
        "half": torch.tensor([1.5, -65504.0, 6e-8, float("inf")], dtype=torch.float16),
        "bfloat": torch.tensor([3.140625, -1e30], dtype=torch.bfloat16),
        "counter": torch.tensor(7),
        "mask": torch.tensor([True, False]),
        "empty": torch.zeros(0, 3),
    }


def save(name, value, old=False):
    torch.save(value, os.path.join(WEIGHTS, name), _use_new_zipfile_serialization=not old)


def save_safetensors(name, tensors):
    header, blobs, at = {"__metadata__": {"format": "pt"}}, [], 0
    types = {
        torch.float32: "F32", torch.float64: "F64", torch.float16: "F16", torch.bfloat16: "BF16",
        torch.int64: "I64", torch.bool: "BOOL"
    }
    for key, tensor in tensors.items():
        whole = tensor.contiguous()
        blob = (whole.view(torch.int16)
                if whole.dtype == torch.bfloat16 else whole).numpy().tobytes()
        header[key] = {
            "dtype": types[tensor.dtype], "shape": list(tensor.shape),
            "data_offsets": [at, at + len(blob)]
        }
        blobs.append(blob)
        at += len(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    with open(os.path.join(WEIGHTS, name), "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def deflate(source, target):
    """The same archive with its members deflated, as a zip program would make it."""
    with zipfile.ZipFile(os.path.join(WEIGHTS, source)) as old, \
            zipfile.ZipFile(os.path.join(WEIGHTS, target), "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name), old.read(name), zipfile.ZIP_DEFLATED)


class Command:
    """A pickle of this calls os.system when Python loads it."""

    def __reduce__(self):
        return os.system, ("touch /tmp/owned",)


class Scheduler:
    """An object of a class that no reader knows, as programs save beside their weights."""

    def __init__(self):
        self.steps, self.last = [1, 2], torch.zeros(3)


def make_strangers():
    """Checkpoints as other people's programs write them."""
    torch.manual_seed(1)
    net = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    tensors = net.state_dict()
    # PyTorch's ImageNet example: a tensor stands beside the weights.
    save("best.pt",
         {"epoch": 3, "arch": "x", "best_acc1": torch.tensor(71.5), "state_dict": tensors})
    beside = {"args": argparse.Namespace(lr=0.1, size=torch.Size([3]), device=torch.device("cpu"),
                                         dtype=torch.float16),
              "seen": {3, 5}, "counts": collections.Counter("aab"),
              "losses": collections.defaultdict(list, train=[0.5]), "score": np.float64(0.5),
              "history": np.zeros(2), "scheduler": Scheduler(), "raw": b"bytes"}
    save("beside.pt", dict(beside, network=tensors))
    save("beside-old.pt", dict(beside, network=tensors), old=True)
    ema = {name: 2 * tensor for name, tensor in tensors.items()}
    save("ema.pt", {"model": {"module": tensors}, "ema": ema})
    save("backbone.pt", {"backbone." + name: tensor for name, tensor in tensors.items()}
         | {"criterion.weight": torch.zeros(4), "n_averaged": torch.tensor(3)})
    pruned = torch.nn.Linear(3, 2)
    torch.nn.utils.prune.l1_unstructured(pruned, "weight", 0.5)
    normed = torch.nn.utils.weight_norm(torch.nn.Linear(3, 2))
    both = {"pruned." + name: tensor for name, tensor in pruned.state_dict().items()}
    both |= {"normed." + name: tensor for name, tensor in normed.state_dict().items()}
    save("computed.pt", both)
    save_safetensors("computed.safetensors", {"pruned.weight": pruned.weight.detach(),
                                              "normed.weight": normed.weight.detach()})
    save("sparse.pt", {"0.weight": torch.ones(2, 3), "1.weight": torch.eye(3).to_sparse()})
    torch.jit.script(net).save(os.path.join(WEIGHTS, "script.pt"))
    np.savez(os.path.join(WEIGHTS, "slashes.npz"), **{"params/fc/kernel": np.zeros((2, 3), "f4")})


if __name__ == "__main__":
    os.makedirs(WEIGHTS, exist_ok=True)
    tensors = make_tensors()
    checkpoint = {
        "epoch": 3, "best": 91.5, "name": "small", "history": [1, (2.5, None)],
        "state_dict": tensors
    }
    save("zip.pt", checkpoint)
    save("old.pt", checkpoint, old=True)
    deflate("zip.pt", "deflated.pt")
    net = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    save("module.pt", torch.nn.DataParallel(net).state_dict())  # an OrderedDict with _metadata
    save("module-old.pt", torch.nn.DataParallel(net).state_dict(), old=True)
    save("parameters.pt", {"model": dict(net.named_parameters())})      # Parameters, not tensors
    save("whole.pt", net)                                               # a module
    save("whole-old.pt", net, old=True)
    save("system.pt", {"state_dict": Command()})
    save("system-old.pt", {"state_dict": Command()}, old=True)
    save("nothing.pt", {"epoch": 3, "args": {"lr": 0.1}})
    save_safetensors("all.safetensors", tensors)
    arrays = {k: v.numpy() for k, v in tensors.items() if v.dtype != torch.bfloat16}
    arrays["transposed"] = np.asfortranarray(arrays["transposed"])
    np.savez(os.path.join(WEIGHTS, "stored.npz"), **arrays)
    np.savez_compressed(os.path.join(WEIGHTS, "deflated.npz"), **arrays)
    np.savez(os.path.join(WEIGHTS, "objects.npz"), objects=np.array([{}, None], dtype=object))
    np.savez(os.path.join(WEIGHTS, "big-endian.npz"), big=np.arange(3, dtype=">f4"))
    make_strangers()
