"""The PyTorch definition without any published weights: sizes, deformable convolution, checkpoints, faces."""
import itertools
import math
import tempfile
import unittest
from collections import OrderedDict

import support
import numpy as np
import torch

import checkpoints
import faces
import models


class Networks(unittest.TestCase):
    def test_parameter_counts_are_the_published_ones(self):
        counts = {key: models.parameter_count(network()) for key, network in models.NETWORKS.items()}
        self.assertEqual(counts, {"v1": 592371, "v2": 256156, "retinaface": 426608, "ff489k": 489015,
                                  "ffeca": 476345, "ffca": 493095, "classifier": 470072})
        self.assertEqual(models.parameter_count(models.Backbone()), 213072)

    def test_outputs_have_one_row_per_anchor_at_any_size(self):
        for network, (height, width) in itertools.product(models.DETECTORS.values(),
                                                          ((1, 1), (33, 47), (64, 9))):
            with torch.no_grad():
                outputs = network().eval()(torch.zeros(2, 3, height, width))
            count = len(faces.anchors(height, width))
            self.assertEqual([tuple(x.shape) for x in outputs],
                             [(2, count, 4), (2, count, 2), (2, count, 10)])

    def test_a_network_is_found_by_the_names_of_its_tensors(self):
        for network in models.NETWORKS.values():
            self.assertIs(type(models.build(network().state_dict())), network)
        with self.assertRaisesRegex(ValueError, "FeatherFace V1, FeatherFace V2, .*, MobileNetV1-0.25"):
            models.build(models.Backbone().state_dict())

    def test_zeros_of_the_same_padding_take_part_in_the_maximum(self):
        pooled = models.SameMaxPool()(torch.full((1, 1, 5, 4), -1.0))
        self.assertEqual(pooled.tolist(), [[[[0, 0], [-1, 0], [0, 0]]]])


