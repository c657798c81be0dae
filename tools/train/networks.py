"""New networks to train: where their weights start from, and how sure they are of a face."""
import math

import torch
from torch import nn

import models
from teacher import Failure

FIRST_SCORE = 0.01  # what a new network says of every anchor: nearly all of them are background


def body_of(path, state):
    """The backbone's tensors in the state_dict of a detector or of the classifier; `path` stands in messages."""
    prefix = "body." if any(name.startswith("body.") for name in state) else ""
    body = {name[len(prefix):]: tensor for name, tensor in state.items()
            if name.startswith(tuple(prefix + stage for stage in models.BODY_STAGES))}
    if body.keys() != models.Backbone().state_dict().keys():
        raise Failure(f"{path}: no MobileNetV1-0.25 backbone in it")
    return body


def class_heads(network):
    if isinstance(network, models.FeatherFaceV2):
        return [heads.cls_head for heads in network.shared_heads]
    return [head.conv1x1 for head in network.ClassHead]


def shift_scores(network, logit):
    """Adds to the logit of every score."""
    with torch.no_grad():
        for head in class_heads(network):
            head.bias += torch.tensor([-logit / 2, logit / 2] * 2, device=head.bias.device)


def normalised_convs(module):
    """Each convolution with the BatchNorm right after it."""
    for block in module.modules():
        layers = list(block.children())
        for conv, norm in zip(layers, layers[1:]):
            if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                yield conv, norm


def fit_half(network):
    """Makes the variances ones that float16 can hold: a convolution's channel is scaled by a power of two, its
    statistics along with it, and what the network computes stays the same."""
    with torch.no_grad():
        for conv, norm in normalised_convs(network):
            scale = torch.exp2(-norm.running_var.clamp(min=1e-30).sqrt().log2().round())
            scale[(norm.running_var > 2 ** -8) & (norm.running_var < 2 ** 8)] = 1
            conv.weight *= scale[:, None, None, None]
            if conv.bias is not None:
                conv.bias *= scale
            norm.running_mean *= scale
            norm.running_var.copy_((norm.running_var + norm.eps) * scale ** 2 - norm.eps).clamp_(min=0)


def new_network(kind, body, seed):
    """A detector (a class of models.py) with that backbone, or a random one for None; the rest is random."""
    torch.manual_seed(seed)
    network = kind()
    if body is not None:
        network.body.load_state_dict(body)
    for head in class_heads(network):
        torch.nn.init.zeros_(head.bias)
    shift_scores(network, math.log(FIRST_SCORE / (1 - FIRST_SCORE)))
    return network
