"""Networks that `make bench` has beside those of the zoo: their text for the product, and the same
as modules of PyTorch for its peers.

    bench_nets.py NAME        prints the text

MobileNetV2 for CIFAR (strides of the stem and of the first stage with stride 2 are 1), ResNeXt-29
(32 groups of 4 channels, and 8 of 64), ConvNeXt-tiny as it is, ViT-tiny with patches of 4 pixels.
"""
import sys

MOBILENET = ((1, 16, 1, 1), (6, 24, 2, 1), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1),
             (6, 160, 3, 2), (6, 320, 1, 1))
CONVNEXT = ((96, 3), (192, 3), (384, 9), (768, 3))
TOKENS, WIDTH, HEADS, LAYERS = 65, 192, 3, 12


# ---- Text ----------------------------------------------------------------------------------------

def conv_norm(name, conv, relu=""):
    lines = ["%s = conv %s" % (name, conv), "%s_bn = batchnorm" % name]
    return lines + ([relu] if relu else [])


def mobilenet_v2():
    relu6, inside, number = "clip least=0 most=6", 32, 0
    lines = conv_norm("stem", "channels=32 kernel=3 padding=1", relu6) + ["x0 = identity"]
    for expansion, outside, blocks, stride in MOBILENET:
        for i in range(blocks):
            name, wide, step = "block%d" % number, inside * expansion, stride if i == 0 else 1
            if expansion > 1:
                lines += conv_norm(name + ".expand", "channels=%d kernel=1" % wide, relu6)
            lines += conv_norm(
                name + ".each",
                "channels=%d kernel=3 padding=1 stride=%d groups=%d" % (wide, step, wide), relu6)
            lines += conv_norm(name + ".project", "channels=%d kernel=1" % outside)
            if step == 1 and inside == outside:
                lines.append("add x%d" % number)
            number, inside = number + 1, outside
            lines.append("x%d = identity" % number)
    return lines + conv_norm("head", "channels=1280 kernel=1", relu6) + [
        "global_average_pool", "flatten", "fc = linear outputs=classes"
    ]


def resnext29(groups, width):
    lines = conv_norm("stem", "channels=64 kernel=3 padding=1") + ["x0 = relu"]
    number, inside = 0, 64
    for stage in range(3):
        wide, outside = groups * width << stage, 256 << stage
        for i in range(3):
            name, step, shortcut = "block%d" % number, 2 if stage and i == 0 else 1, "x%d" % number
            if inside != outside:
                lines += conv_norm(name + ".shortcut",
                                   "x%d channels=%d kernel=1 stride=%d" % (number, outside, step))
                shortcut = name + ".shortcut_bn"
            lines += conv_norm(name + ".reduce", "x%d channels=%d kernel=1" % (number, wide),
                               "relu")
            lines += conv_norm(
                name + ".each",
                "channels=%d kernel=3 padding=1 stride=%d groups=%d" % (wide, step, groups), "relu")
            lines += conv_norm(name + ".expand", "channels=%d kernel=1" % outside)
            number, inside = number + 1, outside
            lines += ["add " + shortcut, "x%d = relu" % number]
    return lines + ["global_average_pool", "flatten", "fc = linear outputs=classes"]


def norm_of_channels(name):
    return ["transpose order=1,2,0", "%s = layernorm eps=1e-6" % name, "transpose order=2,0,1"]


def convnext_tiny():
    lines, number, x = ["stem = conv channels=96 kernel=4 stride=4 bias=1"
                        ] + norm_of_channels("stem_norm") + ["x = identity"], 0, "x"
    for stage, (width, blocks) in enumerate(CONVNEXT):
        if stage:
            lines += norm_of_channels("down%d_norm" % stage)
            x = "down%d" % stage
            lines.append("%s = conv channels=%d kernel=2 stride=2 bias=1" % (x, width))
        for _ in range(blocks):
            name = "block%d" % number
            lines += [
                "%s.each = conv channels=%d kernel=7 padding=3 groups=%d bias=1" %
                (name, width, width), "transpose order=1,2,0",
                "%s.norm = layernorm eps=1e-6" % name,
                "%s.expand = linear outputs=%d" % (name, 4 * width), "gelu",
                "%s.project = linear outputs=%d" % (name, width),
                "%s.turned = transpose order=2,0,1" % name,
                "%s.scale = parameter shape=%d,1,1" % (name, width),
                "multiply %s.turned %s.scale" % (name, name),
                "%s = add %s" % (name, x)
            ]
            number, x = number + 1, name
    return lines + ["global_average_pool"
                    ] + norm_of_channels("head_norm") + ["flatten", "fc = linear outputs=classes"]


