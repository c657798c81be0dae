#!/usr/bin/env python3
"""Writes the archives npz_test.cpp reads, as NumPy writes them."""
import pathlib
import zipfile

import numpy as np

NUMBERS = ["float16", "float32", "float64", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64"]


def arrays():
    counting = np.arange(6).reshape(2, 3)
    result = {name: counting.astype(name) for name in NUMBERS}
    result["bool"] = counting % 2 == 1
    result["complex64"] = counting.astype("complex64")
    result["scalar"] = np.float64(2.5)
    result["empty"] = np.zeros((0, 3), "float32")
    result["fortran"] = np.asfortranarray(np.arange(24, dtype="float32").reshape(2, 3, 4))
    result["module.path#1"] = np.full(2000, 7, "float32")
    return result


def refused():
    counting = np.arange(3)
    return {
        "objects": np.array([{}, None, 1], dtype=object),
        "text": np.array(["a", "b"]),
        "bytes": np.array([b"a", b"b"]),
        "big_endian": counting.astype(">f4"),
        "structured": np.zeros(2, [("x", "f4"), ("y", "i4")]),
        "dates": counting.astype("datetime64[s]"),
        "long_double": counting.astype("longdouble"),
        "fine": counting,
    }


if __name__ == "__main__":
    folder = pathlib.Path(__file__).parent
    np.savez(folder / "stored.npz", **arrays())
    np.savez_compressed(folder / "deflated.npz", **arrays())
    np.savez_compressed(folder / "refused.npz", **refused())
    with zipfile.ZipFile(folder / "versions.npz", "w") as archive:
        for version in [(1, 0), (2, 0), (3, 0)]:
            with archive.open(f"version{version[0]}.npy", "w") as file:
                np.lib.format.write_array(file, np.arange(5, dtype="float32"), version=version)
