#!/usr/bin/env python3
"""Fails each allocation, or each call to the system, of lossgrid and lossview in turn and looks at
what comes of it.

A command with one failure inside must end in one of two ways: with the right result (the same
standard output and files as without a failure) and exit code 0; or with exit code 1 and a message
that says what failed. Never with half a result, a signal, or a damaged file that was there before.

    tests/faults/faults.py memory|files [--most N] [--only WORD] [--verbose]

--most N tries at most N failures of a command, spread over all (0: every one; the default is 0 with
`make faults`, and small in tests/faults/sampled.sh, which is part of `make check`). Speaks TAP: one
case for each command.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

LOSSGRID, LOSSVIEW = os.environ["LOSSGRID"], os.environ.get("LOSSVIEW", "")
PRELOAD = os.path.join(os.environ["BUILD"], "tests", "faults", "faults.so")

# Name, command, files that it writes. Each runs in a copy of a folder with the files of prepare().
COMMANDS = [
    ("info of safetensors", "info model.safetensors --json", []),
    ("info of a PyTorch file", "info model.pth", []),
    ("info of an old PyTorch file", "info old.pth", []), ("info of npz", "info model.npz", []),
    ("info of a run", "info run --json", []),
    ("info of a landscape", "info a.landscape --json", []),
    ("info of a landscape, in words", "info a.landscape", []), ("info of IDX", "info idx", []),
    ("info of packed IDX", "info idxgz", []), ("info of an ONNX file", "info net.onnx --json", []),
    ("info of PNG images", "info png", []), ("info of CIFAR-10", "info cifar", []),
    ("info of a packed CIFAR-10", "info cifar.tar.gz", []),
    ("eval", "eval run --json --threads 1", []),
    ("eval of weights", "eval --model lenet5 --weights model.pth --data idx --threads 1", []),
    ("train", "train --model lenet5 --data idx --epochs 1 --limit 20 --threads 1 --out new",
     ["new"]),
    ("train, going on",
     "train --model lenet5 --data idx --epochs 2 --limit 20 --threads 1 --out half", ["half"]),
    ("surface",
     "surface run --x=-1:1:2 --y=-1:1:2 --limit 8 --threads 1 --json --out new.landscape",
     ["new.landscape"]),
    ("surface, going on",
     "surface run --x=-1:1:3 --y=-1:1:3 --limit 8 --threads 1 --out part.landscape",
     ["part.landscape"]),
    ("surface, estimated",
     "surface run --split train --estimate 0.9 --x=-1:1:5 --y=-1:1:5 --threads 1 --json "
     "--out new.landscape",
     ["new.landscape"]),
    ("path", "path --run run a.landscape --json", ["a.landscape"]),
    ("curvature", "curvature run --limit 4 --top 1 --smallest 0 --steps 4 --threads 1 --json", []),
    ("export of meshes", "export a.landscape --out n.ply --out n.obj --out n.stl --out n.vtp",
     ["n.ply", "n.obj", "n.stl", "n.vtp"]),
    ("export of a page and of glTF", "export a.landscape --out n.html --out n.glb",
     ["n.html", "n.glb"]),
    ("export of tables",
     "export a.landscape --out n.csv --out n.npz --out n.vti --out n.json --critical c.vtp",
     ["n.csv", "n.npz", "n.vti", "n.json", "c.vtp"]),
    ("export of directions", "export a.landscape --directions n.safetensors --json",
     ["n.safetensors"]),
    ("export as HDF5", "export a.landscape --out n.h5", ["n.h5"]),
    ("export of directions as HDF5", "export a.landscape --directions n.h5", ["n.h5"]),
    ("import of a table", "import a.csv --out new.landscape --json", ["new.landscape"]),
    ("import of arrays", "import a.npz --out new.landscape --json", ["new.landscape"]),
    ("import of a VTK mesh", "import a.vtp --out new.landscape", ["new.landscape"]),
    ("import of HDF5", "import a.h5 --out new.landscape --json", ["new.landscape"]),
    ("plot as PNG", "plot a.landscape --log --size 300x260 --out n.png", ["n.png"]),
    ("plot as SVG", "plot a.landscape --out n.svg", ["n.svg"]),
    ("convert", "convert model.pth n.safetensors", ["n.safetensors"]),
    ("convert to text", "convert net.onnx n.net --weights-out n.safetensors",
     ["n.net", "n.safetensors"]),
    ("lossview, a picture of a landscape", "lossview a.landscape --screenshot=n.png --size=300x200",
     ["n.png"]),
    ("lossview, a picture for print", "lossview a.landscape --screenshot=n.svg --size=300x200",
     ["n.svg"]),
    ("lossview, a picture of a mesh", "lossview a.ply --screenshot=n.png --size=300x200", ["n.png"
                                                                                           ]),
    ("lossview, a picture of a table", "lossview a.csv --screenshot=n.png --size=300x200",
     ["n.png"]),
]


def run(command, folder, **env):
    full = dict(os.environ, **env)
    words = command.split()
    # As it draws, cairo writes past its own stack, jumps into a function that has returned, or
    # loses what limits a picture, without a word.
    if words[0] in ("lossview", "plot"):
        full["FAULT_ALONE"] = "libcairo"
    words = [LOSSVIEW, *words[1:]] if words[0] == "lossview" else [LOSSGRID, *words]
    return subprocess.run(words, cwd=folder, env=full, capture_output=True,
                          stdin=subprocess.DEVNULL, timeout=120)


def draws(command, sample):
    """Whether lossview is there and can draw without a window."""
    try:
        return run(command.replace("n.png", "first.png"), sample).returncode == 0
    except OSError:
        return False


def prepare(folder):
    """Small files of every kind that lossgrid reads."""
    subprocess.run([sys.executable, os.path.join(os.path.dirname(__file__), "samples.py"), folder],
                   check=True)
    onnx = os.path.join(os.path.dirname(__file__), "..", "fuzz", "corpus", "onnx")
    shutil.copy(os.path.join(onnx, "torch-2-script.onnx"), os.path.join(folder, "net.onnx"))
    train = "train --model lenet5 --data idx --epochs 1 --limit 20 --threads 1 --out run"
    for command in (train,
                    "surface run --x=-1:1:3 --y=-1:1:3 --limit 8 --threads 1 --out a.landscape",
                    "surface run --x=-1:1:3 --y=-1:1:3 --limit 8 --threads 1 --out part.landscape",
                    train.replace("out run", "out half"),
                    "export a.landscape --out a.ply --out a.csv --out a.npz --out a.vtp",
                    "convert run/epoch-001.safetensors model.safetensors"):
        result = run(command, folder)
        if result.returncode:
            sys.exit(f"{command}: {result.stderr.decode()}")
    run("export a.landscape --out a.h5", folder)  # where there is a libhdf5
    # An unfinished run and surface.
    path = os.path.join(folder, "half", "run.json")
    with open(path) as file:
        text = file.read()
    with open(path, "w") as file:
        file.write(re.sub(r'"epochs":\s*1', '"epochs": 2', text))
    subprocess.run(["sqlite3", os.path.join(folder, "part.landscape"),
                    "delete from points where ix = 2"], check=True)
    subprocess.run([sys.executable, os.path.join(os.path.dirname(__file__), "samples.py"), folder,
                    "--weights"], check=True)


def plain(output):
    """Standard output without what differs from run to run: times, the file's id, the folder."""
    text = output.decode(errors="replace")
    text = re.sub(r'"(created|seconds|images_per_second|rate|started|finished)":\s*[^,}\s]*',
                  r'"\1":0', text)
    text = re.sub(r'"id":\s*"[0-9a-f]*"', '"id":""', text)
    text = re.sub(r'("command":\s*")cd \S+ && ', r'\1', text)
    text = re.sub(r'("(data|weights|network_file|imported_from)":\s*")[^"]*/', r'\1', text)
    return re.sub(r"\d+(\.\d+)? (s|ms|min|images/s)\b", "0 \\2", text)