def vit_tiny():
    size = WIDTH // HEADS
    lines = [
        "patches = conv channels=%d kernel=4 stride=4 bias=1" % WIDTH,
        "reshape shape=%d,%d" % (WIDTH, TOKENS - 1), "tokens = transpose order=1,0",
        "class_token = parameter shape=1,%d" % WIDTH, "concat class_token tokens",
        "before = identity",
        "positions = parameter shape=%d,%d" % (TOKENS, WIDTH), "x0 = add before positions"
    ]
    for k in range(LAYERS):
        name = "layer%d" % k
        lines += [
            "%s.norm1 = layernorm x%d eps=1e-6" % (name, k),
            "%s.all = linear outputs=%d" % (name, 3 * WIDTH)
        ]
        for i, part in enumerate("qkv"):
            lines += [
                "slice %s.all axis=1 begin=%d end=%d" % (name, i * WIDTH, (i + 1) * WIDTH),
                "reshape shape=%d,%d,%d" % (TOKENS, HEADS, size)
            ]
            lines += ["scale factor=%.9g" % size ** -0.5] if part == "q" else []
            lines += [
                "%s.%s = transpose order=%s" % (name, part, "1,2,0" if part == "k" else "1,0,2")
            ]
        lines += [
            "matmul %s.q %s.k" % (name, name),
            "%s.weights = softmax" % name,
            "matmul %s.weights %s.v" % (name, name), "transpose order=1,0,2",
            "reshape shape=%d,%d" % (TOKENS, WIDTH),
            "%s.out = linear outputs=%d" % (name, WIDTH),
            "%s.sum = add x%d" % (name, k),
            "%s.norm2 = layernorm eps=1e-6" % name,
            "%s.expand = linear outputs=%d" % (name, 4 * WIDTH), "gelu",
            "%s.project = linear outputs=%d" % (name, WIDTH),
            "x%d = add %s.sum" % (k + 1, name)
        ]
    return lines + [
        "norm = layernorm eps=1e-6", "slice axis=0 begin=0 end=1", "flatten",
        "fc = linear outputs=classes"
    ]


# ---- Modules -------------------------------------------------------------------------------------

def mobilenet_v2_module(classes):
    from torchvision.models import MobileNetV2
    net = MobileNetV2(num_classes=classes,
                      inverted_residual_setting=[list(row) for row in MOBILENET], dropout=0)
    net.features[0][0].stride = (1, 1)
    return net


def resnext29_module(groups, width, classes):
    from torch import nn

    def conv_norm(inside, outside, kernel=1, stride=1, groups=1):
        return nn.Sequential(
            nn.Conv2d(inside, outside, kernel, stride, kernel // 2, groups=groups, bias=False),
            nn.BatchNorm2d(outside))

    class Block(nn.Module):
        def __init__(self, inside, wide, outside, stride):
            super().__init__()
            self.body = nn.Sequential(conv_norm(inside, wide), nn.ReLU(inplace=True),
                                      conv_norm(wide, wide, 3, stride, groups),
                                      nn.ReLU(inplace=True), conv_norm(wide, outside))
            self.shortcut = conv_norm(inside, outside, 1,
                                      stride) if inside != outside else nn.Identity()

        def forward(self, x):
            return (self.body(x) + self.shortcut(x)).relu()

    layers, inside = [conv_norm(3, 64, 3), nn.ReLU(inplace=True)], 64
    for stage in range(3):
        for i in range(3):
            layers.append(
                Block(inside, groups * width << stage, 256 << stage, 2 if stage and i == 0 else 1))
            inside = 256 << stage
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inside, classes))


def convnext_tiny_module(classes):
    from torchvision.models import convnext_tiny
    return convnext_tiny(num_classes=classes, stochastic_depth_prob=0)


def vit_tiny_module(classes):
    from torchvision.models import VisionTransformer
    return VisionTransformer(32, 4, LAYERS, HEADS, WIDTH, 4 * WIDTH, num_classes=classes)


NETS = {
    "mobilenet_v2": (mobilenet_v2, mobilenet_v2_module),
    "resnext29_32x4d": (lambda: resnext29(32, 4), lambda classes: resnext29_module(32, 4, classes)),
    "resnext29_8x64d": (lambda: resnext29(8, 64), lambda classes: resnext29_module(8, 64, classes)),
    "convnext_tiny": (convnext_tiny, convnext_tiny_module), "vit_tiny": (vit_tiny, vit_tiny_module)
}


def text(name):
    return "\n".join(NETS[name][0]()) + "\n"


def module(name, classes):
    return NETS[name][1](classes)


if __name__ == "__main__":
    sys.stdout.write(text(sys.argv[1]))
