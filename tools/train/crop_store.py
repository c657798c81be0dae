"""Crops with the teacher's answers, on disk: made in chunks, and read as batches.

A store is a folder for one crop size: `pictures_00000.npy` (uint8 n,H,W,3) and `answers_00000.npz` a chunk,
the latter written last, so that an interrupted making goes on where it stopped. Chunks may be added later.

The answers are for the n crops and then for their n mirror images. The teacher is asked about these too: a convolution
of stride 2 takes other pixels of a mirrored picture, and its answers there are not the mirrored ones. steadiness.py
says how far off they are.
"""
import multiprocessing
import pathlib
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch

import teacher
from files import write_whole
from pictures import network_input

CHUNK = 128


def fill(folder, maker, program, checkpoint, count, seed, workers, progress):
    """Makes crops until there are `count` (rounded up to a chunk); those there already are kept. `seed` is a list.

    progress(made, left) is called after each chunk: the crops made by this call, and those it has yet to make.
    """
    folder.mkdir(parents=True, exist_ok=True)
    chunks = range(-(-count // CHUNK))
    missing = [chunk for chunk in chunks if not answers_path(folder, chunk).exists()]
    if not missing:
        return
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        make = partial(make_chunk, folder, maker, program, checkpoint, seed)
        for made, _ in enumerate(pool.imap_unordered(make, missing), 1):
            progress(made * CHUNK, (len(missing) - made) * CHUNK)


def answers_path(folder, chunk):
    return folder / f"answers_{chunk:05}.npz"


def make_chunk(folder, maker, program, checkpoint, seed, chunk):
    crops = np.stack([maker.make([*seed, *maker.size, chunk, i]) for i in range(CHUNK)])
    write_whole(folder / f"pictures_{chunk:05}.npy", lambda file: np.save(file, crops))
    both = np.concatenate([crops, crops[:, :, ::-1]])
    scores, crop_of, anchors, values = teacher.answers(program, checkpoint, both)
    write_whole(answers_path(folder, chunk), lambda file: np.savez(file, scores=scores, crop_of=crop_of,
                                                                   anchors=anchors, values=values))


@dataclass
class Batch:
    pictures: torch.Tensor  # n,3,H,W: network_input()
    scores: torch.Tensor    # n,A: the teacher's
    rows: torch.Tensor      # k: of the anchors with a face, the crop they belong to
    anchors: torch.Tensor   # k: and their index
    values: torch.Tensor    # k,14: and the teacher's loc and landms there

    def to(self, device):
        return Batch(*(getattr(self, name).to(device) for name in self.__dataclass_fields__))


class CropStore:
    """The crops of a folder, of `pixels` pixels each. Pictures stay on disk, the answers are in memory."""

    def __init__(self, folder):
        self.pictures, self.answers = [], []
        for path in sorted(pathlib.Path(folder).glob("answers_*.npz")):
            with np.load(path) as chunk:
                self.answers.append({name: chunk[name] for name in chunk})
            name = path.name.replace("answers", "pictures").replace(".npz", ".npy")
            self.pictures.append(np.load(path.with_name(name), mmap_mode="r"))
        if not self.pictures:
            raise teacher.Failure(f"{folder}: no crops in it")
        self.pixels = self.pictures[0][0, ..., 0].size
        self.starts = [np.searchsorted(chunk["crop_of"], np.arange(len(chunk["scores"]) + 1))
                       for chunk in self.answers]

    def __len__(self):
        """Of crops and mirror images."""
        return sum(len(chunk["scores"]) for chunk in self.answers)

    def crop(self, index):
        """A crop or a mirror image: uint8 H,W,3, scores A, indices of anchors k, their values k,14."""
        chunk, i = divmod(index, 2 * CHUNK)
        answers, start = self.answers[chunk], self.starts[chunk]
        picture = self.pictures[chunk][i % CHUNK]
        kept = slice(start[i], start[i + 1])
        return (picture if i < CHUNK else picture[:, ::-1], answers["scores"][i], answers["anchors"][kept],
                answers["values"][kept])

    def batch(self, random, size):
        """A Batch of that many drawn from the store."""
        drawn = [self.crop(int(index)) for index in random.integers(len(self), size=size)]
        pictures, scores, anchors, values = zip(*drawn)
        rows = [np.full(len(where), row) for row, where in enumerate(anchors)]
        return Batch(network_input(np.stack(pictures)), torch.from_numpy(np.stack(scores)).float(),
                     torch.from_numpy(np.concatenate(rows)), torch.from_numpy(np.concatenate(anchors)).long(),
                     torch.from_numpy(np.concatenate(values)).float())
