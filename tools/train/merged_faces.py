"""The teacher asked about a photo at several scales and in the mirror, and its answers merged into faces.

A face of 200 pixels that the teacher takes apart at full size is easy for it in the photo shrunk to a half, and one
of 10 pixels in the photo enlarged. So each view of the photo counts by how well the teacher sees faces of that size
in it, and a face's confidence is the mean of its scores over the views, zero where a view did not show it to the
teacher. Further teachers are further views. They are run by the engine, or by PyTorch on a GPU. What is merged here has
no anchors: face_targets.py gives it to those of a crop.
"""
import json
import pathlib
import tempfile
from dataclasses import dataclass

import numpy as np
import torch

from crop_plan import SURE, UNSURE
from face_targets import Priors
from faces import MEAN_BGR, VARIANCES
from files import write_whole
from losses import face_logit
from mirror import LANDMARKS
from multibox import overlaps
from teacher import Failure, engine

VIEWS = ((2, False), (2, True), (1, False), (1, True), (0.5, False), (0.5, True), (0.25, False))  # scale, mirrored
LEAST_SCORE = 0.1  # of an answer that is listened to at all
GRID = 64          # views are filled up to multiples of so many pixels: then many have the same size
AT_ONCE = 24 * 640 * 640  # pixels that a GPU is given
SAME_FACE = 0.45   # overlap from which two answers are about the same face
NMS = 0.4
LEAST_NEED = 0.25  # of a face that the student is as sure of as the teacher, where one that it does not see has 1 more
ALARM, APART = 0.3, 0.2  # a false alarm of the student: its least confidence, and how much it may overlap a face

# How well the teacher sees a face of so many pixels, from 0 to 1: linear between these in the size's logarithm.
SIZES, TRUST = (6, 12, 24, 40, 400, 640, 900), (0.02, 0.15, 0.7, 1, 1, 0.4, 0.05)


def trust(size):
    return np.interp(np.log(np.maximum(size, 1e-3)), np.log(SIZES), TRUST)


def size_of(boxes):
    """The root of the area of n,4 boxes."""
    return np.sqrt(np.maximum(boxes[:, 2:4] - boxes[:, :2], 0).prod(1))


# ---- Asking ------------------------------------------------------------------------------------------------

def ask_engine(program, checkpoint):
    """A function from pictures (float n,3,H,W BGR, 0 to 255) to the faces of each: k,15 of box, score, landmarks."""
    def ask(pictures):
        with tempfile.TemporaryDirectory() as folder:
            for i, picture in enumerate(pictures.round().byte().permute(0, 2, 3, 1).cpu().numpy()):
                header = f"P6 {picture.shape[1]} {picture.shape[0]} 255\n".encode()
                pathlib.Path(folder, f"{i:06}.ppm").write_bytes(header + picture[..., ::-1].tobytes())
            text = engine(program, "detect", "-m", checkpoint, "--score", LEAST_SCORE, "--nms", NMS, "--format",
                          "jsonl", folder)
        return [np.reshape([face["box"] + [face["score"]] + sum(face["landmarks"].values(), [])
                            for face in result["faces"]], (-1, 15)) for result in map(json.loads, text.splitlines())]
    return ask


def ask_network(network, device):
    """The same by PyTorch."""
    from torchvision.ops import batched_nms

    network = network.to(device).eval()
    mean = torch.tensor(MEAN_BGR, dtype=torch.float32, device=device)[:, None, None]

    @torch.no_grad()
    def ask(pictures):
        n, _, height, width = pictures.shape
        loc, logits, landms = network(pictures - mean)
        scores = torch.sigmoid(face_logit(logits))
        picture, anchor = (scores > LEAST_SCORE).nonzero(as_tuple=True)
        priors = Priors(width, height, device)
        middle, side = priors.middle[anchor], priors.side[anchor]
        centre = middle + loc[picture, anchor, :2] * VARIANCES[0] * side
        half = side * (loc[picture, anchor, 2:] * VARIANCES[1]).exp() / 2
        points = middle.repeat(1, 5) + landms[picture, anchor] * VARIANCES[0] * side.repeat(1, 5)
        boxes, scores = torch.cat([centre - half, centre + half], 1), scores[picture, anchor]
        kept = batched_nms(boxes, scores, picture, NMS)
        faces = torch.cat([boxes, scores[:, None], points], 1)[kept].double().cpu().numpy()
        picture = picture[kept].cpu().numpy()
        return [faces[picture == i] for i in range(n)]
    return ask


