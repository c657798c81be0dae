"""The detectors of the FeatherFace family and the MobileNetV1-0.25 classifier: the one PyTorch definition.

Reads in the order of the network: backbone, attention, BiFPN, context, channel mix, heads. Module paths, and
with them the state_dict keys and the names a forward hook sees, are those of the published checkpoints, odd
spellings included. Maps are N,C,H,W float32; any height and width from 1 up.

A detector's forward() returns (loc, logits, landms): N,A,4 box regressions, N,A,2 class logits before the
softmax, N,A,10 landmark regressions. A network's `stages` are the modules whose outputs are its milestones,
in the order of execution. Works with torch 1.13 and newer; torchvision is used when there.
"""
import itertools
from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn

try:
    from torchvision.ops import deform_conv2d
except ImportError:
    deform_conv2d = None


# ---- Small blocks ------------------------------------------------------------------------------------------

def conv(inputs, outputs, kernel=1, stride=1, groups=1, bias=False):
    """Convolution padded by half its kernel, without a bias unless one is asked for."""
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=bias)


def named(**layers):
    return nn.Sequential(OrderedDict(layers))


def per_anchor(maps, values):
    """N, anchors * values, H, W as N, H * W * anchors, values."""
    return maps.permute(0, 2, 3, 1).reshape(maps.shape[0], -1, values)


