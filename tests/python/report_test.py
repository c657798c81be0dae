"""report.py: what it asks of `featherface eval`, and the table that it makes of the answers."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import support
from PIL import Image

import report
import seeded
from teacher import Failure


class Subsets(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.labels = self.folder / "labels.txt"

    def test_faces_are_listed_by_their_height_in_a_picture_of_1024(self):
        self.labels.write_text("b/b.png\n0\n0 0 0 0 0 0 0 0 0 0\na.png\n4\n" + "".join(
            f"10 10 99 {height} 0 0 0 0 0 0\n" for height in (31.25, 31.2, 6.25, 6.2)))
        words = report.write_subsets(self.labels, self.folder)
        self.assertEqual([str(word) for word in words], ["--easy", f"{self.folder}/easy", "--medium",
                                                         f"{self.folder}/medium", "--hard", f"{self.folder}/hard"])
        for name, numbers in (("easy", "1"), ("medium", "12"), ("hard", "123")):
            self.assertEqual((self.folder / name).read_text().split(),
                             ["b/b.png", "0", "a.png", str(len(numbers)), *numbers], name)

    def test_labels_that_are_cut_off_are_refused_by_their_line(self):
        for text, line in (("a.png\n2\n10 10 20 25 0 0 0 0 0 0\n", 1), ("b.png\n0\na.png\nmany\n", 3)):
            self.labels.write_text(text)
            with self.assertRaisesRegex(Failure, f"labels.txt: expected a path, a number, .* at line {line}"):
                report.write_subsets(self.labels, self.folder)


class Program(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        for name in ("wider", "some"):
            (self.folder / name / "images").mkdir(parents=True)
            Image.fromarray(seeded.image(64, 80)).save(self.folder / name / "images/a.png")
            (self.folder / name / "labels.txt").write_text("a.png\n1\n10 10 20 25 0 0 0 0 0 0\n")
        self.model = support.seeded_checkpoint(self.folder, "v2")

    def run_program(self, *words):
        return subprocess.run([sys.executable, support.SOURCE / "tools/train/report.py", "-m", self.model,
                               "--labelled", self.folder, "--program", support.program(), *words],
                              capture_output=True, text=True)

    def rows(self, *words):
        """title -> figure"""
        result = self.run_program(*words)
        self.assertEqual(result.returncode, 0, result.stderr)
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in result.stdout.splitlines()]
        self.assertEqual(rows[:2], [["", "v2"], ["---", "---:"]])
        return dict(rows[2:])

    def label_what_is_found(self):
        """Makes the faces found in the set "some" its labels, their landmarks too; returns how many there are."""
        folder = self.folder / "some"
        found = json.loads(subprocess.run([support.program(), "detect", "-m", self.model, "--format", "json",
                                           folder / "images"], check=True, capture_output=True).stdout)
        faces = found["images"][0]["faces"]
        (folder / "labels.txt").write_text(f"a.png\n{len(faces)}\n" + "".join(
            "{} {} {} {}\n".format(x1, y1, x2 - x1, y2 - y1) for x1, y1, x2, y2 in (face["box"] for face in faces)))
        (folder / "landmarks.json").write_text(json.dumps({"a.png": [{"points": face["landmarks"]} for face in faces]}))
        return len(faces)

    def test_there_is_a_row_for_each_figure_of_each_variant(self):
        self.assertGreater(self.label_what_is_found(), 0)
        rows = self.rows()
        for variant in ["", *report.VARIANTS]:
            title = f"some {variant}".strip()
            for what in ("AP", "precision above 0.5", "recall above 0.5"):
                self.assertIn(f"{title}: {what}", rows)
            self.assertEqual(f"{title}: found again" in rows, variant not in ("", "enlarged"))
        self.assertEqual(rows["some: recall above 0.5"], "1.000")
        self.assertEqual(rows["some: landmarks"], "0.000")
        self.assertTrue(any(title.startswith("some: AP ") and title.endswith(" px") for title in rows))
        self.assertNotIn("wider: landmarks", rows)  # there are none
        self.assertIn("wider: AP from 30 px high at 1024 (about medium)", rows)
        self.assertNotIn("wider: AP from 50 px high at 1024 (about easy)", rows)  # the face is 25 * 1.6 high

    def test_what_eval_says_of_bad_files_is_passed_on(self):
        (self.folder / "some/landmarks.json").write_text('{"a.png": []}')
        result = self.run_program("--sets", "some")
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, r"^report.py: .*landmarks.json: 'a.png': expected a list of 1 face")


if __name__ == "__main__":
    unittest.main()
