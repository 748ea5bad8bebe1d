"""Networks of the zoo that torchvision has not, as modules of PyTorch with the names of the weights
in circulation."""
import torch
import torch.nn.functional as F
from torch import nn
from torchvision.models.mobilenetv2 import MobileNetV2
from torchvision.models.vgg import VGG
from torchvision.models.vision_transformer import VisionTransformer


def conv(inside, outside, size, stride=1):
    return nn.Conv2d(inside, outside, size, stride, size // 2, bias=False)


class WideBlock(nn.Module):
    """xternalz's WideResNet-pytorch: the 1x1 shortcut takes the activation, the identity the
    input."""

    def __init__(self, inside, planes, stride):
        super().__init__()
        self.bn1, self.conv1 = nn.BatchNorm2d(inside), conv(inside, planes, 3, stride)
        self.bn2, self.conv2 = nn.BatchNorm2d(planes), conv(planes, planes, 3)
        self.convShortcut = conv(inside, planes, 1, stride) if inside != planes else None

    def forward(self, x):
        active = F.relu(self.bn1(x))
        out = self.conv2(F.relu(self.bn2(self.conv1(active))))
        return out + (self.convShortcut(active) if self.convShortcut else x)


class WideStage(nn.Module):
    def __init__(self, blocks):
        super().__init__()
        self.layer = nn.Sequential(*blocks)

    def forward(self, x):
        return self.layer(x)


class WideResnet(nn.Module):
    def __init__(self, depth, factor, channels, classes, width):
        super().__init__()
        inside = width(16)
        self.conv1 = conv(channels, inside, 3)
        for stage in range(3):
            planes, blocks = width((16 << stage) * factor), []
            for i in range((depth - 4) // 6):
                blocks.append(WideBlock(inside, planes, 2 if stage and i == 0 else 1))
                inside = planes
            setattr(self, "block%d" % (stage + 1), WideStage(blocks))
        self.bn1 = nn.BatchNorm2d(inside)
        self.fc = nn.Linear(inside, classes)

    def forward(self, x):
        x = self.block3(self.block2(self.block1(self.conv1(x))))
        return self.fc(F.relu(self.bn1(x)).mean((2, 3)))


class CifarBottleneck(nn.Module):
    """bearpaw's pytorch-classification, ReLU after (resnet.py) or before the convolutions
    (preresnet.py)."""

    def __init__(self, inside, planes, stride, is_preact):
        super().__init__()
        outside, self.is_preact = 4 * planes, is_preact
        self.bn1 = nn.BatchNorm2d(inside if is_preact else planes)
        self.conv1 = conv(inside, planes, 1)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv2 = conv(planes, planes, 3, stride)
        self.bn3 = nn.BatchNorm2d(planes if is_preact else outside)
        self.conv3 = conv(planes, outside, 1)
        self.downsample = None
        if stride != 1 or inside != outside:
            parts = [conv(inside, outside, 1, stride)
                     ] + ([] if is_preact else [nn.BatchNorm2d(outside)])
            self.downsample = nn.Sequential(*parts)

    def forward(self, x):
        shortcut = self.downsample(x) if self.downsample else x
        for norm, convolution in ((self.bn1, self.conv1), (self.bn2, self.conv2), (self.bn3,
                                                                                   self.conv3)):
            x = convolution(F.relu(norm(x))) if self.is_preact else norm(convolution(x))
            if not self.is_preact and norm is not self.bn3:
                x = F.relu(x)
        return x + shortcut if self.is_preact else F.relu(x + shortcut)


class CifarBottleneckResnet(nn.Module):
    def __init__(self, depth, channels, classes, width, is_preact):
        super().__init__()
        self.is_preact, inside = is_preact, width(16)
        self.conv1 = conv(channels, inside, 3)
        if not is_preact:
            self.bn1 = nn.BatchNorm2d(inside)
        for stage in range(3):
            planes, blocks = width(16 << stage), []
            for i in range((depth - 2) // 9):
                blocks.append(
                    CifarBottleneck(inside, planes, 2 if stage and i == 0 else 1, is_preact))
                inside = 4 * planes
            setattr(self, "layer%d" % (stage + 1), nn.Sequential(*blocks))
        if is_preact:
            self.bn = nn.BatchNorm2d(inside)
        self.fc = nn.Linear(inside, classes)

    def forward(self, x):
        x = self.conv1(x)
        if not self.is_preact:
            x = F.relu(self.bn1(x))
        x = self.layer3(self.layer2(self.layer1(x)))
        if self.is_preact:
            x = F.relu(self.bn(x))
        return self.fc(x.mean((2, 3)))


def mlp(shape, classes, hidden, size):
    layers, inputs = [nn.Flatten()], shape[0] * shape[1] * shape[2]
    for _ in range(hidden):
        layers += [nn.Linear(inputs, size), nn.ReLU()]
        inputs = size
    return nn.Sequential(*layers, nn.Linear(inputs, classes))


class ResnextBlock(nn.Module):
    """bearpaw's pytorch-classification: a bottleneck whose 3x3 convolution has groups."""

    def __init__(self, inside, outside, inner, groups, stride):
        super().__init__()
        self.conv_reduce, self.bn_reduce = conv(inside, inner, 1), nn.BatchNorm2d(inner)
        self.conv_conv = nn.Conv2d(inner, inner, 3, stride, 1, groups=groups, bias=False)
        self.bn = nn.BatchNorm2d(inner)
        self.conv_expand, self.bn_expand = conv(inner, outside, 1), nn.BatchNorm2d(outside)
        self.shortcut = nn.Sequential()
        if inside != outside:
            self.shortcut.add_module("shortcut_conv", conv(inside, outside, 1, stride))
            self.shortcut.add_module("shortcut_bn", nn.BatchNorm2d(outside))

    def forward(self, x):
        out = F.relu(self.bn_reduce(self.conv_reduce(x)))
        out = F.relu(self.bn(self.conv_conv(out)))
        return F.relu(self.shortcut(x) + self.bn_expand(self.conv_expand(out)))


class Resnext(nn.Module):
    def __init__(self, groups, channels, classes, width):
        super().__init__()
        inside = base = width(64)
        self.conv_1_3x3, self.bn_1 = conv(channels, base, 3), nn.BatchNorm2d(base)
        for stage in range(3):
            blocks = nn.Sequential()
            for i in range(3):
                blocks.add_module(
                    "stage_%d_bottleneck_%d" % (stage + 1, i),
                    ResnextBlock(inside, base << 2 + stage, groups * base << stage, groups,
                                 2 if stage and i == 0 else 1))
                inside = base << 2 + stage
            setattr(self, "stage_%d" % (stage + 1), blocks)
        self.classifier = nn.Linear(inside, classes)

    def forward(self, x):
        x = F.relu(self.bn_1(self.conv_1_3x3(x)))
        return self.classifier(self.stage_3(self.stage_2(self.stage_1(x))).mean((2, 3)))


class SenetBlock(nn.Module):
    """kuangliu's pytorch-cifar (senet.py, PreActBlock)."""

    def __init__(self, inside, planes, stride):
        super().__init__()
        self.bn1, self.conv1 = nn.BatchNorm2d(inside), conv(inside, planes, 3, stride)
        self.bn2, self.conv2 = nn.BatchNorm2d(planes), conv(planes, planes, 3)
        if stride != 1 or inside != planes:
            self.shortcut = nn.Sequential(conv(inside, planes, 1, stride))
        self.fc1 = nn.Conv2d(planes, max(1, planes // 16), 1)
        self.fc2 = nn.Conv2d(max(1, planes // 16), planes, 1)

    def forward(self, x):
        active = F.relu(self.bn1(x))
        out = self.conv2(F.relu(self.bn2(self.conv1(active))))
        factors = self.fc2(F.relu(self.fc1(out.mean((2, 3), keepdim=True)))).sigmoid()
        return out * factors + (self.shortcut(active) if hasattr(self, "shortcut") else x)


class Senet(nn.Module):
    def __init__(self, channels, classes, width):
        super().__init__()
        inside = width(64)
        self.conv1, self.bn1 = conv(channels, inside, 3), nn.BatchNorm2d(inside)
        for stage in range(4):
            planes = width(64 << stage)
            blocks = [SenetBlock(inside, planes, 2 if stage else 1), SenetBlock(planes, planes, 1)]
            inside = planes
            setattr(self, "layer%d" % (stage + 1), nn.Sequential(*blocks))
        self.linear = nn.Linear(inside, classes)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        return self.linear(self.layer4(self.layer3(self.layer2(self.layer1(x)))).mean((2, 3)))


class DenseCifarLayer(nn.Module):
    """bearpaw's pytorch-classification (densenet.py)."""

    def __init__(self, inside, growth, is_bc):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inside)
        self.conv1 = conv(inside, 4 * growth, 1) if is_bc else conv(inside, growth, 3)
        if is_bc:
            self.bn2, self.conv2 = nn.BatchNorm2d(4 * growth), conv(4 * growth, growth, 3)
        self.is_bc = is_bc

    def forward(self, x):
        out = self.conv1(F.relu(self.bn1(x)))
        return torch.cat([x, self.conv2(F.relu(self.bn2(out))) if self.is_bc else out], 1)


class DenseCifarTransition(nn.Module):
    def __init__(self, inside, outside):
        super().__init__()
        self.bn1, self.conv1 = nn.BatchNorm2d(inside), conv(inside, outside, 1)

    def forward(self, x):
        return F.avg_pool2d(self.conv1(F.relu(self.bn1(x))), 2)


class DenseCifar(nn.Module):
    def __init__(self, depth, is_bc, channels, classes, growth):
        super().__init__()
        n, layers = 2 * growth, (depth - 4) // (6 if is_bc else 3)
        self.conv1 = conv(channels, n, 3)
        for block in range(1, 4):
            setattr(
                self, "dense%d" % block,
                nn.Sequential(
                    *[DenseCifarLayer(n + i * growth, growth, is_bc) for i in range(layers)]))
            n += layers * growth
            if block < 3:
                setattr(self, "trans%d" % block, DenseCifarTransition(n, n // 2 if is_bc else n))
                n = n // 2 if is_bc else n
        self.bn, self.fc = nn.BatchNorm2d(n), nn.Linear(n, classes)

    def forward(self, x):
        x = self.trans2(self.dense2(self.trans1(self.dense1(self.conv1(x)))))
        return self.fc(F.relu(self.bn(self.dense3(x))).mean((2, 3)))


def mobilenet(channels, classes, width, stem):
    """torchvision's; for CIFAR with chenyaofo's two strides of 1."""
    strided = 2 if stem == "imagenet" else 1
    net = MobileNetV2(classes, width,
                      [[1, 16, 1, 1], [6, 24, 2, strided], [6, 32, 3, 2], [6, 64, 4, 2],
                       [6, 96, 3, 1], [6, 160, 3, 2], [6, 320, 1, 1]])
    first = net.features[0][0]
    net.features[0][0] = nn.Conv2d(channels, first.out_channels, 3, strided, 1, bias=False)
    return net


def vgg_imagenet(features, classes, width):
    """torchvision's classifier on these features."""
    inputs = [m for m in features if isinstance(m, nn.Conv2d)][-1].out_channels * 49
    net = VGG(nn.Sequential(), classes)
    net.features = features
    net.classifier[0], net.classifier[3] = nn.Linear(inputs, width(4096)), nn.Linear(
        width(4096), width(4096))
    net.classifier[6] = nn.Linear(width(4096), classes)
    return net


class TimmBlock(nn.Module):
    """timm's Attention and Mlp with its names."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width, 1e-6)
        self.attn = nn.ModuleDict(
            {"qkv": nn.Linear(width, 3 * width), "proj": nn.Linear(width, width)})
        self.norm2 = nn.LayerNorm(width, 1e-6)
        self.mlp = nn.ModuleDict(
            {"fc1": nn.Linear(width, 4 * width), "fc2": nn.Linear(4 * width, width)})

    def forward(self, x):
        n, tokens, width = x.shape
        q, k, v = self.attn["qkv"](self.norm1(x)).reshape(n, tokens, 3, self.heads,
                                                          -1).permute(2, 0, 3, 1, 4)
        shares = (q @ k.transpose(-2, -1) / (width // self.heads) ** 0.5).softmax(-1)
        x = x + self.attn["proj"]((shares @ v).transpose(1, 2).reshape(n, tokens, width))
        return x + self.mlp["fc2"](F.gelu(self.mlp["fc1"](self.norm2(x))))


class TimmVit(nn.Module):
    def __init__(self, shape, classes, patch, layers, heads, width):
        super().__init__()
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.pos_embed = nn.Parameter(torch.zeros(1, 1 + shape[1] * shape[2] // patch ** 2, width))
        self.patch_embed = nn.ModuleDict({"proj": nn.Conv2d(shape[0], width, patch, patch)})
        self.blocks = nn.Sequential(*[TimmBlock(width, heads) for _ in range(layers)])
        self.norm, self.head = nn.LayerNorm(width, 1e-6), nn.Linear(width, classes)

    def forward(self, x):
        x = self.patch_embed["proj"](x).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls_token.expand(len(x), -1, -1), x], 1) + self.pos_embed
        return self.head(self.norm(self.blocks(x))[:, 0])


def vit(name, shape, classes, width, patch, style):
    layers, heads = {"tiny": (12, 3), "small": (12, 6), "base": (12, 12), "large": (24, 16)}[name]
    size = heads * width(64)
    if style == "timm":
        return TimmVit(shape, classes, patch, layers, heads, size)
    net = VisionTransformer(shape[1], patch, layers, heads, size, 4 * size, num_classes=classes)
    net.conv_proj = nn.Conv2d(shape[0], size, patch, patch)
    return net
