"""From a picture to the detectors' input, and from their outputs to faces: the reference in numpy."""
import numpy as np

MEAN_BGR = (104, 117, 123)
STEPS = (8, 16, 32)
SIZES = ((16, 32), (64, 128), (256, 512))
VARIANCES = (0.1, 0.2)


def preprocess(image_bgr):
    """uint8 H,W,3 BGR as float32 1,3,H,W with the mean subtracted; no division, no resize."""
    return (image_bgr.astype(np.float32) - np.float32(MEAN_BGR)).transpose(2, 0, 1)[None].copy()


def anchors(height, width):
    """A,4 priors: centre x, centre y, width, height as fractions of the picture's."""
    boxes = [((j + 0.5) * step / width, (i + 0.5) * step / height, size / width, size / height)
             for step, sizes in zip(STEPS, SIZES)
             for i in range(-(-height // step)) for j in range(-(-width // step)) for size in sizes]
    return np.array(boxes, np.float32)


def decode(loc, landms, height, width):
    """One picture's A,4 and A,10 regressions as boxes (corners) and landmarks in pixels."""
    priors = anchors(height, width)
    middle, side = priors[:, :2], priors[:, 2:]
    centre = middle + loc[:, :2] * np.float32(VARIANCES[0]) * side
    size = side * np.exp(loc[:, 2:] * np.float32(VARIANCES[1]))
    corner = centre - size / 2
    boxes = np.concatenate([corner, corner + size], 1)
    points = np.tile(middle, 5) + landms * np.float32(VARIANCES[0]) * np.tile(side, 5)
    return boxes * np.float32([width, height] * 2), points * np.float32([width, height] * 5)


def nms(boxes, threshold):
    """Indices of the boxes kept, of boxes in order of preference. A box's area counts both borders ("+1")."""
    x1, y1, x2, y2 = boxes.T
    area = (x2 - x1 + 1) * (y2 - y1 + 1)
    rest, kept = np.arange(len(boxes)), []
    while rest.size:
        best, rest = rest[0], rest[1:]
        kept.append(best)
        wide = np.minimum(x2[best], x2[rest]) - np.maximum(x1[best], x1[rest]) + 1
        high = np.minimum(y2[best], y2[rest]) - np.maximum(y1[best], y1[rest]) + 1
        shared = np.maximum(wide, 0) * np.maximum(high, 0)
        rest = rest[shared / (area[best] + area[rest] - shared) <= threshold]
    return np.array(kept, int)


def detect(loc, conf, landms, height, width, score=0.02, overlap=0.4, before=5000, after=750):
    """One picture's K,15 faces: x1 y1 x2 y2, score, five landmark pairs. conf is A,2 after the softmax."""
    boxes, points = decode(loc, landms, height, width)
    order = np.argsort(-conf[:, 1], kind="stable")
    order = order[conf[order, 1] > score][:before]
    order = order[nms(boxes[order], overlap)[:after]]
    return np.concatenate([boxes[order], conf[order, 1:], points[order]], 1)
