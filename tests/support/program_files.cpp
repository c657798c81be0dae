#include "support/program_files.hpp"

#include <doctest/doctest.h>

#include "support/seeded_checkpoint.hpp"

namespace featherface::test {

namespace {

// PPM (P6), whatever the name says: pictures are known by their content.
ByteString ppm(const Image& image) {
    REQUIRE(image.format == PixelFormat::bgr8);
    ByteString file = "P6\n" + std::to_string(image.width) + " " + std::to_string(image.height) + "\n255\n";
    for (std::size_t i = 0; i < image.pixels.size(); i += 3) {
        for (const std::size_t channel : {2, 1, 0}) file += static_cast<char>(image.pixels[i + channel]);
    }
    return file;
}

}  // namespace

std::string ProgramFiles::model(std::string_view name, std::string_view network) const {
    write_torch_zip(dir_ / name, seeded_checkpoint(network));
    return path(name);
}

std::string ProgramFiles::picture(std::string_view name, const Image& image) const {
    return text(name, ppm(image));
}

std::string ProgramFiles::text(std::string_view name, std::string_view content) const {
    std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
    write_file(dir_ / name, content);
    return path(name);
}

}  // namespace featherface::test