def answers_in_views(atlas, photos, ask):
    """For each of the atlas's photos (indices) what the teacher says in all views: n,16 of box, score, five landmarks
    (all in the photo's pixels) and the index in VIEWS."""
    by_size = {}
    for place, photo in enumerate(photos):
        width, height = (int(n) for n in atlas.sizes[photo])
        for view, (scale, mirrored) in enumerate(VIEWS):
            size = tuple(-(-max(1, round(n * scale)) // GRID) * GRID for n in (width, height))
            matrix = [[(-1 if mirrored else 1) / scale, 0, width if mirrored else 0], [0, 1 / scale, 0]]
            by_size.setdefault(size, []).append((place, photo, view, matrix))
    found = [[np.empty((0, 16))] for _ in photos]
    for size, views in sorted(by_size.items()):
        count = max(1, AT_ONCE // (size[0] * size[1]))
        for start in range(0, len(views), count):
            places, some, kinds, matrices = zip(*views[start:start + count])
            matrices = np.array(matrices, np.float32)
            pictures = atlas.cut(torch.tensor(some, device=atlas.device), torch.from_numpy(matrices).to(atlas.device),
                                 size)
            for place, view, matrix, faces in zip(places, kinds, matrices, ask(pictures)):
                found[place].append(in_photo(faces, matrix, view))
    return [np.concatenate(some) for some in found]


def in_photo(faces, matrix, view):
    """n,15 faces of a view as n,16 of the photo."""
    def place(points):
        return points * matrix.diagonal() + matrix[:, 2]

    corners, points = place(faces[:, :4].reshape(-1, 2, 2)), place(faces[:, 5:].reshape(-1, 5, 2))
    if VIEWS[view][1]:
        points = points[:, LANDMARKS]
    return np.concatenate([corners.min(1), corners.max(1), faces[:, 4:5], points.reshape(-1, 10),
                           np.full((len(faces), 1), view)], 1)


# ---- Merging -----------------------------------------------------------------------------------------------

@dataclass
class Faces:
    """The faces of a photo, in its pixels."""

    boxes: np.ndarray       # n,4 corners
    landmarks: np.ndarray   # n,10
    confidence: np.ndarray  # n
    need: np.ndarray = None  # n: how often to look there, if not only at what is sure

    def __post_init__(self):
        if self.need is None:
            self.need = (self.confidence >= SURE).astype(float)

    def __len__(self):
        return len(self.boxes)

    def those(self, which):
        return Faces(self.boxes[which], self.landmarks[which], self.confidence[which], self.need[which])


def together(answers):
    """Of several teachers' answers to the same photos, each photo's as if one teacher had more views."""
    def shifted(some, teacher):
        return some + np.array([0] * 15 + [teacher * len(VIEWS)])

    return [np.concatenate([shifted(some, k) for k, some in enumerate(photo)]) for photo in zip(*answers)]


def merge(answers, teachers=1):
    """The Faces in a photo's answers_in_views(), or in what several teachers say together(), the most certain first.

    Around the answer that counts most, each view's best answer about the same face joins in: boxes and landmarks are
    their means, by score, trust, and the root of the size it had: a pixel's error is a smaller part of a larger face.
    """
    scales = np.array([scale for scale, _ in VIEWS] * teachers)
    views = answers[:, 15].astype(int)
    seen = size_of(answers[:, :4]) * scales[views]
    trusted = trust(seen)
    rest = np.argsort(-answers[:, 4] * trusted, kind="stable")
    merged = []
    while rest.size:
        close = overlaps(answers[rest[:1], :4], answers[rest, :4])[0] >= SAME_FACE
        close[0] = True
        about, rest = rest[close], rest[~close]
        _, first = np.unique(views[about], return_index=True)  # of each view the one that counts most
        joined = about[first]
        weights = answers[joined, 4] * trusted[joined] * np.sqrt(seen[joined]) + 1e-9
        mean = (answers[joined] * weights[:, None]).sum(0) / weights.sum()
        could = trust(size_of(mean[None, :4]) * scales)
        scores = np.zeros(len(scales))
        scores[views[joined]] = answers[joined, 4]
        merged.append(np.concatenate([mean[:4], mean[5:15], [(scores * could).sum() / could.sum()]]))
    faces = np.reshape(merged, (-1, 15))
    faces = faces[np.argsort(-faces[:, 14], kind="stable")]
    return Faces(faces[:, :4], faces[:, 4:14], faces[:, 14])


def with_needs(faces, own):
    """The Faces with their need: what the student, whose `own` Faces of the same photo are given, does not see comes more
    often, and so do its false alarms, which are added as faces of no confidence."""
    known = faces.those(faces.confidence >= UNSURE)
    shared = overlaps(known.boxes, own.boxes)
    seen = np.where(shared >= SAME_FACE, own.confidence, 0).max(1, initial=0)
    need = np.where(known.confidence >= SURE, LEAST_NEED + np.maximum(known.confidence - seen, 0), 0)
    alarms = own.those((own.confidence >= ALARM) & (shared.max(0, initial=0) <= APART))
    return Faces(*(np.concatenate(some) for some in (
        (known.boxes, alarms.boxes), (known.landmarks, alarms.landmarks),
        (known.confidence, 0 * alarms.confidence), (need, LEAST_NEED + alarms.confidence))))


# ---- Keeping -----------------------------------------------------------------------------------------------

def kept_answers(folder, paths, atlas, ask, progress, chunk=512):
    """answers_in_views() of each path, the atlas's photos; asked for once and kept in `folder` by the files' names."""
    folder.mkdir(parents=True, exist_ok=True)
    known = {}
    for file in sorted(folder.glob("answers_*.npz")):
        with np.load(file) as answers:
            known.update(answers)
    names = [path.name for path in paths]
    if len(set(names)) != len(names):
        raise Failure("two photos have the same file name")
    missing = [i for i, name in enumerate(names) if name not in known]
    for start in range(0, len(missing), chunk):
        some = missing[start:start + chunk]
        answers = dict(zip((names[i] for i in some), answers_in_views(atlas, some, ask)))
        answers = {name: values.astype(np.float32) for name, values in answers.items()}
        known.update(answers)
        file = folder / f"answers_{len(list(folder.glob('answers_*.npz'))):05}.npz"
        write_whole(file, lambda file: np.savez_compressed(file, **answers))
        progress(start + len(some), len(missing))
    return [known[name] for name in names]
