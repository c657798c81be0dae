// run_layers MODEL: runs a network on noise, calls end_of_layer() before its second run and behind each layer
// of it, and prints the layers' names, a line each. The first run lays out memory.
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "featherface/featherface.hpp"

// Where a profiler ends one count and begins the next.
extern "C" [[gnu::noinline]] void end_of_layer() {
    asm volatile("");
}

namespace {

constexpr int kWidth = 256, kHeight = 192;

class Marker final : public featherface::LayerObserver {
  public:
    void layer(const featherface::LayerRun& run) override {
        end_of_layer();
        names.push_back(std::string(run.kind) + ' ' + std::string(run.name.empty() ? "-" : run.name));
    }
    std::vector<std::string> names;
};

int fail(const featherface::Status& status) {
    std::fprintf(stderr, "%s\n", status.message().c_str());
    return 1;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return std::fprintf(stderr, "usage: run_layers MODEL\n"), 2;
    auto model = featherface::Model::load(argv[1]);
    if (!model.ok()) return fail(model.status());
    auto detector = featherface::Detector::create(std::move(model).value(), {.threads = 1});
    if (!detector.ok()) return fail(detector.status());

    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(kWidth) * kHeight * 3);
    std::uint32_t random = 1;
    for (std::uint8_t& pixel : pixels)
        pixel = static_cast<std::uint8_t>((random = random * 1664525 + 1013904223) >> 24);
    const featherface::ImageView view{pixels.data(), kWidth, kHeight, kWidth * 3};

    if (const auto first = detector->forward(view); !first.ok()) return fail(first.status());
    Marker marker;
    end_of_layer();
    if (const auto second = detector->forward(view, &marker); !second.ok()) return fail(second.status());
    for (const std::string& name : marker.names) std::printf("%s\n", name.c_str());
    return 0;
}
