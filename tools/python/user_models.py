"""Finds the model a user wants to compare with: one of theirs, or the FeatherFace repository's own class.

That repository has a package `models`, a network a file, whose classes take cfg (a dict) and phase. Which of
them a checkpoint belongs to is told by its tensors, so renamed files and later variants are found, too.
"""
import contextlib
import importlib
import inspect
import os
import pathlib
import sys

from torch import nn

OURS = ("checkpoints", "faces", "models", "recorder", "user_models")
# Where a network's width shows; the rest of the configuration is the same for every variant.
HEADS = ("BboxHead.0.conv1x1.weight", "shared_heads.0.bbox_head.weight")


@contextlib.contextmanager
def their_imports(folder):
    """Modules come from `folder` before all else. It may have a `models` of its own, so ours step aside for
    good (whoever imported them keeps them). What their code prints goes to stderr."""
    here = pathlib.Path(__file__).resolve().parent
    sys.path[:] = [str(folder)] + [path for path in sys.path if pathlib.Path(path or ".").resolve() != here]
    for name in OURS:
        sys.modules.pop(name, None)
    with contextlib.redirect_stdout(sys.stderr):
        yield


def without_wrapper(model):
    while isinstance(model, (nn.DataParallel, nn.parallel.DistributedDataParallel)):
        model = model.module
    return model


def difference(model, state):
    """One line on the tensors in which the two differ, or None."""
    theirs = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    given = {name: tuple(tensor.shape) for name, tensor in state.items()}
    different = sorted(name for name in theirs.keys() | given.keys() if theirs.get(name) != given.get(name))
    if not different:
        return None
    name = different[0]
    return (f"{len(different)} tensors differ, first {name}: the model has {theirs.get(name)}, "
            f"the checkpoint {given.get(name)}")


def load(model, state):
    if reason := difference(model, state):
        raise ValueError(reason)
    model.load_state_dict(state)


def factory_model(spec, state):
    """What `module:factory` names: a model, or a function without arguments that makes one. `state` is loaded
    into it unless that is None."""
    module, colon, attribute = spec.partition(":")
    if not (module and colon and attribute):
        raise ValueError(f"--model wants module:factory, not {spec!r}")
    with their_imports(os.getcwd()):
        factory = getattr(importlib.import_module(module), attribute)
        model = factory if isinstance(factory, nn.Module) else factory()
    if not isinstance(model, nn.Module):
        raise ValueError(f"{spec} made a {type(model).__name__}, not a torch.nn.Module")
    model = without_wrapper(model)
    if state is not None:
        load(model, state)
    return model


def configuration(state):
    width = next((state[head].shape[1] for head in HEADS if head in state), 64)
    return {"name": "mobilenet0.25", "pretrain": False,
            "return_layers": {"stage1": 1, "stage2": 2, "stage3": 3},
            "in_channel": 32, "out_channel": width, "out_channel_v2": width, "image_size": 640, "clip": False,
            "min_sizes": [[16, 32], [64, 128], [256, 512]], "steps": [8, 16, 32], "variance": [0.1, 0.2]}


def networks_in(module):
    """The module classes a file defines that take nothing beyond cfg and phase."""
    for kind in vars(module).values():
        if inspect.isclass(kind) and issubclass(kind, nn.Module) and kind.__module__ == module.__name__:
            if {"cfg", "phase"}.issuperset(inspect.signature(kind).parameters):
                yield kind


def repository_model(folder, state):
    """The model of the repository at `folder` that `state` belongs to, with it loaded."""
    files = sorted((pathlib.Path(folder) / "models").glob("*.py"),
                   key=lambda path: (not path.stem.startswith("retinaface"), path.stem))
    if not files:
        raise ValueError(f"{folder} has no folder models with Python files in it")
    offered = {"cfg": configuration(state), "phase": "train"}
    reasons = []
    with their_imports(folder):
        for path in files:
            try:
                kinds = list(networks_in(importlib.import_module("models." + path.stem)))
            except (Exception, SystemExit) as reason:  # it may need what is not installed, or be a script
                reasons.append(f"{path.name}: {reason!r}")
                continue
            for kind in kinds:
                wanted = inspect.signature(kind).parameters
                try:
                    model = kind(**{name: value for name, value in offered.items() if name in wanted})
                    load(model, state)
                    return model
                except Exception as reason:  # theirs, or a checkpoint of another class
                    reasons.append(f"{path.name}, {kind.__name__}: {reason!r}")
    raise ValueError("no class in models/ fits the checkpoint (--model module:factory takes any model):\n  "
                     + "\n  ".join(reasons))
