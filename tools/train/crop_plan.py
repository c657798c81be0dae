"""Which crops are learnt from next: sizes of faces balanced, turned, mirrored, several in one picture; and the faces in
them. All of a batch is drawn at once, in numpy; no pixel is touched here (photo_atlas.py makes the crops).

Most crops are drawn for a face: a size that it shall have, as likely small as large by the logarithm, then how much the
photo is enlarged or shrunk for that, then one of the faces that fit, those in need more often. The others are of any
photo, so that pictures without people keep their share.
"""
from dataclasses import dataclass

import numpy as np

from mirror import LANDMARKS
from pictures import FIT

SIZES = (6, 500)            # pixels of a face that a crop is drawn for
FACTORS = (0.15, 2.5)       # by which a photo is enlarged for it
FILLED = 0.75               # of a crop's shorter side, at least, by the photo's longer one: else it would show little
FOR_A_FACE = 0.8            # of the crops
OTHER_SCALES = (0.4, 1.6)   # of the other crops, where 1 is a photo whose longer side has FIT pixels
LITTLE_TURNED, TURNED = 0.25, 0.07   # of the crops: by up to 45 degrees, and by 90, 180 or 270
CANDIDATES = 6              # of faces that fit: one of them is taken, as likely as it is in need
STRETCH = 0.05              # how much wider or narrower, as a standard deviation

SURE, UNSURE = 0.45, 0.15   # confidence from which a face is one, and from which it is neither face nor background
LEAST_SIZE = 5              # pixels: what is smaller is neither
SEEN, HARDLY_SEEN = 0.5, 0.2   # share of a face's box inside a crop, likewise
NO_FACE, FACE, NEITHER = 0, 1, 2
MOST_FACES = 256            # of a picture; further ones are dropped


@dataclass
class Plan:
    """A batch: what to cut and what faces are in it, `cells` times `cells` crops making a picture."""

    size: tuple              # of a crop: width, height
    cells: int
    photos: np.ndarray       # n * cells^2: index of the photo
    matrices: np.ndarray     # n * cells^2,2,3: from a point of the crop to the photo's
    boxes: np.ndarray        # n,F,4 in pixels of the picture
    landmarks: np.ndarray    # n,F,10
    confidence: np.ndarray   # n,F
    kinds: np.ndarray        # n,F: NO_FACE (a place left over), FACE or NEITHER
    seed: int                # of what is drawn where the pixels are