def deform_conv_by_loops(x, offset, mask, weight):
    (outputs, channels, _, _), (height, width) = weight.shape, x.shape[-2:]
    result = np.zeros((outputs, height, width))
    for row, column, k in itertools.product(range(height), range(width), range(9)):
        y = row - 1 + k // 3 + offset[2 * k, row, column]
        z = column - 1 + k % 3 + offset[2 * k + 1, row, column]
        if y <= -1 or y >= height or z <= -1 or z >= width:
            continue
        for i, j in itertools.product((math.floor(y), math.floor(y) + 1), (math.floor(z), math.floor(z) + 1)):
            if 0 <= i < height and 0 <= j < width:
                share = (1 - abs(y - i)) * (1 - abs(z - j)) * mask[k, row, column]
                result[:, row, column] += weight[:, :, k // 3, k % 3] @ x[:, i, j] * share
    return result


class DeformableConvolution(unittest.TestCase):
    def setUp(self):
        random = np.random.default_rng(1)
        self.x = random.normal(size=(3, 6, 5))
        self.offset = random.normal(scale=2.5, size=(18, 6, 5))  # well out of the map, too
        self.offset[:, 0, 0] = np.round(self.offset[:, 0, 0])  # on the pixels
        self.mask = random.uniform(0, 2, size=(9, 6, 5))
        self.weight = random.normal(size=(4, 3, 3, 3))
        self.expected = deform_conv_by_loops(self.x, self.offset, self.mask, self.weight)

    def tensors(self):
        maps = [torch.from_numpy(a)[None] for a in (self.x, self.offset, self.mask)]
        return *maps, torch.from_numpy(self.weight)

    def test_plain_torch_agrees_with_the_formula_as_loops(self):
        np.testing.assert_allclose(models.deform_conv(*self.tensors())[0].numpy(), self.expected, atol=1e-12)

    def test_torchvision_agrees_with_the_formula_as_loops(self):
        if models.deform_conv2d is None:
            self.skipTest("torchvision not installed")
        x, offset, mask, weight = self.tensors()
        result = models.deform_conv2d(x, offset, weight, padding=1, mask=mask)
        np.testing.assert_allclose(result[0].numpy(), self.expected, atol=1e-12)


class Checkpoints(unittest.TestCase):
    def load(self, content, legacy=False):
        with tempfile.NamedTemporaryFile(suffix=".pth") as file:
            torch.save(content, file.name, _use_new_zipfile_serialization=not legacy)
            return checkpoints.load_checkpoint(file.name)

    def test_both_containers_nesting_prefix_and_debris_give_the_same_tensors(self):
        state = models.Backbone().state_dict()
        prefixed = OrderedDict(("module." + key, value) for key, value in state.items())
        prefixed["module.total_ops"] = torch.zeros(1, dtype=torch.float64)
        for content, legacy in itertools.product(
                (state, prefixed, {"epoch": 1, "lr": 0.5, "state_dict": prefixed}, {"model": {"net": state}}),
                (False, True)):
            loaded = self.load(content, legacy)
            self.assertEqual(list(loaded), list(state))
            self.assertTrue(all(torch.equal(loaded[key], state[key]) for key in state))

    def test_nothing_but_tensors_and_containers_is_rebuilt(self):
        class Trap:
            def __reduce__(self):
                return exec, ("raise RuntimeError('the file ran code')",)

        for legacy in (False, True):
            loaded = self.load({"state_dict": {"weight": torch.ones(2)}, "args": Trap()}, legacy)
            self.assertEqual(loaded["weight"].tolist(), [1, 1])

    def test_a_file_without_tensors_is_refused(self):
        for content in ([1, 2], {"epoch": 3}, {"state_dict": {}}):
            with self.assertRaisesRegex(ValueError, "no state_dict"):
                self.load(content)


class Faces(unittest.TestCase):
    def test_anchors_cover_the_rounded_up_grids_with_the_two_sizes_innermost(self):
        priors = faces.anchors(33, 47)
        self.assertEqual(priors.shape, (2 * (5 * 6 + 3 * 3 + 2 * 2), 4))
        np.testing.assert_allclose(priors[3], [12 / 47, 4 / 33, 32 / 47, 32 / 33], rtol=1e-6)
        np.testing.assert_allclose(priors[-1], [48 / 47, 48 / 33, 512 / 47, 512 / 33], rtol=1e-6)

    def test_decoding_follows_the_variances(self):
        loc, landms = np.zeros((6, 4), np.float32), np.zeros((6, 10), np.float32)
        loc[1] = 1, -1, 5, 0
        landms[1, 2:4] = 2, -1
        boxes, points = faces.decode(loc, landms, 8, 8)
        np.testing.assert_allclose(boxes[0], [-4, -4, 12, 12], atol=1e-4)
        half = 16 * math.e
        np.testing.assert_allclose(boxes[1], [7.2 - half, 0.8 - 16, 7.2 + half, 0.8 + 16], atol=1e-4)
        np.testing.assert_allclose(points[1], [4, 4, 10.4, 0.8, 4, 4, 4, 4, 4, 4], atol=1e-4)

    def test_suppression_is_strict_and_counts_both_borders(self):
        # Of ten pixels wide and high, "+1": shifted by s they share (10 - s) * 10 of 200 - (10 - s) * 10.
        boxes = np.array([[0, 0, 9, 9], [0, 4, 9, 13], [0, 5, 9, 14], [100, 0, 109, 9]], np.float32)
        self.assertEqual(faces.nms(boxes, 0.4).tolist(), [0, 2, 3])
        self.assertEqual(faces.nms(boxes, 60 / 140).tolist(), [0, 1, 3])

    def test_faces_come_best_first_above_the_score(self):
        count = len(faces.anchors(64, 64))
        conf = np.zeros((count, 2), np.float32)
        conf[[3, 40, 60], 1] = 0.5, 0.9, 0.02
        found = faces.detect(np.zeros((count, 4)), conf, np.zeros((count, 10)), 64, 64)
        np.testing.assert_allclose(found[:, 4], [0.9, 0.5])
        self.assertEqual(found.shape, (2, 15))

    def test_preprocessing_subtracts_the_mean_of_each_channel(self):
        image = np.zeros((2, 3, 3), np.uint8)
        image[1, 2] = 104, 118, 255
        self.assertEqual(faces.preprocess(image)[0, :, 1, 2].tolist(), [0, 1, 132])
        self.assertEqual(faces.preprocess(image)[0, :, 0, 0].tolist(), [-104, -117, -123])


if __name__ == "__main__":
    unittest.main()
