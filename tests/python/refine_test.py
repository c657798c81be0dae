"""refine.py's parts: what the teacher's views make of a face, where crops lie, what anchors shall answer."""
import pathlib
import subprocess
import sys
import tempfile
import unittest
from types import SimpleNamespace

import support
import numpy as np
import torch
from PIL import Image

import checkpoints
import models
import multibox
import refine
import refit
import spoil
from crop_plan import FACE, NEITHER, Planner
from face_targets import FaceLoss, Priors, assign
from faces import MEAN_BGR
from losses import face_logit
from merged_faces import VIEWS, Faces, answers_in_views, kept_answers, merge, together, trust, with_needs
from networks import new_network, shift_scores
from photo_atlas import Atlas
from pictures import part_of
from teacher import Failure

RED, BLUE = (220, 20, 30), (20, 30, 220)  # of a face, and of its left eye


def photo_with_a_face(path, size=(200, 150), box=(60, 40, 110, 100), eye=(72, 55)):
    picture = Image.new("RGB", size, (90, 140, 100))
    picture.paste(RED, tuple(box))
    picture.paste(BLUE, (eye[0] - 5, eye[1] - 5, eye[0] + 5, eye[1] + 5))
    picture.save(path)


def a_face(box=(60, 40, 110, 100), eye=(72, 55), confidence=0.9):
    points = np.array([*eye, 98, 55, 85, 70, 75, 88, 95, 88], float)
    return Faces(np.array([box], float), points[None], np.array([confidence]))


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)


class Merging(unittest.TestCase):
    def answer(self, view, box, score):
        return [*box, score, *np.tile([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2], 5), view]

    def test_a_face_that_all_views_see_has_the_mean_of_their_scores(self):
        box = (100, 100, 160, 160)
        found = merge(np.array([self.answer(view, box, 0.8) for view in range(len(VIEWS))]))
        self.assertEqual(len(found), 1)
        np.testing.assert_allclose(found.boxes[0], box)
        self.assertAlmostEqual(found.confidence[0], 0.8)

    def test_a_view_that_could_see_it_and_does_not_counts_and_one_that_could_not_does_hardly(self):
        large, tiny = (100, 100, 180, 180), (10, 10, 22, 22)
        half_seen = merge(np.array([self.answer(view, large, 0.9) for view in range(3)]))
        self.assertLess(half_seen.confidence[0], 0.5)
        enlarged = [view for view, (scale, _) in enumerate(VIEWS) if scale == 2]
        found = merge(np.array([self.answer(view, tiny, 0.9) for view in enlarged]))
        share = trust(24.0) * 2 / sum(trust(12 * scale) for scale, _ in VIEWS)
        self.assertAlmostEqual(found.confidence[0], 0.9 * share)
        self.assertGreater(found.confidence[0], 0.6)

    def test_faces_apart_stay_apart_and_the_surest_comes_first(self):
        answers = [self.answer(2, (0, 0, 40, 40), 0.5), self.answer(2, (100, 0, 140, 40), 0.9)]
        found = merge(np.array(answers))
        np.testing.assert_allclose(found.boxes[:, 0], [100, 0])

    def test_no_answers_are_no_faces(self):
        self.assertEqual(len(merge(np.empty((0, 16)))), 0)

    def test_a_second_teacher_counts_as_much_as_the_first_seen_or_not(self):
        box, views = (100, 100, 160, 160), range(len(VIEWS))
        surely = np.array([self.answer(view, box, 0.9) for view in views])
        hardly = np.array([self.answer(view, box, 0.5) for view in views])
        for second, confidence in ((hardly, 0.7), (np.empty((0, 16)), 0.45)):
            for both in ([surely], [second]), ([second], [surely]):
                found = merge(*together(both), teachers=2)
                self.assertEqual(len(found), 1)
                self.assertAlmostEqual(found.confidence[0], confidence)

    def test_what_the_student_misses_and_its_false_alarms_are_needed_most(self):
        def faces(*some):
            boxes = np.array([[x, 0, x + 40, 40] for x, _ in some], float).reshape(-1, 4)
            return Faces(boxes, np.zeros((len(some), 10)), np.array([confidence for _, confidence in some]))

        known = faces((0, 0.9), (100, 0.9), (200, 0.9), (300, 0.3))
        own = faces((2, 0.9), (101, 0.5), (300, 0.8), (400, 0.6), (500, 0.2))
        found = with_needs(known, own)
        np.testing.assert_allclose(found.need, [0.25, 0.65, 1.15, 0, 0.85])
        np.testing.assert_allclose(found.boxes[:, 0], [0, 100, 200, 300, 400])
        np.testing.assert_allclose(found.confidence, [0.9, 0.9, 0.9, 0.3, 0])
        self.assertEqual(len(with_needs(faces(), faces())), 0)
        np.testing.assert_allclose(with_needs(faces((0, 0.8)), faces()).need, [1.05])
        np.testing.assert_allclose(with_needs(faces(), faces((0, 0.5))).need, [0.75])


