"""Networks of the zoo that torchvision has not, as modules of PyTorch with the names of the weights in circulation."""
import torch.nn.functional as F
from torch import nn


def conv(inside, outside, size, stride=1):
    return nn.Conv2d(inside, outside, size, stride, size // 2, bias=False)


class WideBlock(nn.Module):
    """xternalz's WideResNet-pytorch: the 1x1 shortcut takes the activation, the identity the input."""

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
    """bearpaw's pytorch-classification, ReLU after (resnet.py) or before the convolutions (preresnet.py)."""

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
            parts = [conv(inside, outside, 1, stride)] + ([] if is_preact else [nn.BatchNorm2d(outside)])
            self.downsample = nn.Sequential(*parts)

    def forward(self, x):
        shortcut = self.downsample(x) if self.downsample else x
        for norm, convolution in ((self.bn1, self.conv1), (self.bn2, self.conv2), (self.bn3, self.conv3)):
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
                blocks.append(CifarBottleneck(inside, planes, 2 if stage and i == 0 else 1, is_preact))
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
