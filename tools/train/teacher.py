"""The teacher, run by the engine: its faces in pictures, and its answer for every anchor of a crop.

`program` is the featherface program. What goes wrong is raised as Failure, whose text is for people.
"""
import json
import pathlib
import subprocess
import tempfile

import numpy as np

import models
from checkpoints import load_checkpoint

LEAST_SCORE = 0.1  # an anchor with less keeps no box and landmarks: it is background, and they are noise there
ANTI_SPOOFING = "final_DW.0.weight"
TEACHERS = {network.title for network in models.DETECTORS.values()} - {models.FeatherFaceV2.title}


class Failure(Exception):
    pass


def engine(program, *words):
    """Runs the program; returns what it wrote to standard output."""
    run = subprocess.run([str(word) for word in (program, *words)], capture_output=True, text=True)
    if run.returncode:
        raise Failure(f"{program} {words[0]}: {run.stderr.strip()}")
    return run.stdout


def load_teacher(path):
    """The state_dict of a detector that is no V2. Anything else is refused, by its tensors and not its name."""
    try:
        state = load_checkpoint(path)
    except Exception as error:  # whatever torch says of a file it cannot read
        raise Failure(f"{path}: {error}") from error
    try:
        found = models.build(state).title
    except ValueError as error:
        found = "FeatherNetB_se, which tells real faces from photos of faces" if ANTI_SPOOFING in state else error
    if found not in TEACHERS:
        raise Failure(f"{path}: the teacher must be {models.FeatherFaceV1.title} or another detector that is larger "
                      f"than V2: {found}")
    return state


def find_faces(program, checkpoint, paths, batch=500):
    """path -> n,4 boxes of the faces that a checkpoint finds in each picture."""
    boxes = {}
    for start in range(0, len(paths), batch):
        text = engine(program, "detect", "-m", checkpoint, "--format", "jsonl", *paths[start:start + batch])
        for line in text.splitlines():
            result = json.loads(line)
            boxes[pathlib.Path(result["file"])] = np.reshape([face["box"] for face in result["faces"]], (-1, 4))
    return boxes


def answers(program, checkpoint, crops):
    """For each of uint8 n,S,S,3 BGR crops: what the teacher says of its anchors.

    Returns scores n,A float16, and for the anchors above LEAST_SCORE: the crops they belong to, their indices,
    and 14 values each (4 of loc, 10 of landms) as float16.
    """
    scores, crop_of, anchors, values = [], [], [], []
    with tempfile.TemporaryDirectory() as folder:
        pictures, dumps = pathlib.Path(folder, "crops"), pathlib.Path(folder, "answers")
        pictures.mkdir()
        for i, crop in enumerate(crops):
            header = f"P6 {crop.shape[1]} {crop.shape[0]} 255\n".encode()
            (pictures / f"{i:06}.ppm").write_bytes(header + crop[..., ::-1].tobytes())
        engine(program, "dump", "--layers", "teacher", "-m", checkpoint, pictures, "-o", dumps, "--threads", 1)
        for i in range(len(crops)):
            with np.load(dumps / f"{i:06}.npz") as answer:
                logits, loc, landms = (answer[name][0] for name in ("logits", "loc", "landms"))
            score = 1 / (1 + np.exp(logits[:, 0] - logits[:, 1]))
            kept = np.flatnonzero(score > LEAST_SCORE)
            scores.append(score.astype(np.float16))
            crop_of.append(np.full(len(kept), i, np.int32))
            anchors.append(kept.astype(np.int32))
            values.append(np.concatenate([loc[kept], landms[kept]], 1).astype(np.float16))
    return np.stack(scores), np.concatenate(crop_of), np.concatenate(anchors), np.concatenate(values)