class Asking(Folder):
    @staticmethod
    def ask(pictures):
        """A teacher of red rectangles: their box, with the blue spot as the first landmark."""
        answers = []
        for picture in pictures:
            red = (picture[2] > 150) & (picture[0] < 120)
            blue = (picture[0] > 150) & (picture[2] < 120)
            y, x = (n.double().numpy() for n in torch.nonzero(red | blue, as_tuple=True))
            v, u = (n.double().numpy() for n in torch.nonzero(blue, as_tuple=True))
            eye = [u.mean() + 0.5, v.mean() + 0.5]
            box = [x.min(), y.min(), x.max() + 1, y.max() + 1]
            answers.append(np.array([[*box, 0.9, *eye, *[0] * 8]]))
        return answers

    def test_answers_of_every_view_lie_where_the_face_is_in_the_photo(self):
        path = self.folder / "a.png"
        photo_with_a_face(path)
        answers, = answers_in_views(Atlas([path]), [0], self.ask)
        self.assertEqual(sorted(answers[:, 15]), list(range(len(VIEWS))))
        for answer in answers:
            scale, mirrored = VIEWS[int(answer[15])]
            np.testing.assert_allclose(answer[:4], (60, 40, 110, 100), atol=1.01 / scale)
            eye = answer[7:9] if mirrored else answer[5:7]  # the mirror's left eye is the right one
            np.testing.assert_allclose(eye, (72, 55), atol=1 / scale)

    def test_what_was_asked_is_not_asked_again(self):
        paths = [self.folder / f"{i}.png" for i in range(3)]
        for path in paths:
            photo_with_a_face(path)
        atlas, asked = Atlas(paths), []
        kept_answers(self.folder / "work", paths[:2], atlas, self.ask, lambda made, missing: asked.append(missing))
        found = kept_answers(self.folder / "work", paths, atlas, self.ask, lambda made, missing: asked.append(missing))
        self.assertEqual(asked, [2, 1])
        self.assertEqual([len(some) for some in found], [len(VIEWS)] * 3)
        with self.assertRaisesRegex(Failure, "the same file name"):
            kept_answers(self.folder / "work", [paths[0], paths[0]], atlas, self.ask, None)


class Cutting(Folder):
    def setUp(self):
        super().setUp()
        self.pixels = np.random.default_rng(1).integers(0, 255, (23, 31, 3), np.uint8)
        Image.fromarray(self.pixels).save(self.folder / "a.png")
        self.atlas = Atlas([self.folder / "a.png"])

    def cut(self, matrix, size):
        crop, = self.atlas.cut(torch.tensor([0]), torch.tensor([matrix], dtype=torch.float32), size)
        return crop.permute(1, 2, 0).numpy()[..., ::-1]

    def test_the_photo_itself_its_mirror_image_and_a_part_are_exact(self):
        np.testing.assert_allclose(self.cut([[1, 0, 0], [0, 1, 0]], (31, 23)), self.pixels)
        np.testing.assert_allclose(self.cut([[-1, 0, 31], [0, 1, 0]], (31, 23)), self.pixels[:, ::-1])
        np.testing.assert_allclose(self.cut([[1, 0, 4], [0, 1, 7]], (10, 9)), self.pixels[7:16, 4:14])
        np.testing.assert_allclose(self.cut([[0, 1, 0], [-1, 0, 23]], (23, 31)), np.rot90(self.pixels, -1))

    def test_outside_is_the_mean_colour(self):
        crop = self.cut([[1, 0, -5], [0, 1, 0]], (8, 8))
        np.testing.assert_array_equal(crop[:, :5], np.broadcast_to(MEAN_BGR[::-1], (8, 5, 3)))
        np.testing.assert_allclose(crop[:, 5:], self.pixels[:8, :3])

    def test_a_photo_shrunk_to_a_half_is_made_of_means_of_four(self):
        means = self.pixels[:22, :30].reshape(11, 2, 15, 2, 3).mean((1, 3))
        np.testing.assert_allclose(self.cut([[2, 0, 0], [0, 2, 0]], (15, 11)), means, atol=0.51)  # rounded to whole


