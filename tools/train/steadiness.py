#!/usr/bin/env python3
"""How far a detector agrees with itself: its faces in photos against those in the same photos moved or mirrored.

    steadiness.py -m mobilenet0.25_Final.pth --images FOLDER --by 1 4 8 --program build/release/bin/featherface

What it changes about its own mind when nothing but the place of the pixels changes, a student of it cannot be expected
to know much better. Photos are first fitted into 640 pixels, and lie on a ground of the mean colour that is the same
for all moves, which are right and down, its sides multiples of 32; in the mirror it is the whole ground that is
mirrored. Figures are those of `featherface eval`.
"""
import argparse
import json
import pathlib
import sys
import tempfile

import numpy as np
from PIL import Image, ImageOps

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))

from faces import MEAN_BGR
from mirror import mirrored_labels
from pictures import FIT, list_pictures, read_picture
from teacher import Failure, engine

SCORE, IOU = 0.5, 0.5


def moved(picture, by, room):
    """The picture, `by` pixels from the top left of a ground that has at least `room` pixels more."""
    ground = Image.new("RGB", [-(-(n + room) // 32) * 32 for n in picture.size], MEAN_BGR[::-1])
    ground.paste(picture, (by, by))
    return ground


def faces_by_name(program, model, folder):
    """name -> its faces above SCORE, best first: n,14 of box corners and five landmarks."""
    text = engine(program, "detect", "-m", model, "--score", SCORE, "--format", "jsonl", folder)
    results = map(json.loads, text.splitlines())
    return {pathlib.Path(result["file"]).name: np.reshape(
        [face["box"] + sum(face["landmarks"].values(), []) for face in result["faces"]], (-1, 14))
        for result in results}


def overlaps(box, others):
    """IoU of a box with each of n,4."""
    sides = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    shared = np.maximum(sides, 0).prod(1)
    return shared / ((box[2:] - box[:2]).prod() + (others[:, 2:] - others[:, :2]).prod(1) - shared)


def agreement(expected, found):
    """How many of the found faces are expected ones, and these faces' landmark distances in face widths."""
    free, distances = set(range(len(expected))), []
    for face in found if len(expected) else ():
        shares = overlaps(face[:4], expected[:, :4])
        best = shares.argmax()
        if shares[best] >= IOU and best in free:
            free.remove(best)
            apart = np.linalg.norm((face[4:] - expected[best, 4:]).reshape(5, 2), axis=1).mean()
            distances.append(apart / (expected[best, 2] - expected[best, 0]))
    return len(distances), distances


def fitted(path):
    picture = read_picture(path)
    factor = FIT / max(picture.size)
    return picture.resize([max(1, round(n * factor)) for n in picture.size], Image.BILINEAR)


def faces_moved(options, paths, by, mirror=False):
    """name -> its faces in the photos moved by so many pixels, or mirrored after that, in pixels of the photos."""
    widths = {}
    with tempfile.TemporaryDirectory() as folder:
        for number, path in enumerate(paths):
            ground, name = moved(fitted(path), by, max(options.by)), f"{number:06}.ppm"
            (ImageOps.mirror(ground) if mirror else ground).save(pathlib.Path(folder, name))
            widths[name] = ground.width
        found = faces_by_name(options.program, options.model, folder)
    if mirror:
        found = {name: np.concatenate(mirrored_labels(widths[name], faces[:, :4], faces[:, 4:]), 1)
                 for name, faces in found.items()}
    return {name: faces - by for name, faces in found.items()}


def compare(title, expected, found):
    """Prints the figures of faces_moved() against faces_moved()."""
    pairs = [agreement(expected[name], faces) for name, faces in found.items()]
    hits, distances = sum(hits for hits, _ in pairs), sum((some for _, some in pairs), [])
    if not hits:
        raise Failure(f"{title}, no face is found again")
    count = sum(len(faces) for faces in (*expected.values(), *found.values()))
    print(f"{title}: F1 {2 * hits / count:.3f}, landmarks {np.mean(distances):.3f} face widths", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-m", "--model", required=True, type=pathlib.Path, help="FeatherFace V1 or V2 (.pth)")
    parser.add_argument("--images", required=True, type=pathlib.Path, help="folder of photos")
    parser.add_argument("--by", type=int, nargs="+", default=[1, 4, 8], help="pixels (default: 1 4 8)")
    parser.add_argument("--program", default="featherface", help="the featherface program")
    options = parser.parse_args()
    if min(options.by) < 0:
        parser.error("--by takes pixels to the right and down, 0 or more")
    try:
        paths = list_pictures(options.images)
        if not paths:
            raise Failure(f"{options.images}: no photos in it")
        expected = faces_moved(options, paths, 0)
        for by in options.by:
            compare(f"moved by {by}", expected, faces_moved(options, paths, by))
        compare("mirrored", expected, faces_moved(options, paths, 0, mirror=True))
    except (Failure, OSError, ValueError) as error:
        sys.exit(f"steadiness.py: {error}")


if __name__ == "__main__":
    main()
