// Finds faces in a picture from standard input, a PPM (P6, 8 bits), with the model in the program: for the
// library that reads no files (FEATHERFACE_MINIMAL, docs/embedding.md), and as well for the whole one.
#include <cstdio>
#include <cstdlib>
#include <featherface/detector.hpp>
#include <vector>

int main(int argc, char** argv) {
    int width = 0, height = 0;
    if (std::scanf("P6 %d %d 255", &width, &height) != 2 || width < 1 || height < 1 || width > 16384 ||
        height > 16384)
        return std::fputs("expected a PPM on standard input\n", stderr), 3;
    std::getchar();  // the byte between header and pixels
    std::vector<unsigned char> pixels(std::size_t{3} * static_cast<unsigned>(width) *
                                      static_cast<unsigned>(height));
    if (std::fread(pixels.data(), 1, pixels.size(), stdin) != pixels.size())
        return std::fputs("the picture is cut short\n", stderr), 3;

    auto model = featherface::Model::embedded();
    if (!model.ok()) return std::fprintf(stderr, "%s\n", model.status().message().c_str()), 3;
    featherface::DetectorOptions options;
    if (argc > 1) options.score_threshold = static_cast<float>(std::atof(argv[1]));
    auto detector = featherface::Detector::create(model.value(), options);
    if (!detector.ok()) return std::fprintf(stderr, "%s\n", detector.status().message().c_str()), 4;
    auto faces = detector->detect({pixels.data(), width, height, 3 * width, featherface::PixelFormat::rgb8});
    if (!faces.ok()) return std::fprintf(stderr, "%s\n", faces.status().message().c_str()), 5;
    for (const featherface::Face& face : faces.value()) {
        const auto& [x1, y1, x2, y2] = face.box;
        std::printf("%.3f at (%.0f, %.0f) to (%.0f, %.0f)\n", static_cast<double>(face.score),
                    static_cast<double>(x1), static_cast<double>(y1), static_cast<double>(x2),
                    static_cast<double>(y2));
    }
}