class Planning(Folder):
    def plans(self, count=40, cells=1, size=(160, 160), **changes):
        path = self.folder / "a.png"
        photo_with_a_face(path)
        atlas = Atlas([path])
        planner = Planner([a_face(**changes)], atlas.sizes)
        plan = planner.plan(np.random.default_rng(3), size, cells, count)
        crops = atlas.cut(torch.from_numpy(plan.photos), torch.from_numpy(plan.matrices), plan.size)
        return plan, crops.permute(0, 2, 3, 1).numpy()[..., ::-1]

    def test_faces_lie_where_their_pixels_do_turned_and_mirrored_or_not(self):
        plan, crops = self.plans()
        looked = turned = mirrored = 0
        for crop, matrix, kinds, box, points in zip(crops, plan.matrices, plan.kinds, plan.boxes, plan.landmarks):
            if kinds[0] != FACE or (box[0, 2:] - box[0, :2]).min() < 24:
                continue
            flipped = np.linalg.det(matrix[:, :2]) < 0
            mirrored, turned = mirrored + flipped, turned + (abs(matrix[0, 1]) > 0.05)
            eye = points[0, 2:4] if flipped else points[0, :2]
            if (eye > 2).all() and (eye < 158).all():
                np.testing.assert_allclose(crop[tuple(eye.astype(int)[::-1])], BLUE, atol=12)
                looked += 1
            middle = (box[0, :2] + box[0, 2:]) / 2 * (1, 1)
            if (middle > 2).all() and (middle < 158).all():
                np.testing.assert_allclose(crop[tuple(middle.astype(int)[::-1])], RED, atol=12)
        self.assertTrue(looked > 15 and turned > 3 and 3 < mirrored < looked, (looked, turned, mirrored))

    def test_crops_side_by_side_have_their_faces_in_their_own_cell(self):
        plan, _ = self.plans(count=5, cells=2)
        self.assertEqual((plan.size, len(plan.photos), len(plan.boxes)), ((80, 80), 20, 5))
        middle = (plan.boxes[..., :2] + plan.boxes[..., 2:]) / 2
        some = middle[plan.kinds == FACE]
        self.assertTrue((some.max(0) > 80).all() and (some.min(0) < 80).all())
        self.assertTrue((some > 0).all() and (some < 160).all())

    def test_an_unsure_face_is_neither_and_a_doubtful_answer_is_none(self):
        for confidence, kinds in ((0.9, {FACE, NEITHER, 0}), (0.3, {NEITHER, 0}), (0.1, {0})):
            plan, _ = self.plans(confidence=confidence)
            self.assertEqual({int(kind) for kind in np.unique(plan.kinds)} - kinds, set())
            self.assertIn(max(kinds), plan.kinds)

    def test_places_in_need_are_shown_more_often_and_a_false_alarm_is_no_face(self):
        def faces(confidence, need):
            return Faces(np.array([[60., 40, 110, 100]]), np.zeros((1, 10)), np.array([confidence]), np.array([need]))

        planner = Planner([faces(0.9, 0.25), faces(0.0, 1.0)], [(200, 150)] * 2)
        focus, photos, _ = planner.what(np.random.default_rng(0), 2000, (96, 96))
        drawn = np.bincount(focus[focus >= 0]) / (focus >= 0).sum()
        self.assertLess(drawn[0], 0.35)  # 0.2, and some for the six that are chosen from
        np.testing.assert_array_equal(photos[focus >= 0], focus[focus >= 0])
        plan = planner.plan(np.random.default_rng(0), (96, 96), 1, 200)
        self.assertFalse(plan.kinds[plan.photos == 1].any())
        self.assertTrue((plan.kinds[plan.photos == 0] == FACE).any())

    def test_photos_without_faces_are_shown_as_well(self):
        empty = Faces(np.empty((0, 4)), np.empty((0, 10)), np.empty(0))
        plan = Planner([a_face(), empty], [(200, 150), (300, 200)]).plan(np.random.default_rng(0), (96, 96), 1, 200)
        self.assertTrue(10 < (plan.photos == 1).sum() < 40)
        plan = Planner([empty], [(200, 150)]).plan(np.random.default_rng(0), (96, 96), 1, 3)
        self.assertFalse(plan.kinds.any())


