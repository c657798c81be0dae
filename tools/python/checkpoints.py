"""Reads FeatherFace checkpoints into a plain state_dict, without running anything a file may hold.

Both torch containers (zip, and the legacy one of torch before 1.6), bare or nested, with or without
DataParallel's "module." prefix.
"""
import pickle
from collections import OrderedDict
from types import SimpleNamespace
from unittest import mock

import torch

NESTING = ("state_dict", "model_state_dict", "model", "net")
DEBRIS = ("total_ops", "total_params")  # a profiler's counters, saved with the weights by accident
PREFIX = "module."


class Inert:
    """Stands for whatever else a file refers to; nothing of it is imported or called."""

    def __init__(self, *arguments):
        pass

    def __setstate__(self, state):
        pass


class TensorUnpickler(pickle.Unpickler):
    """Rebuilds tensors, containers and numbers only. (torch 1.13's weights_only fails on floats.)"""

    ALLOWED = {("collections", "OrderedDict"), ("torch", "Size"), ("torch._utils", "_rebuild_tensor"),
               ("torch._utils", "_rebuild_tensor_v2"), ("torch._utils", "_rebuild_parameter")}

    def find_class(self, module, name):
        if (module, name) in self.ALLOWED or (module == "torch" and name.endswith("Storage")):
            return super().find_class(module, name)
        return Inert


def load_checkpoint(path):
    """The state_dict in a .pth or .tar file: name -> tensor, on the CPU, without prefix and debris."""
    reader = SimpleNamespace(**{**vars(pickle), "Unpickler": TensorUnpickler,
                                "load": lambda file, **options: TensorUnpickler(file, **options).load()})
    with mock.patch.object(torch.serialization, "pickle", reader):  # 1.13 ignores pickle_module
        state = torch.load(path, map_location="cpu", pickle_module=reader, weights_only=False)
    while isinstance(state, dict) and (nested := next((key for key in NESTING if key in state), None)):
        state = state[nested]
    if not isinstance(state, dict) or not any(map(torch.is_tensor, state.values())):
        raise ValueError(f"{path}: no state_dict in it")
    return OrderedDict((key[len(PREFIX):] if key.startswith(PREFIX) else key, value)
                       for key, value in state.items() if not key.endswith(DEBRIS))
