// faces.cpp with its model in the program: linked with featherface::v2, or with a packed model of your own by
// featherface_embed_model(), it needs no file but the picture.
#include <cstdio>
#include <featherface/featherface.hpp>

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    auto model = featherface::Model::embedded();
    if (!model.ok()) return std::fprintf(stderr, "%s\n", model.status().message().c_str()), 3;
    auto detector = featherface::Detector::create(model.value());
    if (!detector.ok()) return std::fprintf(stderr, "%s\n", detector.status().message().c_str()), 4;
    auto image = featherface::read_image(argv[1]);
    if (!image.ok()) return std::fprintf(stderr, "%s\n", image.status().message().c_str()), 3;
    auto faces = detector->detect(image->view());
    if (!faces.ok()) return std::fprintf(stderr, "%s\n", faces.status().message().c_str()), 5;
    for (const featherface::Face& face : faces.value()) {
        const auto& [x1, y1, x2, y2] = face.box;
        std::printf("%.3f at (%.0f, %.0f) to (%.0f, %.0f)\n", face.score, x1, y1, x2, y2);
    }
}
