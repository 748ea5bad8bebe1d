#!/usr/bin/env python3
"""`make bench`: how fast the engine is, and how fast what else one could take is on the same
machine in the same minutes.

The product and its peers are processes that stay; they do the same work in turn, round after round,
so that what else the machine does hits all of them. Medians of the rounds are printed, as tables in
Markdown. Peers are those that PEER_PYTHON can import (torch, torchvision, onnx, onnxruntime,
openvino, MNN); without any the product is measured alone.
"""
import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time

import bench_nets
import landscape
import layers

HERE = os.path.dirname(os.path.abspath(__file__))
MODELS = {
    "resnet20": ("ResNet-20", 1024), "resnet56": ("ResNet-56", 512), "vgg11": ("VGG-11", 768),
    "resnet50": ("ResNet-50, cifar stem",
                 128), "resnet50:stem=imagenet": ("ResNet-50, imagenet stem", 960),
    "mobilenet_v2": ("MobileNetV2", 384), "resnext29_32x4d": ("ResNeXt-29, 32x4d", 96),
    "resnext29_8x64d": ("ResNeXt-29, 8x64d", 32), "convnext_tiny": ("ConvNeXt-tiny", 480),
    "vit_tiny": ("ViT-tiny", 96)
}
TRAINING_BATCH = 128
# PyTorch gives memory back to the system after each batch and asks for it again, unless told not
# to.
MALLOC = {
    "MALLOC_MMAP_THRESHOLD_": "1073741824", "MALLOC_TRIM_THRESHOLD_": "1073741824",
    "MALLOC_TOP_PAD_": "1073741824"
}


class Networks:
    """What the product calls them: files for those that are not in its zoo."""

    def __init__(self, folder):
        self.folder = folder
        for name in bench_nets.NETS:
            with open(self[name], "w") as file:
                file.write(bench_nets.text(name))

    def __getitem__(self, model):
        return os.path.join(self.folder, model + ".net") if model in bench_nets.NETS else model


