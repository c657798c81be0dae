"""report.py: what counts as found, where labels lie in turned pictures, and the figures."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import support
import numpy as np
from PIL import Image

import report
import seeded
from teacher import Failure


def labels(boxes, invalid=None, points=None):
    boxes = np.array(boxes, float)
    return report.Labels(boxes, np.array(invalid or [False] * len(boxes)),
                         np.full((len(boxes), 5, 2), np.nan) if points is None else points)


def faces(*rows):
    """x1, y1, x2, y2, score each; all landmarks at the corner."""
    return np.array([[*row, *np.tile(row[:2], 5)] for row in rows], float).reshape(-1, 15)


class Figures(unittest.TestCase):
    def test_average_precision_of_a_case_counted_by_hand(self):
        scores, hits = np.array([0.9, 0.8, 0.8, 0.3]), np.array([True, True, False, True])
        # recall 1/4 at precision 1; then two faces at once: 2/4 at 2/3, but 3/4 is reached at precision 3/4
        self.assertAlmostEqual(report.average_precision(scores, hits, 4), 1 / 4 + 3 / 4 / 4 + 3 / 4 / 4)
        self.assertIsNone(report.average_precision(scores, hits, 0))
        self.assertEqual(report.average_precision(np.empty(0), np.empty(0, bool), 3), 0)

    def test_a_second_box_is_a_false_alarm_and_an_invalid_face_counts_for_nothing(self):
        wanted = labels([[0, 0, 10, 10], [50, 50, 70, 70]], [False, True])
        found = faces((0, 0, 10, 10, 0.9), (1, 0, 10, 10, 0.8), (50, 50, 70, 71, 0.7), (20, 20, 30, 30, 0.6))
        self.assertEqual(report.match(found, wanted, wanted.invalid, 0.5).tolist(), [0, -1, -2, -1])

    def judged(self):
        wanted = labels([[0, 0, 10, 10], [50, 50, 90, 90]], points=np.stack([np.zeros((5, 2)), np.full((5, 2), 54.0)]))
        found = faces((0, 0, 10, 10, 0.9), (50, 50, 90, 90, 0.4), (100, 0, 110, 10, 0.6))
        return report.Judged({"a": found}, {"a": wanted}, 0.5)

    def test_sizes_are_the_labels_for_hits_and_their_own_for_false_alarms(self):
        judged = self.judged()
        self.assertAlmostEqual(judged.ap(0, 20), 1)      # the false alarm comes after the hit
        self.assertAlmostEqual(judged.ap(20, 50), 1)
        self.assertAlmostEqual(judged.ap(), 1 / 2 + 2 / 3 / 2)
        self.assertAlmostEqual(judged.ap(height=20), 1 / 2)  # the small face being ignored, not its false alarm

    def test_what_is_shown_is_above_one_half_and_so_are_faces_whose_landmarks_count(self):
        judged = self.judged()
        self.assertEqual(judged.shown(), (1 / 2, 1 / 2))
        self.assertEqual(judged.landmarks(), 0)
        judged.found["a"][1, 4] = 0.7
        self.assertAlmostEqual(judged.landmarks(), (0 + np.hypot(4, 4) / 40) / 2)

    def test_a_face_is_found_again_where_the_picture_turned_it_to(self):
        before, matrix = {"a": faces((10, 20, 30, 60, 0.9), (50, 50, 60, 60, 0.4))}, {}
        picture, matrix["a"] = report.turned(90)(Image.new("RGB", (100, 80)))
        self.assertEqual(picture.size, (80, 100))
        after = {"a": faces((20, 10, 60, 30, 0.9))}
        self.assertEqual(report.found_again(before, after, matrix), 1)
        self.assertEqual(report.found_again(before, before, matrix), 0)


class Variants(unittest.TestCase):
    def test_labels_lie_on_their_pixels_in_every_variant(self):
        picture = Image.new("RGB", (90, 60), (0, 90, 0))
        picture.paste((250, 250, 250), (60, 10, 70, 30))
        wanted = labels([[60, 10, 70, 30]], points=np.full((1, 5, 2), (65.0, 20.0)))
        for name, variant in {**report.VARIANTS, "turned 270": report.turned(270)}.items():
            made, matrix = variant(picture)
            placed = wanted.placed(matrix)
            light = np.asarray(made.convert("L")) > 150
            rows, columns = np.nonzero(light)
            middle = columns.mean() + 0.5, rows.mean() + 0.5
            np.testing.assert_allclose((placed.boxes[0, :2] + placed.boxes[0, 2:]) / 2, middle, atol=0.6, err_msg=name)
            np.testing.assert_allclose(placed.points[0, 0], middle, atol=0.6, err_msg=name)
            self.assertTrue((placed.boxes[0, 2:] - placed.boxes[0, :2] <= np.ptp(columns) + 6).any(), name)


class Program(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "some/images").mkdir(parents=True)
        Image.fromarray(seeded.image(64, 80)).save(self.folder / "some/images/a.png")
        self.labels = self.folder / "some/labels.txt"
        self.labels.write_text("a.png\n1\n10 10 20 25 0 0 0 0 0 0\n")

    def run_program(self):
        model = support.seeded_checkpoint(self.folder, "v2")
        return subprocess.run([sys.executable, support.SOURCE / "tools/train/report.py", "-m", model, "--labelled",
                               self.folder, "--program", support.program()], capture_output=True, text=True)

    def test_it_writes_a_row_for_each_figure_of_each_variant(self):
        result = self.run_program()
        self.assertEqual(result.returncode, 0, result.stderr)
        for variant in list(report.VARIANTS):
            self.assertIn(f"| {'some ' + variant if variant else 'some'}: AP |", result.stdout)

    def test_labels_that_are_cut_off_are_refused_by_their_line(self):
        self.labels.write_text("a.png\n2\n10 10 20 25 0 0 0 0 0 0\n")
        result = self.run_program()
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, r"labels.txt: expected a path, a number, and that many faces, at line 1")

    def test_widers_empty_pictures_and_landmarks_are_read(self):
        self.labels.write_text("b.png\n0\n0 0 0 0 0 0 0 0 0 0\na.png\n1\n10 10 20 25 0 0 0 1 0 0\n")
        points = {"left_eye": [1, 2], "right_eye": [3, 4], "nose": [5, 6], "mouth": [7, 8]}
        (self.folder / "some/landmarks.json").write_text(json.dumps({"a.png": [{"points": points}]}))
        found = report.read_labels(self.folder / "some")
        self.assertEqual((len(found["b.png"].boxes), found["a.png"].invalid.tolist()), (0, [True]))
        self.assertEqual(found["a.png"].points[0, 3:].tolist(), [[7, 8], [7, 8]])
        with self.assertRaises(Failure):
            self.labels.write_text("a.png\nmany\n")
            report.read_labels(self.folder / "some")


if __name__ == "__main__":
    unittest.main()
