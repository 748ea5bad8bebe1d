"""A peer's side of `make bench`: PyTorch or ONNX Runtime does what a line of standard input asks for; see bench.c.

    peer.py eager|frozen|onnx THREADS

    name                    the peer and its version
    forward MODEL IMAGES    seconds for that many images, in the fastest of all settings, and which
    train MODEL BATCH       seconds of one step of SGD, the same

Settings: batches of 16 to 128 images, NCHW and channels_last; they are all tried at the first request for a model.
"""
import io
import os
import sys
import time
import warnings

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden"))
warnings.filterwarnings("ignore")

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

import make  # noqa: E402  tests/golden/make.py: the networks

SHAPE, CLASSES = (3, 32, 32), 10
BATCHES = (16, 32, 64, 128)
LAYOUTS = {"NCHW": torch.contiguous_format, "channels_last": torch.channels_last}


def make_net(model):
    torch.manual_seed(0)
    return make.make_net(model, SHAPE, CLASSES)


def eager(model, batch, layout):
    net = make_net(model).eval().to(memory_format=LAYOUTS[layout])
    x = torch.randn(batch, *SHAPE).contiguous(memory_format=LAYOUTS[layout])
    return lambda: net(x)


def frozen(model, batch, layout):
    net = make_net(model).eval().to(memory_format=LAYOUTS[layout])
    x = torch.randn(batch, *SHAPE).contiguous(memory_format=LAYOUTS[layout])
    traced = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(net, x)))
    return lambda: traced(x)


def onnx(model, batch, layout):
    if layout != "NCHW":
        return None
    import onnxruntime
    x, file = torch.randn(batch, *SHAPE), io.BytesIO()
    torch.onnx.export(make_net(model).eval(), x, file, input_names=["x"], dynamo=False)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    session = onnxruntime.InferenceSession(file.getvalue(), options, providers=["CPUExecutionProvider"])
    values = x.numpy()
    return lambda: session.run(None, {"x": values})


def training(model, batch, layout):
    net = make_net(model).train().to(memory_format=LAYOUTS[layout])
    x = torch.randn(batch, *SHAPE).contiguous(memory_format=LAYOUTS[layout])
    y = torch.arange(batch) % CLASSES
    sgd = torch.optim.SGD(net.parameters(), lr=1e-3, momentum=0.9, weight_decay=5e-4, nesterov=True)

    def step():
        sgd.zero_grad(set_to_none=True)
        F.cross_entropy(net(x), y).backward()
        sgd.step()
    return step


def seconds(run, times):
    start = time.perf_counter()
    for _ in range(times):
        run()
    return time.perf_counter() - start


def fastest(kind, model, batches):
    """(seconds an image, setting, run, batch) of the fastest setting."""
    best = None
    for batch in batches:
        for layout in LAYOUTS:
            run = kind(model, batch, layout)
            if run is None:
                continue
            for _ in range(3):  # a JIT compiles in the first two
                run()
            an_image = min(seconds(run, 1) for _ in range(3)) / batch
            if best is None or an_image < best[0]:
                best = (an_image, "%s, batch %d" % (layout, batch), run, batch)
    return best


def answer(words, forward, known):
    if words[0] == "name":
        if forward is onnx:
            import onnxruntime
            return "ONNX Runtime " + onnxruntime.__version__
        return "PyTorch %s%s" % (torch.__version__.split("+")[0], " frozen by its JIT" if forward is frozen else "")
    what, model, n = words[0], words[1], int(words[2])
    if (what, model) not in known:
        known[what, model] = fastest(forward, model, BATCHES) if what == "forward" else fastest(training, model, (n,))
    _, setting, run, batch = known[what, model]
    with torch.set_grad_enabled(what == "train"):
        times = max(1, round(n / batch))
        return "%.6g %s" % (seconds(run, times) * n / (times * batch), setting)


def main():
    forward = {"eager": eager, "frozen": frozen, "onnx": onnx}[sys.argv[1]]
    torch.set_num_threads(int(sys.argv[2]))
    known = {}
    for line in sys.stdin:
        with torch.set_grad_enabled(line.startswith("train")):
            try:
                print(answer(line.split(), forward, known), flush=True)
            except Exception as error:  # a network or a package that this peer lacks
                print("?", repr(error).replace("\n", " ")[:200], flush=True)


if __name__ == "__main__":
    main()
