"""Views of NumPy arrays through tools/examples/featherface.py: ctypes_check.py EXAMPLES MODEL PICTURE."""
import sys

import numpy as np

sys.path.insert(0, sys.argv[1])
import featherface  # noqa: E402

picture = featherface.read(sys.argv[3])
detector = featherface.Detector(sys.argv[2], score_threshold=0.1)
faces = detector.detect(picture)
assert len(faces) > 0, "no faces in noise at a low threshold"

wide = np.zeros((picture.shape[0], picture.shape[1] + 7, 3), np.uint8)
wide[:, 3:-4] = picture
assert np.array_equal(detector.detect(wide[:, 3:-4]), faces), "a slice of a wider picture"
assert np.array_equal(detector.detect(picture[::-1].copy()[::-1]), faces), "rows from the bottom up"
assert np.array_equal(detector.detect(picture[:, :, ::-1], order="rgb"), faces), "channels the other way round"
assert np.array_equal(detector.detect(np.dstack([picture, picture[:, :, 0]]), order="bgra"), faces), "alpha"
assert np.array_equal(detector.detect_file(sys.argv[3]), faces), "the file itself"


def around(face, margin):
    """The pixels of a face's box and its margin, as far as the picture goes."""
    (x1, y1, x2, y2), (height, width) = face["box"].astype(float), picture.shape[:2]
    wide, high = margin * (x2 - x1), margin * (y2 - y1)
    columns = [int(np.clip(x, 0, width - 1)) for x in (np.floor(x1 - wide), np.ceil(x2 + wide))]
    rows = [int(np.clip(y, 0, height - 1)) for y in (np.floor(y1 - high), np.ceil(y2 + high))]
    return picture[rows[0]:rows[1] + 1, columns[0]:columns[1] + 1]


for face in faces:
    for margin in (0, 0.25):
        assert np.array_equal(featherface.crop(picture, face, margin), around(face, margin)), "a crop"
face = faces[0]
rgb = picture[:, :, ::-1]
assert np.array_equal(featherface.crop(rgb, face, order="rgb"), around(face, 0)), "a crop is BGR, whatever it is of"
assert np.array_equal(featherface.align(rgb, face, order="rgb"), featherface.align(picture, face)), "so is a face"
aligned = featherface.align(picture, face)
assert aligned.shape == (112, 112, 3) and aligned.any(), "a face on the template"
try:
    featherface.crop(picture, face, margin=-1)
    raise SystemExit("a margin below 0 was taken")
except featherface.Error as error:
    assert "margin" in str(error), error
try:
    detector.detect(picture.astype(np.float32))
    raise SystemExit("floats were taken for pixels")
except TypeError as error:
    assert "float32" in str(error), error
