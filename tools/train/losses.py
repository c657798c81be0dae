"""What the networks are trained to make small."""
import torch
import torch.nn.functional as F


def face_logit(logits):
    """The logit of the face's score: after the softmax over two classes, score = sigmoid(face_logit)."""
    return logits[..., 1] - logits[..., 0]


FOCUS = 1.5


def quality_focal(logit, target):
    """Cross-entropy with soft targets, weighted by how far off the score is: elementwise.

    |target - score|^FOCUS * -(target * log(score) + (1 - target) * log(1 - score))
    (Li et al., "Generalized Focal Loss", 2020, where FOCUS is called beta, and 2. Less makes more of answers that
    are nearly right already: many a face of the teacher is near the threshold.)
    """
    distance = (target - torch.sigmoid(logit)).abs()
    return distance ** FOCUS * F.binary_cross_entropy_with_logits(logit, target, reduction="none")


class Distillation:
    """The student's answer against the teacher's, for every anchor. Boxes and landmarks count by the
    teacher's score, where it sees a face at all. All three parts are divided by the sum of these scores: the
    number of anchors on faces, softly counted.

    The score's part weighs most, for near the answer its gradients are small, and those of the others are not. BETA is
    where smooth L1 turns from a square into a straight line, in units of a tenth of the anchor's size: low, or what
    is off by a pixel would hardly count any more.
    """

    WEIGHTS = {"score": 16.0, "box": 1.0, "landmarks": 0.5}
    BETA = 0.2

    def __call__(self, outputs, batch):
        """The parts, weighted, by name; their sum is to be made small. `batch` is a crop_store.Batch."""
        loc, logits, landms = (output.float() for output in outputs)
        kept = (batch.rows, batch.anchors)
        weights = batch.scores[kept]
        faces = weights.sum().clamp(min=1)

        def distance(ours, theirs):
            return (F.smooth_l1_loss(ours[kept], theirs, reduction="none", beta=self.BETA).sum(1) * weights).sum()

        parts = {"score": quality_focal(face_logit(logits), batch.scores).sum(),
                 "box": distance(loc, batch.values[:, :4]),
                 "landmarks": distance(landms, batch.values[:, 4:])}
        return {name: self.WEIGHTS[name] * part / faces for name, part in parts.items()}
