"""A peer's side of `make bench`: PyTorch, ONNX Runtime, OpenVINO or MNN does what a line of
standard input asks for; see bench.c.

    peer.py eager|frozen|onnx|openvino|mnn THREADS

    name                    the peer and its version
    forward MODEL IMAGES    seconds for that many images, in the fastest of all settings, and which
    train MODEL BATCH       seconds of one step of SGD, the same

Settings: batches of 1 to 128 images; PyTorch: NCHW and channels_last; OpenVINO: all threads on one
batch, or a batch each. They are all tried at the first request for a model. All compute in float32.
"""
import io
import os
import subprocess
import sys
import tempfile
import time
import warnings
from importlib import metadata

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden"))
warnings.filterwarnings("ignore")

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

import bench_nets  # noqa: E402  the networks that only the benchmark has
import make  # noqa: E402  tests/golden/make.py: the others

SHAPE, CLASSES = (3, 32, 32), 10
BATCHES = (1, 8, 16, 32, 64, 128)
LAYOUTS = {"NCHW": torch.contiguous_format, "channels_last": torch.channels_last}
TRIAL_SECONDS = 2    # for the runs that compare settings


def make_net(model):
    torch.manual_seed(0)
    return bench_nets.module(model, CLASSES) if model in bench_nets.NETS else make.make_net(
        model, SHAPE, CLASSES)


def export(model, batch):
    """The bytes of an ONNX file."""
    file = io.BytesIO()
    torch.onnx.export(
        make_net(model).eval(), torch.randn(batch, *SHAPE), file, input_names=["x"],
        output_names=["y"], opset_version=17, dynamo=False)
    return file.getvalue()


def eager(model, batch, layout):
    net = make_net(model).eval().to(memory_format=LAYOUTS[layout])
    x = torch.randn(batch, *SHAPE).contiguous(memory_format=LAYOUTS[layout])
    return lambda: net(x)


def frozen(model, batch, layout):
    net = make_net(model).eval().to(memory_format=LAYOUTS[layout])
    x = torch.randn(batch, *SHAPE).contiguous(memory_format=LAYOUTS[layout])
    traced = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(net, x)))
    return lambda: traced(x)


def onnx(model, batch, _):
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    session = onnxruntime.InferenceSession(export(model, batch), options,
                                           providers=["CPUExecutionProvider"])
    values = torch.randn(batch, *SHAPE).numpy()
    return lambda: session.run(None, {"x": values})


def openvino(model, batch, hint):
    import openvino
    core, n = openvino.Core(), torch.get_num_threads()
    compiled = core.compile_model(
        core.read_model(io.BytesIO(export(model, batch))), "CPU", {
            "INFERENCE_NUM_THREADS": n, "INFERENCE_PRECISION_HINT": "f32",
            "NUM_STREAMS": 1 if hint == "one stream" else n
        })
    values = torch.randn(batch, *SHAPE).numpy()
    if hint == "one stream":
        request = compiled.create_infer_request()
        return lambda: request.infer({"x": values})
    queue = openvino.AsyncInferQueue(compiled, n)

    def run():
        queue.start_async({"x": values})  # waits while all are busy
    run.finish = queue.wait_all
    return run


def mnn(model, batch, _):
    import MNN
    with tempfile.TemporaryDirectory() as folder:
        source, target = os.path.join(folder, "net.onnx"), os.path.join(folder, "net.mnn")
        with open(source, "wb") as file:
            file.write(export(model, batch))
        subprocess.run([
            os.path.join(os.path.dirname(sys.executable), "mnnconvert"), "-f", "ONNX",
            "--modelFile", source, "--MNNModel", target, "--bizCode", "bench"
        ], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        net = MNN.Interpreter(target)
    session = net.createSession(
        {"backend": "CPU", "numThread": torch.get_num_threads(), "precision": "high"})
    inside = net.getSessionInput(session)
    values = MNN.Tensor((batch, *SHAPE), MNN.Halide_Type_Float,
                        torch.randn(batch, *SHAPE).numpy(), MNN.Tensor_DimensionType_Caffe)

    def run():
        inside.copyFrom(values)
        net.runSession(session)
    return run


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
    getattr(run, "finish", lambda: None)()
    return time.perf_counter() - start


def fastest(kind, settings, model, batches):
    """(seconds an image, setting, run, batch) of the fastest setting."""
    best = None
    for batch in batches:
        for setting in settings:
            run, times = kind(model, batch, setting), max(2, 16 // batch)
            first = seconds(run, times)
            if first > TRIAL_SECONDS and best and first / batch / times > 2 * best[0]:
                continue
            seconds(run, 2)  # a JIT compiles in the first runs
            trials = max(1, min(3, int(TRIAL_SECONDS / first)))
            an_image = min(seconds(run, times) for _ in range(trials)) / (batch * times)
            if best is None or an_image < best[0]:
                best = (an_image, ", ".join(filter(None,
                                                   (setting, "batch %d" % batch))), run, batch)
    return best


# What a peer is called, what runs it, and its settings.
KINDS = {
    "eager": (lambda: "PyTorch " + torch.__version__.split("+")[0], eager, LAYOUTS),
    "frozen": (lambda: "frozen by its JIT", frozen, LAYOUTS),
    "onnx": (lambda: "ONNX Runtime " + metadata.version("onnxruntime"), onnx, ("", )),
    "openvino": (lambda: "OpenVINO " + metadata.version("openvino"), openvino, ("one stream",
                                                                                "a stream each")),
    "mnn": (lambda: "MNN " + metadata.version("MNN"), mnn, ("", ))
}


def answer(words, kind, known):
    name, forward, settings = KINDS[kind]
    if words[0] == "name":
        return name()
    what, model, n = words[0], words[1], int(words[2])
    if (what, model) not in known:
        known[what,
              model] = fastest(forward, settings, model, BATCHES) if what == "forward" else fastest(
                  training, LAYOUTS, model, (n, ))
    _, setting, run, batch = known[what, model]
    with torch.set_grad_enabled(what == "train"):
        times = max(1, round(n / batch))
        return "%.6g %s" % (seconds(run, times) * n / (times * batch), setting)


def main():
    torch.set_num_threads(int(sys.argv[2]))
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # packages print
    known = {}
    for line in sys.stdin:
        with torch.set_grad_enabled(line.startswith("train")):
            try:
                print(answer(line.split(), sys.argv[1], known), file=answers, flush=True)
            except Exception as error:  # a network or a package that this peer lacks
                print("?", repr(error).replace("\n", " ")[:200], file=answers, flush=True)


if __name__ == "__main__":
    main()
