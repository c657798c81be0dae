#!/usr/bin/env python3
"""Writes the pictures image_file_test.cpp reads, as libjpeg and libpng (through Pillow) write them. All show the
ramp of ramp(), which the test computes too."""
import pathlib

from PIL import Image

WIDTH, HEIGHT = 37, 29


def ramp(x, y):
    return 6 * x, 8 * y, 3 * (x + y)


if __name__ == "__main__":
    folder = pathlib.Path(__file__).parent
    rgb = Image.new("RGB", (WIDTH, HEIGHT))
    rgb.putdata([ramp(x, y) for y in range(HEIGHT) for x in range(WIDTH)])
    for name, options in {
        "baseline": {"subsampling": "4:2:0"},
        "progressive": {"subsampling": "4:2:0", "progressive": True},
        "full_colour": {"subsampling": "4:4:4", "optimize": True},
        "half_colour": {"subsampling": "4:2:2"},
    }.items():
        rgb.save(folder / f"{name}.jpg", quality=95, **options)
    rgb.convert("L").save(folder / "grey.jpg", quality=95)
    rgb.convert("CMYK").save(folder / "cmyk.jpg")
    rgb.save(folder / "rgb.png")
    rgba = rgb.copy()
    rgba.putalpha(40)
    rgba.save(folder / "rgba.png")
    rgb.quantize(64).save(folder / "palette.png", transparency=0)
