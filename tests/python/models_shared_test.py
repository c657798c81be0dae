"""The PyTorch definition against every reference dump: the same names in order, values within 1e-4."""
import unittest

import support
import numpy as np
import torch

import checkpoints
import faces
import models
from recorder import recording

WEIGHTS = {"v1": "mobilenet0.25_Final.pth", "v2": "v2/FeatherFaceV2_untrained.pth",
           "v2trial": "v2/FeatherFaceV2_trial.pth", "backbone": "mobilenetV1X0.25_pretrain.tar",
           "retinaface": "family/retinaface_mobilenet0.25_Final.pth",
           "ff489k": "family/ff489k_mobilenet0.25_Final.pth",
           "ffeca": "family/featherface_eca_cbam_final.pth", "ffca": "family/featherface_v2_best.pth"}
NOT_COMPUTED_BY_MODULES = {"loc", "conf", "landms", "logits", "input", "image_bgr", "priors", "dets"}
TOLERANCE = 1e-4

paths = {name: support.shared_file("weights/" + file) for name, file in WEIGHTS.items()}
dumps = sorted(path for folder in ("reference", "reference_family")
               for path in support.shared_file(folder).glob("*.npz"))
legacy_v2 = support.shared_file("weights/v2/FeatherFaceV2_untrained_ddp_legacy.pth")


def overlap(a, b):
    """IoU of boxes row by row."""
    low, high = np.maximum(a[:, :2], b[:, :2]), np.minimum(a[:, 2:4], b[:, 2:4])
    shared = np.prod(np.maximum(high - low, 0), 1)
    return shared / (np.prod(a[:, 2:4] - a[:, :2], 1) + np.prod(b[:, 2:4] - b[:, :2], 1) - shared)


class Published(unittest.TestCase):
    def test_every_checkpoint_loads_strictly_with_its_keys_in_order(self):
        for path in (*paths.values(), legacy_v2):
            state = checkpoints.load_checkpoint(path)
            self.assertEqual(list(models.build(state).state_dict()), list(state), path)

    def test_both_containers_of_the_untrained_v2_hold_the_same_tensors(self):
        state, legacy = checkpoints.load_checkpoint(paths["v2"]), checkpoints.load_checkpoint(legacy_v2)
        self.assertTrue(all(torch.equal(state[key], legacy[key]) for key in state))


class Dumps(unittest.TestCase):
    def check(self, path):
        reference = np.load(path)
        model = models.build(checkpoints.load_checkpoint(paths[path.name.split("_")[0]]))
        image = reference["input"] if "input" in reference else faces.preprocess(reference["image_bgr"])
        values = {}
        with torch.no_grad(), recording(model, values.__setitem__):
            output = model(torch.from_numpy(image))
        recorded = list(values)
        if isinstance(model, models.Classifier):
            values["logits"] = output.numpy()
        else:
            loc, logits, landms = output
            values.update(loc=loc.numpy(), conf=logits.softmax(-1).numpy(), landms=landms.numpy())
            self.check_faces(reference, values, *image.shape[-2:])

        expected = [name for name in reference.files if name in recorded]
        self.assertEqual(set(reference.files) - set(expected) - NOT_COMPUTED_BY_MODULES, set())
        if path.name.endswith("_all.npz"):
            self.assertEqual(recorded, expected)
        compared = [name for name in reference.files if name in values]
        differences = {name: self.difference(values[name], reference[name]) for name in compared}
        worst = max(differences, key=differences.get)
        print(f"{path.name}: {len(compared)} names, largest difference {differences[worst]:.1e} ({worst})")
        self.assertLessEqual(differences[worst], TOLERANCE, worst)

    def difference(self, value, expected):
        self.assertEqual(value.shape, expected.shape)
        return float((np.abs(value - expected) / np.maximum(1, np.abs(expected))).max())

    def check_faces(self, reference, values, height, width):
        if "priors" in reference:
            np.testing.assert_allclose(faces.anchors(height, width), reference["priors"], atol=1e-7)
        if "input" in reference:
            np.testing.assert_array_equal(faces.preprocess(reference["image_bgr"]), reference["input"])
        expected = reference["dets"]
        found = faces.detect(*(values[name][0] for name in ("loc", "conf", "landms")), height, width)
        self.assertEqual(found.shape, expected.shape)
        # Scores closer than the rounding may have changed places.
        nearest = np.argmax([np.where(np.abs(expected[:, 4] - face[4]) < TOLERANCE,
                                      overlap(np.broadcast_to(face, expected.shape), expected), -1)
                             for face in found], 1)
        self.assertEqual(sorted(nearest), list(range(len(expected))))
        self.assertGreater(overlap(found, expected[nearest]).min(), 0.999)
        np.testing.assert_allclose(found[:, 4], expected[:, 4], atol=TOLERANCE)
        np.testing.assert_allclose(found[:, 5:], expected[nearest, 5:], atol=0.02)


for dump in dumps:
    setattr(Dumps, "test_" + dump.stem, lambda self, path=dump: self.check(path))

if __name__ == "__main__":
    unittest.main()
