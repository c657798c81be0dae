"""`featherface eval` against a computation of its own: every found face is looked at in plain loops."""
import itertools
import json
import math
import os
import pathlib
import random
import subprocess
import tempfile
import unittest

import support
import numpy as np
from PIL import Image

import seeded

PROGRAM = support.program()
LOW, DISPLAY, IOU = 0.02, 0.3, 0.4
SIZES = {"below 16 px": (0, 16), "16-32 px": (16, 32), "32-64 px": (32, 64), "64-128 px": (64, 128),
         "128-256 px": (128, 256), "256-384 px": (256, 384), "from 384 px": (384, math.inf)}
POINTS = "left_eye", "right_eye", "nose", "mouth_left", "mouth_right"


def run(*words):
    return subprocess.run([PROGRAM, *map(str, words)], check=True, capture_output=True, text=True).stdout


def area(box):
    return max(0, box[2] - box[0]) * max(0, box[3] - box[1])


def iou(a, b):
    shared = area((max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])))
    return shared / (area(a) + area(b) - shared) if shared else 0


def judged(faces, wanted):
    """[(score, hit, size)] of one picture's [(score, box)] against its [(box, counts)]."""
    free, result = set(range(len(wanted))), []
    for score, box in sorted(faces, key=lambda face: -face[0]):
        shares = [iou(box, reference) for reference, _ in wanted]
        best = max(range(len(wanted)), key=lambda i: shares[i], default=None)
        if best is None or shares[best] < IOU:
            result.append((score, False, math.sqrt(area(box))))
        elif wanted[best][1]:
            hit = best in free
            free.discard(best)
            result.append((score, hit, math.sqrt(area(wanted[best][0] if hit else box))))
    return result


def figures(pictures, least=0.0, most=math.inf):
    """The figures of [(outcomes, wanted)] for sizes from least up to below most."""
    found = [o for outcomes, _ in pictures for o in outcomes if least <= o[2] < most]
    count = sum(counts and least <= math.sqrt(area(box)) < most for _, wanted in pictures for box, counts in wanted)
    faces = sum(score > DISPLAY for score, _, _ in found)
    hits = sum(hit for score, hit, _ in found if score > DISPLAY)
    points = []
    for threshold in sorted({score for score, _, _ in found}, reverse=True):
        above = [hit for score, hit, _ in found if score >= threshold]
        points.append((sum(above) / count if count else 0, sum(above) / len(above)))
    recalls = [0] + [recall for recall, _ in points]
    ap = sum((recalls[i + 1] - recalls[i]) * max(p for _, p in points[i:]) for i in range(len(points)))
    result = {"references": count, "faces": faces, "hits": hits}
    if faces:
        result["precision"] = hits / faces
    if count:
        result.update(recall=hits / count, ap=ap)
    if count + faces:
        result["f1"] = 2 * hits / (count + faces)
    return result


