"""On a GPU: arithmetic joined into few kernels, and a step of it recorded and played back, so that the GPU waits
neither for its memory nor for Python.

These networks are so small that starting their thousand kernels takes longer than running them. Recorded once for each
shape of batch, forward, loss and backward become one call. What is recorded must not depend on a number that Python
reads from the GPU, and batches of a shape must be alike in all but the values.
"""
from dataclasses import fields, replace

import torch

WARM_UP = 3


def joined(function):
    """The function with its arithmetic joined where torch sees a GPU; for tensors of few different shapes."""
    return torch.compile(function, dynamic=False) if torch.cuda.is_available() else function


class Graphed:
    """step(batch) -> the loss's parts by name, having left gradients in the model's parameters; `compute` does the same
    without being recorded."""

    def __init__(self, parameters, compute):
        self.parameters, self.compute, self.recorded = list(parameters), compute, {}

    def __call__(self, batch):
        values = {field.name: getattr(batch, field.name) for field in fields(batch)
                  if torch.is_tensor(getattr(batch, field.name))}
        shape = tuple(tuple(value.shape) for value in values.values())
        if shape not in self.recorded:
            self.recorded[shape] = self.record(batch, values)
        graph, places, parts, gradients = self.recorded[shape]
        for name, value in values.items():
            places[name].copy_(value)
        graph.replay()
        for parameter, gradient in zip(self.parameters, gradients):
            parameter.grad = gradient
        return parts

    def record(self, batch, values):
        places = {name: value.clone() for name, value in values.items()}
        still = replace(batch, **places)
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(WARM_UP):
                self.forget()
                self.compute(still)
        torch.cuda.current_stream().wait_stream(aside)
        self.forget()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, capture_error_mode="thread_local"):  # batches are made meanwhile
            parts = self.compute(still)
        return graph, places, parts, [parameter.grad for parameter in self.parameters]

    def forget(self):
        for parameter in self.parameters:
            parameter.grad = None
