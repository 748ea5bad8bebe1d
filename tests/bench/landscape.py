"""The row of `make bench` that users feel: a landscape of 25 x 25 points over 1,000 images, by
`lossgrid surface` and by a loop in PyTorch (landscape_peer.py).

Both get the same weights (a short training), the same two filter-normalised directions and the same
images, synthetic ones in CIFAR-10's binary format. Ours is the whole command on all points, from
its start to its end. PyTorch takes minutes for them, so it does some points, half of them before
ours and half after, and their time is scaled; reading files and looking for its fastest setting are
not counted. No ratio is printed where the two surfaces differ.
"""
import csv
import os
import random
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
MODELS = ["resnet20"]   # unless others are asked for
CLASSES, SIZE, MEAN, STD = 10, 32, 0.5, 0.25
TRAINED_ON = 500        # images
TOLERANCE = 1e-4        # of the loss, or nats where it is below 1


def add_options(parser):
    parser.add_argument("--lossgrid", default="build/release/lossgrid",
                        help="landscape: the program that computes ours")
    parser.add_argument("--points", type=int, default=25,
                        help="landscape: grid points that PyTorch computes; their time is scaled")
    parser.add_argument("--grid", type=int, default=25, help="landscape: points of an axis")
    parser.add_argument("--images", type=int, default=1000, help="landscape: images at a point")


def write_images(folder, n):
    """A CIFAR-10 of n test images: squares of colours that are a class's own, under noise."""
    os.mkdir(folder)
    source = random.Random(0)
    colours = [source.randbytes(3 * 4 * 4) for _ in range(CLASSES)]
    classes = [
        bytes(own[16 * c + 4 * (y // 8) + x // 8] for c in range(3) for y in range(SIZE)
              for x in range(SIZE)) for own in colours
    ]
    files = [("data_batch_%d" % i, TRAINED_ON // 5) for i in range(1, 6)] + [("test_batch", n)]
    for name, count in files:
        with open(os.path.join(folder, name + ".bin"), "wb") as file:
            for i in range(count):
                own = classes[i % CLASSES]
                noise = source.randbytes(len(own))
                file.write(bytes([i % CLASSES]) + bytes((p + q) // 2 for p, q in zip(own, noise)))


class Case:
    """A network, its plane and its images, in files that both sides read."""

    def __init__(self, opt, network, folder):
        self.opt, self.folder = opt, folder
        self.data, self.run = self.path("data"), self.path("run")
        self.weights = self.path("run/epoch-003.safetensors")
        self.directions = self.path("plane.safetensors")
        write_images(self.data, opt.images)
        # Small steps: VGG-11 diverges at 0.05. Enough of them for the statistics of BatchNorm.
        self.lossgrid("train", "--model", network, "--data", self.data, "--epochs", 3, "--batch",
                      16, "--lr", 0.01, "--mean", MEAN, "--std", STD, "--no-test", "--out",
                      self.run)
        self.surface(2, 1, "plane.landscape")
        self.lossgrid("export", self.path("plane.landscape"), "--directions", self.directions)

    def path(self, name):
        return os.path.join(self.folder, name)

    def lossgrid(self, command, *words):
        threads = [] if command == "export" else ["--threads", self.opt.threads]
        done = subprocess.run(
            [self.opt.lossgrid, command, *map(str, words), *map(str, threads), "--quiet"],
            stdout=subprocess.DEVNULL)
        if done.returncode:
            sys.exit("landscape: lossgrid %s failed" % command)

    def surface(self, grid, images, name):
        """Seconds that it took."""
        start = time.perf_counter()
        self.lossgrid("surface", self.run, "--limit", images, "--x=-1:1:%d" % grid,
                      "--y=-1:1:%d" % grid, "--out", self.path(name))
        return time.perf_counter() - start

    def losses(self, name):
        """{(ix, iy): loss}"""
        table = self.path("losses.csv")
        self.lossgrid("export", self.path(name), "--out", table)
        with open(table, newline="") as file:
            return {(int(r["ix"]), int(r["iy"])): float(r["loss"]) for r in csv.DictReader(file)}


def ask(peer, points, grid):
    """{(ix, iy): (seconds, loss)}"""
    answers = {}
    for ix, iy in points:
        answer = peer.ask(*("%.17g" % (-1 + 2 * i / (grid - 1)) for i in (ix, iy)))
        if not answer:
            sys.exit("landscape: PyTorch gave no loss at point %d, %d" % (ix, iy))
        answers[ix, iy] = tuple(map(float, answer))
    return answers


def largest_difference(title, ours, theirs):
    largest = 0
    for (ix, iy), (_, loss) in theirs.items():
        difference = abs(ours[ix, iy] - loss) / max(1, abs(loss))
        if not difference <= TOLERANCE:     # or it is not a number
            sys.exit("landscape: %s at point %d, %d: our loss is %.9g, PyTorch's %.9g: "
                     "no ratio of two results that differ" % (title, ix, iy, ours[ix, iy], loss))
        largest = max(largest, difference)
    return largest


def cells(opt, title, model, network, start):
    """The row of a model; `start` makes a worker of a name and a command, or is None without a
    peer."""
    with tempfile.TemporaryDirectory() as folder:
        case, n = Case(opt, network, folder), opt.grid * opt.grid
        peer = start and start("PyTorch", [
            opt.peer_python,
            os.path.join(HERE, "landscape_peer.py"), model, case.weights, case.directions,
            os.path.join(case.data, "test_batch.bin"),
            str(opt.threads)
        ])
        setting = peer and peer.ask("setting")
        # In no order: a column of the grid is no sample of it.
        points = [(i % opt.grid, i // opt.grid)
                  for i in random.Random(0).sample(range(n), max(1, min(opt.points, n)))]
        half = len(points) // 2
        theirs = ask(peer, points[:half], opt.grid) if setting else {}
        seconds = case.surface(opt.grid, opt.images, "ours.landscape")
        if not setting:
            return [title, "%.1f" % seconds] + ["", "", ""] * bool(peer)
        theirs.update(ask(peer, points[half:], opt.grid))
        difference = largest_difference(title, case.losses("ours.landscape"), theirs)
        scaled = sum(t for t, _ in theirs.values()) * n / len(points)
        how = " ".join(setting).strip()
        if len(points) < n:
            how = "%d of %d points, scaled; %s" % (len(points), n, how)
        return [
            title,
            "%.1f" % seconds,
            "%.1f (%s)" % (scaled, how),
            "**%.2f**" % (scaled / seconds),
            "%.1e" % difference
        ]


def titles(opt, has_peer):
    return ("%d × %d points, %d images" % (opt.grid, opt.grid, opt.images), "seconds",
            *(("PyTorch, seconds", "ratio", "largest difference") if has_peer else ()))