class Planner:
    """`faces` is a list of Faces, one for each photo; `sizes` P,2 the photos' widths and heights. All pictures have
    `room` for so many faces; without one, each batch has as much as it needs."""

    def __init__(self, faces, sizes, room=None):
        self.room = room
        self.photo_sizes = np.asarray(sizes, float)
        faces = [some.those((some.confidence >= UNSURE) | (some.need > 0)) for some in faces]
        self.counts = np.array([len(some) for some in faces])
        self.starts = np.cumsum(self.counts) - self.counts
        self.boxes = np.concatenate([some.boxes for some in faces]).reshape(-1, 4)
        self.landmarks = np.concatenate([some.landmarks for some in faces]).reshape(-1, 5, 2)
        self.confidence = np.concatenate([some.confidence for some in faces])
        self.photo_of = np.repeat(np.arange(len(faces)), self.counts)
        size = np.sqrt(np.maximum(self.boxes[:, 2:] - self.boxes[:, :2], 1e-3).prod(1))
        self.need = np.concatenate([some.need for some in faces])
        needed = np.flatnonzero(self.need > 0)
        self.by_size = needed[np.argsort(size[needed], kind="stable")]
        self.sorted_sizes = size[self.by_size]

    def plan(self, random, size, cells, pictures):
        """A Plan of so many pictures of a `size` (width, height)."""
        size = (size[0] // cells, size[1] // cells)
        count = pictures * cells ** 2
        focus, photos, factors = self.what(random, count, size)
        angles = self.angles(random, count)
        centres = self.where(random, photos, factors, focus, size)
        stretch = np.exp(random.normal(0, STRETCH, count))
        mirrored = random.random(count) < 0.5
        forth = self.matrices(factors, stretch, angles, mirrored)  # from the photo, about its point `centres`
        back = np.linalg.inv(forth)
        middle = np.array(size) / 2
        matrices = np.concatenate([back, (centres - (back @ middle))[:, :, None]], 2)
        return Plan(size, cells, photos, matrices.astype(np.float32),
                    *self.faces_in(photos, forth, centres, mirrored, size, cells), int(random.integers(2 ** 62)))

    # ---- Drawing -----------------------------------------------------------------------------------------------

    def what(self, random, count, size):
        """Of each crop the face it is drawn for (or -1), the photo, and by how much that is enlarged."""
        photos = random.integers(len(self.counts), size=count)
        least = FILLED * min(size) / self.photo_sizes.max(1)
        factors = FIT / self.photo_sizes[photos].max(1) * np.exp(random.uniform(*np.log(OTHER_SCALES), count))
        factors = np.maximum(factors, least[photos])
        focus = np.full(count, -1)
        if len(self.by_size):
            wanted = np.exp(random.uniform(*np.log((SIZES[0], min(SIZES[1], 0.95 * min(size)))), count))
            drawn = np.exp(random.uniform(*np.log((max(FACTORS[0], FILLED * min(size) / FIT), FACTORS[1])), count))
            near = np.searchsorted(self.sorted_sizes, wanted / drawn)
            reach = max(1, len(self.by_size) // 100)
            near = np.clip(near[:, None] + random.integers(-reach, reach + 1, (count, CANDIDATES)), 0,
                           len(self.by_size) - 1)
            waits = random.exponential(size=near.shape) / self.need[self.by_size[near]]
            near = np.take_along_axis(near, waits.argmin(1)[:, None], 1)[:, 0]
            chosen = random.random(count) < FOR_A_FACE
            focus[chosen] = self.by_size[near[chosen]]
            photos[chosen] = self.photo_of[focus[chosen]]
            factors[chosen] = np.clip(wanted / self.sorted_sizes[near], *FACTORS)[chosen]
            factors[chosen] = np.maximum(factors, least[photos])[chosen]
        return focus, photos, factors

    def angles(self, random, count):
        little = np.clip(random.normal(0, 20, count), -45, 45)
        quarters = 90 * random.integers(1, 4, count) + random.normal(0, 8, count)
        kind = random.random(count)
        degrees = np.where(kind < LITTLE_TURNED, little, np.where(kind < LITTLE_TURNED + TURNED, quarters, 0))
        return np.deg2rad(degrees)

    def where(self, random, photos, factors, focus, size):
        """The photo's point in the middle of each crop: mostly within the photo, as far as that is large enough."""
        extent, half = self.photo_sizes[photos], np.divide(size, 2) / factors[:, None]
        centres = random.uniform(0, 1, (len(photos), 2)) * extent
        some = focus >= 0
        boxes = self.boxes[focus[some]]
        centres[some] = (boxes[:, :2] + boxes[:, 2:]) / 2 + random.uniform(-0.8, 0.8, (some.sum(), 2)) * np.maximum(
            half[some] - 0.5 * (boxes[:, 2:] - boxes[:, :2]), 0.15 * half[some])
        low, high = np.minimum(half, extent - half), np.maximum(half, extent - half)
        inside = np.clip(centres, low, high)
        small = extent < 2 * half  # then any place of the photo in the crop is as good
        return np.where(small, random.uniform(low, high), inside)

    def matrices(self, factors, stretch, angles, mirrored):
        """n,2,2: enlarged, turned clockwise, mirrored."""
        cos, sin = np.cos(angles), np.sin(angles)
        turn = np.stack([np.stack([cos, -sin], 1), np.stack([sin, cos], 1)], 1)
        scale = np.stack([factors * stretch * np.where(mirrored, -1, 1), factors / stretch], 1)
        return turn * scale[:, None, :]

    # ---- Faces -------------------------------------------------------------------------------------------------

    def faces_in(self, photos, forth, centres, mirrored, size, cells):
        """boxes, landmarks, confidence and kinds of the pictures that these crops make."""
        counts = self.counts[photos]
        crop = np.repeat(np.arange(len(photos)), counts)
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        face = self.starts[photos[crop]] + within
        turn, middle = forth[crop], np.array(size) / 2

        def place(points):
            return np.einsum("nij,nkj->nki", turn, points - centres[crop][:, None]) + middle

        boxes = self.boxes[face]
        centre = place(((boxes[:, :2] + boxes[:, 2:]) / 2)[:, None])[:, 0]
        half = np.sqrt(np.einsum("nij,nj->ni", turn ** 2, (boxes[:, 2:] - boxes[:, :2]) ** 2)) / 2  # an ellipse's
        points = place(self.landmarks[face])
        points = np.where(mirrored[crop][:, None, None], points[:, LANDMARKS], points)
        corners = np.concatenate([centre - half, centre + half], 1)

        confidence, whole = self.confidence[face], np.maximum((2 * half).prod(1), 1e-6)
        shown = np.clip(corners, 0, [*size, *size])
        seen = np.maximum(shown[:, 2:] - shown[:, :2], 0).prod(1) / whole
        kinds = np.where((confidence >= SURE) & (seen >= SEEN) & (np.sqrt(whole) >= LEAST_SIZE), FACE, NEITHER)
        kinds[(confidence < UNSURE) | (seen < HARDLY_SEEN)] = NO_FACE

        kept = np.flatnonzero(kinds != NO_FACE)
        picture, cell = np.divmod(crop[kept], cells ** 2)
        corner = np.stack([cell % cells, cell // cells], 1) * size
        place_of = np.arange(len(kept)) - np.searchsorted(picture, picture)
        room = self.room or 16 * max(1, -(-min(int(place_of.max(initial=0)) + 1, MOST_FACES) // 16))
        fits = place_of < room
        kept, picture, corner, place_of = kept[fits], picture[fits], corner[fits], place_of[fits]

        def padded(values):
            table = np.zeros((len(photos) // cells ** 2, room, *values.shape[1:]), np.float32)
            table[picture, place_of] = values
            return table

        return (padded(corners[kept] + np.tile(corner, 2)),
                padded(points[kept].reshape(-1, 10) + np.tile(corner, 5)),
                padded(confidence[kept]), padded(kinds[kept]))
