/* The C interface: all that the C++ API does, for C99 and whatever can call C.
 *
 *     featherface_model* model;
 *     featherface_detector* detector;
 *     featherface_result* result;
 *     if (featherface_model_load("V2.pth", NULL, &model) != FEATHERFACE_OK) ... featherface_last_error()
 *     if (featherface_detector_create(model, NULL, &detector) != FEATHERFACE_OK) ...
 *     featherface_image image = FEATHERFACE_IMAGE_INIT;
 *     image.data = bgr; image.width = 640; image.height = 480; image.row_stride = 640 * 3;
 *     if (featherface_detect(detector, &image, &result) != FEATHERFACE_OK) ...
 *     for (size_t i = 0; i < result->count; ++i) printf("%f\n", result->faces[i].score);
 *     featherface_result_free(result);
 *
 * - Functions that can fail return a status; what they make is stored only when that is FEATHERFACE_OK.
 * - Structs begin with their size, which the _INIT macros set: a program keeps working with a later library, whose
 *   structs have more at their end. Options may be NULL: the defaults.
 * - Handles are freed by their _free function, which takes NULL too. A model may be shared by threads and freed before
 *   its detectors are; use one detector per thread.
 * - Strings are UTF-8 and end with a zero. Those handed out live as long as the handle they come from, where nothing
 *   else is said.
 */
#ifndef FEATHERFACE_H
#define FEATHERFACE_H

#include <stddef.h>
#include <stdint.h>

#include "featherface/version.h"

#if defined(_WIN32)
#define FEATHERFACE_API
#else
#define FEATHERFACE_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef enum featherface_status {
    FEATHERFACE_OK = 0,
    FEATHERFACE_INVALID_ARGUMENT = 1, /* what was asked for makes no sense: a threshold of 2, a null pointer */
    FEATHERFACE_IO_ERROR = 2,         /* a file could not be opened, read or mapped */
    FEATHERFACE_MALFORMED = 3,        /* the bytes are not a valid file of the format they claim */
    FEATHERFACE_UNSUPPORTED = 4,      /* valid, but a feature this library does not read */
    FEATHERFACE_WRONG_MODEL = 5,      /* a readable checkpoint of another network than the one asked for */
    FEATHERFACE_LIMIT_EXCEEDED = 6,   /* larger than the limits set against hostile input */
    FEATHERFACE_OUTPUT_ERROR = 7,     /* a result could not be written */
    FEATHERFACE_INTERNAL = 8,         /* a defect of this library */
    FEATHERFACE_OUT_OF_MEMORY = 9     /* there was less memory than it takes */
} featherface_status;

/* What this thread's last call that failed says of it: what is wrong, where, what to try. It is never NULL, and valid
 * until the thread's next failing call. */
FEATHERFACE_API const char* featherface_last_error(void);

/* The version of the library that is linked; FEATHERFACE_VERSION and FEATHERFACE_VERSION_NUMBER are those of this header. */
FEATHERFACE_API const char* featherface_version(void);
FEATHERFACE_API int featherface_version_number(void);

/* ---- models ---- */

typedef struct featherface_model featherface_model;

/* As made: 8 bits, where the packed model was made for them. 8 bits of another one are an error. */
typedef enum featherface_precision {
    FEATHERFACE_PRECISION_AS_MADE = 0,
    FEATHERFACE_PRECISION_FLOAT32 = 1,
    FEATHERFACE_PRECISION_INT8 = 2
} featherface_precision;

typedef struct featherface_model_options {
    size_t size;
    int32_t layerwise;             /* not 0: every PyTorch module is a step of its own, for cross-checking */
    const char* cpu_architecture;  /* "sse2", "avx2", ...; NULL: the best that this CPU has */
    const char* const* unfused;    /* module paths that stay steps of their own */
    size_t unfused_count;
    int32_t precision;             /* featherface_precision */
} featherface_model_options;
#define FEATHERFACE_MODEL_OPTIONS_INIT \
    {sizeof(featherface_model_options), 0, NULL, NULL, 0, FEATHERFACE_PRECISION_AS_MADE}

#if !FEATHERFACE_MINIMAL
/* A PyTorch checkpoint, recognised by its tensors. */
FEATHERFACE_API featherface_status featherface_model_load(const char* path,
                                                          const featherface_model_options* options,
                                                          featherface_model** model);
#endif
/* The same from bytes, which are not needed afterwards. `name` stands in messages. */
FEATHERFACE_API featherface_status featherface_model_from_bytes(const void* bytes, size_t byte_count,
                                                                const char* name,
                                                                const featherface_model_options* options,
                                                                featherface_model** model);
/* The same from bytes that outlive the model and all that is made of it: a packed model that begins on a 64-byte
 * boundary is used where it lies. */
FEATHERFACE_API featherface_status featherface_model_in_place(const void* bytes, size_t byte_count,
                                                              const char* name,
                                                              const featherface_model_options* options,
                                                              featherface_model** model);
