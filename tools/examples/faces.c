// faces.cpp in C99: cc faces.c $(pkg-config --cflags --libs featherface)
#include <featherface/featherface.h>
#include <stdio.h>

int main(int argc, char** argv) {
    featherface_model* model = NULL;
    featherface_detector* detector = NULL;
    featherface_picture* picture = NULL;
    featherface_result* result = NULL;
    featherface_image image = FEATHERFACE_IMAGE_INIT;
    if (argc != 3) return 2;
    featherface_status status = featherface_model_load(argv[1], NULL, &model);
    if (!status) status = featherface_detector_create(model, NULL, &detector);
    if (!status) status = featherface_picture_read(argv[2], 0, &picture);
    if (!status) status = featherface_picture_view(picture, &image);
    if (!status) status = featherface_detect(detector, &image, &result);
    if (status) {
        fprintf(stderr, "%s\n", featherface_last_error());
    } else {
        for (size_t i = 0; i < result->count; ++i) {
            const featherface_face* face = &result->faces[i];
            printf("%.3f at (%.0f, %.0f) to (%.0f, %.0f)\n", face->score, face->box[0], face->box[1], face->box[2],
                   face->box[3]);
        }
    }
    featherface_result_free(result);
    featherface_picture_free(picture);
    featherface_detector_free(detector);
    featherface_model_free(model);
    return (int)status;
}
