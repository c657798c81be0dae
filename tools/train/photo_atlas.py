"""Photos in the memory of the device that trains, and crops of many of them at once.

A photo is kept at its size and halved three times, each halving the mean of four pixels, so that a crop of a shrunk
photo is made of pixels about as large as its own. All lie one after the other in a single tensor of packed pixels.
Where a crop lies is an affine map, so it may be enlarged, turned and mirrored in one go; outside the photo it has
the mean colour, which the networks see as zeros. What a crop shows is decided in crop_plan.py.
"""
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch

from faces import MEAN_BGR
from graphed import joined
from pictures import read_picture

LEVELS = 4


def halved(pixels):
    """uint8 H,W,3; an odd last row or column counts twice."""
    wide = np.pad(pixels, [(0, n % 2) for n in pixels.shape[:2]] + [(0, 0)], "edge").astype(np.uint16)
    return ((wide[::2, ::2] + wide[1::2, ::2] + wide[::2, 1::2] + wide[1::2, 1::2] + 2) // 4).astype(np.uint8)


def packed(pixels):
    """uint8 H,W,3 as int32 H*W, the first channel in the lowest byte."""
    wide = pixels.astype(np.int32)
    return (wide[..., 0] | wide[..., 1] << 8 | wide[..., 2] << 16).ravel()


def levels_of(path):
    """[H,W] sizes and packed pixels of a photo at its LEVELS sizes."""
    pixels, sizes, texels = np.asarray(read_picture(path))[..., ::-1], [], []
    for level in range(LEVELS):
        pixels = halved(pixels) if level else pixels
        sizes.append(pixels.shape[:2])
        texels.append(packed(pixels))
    return sizes, np.concatenate(texels)


class Atlas:
    def __init__(self, paths, device="cpu"):
        with ThreadPoolExecutor() as pool:
            read = list(pool.map(levels_of, paths))
        sizes = np.array([sizes for sizes, _ in read])  # P,LEVELS,2
        ends = np.cumsum(sizes.prod(2).ravel())
        self.sizes = sizes[:, 0, ::-1]  # P,2: width and height of each photo
        self.texels = torch.from_numpy(np.concatenate([texels for _, texels in read])).to(device)
        self.shapes = torch.from_numpy(sizes).to(device)
        self.starts = torch.from_numpy((ends - sizes.prod(2).ravel()).reshape(-1, LEVELS)).to(device)

    @property
    def device(self):
        return self.texels.device

    def cut(self, photos, matrices, size):
        """float32 n,3,height,width BGR crops, 0 to 255, of a `size` (width, height).

        `photos` are n indices; `matrices` n,2,3 take a crop's point to the photo's, in pixels, where the middle of the
        first pixel is (0.5, 0.5).
        """
        level = torch.log2(torch.linalg.det(matrices[:, :, :2]).abs().sqrt()).round().long().clamp(0, LEVELS - 1)
        heights, widths = self.shapes[photos, level].unbind(1)
        matrices = matrices / (2.0 ** level)[:, None, None]
        return sampled(self.texels, self.starts[photos, level], heights, widths, matrices, *size)


@joined
def sampled(texels, starts, heights, widths, matrices, width, height):
    """float32 n,3,height,width: bilinear, of pictures that start there among the texels and have those sizes."""
    x = torch.arange(width, device=texels.device) + 0.5
    y = (torch.arange(height, device=texels.device) + 0.5)[:, None]

    def along(row):
        a, b, c = (matrices[:, row, k, None, None] for k in range(3))
        place = a * x + b * y + (c - 0.5)
        low = place.floor()
        return low.long(), place - low

    (left, right_share), (top, low_share) = along(0), along(1)
    mean = MEAN_BGR[0] | MEAN_BGR[1] << 8 | MEAN_BGR[2] << 16
    widths, heights, starts = (n[:, None, None] for n in (widths, heights, starts))
    crops = 0
    for down in (0, 1):
        for right in (0, 1):
            column, row = left + right, top + down
            inside = (column >= 0) & (column < widths) & (row >= 0) & (row < heights)
            texel = texels[torch.where(inside, starts + row * widths + column, 0)]
            texel = torch.where(inside, texel, mean)
            share = (right_share if right else 1 - right_share) * (low_share if down else 1 - low_share)
            crops = crops + torch.stack([(texel >> bits & 255) * share for bits in (0, 8, 16)], 1)
    return crops
