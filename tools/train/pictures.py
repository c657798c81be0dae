"""Pictures for training: which of a folder may be trained on, and crops of them at many scales.

A picture is a PIL image; a crop is uint8 height,width,3 BGR, as the networks take it. Everything drawn comes from
the numpy Generator that is passed in, so that the same seed makes the same crop.
"""
import io
import pathlib
import zlib
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image, ImageFilter, ImageOps

from faces import MEAN_BGR

EXTENSIONS = (".jpg", ".jpeg", ".png", ".bmp", ".ppm")
FIT = 640  # a scale of 1 is a picture whose longer side has this many pixels
TEST, VALIDATION = 0, 1  # of the ten parts that part_of() gives


def part_of(name):
    """0 to 9: part 0 is kept for the final figures, part 1 for choosing a checkpoint, the rest is trained on."""
    return zlib.crc32(name.encode()) % 10


def list_pictures(folder):
    return sorted(path for path in pathlib.Path(folder).rglob("*") if path.suffix.lower() in EXTENSIONS)


def link_part(images, part, folder):
    """Links the pictures of a part into `folder`, flat; returns how many there are."""
    paths = [path for path in list_pictures(images) if part_of(path.name) == part]
    for path in paths:
        link = folder / str(path.relative_to(images)).replace("/", "_")
        link.unlink(missing_ok=True)
        link.symlink_to(path.resolve())
    return len(paths)


def read_picture(path):
    """RGB, upright."""
    with Image.open(path) as image:
        return ImageOps.exif_transpose(image).convert("RGB")


def network_input(crops):
    """uint8 n,H,W,3 BGR crops as the float32 n,3,H,W that the networks take, channels last in memory."""
    mean = torch.tensor(MEAN_BGR, dtype=torch.float32)
    return (torch.from_numpy(np.array(crops)).float() - mean).permute(0, 3, 1, 2)


# ---- Where a crop lies -------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Window:
    """The picture enlarged by `factor`, then `size` (width, height) pixels from (left, top), which may lie outside."""

    factor: float
    left: int
    top: int
    size: tuple

    def cut(self, picture):
        """The crop; outside of the picture it has the mean colour, which the networks see as zeros."""
        enlarged = picture.resize([max(1, round(n * self.factor)) for n in picture.size], Image.BILINEAR)
        crop = Image.new("RGB", self.size, MEAN_BGR[::-1])
        crop.paste(enlarged, (-self.left, -self.top))
        return np.asarray(crop)[..., ::-1]

    def place(self, points):
        """x, y pairs of the picture (in the last dimension) as pixels of the crop."""
        shape = np.shape(points)
        return (np.reshape(points, (-1, 2)) * self.factor - (self.left, self.top)).reshape(shape)


def draw_window(random, picture, size, boxes, scales):
    """A window of `size` (width, height) in a picture of the size `picture`: mostly around a box (of n,4 corners).

    The scale is drawn from `scales` (lowest, highest), evenly in its logarithm.
    """
    factor = FIT / max(picture) * np.exp(random.uniform(*np.log(scales)))
    enlarged = np.multiply(picture, factor)
    if len(boxes) and random.random() < 0.85:
        box = np.asarray(boxes[random.integers(len(boxes))]) * factor
        corner = (box[:2] + box[2:]) / 2 - random.uniform(0.1, 0.9, 2) * size
    else:
        corner = random.uniform(np.negative(size), enlarged)
    slack = enlarged - size  # negative where the picture is smaller than the crop
    low, high = np.minimum(slack, 0), np.maximum(slack, 0)
    inside = np.where(slack >= 0, np.clip(corner, low, high), random.uniform(low, high))
    return Window(float(factor), *(int(n) for n in np.round(inside)), tuple(size))


# ---- What a camera does to it ------------------------------------------------------------------------------

def degrade(random, crop):
    """Colour, blur, noise and JPEG's artefacts, each now and then."""
    pixels = crop.astype(np.float32)
    if random.random() < 0.5:
        gains, contrast = random.uniform(0.9, 1.1, 3), random.uniform(0.7, 1.3)
        grey = pixels.mean(2, keepdims=True)
        pixels = grey + (pixels - grey) * random.uniform(0.5, 1.4)
        pixels = ((pixels - 117) * contrast + 117 + random.uniform(-30, 30)) * gains
    if random.random() < 0.03:
        pixels = np.repeat(pixels.mean(2, keepdims=True), 3, 2)
    if random.random() < 0.1:
        pixels = pixels + random.normal(0, random.uniform(2, 12), pixels.shape)
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    if random.random() < 0.1:
        image = image.filter(ImageFilter.GaussianBlur(random.uniform(0.5, 1.5)))
    if random.random() < 0.1:
        file = io.BytesIO()
        image.save(file, "jpeg", quality=int(random.integers(30, 80)))
        image = Image.open(file)
    return np.asarray(image)


# ---- Crops for distillation --------------------------------------------------------------------------------

class CropMaker:
    """Crops of unlabelled pictures, of a `size` (width, height); `boxes` has, for each path, where faces may be.

    Pictures with many faces come up more often. One in seven crops is a mosaic of four smaller ones.
    """

    MOSAIC = 1 / 7

    def __init__(self, paths, boxes, size, scales):
        self.paths, self.boxes, self.size, self.scales = paths, boxes, size, scales
        weights = np.sqrt([1 + len(boxes[path]) for path in paths])
        self.chances = weights / weights.sum()

    def piece(self, random, size):
        path = self.paths[random.choice(len(self.paths), p=self.chances)]
        picture = read_picture(path)
        return draw_window(random, picture.size, size, self.boxes[path], self.scales).cut(picture)

    def make(self, seed):
        """The crop of that seed (an integer or a list of them)."""
        random = np.random.default_rng(seed)
        if random.random() < self.MOSAIC:
            widths, heights = ((n // 2, n - n // 2) for n in self.size)
            crop = np.block([[[self.piece(random, (width, height))] for width in widths] for height in heights])
        else:
            crop = self.piece(random, self.size)
        return degrade(random, crop)
