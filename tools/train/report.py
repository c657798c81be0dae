#!/usr/bin/env python3
"""How well detectors find faces that people labelled: one table, a column for each model.

    report.py -m mobilenet0.25_Final.pth FeatherFaceV2_final.pth --labelled DIR --program build/release/bin/featherface

DIR has a folder for each set: images/, labels.txt (WIDER FACE's ground truth as text: path, number of faces, 'x y w h'
and six flags per face, the fourth of them 'invalid') and, where there are some, landmarks.json (path -> a list of
{"points": {"left_eye": [x, y], ...}}, in the order of the labels; a "mouth" stands for the middle of its corners).

Faces are found by the engine in the pictures as they are, and in variants of them: grey, turned, enlarged. AP is the
area under precision (the highest at that or a higher recall) against recall, over all scores above 0.02; a found face
goes to the labelled one that it overlaps most, and is a hit if by --iou and if no better one was there before.
Sizes are roots of areas, of the labelled face for a hit and its own for a false alarm. Landmarks' errors are means over
the hits above 0.5, in widths of the labelled face. This program measures; nothing here is for choosing what is learnt.
"""
import argparse
import json
import pathlib
import sys
import tempfile

import numpy as np
from PIL import Image

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))

from multibox import overlaps
from pictures import read_picture
from teacher import Failure, engine

LEAST_SCORE, SHOWN = 0.02, 0.5
SIZES = ((0, 16), (16, 32), (32, 64), (64, 128), (128, 256), (256, 384), (384, np.inf))
HEIGHTS = ((50, "easy"), (30, "medium"), (10, "hard"))  # roughly WIDER's subsets, at 1024 pixels: the dev labels' own
POINTS = ("left_eye", "right_eye", "nose", "mouth_left", "mouth_right")
ENLARGED = 1.6  # 640 pixels to WIDER's own 1024


# ---- Labels ------------------------------------------------------------------------------------------------

class Labels:
    """The faces of a picture: n,4 corner boxes, n invalid, and n,5,2 landmarks, NaN where there are none."""

    def __init__(self, boxes, invalid, points):
        self.boxes, self.invalid, self.points = boxes, invalid, points

    def placed(self, matrix):
        """In a picture made by that 2,3 matrix; a box becomes that of the ellipse in it, for a head is round."""
        def place(points):
            return points @ matrix[:, :2].T + matrix[:, 2]

        centre = place((self.boxes[:, :2] + self.boxes[:, 2:]) / 2)
        half = np.sqrt((self.boxes[:, 2:] - self.boxes[:, :2]) ** 2 @ (matrix[:, :2] ** 2).T) / 2
        return Labels(np.concatenate([centre - half, centre + half], 1), self.invalid, place(self.points))


def read_labels(folder):
    """name -> Labels."""
    lines = (folder / "labels.txt").read_text().splitlines()
    file = folder / "landmarks.json"
    known = json.loads(file.read_text()) if file.exists() else {}
    labels, at = {}, 0
    try:
        while at < len(lines):
            name, count = lines[at], int(lines[at + 1])
            rows = np.reshape([line.split() for line in lines[at + 2:at + 2 + count]], (count, 10)).astype(float)
            at += 2 + count
            if count == 0 and at < len(lines) and lines[at].split()[:4] == ["0"] * 4:
                at += 1  # WIDER FACE has a face of no size where there is none
            labels[name] = Labels(np.concatenate([rows[:, :2], rows[:, :2] + rows[:, 2:4]], 1), rows[:, 7] != 0,
                                  points_of(known.get(name), count))
    except (IndexError, ValueError):
        raise Failure(f"{folder}/labels.txt: expected a path, a number, and that many faces, at line {at + 1}"
                      ) from None
    return labels


def points_of(faces, count):
    points = np.full((count, 5, 2), np.nan)
    for i, face in enumerate(faces or [None] * count):
        named = face["points"] if face else {}
        for k, point in enumerate(POINTS):
            points[i, k] = named.get(point, (np.nan, np.nan))
        if "mouth" in named:
            points[i, 3:] = named["mouth"]
    return points


# ---- Variants ----------------------------------------------------------------------------------------------

def as_it_is(picture):
    return picture, np.array([[1., 0, 0], [0, 1, 0]])


def grey(picture):
    return picture.convert("L").convert("RGB"), np.array([[1., 0, 0], [0, 1, 0]])


def turned(degrees):
    """Clockwise."""
    def turn(picture):
        w, h = picture.size
        way, matrix = {90: (Image.ROTATE_270, [[0, -1, h], [1, 0, 0]]),
                       180: (Image.ROTATE_180, [[-1, 0, w], [0, -1, h]]),
                       270: (Image.ROTATE_90, [[0, 1, 0], [-1, 0, w]])}[degrees]
        return picture.transpose(way), np.array(matrix, float)
    return turn


