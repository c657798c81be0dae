#!/usr/bin/env python3
"""Trains a distilled FeatherFace V2 further, on the faces that its teachers find when they see more than the student.

    refine.py --teacher mobilenet0.25_Final.pth --start FeatherFaceV2_final.pth --images DIR --out better.pth

1. Each teacher looks at each photo at several scales and in the mirror, by the engine; what they say is merged into
   faces with a confidence (merged_faces.py). They do so once; the answers are kept in --work. So are those of --start:
   what it does not see, or takes for a face, is learnt from more often.
2. V2, from --start's weights, learns these faces in crops that are drawn anew for each step: faces of all sizes as
   often (crop_plan.py), turned, grey, dark, blurred, noisy, compressed (spoil.py). Interrupted, it goes on from its
   last saved state when started again.
3. The averaged weights' scores are solved for anew (refit.py) and shifted by --threshold, and all is written to --out.

The photos that distill.py keeps back are kept back here, too. All others lie in memory, unpacked: 1.6 MB for a
photo of 640x480. Needs python3-torch, python3-numpy, python3-pil and the featherface program. Uses a GPU where torch
sees one.
"""
import argparse
import math
import pathlib
import sys
import zlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))

import models
import teacher
from checkpoints import load_checkpoint
from command_line import add_training_options, positive, prepare, tell, train, write_checkpoint
from crop_plan import MOST_FACES, SURE, Planner
from face_targets import FaceLoss, Priors
from faces import MEAN_BGR
from merged_faces import ask_engine, ask_network, kept_answers, merge, together, with_needs
from networks import shift_scores
from photo_atlas import Atlas
from pictures import TEST, VALIDATION, list_pictures, part_of
from refit import refit_scores
from shortcuts import renew_statistics
from spoil import spoil
from teacher import Failure

# Pictures, crops to a side in each, and how often: small crops side by side, so that shrunk photos fill the picture.
SHAPES = (((640, 640), 1, 0.66), ((640, 640), 2, 0.25), ((640, 640), 4, 0.09))
PIXELS = 640 * 640  # --batch counts pictures of this size


@dataclass
class Pictures:
    """A batch on the device."""

    pictures: torch.Tensor    # n,3,H,W as the networks take them
    boxes: torch.Tensor
    landmarks: torch.Tensor
    confidence: torch.Tensor
    kinds: torch.Tensor
    priors: Priors


class Planned:
    """A Plan on its way to the device."""

    def __init__(self, plan, atlas):
        self.plan, self.atlas = plan, atlas
        values = [plan.photos, plan.matrices, plan.boxes, plan.landmarks, plan.confidence, plan.kinds]
        self.values = [torch.from_numpy(value) for value in values]
        if torch.cuda.is_available():
            self.values = [value.pin_memory() for value in self.values]

    def to(self, device):
        photos, matrices, *faces = (value.to(device, non_blocking=True) for value in self.values)
        crops, cells = self.atlas.cut(photos, matrices, self.plan.size), self.plan.cells
        if cells > 1:
            n, channels, height, width = crops.shape
            crops = crops.view(-1, cells, cells, channels, height, width).permute(0, 3, 1, 4, 2, 5)
            crops = crops.reshape(-1, channels, cells * height, cells * width)
        mean = torch.tensor(MEAN_BGR, dtype=torch.float32, device=device)[:, None, None]
        pictures = (spoil(self.plan.seed, crops) - mean).contiguous(memory_format=torch.channels_last)
        return Pictures(pictures, *faces, priors_of(pictures.shape[3], pictures.shape[2], str(device)))


@lru_cache(16)
def priors_of(width, height, device):
    return Priors(width, height, device)


