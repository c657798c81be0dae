// Writes a checkpoint's network as an ONNX file: export_onnx CHECKPOINT WIDTHxHEIGHT FILE.onnx
#include "bench/peers/onnx_export.hpp"

#include <cstdio>
#include <fstream>

int main(int argc, char** argv) {
    using namespace featherface;

    int width = 0, height = 0;
    char rest = 0;
    if (argc != 4 || std::sscanf(argv[2], "%dx%d%c", &width, &height, &rest) != 2 || width < 1 ||
        height < 1) {
        std::fprintf(stderr, "usage: export_onnx CHECKPOINT WIDTHxHEIGHT FILE.onnx\n");
        return 2;
    }
    const auto bytes = bench::export_onnx(std::filesystem::path(argv[1]), height, width);
    if (!bytes.ok()) return std::fprintf(stderr, "%s\n", bytes.status().message().c_str()), 3;

    std::ofstream file(argv[3], std::ios::binary);
    file.write(bytes.value().data(), static_cast<std::streamsize>(bytes.value().size()));
    if (!file.flush()) return std::fprintf(stderr, "cannot write %s\n", argv[3]), 6;
}