def rotated(degrees):
    """Clockwise about the middle, on a ground of the mean colour that holds all of it."""
    def rotate(picture):
        angle = np.deg2rad(degrees)
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        w, h = picture.size
        size = np.ceil(np.abs(turn) @ (w, h)).astype(int)
        offset = size / 2 - turn @ (w / 2, h / 2)
        back = np.concatenate([turn.T, (-turn.T @ offset)[:, None]], 1)
        made = picture.transform(tuple(int(n) for n in size), Image.AFFINE, tuple(back.ravel()), Image.BILINEAR,
                                 fillcolor=(123, 117, 104))
        return made, np.concatenate([turn, offset[:, None]], 1)
    return rotate


def enlarged(factor):
    def enlarge(picture):
        size = [max(1, round(n * factor)) for n in picture.size]
        made = picture.resize(size, Image.BICUBIC)
        return made, np.array([[size[0] / picture.width, 0, 0], [0, size[1] / picture.height, 0]])
    return enlarge


VARIANTS = {"": as_it_is, "grey": grey, "turned 30": rotated(30), "turned 90": turned(90), "turned 180": turned(180),
            "enlarged": enlarged(ENLARGED)}


# ---- Finding and matching ----------------------------------------------------------------------------------

def find(program, model, folder):
    """name -> n,15 faces: box, score, five landmarks; best first."""
    text = engine(program, "detect", "-m", model, "--score", LEAST_SCORE, "--format", "jsonl", folder)
    found = {}
    for result in map(json.loads, text.splitlines()):
        faces = np.reshape([face["box"] + [face["score"]] + sum(face["landmarks"].values(), [])
                            for face in result["faces"]], (-1, 15))
        found[pathlib.Path(result["file"]).name] = faces[np.argsort(-faces[:, 4], kind="stable")]
    return found


def match(faces, labels, ignored, iou):
    """For each face the index of the label it hits, -1 for a false alarm, -2 where it does not count."""
    verdict, taken = np.full(len(faces), -1), set()
    if len(labels.boxes) == 0:
        return verdict
    table = overlaps(faces[:, :4], labels.boxes)
    for i, row in enumerate(table):
        best = row.argmax()
        if row[best] < iou:
            continue
        if ignored[best]:
            verdict[i] = -2
        elif best not in taken:
            taken.add(best)
            verdict[i] = best
    return verdict


def average_precision(scores, hits, references):
    if references == 0:
        return None
    order = np.argsort(-scores, kind="stable")
    scores, hits = scores[order], hits[order]
    last = np.append(scores[1:] < scores[:-1], True) if len(scores) else np.array([], bool)
    found, count = np.cumsum(hits)[last], np.arange(1, len(hits) + 1)[last]
    precision = np.maximum.accumulate((found / count)[::-1])[::-1]
    return float((precision * np.diff(found, prepend=0)).sum() / references)


def size_of(boxes):
    return np.sqrt(np.maximum(boxes[:, 2:4] - boxes[:, :2], 0).prod(1))


class Judged:
    """A model's faces in a set's variant, matched."""

    def __init__(self, found, labels, iou):
        self.found, self.labels, self.iou = found, labels, iou
        self.verdicts = {name: match(found[name], labels[name], labels[name].invalid, iou) for name in labels}

    def ap(self, low=0, high=np.inf, height=0):
        """Of faces of these sizes, or (all others being ignored) from a height."""
        scores, hits, references = [], [], 0
        for name, labels in self.labels.items():
            faces, verdict = self.found[name], self.verdicts[name]
            sizes = size_of(labels.boxes)
            if height:
                ignored = labels.invalid | (labels.boxes[:, 3] - labels.boxes[:, 1] < height)
                verdict = match(faces, labels, ignored, self.iou)
                references += (~ignored).sum()
                kept = verdict != -2
            else:
                references += (~labels.invalid & (sizes >= low) & (sizes < high)).sum()
                size = np.where(verdict >= 0, sizes[verdict] if len(sizes) else 0, size_of(faces))
                kept = (verdict != -2) & (size >= low) & (size < high)
            scores.append(faces[kept, 4])
            hits.append(verdict[kept] >= 0)
        return average_precision(np.concatenate(scores), np.concatenate(hits), references)

    def shown(self):
        """Precision and recall of the faces above 0.5."""
        verdicts = np.concatenate([self.verdicts[name][self.found[name][:, 4] > SHOWN] for name in self.labels])
        references = sum((~labels.invalid).sum() for labels in self.labels.values())
        hits = (verdicts >= 0).sum()
        return hits / max(1, (verdicts != -2).sum()), hits / max(1, references)

    def landmarks(self):
        errors = []
        for name, labels in self.labels.items():
            faces, verdict = self.found[name], self.verdicts[name]
            for face, hit in zip(faces, verdict):
                if hit < 0 or face[4] <= SHOWN or np.isnan(labels.points[hit]).any():
                    continue
                points, wanted = face[5:].reshape(5, 2), labels.points[hit]
                if (wanted[3] == wanted[4]).all():
                    points, wanted = (np.concatenate([p[:3], p[3:].mean(0)[None]]) for p in (points, wanted))
                errors.append(np.linalg.norm(points - wanted, axis=1).mean() / np.ptp(labels.boxes[hit, [0, 2]]))
        return float(np.mean(errors)) if errors else None


