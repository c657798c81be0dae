#!/usr/bin/env python3
"""Turns a subset of WIDER FACE's evaluation into the text that `featherface eval --easy` and so on read.

    wider_subset.py wider_easy_val.mat > easy.txt

For each picture: its path, how many faces the subset counts, then their numbers, from 1 in the order of the
labels. Needs scipy.
"""
import sys

from scipy.io import loadmat


def lines(subset):
    """Of what loadmat() gives: event_list, and by event file_list and gt_list."""
    for event, files, faces in zip(subset["event_list"], subset["file_list"], subset["gt_list"]):
        for file, numbers in zip(files[0], faces[0]):
            counted = numbers[0].ravel()
            yield f"{event[0][0]}/{file[0][0]}.jpg"
            yield str(len(counted))
            yield from map(str, counted)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    print("\n".join(lines(loadmat(sys.argv[1]))))
