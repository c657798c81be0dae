"""The training loop and the losses: what each number means, and that a run can be cut anywhere."""
import math
import pathlib
import tempfile
import unittest
from types import SimpleNamespace

import support
import numpy as np
import torch

import models
from crop_store import Batch
from loop import Average, Schedule, Trainer
from losses import Distillation, face_logit, quality_focal
from networks import new_network, shift_scores


class Losses(unittest.TestCase):
    def test_quality_focal_is_the_cross_entropy_times_a_power_of_the_distance(self):
        for logit, target in ((0.3, 0.9), (-4.0, 0.02), (2.0, 1.0), (-1.0, 0.0)):
            score = 1 / (1 + math.exp(-logit))
            entropy = -(target * math.log(score) + (1 - target) * math.log(1 - score))
            result = quality_focal(torch.tensor(logit), torch.tensor(target)).item()
            self.assertAlmostEqual(result, abs(target - score) ** 1.5 * entropy, places=5)

    def test_the_face_logit_gives_the_score_of_the_softmax(self):
        logits = torch.tensor([[0.2, 1.5], [3.0, -1.0]])
        torch.testing.assert_close(torch.sigmoid(face_logit(logits)), logits.softmax(1)[:, 1])

    def batch(self):
        scores = torch.tensor([[0.9, 0.0, 0.5, 0.0]])
        return Batch(None, scores, torch.tensor([0, 0]), torch.tensor([0, 2]), torch.arange(28.0).view(2, 14) / 10)

    def outputs(self, batch):
        logit = torch.logit(batch.scores.clamp(1e-6, 1 - 1e-6))
        values = torch.zeros(1, 4, 14)
        values[batch.rows, batch.anchors] = batch.values
        return [values[..., :4], torch.stack([-logit / 2, logit / 2], -1), values[..., 4:]]

    def test_a_student_that_answers_as_the_teacher_loses_nothing(self):
        batch = self.batch()
        for part in Distillation()(self.outputs(batch), batch).values():
            self.assertAlmostEqual(part.item(), 0, places=6)

    def test_boxes_and_landmarks_count_by_the_score_and_only_where_there_is_a_face(self):
        batch = self.batch()
        outputs = self.outputs(batch)
        outputs[0][0, 1] += 100  # background
        outputs[0][0, 0, 0] += 3  # smooth L1 with beta 0.2: 3 - 0.1, score 0.9
        outputs[2][0, 2, 5] += 0.1  # 0.1^2 / 2 / 0.2, score 0.5
        parts, weights = Distillation()(outputs, batch), Distillation.WEIGHTS
        self.assertAlmostEqual(parts["box"].item(), weights["box"] * 2.9 * 0.9 / 1.4, places=5)
        self.assertAlmostEqual(parts["landmarks"].item(), weights["landmarks"] * 0.025 * 0.5 / 1.4, places=5)


class Networks(unittest.TestCase):
    def test_scores_shift_by_the_logit_asked_for_and_nothing_else_does(self):
        for kind in (models.FeatherFaceV1, models.FeatherFaceV2):
            network = new_network(kind, None, seed=1).eval()
            picture = torch.rand(1, 3, 64, 64)
            with torch.no_grad():
                before = network(picture)
                shift_scores(network, 1.25)
                after = network(picture)
            torch.testing.assert_close(face_logit(after[1]), face_logit(before[1]) + 1.25)
            torch.testing.assert_close((after[0], after[2]), (before[0], before[2]))

    def test_a_new_network_has_the_body_it_is_given_and_is_sure_of_no_face(self):
        body = {name: torch.rand_like(value) if value.is_floating_point() else value
                for name, value in models.Backbone().state_dict().items()}
        network = new_network(models.FeatherFaceV2, body, seed=1)
        for name, value in network.body.state_dict().items():
            self.assertTrue(torch.equal(value, body[name]), name)
        fresh = new_network(models.FeatherFaceV2, None, seed=1).eval()
        with torch.no_grad():
            scores = torch.sigmoid(face_logit(fresh(torch.rand(1, 3, 64, 64))[1]))
        self.assertLess(scores.max().item(), 0.1)