def found_again(before, after, matrices):
    """The share of the faces shown before that are shown after, IoU 0.5."""
    again = total = 0
    for name, faces in before.items():
        faces = faces[faces[:, 4] > SHOWN]
        others = after[name][after[name][:, 4] > SHOWN]
        moved = Labels(faces[:, :4], None, np.zeros((len(faces), 0, 2))).placed(matrices[name]).boxes
        total += len(faces)
        if len(faces) and len(others):
            again += (overlaps(moved, others[:, :4]).max(1) >= 0.5).sum()
    return again / total if total else None


# ---- The table ---------------------------------------------------------------------------------------------

def rows_of(options, folder, variants):
    """[(row's title, [a value per model])] of one set."""
    labels = read_labels(folder)
    iou = options.iou if folder.name not in options.loose else 0.4
    rows, first = {}, {}
    for variant in variants:
        with tempfile.TemporaryDirectory() as made:
            placed, matrices = {}, {}
            for i, name in enumerate(labels):
                picture, matrix = VARIANTS[variant](read_picture(folder / "images" / name))
                picture.save(pathlib.Path(made, f"{i:06}.ppm"))
                key = f"{i:06}.ppm"
                placed[key], matrices[key] = labels[name].placed(matrix), matrix
            for column, model in enumerate(options.model):
                found = find(options.program, model, made)
                judged = Judged(found, placed, iou)
                title = f"{folder.name} {variant}".strip()

                def put(what, value):
                    rows.setdefault(f"{title}: {what}", [None] * len(options.model))[column] = value

                put("AP", judged.ap())
                precision, recall = judged.shown()
                put("precision above 0.5", precision)
                put("recall above 0.5", recall)
                put("landmarks", judged.landmarks())
                if variant in ("", "enlarged"):
                    if folder.name == "wider":
                        scale = ENLARGED if variant else 1
                        for height, subset in HEIGHTS:
                            put(f"AP from {height} px high at 1024 (about {subset})",
                                judged.ap(height=height * scale / ENLARGED))
                    for low, high in SIZES:
                        put(f"AP {low} to {high:.0f} px", judged.ap(low, high))
                if variant == "":
                    first[column] = found
                elif variant != "enlarged":
                    put("found again", found_again(first[column], found, matrices))
    return [(title, values) for title, values in rows.items() if any(value is not None for value in values)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-m", "--model", required=True, type=pathlib.Path, nargs="+", help="checkpoints")
    parser.add_argument("--labelled", required=True, type=pathlib.Path, help="folder with a folder for each set")
    parser.add_argument("--sets", nargs="+", help="only these (default: all)")
    parser.add_argument("--variants", nargs="*", default=list(VARIANTS)[1:], choices=list(VARIANTS)[1:],
                        help="beside the pictures as they are (default: all)")
    parser.add_argument("--iou", type=float, default=0.5, help="overlap from which a face is found (default: 0.5)")
    parser.add_argument("--loose", nargs="*", default=["webfaces"],
                        help="sets whose boxes are only roughly right: 0.4 instead (default: webfaces)")
    parser.add_argument("--program", default="featherface", help="the featherface program")
    options = parser.parse_args()
    try:
        folders = sorted(file.parent for file in options.labelled.glob("*/labels.txt"))
        folders = [folder for folder in folders if not options.sets or folder.name in options.sets]
        if not folders:
            raise Failure(f"{options.labelled}: no folder with a labels.txt in it")
        print("| |", " | ".join(model.stem for model in options.model), "|")
        print("| --- |", " | ".join("---:" for _ in options.model), "|")
        for folder in folders:
            for title, values in rows_of(options, folder, ["", *options.variants]):
                print("|", title, "|", " | ".join("-" if v is None else f"{v:.3f}" for v in values), "|", flush=True)
    except (Failure, OSError, ValueError) as error:
        sys.exit(f"report.py: {error}")


if __name__ == "__main__":
    main()
