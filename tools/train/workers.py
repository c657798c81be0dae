"""Processes that share each training step, a core each: torch's many small operations gain little from threads.

Every process has the whole model and makes its own part of the batch; the gradients are averaged, always in the
same order, so the models stay equal and a run can be repeated.
"""
import multiprocessing
import os
import sys

import torch


class Alone:
    rank, count = 0, 1

    def average(self, parameters):
        pass


class Workers:
    """Forks when made: from then on `count` processes run the same program, told apart by `rank`. Those with
    another rank than 0 exit when that one does, and the other way round."""

    def __init__(self, count, parameters):
        self.count, self.rank = count, 0
        size = sum(parameter.numel() for parameter in parameters)
        self.gradients = torch.zeros(count, size).share_memory_()
        self.mean = torch.zeros(size).share_memory_()
        self.pipes = []
        for rank in range(1, count):
            mine, theirs = multiprocessing.Pipe()
            if os.fork() == 0:
                for pipe in (*self.pipes, mine):  # held open here, they would hide that the first process is gone
                    pipe.close()
                self.rank, self.pipes = rank, [theirs]
                return
            theirs.close()
            self.pipes.append(mine)

    def average(self, parameters):
        """Each parameter's gradient becomes the mean of all processes' gradients. Waits for all of them."""
        gradients = [parameter.grad for parameter in parameters]
        torch.cat([gradient.flatten() for gradient in gradients], out=self.gradients[self.rank])
        try:
            if self.rank == 0:
                for pipe in self.pipes:
                    pipe.recv_bytes()
                torch.mean(self.gradients, 0, out=self.mean)  # all have read the last one: they sent a new gradient
            for pipe in self.pipes:
                pipe.send_bytes(b"!")
            if self.rank != 0:
                self.pipes[0].recv_bytes()
        except (EOFError, OSError):
            sys.exit(1 if self.rank else "a worker process is gone")
        parts = self.mean.split([gradient.numel() for gradient in gradients])
        for gradient, part in zip(gradients, parts):
            gradient.copy_(part.view(gradient.shape))