FEATHERFACE_API void featherface_model_free(featherface_model* model);

/* The packed model that is part of the program, which featherface_embed_model() of CMake or the verb `embed` puts
 * there: no file is needed and nothing copied. A program that has none does not link. */
extern const uint64_t featherface_embedded_model[];
extern const uint64_t featherface_embedded_model_size; /* in bytes */
static inline featherface_status featherface_model_embedded(const featherface_model_options* options,
                                                            featherface_model** model) {
    return featherface_model_in_place(featherface_embedded_model, (size_t)featherface_embedded_model_size,
                                      "the embedded model", options, model);
}

FEATHERFACE_API const char* featherface_model_name(const featherface_model* model); /* "FeatherFace V2" */
FEATHERFACE_API int64_t featherface_model_parameters(const featherface_model* model);
/* Of the file, hex; of a packed model that of the checkpoint it was made from. */
FEATHERFACE_API const char* featherface_model_sha256(const featherface_model* model);
FEATHERFACE_API const char* featherface_model_cpu_architecture(const featherface_model* model);
FEATHERFACE_API int32_t featherface_model_precision(const featherface_model* model); /* float32 or int8 */
FEATHERFACE_API size_t featherface_model_warning_count(const featherface_model* model);
FEATHERFACE_API const char* featherface_model_warning(const featherface_model* model, size_t index);

/* ---- pictures ---- */

typedef enum featherface_format {
    FEATHERFACE_BGR = 0,
    FEATHERFACE_RGB = 1,
    FEATHERFACE_BGRA = 2,
    FEATHERFACE_RGBA = 3,
    FEATHERFACE_GRAY = 4,
    FEATHERFACE_NV12 = 5, /* a plane of Y, then one of pairs Cb Cr, at half the width and height */
    FEATHERFACE_NV21 = 6, /* a plane of Y, then one of pairs Cr Cb */
    FEATHERFACE_I420 = 7, /* planes of Y, of Cb and of Cr */
    FEATHERFACE_YUYV = 8  /* one plane: Y Cb Y Cr for each two pixels */
} featherface_format;

typedef struct featherface_plane {
    const uint8_t* data;
    ptrdiff_t row_stride; /* bytes from a row to the next */
} featherface_plane;

/* A picture that the caller owns: 8 bits per sample, rows from the top, or from the bottom with a negative stride. */
typedef struct featherface_image {
    size_t size;
    const uint8_t* data; /* the top row (of Y) */
    int32_t width, height;
    ptrdiff_t row_stride;        /* bytes from a row to the next */
    int32_t format;              /* featherface_format */
    featherface_plane chroma[2]; /* the planes behind Y: of NV12 and NV21 one, of I420 two */
    int32_t bt709;               /* of formats with Y: 0 for BT.601, 1 for BT.709 */
    int32_t full_range;          /* of formats with Y: 0 for video range (16 to 235), 1 for 0 to 255 */
    /* The size of the picture that this one is a smaller copy of; 0: of none. Faces are in pixels of that one. */
    int32_t full_width, full_height;
} featherface_image;
#define FEATHERFACE_IMAGE_INIT \
    {sizeof(featherface_image), NULL, 0, 0, 0, FEATHERFACE_BGR, {{NULL, 0}, {NULL, 0}}, 0, 0, 0, 0}

/* A picture that the library made: read from a file, or a face cut out of another picture. */
typedef struct featherface_picture featherface_picture;
FEATHERFACE_API void featherface_picture_free(featherface_picture* picture);
/* Its pixels, in BGR; `image` was set by FEATHERFACE_IMAGE_INIT. */
FEATHERFACE_API featherface_status featherface_picture_view(const featherface_picture* picture,
                                                            featherface_image* image);

#if !FEATHERFACE_MINIMAL
/* JPEG, PNG, BMP or PNM, upright. Larger ones than max_pixels are refused before they are decoded; 0: than 100
 * million. */
FEATHERFACE_API featherface_status featherface_picture_read(const char* path, int64_t max_pixels,
                                                            featherface_picture** picture);
FEATHERFACE_API featherface_status featherface_picture_decode(const void* bytes, size_t byte_count,
                                                              const char* name, int64_t max_pixels,
                                                              featherface_picture** picture);
#endif

/* ---- detectors ---- */

typedef struct featherface_detector featherface_detector;

typedef struct featherface_detector_options {
    size_t size;
    float score_threshold; /* faces strictly above it are returned; 0 to 1 */
    float nms_threshold;   /* of two faces that overlap by more (IoU) only the better is returned; 0 to 1 */
    int32_t top_k;         /* candidates that enter NMS, best first; >= 1 */
    int32_t max_faces;     /* faces returned at most, the best; >= 1 */
    int32_t max_side;      /* pictures with a longer side are shrunk to it; 0: never */
    int32_t threads;       /* 1 to 1024, the calling one included, at most one a core is used; only when a detector is made */
    uint32_t scales;       /* bit k: look at 1 / 2^k of the picture's sides; 0: as many sizes as it calls for */
    int32_t turns;         /* not 0: look for faces on their side and upside down, too */
} featherface_detector_options;
#define FEATHERFACE_DETECTOR_OPTIONS_INIT \
    {sizeof(featherface_detector_options), 0.5f, 0.4f, 5000, 750, 0, 1, 1, 0}

