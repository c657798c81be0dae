"""What may happen to a picture on its way to a detector: it is grey, dark, pale, blurred, noisy, compressed.

Done to a batch at once, on the device it is on; each picture has its own strengths, drawn from a numpy Generator. The
student sees the spoilt picture and is told what the teacher saw in the photo as it was.
"""
import numpy as np
import torch
import torch.nn.functional as F

from graphed import joined

LUMA = (0.114, 0.587, 0.299)  # of blue, green and red

CLEAN = 0.3  # of the pictures: nothing happens to them; the other shares are of the others
COLOURED, GREY, DARK, NOISY, BLURRED, COMPRESSED = 0.6, 0.4, 0.15, 0.2, 0.15, 0.2

# How coarsely JPEG counts the luminance of an 8x8 block at a quality of 50 (ITU-T T.81, annex K).
STEPS = np.array([16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56,
                  14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92,
                  49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99], np.float32).reshape(8, 8)


def some(random, n, share):
    """A slice of about that share of n: pictures are drawn independently, so that any slice is as good."""
    count = int(random.binomial(n, share))
    start = int(random.integers(n - count + 1))
    return slice(start, start + count)


def spread(values, like):
    """n values as a tensor that multiplies n,3,H,W; n,3 values likewise."""
    tensor = torch.as_tensor(np.asarray(values, np.float32), device=like.device)
    return tensor.reshape(len(values), -1, 1, 1)


@joined
def toned(pictures, saturation, contrast, shift, gains, power, light, touched):
    blue, green, red = (pictures[:, k, None] for k in range(3))
    luma = LUMA[0] * blue + LUMA[1] * green + LUMA[2] * red
    made = luma + (pictures - luma) * saturation
    made = (((made - 117) * contrast + 117 + shift) * gains).clamp(0, 255)
    made = 255 * (made / 255) ** power * light
    return torch.where(touched, made, pictures)


def coloured(random, pictures, clean=0):
    """Other colours, contrast and brightness; some grey, some dark; the first `clean` as they are."""
    n = len(pictures)
    saturation = np.where(random.random(n) < COLOURED, random.uniform(0.4, 1.5, n), 1)
    saturation[random.random(n) < GREY] = 0
    changed = random.random(n) < COLOURED
    contrast = np.where(changed, random.uniform(0.6, 1.3, n), 1)
    shift = np.where(changed, random.uniform(-35, 35, n), 0)
    gains = np.where((changed & (saturation > 0))[:, None], random.uniform(0.85, 1.15, (n, 3)), 1)
    dark = random.random(n) < DARK
    power = np.where(dark, random.uniform(1, 2.5, n), 1)
    light = np.where(dark, random.uniform(0.3, 0.9, n), 1)
    touched = spread(np.arange(n) >= clean, pictures) > 0
    return toned(pictures, *(spread(values, pictures) for values in (saturation, contrast, shift, gains, power, light)),
                 touched)


def blurred(random, pictures):
    n, channels, height, width = pictures.shape
    sigma = random.uniform(0.4, 1.6, (n, 1))
    kernel = np.exp(-np.arange(-4, 5) ** 2 / (2 * sigma ** 2))
    kernel = np.repeat(kernel / kernel.sum(1, keepdims=True), channels, 0).astype(np.float32)
    kernel = torch.as_tensor(kernel, device=pictures.device)[:, None]
    row = F.pad(pictures.reshape(1, -1, height, width), (4, 4, 4, 4), "replicate")
    row = F.conv2d(row, kernel[:, :, None], groups=n * channels)
    return F.conv2d(row, kernel[:, :, :, None], groups=n * channels).view(n, channels, height, width)


def noisy(random, pictures, generator):
    noise = torch.randn(pictures.shape, generator=generator, device=pictures.device)
    return pictures + noise * spread(random.uniform(2, 14, len(pictures)), pictures)


def compressed(random, pictures):
    """JPEG's losses, but that the colours are counted as finely as the brightness and none are dropped."""
    n, channels, height, width = pictures.shape
    quality = random.uniform(20, 80, n)
    coarse = np.where(quality < 50, 50 / quality, 2 - quality / 50)
    steps = torch.as_tensor(np.maximum(np.float32(coarse)[:, None, None] * STEPS, 1), device=pictures.device)
    steps = steps[:, None, None, :, None, :]
    k, x = np.mgrid[:8, :8]
    wave = np.cos((2 * x + 1) * k * np.pi / 16) * np.where(k == 0, np.sqrt(1 / 8), 0.5)
    wave = torch.as_tensor(wave.astype(np.float32), device=pictures.device)
    padded = F.pad(pictures, (0, -width % 8, 0, -height % 8), "replicate")
    blocks = padded.view(n, channels, padded.shape[2] // 8, 8, padded.shape[3] // 8, 8) - 128
    waves = torch.einsum("ui,ncyixj,vj->ncyuxv", wave, blocks, wave)
    blocks = torch.einsum("ui,ncyuxv,vj->ncyixj", wave, (waves / steps).round() * steps, wave)
    return (blocks + 128).reshape(padded.shape)[:, :, :height, :width]


def spoil(seed, pictures):
    """float n,3,H,W BGR, 0 to 255, and the same afterwards; the seed decides what happens."""
    random = np.random.default_rng(seed)
    generator = torch.Generator(pictures.device).manual_seed(seed)
    clean = int(random.binomial(len(pictures), CLEAN))
    pictures = coloured(random, pictures, clean)
    spoilt = pictures[clean:]
    for share, change in ((BLURRED, blurred), (NOISY, lambda random, crops: noisy(random, crops, generator)),
                          (COMPRESSED, compressed)):
        where = some(random, len(spoilt), share)
        if where.stop > where.start:
            spoilt[where] = change(random, spoilt[where])
    return pictures.clamp_(0, 255)
