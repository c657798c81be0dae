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
try:
    detector.detect(picture.astype(np.float32))
    raise SystemExit("floats were taken for pixels")
except TypeError as error:
    assert "float32" in str(error), error
