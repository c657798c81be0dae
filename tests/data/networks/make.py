"""Writes the files of this folder (README.md says what they are). Run with an interpreter that has torch:

    /usr/bin/python3 tests/data/networks/make.py [FOLDER]
"""
import pathlib
import sys
import zlib

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1] / "python"), str(HERE.parents[2] / "tools/python")]

import support
import numpy as np
import torch

import faces
import models
import seeded
from recorder import recording

WITH_FACES = ("v1", "v2")  # of the others some scores are so near one another that rounding can exchange them
IMAGENET_MEAN, IMAGENET_DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def seeded_network(key):
    model = models.NETWORKS[key]().eval()
    model.load_state_dict({name: torch.from_numpy(seeded.values(name, tuple(tensor.shape)))
                           for name, tensor in model.state_dict().items()})
    return model


def classifier_input(image_bgr):
    image = (image_bgr[..., ::-1] / 255 - IMAGENET_MEAN) / IMAGENET_DEVIATION
    return image.transpose(2, 0, 1)[None].astype(np.float32)


def run(model, height, width):
    """Every module's output by name, and the arrays a dump adds to them."""
    image = seeded.image(height, width)
    is_classifier = isinstance(model, models.Classifier)
    network_input = classifier_input(image) if is_classifier else faces.preprocess(image)
    modules = {}
    with torch.no_grad(), recording(model, modules.__setitem__):
        result = model(torch.from_numpy(network_input))
    if is_classifier:
        return modules, {"input": network_input, "logits": result.numpy()}
    loc, conf, landms = result[0].numpy(), result[1].softmax(-1).numpy(), result[2].numpy()
    return modules, {"loc": loc, "conf": conf, "landms": landms,
                     "dets": faces.detect(loc[0], conf[0], landms[0], height, width)}


def projection(x):
    return float(x.ravel().astype(np.float64) @ seeded.uniform("projection", (x.size,)).astype(np.float64)
                 / np.sqrt(x.size))


def tensor_lines(model):
    for name, tensor in model.state_dict().items():
        array = seeded.values(name, tuple(tensor.shape))
        yield f"{name}\t{','.join(map(str, array.shape))}\t{zlib.crc32(array.tobytes()):08x}"


def module_lines(modules):
    for name, x in modules.items():
        rms = float(np.sqrt(np.mean(x.astype(np.float64) ** 2)))
        yield f"{name}\t{','.join(map(str, x.shape))}\t{projection(x):.9g}\t{rms:.9g}"


def write_lines(path, lines):
    path.write_text("".join(line + "\n" for line in lines))


def main(folder):
    for key in models.NETWORKS:
        model = seeded_network(key)
        write_lines(folder / f"{key}_tensors.tsv", tensor_lines(model))
        modules, outputs = run(model, 33, 47)
        write_lines(folder / f"{key}_47x33_modules.tsv", module_lines(modules))
        stages = {name: x for name, x in modules.items() if name.split("@")[0] in model.stages}
        if key not in WITH_FACES:
            outputs.pop("dets", None)
        np.savez(folder / f"{key}_47x33.npz", **stages, **outputs)
        if key in WITH_FACES:
            for height, width in ((1, 1), (64, 64)):
                np.savez(folder / f"{key}_{width}x{height}.npz", **run(model, height, width)[1])


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
