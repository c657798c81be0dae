"""The same networks, quicker to train on a CPU: values and gradients stay those of models.py but for rounding.

A pooled maximum's gradient goes to every place that has the maximum, undivided: places tie hardly ever.
"""
import torch
import torch.nn.functional as F
from torch import nn

import models
from networks import normalised_convs


class MeanAndMaximum(torch.autograd.Function):
    """Of a map over `dims`, kept with length 1. torch's own gradients of both copy the map several times."""

    @staticmethod
    def forward(ctx, x, dims):
        mean, maximum = x.mean(dims, keepdim=True), x.amax(dims, keepdim=True)
        ctx.save_for_backward(x, maximum)
        return mean, maximum

    @staticmethod
    def backward(ctx, of_mean, of_maximum):
        x, maximum = ctx.saved_tensors
        of_mean = of_mean * maximum.numel() / x.numel()
        gradient = torch.where(x == maximum, (of_mean + of_maximum).to(x.dtype), of_mean.to(x.dtype))
        return gradient.contiguous(memory_format=torch.channels_last), None


def channel_gate(self, x):
    mean, maximum = MeanAndMaximum.apply(x, (2, 3))
    gate = torch.sigmoid(self.mlp(mean.flatten(1)) + self.mlp(maximum.flatten(1)))
    return x * gate.to(x.dtype)[..., None, None]


def spatial_gate_v2(self, x):
    return x * torch.sigmoid(self.spatial(torch.cat(MeanAndMaximum.apply(x, (1,)), 1)))


def take_shortcuts(network, settled=None):
    if settled is not None:
        fold(settled)
    for module in network.modules():
        if type(module) is models.ChannelGate:
            module.forward = channel_gate.__get__(module)
        elif type(module) is models.SpatialGateV2:
            module.forward = spatial_gate_v2.__get__(module)


def fold(settled):
    """From now on this part of a network normalises with its running statistics, which stay as they are; that makes each
    BatchNorm a part of the convolution before it. For what is trained already."""
    for conv, norm in normalised_convs(settled):
        conv.forward = lambda x, conv=conv, norm=norm: folded(conv, norm, x)
        norm.forward = lambda x: x


def folded(conv, norm, x):
    scale = norm.weight * torch.rsqrt(norm.running_var + norm.eps)
    mean = norm.running_mean if conv.bias is None else norm.running_mean - conv.bias
    return F.conv2d(x, conv.weight * scale[:, None, None, None], norm.bias - mean * scale,
                    conv.stride, conv.padding, conv.dilation, conv.groups)


def renew_statistics(network, settled, pictures):
    """Gives the settled part the statistics that it has for these pictures, and weights that make of them what it
    computed before: after training with fold(), the statistics are still those of the start."""
    def renew(norm, inputs):
        x = inputs[0]
        mean, variance = x.mean((0, 2, 3)), x.var((0, 2, 3), unbiased=False)
        scale = norm.weight * torch.rsqrt(norm.running_var + norm.eps)
        norm.bias += (mean - norm.running_mean) * scale
        norm.weight.copy_(scale * torch.sqrt(variance + norm.eps))
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)
        norm.num_batches_tracked += 1

    hooks = [norm.register_forward_pre_hook(renew) for norm in settled.modules()
             if isinstance(norm, nn.BatchNorm2d)]
    with torch.no_grad():
        network.eval()(pictures)
    for hook in hooks:
        hook.remove()
