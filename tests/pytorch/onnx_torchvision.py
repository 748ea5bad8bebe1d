#!/usr/bin/python3
"""torchvision's families for classification, small, exported to ONNX, against PyTorch. Speaks TAP;
skipped where python3-torch or python3-torchvision is not installed.

    tests/pytorch/onnx_torchvision.py [EXPORTER [OPSET [NAME...]]]     script (standard) or dynamo
"""
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "common"))
from onnx_agree import compare, fill  # noqa: E402

import torch  # noqa: E402
import torch.nn as nn  # noqa: E402

try:
    import torchvision.models as M
    from torchvision.models import (convnext, efficientnet, maxvit, mobilenetv3, swin_transformer,
                                    vgg, vision_transformer)
    from torchvision.models.resnet import BasicBlock, Bottleneck
except ImportError:
    print("ok - torchvision's networks agree # SKIP python3-torchvision is not installed")
    sys.exit(0)
CLASSES = 10


def alexnet():
    """With an eighth of the channels and fewer units; the sizes are those of 224x224 pixels."""
    net, last = M.alexnet(num_classes=CLASSES, dropout=0), 3
    for i, layer in enumerate(net.features):
        if isinstance(layer, nn.Conv2d):
            net.features[i] = nn.Conv2d(last, layer.out_channels // 8, layer.kernel_size,
                                        layer.stride, layer.padding)
            last = layer.out_channels // 8
    net.classifier[1], net.classifier[4], net.classifier[6] = nn.Linear(1152, 32), nn.Linear(
        32, 32), nn.Linear(32, CLASSES)
    return net


def small_vgg(norm):
    net = vgg.VGG(vgg.make_layers([8, "M", 8, "M", 16, "M", 16, "M", 16, "M"], batch_norm=norm),
                  CLASSES, dropout=0)
    net.classifier[0], net.classifier[3], net.classifier[6] = nn.Linear(784, 32), nn.Linear(
        32, 32), nn.Linear(32, CLASSES)
    return net


def resnet(block, **more):
    return M.ResNet(block, [1, 1, 1, 1], num_classes=CLASSES, **more)


def inception():
    net = M.inception_v3(num_classes=CLASSES, init_weights=False, aux_logits=True,
                         transform_input=False, dropout=0)
    net.aux_logits, net.AuxLogits = False, None
    return net


def googlenet():
    return M.googlenet(num_classes=CLASSES, init_weights=False, aux_logits=False,
                       transform_input=False, dropout=0)


def efficient(name, width, depth):
    settings, last = efficientnet._efficientnet_conf(
        name, **({"width_mult": width, "depth_mult": depth} if width else {}))
    if not width:
        for s in settings:
            s.num_layers = 1
            s.input_channels, s.out_channels = s.input_channels // 8 * 2, s.out_channels // 8 * 2
        last = 64
    return efficientnet.EfficientNet(settings, 0.0, stochastic_depth_prob=0.0, num_classes=CLASSES,
                                     last_channel=last)


def mobilenet3(name):
    settings, last = mobilenetv3._mobilenet_v3_conf(name, width_mult=0.25)
    return mobilenetv3.MobileNetV3(settings, last, num_classes=CLASSES, dropout=0.0)


def swin(second):
    more = {
        "block": swin_transformer.SwinTransformerBlockV2,
        "downsample_layer": swin_transformer.PatchMergingV2
    } if second else {}
    return swin_transformer.SwinTransformer([4, 4], 16, [2, 2], [2, 4], [4, 4],
                                            stochastic_depth_prob=0.0, num_classes=CLASSES, **more)


# name, how it is made, pixels a side
FAMILIES = [
    ("alexnet", alexnet, 224), ("vgg", lambda: small_vgg(False), 224),
    ("vgg with batch norm", lambda: small_vgg(True), 224),
    ("resnet", lambda: resnet(BasicBlock), 32),
    ("resnet with bottlenecks", lambda: resnet(Bottleneck, width_per_group=16), 32),
    ("resnext", lambda: resnet(Bottleneck, groups=8, width_per_group=2), 32),
    ("wide resnet", lambda: resnet(Bottleneck, width_per_group=32), 32),
    ("squeezenet 1.0", lambda: M.SqueezeNet("1_0", CLASSES, 0.0), 64),
    ("squeezenet 1.1", lambda: M.SqueezeNet("1_1", CLASSES, 0.0), 64),
    ("densenet", lambda: M.DenseNet(8, (2, 2, 2, 2), 16, num_classes=CLASSES), 64),
    ("googlenet", googlenet, 64), ("inception v3", inception, 75),
    ("shufflenet v2", lambda: M.ShuffleNetV2([2, 2, 2], [8, 16, 32, 64, 128], CLASSES), 64),
    ("mobilenet v2", lambda: M.MobileNetV2(CLASSES, 0.25, dropout=0.0), 64),
    ("mobilenet v3 small", lambda: mobilenet3("mobilenet_v3_small"), 64),
    ("mobilenet v3 large", lambda: mobilenet3("mobilenet_v3_large"), 64),
    ("mnasnet", lambda: M.MNASNet(0.35, CLASSES, 0.0), 64),
    ("efficientnet", lambda: efficient("efficientnet_b0", 0.25, 0.25), 64),
    ("efficientnet v2", lambda: efficient("efficientnet_v2_s", 0, 0), 64),
    ("regnet x", lambda: M.RegNet(
        M.regnet.BlockParams([1, 1, 2], [16, 32, 64], [8, 8, 16], [1, 1, 1], [2, 2, 2], None),
        CLASSES), 64),
    ("regnet y", lambda: M.RegNet(
        M.regnet.BlockParams([1, 1, 2], [16, 32, 64], [8, 8, 16], [1, 1, 1], [2, 2, 2], 0.25),
        CLASSES), 64),
    ("convnext", lambda: convnext.ConvNeXt(
        [convnext.CNBlockConfig(16, 32, 2),
         convnext.CNBlockConfig(32, None, 1)], num_classes=CLASSES), 64),
    ("vit", lambda: vision_transformer.VisionTransformer(32, 8, 2, 4, 32, 64, num_classes=CLASSES),
     32), ("swin", lambda: swin(False), 64), ("swin v2", lambda: swin(True), 64),
    ("maxvit", lambda: maxvit.MaxVit(
        (64, 64), 16, 4, [16, 32], [1, 1], 8, 0.0, num_classes=CLASSES), 64),
]
RATES = {"alexnet": 1e-4,
         "inception v3": 1e-7}  # their gradients are large: on few pixels, or without BatchNorm


def main():
    how = {
        "exporter": sys.argv[1] if len(sys.argv) > 1 else "script",
        "opset": int(sys.argv[2]) if len(sys.argv) > 2 else None
    }
    for name, make, side in FAMILIES:
        if len(sys.argv) > 3 and name not in sys.argv[3:]:
            continue
        torch.manual_seed(1)
        compare(name, fill(make()), torch.randn(2 if side > 64 else 4, 3, side, side), CLASSES,
                rate=RATES.get(name, 0.01), **how)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        main()
        os.chdir("/")
