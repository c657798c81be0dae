// Finds faces in a picture from standard input, a PPM (P6, 8 bits), with the model in the program: for the
// library that reads no files (FEATHERFACE_MINIMAL, docs/embedding.md), and as well for the whole one. Its
// argument is the lowest score in thousandths. Linked with -static, scanf() and atof() would be 94 KB of it.
#include <cstdio>
#include <cstdlib>
#include <featherface/detector.hpp>
#include <vector>

namespace {

// The next number of the header, with the byte behind it; 0 where there is none.
int read_number() {
    int byte = std::getchar(), number = 0;
    while (byte == ' ' || byte == '\n') byte = std::getchar();
    for (; byte >= '0' && byte <= '9' && number <= 16384; byte = std::getchar())
        number = 10 * number + byte - '0';
    return number;
}

}  // namespace

int main(int argc, char** argv) {
    const bool is_ppm = std::getchar() == 'P' && std::getchar() == '6';
    const int width = read_number(), height = read_number();
    if (!is_ppm || width < 1 || height < 1 || width > 16384 || height > 16384 || read_number() != 255)
        return std::fputs("expected a PPM on standard input\n", stderr), 3;
    std::vector<unsigned char> pixels(std::size_t{3} * static_cast<unsigned>(width) *
                                      static_cast<unsigned>(height));
    if (std::fread(pixels.data(), 1, pixels.size(), stdin) != pixels.size())
        return std::fputs("the picture is cut short\n", stderr), 3;

    auto model = featherface::Model::embedded();
    if (!model.ok()) return std::fprintf(stderr, "%s\n", model.status().message().c_str()), 3;
    featherface::DetectorOptions options;
    if (argc > 1) options.score_threshold = static_cast<float>(std::atoi(argv[1])) / 1000;
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
