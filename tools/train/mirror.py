"""A network's answer for the mirrored crop, from its answer for the crop: no box is decoded for it.

Exact for crop sides that are multiples of 32: only then do the anchors' centres lie symmetrically.
"""
from functools import lru_cache

import numpy as np

from faces import SIZES, STEPS

LANDMARKS = [1, 0, 2, 4, 3]  # left and right eye, and corner of the mouth, change places


@lru_cache(maxsize=None)
def mirrored_anchors(side):
    """For each anchor of a side x side crop the index of the one at the mirrored place; its own inverse."""
    if side % STEPS[-1]:
        raise ValueError(f"crops must have a side that is a multiple of {STEPS[-1]}, not {side}")
    levels, start = [], 0
    for step, sizes in zip(STEPS, SIZES):
        shape = (side // step, side // step, len(sizes))
        levels.append(start + np.arange(np.prod(shape)).reshape(shape)[:, ::-1].ravel())
        start += np.prod(shape)
    return np.concatenate(levels)


def mirrored_values(values):
    """n,14 regressions (dx, dy, dw, dh, then five landmark pairs) as the mirrored anchors have them."""
    points = values[:, 4:].reshape(-1, 5, 2)[:, LANDMARKS] * np.array([-1, 1], values.dtype)
    return np.concatenate([-values[:, :1], values[:, 1:4], points.reshape(-1, 10)], 1)


def mirrored_labels(width, boxes, landmarks):
    """n,4 corner boxes and n,10 landmarks, in pixels, of a picture that is `width` wide."""
    boxes = np.stack([width - boxes[:, 2], boxes[:, 1], width - boxes[:, 0], boxes[:, 3]], 1)
    points = landmarks.reshape(-1, 5, 2)[:, LANDMARKS] * (-1, 1) + (width, 0)
    return boxes, points.reshape(-1, 10)
