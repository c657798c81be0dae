"""Crops for training: pixels and points move alike, left stays left in mirrors, seeds decide, held-out stays out."""
import pathlib
import tempfile
import unittest
from unittest import mock

import support
import numpy as np
from PIL import Image

import faces
import mirror
from pictures import (TEST, VALIDATION, CropMaker, Window, degrade, draw_window, network_input, part_of,
                      read_picture)


class Windows(unittest.TestCase):
    def picture_with_dot(self, x, y):
        pixels = np.zeros((60, 80, 3), np.uint8)
        pixels[y, x] = 255
        return Image.fromarray(pixels)

    def test_pixels_and_points_move_alike(self):
        for factor, left, top in ((1.0, 0, 0), (1.0, 20, 10), (2.0, 30, 40), (3.0, -20, -10), (0.5, -8, -2)):
            window = Window(factor, left, top, (128, 128))
            crop = window.cut(self.picture_with_dot(31, 27))
            inside = crop.sum(2).astype(float) - sum(faces.MEAN_BGR) * (crop == faces.MEAN_BGR).all(2)
            row, column = np.unravel_index(inside.argmax(), inside.shape)
            np.testing.assert_allclose((column + 0.5, row + 0.5), window.place(np.array([31.5, 27.5])), atol=0.51 * factor)

    def test_outside_of_the_picture_the_networks_see_zeros(self):
        crop = Window(1.0, -10, -20, (128, 160)).cut(Image.new("RGB", (30, 40), (250, 200, 150)))
        np.testing.assert_array_equal(crop[20:60, 10:40], np.broadcast_to((150, 200, 250), (40, 30, 3)))  # BGR
        seen = network_input(crop[None])[0].abs().sum(0).numpy()
        self.assertEqual((seen != 0).sum(), 30 * 40)

    def test_points_keep_their_shape(self):
        window = Window(2.0, 10, 20, (64, 64))
        np.testing.assert_array_equal(window.place(np.array([[10, 20, 30, 40]])), [[10, 20, 50, 60]])
        self.assertEqual(window.place(np.empty((0, 10))).shape, (0, 10))

    def test_a_window_has_its_face_in_it_and_stays_inside_a_large_picture(self):
        random, box = np.random.default_rng(0), np.array([[600, 300, 640, 350]])
        shown = 0
        for _ in range(200):
            window = draw_window(random, (800, 500), (128, 96), box, (0.9, 1.5))
            x1, y1, x2, y2 = window.place(box)[0]
            shown += 0 < (x1 + x2) / 2 < 128 and 0 < (y1 + y2) / 2 < 96
            self.assertGreaterEqual(min(window.left, window.top), 0)
            self.assertLessEqual(window.left + 128, 800 * window.factor + 1)
            self.assertLessEqual(window.top + 96, 500 * window.factor + 1)
            self.assertTrue(0.9 * 0.8 - 1e-9 <= window.factor <= 1.5 * 0.8 + 1e-9)
        self.assertGreater(shown, 160)  # 85% are around the face, the others anywhere


class Mirrors(unittest.TestCase):
    def test_left_stays_left_in_the_mirror(self):
        points = np.array([[10, 20, 30, 20, 20, 30, 12, 40, 28, 40]])
        boxes, mirrored = mirror.mirrored_labels(64, np.array([[5, 10, 35, 50]]), points)
        np.testing.assert_array_equal(boxes, [[29, 10, 59, 50]])
        np.testing.assert_array_equal(mirrored, [[34, 20, 54, 20, 44, 30, 36, 40, 52, 40]])


class Making(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.paths = [pathlib.Path(folder.name, f"{i}.png") for i in range(3)]
        for i, path in enumerate(self.paths):
            pixels = np.random.default_rng(i).integers(0, 255, (40, 50 + i, 3), np.uint8)
            Image.fromarray(pixels).save(path)
        self.maker = CropMaker(self.paths, {path: [[5, 5, 20, 20]] for path in self.paths}, (64, 48),
                               (0.1, 0.2))

    def test_a_seed_decides_what_a_crop_is(self):
        crops = [self.maker.make([7, i]) for i in range(12)]
        for i, crop in enumerate(crops):
            self.assertEqual((crop.shape, crop.dtype), ((48, 64, 3), np.uint8))
            np.testing.assert_array_equal(crop, self.maker.make([7, i]))
            for other in crops[:i]:
                self.assertFalse(np.array_equal(crop, other))

    def test_a_mosaic_has_four_smaller_crops(self):
        self.maker.size, values = (64, 49), iter((10, 80, 150, 220))

        def piece(random, size):
            return np.full((size[1], size[0], 3), next(values), np.uint8)

        with mock.patch.object(CropMaker, "MOSAIC", 1), mock.patch("pictures.degrade", lambda random, crop: crop), \
                mock.patch.object(self.maker, "piece", piece):
            crop = self.maker.make(0)
        self.assertEqual(crop.shape, (49, 64, 3))
        quarters = [half[:, columns] for half in (crop[:24], crop[24:]) for columns in (slice(32), slice(32, None))]
        self.assertEqual([np.unique(quarter).tolist() for quarter in quarters], [[10], [80], [150], [220]])

    def test_degrading_changes_pixels_and_not_the_size(self):
        crop = np.asarray(read_picture(self.paths[0]))[..., ::-1]
        results = [degrade(np.random.default_rng(i), crop) for i in range(30)]
        self.assertEqual({result.shape for result in results}, {crop.shape})
        changed = sum(not np.array_equal(result, crop) for result in results)
        self.assertTrue(10 < changed < 30, changed)

    def test_the_parts_are_the_crc_of_the_name_modulo_ten(self):
        self.assertEqual((TEST, VALIDATION), (0, 1))
        self.assertEqual([part_of(name) for name in ("a", "123456789")], [0xE8B7BE43 % 10, 0xCBF43926 % 10])


if __name__ == "__main__":
    unittest.main()
