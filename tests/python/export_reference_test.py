"""The exporter, on the project's networks with weights by formula and on small models of other people's."""
import contextlib
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import textwrap
import unittest

import support
import numpy as np
import torch
from torch import nn

import export_reference
import models
import recorder

FIXTURES = support.SOURCE / "tests/data/networks"
sys.path.insert(0, str(FIXTURES))
import make

SCRIPT = support.SOURCE / "tools/python/export_reference.py"


def read(path):
    with np.load(path) as arrays:
        return {name: arrays[name] for name in arrays.files}


class InFolder(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        self.picture = self.folder / "picture.npz"
        np.savez(self.picture, image_bgr=make.seeded.image(33, 47))
        self.out = self.folder / "out.npz"

    def write(self, path, text):
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(textwrap.dedent(text))

    def arguments(self, *more):
        return [str(argument) for argument in (self.picture, "-o", self.out, *more)]

    def run_here(self, *arguments):
        """The dump the script makes, run in the folder; what it imports and prints is forgotten."""
        modules, path, folder = dict(sys.modules), list(sys.path), os.getcwd()
        os.chdir(self.folder)
        try:
            with contextlib.redirect_stderr(io.StringIO()):
                export_reference.main(self.arguments(*arguments))
        finally:
            os.chdir(folder)
            sys.path[:] = path
            for name in sys.modules.keys() - modules.keys():
                del sys.modules[name]
            sys.modules.update(modules)
        dump = read(self.out)
        self.out.unlink()
        return dump

    def refusal(self, *arguments):
        """What the script says when it fails; it leaves nothing behind."""
        with self.assertRaises(SystemExit) as failure:
            self.run_here(*arguments)
        self.assertEqual(list(self.folder.glob("out*")), [])
        return failure.exception.code


class OwnNetworks(InFolder):
    def export(self, key, layers):
        export_reference.export(make.seeded_network(key), self.picture, self.out, layers)
        return read(self.out)

    def meta(self, dump):
        return json.loads(dump["__meta__"].tobytes())

    def test_all_modules_are_there_in_order_with_their_values(self):
        for key in ("v1", "v2"):
            dump = self.export(key, "all")
            lines = (FIXTURES / f"{key}_47x33_modules.tsv").read_text().splitlines()
            rows = [line.split("\t") for line in lines]
            self.assertEqual(list(dump), [row[0] for row in rows] + [
                "loc", "conf", "landms", "priors", "dets", "input", "image_bgr", "__meta__"])
            for name, shape, projection, _ in rows:
                self.assertEqual(",".join(map(str, dump[name].shape)), shape)
                self.assertAlmostEqual(make.projection(dump[name]), float(projection), delta=1e-5, msg=name)

    def test_outputs_and_stages_are_those_of_the_stored_dumps(self):
        for key in ("v1", "v2"):
            expected = read(FIXTURES / f"{key}_47x33.npz")
            outputs, stages = self.export(key, "outputs"), self.export(key, "stages")
            added = {"input", "image_bgr", "priors", "__meta__"}
            self.assertEqual(set(outputs), {"loc", "conf", "landms", "dets"} | added)
            self.assertEqual(set(stages), set(expected) | added)
            for name, array in expected.items():
                np.testing.assert_allclose(stages[name], array, 1e-5, 1e-5, err_msg=name)
                self.assertEqual(stages[name].dtype, np.float32)
            np.testing.assert_array_equal(outputs["image_bgr"], make.seeded.image(33, 47))
            np.testing.assert_array_equal(outputs["input"], make.faces.preprocess(outputs["image_bgr"]))

    def test_the_teacher_writes_logits_regressions_and_the_maps_entering_the_heads(self):
        expected = read(FIXTURES / "v1_47x33.npz")
        dump = self.export("v1", "teacher")
        self.assertEqual(set(dump), {"logits", "loc", "landms", *export_reference.TEACHER_MAPS, "__meta__"})
        np.testing.assert_allclose(export_reference.softmax(dump["logits"]), expected["conf"], 1e-5, 1e-5)
        self.assertGreater(np.abs(dump["logits"].sum(-1) - 1).max(), 0.1)
        np.testing.assert_allclose(dump["ssh2_cs"], expected["ssh2_cs"], 1e-5, 1e-5)

    def test_a_classifier_has_logits_and_its_stages(self):
        expected = read(FIXTURES / "classifier_47x33.npz")
        np.savez(self.picture, input=expected["input"])
        dump = self.export("classifier", "stages")
        self.assertEqual(set(dump), {"stage1", "stage2", "stage3", "logits", "input", "__meta__"})
        for name, array in expected.items():
            np.testing.assert_allclose(dump[name], array, 1e-5, 1e-5, err_msg=name)
        self.assertEqual(export_reference.classifier_input(make.seeded.image(33, 47)).shape, (1, 3, 224, 224))

    def test_the_description_says_what_ran(self):
        meta = self.meta(self.export("v2", "outputs"))
        self.assertEqual(meta["model"], {"name": "FeatherFace V2", "class": "models.FeatherFaceV2",
                                         "parameters": 256156, "sha256": None, "precision": "float32"})
        self.assertEqual((meta["schema"], meta["width"], meta["height"], meta["layers"], meta["version"]),
                         (1, 47, 33, "outputs", torch.__version__))

    def test_the_script_loads_a_checkpoint_and_names_its_hash(self):
        checkpoint = self.folder / "v2.pth"
        torch.save({"state_dict": make.seeded_network("v2").state_dict()}, checkpoint)
        script = [sys.executable, SCRIPT, *self.arguments("--arch", "v2", "-c", checkpoint)]
        self.assertEqual(subprocess.run(script, capture_output=True).stdout, b"")
        dump = read(self.out)
        self.assertEqual(self.meta(dump)["model"]["sha256"],
                         export_reference.hashlib.sha256(checkpoint.read_bytes()).hexdigest())
        np.testing.assert_allclose(dump["loc"], read(FIXTURES / "v2_47x33.npz")["loc"], 1e-5, 1e-5)
        self.out.unlink()
        self.assertRegex(self.refusal("--arch", "v1", "-c", checkpoint), "tensors differ, first")
        self.assertIn("-c CHECKPOINT is needed", self.refusal("--arch", "v1"))

    def test_pictures_are_read_upright_and_blue_first(self):
        try:
            from PIL import Image
        except ImportError:
            self.skipTest("Pillow not installed")
        image = make.seeded.image(4, 6)
        exif = Image.Exif()
        exif[0x0112] = 6  # turn a quarter clockwise to see it upright
        Image.fromarray(image[..., ::-1]).save(self.folder / "turned.png", exif=exif)
        read_back = export_reference.read_picture(self.folder / "turned.png")
        np.testing.assert_array_equal(read_back, np.rot90(image, -1))


# A repository as users have it: a package `models` (with a file that does not import), activations in place,
# modules called several times, one that returns a tuple, and the softmax that depends on the phase.
REPOSITORY = {
    "models/broken.py": "import a_package_nobody_has\n",
    "models/net.py": """
        import torch
        from torch import nn

        class Twice(nn.Module):
            def forward(self, x):
                return x * 2, [x, x + 1]
        """,
    "models/retinaface.py": """
        import torch
        from torch import nn
        from models.net import Twice

        print("noise on stdout")

        class Unfitting(nn.Module):
            def __init__(self):
                super().__init__()

        def rows(head, maps, values):
            return torch.cat([head(x).permute(0, 2, 3, 1).reshape(1, -1, values) for x in maps], 1)

        class RetinaFace(nn.Module):
            def __init__(self, cfg=None, phase="train"):
                super().__init__()
                self.phase = phase
                self.features = nn.Sequential(nn.Conv2d(3, cfg["out_channel"] // 16, 3, 8, 1),
                                              nn.BatchNorm2d(4), nn.ReLU(inplace=True))
                self.act = nn.LeakyReLU(0.5, inplace=True)
                self.twice = Twice()
                self.heads = nn.ModuleList(nn.Conv2d(4, 2 * k, 1) for k in (4, 2, 10))

            def forward(self, x):
                x = self.act(self.features(x) - 0.5)
                maps = [self.act(self.twice(x)[0] - 0.5)]
                for _ in range(2):
                    maps.append(nn.functional.max_pool2d(maps[-1], 3, 2, 1))
                loc, conf, landms = (rows(head, maps, k) for head, k in zip(self.heads, (4, 2, 10)))
                if self.phase == "test":
                    conf = conf.softmax(-1)
                return loc, conf, landms
        """,
    "mine.py": """
        import torch
        from models.retinaface import RetinaFace

        def make(phase):
            torch.manual_seed(1)
            return RetinaFace({"out_channel": 64}, phase).eval()

        def train():
            return torch.nn.DataParallel(make("train"))

        test = make("test")

        class ClassFirst(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.net = make("train")

            def forward(self, x):
                loc, conf, landms = self.net(x)
                return conf, loc.chunk(2, 1), landms

        number = int
        """,
}


class OtherPeoplesModels(InFolder):
    def setUp(self):
        super().setUp()
        for path, text in REPOSITORY.items():
            self.write(path, text)

    def test_values_are_those_the_module_returned_before_any_activation_in_place(self):
        dump = self.run_here("--model", "mine:train", "--layers", "all")
        normalised, activated = dump["features.1"], dump["features.2"]
        self.assertLess(normalised.min(), 0)
        np.testing.assert_array_equal(np.maximum(normalised, 0), activated)
        np.testing.assert_array_equal(dump["features"], activated)

    def test_later_calls_and_parts_of_tuples_have_names_of_their_own(self):
        dump = self.run_here("--model", "mine:train", "--layers", "all")
        self.assertEqual([name for name in dump if name.startswith(("act", "twice"))],
                         ["act", "twice@.0", "twice@.1.0", "twice@.1.1", "act#1"])
        np.testing.assert_array_equal(dump["twice@.0"], dump["act"] * 2)
        shifted = dump["twice@.0"] - np.float32(0.5)
        leaky = np.where(shifted > 0, shifted, shifted * np.float32(0.5))
        np.testing.assert_array_equal(dump["act#1"], leaky)

    def test_the_softmax_is_applied_once_in_either_phase(self):
        train, test = self.run_here("--model", "mine:train"), self.run_here("--model", "mine:test")
        np.testing.assert_allclose(train["conf"], test["conf"], 1e-6)
        np.testing.assert_allclose(train["conf"].sum(-1), 1, 1e-6)
        self.assertGreater(np.ptp(train["conf"]), 0.1)

    def test_the_order_of_the_outputs_does_not_matter_nor_whether_they_come_level_by_level(self):
        expected = self.run_here("--model", "mine:train")
        swapped = self.run_here("--model", "mine:ClassFirst")
        for name in ("loc", "conf", "landms", "dets"):
            np.testing.assert_array_equal(expected[name], swapped[name])

    def test_the_repository_s_class_is_found_by_the_checkpoint(self):
        save = "import mine, torch; torch.save({'state_dict': mine.train().state_dict()}, 'theirs.pth')"
        subprocess.run([sys.executable, "-c", save], cwd=self.folder, check=True, capture_output=True)
        dump = self.run_here("--featherface-repo", self.folder, "-c", "theirs.pth")
        expected = self.run_here("--model", "mine:test")
        np.testing.assert_array_equal(dump["loc"], expected["loc"])
        np.testing.assert_allclose(dump["conf"], expected["conf"], 1e-6)
        description = json.loads(dump["__meta__"].tobytes())
        self.assertEqual(description["model"]["class"], "models.retinaface.RetinaFace")

    def test_what_does_not_fit_is_said_and_leaves_nothing_behind(self):
        torch.save(models.Backbone().state_dict(), self.folder / "other.pth")
        message = self.refusal("--featherface-repo", ".", "-c", "other.pth")
        self.assertIn("broken.py: ModuleNotFoundError", message)
        self.assertRegex(message, r"retinaface.py, RetinaFace: .*\d+ tensors differ")
        message = self.refusal("--featherface-repo", "models", "-c", "other.pth")
        self.assertIn("no folder models", message)
        self.assertIn("module:factory", self.refusal("--model", "mine"))
        self.assertIn("not a torch.nn.Module", self.refusal("--model", "mine:number"))
        self.assertIn("named as FeatherFace's", self.refusal("--model", "mine:test", "--layers", "stages"))
        self.assertIn("No such file", self.refusal("--arch", "v1", "-c", "nowhere.pth"))


class Parts(InFolder):
    class Heads(nn.Module):
        """The outputs it is given, from modules named as those of a FeatherFace."""

        def __init__(self, outputs):
            super().__init__()
            self.outputs = outputs
            self.weight = nn.Parameter(torch.ones(1))
            for name in export_reference.TEACHER_MAPS:
                self.add_module(name, nn.Identity())

        def forward(self, x):
            return self.outputs

    def test_a_teacher_after_its_softmax_is_refused(self):
        count = len(make.faces.anchors(33, 47))
        conf = torch.full((1, count, 2), 0.5)
        model = self.Heads((torch.zeros(1, count, 4), conf, torch.zeros(1, count, 10)))
        export_reference.export(model, self.picture, self.out)
        self.out.unlink()
        with self.assertRaisesRegex(ValueError, "phase='train'"):
            export_reference.export(model, self.picture, self.out, "teacher")
        self.assertEqual(list(self.folder.glob("out*")), [])

    def test_another_number_of_anchors_is_refused(self):
        model = self.Heads((torch.zeros(1, 5, 4), torch.zeros(1, 5, 2), torch.zeros(1, 5, 10)))
        with self.assertRaisesRegex(ValueError, "5 anchors came out, not the 86 of 47x33"):
            export_reference.export(model, self.picture, self.out)

    def test_outputs_of_other_shapes_are_refused(self):
        for shapes in ([(1, 5, 4), (1, 5, 2)], [(1, 5, 4)] * 3, [(1, 5, 4), (1, 5, 3), (1, 5, 10)]):
            with self.assertRaisesRegex(ValueError, r"in any order, got \(1, 5, 4\)"):
                export_reference.detector_outputs([torch.zeros(shape) for shape in shapes])

    def test_logits_are_not_taken_for_probabilities(self):
        for scores, expected in (([[0.25, 0.75], [1, 0]], True), ([[0.25, 0.75], [0.5, 0.6]], False),
                                 ([[-1.0, 2.0]], False), ([[np.nan, 1]], False)):
            self.assertEqual(export_reference.is_probability(np.array(scores, np.float32)), expected)

    def test_recorded_values_outlive_an_activation_in_place(self):
        model, values = nn.Sequential(nn.Identity(), nn.ReLU(inplace=True)), {}
        with recorder.recording(model, values.__setitem__):
            model(torch.tensor([-1.0, 2.0]))
        self.assertEqual({name: array.tolist() for name, array in values.items()}, {"0": [-1, 2], "1": [0, 2]})

    def test_low_precision_is_written_as_float32_and_integers_as_they_are(self):
        self.assertEqual(recorder.to_numpy(torch.ones(2, dtype=torch.bfloat16)).dtype, np.float32)
        self.assertEqual(recorder.to_numpy(torch.ones(2, dtype=torch.int32)).dtype, np.int32)

    def test_no_hook_stays_on_the_model(self):
        model = make.seeded_network("v2")
        export_reference.export(model, self.picture, self.out, "all")
        self.assertFalse(any(module._forward_hooks for module in model.modules()))


if __name__ == "__main__":
    unittest.main()
