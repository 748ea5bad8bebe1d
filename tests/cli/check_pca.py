"""Principal components, coordinates and residuals of a run, against numpy's SVD: check_pca.py RUN/
FILE.landscape [RUN_NAME]

FILE is a surface with --directions pca of that run alone, with its path; or, with RUN_NAME, any
surface with stored directions on which only the coordinates of that run are checked."""
import glob
import json
import sqlite3
import struct
import sys

import numpy as np


def read(path):
    """Trainable values of a checkpoint in the network's order, and which of them are of tensors
    with one dimension."""
    raw = open(path, "rb").read()
    size = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8:8 + size])
    header.pop("__metadata__", None)
    tensors = sorted((v["data_offsets"][0], name, v) for name, v in header.items())
    values, flat = [], []
    for begin, name, v in tensors:
        if "running_" in name or "num_batches" in name:
            continue
        array = np.frombuffer(raw[8 + size + begin:8 + size + v["data_offsets"][1]],
                              "<f4").astype(float)
        values.append(array)
        flat.append(np.full(array.size, len(v["shape"]) == 1))
    return np.concatenate(values), np.concatenate(flat)


run, landscape = sys.argv[1:3]
checkpoints = sorted(glob.glob(run + "/epoch-*.safetensors"))
assert len(checkpoints) >= 15, len(checkpoints)
rows = [read(path) for path in checkpoints]
flat = rows[0][1]
w = np.array([row[0] for row in rows])
d = w - w[-1]

db = sqlite3.connect(landscape)
meta = dict(db.execute("select key, value from metadata"))
stored = dict(db.execute("select axis, data from directions"))
x, y = (np.frombuffer(stored[axis], "<f4").astype(float) for axis in "xy")
name = sys.argv[3] if len(sys.argv) > 3 else None
path = np.array(db.execute("select x, y, residual, distance from path where run = ? order by epoch",
                           (name or run.rstrip("/").split("/")[-1],)).fetchall())
assert len(path) == len(checkpoints), len(path)

# least squares on the directions of the file, over all parameters
plane = np.stack([x, y], 1)
coordinates = np.linalg.lstsq(plane, d.T, rcond=None)[0].T
assert np.abs(path[:, :2] - coordinates).max() < 1e-4, np.abs(path[:, :2] - coordinates).max()
norms = np.linalg.norm(d, axis=1)
off = np.linalg.norm(d - coordinates @ plane.T, axis=1)
assert np.abs(path[:, 3] - norms).max() < 1e-4
assert np.abs(path[:-1, 2] - off[:-1] / norms[:-1]).max() < 1e-4
assert list(path[-1]) == [0, 0, 0, 0] or name

if not name:
    kept = d if meta["ignore"] == "none" else np.where(flat, 0, d)
    centred = kept - kept.mean(0)
    _, s, v = np.linalg.svd(centred, full_matrices=False)
    explained = s ** 2 / (s ** 2).sum()
    for k, key in enumerate(("explained_x", "explained_y")):
        assert abs(float(meta[key]) - explained[k]) < 1e-5, (key, meta[key], explained[k])
    # the sine of the largest angle between the two planes
    q, _ = np.linalg.qr(plane)
    angle = np.linalg.norm(q - v[:2].T @ (v[:2] @ q), 2)
    assert angle < 1e-4, angle
    for k, direction in enumerate((x, y)):
        assert abs(abs(direction @ v[k]) - 1) < 1e-6
    assert (path[0, :2] >= 0).all(), path[0]
    own = np.abs(kept @ v[:2].T)
    assert np.abs(np.abs(path[:, :2]) - own).max() < 1e-4
    # variance of all parameters that the plane holds
    c = d - d.mean(0)
    held = ((c @ q) ** 2).sum() / (c ** 2).sum()
    key = "path_held_" + run.rstrip("/").split("/")[-1]
    assert abs(float(meta[key]) - held) < 1e-5, (meta[key], held)
    print("angle %.2g, ratios within %.2g, coordinates within %.2g" %
          (angle,
           max(abs(float(meta[k]) - e) for k, e in zip(("explained_x", "explained_y"), explained)),
           np.abs(path[:, :2] - coordinates).max()))