class Schedules(unittest.TestCase):
    def test_the_rate_rises_stays_and_falls_to_nothing(self):
        schedule = Schedule(steps=1000, decay=200)
        self.assertEqual(schedule.factor(0), 1 / 100)
        self.assertEqual([schedule.factor(step) for step in (99, 400, 799)], [1, 1, 1])
        falling = [schedule.factor(step) for step in range(800, 1000)]
        self.assertEqual(sorted(falling, reverse=True), falling)
        self.assertEqual(falling[0], 1)
        self.assertLess(falling[-1], 0.003)

    def test_the_average_follows_slowly_and_starts_without_the_past(self):
        model = torch.nn.Linear(1, 1, bias=False)
        average = Average(model, decay=0.9)
        values, expected = [3.0, 1.0, -2.0, 5.0], model.weight.item()
        for i, value in enumerate(values, 1):
            torch.nn.init.constant_(model.weight, value)
            average.update()
            decay = min(0.9, i / (10 + i))
            expected = decay * expected + (1 - decay) * value
        self.assertAlmostEqual(average.model.weight.item(), expected, places=6)


class Noise:
    """Batches of noise, and a loss for them."""

    @staticmethod
    def batch(random):
        pictures = torch.from_numpy(random.normal(size=(2, 3, 32, 32)).astype(np.float32))
        batch = SimpleNamespace(pictures=pictures)
        batch.to = lambda device: batch
        return batch

    @staticmethod
    def loss(outputs, batch):
        return {str(i): ((output - 0.5) ** 2).mean() for i, output in enumerate(outputs)}


class Resuming(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def trainer(self, name, steps, decay=2, seed=5):
        (self.folder / name).mkdir(exist_ok=True)
        network = new_network(models.FeatherFaceV2, None, seed)
        return Trainer(network, Noise.batch, Noise.loss, self.folder / name, Schedule(steps, decay),
                       {"": 1e-3, "body.": 1e-4}, seed=seed)

    def assert_same(self, a, b):
        for (name, x), y in zip(a.state_dict().items(), b.state_dict().values()):
            self.assertTrue(torch.equal(x, y), name)

    def test_a_run_cut_anywhere_ends_in_the_very_weights_of_one_that_was_not(self):
        whole = self.trainer("whole", 8)
        expected = whole.run(8)
        for cut in (3, 7):  # before and in the decay
            first = self.trainer(f"cut{cut}", 8)
            first.run(cut)
            second = self.trainer(f"cut{cut}", 8)
            self.assertTrue(second.resume())
            self.assertEqual(second.step, cut)
            self.assert_same(second.run(8), expected)
            self.assert_same(second.model, whole.model)

    def test_progress_is_told_with_the_time_that_is_left(self):
        lines = []
        self.trainer("run", 4).run(4, tell_steps=2, tell=lines.append)
        self.assertEqual(len(lines), 2)
        self.assertRegex(lines[0], r"^step 2/4  0 \d+\.\d+  1 \d+\.\d+ .* s/step  \d+ min left$")

    def test_a_finished_run_is_made_longer_from_where_its_decay_began(self):
        self.trainer("run", 6).run(6)
        longer = self.trainer("run", 10)
        self.assertTrue(longer.resume())
        self.assertEqual(longer.step, 4)
        longer.run(10)
        again = self.trainer("run", 10)
        self.assertTrue(again.resume())
        self.assertEqual(again.step, 10)

    def test_a_decay_that_should_have_begun_long_ago_and_another_seed_are_refused(self):
        self.trainer("run", 6).run(6)
        with self.assertRaisesRegex(ValueError, "too late for a decay from step 3"):
            self.trainer("run", 5).resume()
        with self.assertRaisesRegex(ValueError, "seed 5, not 6"):
            self.trainer("run", 6, seed=6).resume()
        self.assertFalse(self.trainer("new", 6).resume())


if __name__ == "__main__":
    unittest.main()
