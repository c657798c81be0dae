#!/usr/bin/env python3
"""Makes a FeatherFace V2 checkpoint from a trained V1, or another detector of the family, with a folder of photos and no labels.

    distill.py --teacher mobilenet0.25_Final.pth --images DIR --out FeatherFaceV2_final.pth

1. Crops of the photos are made, at many scales, and the teacher's answers for them and their mirror images, by the
   engine; after --round steps others take their place, for crops that are seen too often are learnt by heart.
2. V2, starting from the teacher's `body` (or --backbone's), is trained to give the same scores, boxes and
   landmarks. Interrupted, it goes on from its last saved state when started again; all is kept in --work. The
   learning rate is constant but for the last --decay steps: --steps can be changed at any time before they begin,
   and also after, to go on from where the decay began.
3. The averaged weights are calibrated, so that F1 is highest for faces above 0.5, and written to --out.

A fifth of the photos (by their file name's CRC-32) is not trained on: one half is for the calibration, the other
for the figures you tell others. See pictures.part_of().
Needs python3-torch, python3-numpy, python3-pil and the featherface program. Uses a GPU where torch sees one.
"""
import argparse
import json
import math
import pathlib
import re
import shutil
import sys
import tempfile
import time

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))

import models
import teacher
from checkpoints import load_checkpoint
from command_line import add_training_options, cores, positive, prepare, schedule_of, tell, train, write_checkpoint
from crop_store import CropStore, fill
from files import write_whole
from loop import saved_state
from losses import Distillation
from networks import body_of, new_network, shift_scores
from pictures import FIT, TEST, VALIDATION, CropMaker, link_part, list_pictures, part_of
from shortcuts import renew_statistics
from teacher import Failure

CROPS = "320x320:40960 640x480:5120 640x427:2048 427x640:2048"  # those of 640 have the shapes of photos
PIXELS = 320 * 320  # --batch counts crops of this size; of larger ones a batch has fewer


def scales_of(size):
    """The scales of crops of a size, where 1 is a photo whose longer side has 640 pixels."""
    return (0.45, 1.6) if max(size) < FIT else (0.75, 1.3)


def crop_set(text):
    parts = re.fullmatch(r"(\d+)x(\d+):(\d+)", text)
    width, height, count = map(int, parts.groups()) if parts else (0, 0, 0)
    if min(width, height) < 32 or count < 1:
        raise argparse.ArgumentTypeError(f"'{text}': expected WIDTHxHEIGHT:COUNT, sides of 32 pixels or more, such as "
                                         "320x320:40960")
    return (width, height), count


