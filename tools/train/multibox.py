"""MultiBox: labelled faces matched to anchors, and the loss of a detector against them."""
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from faces import VARIANCES, anchors
from losses import face_logit

LEAST_OVERLAP = 0.35  # of a face with an anchor that is to find it
NEGATIVES = 7  # background anchors that count for each anchor on a face: those most mistaken for one


def corners(boxes):
    """n,4 centre and size as n,4 corners."""
    return np.concatenate([boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2], 1)


def overlaps(a, b):
    """n,m intersections over unions of n,4 and m,4 boxes by their corners."""
    low, high = np.maximum(a[:, None, :2], b[None, :, :2]), np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = np.maximum(high - low, 0).prod(2)
    area_a, area_b = (a[:, 2:] - a[:, :2]).prod(1), (b[:, 2:] - b[:, :2]).prod(1)
    return shared / np.maximum(area_a[:, None] + area_b - shared, 1e-9)


def match(boxes, side):
    """For each anchor of a side x side picture the index of its face in boxes (corners, pixels), or -1.

    An anchor goes to the face it overlaps most, if by LEAST_OVERLAP; and every face gets its best anchor.
    """
    priors = anchors(side, side) * side
    face_of = np.full(len(priors), -1)
    if len(boxes):
        table = overlaps(corners(priors), boxes)
        best = table.argmax(1)
        close = table[np.arange(len(priors)), best] >= LEAST_OVERLAP
        face_of[close] = best[close]
        face_of[table.argmax(0)] = np.arange(len(boxes))
    return face_of


def encode(boxes, landmarks, priors):
    """n,14 regressions of n boxes (corners) and n,10 landmarks, one to each of n priors, all in pixels: what
    faces.decode() turns back."""
    centre, size = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
    middle, side = priors[:, :2], priors[:, 2:]
    return np.concatenate([(centre - middle) / (VARIANCES[0] * side), np.log(size / side) / VARIANCES[1],
                           (landmarks - np.tile(middle, 5)) / (VARIANCES[0] * np.tile(side, 5))], 1)


@dataclass
class LabelledBatch:
    pictures: torch.Tensor      # n,3,S,S
    on_face: torch.Tensor       # n,A: bool
    regressions: torch.Tensor   # n,A,14: 4 of loc, 10 of landms; 0 where they do not count
    has_landmarks: torch.Tensor  # n,A: bool

    def to(self, device):
        return LabelledBatch(*(getattr(self, name).to(device) for name in self.__dataclass_fields__))


def targets(boxes, landmarks, side):
    """on_face A, regressions A,14 and has_landmarks A of one picture. Landmarks of NaN are not labelled."""
    face_of = match(boxes, side)
    on_face = face_of >= 0
    regressions = np.zeros((len(face_of), 14), np.float32)
    priors = anchors(side, side)[on_face] * side
    found = face_of[on_face]
    regressions[on_face] = encode(boxes[found], landmarks[found], priors)
    has_landmarks = on_face & ~np.isnan(regressions).any(1)
    return on_face, np.nan_to_num(regressions), has_landmarks


class MultiBox:
    """Cross-entropy of the scores, on the faces and the hardest of the background; smooth L1 of boxes and of
    landmarks where there are some. Each divided by the number of anchors it is over."""

    def __call__(self, outputs, batch):
        loc, logits, landms = (output.float() for output in outputs)
        faces = batch.on_face.sum().clamp(min=1)
        entropy = F.binary_cross_entropy_with_logits(face_logit(logits), batch.on_face.float(), reduction="none")
        background = torch.where(batch.on_face, -1.0, entropy.detach())
        rank = background.argsort(1, descending=True).argsort(1)
        hard = rank < (NEGATIVES * batch.on_face.sum(1, keepdim=True)).clamp(min=NEGATIVES)
        counted = batch.on_face | (hard & ~batch.on_face)

        def distance(ours, theirs, where):
            return F.smooth_l1_loss(ours[where], theirs[where], reduction="sum") / where.sum().clamp(min=1)

        return {"score": (entropy * counted).sum() / faces,
                "box": 2 * distance(loc, batch.regressions[..., :4], batch.on_face),
                "landmarks": distance(landms, batch.regressions[..., 4:], batch.has_landmarks)}
