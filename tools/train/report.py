#!/usr/bin/env python3
"""How well detectors find faces that people labelled: one table, a column for each model.

    report.py -m mobilenet0.25_Final.pth FeatherFaceV2_final.pth --labelled DIR --program build/release/bin/featherface

DIR has a folder for each set: images/, labels.txt (WIDER FACE's ground truth as text) and, where there are some,
landmarks.json. `featherface eval` finds and judges the faces, in the pictures as they are and in variants of them: its
help says what the figures mean, and how both files look. This program asks it and puts the answers side by side; it
measures, and nothing here is for choosing what is learnt.
"""
import argparse
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))

from teacher import Failure, engine

HEIGHTS = {"easy": 50, "medium": 30, "hard": 10}  # roughly WIDER's subsets, at 1024 pixels: the dev labels' own
ENLARGED = 1.6  # 640 pixels to WIDER's own 1024
VARIANTS = {"grey": "grey", "turned 30": "turned=30", "turned 90": "turned=90", "turned 180": "turned=180",
            "enlarged": f"enlarged={ENLARGED}"}


def write_subsets(labels, folder):
    """Lists of the faces at least so high that they are in each subset; returns eval's options for them."""
    lines, words = labels.read_text().splitlines(), []
    for subset, height in HEIGHTS.items():
        text, at = "", 0
        try:
            while at < len(lines):
                name, count = lines[at], int(lines[at + 1])
                faces = [i + 1 for i in range(count) if float(lines[at + 2 + i].split()[3]) * ENLARGED >= height]
                text += "\n".join([name, str(len(faces)), *map(str, faces)]) + "\n"
                at += 2 + count
                if count == 0 and at < len(lines) and lines[at].split()[:4] == ["0"] * 4:
                    at += 1  # WIDER FACE has a face of no size where there is none
        except (IndexError, ValueError):
            raise Failure(f"{labels}: expected a path, a number, and that many faces, at line {at + 1}") from None
        file = pathlib.Path(folder, subset)
        file.write_text(text)
        words += [f"--{subset}", file]
    return words


class Judge:
    """Asks `featherface eval` about a model's faces in a set of pictures."""

    def __init__(self, options, folder, subsets):
        self.program, self.folder, self.scales = options.program, folder, options.scales
        self.iou = 0.4 if folder.name in options.loose else options.iou
        landmarks = folder / "landmarks.json"
        self.labels = ["--labels", folder / "labels.txt", "--iou", self.iou, *subsets,
                       *(["--landmarks", landmarks] if landmarks.exists() else [])]

    def __call__(self, model, variant, *against):
        """name of a row of eval's table -> its figures"""
        text = engine(self.program, "eval", "-m", model, "--images", self.folder / "images", "--scales", self.scales,
                      "--format", "json", *(["--variant", VARIANTS[variant]] if variant else []),
                      *(against or self.labels))
        return {row["name"]: row for row in json.loads(text)["figures"]}

    def figures(self, model, variant):
        """[(what, value or None)]"""
        rows = self(model, variant)
        table = [("AP", rows["all"].get("ap")), ("precision above 0.5", rows["all"].get("precision")),
                 ("recall above 0.5", rows["all"].get("recall")), ("landmarks", rows["all"].get("landmark_error"))]
        if variant in ("", "enlarged"):
            table += [(f"AP from {HEIGHTS[name]} px high at 1024 (about {name})" if name in HEIGHTS else f"AP {name}",
                       row.get("ap")) for name, row in rows.items() if row["group"] in ("subset", "size")]
        else:
            table += [("found again", self(model, variant, "--reference", model)["all"].get("recall"))]
        return table


def rows_of(options, folder):
    """[(row's title, [a value per model])] of one set."""
    rows = {}
    with tempfile.TemporaryDirectory() as made:
        subsets = write_subsets(folder / "labels.txt", made) if folder.name == "wider" else []
        judge = Judge(options, folder, subsets)
        for variant in ["", *options.variants]:
            for column, model in enumerate(options.model):
                for what, value in judge.figures(model, variant):
                    title = f"{folder.name} {variant}".strip() + f": {what}"
                    rows.setdefault(title, [None] * len(options.model))[column] = value
    return [(title, values) for title, values in rows.items() if any(value is not None for value in values)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-m", "--model", required=True, type=pathlib.Path, nargs="+", help="checkpoints")
    parser.add_argument("--labelled", required=True, type=pathlib.Path, help="folder with a folder for each set")
    parser.add_argument("--sets", nargs="+", help="only these (default: all)")
    parser.add_argument("--variants", nargs="*", default=list(VARIANTS), choices=list(VARIANTS),
                        help="beside the pictures as they are (default: all)")
    parser.add_argument("--iou", type=float, default=0.5, help="overlap from which a face is found (default: 0.5)")
    parser.add_argument("--loose", nargs="*", default=["webfaces"],
                        help="sets whose boxes are only roughly right: 0.4 instead (default: webfaces)")
    parser.add_argument("--scales", default="1", help="of eval: at which a picture is looked at (default: 1)")
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
            for title, values in rows_of(options, folder):
                print("|", title, "|", " | ".join("-" if v is None else f"{v:.3f}" for v in values), "|", flush=True)
    except (Failure, OSError, ValueError) as error:
        sys.exit(f"report.py: {error}")


if __name__ == "__main__":
    main()