def parse_arguments(words=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--teacher", required=True, type=pathlib.Path, help="trained FeatherFace V1, a later FeatherFace or RetinaFace-MobileNet0.25 (.pth)")
    parser.add_argument("--images", required=True, type=pathlib.Path, help="folder of photos")
    parser.add_argument("--backbone", type=pathlib.Path,
                        help="checkpoint whose body is the start (default: the teacher)")
    parser.add_argument("--program", default="featherface", help="the featherface program")
    parser.add_argument("--crops", type=crop_set, nargs="+", metavar="WIDTHxHEIGHT:COUNT",
                        default=[crop_set(text) for text in CROPS.split()],
                        help=f"crops to make for a round (default: {CROPS}, 21 GB)")
    parser.add_argument("--round", type=positive, default=6000, help="steps with the same crops (default: 6000)")
    parser.add_argument("--body-rate", type=float, default=8e-4,
                        help="peak learning rate of the backbone (default: 8e-4)")
    add_training_options(parser, steps=30000, decay=12000, batch=32, rate=3e-3)
    return parser.parse_args(words)


# ---- Crops -------------------------------------------------------------------------------------------------

def faces_of(options, paths):
    """path -> boxes of the teacher's faces, found once."""
    cache = options.work / "faces.json"
    if not cache.exists():
        tell(f"finding faces in {len(paths)} photos")
        found = teacher.find_faces(options.program, options.teacher, paths)
        text = json.dumps({str(path): boxes.tolist() for path, boxes in found.items()})
        write_whole(cache, lambda file: file.write(text.encode()))
    boxes = json.loads(cache.read_text())
    missing = [path for path in paths if str(path) not in boxes]
    if missing:
        raise Failure(f"{cache}: made of other photos; {missing[0]} is not in it")
    return {path: boxes[str(path)] for path in paths}


def make_crops(options, number):
    """The crops of a round, in the place of another's; returns batches of them, one worker's part of --batch."""
    folder = options.work / f"round_{number}"
    for other in options.work.glob("round_*/crops_*"):
        if other.parent != folder:
            shutil.rmtree(other)
    paths = [path for path in list_pictures(options.images) if part_of(path.name) not in (TEST, VALIDATION)]
    if not paths:
        raise Failure(f"{options.images}: no photos to train on")
    boxes = faces_of(options, paths)
    stores = []
    for size, count in options.crops:
        start, name = time.monotonic(), f"crops_{size[0]}x{size[1]}"

        def progress(made, left):
            minutes = (time.monotonic() - start) / made * left / 60
            tell(f"{name}: {made}/{made + left}, {minutes:.0f} min left")

        fill(folder / name, CropMaker(paths, boxes, size, scales_of(size)), options.program,
             options.teacher, count, [options.seed, number], cores(), progress)
        stores.append(CropStore(folder / name))
    return Batches(stores, options.batch // options.workers)


class Batches:
    """Batches of one crop size each, the sizes taking turns by how many pixels there are of them."""

    def __init__(self, stores, batch):
        self.stores, self.batch = stores, batch
        pixels = [len(store) * store.pixels for store in stores]
        self.chances = [n / sum(pixels) for n in pixels]

    def __call__(self, random):
        store = self.stores[random.choice(len(self.stores), p=self.chances)]
        return store.batch(random, max(1, self.batch * PIXELS // store.pixels))


# ---- Rounds ------------------------------------------------------------------------------------------------

def train_in_rounds(options, new_student):
    """Returns the trained student, and batches of the crops it saw last."""
    until = 0
    while until < options.steps:
        state = saved_state(options.work, schedule_of(options))
        step = state["step"] if state else 0
        number = min(step, options.steps - 1) // options.round
        batches = make_crops(options, number)
        until = min(options.steps, (number + 1) * options.round)
        student = train(options, new_student(), batches, Distillation(),
                        {"": options.rate, "body.": options.body_rate}, until, settled="body")
    return student, batches


# ---- Calibration -------------------------------------------------------------------------------------------

def calibrate(options, student):
    """Shifts the scores so that on the photos for it F1 against the teacher is highest for faces above 0.5."""
    with tempfile.TemporaryDirectory() as folder:
        checkpoint, pictures = pathlib.Path(folder, "student.pth"), pathlib.Path(folder, "photos")
        pictures.mkdir()
        count = link_part(options.images, VALIDATION, pictures)
        if count == 0:
            return tell("no photos left to calibrate on: scores stay as they are")
        write_checkpoint(student, checkpoint)
        text = teacher.engine(options.program, "eval", "-m", checkpoint, "--reference", options.teacher,
                              "--images", pictures, "--side", FIT, "--format", "json")
    every = json.loads(text)["figures"][0]
    if "best_threshold" not in every:
        return tell("no face to calibrate on: scores stay as they are")
    best = every["best_threshold"]
    tell(f"F1 {every['f1']:.4f}, AP {every['ap']:.4f} on {count} photos; calibrated, so that faces above "
         f"{best:.3f} are now above 0.5: F1 {every['best_f1']:.4f}")
    shift_scores(student, -math.log(best / (1 - best)))


def main():
    options = parse_arguments()
    try:
        state = teacher.load_teacher(options.teacher)
        start = load_checkpoint(options.backbone) if options.backbone else state
        body = body_of(options.backbone or options.teacher, start)
        prepare(options)
        student, batches = train_in_rounds(options, lambda: new_network(models.FeatherFaceV2, body, options.seed))
        renew_statistics(student, student.body, batches(np.random.default_rng(options.seed)).pictures)
        calibrate(options, student)
        write_checkpoint(student, options.out, options.half)
    except (Failure, OSError, ValueError) as error:
        sys.exit(f"distill.py: {error}")


if __name__ == "__main__":
    main()
