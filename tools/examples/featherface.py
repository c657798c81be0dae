"""featherface from Python, by ctypes: NumPy pictures in, a structured array of faces out.

    import featherface
    detector = featherface.Detector("FeatherFaceV2_final.pth")
    faces = detector.detect(picture)                # (H, W, 3) uint8, BGR unless order="rgb"; views too
    faces["box"], faces["score"], faces["landmarks"]
    featherface.align(picture, faces[0])            # (112, 112, 3) in BGR, as networks that recognise people take it
    featherface.crop(picture, faces[0], margin=0.2)
    detector.detect_file("photo.jpg")               # decodes no more than max_side and scales look at

Needs the shared library (cmake -D BUILD_SHARED_LIBS=ON): where the system looks for libraries, or named by the
environment variable FEATHERFACE_LIBRARY. As a program: featherface.py MODEL PICTURE.
"""
import ctypes as c
import os
import sys

import numpy as np

FACE = np.dtype([("box", np.float32, 4), ("score", np.float32), ("landmarks", np.float32, (5, 2))])


class Plane(c.Structure):
    _fields_ = [("data", c.c_void_p), ("row_stride", c.c_ssize_t)]


class Image(c.Structure):
    _fields_ = [("size", c.c_size_t), ("data", c.c_void_p), ("width", c.c_int32), ("height", c.c_int32),
                ("row_stride", c.c_ssize_t), ("format", c.c_int32), ("chroma", Plane * 2), ("bt709", c.c_int32),
                ("full_range", c.c_int32), ("full_width", c.c_int32), ("full_height", c.c_int32)]


class DetectorOptions(c.Structure):
    _fields_ = [("size", c.c_size_t), ("score_threshold", c.c_float), ("nms_threshold", c.c_float),
                ("top_k", c.c_int32), ("max_faces", c.c_int32), ("max_side", c.c_int32), ("threads", c.c_int32),
                ("scales", c.c_uint32), ("turns", c.c_int32)]


class Result(c.Structure):
    _fields_ = [("size", c.c_size_t), ("faces", c.c_void_p), ("count", c.c_size_t), ("is_cut", c.c_int32),
                ("scale", c.c_float), ("scales", c.c_uint32), ("preprocess_ms", c.c_double),
                ("network_ms", c.c_double), ("postprocess_ms", c.c_double)]


library = c.CDLL(os.environ.get("FEATHERFACE_LIBRARY", "libfeatherface.so.0"))
library.featherface_last_error.restype = c.c_char_p
library.featherface_version.restype = c.c_char_p
for name in ("model", "detector", "picture", "result"):
    free = getattr(library, f"featherface_{name}_free")
    free.argtypes, free.restype = [c.c_void_p], None

FORMATS = {"bgr": 0, "rgb": 1, "bgra": 2, "rgba": 3, "gray": 4}


class Error(RuntimeError):
    """What the library says; `status` is its featherface_status."""

    def __init__(self, status):
        super().__init__(library.featherface_last_error().decode())
        self.status = status


def call(function, *arguments):
    status = function(*arguments)
    if status != 0:
        raise Error(status)


def view_of(picture, order):
    """An array as the library takes it, and the array whose pixels that are: it must live as long."""
    picture = np.asarray(picture)
    channels = {"bgr": 3, "rgb": 3, "bgra": 4, "rgba": 4, "gray": 1}[order]
    if picture.ndim == 2:
        order, channels, picture = "gray", 1, picture[:, :, None]
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != channels:
        raise TypeError(f"a picture of {picture.dtype} {picture.shape}; expected uint8 (H, W, {channels})")
    if picture.strides[2] != 1 or picture.strides[1] != channels:  # rows may lie anywhere, pixels may not
        picture = np.ascontiguousarray(picture)
    return Image(size=c.sizeof(Image), data=picture.ctypes.data, width=picture.shape[1], height=picture.shape[0],
                 row_stride=picture.strides[0], format=FORMATS[order]), picture


class Picture:
    """A picture that the library made, freed at the end of a `with`."""

    def __init__(self, handle):
        self.handle, self.view = handle, Image(size=c.sizeof(Image))

    def __enter__(self):
        call(library.featherface_picture_view, self.handle, c.byref(self.view))
        return self

    def __exit__(self, *_):
        library.featherface_picture_free(self.handle)


def made_by(function, *arguments):
    """The picture that a function of the library makes, as an (H, W, 3) array in BGR."""
    handle = c.c_void_p()
    call(function, *arguments, c.byref(handle))
    with Picture(handle) as picture:
        view = picture.view
        pixels = c.string_at(view.data, view.height * view.row_stride)
        return np.frombuffer(pixels, np.uint8).reshape(view.height, view.width, 3).copy()


class Detector:
    """Finds faces. One per thread."""

    def __init__(self, model, **options):
        """`model` is the path of a checkpoint; `options` are the fields of DetectorOptions."""
        self.handle = c.c_void_p()
        values = dict(score_threshold=0.5, nms_threshold=0.4, top_k=5000, max_faces=750, max_side=0, threads=1, scales=1,
                      turns=0)
        unknown = set(options) - set(values)
        if unknown:
            raise TypeError(f"no such option: {', '.join(sorted(unknown))}")
        self.options = DetectorOptions(size=c.sizeof(DetectorOptions), **{**values, **options})
        loaded = c.c_void_p()
        call(library.featherface_model_load, os.fsencode(model), None, c.byref(loaded))
        try:
            call(library.featherface_detector_create, loaded, c.byref(self.options), c.byref(self.handle))
        finally:
            library.featherface_model_free(loaded)

    def __del__(self):
        library.featherface_detector_free(self.handle)

    def detect(self, picture, order="bgr"):
        """The faces of an (H, W, 3 or 4) or (H, W) array of uint8, best first."""
        view, _ = view_of(picture, order)
        return self.faces_in(view)

    def detect_file(self, path):
        """The faces of a picture file, in pixels of the whole."""
        handle = c.c_void_p()
        call(library.featherface_picture_read_for, c.byref(self.options), os.fsencode(path), c.c_int64(0),
             c.byref(handle))
        with Picture(handle) as picture:
            return self.faces_in(picture.view)

    def faces_in(self, view):
        result = c.POINTER(Result)()
        call(library.featherface_detect, self.handle, c.byref(view), c.byref(result))
        try:
            found = result.contents
            bytes_ = c.string_at(found.faces, found.count * FACE.itemsize) if found.count else b""
            return np.frombuffer(bytes_, FACE).copy()
        finally:
            library.featherface_result_free(result)


def read(path):
    """A picture file as an (H, W, 3) array in BGR, upright."""
    return made_by(library.featherface_picture_read, os.fsencode(path), c.c_int64(0))


def align(picture, face, order="bgr"):
    """The face, one of detect()'s, upright on ArcFace's template: (112, 112, 3) in BGR."""
    view, _ = view_of(picture, order)
    return made_by(library.featherface_align_face, c.byref(view), face.tobytes())


def crop(picture, face, margin=0, order="bgr"):
    """The pixels of its box in BGR, with `margin` (0 to 10) times its sides around it, as far as the picture goes."""
    view, _ = view_of(picture, order)
    return made_by(library.featherface_crop_face, c.byref(view), face.tobytes(), c.c_float(margin))


if __name__ == "__main__":
    try:
        for face in Detector(sys.argv[1]).detect_file(sys.argv[2]):
            x1, y1, x2, y2 = face["box"]
            print(f"{face['score']:.3f} at ({x1:.0f}, {y1:.0f}) to ({x2:.0f}, {y2:.0f})")
    except Error as error:
        sys.exit(str(error))
