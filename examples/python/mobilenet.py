#!/usr/bin/env python3
"""A network from outside: trains torchvision's MobileNetV2 on Fashion-MNIST (Debian's package
dataset-fashion-mnist) and exports it, in twelve minutes on one core. Then

    lossgrid surface --model mobilenet.onnx --data fashion-mnist --out mobilenet.landscape

All that is here for lossgrid is the call of torch.onnx.export()."""
import argparse
import gzip
import inspect

import torch
import torchvision

FOLDER = "/usr/share/datasets/fashion-mnist"
MEAN, STD = 0.286, 0.353  # those of lossgrid: `lossgrid info fashion-mnist` prints them


def read(split, limit):
    """Images [n][1][28][28], normalised, and labels [n]."""
    with gzip.open(f"{FOLDER}/{split}-images-idx3-ubyte.gz") as file:
        pixels = torch.frombuffer(bytearray(file.read()[16:]), dtype=torch.uint8)
    with gzip.open(f"{FOLDER}/{split}-labels-idx1-ubyte.gz") as file:
        labels = torch.frombuffer(bytearray(file.read()[8:]), dtype=torch.uint8)
    images = (pixels.view(-1, 1, 28, 28)[:limit].float() / 255 - MEAN) / STD
    return images, labels[:limit].long()


def network():
    """MobileNetV2 for ten classes and small grey images: the stem keeps their 28 x 28 pixels."""
    model = torchvision.models.mobilenet_v2(num_classes=10)
    model.features[0][0] = torch.nn.Conv2d(1, 32, 3, stride=1, padding=1, bias=False)
    return model


def train(model, images, labels, epochs, batch=64):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4,
                                nesterov=True)
    steps = epochs * (len(images) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=steps)
    for epoch in range(epochs):
        model.train()
        total = 0.0
        for chosen in torch.randperm(len(images)).split(batch):
            if len(chosen) < batch:
                break
            x = images[chosen]
            flipped = torch.rand(batch) < 0.5
            x[flipped] = x[flipped].flip(3)
            loss = torch.nn.functional.cross_entropy(model(x), labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1}/{epochs}  loss {total * batch / len(images):.4f}", flush=True)


@torch.no_grad()
def test(model, images, labels):
    logits = torch.cat([model(x) for x in images.split(500)])
    loss = torch.nn.functional.cross_entropy(logits.double(), labels).item()
    accuracy = (logits.argmax(1) == labels).double().mean().item()
    print(f"test loss {loss:.6f}  accuracy {100 * accuracy:.2f} %  ({len(images)} images)")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", default="mobilenet.onnx", help="FILE.onnx (mobilenet.onnx)")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--limit", type=int, default=20000, help="training images")
    parser.add_argument("--test-limit", type=int, default=10000, help="test images")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    model = network()
    train(model, *read("train", args.limit), args.epochs)
    model.eval()
    test(model, *read("t10k", args.test_limit))
    # PyTorch 1 has one exporter, and no such word.
    new = {"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}
    torch.onnx.export(model, torch.randn(1, 1, 28, 28), args.out,
                      training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False, **new)


if __name__ == "__main__":
    main()
