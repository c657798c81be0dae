#!/usr/bin/env python3
"""Writes the raw DEFLATE streams inflate_test.cpp decodes: the bytes of contents() through zlib, one file per
way of choosing codes. contents() is written the same way in the test."""
import pathlib
import zlib

NOISE = 3000


def contents():
    state, noise = 1, bytearray()
    for _ in range(NOISE):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        noise.append(state >> 16 & 0xFF)
    data = bytes(noise)
    data += b"featherface " * 500
    data += bytes(b & 0x0F if b < 0xF0 else b for b in noise)  # a skewed histogram: long codes
    data += bytes(32506 - len(data))
    return data + noise  # copies from as far back as zlib looks


def deflate(data, level, strategy):
    stream = zlib.compressobj(level, zlib.DEFLATED, -15, 9, strategy)
    return stream.compress(data) + stream.flush()


if __name__ == "__main__":
    folder = pathlib.Path(__file__).parent
    for name, level, strategy in [
        ("dynamic", 9, zlib.Z_DEFAULT_STRATEGY),
        ("fixed", 9, zlib.Z_FIXED),
        ("huffman_only", 9, zlib.Z_HUFFMAN_ONLY),
        ("rle", 9, zlib.Z_RLE),
    ]:
        (folder / f"{name}.deflate").write_bytes(deflate(contents(), level, strategy))
