"""The scores of a trained V2 solved for anew, for the network as it will be used.

While it trains, its neck normalises by each batch; afterwards by running statistics, and so the heads, which are
linear, see other features than those they learnt from. Here they see what they will see, over many pictures, all
else being fixed: a small problem. Anchors on faces that the teacher was unsure of, left out while training, have the
teacher's confidence as their target: so they are what they are, doubtful. Boxes and landmarks stay: solved for in
the same way they fitted the photos at hand and were worse on others.
"""
import torch

from crop_plan import FACE, NEITHER
from face_targets import FaceLoss, assign
from losses import face_logit, quality_focal

LEAST_SCORE = 0.02  # background that the network takes for a face by less is no part of the problem
ANCHORS, STEPS = 2, 150
STAY = 1e-4         # how much the score's weights are held where they were


def targets_of(batch, loc, logits):
    """n,A score targets, and which anchors count."""
    priors = batch.priors
    sure = assign(priors, batch.boxes, batch.kinds)
    unsure = assign(priors, batch.boxes, (batch.kinds == NEITHER) * FACE)

    def score(targets):
        quality = FaceLoss.overlap(loc, targets.of_face(batch.boxes), priors) ** FaceLoss.BOX_QUALITY
        return targets.of_face(batch.confidence) * quality

    doubtful = unsure.on_face & ~sure.on_face
    target = torch.where(sure.on_face, score(sure), torch.where(doubtful, score(unsure), 0.0))
    seen = torch.sigmoid(face_logit(logits)) > LEAST_SCORE
    return target, sure.on_face | doubtful | (seen & ~sure.left_out)


@torch.no_grad()
def gather(network, batches, random, pictures, device):
    """For each level and each of its two anchors the features of n,C and n targets, of at least so many pictures."""
    gathered, features, done = [[] for _ in range(ANCHORS * len(network.shared_heads))], {}, 0
    hooks = [head.register_forward_pre_hook(lambda _, inputs, i=i: features.__setitem__(i, inputs[0]))
             for i, head in enumerate(network.shared_heads)]
    while done < pictures:
        batch = batches(random).to(device)
        loc, logits, _ = network(batch.pictures)
        values, start = targets_of(batch, loc, logits), 0
        for level, feature in sorted(features.items()):
            n, channels, height, width = feature.shape
            rows = feature.permute(0, 2, 3, 1).reshape(n, height * width, channels)
            end = start + height * width * ANCHORS
            target, counted = (value[:, start:end].view(n, height * width, ANCHORS) for value in values)
            for anchor in range(ANCHORS):
                kept = counted[..., anchor]
                gathered[level * ANCHORS + anchor].append((rows[kept], target[..., anchor][kept]))
            start = end
        done += len(batch.pictures)
    for hook in hooks:
        hook.remove()
    return [tuple(torch.cat(part) for part in zip(*some)) for some in gathered]


def solve(loss, parameters):
    optimizer = torch.optim.LBFGS(parameters, max_iter=STEPS, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        value = loss()
        value.backward()
        return value

    before = float(loss())
    optimizer.step(closure)
    return before, float(loss())


def refit_scores(network, batches, random, pictures, tell):
    """Sets the class heads of a V2 anew, from so many pictures; the network is in eval mode from then on."""
    device = next(network.parameters()).device
    problems, pairs = gather(network.eval(), batches, random, pictures, device), []
    for i in range(len(problems)):
        head, anchor = network.shared_heads[i // ANCHORS].cls_head, i % ANCHORS
        pairs.append(tuple((values[2 * anchor + 1] - values[2 * anchor]).detach().clone().requires_grad_()
                           for values in (head.weight[:, :, 0, 0], head.bias)))
    first = [weight.detach().clone() for weight, _ in pairs]
    faces = sum(targets.sum() for _, targets in problems).clamp(min=1)

    def loss():
        scores = sum(quality_focal(rows @ weight + bias, targets).sum()
                     for (rows, targets), (weight, bias) in zip(problems, pairs))
        return scores / faces + STAY * sum(((weight - old) ** 2).sum() for (weight, _), old in zip(pairs, first))

    tell("scores' loss: {:.4f}, refitted {:.4f}".format(*solve(loss, [value for pair in pairs for value in pair])))
    with torch.no_grad():
        for i, (weight, bias) in enumerate(pairs):
            head, anchor = network.shared_heads[i // ANCHORS].cls_head, i % ANCHORS
            for values, new in ((head.weight[:, :, 0, 0], weight), (head.bias, bias)):
                low, high = values[2 * anchor].clone(), values[2 * anchor + 1].clone()
                values[2 * anchor], values[2 * anchor + 1] = (low + high - new) / 2, (low + high + new) / 2
