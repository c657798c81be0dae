"""New networks to train: where their weights start from, and how sure they are of a face."""
import math

import torch

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
    if isinstance(network, models.FeatherFaceV1):
        return [head.conv1x1 for head in network.ClassHead]
    return [heads.cls_head for heads in network.shared_heads]


def shift_scores(network, logit):
    """Adds to the logit of every score."""
    with torch.no_grad():
        for head in class_heads(network):
            head.bias += torch.tensor([-logit / 2, logit / 2] * 2, device=head.bias.device)


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
