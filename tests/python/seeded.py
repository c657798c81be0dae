"""Weights, pictures and other numbers by formula, bit-equal in every language: tests/data/networks/README.md.

The C++ side is tests/support/seeded_weights.cpp.
"""
import math

import numpy as np

SEED = 24  # with it no BiFPN node loses its own level to a negative weight, and one weight is negative


def bits(name, count):
    """The first `count` 64-bit words of the stream that belongs to `name`: FNV-1a, then SplitMix64."""
    start = 0xCBF29CE484222325
    for byte in f"{SEED} {name}".encode():
        start = (start ^ byte) * 0x100000001B3 % 2**64
    word = np.uint64(start) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    word = (word ^ word >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ word >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return word ^ word >> np.uint64(31)


def uniform(name, shape, centre=0.0, reach=1.0):
    """float32 values in [centre - reach, centre + reach): one product and one sum in double, then rounded."""
    whole = (bits(name, math.prod(shape)) >> np.uint64(40)).astype(np.int64) - 2**23
    return (centre + reach * (whole / 2**23)).astype(np.float32).reshape(shape)


def value_range(name, shape):
    """Centre and reach of a parameter's or BatchNorm statistic's values."""
    if name.endswith("running_var"):
        return 1.1, 0.5  # with the gains below, activations keep their scale from layer to layer
    if name.endswith(("running_mean", "bias")):
        return 0.0, 0.25
    if not name.endswith("weight"):
        return 0.75, 1.0  # the fusion weights of BiFPN
    if len(shape) == 1:
        return 1.0, 0.25  # BatchNorm
    reach = math.sqrt(6.0 / math.prod(shape[1:]))  # He's range
    if name == "body.stage1.0.0.weight":
        return 0.0, reach / 64  # a detector's input goes to 151
    if name.endswith("offset_conv.weight"):
        return 0.0, reach * 2  # samples pixels away, and out of the map
    return 0.0, reach


def values(name, shape):
    """One tensor of a state_dict."""
    if name.endswith("num_batches_tracked"):
        return np.zeros(shape, np.int64)
    return uniform(name, shape, *value_range(name, shape))


def image(height, width):
    """A uint8 H,W,3 picture of noise, B, G, R."""
    return (bits("image", height * width * 3) >> np.uint64(56)).astype(np.uint8).reshape(height, width, 3)
