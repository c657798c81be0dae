#include "support/seeded_model.hpp"

#include <doctest/doctest.h>

#include <span>
#include <utility>

#include "support/seeded_checkpoint.hpp"
#include "support/seeded_weights.hpp"

namespace featherface::test {

Model seeded_model(std::string_view network, const ModelOptions& options) {
    const ByteString file = make_torch_zip(seeded_checkpoint(network));
    auto model = Model::from_bytes(octets_of(file), "seeded.pth", options);
    REQUIRE_MESSAGE(model.ok(), model.status().message());
    return std::move(model).value();
}

Image noise(int width, int height) {
    return {width, height, PixelFormat::bgr8, seeded_image(height, width)};
}

}  // namespace featherface::test