def shuffle(x, rows):
    """Channels seen as a matrix of that many rows, transposed."""
    n, c, h, w = x.shape
    return x.view(n, rows, c // rows, h, w).transpose(1, 2).reshape(n, c, h, w)


def up(x, like):
    return F.interpolate(x, size=like.shape[-2:], mode="nearest")


class Swish(nn.Module):
    def forward(self, x):
        return x * torch.sigmoid(x)


# ---- Backbone ----------------------------------------------------------------------------------------------

def separable(inputs, outputs, stride=1):
    return nn.Sequential(
        conv(inputs, inputs, 3, stride, groups=inputs), nn.BatchNorm2d(inputs), nn.LeakyReLU(0.1),
        conv(inputs, outputs), nn.BatchNorm2d(outputs), nn.LeakyReLU(0.1))


BODY_STAGES = ("stage1", "stage2", "stage3")


class Backbone(nn.Module):
    """MobileNetV1 x0.25 up to P3, P4, P5: strides 8, 16, 32 and 64, 128, 256 channels."""

    def __init__(self):
        super().__init__()
        self.stage1 = nn.Sequential(
            nn.Sequential(conv(3, 8, 3, stride=2), nn.BatchNorm2d(8), nn.LeakyReLU(0.1)),
            separable(8, 16), separable(16, 32, 2), separable(32, 32), separable(32, 64, 2),
            separable(64, 64))
        self.stage2 = nn.Sequential(separable(64, 128, 2), *(separable(128, 128) for _ in range(5)))
        self.stage3 = nn.Sequential(separable(128, 256, 2), separable(256, 256))

    def levels(self, image):
        p3 = self.stage1(image)
        p4 = self.stage2(p3)
        return p3, p4, self.stage3(p4)


class Classifier(Backbone):
    """The ImageNet classifier that the backbone comes from; forward() returns N,1000 logits."""

    title = "MobileNetV1-0.25 classifier"
    stages = BODY_STAGES

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(256, 1000)

    def forward(self, image):
        return self.fc(self.levels(image)[-1].mean((2, 3)))


# ---- Attention (CBAM): a channel gate, then a spatial gate -------------------------------------------------

class ChannelGate(nn.Module):
    """x times the sigmoid of what one MLP says of the spatial average plus of the spatial maximum."""

    def __init__(self, *mlp):
        super().__init__()
        self.mlp = nn.Sequential(*mlp)

    def forward(self, x):
        return x * torch.sigmoid(self.mlp(x.mean((2, 3))) + self.mlp(x.amax((2, 3))))[..., None, None]


def channel_gate_v1(channels):
    hidden = channels // 16
    return ChannelGate(nn.Flatten(), nn.Linear(channels, hidden), nn.ReLU(), nn.Linear(hidden, channels))


def channel_gate_v2(channels):
    hidden = max(channels // 32, 4)
    return ChannelGate(nn.Linear(channels, hidden, bias=False), nn.ReLU(),
                       nn.Linear(hidden, channels, bias=False))


class MaxMean(nn.Module):
    def forward(self, x):
        return torch.cat([x.amax(1, keepdim=True), x.mean(1, keepdim=True)], 1)


class SpatialGateV1(nn.Module):
    def __init__(self):
        super().__init__()
        self.compress = MaxMean()
        self.spatial = named(conv=conv(2, 1, 7), bn=nn.BatchNorm2d(1))

    def forward(self, x):
        return x * torch.sigmoid(self.spatial(self.compress(x)))


def cbam(channels):
    return named(ChannelGate=channel_gate_v1(channels), SpatialGate=SpatialGateV1())


class SpatialGateV2(nn.Module):
    def __init__(self):
        super().__init__()
        self.spatial = nn.Sequential(conv(2, 1, 7), nn.BatchNorm2d(1))

    def forward(self, x):
        mean_max = torch.cat([x.mean(1, keepdim=True), x.amax(1, keepdim=True)], 1)  # V1 has max first
        return x * torch.sigmoid(self.spatial(mean_max))


class CbamManager(nn.Module):
    """A channel gate per level, one spatial gate shared by all levels."""

    def __init__(self, **channels):
        super().__init__()
        self.channel_gates = nn.ModuleDict({level: channel_gate_v2(c) for level, c in channels.items()})
        self.spatial_gate = SpatialGateV2()

    def forward(self, x, level):
        return self.spatial_gate(self.channel_gates[level](x))


# ---- BiFPN -------------------------------------------------------------------------------------------------

def blend(weights, *maps):
    return sum(weight * x for weight, x in zip(weights, maps))


class BiFpn(nn.Module):
    """What the cells of V1 and V2 share: one top-down and one bottom-up sweep over P3, P4, P5.

    A cell supplies conv{4,3}_up, conv{4,5}_down, p{4,5}_downsample, the three methods below, and, when it is
    the first, the projections p{3,4,5}_down_channel from the backbone's widths.
    """

    def __init__(self):
        super().__init__()
        self.p4_w1 = nn.Parameter(torch.ones(2))
        self.p3_w1 = nn.Parameter(torch.ones(2))
        self.p4_w2 = nn.Parameter(torch.ones(3))
        self.p5_w2 = nn.Parameter(torch.ones(3))
        self.swish = Swish()

    def relu_of(self, name):
        raise NotImplementedError

    def bottom_up_inputs(self, levels, p4, p5):
        return p4, p5

    def p5_terms(self, p5, p4_out, p4_up):
        raise NotImplementedError

    def fusion_weights(self, name):
        weights = self.relu_of(name)(getattr(self, name))
        return weights / (weights.sum() + 1e-4)

    def forward(self, levels):
        p3, p4, p5 = levels
        if hasattr(self, "p3_down_channel"):
            p3, p4, p5 = self.p3_down_channel(p3), self.p4_down_channel(p4), self.p5_down_channel(p5)
        w1 = self.fusion_weights("p4_w1")
        p4_up = self.conv4_up(self.swish(blend(w1, p4, up(p5, p4))))
        w1 = self.fusion_weights("p3_w1")
        p3_out = self.conv3_up(self.swish(blend(w1, p3, up(p4_up, p3))))
        p4, p5 = self.bottom_up_inputs(levels, p4, p5)
        w2 = self.fusion_weights("p4_w2")
        p4_out = self.conv4_down(self.swish(blend(w2, p4, p4_up, self.p4_downsample(p3_out))))
        w2 = self.fusion_weights("p5_w2")
        p5_out = self.conv5_down(self.swish(blend(w2, *self.p5_terms(p5, p4_out, p4_up))))
        return p3_out, p4_out, p5_out


class SameMaxPool(nn.Module):
    """3x3 stride-2 max-pool with TensorFlow's "same" padding: zeros, which take part in the maximum."""

    def __init__(self):
        super().__init__()
        self.pool = nn.MaxPool2d(3, 2)

    def forward(self, x):
        pads = []
        for n in (x.shape[-1], x.shape[-2]):
            total = ((n + 1) // 2 - 1) * 2 - n + 3
            pads += [total // 2, total - total // 2]
        return self.pool(F.pad(x, pads))


class BiFpnV1(BiFpn):
    def __init__(self, first, width=64):
        super().__init__()
        for name in ("conv4_up", "conv3_up", "conv4_down", "conv5_down"):
            self.add_module(name, named(depthwise_conv=named(conv=conv(width, width, 3, groups=width)),
                                        pointwise_conv=named(conv=conv(width, width, bias=True)),
                                        bn=nn.BatchNorm2d(width, eps=1e-3)))
        if first:
            for name, channels in (("p5_down_channel", 256), ("p4_down_channel", 128),
                                   ("p3_down_channel", 64), ("p4_down_channel_2", 128),
                                   ("p5_down_channel_2", 256)):
                self.add_module(name, nn.Sequential(named(conv=conv(channels, width, bias=True)),
                                                    nn.BatchNorm2d(width, eps=1e-3)))
        self.p4_downsample, self.p5_downsample = SameMaxPool(), SameMaxPool()
        self.p4_w1_relu, self.p3_w1_relu, self.p4_w2_relu, self.p5_w2_relu = (nn.ReLU() for _ in range(4))

    def relu_of(self, name):
        return getattr(self, name + "_relu")

    def bottom_up_inputs(self, levels, p4, p5):
        """The first cell projects P4 and P5 anew."""
        if not hasattr(self, "p4_down_channel_2"):
            return p4, p5
        return self.p4_down_channel_2(levels[1]), self.p5_down_channel_2(levels[2])

    def p5_terms(self, p5, p4_out, p4_up):
        return p5, self.p5_downsample(p4_out)  # the third of the normalised weights is not used


def bifpn_v1(cells, width=64):
    return nn.Sequential(*(BiFpnV1(cell == 0, width) for cell in range(cells)))


class BiFpnV2(BiFpn):
    def __init__(self, first):
        super().__init__()
        for name in ("conv4_up", "conv3_up", "conv4_down", "conv5_down"):
            self.add_module(name, named(depthwise=conv(32, 32, 3, groups=32), bn1=nn.BatchNorm2d(32),
                                        relu=nn.ReLU(), pointwise=conv(32, 32), bn2=nn.BatchNorm2d(32)))
        if first:
            for name, channels in (("p5_down_channel", 256), ("p4_down_channel", 128),
                                   ("p3_down_channel", 64)):
                self.add_module(name, nn.Sequential(conv(channels, 32), nn.BatchNorm2d(32, eps=1e-3)))
        self.p4_downsample, self.p5_downsample = (nn.MaxPool2d(3, 2, 1) for _ in range(2))
        self.relu = nn.ReLU()

    def relu_of(self, name):
        return self.relu

    def p5_terms(self, p5, p4_out, p4_up):
        return p5, self.p5_downsample(p4_out), self.p5_downsample(p4_up)


# ---- Context (SSH) and channel mix -------------------------------------------------------------------------

def deform_conv(x, offset, mask, weight):
    """Modulated deformable 3x3 convolution, stride 1, pad 1, in plain torch: what torchvision's does.

    offset is N,18,H,W with (dy, dx) pairs, mask N,9,H,W, weight O,C,3,3. A tap samples x bilinearly; outside
    the map x is 0, so a sample a whole pixel or more outside is 0.
    """
    n, c, h, w = x.shape
    rows = torch.arange(h, dtype=x.dtype, device=x.device)[:, None]
    columns = torch.arange(w, dtype=x.dtype, device=x.device)
    flat = x.reshape(n, c, h * w)
    taps = []
    for k in range(9):
        y = rows - 1 + k // 3 + offset[:, 2 * k]
        z = columns - 1 + k % 3 + offset[:, 2 * k + 1]
        sample = 0
        for row, column in itertools.product((y.floor(), y.floor() + 1), (z.floor(), z.floor() + 1)):
            share = (1 - (y - row).abs()) * (1 - (z - column).abs())
            inside = (row >= 0) & (row < h) & (column >= 0) & (column < w)
            index = row.clamp(0, h - 1).long() * w + column.clamp(0, w - 1).long()
            corner = flat.gather(2, index.view(n, 1, -1).expand(-1, c, -1)).view(n, c, h, w)
            sample = sample + corner * (share * inside)[:, None]
        taps.append(sample * mask[:, k, None])
    return torch.einsum("ock,knchw->nohw", weight.flatten(2), torch.stack(taps))


class DeformConv(nn.Module):
    """A new one starts as a plain convolution: no offsets, masks of one."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.offset_conv = conv(inputs, 18, 3, bias=True)
        self.modulator_conv = conv(inputs, 9, 3, bias=True)
        self.regular_conv = conv(inputs, outputs, 3)  # holds the weight, is not called
        for predictor in (self.offset_conv, self.modulator_conv):
            nn.init.zeros_(predictor.weight)
            nn.init.zeros_(predictor.bias)

    def forward(self, x):
        offset = self.offset_conv(x)
        mask = 2 * torch.sigmoid(self.modulator_conv(x))
        weight = self.regular_conv.weight
        if deform_conv2d is None:
            return deform_conv(x, offset, mask, weight)
        return deform_conv2d(x, offset, weight, padding=1, mask=mask)


class Ssh(nn.Module):
    """Three receptive fields side by side, from five branches given in the order unpacked below."""

    def __init__(self, **branches):
        super().__init__()
        for name, branch in branches.items():
            self.add_module(name, branch)

    def forward(self, x):
        conv3x3, conv5x5_1, conv5x5_2, conv7x7_2, conv7x7_3 = self.children()
        by3, shared = conv3x3(x), conv5x5_1(x)
        by5, by7 = conv5x5_2(shared), conv7x7_3(conv7x7_2(shared))
        return F.relu(torch.cat([by3, by5, by7], 1))


def plain_conv(inputs, outputs):
    return conv(inputs, outputs, 3)


def ssh_v1(width=64, convolution=DeformConv):
    def branch(inputs, outputs, *activation):
        return nn.Sequential(convolution(inputs, outputs), nn.BatchNorm2d(outputs), *activation)

    half, quarter = width // 2, width // 4
    return Ssh(conv3X3=branch(width, half), conv5X5_1=branch(width, quarter, nn.LeakyReLU(0.1)),
               conv5X5_2=branch(quarter, quarter), conv7X7_2=branch(quarter, quarter, nn.LeakyReLU(0.1)),
               conv7x7_3=branch(quarter, quarter))


def ssh_v2():
    def reduced(width):
        return nn.Sequential(conv(32, width), nn.BatchNorm2d(width), nn.ReLU(),
                             conv(width, width, 3, groups=4), nn.BatchNorm2d(width))

    def grouped(*activation):
        return nn.Sequential(conv(8, 8, 3, groups=4), nn.BatchNorm2d(8), *activation)

    return Ssh(conv3x3=reduced(16), conv5x5_1=reduced(8), conv5x5_2=grouped(), conv7x7_2=grouped(nn.ReLU()),
               conv7x7_3=grouped())


class Shuffle(nn.Module):
    """Two groups: output channel g * C/2 + i is input channel 2 * i + g."""

    def forward(self, x):
        return shuffle(x, x.shape[1] // 2)


def channel_mix_v1():
    return nn.Sequential(Shuffle(), conv(64, 32), nn.BatchNorm2d(32), conv(32, 32, 3, groups=32),
                         nn.BatchNorm2d(32), conv(32, 64), nn.BatchNorm2d(64), nn.ReLU())


class ChannelMixV2(nn.Module):
    """Four groups: output channel i * 4 + g of the shuffle is input channel g * 8 + i."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Sequential(conv(32, 16, groups=4), nn.BatchNorm2d(16), nn.ReLU(),
                                  conv(16, 32, groups=4), nn.BatchNorm2d(32), nn.ReLU())

    def forward(self, x):
        return self.conv(shuffle(x, 4))


# ---- FeatherFace V1 and V2 ---------------------------------------------------------------------------------

class Head(nn.Module):
    def __init__(self, values, width):
        super().__init__()
        self.conv1x1 = conv(width, 2 * values, bias=True)
        self.values = values

    def forward(self, x):
        return per_anchor(self.conv1x1(x), self.values)


class V1Family(nn.Module):
    """What V1 and the networks around it share: backbone, SSH and three kinds of heads, at one width."""

    def add_contexts(self, width, convolution=DeformConv):
        self.ssh1, self.ssh2, self.ssh3 = (ssh_v1(width, convolution) for _ in range(3))

    def add_heads(self, width):
        self.ClassHead, self.BboxHead, self.LandmarkHead = (
            nn.ModuleList(Head(values, width) for _ in range(3)) for values in (2, 4, 10))

    def each(self, name, levels):
        """The modules of that name, with their number in place of {}, each on its level."""
        return [getattr(self, name.format(i))(x) for i, x in enumerate(levels)]

    def contexts(self, levels):
        return [ssh(x) for ssh, x in zip((self.ssh1, self.ssh2, self.ssh3), levels)]

    def answers(self, levels):
        return tuple(torch.cat([head(x) for head, x in zip(heads, levels)], 1)
                     for heads in (self.BboxHead, self.ClassHead, self.LandmarkHead))


SSH_STAGES = tuple(f"ssh{i}" for i in (1, 2, 3))


class FeatherFaceV1(V1Family):
    title = "FeatherFace V1"
    stages = (*(f"body.{stage}" for stage in BODY_STAGES), *(f"relu_{i}" for i in range(3)),
              *(f"bifpn.{cell}" for cell in range(3)), *(f"bif_relu_{i}" for i in range(3)),
              *(f"ssh{i}" for i in (1, 2, 3)), *(f"ssh{i}_cs" for i in (1, 2, 3)))

    def __init__(self):
        super().__init__()
        self.body = Backbone()
        for i, channels in enumerate((64, 128, 256)):
            self.add_module(f"bacbkbone_{i}_cbam", cbam(channels))
            self.add_module(f"relu_{i}", nn.ReLU())
        self.bifpn = bifpn_v1(cells=3)
        for i in range(3):
            self.add_module(f"bif_cbam_{i}", cbam(64))
            self.add_module(f"bif_relu_{i}", nn.ReLU())
        self.add_contexts(64)
        self.ssh1_cs, self.ssh2_cs, self.ssh3_cs = (channel_mix_v1() for _ in range(3))
        self.add_heads(64)

    def attend(self, levels, gate, relu):
        return self.each(relu, [gated + x for gated, x in zip(self.each(gate, levels), levels)])

    def forward(self, image):
        levels = self.attend(self.body.levels(image), "bacbkbone_{}_cbam", "relu_{}")
        levels = self.attend(self.bifpn(levels), "bif_cbam_{}", "bif_relu_{}")
        levels = [mix(x) for mix, x in zip((self.ssh1_cs, self.ssh2_cs, self.ssh3_cs), self.contexts(levels))]
        return self.answers(levels)


class SharedHead(nn.Module):
    """The three heads of one level; returns them class first."""

    def __init__(self):
        super().__init__()
        self.cls_head = conv(32, 2 * 2, bias=True)
        self.bbox_head = conv(32, 2 * 4, bias=True)
        self.ldm_head = conv(32, 2 * 10, bias=True)

    def forward(self, x):
        return (per_anchor(self.cls_head(x), 2), per_anchor(self.bbox_head(x), 4),
                per_anchor(self.ldm_head(x), 10))


class FeatherFaceV2(nn.Module):
    title = "FeatherFace V2"
    stages = (*(f"body.{stage}" for stage in BODY_STAGES), "bifpn.0", "bifpn.1",
              *(f"ssh{i}{mix}" for i in (1, 2, 3) for mix in ("", "_cs")))

    def __init__(self):
        super().__init__()
        self.body = Backbone()
        self.backbone_cbam_manager = CbamManager(stage1=64, stage2=128, stage3=256)
        self.relu = nn.ReLU()
        self.bifpn = nn.Sequential(BiFpnV2(first=True), BiFpnV2(first=False))
        self.bifpn_cbam_manager = CbamManager(p3=32, p4=32, p5=32)
        self.ssh1, self.ssh2, self.ssh3 = (ssh_v2() for _ in range(3))
        self.ssh1_cs, self.ssh2_cs, self.ssh3_cs = (ChannelMixV2() for _ in range(3))
        self.shared_heads = nn.ModuleList(SharedHead() for _ in range(3))

    def attend(self, levels, manager):
        return [self.relu(manager(x, name) + x) for name, x in zip(manager.channel_gates, levels)]

    def forward(self, image):
        levels = self.attend(self.body.levels(image), self.backbone_cbam_manager)
        levels = self.attend(self.bifpn(levels), self.bifpn_cbam_manager)
        context = ((self.ssh1, self.ssh1_cs), (self.ssh2, self.ssh2_cs), (self.ssh3, self.ssh3_cs))
        levels = [mix(ssh(x)) for (ssh, mix), x in zip(context, levels)]
        logits, loc, landms = (torch.cat(parts, 1) for parts in
                               zip(*(head(x) for head, x in zip(self.shared_heads, levels))))
        return loc, logits, landms


# ---- RetinaFace and the later FeatherFaces -----------------------------------------------------------------

class FeaturePyramid(nn.Module):
    """Each coarser level, merged already, is added to the finer one; the coarsest is not merged."""

    def __init__(self, width):
        super().__init__()
        def normalised(inputs, kernel):
            return nn.Sequential(conv(inputs, width, kernel), nn.BatchNorm2d(width), nn.LeakyReLU(0.1))

        self.output1, self.output2, self.output3 = (normalised(inputs, 1) for inputs in (64, 128, 256))
        self.merge1, self.merge2 = normalised(width, 3), normalised(width, 3)

    def forward(self, levels):
        p3, p4, p5 = self.output1(levels[0]), self.output2(levels[1]), self.output3(levels[2])
        p4 = self.merge2(p4 + up(p5, p4))
        return [self.merge1(p3 + up(p4, p3)), p4, p5]


class RetinaFace(V1Family):
    title = "RetinaFace-MobileNet0.25"
    stages = (*(f"body.{stage}" for stage in BODY_STAGES), "fpn", *SSH_STAGES)

    def __init__(self):
        super().__init__()
        self.body = Backbone()
        self.fpn = FeaturePyramid(64)
        self.add_contexts(64, plain_conv)
        self.add_heads(64)

    def forward(self, image):
        return self.answers(self.contexts(self.fpn(self.body.levels(image))))


class FeatherFace489K(V1Family):
    title = "FeatherFace 489K"
    width = 56
    stages = (*(f"body.{stage}" for stage in BODY_STAGES), "bifpn.0", "bifpn.1", *SSH_STAGES,
              *(f"cs{i}" for i in (1, 2, 3)))

    def __init__(self):
        super().__init__()
        self.body = Backbone()
        self.bifpn = bifpn_v1(2, self.width)
        self.add_contexts(self.width)
        self.add_heads(self.width)
        self.cs1, self.cs2, self.cs3 = (Shuffle() for _ in range(3))

    def attend(self, levels):
        return levels

    def forward(self, image):
        levels = self.attend(self.contexts(self.bifpn(self.body.levels(image))))
        return self.answers([mix(x) for mix, x in zip((self.cs1, self.cs2, self.cs3), levels)])


class RowMeans(nn.Module):
    def forward(self, x):
        return x.mean(3, keepdim=True)


class ColumnMeans(nn.Module):
    def forward(self, x):
        return x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    """A gate per row and one per column; conv_h serves what varies from row to row."""

    def __init__(self, width, hidden=8):
        super().__init__()
        self.pool_h, self.pool_w = RowMeans(), ColumnMeans()
        self.conv_transform, self.bn_transform = conv(width, hidden), nn.BatchNorm2d(hidden)
        self.activation = nn.ReLU()
        self.conv_h, self.conv_w = conv(hidden, width), conv(hidden, width)

    def forward(self, x):
        of_rows, of_columns = self.pool_h(x), self.pool_w(x)
        of_rows, of_columns = (self.activation(self.bn_transform(self.conv_transform(strip)))
                               for strip in (of_rows, of_columns))
        row_gate, column_gate = torch.sigmoid(self.conv_h(of_rows)), torch.sigmoid(self.conv_w(of_columns))
        return x * row_gate * column_gate


class FeatherFaceCoordinate(FeatherFace489K):
    """Its authors call it V2, too."""

    title = "FeatherFace with coordinate attention"
    stages = (*FeatherFace489K.stages[:-3], *(f"ca_p{i}" for i in (3, 4, 5)), *FeatherFace489K.stages[-3:])

    def __init__(self):
        super().__init__()
        self.ca_p3, self.ca_p4, self.ca_p5 = (CoordinateAttention(self.width) for _ in range(3))

    def attend(self, levels):
        return [attention(x) for attention, x in zip((self.ca_p3, self.ca_p4, self.ca_p5), levels)]


class EcaGate(nn.Module):
    """x times the sigmoid of a 1-d convolution along the channels' means."""

    def __init__(self, taps):
        super().__init__()
        self.conv = nn.Conv1d(1, 1, taps, padding=taps // 2, bias=False)
        self.sigmoid = nn.Sigmoid()

    def forward(self, x):
        return x * self.sigmoid(self.conv(x.mean((2, 3))[:, None]).transpose(1, 2)[..., None])


class SpatialGateEca(nn.Module):
    """Mean first, as V2's, but without a BatchNorm."""

    def __init__(self):
        super().__init__()
        self.conv = conv(2, 1, 7)
        self.sigmoid = nn.Sigmoid()

    def forward(self, x):
        return x * self.sigmoid(self.conv(torch.cat([x.mean(1, keepdim=True), x.amax(1, keepdim=True)], 1)))


def eca_cbam(channels):
    return named(eca=EcaGate(5 if channels > 64 else 3), sam=SpatialGateEca())


class FeatherFaceEcaCbam(V1Family):
    title = "FeatherFace ECA-CBAM"
    width = 52
    stages = (*(f"body.{stage}" for stage in BODY_STAGES), *(f"backbone_attention_{i}" for i in range(3)),
              *(f"bifpn.{cell}" for cell in range(3)), *(f"bifpn_attention_{i}" for i in range(3)),
              *SSH_STAGES, *(f"ssh{i}_cs" for i in (1, 2, 3)))

    def __init__(self):
        super().__init__()
        self.body = Backbone()
        for i, channels in enumerate((64, 128, 256)):
            self.add_module(f"backbone_attention_{i}", eca_cbam(channels))
        self.bifpn = bifpn_v1(3, self.width)
        for i in range(3):
            self.add_module(f"bifpn_attention_{i}", eca_cbam(self.width))
        self.add_contexts(self.width)
        self.add_heads(self.width)
        self.ssh1_cs, self.ssh2_cs, self.ssh3_cs = (Shuffle() for _ in range(3))

    def answers(self, levels):
        """Level by level, where the other networks run one kind of heads after another."""
        kinds = (self.BboxHead, self.ClassHead, self.LandmarkHead)
        return tuple(torch.cat(parts, 1) for parts in
                     zip(*([heads[i](x) for heads in kinds] for i, x in enumerate(levels))))

    def forward(self, image):
        levels = self.bifpn(self.each("backbone_attention_{}", self.body.levels(image)))
        levels = self.contexts(self.each("bifpn_attention_{}", levels))
        return self.answers([mix(x) for mix, x in zip((self.ssh1_cs, self.ssh2_cs, self.ssh3_cs), levels)])


DETECTORS = {"v1": FeatherFaceV1, "v2": FeatherFaceV2, "retinaface": RetinaFace, "ff489k": FeatherFace489K,
             "ffeca": FeatherFaceEcaCbam, "ffca": FeatherFaceCoordinate}
NETWORKS = {**DETECTORS, "classifier": Classifier}


def build(state):
    """The network whose keys `state` has, with its tensors, in eval mode."""
    for network in NETWORKS.values():
        model = network()
        if model.state_dict().keys() == state.keys():
            model.load_state_dict(state)
            return model.eval()
    known = ", ".join(network.title for network in NETWORKS.values())
    raise ValueError("these are the tensors of none of " + known)


def parameter_count(model):
    return sum(parameter.numel() for parameter in model.parameters())
