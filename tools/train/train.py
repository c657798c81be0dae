#!/usr/bin/env python3
"""Trains FeatherFace V1 or V2 on labelled faces: the first step of the FeatherFace workflow.

    train.py --labels widerface/train/label.txt --network v1 --backbone mobilenetV1X0.25_pretrain.tar \\
             --out mobilenet0.25_Final.pth

label.txt is WIDER FACE's with landmarks, as RetinaFace's authors published it, the pictures being in images/
beside it (or --images): "# path" begins a picture, then a face per line, x y w h, and for those with landmarks
five times x y and a flag, and one number more; landmarks of -1 are not labelled. MultiBox loss (multibox.py),
augmentation by scale, place, mirror and colour. Interrupted, it goes on from its last saved state.
"""
import argparse
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))

import numpy as np
import torch

import models
from checkpoints import load_checkpoint
from command_line import add_training_options, prepare, train, write_checkpoint
from mirror import mirrored_labels
from multibox import LabelledBatch, MultiBox, targets
from networks import body_of, new_network
from pictures import degrade, draw_window, network_input, read_picture
from teacher import Failure

LEAST_SIDE = 6  # pixels: a smaller face in a crop is not looked for


def read_labels(file, images):
    """[(path, n,4 boxes by their corners, n,10 landmarks, NaN where not labelled)] of a label.txt."""
    labels = []
    for number, line in enumerate(pathlib.Path(file).read_text().splitlines(), 1):
        if line.startswith("#"):
            labels.append((images / line[1:].strip(), [], []))
            continue
        try:
            x, y, w, h, *rest = (float(word) for word in line.split())
            if not labels or len(rest) not in (0, 16):
                raise ValueError
        except ValueError:
            raise Failure(f"{file}, line {number}: neither '# picture' nor 'x y w h' with or without landmarks: "
                          f"'{line}'") from None
        points = np.reshape(rest[:15], (-1, 3))[:, :2].ravel() if rest else np.full(10, np.nan)
        labels[-1][1].append((x, y, x + w, y + h))
        labels[-1][2].append(np.where(points < 0, np.nan, points))
    if not labels:
        raise Failure(f"{file}: no picture in it")
    return [(path, np.reshape(boxes, (-1, 4)), np.reshape(points, (-1, 10))) for path, boxes, points in labels]


def kept_in(boxes, side):
    """Which faces a crop shows: those with their centre in it, and large enough."""
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2
    return ((centre > 0) & (centre < side)).all(1) & ((boxes[:, 2:] - boxes[:, :2]) >= LEAST_SIDE).all(1)


def sample(random, label, side, scales):
    """A crop of a labelled picture, of a scale between the two, with the boxes and landmarks in it."""
    path, boxes, points = label
    picture = read_picture(path)
    window = draw_window(random, picture.size, (side, side), boxes, scales)
    crop, boxes, points = window.cut(picture), window.place(boxes), window.place(points)
    if random.random() < 0.5:
        crop = crop[:, ::-1]
        boxes, points = mirrored_labels(side, boxes, points)
    kept = kept_in(boxes, side)
    return degrade(random, crop), boxes[kept], points[kept]


class Batches:
    def __init__(self, labels, side, scales, size):
        self.labels, self.side, self.scales, self.size = labels, side, scales, size

    def __call__(self, random):
        picked = random.integers(len(self.labels), size=self.size)
        crops, boxes, points = zip(*(sample(random, self.labels[i], self.side, self.scales) for i in picked))
        parts = zip(*(targets(b, p, self.side) for b, p in zip(boxes, points)))
        return LabelledBatch(network_input(np.stack(crops)), *(torch.from_numpy(np.stack(part)) for part in parts))


def parse_arguments(words=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labels", required=True, type=pathlib.Path, help="label.txt")
    parser.add_argument("--images", type=pathlib.Path,
                        help="folder of the pictures (default: images/ beside label.txt)")
    parser.add_argument("--network", choices=("v1", "v2"), default="v1")
    parser.add_argument("--backbone", type=pathlib.Path,
                        help="checkpoint whose body is the start (default: random)")
    parser.add_argument("--side", type=int, default=640, help="of the crops, in pixels (default: 640)")
    parser.add_argument("--scales", type=float, nargs=2, default=(0.5, 3.0), metavar=("LEAST", "MOST"),
                        help="of the crops, where 1 is a picture whose longer side has 640 pixels (default: 0.5 3)")
    add_training_options(parser, steps=100000, decay=20000, batch=32, rate=1e-3)
    options = parser.parse_args(words)
    options.images = options.images or options.labels.with_name("images")
    return options


def main():
    options = parse_arguments()
    try:
        prepare(options)
        labels = read_labels(options.labels, options.images)
        body = body_of(options.backbone, load_checkpoint(options.backbone)) if options.backbone else None
        network = new_network(models.NETWORKS[options.network], body, options.seed)
        batches = Batches(labels, options.side, options.scales, options.batch // options.workers)
        trained = train(options, network, batches, MultiBox(), {"": options.rate}, options.steps)
        write_checkpoint(trained, options.out, options.half)
    except (Failure, OSError, ValueError) as error:
        sys.exit(f"train.py: {error}")


if __name__ == "__main__":
    main()
