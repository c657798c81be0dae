"""Runs a PyTorch model on a picture and writes the reference dump that `featherface compare` reads.

    export_reference.py PICTURE -o OUT.npz --featherface-repo DIR -c CHECKPOINT     that repository's class
    export_reference.py PICTURE -o OUT.npz --model MODULE:FACTORY [-c CHECKPOINT]   any model of yours
    export_reference.py PICTURE -o OUT.npz --arch v1|v2|... -c CHECKPOINT           this project's definition

Runs in your own environment: torch 1.13 or newer, numpy, and Pillow or OpenCV to read a picture (an .npz with
`image_bgr` or `input` needs neither). A picture goes in at its own size; for a classifier it is resized and
cropped to 224.

The dump holds, by --layers:
    outputs  loc, conf (after one softmax, whatever the model's phase), landms, priors, dets, input, image_bgr
    stages   these and the stages of the network
    all      these and every module's output under its path (see recorder.py for the names)
    teacher  only logits (before the softmax), loc, landms, and the maps entering the heads
Outputs are told apart by their last dimension (4 boxes, 2 classes, 10 landmarks), so their order does not
matter. A classifier has logits in place of these. `__meta__` is JSON: what made the dump, from what.
"""
import argparse
import hashlib
import json
import os
import pathlib
import sys
import zipfile

import numpy as np
import torch

import checkpoints
import faces
import models
import user_models
from recorder import recording, to_numpy

SCHEMA = 1
TEACHER_MAPS = ("ssh1_cs", "ssh2_cs", "ssh3_cs")
IMAGENET_MEAN, IMAGENET_DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class NpzStream:
    """An .npz written array by array; the file appears when all went well, else nothing is left behind."""

    def __init__(self, path):
        self.path, self.part = pathlib.Path(path), pathlib.Path(f"{path}.part")

    def __enter__(self):
        self.archive = zipfile.ZipFile(self.part, "w", allowZip64=True)
        self.names = set()
        return self

    def add(self, name, array):
        if name in self.names:
            raise ValueError(f"two arrays are called {name}")
        self.names.add(name)
        with self.archive.open(name + ".npy", "w", force_zip64=True) as entry:
            np.lib.format.write_array(entry, np.ascontiguousarray(array), allow_pickle=False)

    def __exit__(self, failure, *rest):
        self.archive.close()
        if failure:
            self.part.unlink()
        else:
            os.replace(self.part, self.path)


# ---- Into the model ----------------------------------------------------------------------------------------

def read_picture(path):
    """uint8 H,W,3 BGR, upright."""
    try:
        from PIL import Image, ImageOps
    except ImportError:
        import cv2
        image = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if image is None:
            raise ValueError(f"{path}: OpenCV cannot read it")
        return image
    with Image.open(path) as image:
        return np.array(ImageOps.exif_transpose(image).convert("RGB"))[..., ::-1].copy()


