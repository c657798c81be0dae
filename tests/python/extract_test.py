"""`featherface extract`: PyTorch loads what it writes, with weights_only, and its networks take it."""
import pathlib
import subprocess
import tempfile
import unittest

import support
import torch

import models
from networks import body_of

PROGRAM = support.program()


class Extract(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def extracted(self, network, what):
        """The checkpoint of that network, and what is extracted from it, both as PyTorch reads them."""
        checkpoint, out = support.seeded_checkpoint(self.folder, network), self.folder / f"{network}_{what}.pth"
        subprocess.run([PROGRAM, "extract", "-m", checkpoint, "--as", what, "-o", out], check=True)
        return torch.load(checkpoint, weights_only=True), torch.load(out, weights_only=True)

    def test_a_network_takes_the_bare_weights_and_they_are_the_same(self):
        for network in ("v1", "v2"):
            before, after = self.extracted(network, "bare")
            models.NETWORKS[network]().load_state_dict(after)
            self.assertEqual(before.keys(), after.keys())
            for name, tensor in before.items():
                self.assertTrue(torch.equal(tensor, after[name]), name)

    def test_half_is_what_torch_rounds_to(self):
        before, after = self.extracted("v2", "half")
        models.NETWORKS["v2"]().load_state_dict(after)
        for name, tensor in before.items():
            expected = tensor.half() if tensor.dim() > 1 else tensor
            self.assertTrue(torch.equal(expected, after[name]), name)

    def test_a_body_starts_another_network(self):
        before, after = self.extracted("v1", "body")
        student = models.NETWORKS["v2"]()
        student.body.load_state_dict(after)
        for name, tensor in body_of("v1.pth", before).items():
            self.assertTrue(torch.equal(tensor, student.body.state_dict()[name]), name)


if __name__ == "__main__":
    unittest.main()
