#include "support/oracle_data.hpp"

#include <stdexcept>
#include <vector>

namespace featherface::test {
namespace {

oracle::Tensor to_tensor(std::span<const std::int64_t> shape, const std::vector<float>& values) {
    return {{shape.begin(), shape.end()}, {values.begin(), values.end()}};
}

}  // namespace

oracle::Weights oracle_weights(const loaders::Checkpoint& checkpoint) {
    oracle::Weights weights;
    for (const loaders::CheckpointTensor& tensor : checkpoint.tensors()) {
        if (!loaders::is_float(tensor.dtype)) continue;
        std::vector<float> values(static_cast<std::size_t>(tensor.element_count()));
        const Status status = loaders::copy_as_f32(tensor, values);
        if (!status.ok()) throw std::runtime_error(status.message());
        weights[tensor.name] = to_tensor(tensor.shape, values);
    }
    return weights;
}

oracle::Tensor oracle_tensor(const tools::NpzReader& dump, std::string_view name) {
    std::vector<std::int64_t> shape;
    const auto values = dump.read_f32(name, &shape);
    if (!values.ok()) throw std::runtime_error(values.status().message());
    return to_tensor(shape, values.value());
}

oracle::Tensor oracle_input(const oracle::Tensor& image_bgr) {
    constexpr double kMean[3] = {104, 117, 123};
    oracle::Tensor input = oracle::map_of_zeros(3, image_bgr.shape[0], image_bgr.shape[1]);
    for (std::size_t pixel = 0; pixel < input.plane_size(); ++pixel) {
        for (std::size_t c = 0; c < 3; ++c) {
            input.plane(static_cast<int>(c))[pixel] = image_bgr.values[3 * pixel + c] - kMean[c];
        }
    }
    return input;
}

}  // namespace featherface::test
