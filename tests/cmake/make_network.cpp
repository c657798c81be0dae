// make_network NETWORK FOLDER: writes FOLDER/network.pth, a checkpoint of "v1", "v2" or "classifier" with
// seeded weights, and FOLDER/noise.ppm, for tests that run programs.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "support/files.hpp"
#include "support/seeded_checkpoint.hpp"
#include "support/seeded_weights.hpp"

int main(int argc, char** argv) {
    using namespace featherface::test;
    if (argc != 3) return 2;
    doctest::Context context;  // the support code asserts
    context.setAsDefaultForAssertsOutOfTestCases();
    const std::filesystem::path folder = argv[2];
    write_torch_zip(folder / "network.pth", seeded_checkpoint(argv[1]));
    const auto pixels = seeded_image(33, 47);
    write_file(folder / "noise.ppm", "P6 47 33 255\n" + std::string(pixels.begin(), pixels.end()));
}
