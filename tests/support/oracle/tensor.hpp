// The oracle's own tensor: row-major doubles. Feature maps are 1,C,H,W.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace featherface::test::oracle {

struct Tensor {
    std::vector<int> shape;
    std::vector<double> values;

    int channels() const { return shape[1]; }
    int height() const { return shape[2]; }
    int width() const { return shape[3]; }
    std::size_t plane_size() const { return static_cast<std::size_t>(height()) * width(); }
    double* plane(int channel) { return values.data() + channel * plane_size(); }
    const double* plane(int channel) const { return values.data() + channel * plane_size(); }
};

// A tensor of zeros.
inline Tensor zeros(std::vector<int> shape) {
    std::size_t count = 1;
    for (const int size : shape) count *= static_cast<std::size_t>(size);
    return {std::move(shape), std::vector<double>(count)};
}

inline Tensor map_of_zeros(int channels, int height, int width) {
    return zeros({1, channels, height, width});
}

}  // namespace featherface::test::oracle
