"""What makes training quicker must not change what is trained: gradients, statistics, several processes."""
import copy
import pathlib
import subprocess
import sys
import tempfile
import textwrap
import unittest

import support
import torch

import models
from networks import fit_half, new_network
from shortcuts import renew_statistics, take_shortcuts


def varied_network(kind=models.FeatherFaceV2):
    """In double precision, so that gradients can be compared closely."""
    network = new_network(kind, None, seed=3).double()
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.normal_(module.running_mean)
            torch.nn.init.uniform_(module.running_var, 0.5, 2)
            torch.nn.init.uniform_(module.weight, 0.5, 2)
            torch.nn.init.normal_(module.bias)
    return network


def picture(seed, n=2):
    return torch.randn(n, 3, 64, 64, dtype=torch.double, generator=torch.Generator().manual_seed(seed))


class Shortcuts(unittest.TestCase):
    def test_values_and_gradients_are_those_of_the_plain_network(self):
        for settled in (None, "body", ""):
            plain = varied_network().train()
            quick = copy.deepcopy(plain)
            take_shortcuts(quick, None if settled is None else quick.get_submodule(settled))
            if settled is not None:
                plain.get_submodule(settled).eval()
            for network in (plain, quick):
                sum((output ** 2).mean() for output in network(picture(1))).backward()
            for (name, ours), theirs in zip(quick.named_parameters(), plain.parameters()):
                torch.testing.assert_close(ours.grad, theirs.grad, rtol=1e-7, atol=1e-12, msg=name)
            for (name, ours), theirs in zip(quick.named_buffers(), plain.buffers()):
                torch.testing.assert_close(ours, theirs, msg=name)

    def test_renewed_statistics_are_those_of_the_pictures_and_change_no_answer(self):
        network = varied_network().eval()
        with torch.no_grad():
            before = network(picture(1))
            old = copy.deepcopy(network.state_dict())
            renew_statistics(network, network.body, picture(2, n=4))
            torch.testing.assert_close(network(picture(1)), before)
            first = network.body.stage1[0]
            seen = first[0](picture(2, n=4))
        torch.testing.assert_close(first[1].running_mean, seen.mean((0, 2, 3)))
        torch.testing.assert_close(first[1].running_var, seen.var((0, 2, 3), unbiased=False))
        for name, value in network.state_dict().items():
            is_statistic = name.startswith("body.") and "running" in name
            self.assertEqual(torch.equal(value, old[name]), not is_statistic and not self.follows(name, old), name)

    @staticmethod
    def follows(name, state):
        """Whether a tensor of the body is a BatchNorm's: those make up for its new statistics, or count."""
        return name.startswith("body.") and name.rsplit(".", 1)[0] + ".running_mean" in state


class Half(unittest.TestCase):
    def test_a_variance_that_float16_cannot_hold_is_made_one_and_no_answer_changes(self):
        network = varied_network().eval()
        norm = network.body.stage1[0][1]
        with torch.no_grad():
            norm.running_var[:3] = torch.tensor([1e6, 1e-6, 3e4])
            norm.running_mean[:3] *= norm.running_var[:3].sqrt()
            before = network(picture(1))
            fit_half(network)
            torch.testing.assert_close(network(picture(1)), before)
        self.assertLess(norm.running_var.max().item(), 300)
        for name, value in network.state_dict().items():
            self.assertTrue(torch.isfinite(value.half()).all(), name)


class Processes(unittest.TestCase):
    PROGRAM = textwrap.dedent("""
        import os, pathlib, sys
        sys.path[:0] = {paths!r}
        import torch
        from workers import Workers
        torch.set_num_threads(1)
        layers = torch.nn.Linear(2, 3), torch.nn.Linear(1, 1)
        parameters = [parameter for layer in layers for parameter in layer.parameters()]
        workers = Workers(3, parameters)
        for step in range(1, 5):
            for i, parameter in enumerate(parameters):
                parameter.grad = torch.full_like(parameter, 100.0 * i + step * 10 ** workers.rank)
            if step == {leave_at} and workers.rank == 1:
                sys.exit(0)
            workers.average(parameters)
            for i, parameter in enumerate(parameters):
                assert torch.allclose(parameter.grad, torch.tensor(100.0 * i + step * 37)), parameter.grad
        pathlib.Path({folder!r}, str(workers.rank)).write_text("done")
        if workers.rank == 0:
            for _ in range(2):
                assert os.wait()[1] == 0
    """)

    def run_workers(self, folder, leave_at):
        code = self.PROGRAM.format(paths=sys.path, folder=folder, leave_at=leave_at)
        return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=100)

    def test_every_process_has_the_mean_of_all_gradients_at_every_step(self):
        with tempfile.TemporaryDirectory() as folder:
            done = self.run_workers(folder, leave_at=0)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(sorted(path.name for path in pathlib.Path(folder).iterdir()), ["0", "1", "2"])

    def test_when_one_is_gone_the_others_end_too(self):
        with tempfile.TemporaryDirectory() as folder:
            done = self.run_workers(folder, leave_at=3)
            self.assertEqual(done.returncode, 1)
            self.assertIn("a worker process is gone", done.stderr)
            self.assertEqual(list(pathlib.Path(folder).iterdir()), [])


if __name__ == "__main__":
    unittest.main()