class Evaluation(unittest.TestCase):
    """Seeded models, pictures, and what eval says of them."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.v1, cls.v2 = (support.seeded_checkpoint(cls.folder, network) for network in ("v1", "v2"))
        (cls.folder / "pictures/more").mkdir(parents=True)
        cls.names = ["a_1.ppm", "a_2.ppm", "more/b_1.ppm"]
        for name, (height, width) in zip(cls.names, ((70, 97), (160, 130), (64, 64))):
            pixels = seeded.image(height, width)
            (cls.folder / "pictures" / name).write_bytes(b"P6 %d %d 255\n" % (width, height) + pixels.tobytes())
        cls.student, cls.teacher = cls.faces(cls.v2), cls.faces(cls.v1)

    @classmethod
    def faces(cls, model):
        """name -> [(score, box)]"""
        results = json.loads(run("detect", "-m", model, "--score", LOW, "--format", "json", cls.folder / "pictures"))
        return {os.path.relpath(image["file"], cls.folder / "pictures"):
                [(face["score"], face["box"]) for face in image["faces"]] for image in results["images"]}

    def report(self, *words):
        text = run("eval", "-m", self.v2, "--images", self.folder / "pictures", "--iou", IOU, "--score", DISPLAY,
                   "--format", "json", "--kinds", *words)
        return {row["name"]: row for row in json.loads(text)["figures"]}

    def check(self, row, expected):
        for name in ("precision", "recall", "f1", "ap"):
            self.assertEqual(name in row, name in expected, name)
        for name, value in expected.items():
            self.assertAlmostEqual(row[name], value, delta=2e-6, msg=name)

    def check_report(self, report, pictures):
        """`pictures`: name -> (outcomes, wanted)"""
        self.check(report["all"], figures(pictures.values()))
        for size, (least, most) in SIZES.items():
            self.check(report[size], figures(pictures.values(), least, most))
        for kind in "ab":
            of_kind = [value for name, value in pictures.items() if os.path.basename(name).startswith(kind)]
            self.check(report[kind], figures(of_kind))


class References(Evaluation):
    def test_figures_against_another_model_are_those_of_plain_loops(self):
        pictures = {}
        for name in self.names:
            wanted = [(box, True) for score, box in self.teacher[name] if score > DISPLAY]
            pictures[name] = judged(self.student[name], wanted), wanted
        report = self.report("--reference", self.v1)
        self.assertGreater(report["all"]["hits"], 2)
        self.assertLess(report["all"]["hits"], report["all"]["faces"])
        self.check_report(report, pictures)

    def labels(self):
        """name -> [(box, counts)]: found faces moved about, some invalid, and faces nobody finds."""
        draw, labels = random.Random(3), {}
        for name in self.names:
            labels[name] = []
            for _, (x1, y1, x2, y2) in self.student[name]:
                if draw.random() < 0.7:
                    x, y, w, h = (round(n + draw.uniform(-0.15, 0.15) * (x2 - x1)) for n in (x1, y1, x2 - x1, y2 - y1))
                    labels[name].append(((x, y, x + w, y + h), draw.random() < 0.8 and w > 0 and h > 0))
            labels[name].append(((900, 900, 930, 940), True))
        return labels

    def test_figures_against_labels_and_subsets_are_those_of_plain_loops(self):
        labels = self.labels()
        easy = {name: {i for i in range(len(labels[name])) if i % 3} for name in self.names[:2]}
        text, subset = "", ""
        for name, wanted in labels.items():
            text += f"{name}\n{len(wanted)}\n"
            for (x1, y1, x2, y2), counts in wanted:
                text += f"{x1} {y1} {x2 - x1} {y2 - y1} 0 0 0 {int(not counts)} 0 0 \n"
        for name, numbers in easy.items():
            subset += "\n".join([name, str(len(numbers)), *(str(i + 1) for i in numbers)]) + "\n"
        (self.folder / "labels.txt").write_text(text)
        (self.folder / "easy.txt").write_text(subset)
        report = self.report("--labels", self.folder / "labels.txt", "--easy", self.folder / "easy.txt")
        self.assertGreater(report["all"]["hits"], 10)
        self.check_report(report, {name: (judged(self.student[name], wanted), wanted)
                                   for name, wanted in labels.items()})
        counted = {name: [(box, counts and i in easy.get(name, ())) for i, (box, counts) in enumerate(wanted)]
                   for name, wanted in labels.items()}
        self.assertGreater(report["easy"]["hits"], 3)
        self.check(report["easy"], figures([(judged(self.student[name], wanted), wanted)
                                            for name, wanted in counted.items()]))


def quarter(turns):
    """Clockwise: what becomes of a picture of PIL, and of a point in one of that size."""
    way = {1: Image.ROTATE_270, 2: Image.ROTATE_180, 3: Image.ROTATE_90}[turns]
    place = {1: lambda x, y, w, h: (h - y, x), 2: lambda x, y, w, h: (w - x, h - y), 3: lambda x, y, w, h: (y, w - x)}
    return lambda picture: picture.transpose(way), place[turns]


def enlarged(factor):
    def sides(w, h):
        return round(w * factor), round(h * factor)
    return (lambda picture: picture.resize(sides(*picture.size), Image.BILINEAR),
            lambda x, y, w, h: (x * sides(w, h)[0] / w, y * sides(w, h)[1] / h))


class Variants(Evaluation):
    """Against PIL's grey, turned and enlarged pictures: what is found in those is held against moved labels."""

    VARIANTS = {"grey": (lambda picture: picture.convert("L").convert("RGB"), lambda x, y, w, h: (x, y)),
                "turned=90": quarter(1), "turned=180": quarter(2), "turned=270": quarter(3),
                "enlarged=1.6": enlarged(1.6)}

    def faces_in(self, change):
        """name -> ((width, height) before, [(score, box, landmarks)] in the changed picture)"""
        found = {}
        for name in self.names:
            with Image.open(self.folder / "pictures" / name) as picture:
                change(picture).save(self.folder / "changed.ppm")
                text = run("detect", "-m", self.v2, "--score", LOW, "--format", "json", self.folder / "changed.ppm")
                found[name] = picture.size, [(face["score"], face["box"], [face["landmarks"][p] for p in POINTS])
                                             for face in json.loads(text)["images"][0]["faces"]]
        return found

    def write_labels(self, one_mouth):
        """name -> [(box, points)]: the faces in the unchanged pictures, their points moved about."""
        draw, labels = random.Random(7), {}
        for name, (_, faces) in self.faces_in(lambda picture: picture).items():
            labels[name] = [(box, [[x + draw.uniform(-2, 2), y + draw.uniform(-2, 2)] for x, y in points])
                            for _, box, points in faces if draw.random() < 0.8]
        text, known = "", {}
        for name, faces in labels.items():
            text += f"{name}\n{len(faces)}\n"
            known[name] = []
            for (x1, y1, x2, y2), points in faces:
                text += f"{x1} {y1} {x2 - x1} {y2 - y1} 0 0 0 0 0 0\n"
                if one_mouth:
                    points[3:] = [points[3]] * 2
                named = zip(POINTS[:3] + ("mouth",), points) if one_mouth else zip(POINTS, points)
                known[name].append({"points": dict(named)})
        (self.folder / "moved.txt").write_text(text)
        (self.folder / "moved.json").write_text(json.dumps(known))
        return labels

    def landmark_error(self, faces, wanted, one_mouth):
        """[errors] of one picture's faces above DISPLAY that hit one of [(box, points)]."""
        taken, errors = set(), []
        for score, box, points in sorted(faces, key=lambda face: -face[0]):
            shares = [iou(box, other) for other, _ in wanted]
            best = max(range(len(wanted)), key=lambda i: shares[i], default=None)
            if best is None or shares[best] < IOU or best in taken:
                continue
            taken.add(best)
            (x1, _, x2, _), targets = wanted[best]
            if one_mouth:
                points, targets = points[:3] + [np.mean(points[3:], 0)], targets[:4]
            if score > DISPLAY:
                errors.append(np.mean([math.dist(a, b) for a, b in zip(points, targets)]) / (x2 - x1))
        return errors

    def check_variant(self, variant, one_mouth=False):
        change, place = self.VARIANTS[variant]
        labels, pictures, errors = self.write_labels(one_mouth), {}, []
        for name, (size, faces) in self.faces_in(change).items():
            wanted = []
            for (x1, y1, x2, y2), points in labels[name]:
                corners = [place(x1, y1, *size), place(x2, y2, *size)]
                wanted.append(((*np.min(corners, 0), *np.max(corners, 0)), [place(x, y, *size) for x, y in points]))
            counted = [(box, True) for box, _ in wanted]
            pictures[name] = judged([face[:2] for face in faces], counted), counted
            errors += self.landmark_error(faces, wanted, one_mouth)
        report = self.report("--labels", self.folder / "moved.txt", "--landmarks", self.folder / "moved.json",
                             "--variant", variant)
        self.check_report(report, pictures)
        self.assertGreater(len(errors), 0)
        self.assertAlmostEqual(report["all"]["landmark_error"], np.mean(errors), delta=1e-5)

    def test_figures_of_variants_are_those_of_pils_pictures(self):
        for variant in self.VARIANTS:
            with self.subTest(variant):
                self.check_variant(variant)

    def test_a_mouth_of_one_point_is_held_against_the_middle_of_its_corners(self):
        self.check_variant("turned=90", one_mouth=True)

    def test_the_model_itself_as_the_reference_tells_which_faces_are_found_again(self):
        change, place = self.VARIANTS["turned=180"]
        before, after, pictures = self.faces_in(lambda picture: picture), self.faces_in(change), {}
        for name, (size, faces) in before.items():
            wanted = [((*place(*box[2:], *size), *place(*box[:2], *size)), True) for score, box, _ in faces
                      if score > DISPLAY]
            pictures[name] = judged([face[:2] for face in after[name][1]], wanted), wanted
        report = self.report("--reference", self.v2, "--variant", "turned=180")
        self.check_report(report, pictures)
        self.assertLess(0, report["all"]["recall"])
        self.assertLess(report["all"]["recall"], 1)


class Subsets(unittest.TestCase):
    def test_a_matlab_subset_becomes_text(self):
        try:
            from scipy.io import loadmat, savemat
        except ImportError:
            self.skipTest("python3-scipy not installed")
        import wider_subset

        def cells(*items):
            array = np.empty((len(items), 1), object)
            for i, item in enumerate(items):
                array[i, 0] = item
            return array

        with tempfile.NamedTemporaryFile(suffix=".mat") as file:
            savemat(file.name, {"event_list": cells("0--Parade", "1--Handshaking"),
                                "file_list": cells(cells("a", "b"), cells("c")),
                                "gt_list": cells(cells(np.array([[1], [4]]), np.empty((0, 1))),
                                                 cells(np.array([[2]])))})
            text = list(wider_subset.lines(loadmat(file.name)))
        self.assertEqual(text, ["0--Parade/a.jpg", "2", "1", "4", "0--Parade/b.jpg", "0", "1--Handshaking/c.jpg",
                                "1", "2"])


if __name__ == "__main__":
    unittest.main()
