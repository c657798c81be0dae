// Where a network's time goes, layer by layer: layer_times MODEL PICTURE. Prints each step's time in
// milliseconds, its kind, output shape and first module; the first run, which also touches the memory for the
// first time, is not shown.
#include <cstdio>
#include <string>

#include "featherface/featherface.hpp"

namespace {

class Printer final : public featherface::LayerObserver {
  public:
    void layer(const featherface::LayerRun& run) override {
        std::string shape;
        for (const auto extent : run.output_shape) {
            if (!shape.empty()) shape += 'x';
            shape += std::to_string(extent);
        }
        std::printf("%9.3f  %-14s %-16s %s", run.end - run.start, std::string(run.kind).c_str(),
                    shape.c_str(), std::string(run.name).c_str());
        if (!run.contains.empty()) std::printf(" and %zu modules inside", run.contains.size());
        std::printf("\n");
    }
};

int fail(const featherface::Status& status) {
    std::fprintf(stderr, "%s\n", status.message().c_str());
    return 1;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: layer_times MODEL PICTURE\n");
        return 2;
    }
    auto model = featherface::Model::load(argv[1]);
    if (!model.ok()) return fail(model.status());
    const auto picture = featherface::read_image(argv[2]);
    if (!picture.ok()) return fail(picture.status());
    auto detector = featherface::Detector::create(std::move(model).value());
    if (!detector.ok()) return fail(detector.status());

    const featherface::ImageView view = picture->view();
    if (const auto warm_up = detector->forward(view); !warm_up.ok()) return fail(warm_up.status());
    Printer printer;
    const auto outputs = detector->forward(view, &printer);
    return outputs.ok() ? 0 : fail(outputs.status());
}
