"""`featherface dump` as numpy sees it, against PyTorch's run of the same weights; and the program's `compare` on
what the exporter writes."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import support
import numpy as np
import torch

import export_reference
from recorder import recording

sys.path.insert(0, str(support.SOURCE / "tests/data/networks"))
import make

PROGRAM = support.program()
DETECTION = {"loc", "conf", "landms", "priors", "dets"}


def featherface(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True)


def write_ppm(path, image):
    height, width, _ = image.shape
    path.write_bytes(b"P6\n%d %d\n255\n" % (width, height) + image[..., ::-1].tobytes())


class Dump(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        self.networks = {}

    def checkpoint(self, key):
        """The network with weights by formula, and the file it is saved in."""
        path = self.folder / f"{key}.pth"
        if key not in self.networks:
            self.networks[key] = make.seeded_network(key)
            torch.save(self.networks[key].state_dict(), path)
        return self.networks[key], path

    def dump(self, key, layers, source, out="out.npz"):
        """What the program writes, if it succeeds in silence."""
        result = featherface("dump", "-m", self.checkpoint(key)[1], "--layers", layers, source, "-o", self.folder / out)
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))
        return self.folder / out

    def picture(self, name="picture.ppm", height=33, width=47):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        image = make.seeded.image(height, width)
        write_ppm(path, image)
        return path, image

    def test_every_module_is_there_as_numpy_and_pytorch_have_it(self):
        picture, image = self.picture()
        for key in ("v1", "v2"):
            network, _ = self.checkpoint(key)
            expected = {}
            with torch.no_grad(), recording(network, expected.__setitem__):
                network(torch.from_numpy(make.faces.preprocess(image)))
            with np.load(self.dump(key, "all", picture)) as arrays:
                self.assertGreaterEqual(set(arrays.files), expected.keys() | DETECTION | {"input", "image_bgr"})
                for name, value in expected.items():
                    self.assertEqual(arrays[name].dtype, np.float32, name)
                    self.assertTrue(arrays[name].flags.c_contiguous, name)
                    self.assertEqual(arrays[name].shape, value.shape, name)
                    np.testing.assert_allclose(arrays[name], value, 1e-4, 1e-4, err_msg=name)
                np.testing.assert_array_equal(arrays["image_bgr"], image)
                np.testing.assert_array_equal(arrays["input"], make.faces.preprocess(image))

    def test_the_levels_hold_what_their_names_say(self):
        picture, _ = self.picture()
        around = {"input", "image_bgr", "__meta__"} | DETECTION
        for key in ("v1", "v2"):
            stages = set(np.load(support.SOURCE / f"tests/data/networks/{key}_47x33.npz").files)
            for layers, names in (("outputs", around), ("stages", around | stages),
                                  ("teacher", {"logits", "loc", "landms", *export_reference.TEACHER_MAPS, "__meta__"})):
                with np.load(self.dump(key, layers, picture)) as arrays:
                    self.assertEqual(set(arrays.files), names, (key, layers))

    def test_the_description_is_json(self):
        picture, _ = self.picture()
        path = self.dump("v2", "outputs", picture)
        meta = json.loads(np.load(path)["__meta__"].tobytes())
        digest = export_reference.hashlib.sha256(self.checkpoint("v2")[1].read_bytes()).hexdigest()
        self.assertEqual(meta["model"], {"name": "FeatherFace V2", "parameters": 256156, "sha256": digest,
                                         "precision": "float32"})
        self.assertEqual((meta["producer"], meta["width"], meta["height"], meta["layers"]),
                         ("featherface", 47, 33, "outputs"))
        self.assertIn("version", meta)
        self.assertIn("arch", meta)

    def test_a_folder_of_pictures_becomes_a_folder_of_what_a_student_learns_from(self):
        network, _ = self.checkpoint("v1")
        images = {name: self.picture(f"in/{name}.ppm", *size)[1]
                  for name, size in (("a", (33, 47)), ("b", (40, 24)))}
        folder = self.dump("v1", "teacher", self.folder / "in", "out")
        self.assertEqual({path.name for path in folder.iterdir()}, {"a.npz", "b.npz"})
        for name, image in images.items():
            values = {}
            with torch.no_grad(), recording(network, values.__setitem__):
                loc, logits, landms = network(torch.from_numpy(make.faces.preprocess(image)))
            values.update(loc=loc.numpy(), logits=logits.numpy(), landms=landms.numpy())
            with np.load(folder / f"{name}.npz") as arrays:
                for key in set(arrays.files) - {"__meta__"}:
                    np.testing.assert_allclose(arrays[key], values[key], 1e-4, 1e-4, err_msg=key)

    def test_compare_agrees_with_what_the_exporter_writes(self):
        _, image = self.picture()
        np.savez(self.folder / "picture.npz", image_bgr=image)
        reference = self.folder / "reference.npz"
        for key in ("v1", "v2"):
            network, checkpoint = self.checkpoint(key)
            export_reference.export(network, self.folder / "picture.npz", reference, "all")
            for mode in ("layerwise", "fused"):
                result = featherface("compare", "-m", checkpoint, "--mode", mode, reference)
                self.assertEqual((result.returncode, result.stderr), (0, ""))
                self.assertIn("\nAgreement: all ", result.stdout)
                self.assertNotIn("On one side only", result.stdout)


if __name__ == "__main__":
    unittest.main()
