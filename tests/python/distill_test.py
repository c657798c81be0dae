"""distill.py from photos to a checkpoint, with a seeded V1 as the teacher; and what it takes for no teacher."""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest
from types import SimpleNamespace
from unittest import mock

import support
import numpy as np
import torch
from PIL import Image

import checkpoints
import distill
import models
import seeded
import teacher
from crop_store import CropStore
from loop import Schedule, Trainer
from losses import Distillation
from networks import body_of, new_network, shift_scores
from pictures import TEST, VALIDATION, network_input, part_of

PROGRAM = support.program()
SIZE = "72x61"  # 32 divides neither


class Distilling(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.teacher = support.seeded_checkpoint(cls.folder, "v1")
        (cls.folder / "photos").mkdir()
        for i in range(40):
            noise = Image.fromarray(seeded.image(12 + i % 5, 16)).resize((100, 80 + i), Image.BILINEAR)
            noise.save(cls.folder / f"photos/{i:02}.png")
        cls.first = cls.run_program(6)

    @classmethod
    def run_program(cls, steps):
        result = subprocess.run(
            [sys.executable, support.SOURCE / "tools/train/distill.py", "--teacher", cls.teacher, "--images",
             cls.folder / "photos", "--out", cls.folder / "v2.pth", "--program", PROGRAM, "--crops", f"{SIZE}:100",
             "--round", "4", "--steps", str(steps), "--decay", "2", "--batch", "2", "--workers", "2"],
            capture_output=True, text=True)
        if result.returncode:
            raise AssertionError(result.stderr)
        return result.stderr

    def state(self):
        return checkpoints.load_checkpoint(self.folder / "v2.pth")

    def test_it_writes_a_v2_that_the_engine_reads(self):
        self.assertIsInstance(models.build(self.state()), models.FeatherFaceV2)
        found = subprocess.run([PROGRAM, "verify", "--format", "json", self.folder / "v2.pth"], check=True,
                               capture_output=True, text=True)
        self.assertEqual(json.loads(found.stdout)["name"], "FeatherFace V2")

    def test_no_tensor_of_it_is_the_teachers(self):
        theirs = [value for value in checkpoints.load_checkpoint(self.teacher).values()]
        for name, value in self.state().items():
            same = [value.shape == other.shape and torch.equal(value, other) for other in theirs]
            self.assertFalse(any(same), name)

    def test_no_held_out_photo_is_trained_on(self):
        used = {pathlib.Path(path).name for path in json.loads((self.folder / "v2.pth.work/faces.json").read_text())}
        names = {path.name for path in (self.folder / "photos").iterdir()}
        self.assertEqual(used, {name for name in names if part_of(name) not in (TEST, VALIDATION)})
        self.assertTrue(0 < len(used) < len(names))

    def test_calibration_puts_the_best_threshold_at_one_half(self):
        student = models.build(checkpoints.load_checkpoint(self.teacher))
        shift_scores(student, -4)  # the teacher itself, but never sure
        options = SimpleNamespace(program=PROGRAM, teacher=self.teacher, images=self.folder / "photos")
        with mock.patch.object(distill, "tell") as tell:
            distill.calibrate(options, student)
            distill.calibrate(options, student)
        before, after = (call.args[0] for call in tell.call_args_list)
        self.assertRegex(before, r"^F1 0\.[0-4]\d+, AP 1\.0000 on 3 photos; calibrated, .*: F1 1\.0000$")
        self.assertRegex(after, r"^F1 1\.0000, ")

    def test_started_again_it_goes_on_with_crops_and_state(self):
        work = self.folder / "v2.pth.work"
        made = {path: path.stat().st_mtime_ns for path in work.glob("round_*/*/*")}
        self.assertEqual(len(made), 2)
        self.assertIn("going on from step 4", self.run_program(8))  # where the decay began
        self.assertEqual(made, {path: path.stat().st_mtime_ns for path in work.glob("round_*/*/*")})

    def options(self, work):
        return distill.parse_arguments(["--teacher", str(self.teacher), "--images", str(self.folder / "photos"), "--out",
                                        "v2.pth", "--program", PROGRAM, "--crops", f"{SIZE}:1", "--work", work])

    def test_a_round_has_its_own_crops_and_those_of_another_go(self):
        self.assertIn("going on from step 4", self.first)  # of 6 steps in rounds of 4
        work = self.folder / "v2.pth.work"
        self.assertEqual([path.parent.name for path in work.glob("round_*/*")], ["round_1"])
        with tempfile.TemporaryDirectory() as folder:
            options = self.options(folder)
            pictures = []
            for number in (0, 1, 0):
                store, = distill.make_crops(options, number).stores
                pictures.append(np.array(store.crop(5)[0]))
                kept = pathlib.Path(folder).glob("round_*/*")
                self.assertEqual([path.parent.name for path in kept], [f"round_{number}"])
        np.testing.assert_array_equal(pictures[0], pictures[2])
        self.assertFalse(np.array_equal(pictures[0], pictures[1]))

    def test_crops_are_asked_for_by_size_and_count(self):
        self.assertEqual(distill.crop_set("640x427:5"), ((640, 427), 5))
        for text in ("320:5", "320x320", "31x320:5", "320x320:0", "320x-320:5", "axb:c"):
            with self.assertRaisesRegex(argparse.ArgumentTypeError, f"'{text}': expected WIDTHxHEIGHT:COUNT"):
                distill.crop_set(text)

    def test_the_stored_answers_are_the_teachers(self):
        store, network = CropStore(self.folder / f"v2.pth.work/round_1/crops_{SIZE}"), models.build(
            checkpoints.load_checkpoint(self.teacher))
        self.assertEqual((len(store), store.pixels), (256, 72 * 61))
        for index in (0, 77, 128, 205):
            picture, scores, anchors, values = store.crop(index)
            with torch.no_grad():
                loc, logits, landms = network(network_input(picture[None]))
            np.testing.assert_allclose(scores, logits[0].softmax(1)[:, 1], atol=1e-3)
            np.testing.assert_array_equal(anchors, np.flatnonzero(scores > teacher.LEAST_SCORE))
            self.assertGreater(len(anchors), 0)
            expected = torch.cat([loc, landms], 2)[0, anchors]
            np.testing.assert_allclose(values, expected, atol=2e-3, rtol=2e-3)

    def test_each_crop_is_there_mirrored(self):
        store = CropStore(self.folder / f"v2.pth.work/round_1/crops_{SIZE}")
        for index in (0, 77):
            np.testing.assert_array_equal(store.crop(index)[0], store.crop(128 + index)[0][:, ::-1])

    def test_a_batch_has_crops_of_both_halves_with_their_answers(self):
        store = CropStore(self.folder / f"v2.pth.work/round_1/crops_{SIZE}")
        batch = store.batch(np.random.default_rng(4), 40)
        pictures = network_input(np.stack([store.crop(i)[0] for i in range(len(store))]))
        mirrored = 0
        for row, picture in enumerate(batch.pictures):
            index, = (i for i, other in enumerate(pictures) if torch.equal(picture, other))
            mirrored += index >= 128
            _, scores, anchors, values = store.crop(index)
            np.testing.assert_array_equal(batch.scores[row], scores)
            np.testing.assert_array_equal(batch.anchors[batch.rows == row], anchors)
            np.testing.assert_array_equal(batch.values[batch.rows == row], values)
        self.assertTrue(5 < mirrored < 35, mirrored)

    def test_a_short_run_brings_the_student_nearer_to_the_teacher(self):
        store = CropStore(self.folder / f"v2.pth.work/round_1/crops_{SIZE}")
        state = checkpoints.load_checkpoint(self.teacher)
        trainer = Trainer(new_network(models.FeatherFaceV2, body_of("teacher", state), seed=2),
                          distill.Batches([store], 1), Distillation(), self.folder, Schedule(40, 12),
                          {"": 3e-3, "body.": 4e-4}, seed=2)
        losses = [trainer.one_step() for _ in range(40)]
        for part in Distillation.WEIGHTS:
            early, late = (np.mean([loss[part] for loss in some]) for some in (losses[:4], losses[-4:]))
            self.assertLess(late, 0.8 * early, part)


class Teachers(unittest.TestCase):
    def check(self, state, words):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "mobilenet0.25_Final.pth")  # the right name does not help
            torch.save(state, path)
            with self.assertRaisesRegex(teacher.Failure, words):
                teacher.load_teacher(path)

    def test_other_networks_are_refused_by_their_tensors(self):
        spoofing = {"features.0.conv.0.weight": torch.zeros(32, 3, 3, 3), "features.1.fc.0.weight": torch.zeros(2, 32),
                    "final_DW.0.weight": torch.zeros(64, 1, 3, 3)}
        self.check(spoofing, "FeatherNetB_se")
        retinaface = dict(models.Backbone().state_dict())
        retinaface.update({"fpn.output1.0.weight": torch.zeros(64, 64, 1, 1),
                           "ssh1.conv3X3.0.weight": torch.zeros(32, 64, 3, 3)})
        self.check(retinaface, "the teacher must be FeatherFace V1 or another detector")
        self.check(models.FeatherFaceV2().state_dict(), "larger than V2: FeatherFace V2")
        self.check(models.Classifier().state_dict(), "MobileNetV1-0.25 classifier")

    def test_every_detector_but_v2_is_taken_whatever_its_name(self):
        for network in set(models.DETECTORS.values()) - {models.FeatherFaceV2}:
            with tempfile.NamedTemporaryFile(suffix=".bin") as file:
                state = network().state_dict()
                torch.save(state, file.name)
                self.assertEqual(teacher.load_teacher(file.name).keys(), state.keys())
                self.assertEqual(len(body_of(file.name, state)), len(models.Backbone().state_dict()))

    def test_each_of_them_answers_for_every_anchor_by_the_engine(self):
        crops = np.stack([seeded.image(61, 72)])
        for key in set(models.DETECTORS) - {"v2"}:
            with tempfile.TemporaryDirectory() as folder:
                checkpoint = support.seeded_checkpoint(folder, key)
                scores, _, anchors, values = teacher.answers(PROGRAM, checkpoint, crops)
                model = models.build(checkpoints.load_checkpoint(checkpoint))
                with torch.no_grad():
                    loc, logits, landms = model(network_input(crops))
                expected = logits.softmax(-1)[0, :, 1].numpy()
                np.testing.assert_allclose(scores[0], expected, atol=1e-3)  # stored as float16
                both = torch.cat([loc, landms], 2)[0].numpy()
                np.testing.assert_allclose(values, both[anchors], rtol=2e-3, atol=2e-3)

    def test_a_refused_teacher_ends_the_program_with_a_line_and_nothing_written(self):
        with tempfile.TemporaryDirectory() as folder:
            path, out = pathlib.Path(folder, "v2.pth"), pathlib.Path(folder, "out.pth")
            torch.save(models.FeatherFaceV2().state_dict(), path)
            result = subprocess.run([sys.executable, support.SOURCE / "tools/train/distill.py", "--teacher", path,
                                     "--images", folder, "--out", out, "--program", PROGRAM], capture_output=True,
                                    text=True)
            self.assertEqual(result.returncode, 1)
            self.assertIn("distill.py: ", result.stderr)
            self.assertNotIn("Traceback", result.stderr)
            self.assertEqual([path], list(pathlib.Path(folder).iterdir()))

    def test_numbers_below_one_are_refused(self):
        for option in ("--steps", "--batch", "--round"):
            result = subprocess.run([sys.executable, support.SOURCE / "tools/train/distill.py", "--teacher", "v1.pth",
                                     "--images", ".", "--out", "v2.pth", option, "0"], capture_output=True, text=True)
            self.assertEqual(result.returncode, 2)
            self.assertIn(f"argument {option}: invalid positive value: '0'", result.stderr)

    def test_the_body_comes_from_a_detector_or_the_classifier(self):
        for network in (models.FeatherFaceV1(), models.Classifier()):
            body = body_of("file", network.state_dict())
            for name, value in models.Backbone.state_dict(getattr(network, "body", network)).items():
                if not name.startswith("fc"):
                    self.assertTrue(torch.equal(value, body[name]))
        with self.assertRaisesRegex(teacher.Failure, "no MobileNetV1-0.25 backbone"):
            body_of("file", {"features.0.weight": torch.zeros(1)})


if __name__ == "__main__":
    unittest.main()
