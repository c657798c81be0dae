"""The last layers of a trained V2 solved for anew, for the network as it will be used.

While it trains, its neck normalises by each batch; afterwards by running statistics, and so the heads, which are linear,
see other features than those they learnt from. Here they see what they will see, over many pictures, all else being
fixed; that makes it a small convex problem. Anchors on faces that the teacher was unsure of, left out while training,
have the teacher's confidence as their target: so they are what they are, doubtful.
"""
import torch
import torch.nn.functional as F

from crop_plan import FACE, NEITHER
from face_targets import FaceLoss, assign
from faces import VARIANCES
from losses import face_logit, quality_focal

LEAST_SCORE = 0.02  # background that the network takes for a face by less is no part of the problem
ANCHORS, STEPS = 2, 150
STAY = 1e-4         # how much the score's weights are held where they were


class Gathered:
    """Of one level and one of its two anchors: features, and what the head should answer."""

    def __init__(self):
        self.scored, self.targets, self.on_face, self.wanted, self.weights = [], [], [], [], []

    def joined(self):
        return tuple(torch.cat(some) for some in (self.scored, self.targets, self.on_face, self.wanted, self.weights))


def targets_of(batch, loc, logits):
    """n,A score targets, which anchors count, which are on a face, and of the latter n,A,14 answers and n,A weights."""
    priors = batch.priors
    sure = assign(priors, batch.boxes, batch.kinds)
    unsure = assign(priors, batch.boxes, (batch.kinds == NEITHER) * FACE)

    def score(targets):
        boxes = targets.of_face(batch.boxes)
        quality = FaceLoss.overlap(loc, boxes, priors) ** FaceLoss.BOX_QUALITY
        return targets.of_face(batch.confidence) * quality

    doubtful = unsure.on_face & ~sure.on_face
    target = torch.where(sure.on_face, score(sure), torch.where(doubtful, score(unsure), 0.0))
    seen = torch.sigmoid(face_logit(logits)) > LEAST_SCORE
    counted = sure.on_face | doubtful | (seen & ~sure.left_out)
    wanted, size = FaceLoss.wanted(sure, batch)
    confidence = sure.of_face(batch.confidence) * sure.on_face
    return target, counted, sure.on_face, wanted, torch.stack([confidence, FaceLoss.worth(size) * confidence,
                                                               VARIANCES[0] * priors.side[:, 0] / size], 2)


@torch.no_grad()
def gather(network, batches, random, pictures, device):
    """[level][anchor] Gathered of at least so many pictures."""
    gathered, features, done = [[Gathered() for _ in range(ANCHORS)] for _ in network.shared_heads], {}, 0
    hooks = [head.register_forward_pre_hook(lambda _, inputs, i=i: features.__setitem__(i, inputs[0]))
             for i, head in enumerate(network.shared_heads)]
    while done < pictures:
        batch = batches(random).to(device)
        loc, logits, _ = network(batch.pictures)
        values, start = targets_of(batch, loc, logits), 0
        for level, anchors in enumerate(gathered):
            n, channels, height, width = features[level].shape
            rows = features[level].permute(0, 2, 3, 1).reshape(n, height * width, channels)
            end = start + height * width * ANCHORS
            parts = [value[:, start:end].unflatten(1, (height * width, ANCHORS)) for value in values]
            for anchor, some in enumerate(anchors):
                target, counted, on_face, wanted, weights = (part[:, :, anchor] for part in parts)
                some.scored.append(rows[counted])
                some.targets.append(target[counted])
                some.on_face.append(rows[on_face])
                some.wanted.append(wanted[on_face])
                some.weights.append(weights[on_face])
            start = end
        done += len(batch.pictures)
    for hook in hooks:
        hook.remove()
    return gathered


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


def rows_of(head, anchor, values):
    """A head's weight and bias for one anchor: values,C and values."""
    rows = slice(anchor * values, (anchor + 1) * values)
    return head.weight.detach()[rows, :, 0, 0].clone(), head.bias.detach()[rows].clone()


def refit_heads(network, batches, random, pictures, tell):
    """Sets the heads of a V2 in eval mode anew, from so many pictures."""
    device = next(network.parameters()).device
    gathered = [[some.joined() for some in anchors]
                for anchors in gather(network.eval(), batches, random, pictures, device)]
    refit_scores(network, gathered, tell)
    refit_places(network, gathered, tell)


def refit_scores(network, gathered, tell):
    pairs, problems = [], []
    for head, anchors in zip(network.shared_heads, gathered):
        for anchor, (rows, targets, *_) in enumerate(anchors):
            weight, bias = rows_of(head.cls_head, anchor, 2)
            pairs.append(((weight[1] - weight[0]).requires_grad_(), (bias[1] - bias[0]).requires_grad_()))
            problems.append((rows, targets))
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


def refit_places(network, gathered, tell):
    """Boxes and landmarks, by the losses that they were trained with."""
    for heads, anchors in zip(network.shared_heads, gathered):
        for anchor, (_, _, rows, wanted, weights) in enumerate(anchors):
            if len(rows) < 20 * rows.shape[1]:
                continue  # too few faces of this size to know better
            confidence, worth, unit = weights.unbind(1)
            for head, values, answers, beta, scale, weight in (
                    (heads.bbox_head, 4, wanted[:, :4], FaceLoss.BETA, torch.ones_like(unit), confidence),
                    (heads.ldm_head, 10, wanted[:, 4:], FaceLoss.LANDMARK_BETA, unit, worth)):
                matrix, bias = (value.requires_grad_() for value in rows_of(head, anchor, values))

                def loss():
                    answer = (rows @ matrix.T + bias) * scale[:, None]
                    far = F.smooth_l1_loss(answer, answers * scale[:, None], reduction="none", beta=beta).sum(1)
                    return (far * weight).sum() / weight.sum()

                before, after = solve(loss, [matrix, bias])
                tell(f"{values // 2} points of {int(len(rows))} anchors: {before:.4f}, refitted {after:.4f}")
                with torch.no_grad():
                    head.weight[anchor * values:(anchor + 1) * values, :, 0, 0] = matrix
                    head.bias[anchor * values:(anchor + 1) * values] = bias
