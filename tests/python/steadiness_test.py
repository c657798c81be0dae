"""steadiness.py: what counts as the same face, where a moved photo lies, and the figures."""
import pathlib
import subprocess
import sys
import tempfile
import unittest
from types import SimpleNamespace
from unittest import mock

import support
import numpy as np
from PIL import Image

import seeded
from faces import MEAN_BGR
from steadiness import agreement, faces_moved, moved

PROGRAM = support.program()


class Agreement(unittest.TestCase):
    def face(self, x, y, size, eye=0.0):
        return np.array([x, y, x + size, y + size, x + eye, *[y] * 9], float)

    def test_a_face_is_found_once_and_only_where_it_is(self):
        expected = np.stack([self.face(0, 0, 10), self.face(100, 0, 20)])
        for found, hits in (([self.face(1, 0, 10)], 1), ([self.face(1, 0, 10), self.face(0, 0, 10)], 1),
                            ([self.face(5, 0, 10)], 0), ([self.face(101, 0, 20), self.face(0, 1, 10)], 2)):
            self.assertEqual(agreement(expected, np.stack(found))[0], hits)
            self.assertEqual(agreement(np.stack(found), expected)[0], hits)
        self.assertEqual(agreement(np.empty((0, 14)), expected), (0, []))
        self.assertEqual(agreement(expected, np.empty((0, 14))), (0, []))

    def test_landmarks_are_compared_in_widths_of_the_expected_face(self):
        _, distances = agreement(self.face(0, 0, 10)[None], self.face(0, 0, 10, eye=5)[None])
        self.assertEqual(distances, [0.1])  # one of five is half a width off

    def test_a_moved_picture_lies_elsewhere_on_the_same_ground(self):
        for by in (0, 2, 28):
            pixels = np.asarray(moved(Image.new("RGB", (6, 4), (1, 2, 3)), by, 28))
            self.assertEqual(pixels.shape, (32, 64, 3))
            picture = np.zeros((32, 64), bool)
            picture[by:by + 4, by:by + 6] = True
            np.testing.assert_array_equal((pixels == (1, 2, 3)).all(2), picture)
            np.testing.assert_array_equal((pixels == MEAN_BGR[::-1]).all(2), ~picture)


class Running(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.model = support.seeded_checkpoint(self.folder, "v2")
        (self.folder / "pictures").mkdir()

    def run_program(self, *by):
        return subprocess.run([sys.executable, support.SOURCE / "tools/train/steadiness.py", "-m", self.model, "--images",
                               self.folder / "pictures", "--by", *by, "--program", PROGRAM], capture_output=True,
                              text=True)

    def test_without_a_move_a_detector_agrees_with_itself_and_with_one_it_does_not(self):
        for i in range(2):
            Image.fromarray(seeded.image(10 + i, 12)).save(self.folder / f"pictures/{i}.png")
        result = self.run_program("0", "5")
        lines = result.stdout.splitlines()
        self.assertEqual(lines[:1], ["moved by 0: F1 1.000, landmarks 0.000 face widths"], result.stderr)
        self.assertRegex(lines[1], r"^moved by 5: F1 0\.\d+, landmarks 0\.\d+ face widths$")
        self.assertRegex(lines[2], r"^mirrored: F1 0\.\d+, landmarks 0\.\d+ face widths$")

    def test_faces_in_the_mirror_come_back_to_where_they_were(self):
        Image.new("RGB", (6, 4)).save(self.folder / "pictures/a.png")
        face = np.array([[1, 2, 5, 4, 1, 2, 5, 2, 3, 3, 2, 4, 4, 4]], float)
        seen = face.copy()
        seen[0, [0, 2, 4, 6, 8, 10, 12]] = 672 - np.array([5, 1, 5, 1, 3, 4, 2])  # 672: the ground of 640 pixels and 1
        options = SimpleNamespace(program="", model="", by=[1])
        with mock.patch("steadiness.faces_by_name", return_value={"000000.ppm": seen}):
            found = faces_moved(options, [self.folder / "pictures/a.png"], 0, mirror=True)
        np.testing.assert_array_equal(found["000000.ppm"], face)

    def test_no_photos_and_a_move_to_the_left_are_errors(self):
        result = self.run_program("4")
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertIn("pictures: no photos in it", result.stderr)
        self.assertEqual(self.run_program("-4").returncode, 2)


if __name__ == "__main__":
    unittest.main()