class Spoiling(unittest.TestCase):
    def setUp(self):
        self.pictures = torch.rand(40, 3, 32, 44, generator=torch.Generator().manual_seed(1)) * 255

    def test_a_seed_decides_and_a_part_stays_as_it_is(self):
        first, again = (spoil.spoil(5, self.pictures.clone()) for _ in range(2))
        self.assertTrue(torch.equal(first, again))
        same = sum(torch.equal(a, b) for a, b in zip(first, self.pictures))
        self.assertTrue(5 < same < 25, same)
        self.assertTrue(first.min() >= 0 and first.max() <= 255)
        grey = sum(bool((picture.std(0) < 1e-3).all()) for picture in spoil.coloured(np.random.default_rng(1),
                                                                                     self.pictures))
        self.assertTrue(4 < grey < 22, grey)

    def test_compression_keeps_what_is_smooth_and_blur_what_is_flat(self):
        flat = torch.full((2, 3, 19, 21), 77.0)
        random = np.random.default_rng(2)
        self.assertLess((spoil.compressed(random, flat) - flat).abs().max(), 16)  # half a step at quality 20
        torch.testing.assert_close(spoil.blurred(random, flat), flat)
        self.assertGreater((spoil.compressed(random, self.pictures) - self.pictures).abs().mean(), 2)


def batch_of(boxes, kinds, size=128, confidence=0.8):
    boxes = torch.tensor([boxes], dtype=torch.float32)
    middle = (boxes[..., :2] + boxes[..., 2:]) / 2
    return SimpleNamespace(priors=Priors(size, size, "cpu"), boxes=boxes, landmarks=middle.repeat(1, 1, 5),
                           confidence=torch.full(boxes.shape[:2], confidence), kinds=torch.tensor([kinds]))


class Targets(unittest.TestCase):
    BOXES = [[10., 12, 44, 48], [60, 60, 122, 126], [80, 10, 100, 33]]

    def test_faces_larger_than_the_smallest_anchor_are_matched_as_multibox_does(self):
        batch = batch_of(self.BOXES, [FACE] * 3)
        targets = assign(batch.priors, batch.boxes, batch.kinds)
        expected = multibox.match(np.array(self.BOXES), 128)
        found = np.where(targets.on_face[0], targets.face_of[0], -1)
        np.testing.assert_array_equal(found, expected)

    def test_a_tiny_face_has_the_anchors_around_it_and_place_left_over_none(self):
        batch = batch_of([[61., 61, 67, 67], [0, 0, 0, 0]], [FACE, 0])
        targets = assign(batch.priors, batch.boxes, batch.kinds)
        on = batch.priors.middle[targets.on_face[0]]
        self.assertEqual(len(on), 4)
        self.assertLess((on - 64).abs().max(), 8)

    def test_what_is_neither_is_left_out_and_on_no_face(self):
        batch = batch_of(self.BOXES, [FACE, NEITHER, FACE])
        targets = assign(batch.priors, batch.boxes, batch.kinds)
        self.assertGreater(int(targets.left_out.sum()), 3)
        self.assertFalse((targets.left_out & targets.on_face).any())
        self.assertFalse((targets.face_of[targets.on_face] == 1).any())
        loss, outputs = FaceLoss(), [torch.zeros(1, 672, n) for n in (4, 2, 10)]
        before = loss(outputs, batch)
        outputs[1][targets.left_out] = 9.0 * torch.tensor([-1, 1])
        self.assertEqual(loss(outputs, batch), before)

    def answers(self, batch):
        targets = assign(batch.priors, batch.boxes, batch.kinds)
        wanted, _ = FaceLoss.wanted(targets, batch)
        score = (targets.of_face(batch.confidence) * targets.on_face).clamp(1e-6, 1 - 1e-6)
        logit = torch.logit(score)
        return [wanted[..., :4], torch.stack([-logit / 2, logit / 2], -1), wanted[..., 4:]]

    def test_who_answers_rightly_loses_nothing_and_a_box_that_is_off_shall_be_less_sure(self):
        batch = batch_of(self.BOXES, [FACE] * 3)
        outputs = self.answers(batch)
        for part in FaceLoss()(outputs, batch).values():
            self.assertAlmostEqual(part.item(), 0, places=4)
        outputs[0][..., 0] += 4
        parts = FaceLoss()(outputs, batch)
        self.assertGreater(parts["score"].item(), 0.01)
        self.assertGreater(parts["box"].item(), 1)

    def test_landmarks_count_in_face_sizes_and_more_on_larger_faces(self):
        def loss(box):
            batch = batch_of([box], [FACE])
            outputs = self.answers(batch)
            side = box[2] - box[0]
            outputs[2] = outputs[2] + 0.1 * side / (0.1 * batch.priors.side[:, :1])  # a tenth of the face off
            return FaceLoss()(outputs, batch)["landmarks"].item()

        weight, size = FaceLoss.WEIGHTS["landmarks"], FaceLoss.FULL_SIZE
        expected = weight * 10 * (0.1 - FaceLoss.LANDMARK_BETA / 2)
        self.assertAlmostEqual(loss([32., 32, 32 + size, 32 + size]), expected, places=3)
        self.assertAlmostEqual(loss([16., 16, 112, 112]), expected * 2 ** FaceLoss.GROWTH, places=3)


