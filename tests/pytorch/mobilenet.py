#!/usr/bin/python3
"""examples/python/mobilenet.py, which docs/onnx.md shows: trains a little, exports, and lossgrid
gives the loss that it printed. Speaks TAP; skipped where python3-torch, python3-torchvision or
dataset-fashion-mnist is not installed.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

SRC = os.environ.get("SRC", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
BUILD = os.environ.get("BUILD", os.path.join(SRC, "build", "release"))
LOSSGRID = os.environ.get("LOSSGRID", os.path.join(BUILD, "lossgrid"))
DATA = "/usr/share/datasets/fashion-mnist"
try:
    import torch  # noqa: F401
    import torchvision  # noqa: F401
except ImportError:
    print(
        "ok - a network from outside # SKIP python3-torch or python3-torchvision is not installed")
    sys.exit(0)
if not os.path.isdir(DATA):
    print("ok - a network from outside # SKIP dataset-fashion-mnist is not installed")
    sys.exit(0)


def run(*command):
    """Standard output of a command; ends the test if it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          env={**os.environ, "OMP_NUM_THREADS": "2"})
    if done.returncode:
        print("not ok - %s\n# %s" % (" ".join(command), done.stderr.replace("\n", "\n# ")))
        sys.exit(0)
    return done.stdout


os.chdir(tempfile.mkdtemp())
text = run(sys.executable, os.path.join(SRC, "examples", "python", "mobilenet.py"), "--epochs", "1",
           "--limit", "192", "--test-limit", "100")
expected = float(re.search(r"test loss (\S+)", text).group(1))
found = json.loads(
    run(LOSSGRID, "eval", "--model", "mobilenet.onnx", "--data", "fashion-mnist", "--limit", "100",
        "--json"))["loss"]
ok = abs(found - expected) < 1e-4 * abs(expected)
print("%s - lossgrid gives the loss that PyTorch gave" % ("ok" if ok else "not ok"))
if not ok:
    print("# %r, expected %r" % (found, expected))
run(LOSSGRID, "surface", "--model", "mobilenet.onnx", "--data", "fashion-mnist", "--limit", "20",
    "--sample", "--x=-1:1:3", "--y=0:0:1", "--out", "mobilenet.landscape", "--quiet")
run(LOSSGRID, "plot", "mobilenet.landscape", "--log", "--out", "mobilenet.png")
print("ok - docs/onnx.md's landscape of it, smaller")