def contents(folder, path):
    """What a file or folder holds, without times: points of a landscape, bytes of all else."""
    full = os.path.join(folder, path)
    if os.path.isdir(full):
        return {name: contents(full, name) for name in sorted(os.listdir(full))
                if name not in ("log.csv", "run.json") and not name.startswith(".")}
    if not os.path.exists(full):
        return None
    if path.endswith(".landscape"):
        query = "select split, ix, iy, loss, accuracy from points order by 1, 2, 3"
        return subprocess.run(["sqlite3", full, query], capture_output=True, text=True).stdout
    with open(full, "rb") as file:
        return file.read()


def one_failure(number, kind, command, files, sample, right, expected):
    """None if failure NUMBER ended well, else what went wrong."""
    folder = tempfile.mkdtemp(prefix="fault-")
    try:
        os.rmdir(folder)
        shutil.copytree(sample, folder, symlinks=True)
        try:
            result = run(command, folder, LD_PRELOAD=PRELOAD, FAULT_KIND=kind, FAULT_AT=str(number))
        except subprocess.TimeoutExpired:
            return "did not end"
        message = result.stderr.decode(errors="replace").strip().split("\n")[-1]
        if result.returncode < 0:
            return f"ended by signal {-result.returncode}"
        if result.returncode == 0:
            if plain(result.stdout) != right:
                return "exit code 0 with another output"
            for path in files:
                if contents(folder, path) != expected[path]:
                    return f"exit code 0 with another {path}"
            return None
        if result.returncode != 1:
            return f"exit code {result.returncode}: {message}"
        if not message:
            return "exit code 1 without a message"
        if kind == "memory" and "memory" not in message:
            return f"blames something else: {message}"
        if not files:
            return None
        # The same command again ends as if nothing had happened.
        again = run(command, folder)
        if again.returncode:
            return f"cannot be repeated: {again.stderr.decode(errors='replace').strip()}"
        for path in files:
            if contents(folder, path) != expected[path]:
                return f"repeated, it gives another {path}"
        return None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def check(name, command, files, kind, most, sample, verbose):
    folder = tempfile.mkdtemp(prefix="fault-")
    os.rmdir(folder)
    shutil.copytree(sample, folder, symlinks=True)
    count = os.path.join(sample, "count")
    result = run(command, folder, LD_PRELOAD=PRELOAD, FAULT_KIND=kind, FAULT_AT="0",
                 FAULT_COUNT=count)
    if result.returncode:
        print(f"# {result.stderr.decode()}\nnot ok - {name}: fails without a failure")
        return 0, 1
    right, expected = plain(result.stdout), {path: contents(folder, path) for path in files}
    shutil.rmtree(folder)
    calls = int(open(count).read())
    numbers = list(range(1, calls + 1))
    if most and calls > most:
        numbers = sorted({1 + i * (calls - 1) // (most - 1) for i in range(most)})
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        found = list(pool.map(lambda n: one_failure(n, kind, command, files, sample, right,
                                                    expected), numbers))
    wrong = [(number, what) for number, what in zip(numbers, found) if what]
    for number, what in wrong if verbose else wrong[:5]:
        print(f"# failure {number} of {calls}: {what}")
    print(f"{'not ok' if wrong else 'ok'} - {name}: {len(numbers)} of {calls} {kind} failures, "
          f"{len(wrong)} wrong", flush=True)
    return len(numbers), len(wrong)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=["memory", "files"])
    parser.add_argument("--most", type=int, default=0)
    parser.add_argument("--only", default="")
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    sample = tempfile.mkdtemp(prefix="fault-sample-")
    try:
        prepare(sample)
        tried = wrong = 0
        for name, command, files in COMMANDS:
            if command.startswith("lossview") and not draws(command, sample):
                print(f"ok - {name} # SKIP there is no lossview, or no OpenGL")
            elif "HDF5" in name and not os.path.exists(os.path.join(sample, "a.h5")):
                print(f"ok - {name} # SKIP built without libhdf5")
            elif arguments.only in name:
                n, bad = check(name, command, files, arguments.kind, arguments.most, sample,
                               arguments.verbose)
                tried, wrong = tried + n, wrong + bad
        print(f"# {tried} failures tried, {wrong} ended wrong")
    finally:
        shutil.rmtree(sample, ignore_errors=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
