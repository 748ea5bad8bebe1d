"""PyTorch's side of landscape.py: the loop over grid points that a practised user writes. Weights
are set in place, images are ready in memory in the layout and the batches that are fastest.

    landscape_peer.py MODEL WEIGHTS DIRECTIONS IMAGES THREADS

    setting                 the layout and the size of batches
    X Y                     seconds of that point, and its loss
"""
import json
import struct
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

import landscape
import peer


def read_tensors(path):
    """The numbers of a .safetensors, in the order of the file."""
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    entries = [(name, e) for name, e in header.items() if e.get("dtype") == "F32"]
    entries.sort(key=lambda entry: entry[1]["data_offsets"])
    return {
        name: torch.from_numpy(
            np.frombuffer(data[slice(*e["data_offsets"])], "<f4").reshape(e["shape"]).copy())
        for name, e in entries
    }


def read_images(path, layout):
    size = landscape.SIZE
    records = np.fromfile(path, np.uint8).reshape(-1, 1 + 3 * size * size)
    pixels = torch.from_numpy(records[:, 1:].reshape(-1, 3, size, size).astype(np.float32))
    images = (pixels / 255 - landscape.MEAN) / landscape.STD
    return (images.contiguous(memory_format=peer.LAYOUTS[layout]),
            torch.from_numpy(records[:, 0].astype(np.int64)))


class Loop:
    def __init__(self, model, weights, directions, images):
        best = peer.fastest(peer.eager, peer.LAYOUTS, model, peer.BATCHES)
        self.setting, self.batch = best[1], best[3]
        layout = self.setting.split(",")[0]
        self.net = peer.make_net(model).eval().to(memory_format=peer.LAYOUTS[layout])
        x, y = read_images(images, layout)
        self.batches, self.n = list(zip(x.split(self.batch), y.split(self.batch))), len(x)
        self.moved = self.load(read_tensors(weights), read_tensors(directions))
        self.loss(0, 0)  # once before those that are timed

    def load(self, weights, directions):
        """[(tensor of the network, its centre, two directions)] of those that move."""
        own = {n: t for n, t in self.net.state_dict().items() if t.is_floating_point()}
        if set(own) != set(weights):    # named otherwise: the same order
            own = dict(zip(weights, own.values(), strict=True))
        for name, tensor in weights.items():
            if own[name].shape != tensor.shape:
                raise ValueError("%s has another shape in PyTorch" % name)
            own[name].copy_(tensor)
        return [(own[name], own[name].clone(), *(torch.empty_like(own[name]).copy_(
            directions[axis + "/" + name]) for axis in "xy")) for name in weights
                if "x/" + name in directions]

    def loss(self, a, b):
        for tensor, centre, d1, d2 in self.moved:
            torch.add(centre, d1, alpha=a, out=tensor).add_(d2, alpha=b)
        return sum(
            F.cross_entropy(self.net(x), y, reduction="sum").item()
            for x, y in self.batches) / self.n

    def answer(self, words):
        if words == ["setting"]:
            return self.setting
        start = time.perf_counter()
        loss = self.loss(*map(float, words))
        return "%.6g %.9g" % (time.perf_counter() - start, loss)


@torch.inference_mode()
def main():
    model, weights, directions, images, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    try:
        loop = Loop(model, weights, directions, images)
    except Exception as error:  # a network that is not the same here
        print("?", repr(error).replace("\n", " ")[:200], flush=True)
        return
    for line in sys.stdin:
        print(loop.answer(line.split()), flush=True)


if __name__ == "__main__":
    main()
