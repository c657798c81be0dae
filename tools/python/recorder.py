"""Hands out the output of every module of a model under its path: the naming of the reference dumps.

Later calls of a module are `path#1`, `path#2`; members of a tuple or list are `path@.0`, `path@.1`; the
root module and modules that return something else (a dict, say) are left out. Values are copied the moment
the module returns, before an in-place activation can change them.
"""
from collections import Counter
from contextlib import contextmanager
from functools import partial

import torch


def to_numpy(tensor):
    """A copy on the CPU; any floating type as float32."""
    copy = tensor.detach().to("cpu", copy=True)
    return (copy.float() if copy.is_floating_point() else copy).numpy()


def tensors(name, value):
    if torch.is_tensor(value):
        yield name, value
    elif isinstance(value, (tuple, list)):
        for i, item in enumerate(value):
            yield from tensors(f"{name}.{i}" if "@" in name else f"{name}@.{i}", item)


@contextmanager
def recording(model, sink):
    """While active, every module call of `model` ends in sink(name, array), once per tensor."""
    calls = Counter()

    def after_call(path, module, inputs, output):
        name = f"{path}#{calls[path]}" if calls[path] else path
        calls[path] += 1
        for tensor_name, tensor in tensors(name, output):
            sink(tensor_name, to_numpy(tensor))

    handles = [module.register_forward_hook(partial(after_call, path))
               for path, module in model.named_modules() if path]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
