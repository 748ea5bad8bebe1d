"""What loss.py gives against what lossgrid gives, and its errors. Prints TAP."""

import ast
import json
import os
import signal
import subprocess
import sys
import types

import numpy as np

import loss

LOSSGRID = sys.argv[1]
rng = np.random.default_rng(1)
x = rng.standard_normal((96, 3, 16, 16)).astype(np.float32)
y = np.arange(96) % 10


def check(name, right, found=""):
    print(f"{'ok' if right else 'not ok'} - {name}")
    if not right:
        print("#", found)


def fails(name, kind, words, function):
    try:
        found = f"no failure, but {function()!r}"
    except kind as e:
        found = str(e)
    check(name, words in found, found)


def lossgrid(*words):
    out = subprocess.run(
        [LOSSGRID, *words, "--json", "--quiet"], capture_output=True, text=True, check=True
    )
    return json.loads(out.stdout)


np.savez("data.npz", x=x, y=y)
data = loss.Dataset.arrays(x, y)
check("a data set of arrays", len(data) == 96 and data.shape == (3, 16, 16, 10), data.shape)
check("its images come back", np.array_equal(data.images(), x))
check("a file of the same", np.array_equal(loss.Dataset("data.npz").images(), x))

net = loss.Net("resnet20:width=0.25", data)
net.initialise(seed=3)
weight = net["conv1.weight"]
net["conv1.weight"] = 2 * weight
check("tensors are set and got", np.array_equal(net["conv1.weight"], 2 * weight))
net["conv1.weight"] = weight
net.save("w.safetensors")
other = loss.Net(net.model, data)
other.load("w.safetensors")
check("weights are saved and loaded", all(np.array_equal(net[n], other[n]) for n in net))

found = net.evaluate(data)
of_net = "--weights w.safetensors --data data.npz --split train --model".split() + [net.model]
theirs = lossgrid("eval", *of_net)
check("the loss is that of lossgrid eval", found.loss == theirs["loss"], (found, theirs))
z = net.logits(x).astype(float)
mean = np.mean(np.log(np.exp(z).sum(1)) - z[np.arange(96), y])
check("and that of the logits", abs(found.loss - mean) < 1e-6, (found.loss, mean))

plane = loss.Plane.random(net, seed=5)
same = loss.Plane.arrays(net, plane.x, plane.y)
check("a plane of arrays", np.array_equal(same.x, plane.x) and same.norms == plane.norms)
seen = []
surface = loss.Surface("py.landscape", net, plane, data, x=(-1, 1, 3), y=(-1, 1, 3))
surface.evaluate(progress=lambda *p: seen.append(p))
check("each point is told", [s[0] for s in seen] == list(range(1, 10)), seen)
lossgrid("surface", *of_net, *"--seed 5 --x=-1:1:3 --y=-1:1:3 --out c.landscape".split())
theirs = loss.Surface("c.landscape")
check(
    "the surface is lossgrid's, bit for bit",
    np.array_equal(surface.losses(), theirs.losses()),
    (surface.losses(), theirs.losses()),
)
check("the centre is the network's loss", surface.losses()[1, 1] == found.loss)
at = plane.move(net, surface.x[2], surface.y[0]).evaluate(data)
check(
    "a corner is that of the moved network",
    surface.losses()[0, 2] == at.loss,
    (surface.losses(), at),
)
check("what the file says", surface.metadata()["model"] == net.model, surface.metadata())
surface.export("py.csv")
rows = np.genfromtxt("py.csv", delimiter=",", names=True, encoding=None, dtype=None, comments="#")
check("exports are written", np.array_equal(rows["loss"], surface.losses().ravel()))

line = loss.Surface("line.landscape", net, plane, data, x=(-1, 1, 2001))


def interrupt(done, *_):
    if done >= 3:
        os.kill(os.getpid(), signal.SIGINT)


fails("Ctrl-C stops", KeyboardInterrupt, "", lambda: line.evaluate(progress=interrupt))
kept = int(line.points()["evaluated"].sum())
check("what is finished is kept", 3 <= kept < 2001, kept)
line.evaluate()
check("and gone on with", np.isfinite(line.losses()).all() and line.losses().shape == (1, 2001))
fails(
    "an exception of the caller",
    ZeroDivisionError,
    "division",
    lambda: loss.Surface("e.landscape", net, plane, data, x=(-1, 1, 9)).evaluate(
        progress=lambda *_: 1 / 0
    ),
)
fails(
    "a file that is not there",
    loss.Error,
    "nothing.landscape",
    lambda: loss.Surface("nothing.landscape"),
)
fails(
    "a network that is none",
    loss.Error,
    "the nearest is resnet20",
    lambda: loss.Net("resnt20", data),
)
fails(
    "a tensor of another shape",
    ValueError,
    "conv1.weight",
    lambda: net.__setitem__("conv1.weight", weight[:1]),
)
fails("labels below 0", ValueError, "label -1", lambda: loss.Dataset.arrays(x, y - 1))

# The notebook, cell by cell, on small data.
cells = json.load(open(os.path.join(os.path.dirname(loss.__file__), "landscape.ipynb")))["cells"]
display = types.ModuleType("IPython.display")
display.Image = lambda path, **_: open(path, "rb").read(8)
sys.modules.update({"IPython": types.ModuleType("IPython"), "IPython.display": display})
os.environ["PATH"] = os.path.dirname(LOSSGRID) + os.pathsep + os.environ["PATH"]
both = {
    f"{part}_{split}": a for split in ("train", "test") for part, a in (("x", x[:, :1]), ("y", y))
}
os.mkdir("notebook")
os.chdir("notebook")
np.savez("both.npz", **both)
names, shown = {}, []
try:
    for cell in cells:
        if cell["cell_type"] == "code":
            source = (
                "".join(cell["source"])
                .replace('"fashion-mnist"', '"both.npz"')
                .replace("15)", "3)")
            )
            *steps, last = ast.parse(source).body
            exec(compile(ast.Module(steps, []), "cell", "exec"), names)
            expression = isinstance(last, ast.Expr)
            shown.append(
                eval(compile(ast.unparse(last), "cell", "eval"), names) if expression else None
            )
    check("the notebook runs", shown[5].startswith(b"\x89PNG") and len(shown[6]) == 21, shown)
except Exception as e:
    check("the notebook runs", False, repr(e))