#if !FEATHERFACE_MINIMAL
/* featherface_picture_read() and _decode(), of a JPEG no more than a detector with these options looks at, in a fraction
 * of the time: with max_side, or scales below the picture's own, it may come out smaller, the view's full_width and
 * full_height telling of the whole. */
FEATHERFACE_API featherface_status featherface_picture_read_for(const featherface_detector_options* options,
                                                                const char* path, int64_t max_pixels,
                                                                featherface_picture** picture);
FEATHERFACE_API featherface_status featherface_picture_decode_for(const featherface_detector_options* options,
                                                                  const void* bytes, size_t byte_count,
                                                                  const char* name, int64_t max_pixels,
                                                                  featherface_picture** picture);
#endif

FEATHERFACE_API featherface_status featherface_detector_create(const featherface_model* model,
                                                               const featherface_detector_options* options,
                                                               featherface_detector** detector);
FEATHERFACE_API void featherface_detector_free(featherface_detector* detector);
/* The options count from the next picture on; `threads` must be what it was. */
FEATHERFACE_API featherface_status featherface_detector_set_options(
    featherface_detector* detector, const featherface_detector_options* options);
/* The memory that pictures took is given back; the next one takes what it needs. */
FEATHERFACE_API void featherface_detector_trim(featherface_detector* detector);
/* Bytes that the network takes for a picture of this size, looked at in one size. */
FEATHERFACE_API featherface_status featherface_detector_memory(const featherface_detector* detector,
                                                               int32_t width, int32_t height, size_t* bytes);

typedef struct featherface_face {
    float box[4]; /* x1, y1, x2, y2 in pixels of the picture, not clipped to it */
    float score;  /* 0 to 1 */
    float landmarks[5][2]; /* x, y of left eye, right eye, nose, left and right corner of the mouth, as seen */
} featherface_face;

typedef struct featherface_result {
    size_t size;
    const featherface_face* faces; /* by falling score */
    size_t count;
    int32_t is_cut;  /* not 0: there were more than max_faces */
    float scale;     /* how much smaller max_side made the picture: 1 where it did not */
    uint32_t scales; /* the sizes that were looked at, as in the options */
    double preprocess_ms, network_ms, postprocess_ms;
} featherface_result;

FEATHERFACE_API featherface_status featherface_detect(featherface_detector* detector,
                                                      const featherface_image* image,
                                                      featherface_result** result);
FEATHERFACE_API void featherface_result_free(featherface_result* result);

/* The face turned, scaled and moved so that its landmarks lie as the common ArcFace template has them, in 112 x 112
 * pixels; what lies outside the picture is black. */
FEATHERFACE_API featherface_status featherface_align_face(const featherface_image* image,
                                                          const featherface_face* face,
                                                          featherface_picture** aligned);
/* The pixels of its box, with `margin` (0 to 10) times its sides around it, as far as the picture goes. */
FEATHERFACE_API featherface_status featherface_crop_face(const featherface_image* image,
                                                         const featherface_face* face, float margin,
                                                         featherface_picture** crop);

/* One step of one run, valid only during the call that gets it. */
typedef struct featherface_layer {
    size_t size;
    int32_t index;
    const char* name; /* a module path whose output or part the step computes; "" where there is none */
    const char* kind; /* "conv", "strips" (several row-wise layers), ... */
    const int64_t* output_shape;
    size_t output_dimensions;
    double start_ms, end_ms; /* since the network's start */
} featherface_layer;
typedef void (*featherface_layer_callback)(const featherface_layer* layer, void* user);

/* What the network itself gives, one row per anchor: 4, 2 and 10 floats (featherface/raw_outputs.hpp says how they are
 * decoded). Valid until the detector's next call. */
typedef struct featherface_raw_outputs {
    size_t size;
    int32_t anchors;
    const float *loc, *conf, *landms;
} featherface_raw_outputs;
#define FEATHERFACE_RAW_OUTPUTS_INIT {sizeof(featherface_raw_outputs), 0, NULL, NULL, NULL}

/* The network alone, on the picture as it is. `callback` may be NULL. */
FEATHERFACE_API featherface_status featherface_forward(featherface_detector* detector,
                                                       const featherface_image* image,
                                                       featherface_layer_callback callback, void* user,
                                                       featherface_raw_outputs* outputs);

/* ---- the ImageNet classifier that the detectors' backbone was trained as ---- */

/* `probabilities` has room for 1000. */
FEATHERFACE_API featherface_status featherface_classify(const featherface_model* model,
                                                        const featherface_image* image, int32_t threads,
                                                        float* probabilities, size_t count);

#ifdef __cplusplus
}
#endif

#endif