def classifier_input(image_bgr):
    """ImageNet's evaluation: shorter side to 256 (bilinear, antialiased), centre 224x224, RGB, normalised."""
    image = torch.from_numpy(image_bgr[..., ::-1].astype(np.float32).transpose(2, 0, 1).copy())[None] / 255
    height, width = image.shape[-2:]
    size = [256 * side // min(height, width) for side in (height, width)]
    image = torch.nn.functional.interpolate(image, size=size, mode="bilinear", antialias=True)
    top, left = round((size[0] - 224) / 2), round((size[1] - 224) / 2)
    image = image[..., top:top + 224, left:left + 224].numpy()
    return (image - np.float32(IMAGENET_MEAN)[:, None, None]) / np.float32(IMAGENET_DEVIATION)[:, None, None]


def read_input(path, preprocess):
    """(the 1,3,H,W input, the picture it comes from or None)."""
    if pathlib.Path(path).suffix == ".npz":
        with np.load(path) as arrays:
            image = arrays["image_bgr"] if "image_bgr" in arrays else None
            if "input" in arrays:
                return arrays["input"], image
        if image is None:
            raise ValueError(f"{path} has neither image_bgr nor input")
    else:
        image = read_picture(path)
    return preprocess(image), image


# ---- Out of the model --------------------------------------------------------------------------------------

def module_paths(model):
    return {path for path, _ in model.named_modules()}


def is_classifier(model):
    return module_paths(model).issuperset((*models.Classifier.stages, "fc"))


def selection(model, layers):
    """The module paths to write."""
    paths = module_paths(model)
    if layers == "all":
        return paths
    if layers == "outputs":
        return set()
    if layers == "teacher":
        wanted = [TEACHER_MAPS]
    else:
        wanted = [network.stages for network in models.NETWORKS.values()]
    for names in wanted:
        if paths.issuperset(names):
            return set(names)
    raise ValueError(f"--layers {layers} wants a model whose modules are named as FeatherFace's are")


def detector_outputs(result):
    """loc, class scores (logits or probabilities) and landms; each a tensor or a list, one per level."""
    parts = result.values() if isinstance(result, dict) else result
    parts = [torch.cat(list(part), 1) if isinstance(part, (list, tuple)) else part for part in parts]
    by_width = {part.shape[-1]: to_numpy(part) for part in parts}
    if len(parts) != 3 or set(by_width) != {4, 2, 10}:
        raise ValueError("expected boxes N,A,4, classes N,A,2 and landmarks N,A,10 in any order, got "
                         + ", ".join(str(tuple(part.shape)) for part in parts))
    return by_width[4], by_width[2], by_width[10]


def is_probability(scores):
    return bool((scores >= 0).all() and (np.abs(scores.sum(-1) - 1) < 1e-3).all())


def softmax(logits):
    return torch.from_numpy(logits).softmax(-1).numpy()


def add_detector_arrays(npz, result, layers, height, width):
    loc, scores, landms = detector_outputs(result)
    priors = faces.anchors(height, width)
    if loc.shape[1] != len(priors):
        raise ValueError(f"{loc.shape[1]} anchors came out, not the {len(priors)} of {width}x{height}")
    if layers == "teacher":
        if is_probability(scores):
            raise ValueError("--layers teacher wants logits, but the model ends in a softmax: "
                             "make it with phase='train'")
        for name, array in (("logits", scores), ("loc", loc), ("landms", landms)):
            npz.add(name, array)
        return
    conf = scores if is_probability(scores) else softmax(scores)
    npz.add("loc", loc)
    npz.add("conf", conf)
    npz.add("landms", landms)
    npz.add("priors", priors)
    npz.add("dets", faces.detect(loc[0], conf[0], landms[0], height, width))


def describe(model, sha256, layers, height, width):
    kind = type(model)
    title = next((network.title for network in models.NETWORKS.values()
                  if network().state_dict().keys() == model.state_dict().keys()), None)
    return {"schema": SCHEMA, "producer": "PyTorch", "version": torch.__version__,
            "arch": str(next(model.parameters()).device),
            "model": {"name": title or kind.__name__, "class": f"{kind.__module__}.{kind.__qualname__}",
                      "parameters": models.parameter_count(model), "sha256": sha256,
                      "precision": "float32"},
            "width": width, "height": height, "layers": layers}


def export(model, picture, out, layers="outputs", sha256=None):
    """Writes the dump of `model` (put into eval mode) on `picture` (a path) to `out`."""
    model.eval()
    classifier = is_classifier(model)
    if classifier and layers == "teacher":
        raise ValueError("--layers teacher wants a detector")
    network_input, image = read_input(picture, classifier_input if classifier else faces.preprocess)
    height, width = network_input.shape[-2:]
    chosen = selection(model, layers)
    parameter = next(model.parameters())
    with NpzStream(out) as npz:
        def keep(name, array):
            if name.split("@")[0].split("#")[0] in chosen:
                npz.add(name, array)

        with torch.no_grad(), recording(model, keep):
            result = model(torch.from_numpy(network_input).to(parameter.device, parameter.dtype))
        if classifier:
            npz.add("logits", to_numpy(result))
        else:
            add_detector_arrays(npz, result, layers, height, width)
        if layers != "teacher":
            npz.add("input", network_input)
            if image is not None:
                npz.add("image_bgr", image)
        meta = json.dumps(describe(model, sha256, layers, height, width)).encode()
        npz.add("__meta__", np.frombuffer(meta, np.uint8))


def chosen_model(arguments):
    state = checkpoints.load_checkpoint(arguments.checkpoint) if arguments.checkpoint else None
    if arguments.model:
        return user_models.factory_model(arguments.model, state)
    if state is None:
        raise ValueError("-c CHECKPOINT is needed, unless --model makes a model with its weights")
    if arguments.featherface_repo:
        return user_models.repository_model(arguments.featherface_repo, state)
    model = models.NETWORKS[arguments.arch]()
    user_models.load(model, state)
    return model


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("picture", metavar="PICTURE", help="a picture, or an .npz with image_bgr or input")
    parser.add_argument("-o", "--out", required=True, metavar="OUT.npz")
    parser.add_argument("-c", "--checkpoint", help="a .pth or .tar file")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--arch", choices=models.NETWORKS, help="this project's definition of the network")
    source.add_argument("--model", metavar="MODULE:FACTORY", help="a model, or a function that makes one")
    source.add_argument("--featherface-repo", metavar="DIR", help="a checkout of a FeatherFace repository")
    parser.add_argument("--layers", choices=("outputs", "stages", "all", "teacher"), default="outputs")
    arguments = parser.parse_args(argv)
    try:
        sha256 = None
        if arguments.checkpoint:
            sha256 = hashlib.sha256(pathlib.Path(arguments.checkpoint).read_bytes()).hexdigest()
        export(chosen_model(arguments), arguments.picture, arguments.out, arguments.layers, sha256)
    except (ValueError, OSError, ImportError, AttributeError) as failure:
        sys.exit(f"export_reference: {failure}")


if __name__ == "__main__":
    main()
