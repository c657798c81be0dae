"""What each anchor shall answer about the merged faces of a picture, and how far off a student's answers are.

MultiBox's rule, softened for faces smaller than every anchor: an anchor is on a face that it overlaps by
LEAST_OVERLAP, or nearly as much as the best anchor does. What the teacher is unsure of is left out: neither face nor
background. All on the device, without ever asking it for a number.
"""
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from crop_plan import FACE, NEITHER
from faces import VARIANCES, anchors
from losses import face_logit, quality_focal

LEAST_OVERLAP = 0.35  # of an anchor with its face
NEARLY = 0.9          # of the best anchor's overlap
LEFT_OUT = 0.2, 0.7   # the same two for what is neither: more anchors


@dataclass
class Targets:
    face_of: torch.Tensor   # n,A: index of the anchor's face, any where on_face is False
    on_face: torch.Tensor   # n,A
    left_out: torch.Tensor  # n,A: neither face nor background

    def of_face(self, values):
        """n,F or n,F,k values of faces as those of each anchor's face: n,A or n,A,k."""
        index = self.face_of if values.dim() == 2 else self.face_of[..., None].expand(-1, -1, values.shape[2])
        return values.gather(1, index)


class Priors:
    """The anchors of a picture of a size, in pixels, on a device."""

    def __init__(self, width, height, device):
        boxes = torch.from_numpy(anchors(height, width)) * torch.tensor([width, height] * 2)
        self.middle, self.side = boxes[:, :2].to(device), boxes[:, 2:].to(device)
        self.corners = torch.cat([self.middle - self.side / 2, self.middle + self.side / 2], 1)


def overlaps(corners, boxes):
    """n,A,F intersections over unions of A,4 anchors and n,F,4 boxes."""
    a, b = corners[None, :, None], boxes[:, None]
    wide = (torch.minimum(a[..., 2], b[..., 2]) - torch.maximum(a[..., 0], b[..., 0])).clamp(min=0)
    high = (torch.minimum(a[..., 3], b[..., 3]) - torch.maximum(a[..., 1], b[..., 1])).clamp(min=0)
    shared = wide * high
    area = (corners[:, 2:] - corners[:, :2]).prod(1)[None, :, None] + (boxes[..., 2:] - boxes[..., :2]).prod(2)[:, None]
    return shared / (area - shared).clamp(min=1e-6)


def assign(priors, boxes, kinds):
    """Targets for n,F boxes of those kinds."""
    table = overlaps(priors.corners, boxes)

    def near(table, least, nearly):
        best = table.amax(1, keepdim=True)
        return (table > 0) & (table >= torch.minimum(nearly * best, torch.full_like(best, least))), best

    faces = table * (kinds == FACE)[:, None]
    close, best = near(faces, LEAST_OVERLAP, NEARLY)
    share, face_of = torch.where(close, faces / best.clamp(min=1e-6), -1.0).max(2)
    on_face = share > 0
    left_out = near(table * (kinds == NEITHER)[:, None], *LEFT_OUT)[0].any(2) & ~on_face
    return Targets(face_of, on_face, left_out)


class FaceLoss:
    """Scores as quality focal loss over all anchors but those left out: a face's target is the teacher's confidence,
    less where the student's own box is off, so that of several boxes on a face the best is the surest. Boxes as
    smooth L1 in the anchor's units; landmarks as smooth L1 in units of the face, and more for larger faces: there
    an error is seen, and the teacher knows better. Both count by confidence. All are divided by the confidence of
    the anchors on faces, summed.
    """

    WEIGHTS = {"score": 16.0, "box": 1.0, "landmarks": 8.0}
    BETA, LANDMARK_BETA = 0.2, 0.02  # where a square turns into a line: tenths of an anchor, and face sizes
    BOX_QUALITY = 0.5  # power of the box's overlap in the target
    FULL_SIZE, GROWTH, RANGE = 48, 0.75, (0.1, 3.0)  # landmarks count by this power of the size over 48 pixels

    def __call__(self, outputs, batch):
        """The parts, weighted, by name. `batch` has pictures, priors, and boxes, landmarks, confidence, kinds."""
        loc, logits, landms = (output.float() for output in outputs)
        priors = batch.priors
        targets = assign(priors, batch.boxes, batch.kinds)

        weight = targets.of_face(batch.confidence) * targets.on_face
        total = weight.sum().clamp(min=1)
        wanted, size = self.wanted(targets, batch)
        box = F.smooth_l1_loss(loc, wanted[..., :4], reduction="none", beta=self.BETA).sum(2)
        unit = (VARIANCES[0] * priors.side[:, 0] / size)[..., None]
        points = F.smooth_l1_loss(landms * unit, wanted[..., 4:] * unit, reduction="none",
                                  beta=self.LANDMARK_BETA).sum(2)

        quality = self.overlap(loc.detach(), targets.of_face(batch.boxes), priors) ** self.BOX_QUALITY
        score = quality_focal(face_logit(logits), weight * quality) * ~targets.left_out
        parts = {"score": score.sum(), "box": (box * weight).sum(),
                 "landmarks": (points * weight * self.worth(size)).sum()}
        return {name: self.WEIGHTS[name] * part / total for name, part in parts.items()}

    @staticmethod
    def wanted(targets, batch):
        """n,A,14: what loc and landms should be on each anchor's face, and n,A sizes of these faces."""
        priors, boxes = batch.priors, targets.of_face(batch.boxes)
        lengths = (boxes[..., 2:] - boxes[..., :2]).clamp(min=1)
        middle = (boxes[..., :2] + boxes[..., 2:]) / 2 - priors.middle
        points = targets.of_face(batch.landmarks) - priors.middle.repeat(1, 5)
        return torch.cat([middle / (VARIANCES[0] * priors.side), (lengths / priors.side).log() / VARIANCES[1],
                          points / (VARIANCES[0] * priors.side.repeat(1, 5))], 2), lengths.prod(2).sqrt()

    @classmethod
    def worth(cls, size):
        return ((size / cls.FULL_SIZE) ** cls.GROWTH).clamp(*cls.RANGE)

    @staticmethod
    def overlap(loc, boxes, priors):
        """n,A of the student's boxes with their faces'."""
        centre = priors.middle + loc[..., :2] * VARIANCES[0] * priors.side
        half = priors.side * (loc[..., 2:] * VARIANCES[1]).clamp(max=4).exp() / 2
        low, high = torch.maximum(centre - half, boxes[..., :2]), torch.minimum(centre + half, boxes[..., 2:])
        shared = (high - low).clamp(min=0).prod(2)
        area = (2 * half).prod(2) + (boxes[..., 2:] - boxes[..., :2]).clamp(min=0).prod(2)
        return shared / (area - shared).clamp(min=1e-6)
