#include "support/seeded_oracle.hpp"

#include <cstdint>
#include <vector>

#include "support/seeded_weights.hpp"

namespace featherface::test {

oracle::Weights seeded_oracle_weights(std::string_view network) {
    oracle::Weights weights;
    for (const SeededTensor& tensor : seeded_tensors(network)) {
        if (tensor.is_counter()) continue;
        const std::vector<float> values = seeded_values(tensor.name, tensor.shape);
        weights[tensor.name] = {{tensor.shape.begin(), tensor.shape.end()}, {values.begin(), values.end()}};
    }
    return weights;
}

oracle::Tensor seeded_input(std::string_view network, int height, int width) {
    constexpr double kDetectorMean[3] = {104, 117, 123};
    constexpr double kMean[3] = {0.406, 0.456, 0.485}, kDeviation[3] = {0.225, 0.224, 0.229};  // blue first
    const std::vector<std::uint8_t> image = seeded_image(height, width);
    oracle::Tensor input = oracle::map_of_zeros(3, height, width);
    for (std::size_t i = 0; i < image.size(); ++i) {
        const int c = static_cast<int>(i % 3);
        if (network == "classifier") {
            input.plane(2 - c)[i / 3] = static_cast<float>((image[i] / 255.0 - kMean[c]) / kDeviation[c]);
        } else {
            input.plane(c)[i / 3] = image[i] - kDetectorMean[c];
        }
    }
    return input;
}

}  // namespace featherface::test