class Worker:
    """A process that answers a line with a line."""

    def __init__(self, name, command, environment=None):
        self.name = name
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, env={**os.environ, **(environment or {})})

    def ask(self, *words):
        """The answer's words; None if the worker cannot."""
        try:
            self.process.stdin.write(" ".join(map(str, words)) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            return None
        if not line or line.startswith("?"):
            print(
                "  %s: %s: %s" % (self.name, " ".join(map(str, words)), line.strip() or "it ended"),
                file=sys.stderr)
            return None
        return line.split(" ", 1)

    def seconds(self, *words):
        answer = self.ask(*words)
        return (float(answer[0]), answer[1].strip() if len(answer) > 1 else "") if answer else None


def find_peers(python, threads):
    """Workers for the peers that there are."""
    peers = []
    for kind, modules in (("eager", ""), ("frozen", ""), ("onnx", ", onnx, onnxruntime"),
                          ("openvino", ", onnx, openvino"), ("mnn", ", onnx, MNN")):
        modules = "torch, torchvision" + modules
        if subprocess.run([python, "-c", "import " + modules], capture_output=True).returncode:
            print("no peer %s: %s cannot import %s" % (kind, python, modules), file=sys.stderr)
            continue
        worker = Worker(kind, [python, os.path.join(HERE, "peer.py"), kind, str(threads)], MALLOC)
        worker.name = " ".join(worker.ask("name")).strip()
        peers.append(worker)
    return peers


def in_turn(ours, our_words, peers, peer_words, rounds):
    """[([seconds of each of ours], {peer: (seconds, setting)})] of the rounds; one before them, to
    warm up, is not counted."""
    results = []
    for number in range(rounds + 1):
        mine = [o.seconds(*our_words)[0] for o in ours]
        theirs = {p.name: p.seconds(*peer_words) for p in peers}
        if number:
            results.append((mine, {name: value for name, value in theirs.items() if value}))
    return results


def median(values):
    return statistics.median(list(values))


def row(cells):
    print("| " + " | ".join(str(c) for c in cells) + " |", flush=True)


def table(*titles):
    print()
    row(titles)
    print("|" + "---|" * len(titles))


def peer_cell(name, n, results):
    """The images a second of a peer, and its setting."""
    times = [theirs[name] for _, theirs in results if name in theirs]
    return "%.0f (%s)" % (n / median(t[0] for t in times), times[-1][1]) if times else ""


def ratio_cell(number, results):
    """How many times as fast as the fastest peer one of ours is: median, least and most."""
    ratios = [min(t[0] for t in theirs.values()) / mine[number] for mine, theirs in results]
    return "**%.2f** (%.2f to %.2f)" % (median(ratios), min(ratios), max(ratios))


def compare(ours, networks, peers, what, n_of, threads, rounds, models, gflops):
    """One table: ours, a worker for each kernel set, and peers at `what`; a row a network and
    set."""
    table(what, "images/s", "GFLOP/s", "share of peak", *[p.name for p in peers],
          *(["ratio to the fastest"] if peers else []))
    for model in models:
        n, products = n_of(model), float(ours[0].ask("count", networks[model])[0])
        results = in_turn(ours, (what, networks[model], n, threads), peers, (what, model, n),
                          rounds)
        for number, worker in enumerate(ours):
            mine = median(r[0][number] for r in results)
            flop = 2e-9 * products * (1 if what == "forward" else 3) * n / mine
            title = MODELS[model][0] + (", " + worker.name if len(ours) > 1 else "")
            row([title, "%.0f" % (n / mine), "%.0f" % flop,
                 "%.0f %%" % (100 * flop / gflops)] +
                [peer_cell(p.name, n, results) for p in peers] +
                ([ratio_cell(number, results)] if peers else []))


def points(ours, networks, threads, rounds, models):
    table("a grid point", "set-up, ms", "an image, ms", "set-up in a point of 1,000 images")
    for model in models:
        n = MODELS[model][1]
        set_up = median(
            ours.seconds("set-up", networks[model], threads)[0] for _ in range(2 * rounds))
        image = (
            median(ours.seconds("point", networks[model], n, threads)[0]
                   for _ in range(rounds)) - set_up) / n
        row([
            MODELS[model][0],
            "%.2f" % (1e3 * set_up),
            "%.3f" % (1e3 * image),
            "%.2f %%" % (100 * set_up / (set_up + 1000 * image))
        ])


def layer_by_layer(ours, networks, rounds, models):
    peak = max(float(ours.ask("peak", 1)[0]) for _ in range(3))
    for model in models:
        table("%s, one thread" % MODELS[model][0], "layers", "us an image", "of all", "GFLOP/s",
              "bound", "of it")
        for cells in layers.rows(ours, networks[model], min(MODELS[model][1], 512), rounds, peak):
            row(cells)


def scaling(ours, networks, threads, rounds, model):
    table("%s, images" % MODELS[model][0], "a point, ms", "images/s")
    for n in (64, 128, 256, 512, 1024, 2048):
        time_of = median(
            ours.seconds("point", networks[model], n, threads)[0] for _ in range(rounds))
        row([n, "%.0f" % (1e3 * time_of), "%.0f" % (n / time_of)])
    table("%s, points of 256 images" % MODELS[model][0], "seconds", "seconds a point")
    for n in (1, 4, 16, 64):
        total = sum(ours.seconds("point", networks[model], 256, threads)[0] for _ in range(n))
        row([n, "%.2f" % total, "%.3f" % (total / n)])
    table("%s, threads" % MODELS[model][0], "images/s", "of one thread's")
    single = None
    for n in sorted({1, 2, threads}):
        if n <= threads:
            time_of = median(
                ours.seconds("point", networks[model], 512, n)[0] for _ in range(rounds))
            single = single or time_of
            row([n, "%.0f" % (512 / time_of), "%.2f" % (single / time_of)])


def landscapes(opt, networks, models):
    has_peer = subprocess.run([opt.peer_python, "-c", "import torch, torchvision"],
                              capture_output=True).returncode == 0
    start = (lambda name, command: Worker(name, command, MALLOC)) if has_peer else None
    table(*landscape.titles(opt, has_peer))
    for model in models:
        row(landscape.cells(opt, MODELS[model][0], model, networks[model], start))


def processor():
    try:
        with open("/proc/cpuinfo") as info:
            return next(
                line.split(":")[1].strip() for line in info if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()


def main():
    parser = argparse.ArgumentParser(
        description="Measures the engine and, where installed, its peers.")
    parser.add_argument("bench", help="the program built from bench.c")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--models", help="separated by commas: " + " ".join(MODELS))
    parser.add_argument("--sets", help="kernel sets to compare, separated by commas: avx512,avx2")
    parser.add_argument("--only",
                        choices=["forward", "training", "points", "layers", "scaling", "landscape"])
    landscape.add_options(parser)
    parser.add_argument("--peer-python", default=os.environ.get("PEER_PYTHON", sys.executable),
                        help="a Python that has torch, onnxruntime")
    opt = parser.parse_args()
    models = opt.models.split(",") if opt.models else list(MODELS)
    if not set(models) <= set(MODELS):
        parser.error("--models %s: there are %s" % (opt.models, " ".join(MODELS)))
    with tempfile.TemporaryDirectory() as folder:
        measure(opt, models, Networks(folder))


def measure(opt, models, networks):
    sets = [Worker(s, [opt.bench], {"LOSS_ISA": s}) for s in opt.sets.split(",")
            ] if opt.sets else [Worker("libloss", [opt.bench])]
    ours = sets[0]
    peers = find_peers(opt.peer_python, opt.threads) if opt.only in (None, "forward",
                                                                     "training") else []
    gflops = median(float(ours.ask("peak", opt.threads)[0]) for _ in range(3))
    kernels = ", ".join(worker.ask("isa")[0].strip() for worker in sets)
    print("%s, %d threads, kernels %s, %s; %d rounds; peak %.0f GFLOP/s of FMA (measured)" %
          (processor(), opt.threads, kernels, time.strftime("%Y-%m-%d"), opt.rounds, gflops))
    if opt.only in (None, "forward"):
        compare(sets, networks, peers, "forward", lambda m: MODELS[m][1], opt.threads, opt.rounds,
                models, gflops)
    if opt.only in (None, "training"):
        eager = [p for p in peers if p.name.startswith("PyTorch") and "frozen" not in p.name]
        compare(sets, networks, eager, "train", lambda m: TRAINING_BATCH, opt.threads, opt.rounds,
                models, gflops)
    if opt.only in (None, "points"):
        points(ours, networks, opt.threads, opt.rounds, models)
    if opt.only in (None, "layers"):
        layer_by_layer(ours, networks, opt.rounds, models)
    if opt.only in (None, "scaling"):
        scaling(ours, networks, opt.threads, opt.rounds, models[0])
    if opt.only in (None, "landscape"):
        landscapes(opt, networks, models if opt.models else landscape.MODELS)


if __name__ == "__main__":
    main()