class Batches:
    def __init__(self, planner, atlas, batch, shapes=SHAPES):
        self.planner, self.atlas, self.batch, self.shapes = planner, atlas, batch, shapes
        self.chances = np.array([chance for _, _, chance in shapes]) / sum(chance for _, _, chance in shapes)

    def __call__(self, random):
        size, cells, _ = self.shapes[random.choice(len(self.shapes), p=self.chances)]
        count = max(1, self.batch * PIXELS // (size[0] * size[1]))
        return Planned(self.planner.plan(random, size, cells, count), self.atlas)


def parse_arguments(words=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--teacher", required=True, type=pathlib.Path, nargs="+",
                        help="trained FeatherFace V1 (.pth), and further detectors that are asked as well")
    parser.add_argument("--start", required=True, type=pathlib.Path, help="V2 to begin with, as distill.py makes it")
    parser.add_argument("--images", required=True, type=pathlib.Path, help="folder of photos")
    parser.add_argument("--program", default="featherface", help="the featherface program")
    parser.add_argument("--body-rate", type=float, default=8e-4,
                        help="peak learning rate of the backbone (default: 8e-4)")
    parser.add_argument("--threshold", type=float, default=0.5,
                        help="of the trained network: scores are shifted so that it becomes 0.5 (default: 0.5)")
    parser.add_argument("--refit", type=positive, default=480,
                        help="pictures from which the scores are solved for anew in the end (default: 480)")
    add_training_options(parser, steps=20000, decay=8000, batch=32, rate=3e-3)
    options = parser.parse_args(words)
    if not 0 < options.threshold < 1:
        parser.error("--threshold is between 0 and 1")
    return options


def training_photos(folder):
    return [path for path in list_pictures(folder) if part_of(path.name) not in (TEST, VALIDATION)]


def batches_of(options, teachers, start):
    """`teachers` and `start` are networks, those of the files in the options."""
    paths = training_photos(options.images)
    if not paths:
        raise Failure(f"{options.images}: no photos to train on")
    device = "cuda" if torch.cuda.is_available() else "cpu"
    atlas = Atlas(paths, device)

    def answers_of(file, network):
        ask = ask_engine(options.program, file) if device == "cpu" else ask_network(network, device)
        kept = options.work / f"answers_{zlib.crc32(file.read_bytes()):08x}"
        return kept_answers(kept, paths, atlas, ask,
                            lambda made, missing: tell(f"{file.name} has seen {made} of {missing} photos"))

    said = together([answers_of(*pair) for pair in zip(options.teacher, teachers)])
    faces = [merge(some, len(teachers)) for some in said]
    tell(f"{len(paths)} photos, {sum((some.confidence >= SURE).sum() for some in faces)} faces")
    faces = [with_needs(some, merge(own)) for some, own in zip(faces, answers_of(options.start, start))]
    room = None if device == "cpu" else MOST_FACES
    return Batches(Planner(faces, atlas.sizes, room), atlas, max(1, options.batch // options.workers))


def main():
    options = parse_arguments()
    try:
        teachers = [models.build(teacher.load_teacher(file)) for file in options.teacher]
        student = models.build(load_checkpoint(options.start))
        if not isinstance(student, models.FeatherFaceV2):
            raise Failure(f"{options.start}: the student must be {models.FeatherFaceV2.title}: {student.title}")
        prepare(options)
        student = student.float()
        batches = batches_of(options, teachers, student)
        student = train(options, student, batches, FaceLoss(), {"": options.rate, "body.": options.body_rate},
                        options.steps, settled="", graphed=True)
        finish(options, student, batches)
    except (Failure, OSError, ValueError) as error:
        sys.exit(f"refine.py: {error}")


def finish(options, student, batches):
    """From averaged weights to the checkpoint."""
    device = next(student.parameters()).device
    renew_statistics(student, student, batches(np.random.default_rng(options.seed)).to(device).pictures)
    batches.batch = min(batches.batch, 4)
    refit_scores(student, batches, np.random.default_rng([options.seed, 1]), options.refit, tell)
    shift_scores(student, -math.log(options.threshold / (1 - options.threshold)))
    write_checkpoint(student, options.out, options.half)


if __name__ == "__main__":
    main()