class Refitting(Folder):
    def test_scores_that_were_shifted_come_back_and_nothing_else_changes(self):
        for i in range(3):
            photo_with_a_face(self.folder / f"{i}.png")
        atlas = Atlas(sorted(self.folder.glob("*.png")))
        batches = refine.Batches(Planner([a_face()] * 3, atlas.sizes), atlas, 2, (((160, 160), 1, 1.0),))
        network = new_network(models.FeatherFaceV2, None, seed=4).eval()
        before = {name: value.clone() for name, value in network.state_dict().items()}
        lines = []
        shift_scores(network, 3.0)
        refit.refit_scores(network, batches, np.random.default_rng(0), 12, lines.append)
        first, last = (float(part.split()[-1]) for part in lines[0].split(", "))
        self.assertLess(last, 0.8 * first)
        for name, value in network.state_dict().items():
            if "cls_head" not in name:
                self.assertTrue(torch.equal(value, before[name]), name)
        with torch.no_grad():
            score = torch.sigmoid(face_logit(network(batches(np.random.default_rng(1)).to("cpu").pictures)[1]))
        self.assertLess(score.mean().item(), 0.1)


class Program(Folder):
    def test_from_photos_to_a_v2_and_started_again_it_goes_on_where_it_was(self):
        program = support.program()
        (self.folder / "photos").mkdir()
        for i in range(12):
            photo_with_a_face(self.folder / f"photos/{i:02}.png", (100 + i, 80), (30, 20, 60, 60), (40, 30))
        teacher, second, start = (support.seeded_checkpoint(self.folder, network)
                                  for network in ("v1", "retinaface", "v2"))

        def run(steps):
            result = subprocess.run(
                [sys.executable, support.SOURCE / "tools/train/refine.py", "--teacher", teacher, second, "--start", start,
                 "--images", self.folder / "photos", "--out", self.folder / "out.pth", "--program", program,
                 "--steps", str(steps), "--decay", "1", "--batch", "1", "--refit", "1", "--half"], capture_output=True, text=True)
            self.assertEqual(result.returncode, 0, result.stderr)
            return result.stderr

        training = [path.name for path in (self.folder / "photos").iterdir() if part_of(path.name) > 1]
        first = run(2)
        for network in (teacher, second, start):
            self.assertIn(f"{network.name} has seen {len(training)} of {len(training)} photos", first)
        again = run(3)
        self.assertIn("going on from step", again)
        self.assertNotIn("has seen", again)
        made = models.build(checkpoints.load_checkpoint(self.folder / "out.pth"))
        self.assertIsInstance(made, models.FeatherFaceV2)

    def test_batches_keep_their_number_of_pixels(self):
        empty = Faces(np.empty((0, 4)), np.empty((0, 10)), np.empty(0))
        atlas = SimpleNamespace(cut=None)
        batches = refine.Batches(Planner([empty], [(64, 64)]), atlas, 2, (((320, 320), 2, 1.0),))
        self.assertEqual(len(batches(np.random.default_rng(0)).plan.photos), 8 * 4)

    def test_a_threshold_is_between_0_and_1(self):
        words = "--teacher a --start b --images c --out d --threshold".split()
        self.assertEqual(refine.parse_arguments([*words, "0.4"]).threshold, 0.4)
        with self.assertRaises(SystemExit):
            refine.parse_arguments([*words, "1"])


if __name__ == "__main__":
    unittest.main()
