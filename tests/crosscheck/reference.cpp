#include "crosscheck/reference.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>

#include "support/seeded_graph.hpp"

namespace featherface::test {

void Reference::add(std::string name, const oracle::Tensor& tensor) {
    arrays_.push_back({std::move(name),
                       {tensor.shape.begin(), tensor.shape.end()},
                       {tensor.values.begin(), tensor.values.end()}});
}

void Reference::add_picture(const Image& picture) {
    picture_ = picture;
}

NamedArray& Reference::at(std::string_view name) {
    const auto found =
        std::find_if(arrays_.begin(), arrays_.end(), [&](const NamedArray& a) { return a.name == name; });
    REQUIRE_MESSAGE(found != arrays_.end(), "no array " << name);
    return *found;
}

void Reference::remove(std::string_view name) {
    std::erase_if(arrays_, [&](const NamedArray& a) { return a.name == name; });
}

tools::NpzReader Reference::write(const std::filesystem::path& path) const {
    auto npz = tools::NpzWriter::create(path);
    REQUIRE_MESSAGE(npz.ok(), npz.status().message());
    for (const NamedArray& array : arrays_) {
        const Status status = npz->add_f32(array.name, array.shape, array.values);
        REQUIRE_MESSAGE(status.ok(), status.message());
    }
    if (picture_.height > 0) {
        const std::int64_t shape[] = {picture_.height, picture_.width, 3};
        REQUIRE(
            npz->add("image_bgr", loaders::DType::u8, shape, std::as_bytes(std::span(picture_.pixels))).ok());
    }
    REQUIRE(npz->finish().ok());
    return open_npz(path);
}

Reference oracle_reference(std::string_view network, const oracle::Weights& weights,
                           const oracle::Tensor& input) {
    Reference reference;
    reference.add("input", input);
    const auto observe = [&](const std::string& name, const oracle::Tensor& value) {
        reference.add(name, value);
    };
    if (network == "classifier") {
        reference.add("logits", oracle::run_classifier(weights, input, observe));
        return reference;
    }
    const oracle::Predictions predictions = oracle::run_detector(network, weights, input, observe);
    reference.add("loc", predictions.loc);
    reference.add("conf", predictions.conf);
    reference.add("landms", predictions.landms);
    return reference;
}

Reference seeded_reference(std::string_view network, int height, int width) {
    return oracle_reference(network, seeded_oracle_weights(network), seeded_input(network, height, width));
}

}  // namespace featherface::test
