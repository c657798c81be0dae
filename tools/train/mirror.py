"""Labels of a mirrored picture."""
import numpy as np

LANDMARKS = [1, 0, 2, 4, 3]  # left and right eye, and corner of the mouth, change places


def mirrored_labels(width, boxes, landmarks):
    """n,4 corner boxes and n,10 landmarks, in pixels, of a picture that is `width` wide."""
    boxes = np.stack([width - boxes[:, 2], boxes[:, 1], width - boxes[:, 0], boxes[:, 3]], 1)
    points = landmarks.reshape(-1, 5, 2)[:, LANDMARKS] * (-1, 1) + (width, 0)
    return boxes, points.reshape(-1, 10)
