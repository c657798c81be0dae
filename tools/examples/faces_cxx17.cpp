// faces.cpp for compilers without C++20: the C interface, its handles freed by unique_ptr.
#include <featherface/featherface.h>

#include <cstdio>
#include <memory>

template <auto kFree>
struct FreedBy {
    template <class T>
    void operator()(T* handle) const {
        kFree(handle);
    }
};
template <class T, auto kFree>
using Handle = std::unique_ptr<T, FreedBy<kFree>>;

int failed() {
    std::fprintf(stderr, "%s\n", featherface_last_error());
    return 1;
}

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    featherface_model* loaded = nullptr;
    if (featherface_model_load(argv[1], nullptr, &loaded) != FEATHERFACE_OK) return failed();
    const Handle<featherface_model, featherface_model_free> model(loaded);

    featherface_detector* created = nullptr;
    if (featherface_detector_create(model.get(), nullptr, &created) != FEATHERFACE_OK) return failed();
    const Handle<featherface_detector, featherface_detector_free> detector(created);

    featherface_picture* read = nullptr;
    if (featherface_picture_read(argv[2], 0, &read) != FEATHERFACE_OK) return failed();
    const Handle<featherface_picture, featherface_picture_free> picture(read);
    featherface_image image = FEATHERFACE_IMAGE_INIT;
    if (featherface_picture_view(picture.get(), &image) != FEATHERFACE_OK) return failed();

    featherface_result* found = nullptr;
    if (featherface_detect(detector.get(), &image, &found) != FEATHERFACE_OK) return failed();
    const Handle<featherface_result, featherface_result_free> result(found);
    for (std::size_t i = 0; i < result->count; ++i) {
        const auto& [x1, y1, x2, y2] = result->faces[i].box;
        std::printf("%.3f at (%.0f, %.0f) to (%.0f, %.0f)\n", result->faces[i].score, x1, y1, x2, y2);
    }
}
