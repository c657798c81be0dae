// Plain loops; the innermost one runs along a row or a plane so that a 640x640 picture still takes seconds
// only.
#include "support/oracle/ops.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace featherface::test::oracle {
namespace {

template <class Function>
Tensor each_value(Tensor input, Function function) {
    for (double& value : input.values) value = function(value);
    return input;
}

double sigmoid_of(double x) {
    return 1 / (1 + std::exp(-x));
}

// The value at fractional (y, x): 0 beyond one pixel outside the map, and corners outside count 0.
double bilinear(const double* plane, int height, int width, double y, double x) {
    if (!(y > -1 && y < height && x > -1 && x < width)) return 0;
    const int top = static_cast<int>(std::floor(y));
    const int left = static_cast<int>(std::floor(x));
    const double down = y - top;
    const double right = x - left;
    const auto corner = [&](int row, int column) {
        const bool inside = row >= 0 && row < height && column >= 0 && column < width;
        return inside ? plane[static_cast<std::ptrdiff_t>(row) * width + column] : 0;
    };
    return (1 - down) * ((1 - right) * corner(top, left) + right * corner(top, left + 1)) +
           down * ((1 - right) * corner(top + 1, left) + right * corner(top + 1, left + 1));
}

// Zeros TensorFlow's "same" padding puts before an axis of `size` (window 3, stride 2).
int same_padding_before(int size) {
    const int output = (size + 1) / 2;
    return ((output - 1) * 2 - size + 3) / 2;
}

Tensor max_pool(const Tensor& input, int pad_top, int pad_left, double outside) {
    const int height = input.height(), width = input.width();
    Tensor output = map_of_zeros(input.channels(), (height + 1) / 2, (width + 1) / 2);
    for (int c = 0; c < output.channels(); ++c) {
        const double* in = input.plane(c);
        double* out = output.plane(c);
        for (int y = 0; y < output.height(); ++y) {
            for (int x = 0; x < output.width(); ++x) {
                double largest = -std::numeric_limits<double>::infinity();
                for (int row = 2 * y - pad_top; row < 2 * y - pad_top + 3; ++row) {
                    for (int column = 2 * x - pad_left; column < 2 * x - pad_left + 3; ++column) {
                        const bool inside = row >= 0 && row < height && column >= 0 && column < width;
                        largest = std::max(largest, inside ? in[row * width + column] : outside);
                    }
                }
                out[y * output.width() + x] = largest;
            }
        }
    }
    return output;
}

}  // namespace

Tensor conv2d(const Tensor& input, const Tensor& weight, const Tensor* bias, ConvOptions options) {
    const int kernel = weight.height();
    const int stride = options.stride, pad = options.pad;
    const int in_height = input.height(), in_width = input.width();
    const int group_inputs = weight.shape[1];
    const int group_outputs = weight.shape[0] / options.groups;
    Tensor output = map_of_zeros(weight.shape[0], (in_height + 2 * pad - kernel) / stride + 1,
                                 (in_width + 2 * pad - kernel) / stride + 1);
    for (int o = 0; o < weight.shape[0]; ++o) {
        double* out = output.plane(o);
        if (bias) std::fill_n(out, output.plane_size(), bias->values[o]);
        for (int i = 0; i < group_inputs; ++i) {
            const double* in = input.plane(o / group_outputs * group_inputs + i);
            for (int tap = 0; tap < kernel * kernel; ++tap) {
                const double w = weight.values[(o * group_inputs + i) * kernel * kernel + tap];
                const int dy = tap / kernel - pad, dx = tap % kernel - pad;
                // The output columns [begin, end) whose input column is inside the map.
                const int begin = dx < 0 ? (-dx + stride - 1) / stride : 0;
                const int end = std::min(output.width(), (in_width - dx + stride - 1) / stride);
                for (int y = 0; y < output.height(); ++y) {
                    const int row = y * stride + dy;
                    if (row < 0 || row >= in_height) continue;
                    const double* source = in + static_cast<std::ptrdiff_t>(row) * in_width + dx;
                    double* target = out + static_cast<std::ptrdiff_t>(y) * output.width();
                    for (int x = begin; x < end; ++x) target[x] += w * source[x * stride];
                }
            }
        }
    }
    return output;
}

Tensor deform_conv2d(const Tensor& input, const Tensor& weight, const Tensor& offset, const Tensor& mask) {
    const int kernel = weight.height();
    const int height = input.height(), width = input.width();
    const int in_channels = weight.shape[1];
    Tensor output = map_of_zeros(weight.shape[0], height, width);
    std::vector<double> sampled(input.plane_size());
    for (int tap = 0; tap < kernel * kernel; ++tap) {
        const double* offset_y = offset.plane(2 * tap);
        const double* offset_x = offset.plane(2 * tap + 1);
        const double* strength = mask.plane(tap);
        for (int c = 0; c < in_channels; ++c) {
            for (int y = 0; y < height; ++y) {
                for (int x = 0; x < width; ++x) {
                    const int at = y * width + x;
                    sampled[at] = strength[at] * bilinear(input.plane(c), height, width,
                                                          y - kernel / 2 + tap / kernel + offset_y[at],
                                                          x - kernel / 2 + tap % kernel + offset_x[at]);
                }
            }
            for (int o = 0; o < weight.shape[0]; ++o) {
                const double w = weight.values[(o * in_channels + c) * kernel * kernel + tap];
                double* out = output.plane(o);
                for (std::size_t at = 0; at < sampled.size(); ++at) out[at] += w * sampled[at];
            }
        }
    }
    return output;
}

Tensor batch_norm(const Tensor& input, const Tensor& mean, const Tensor& variance, const Tensor& gamma,
                  const Tensor& beta, double eps) {
    Tensor output = input;
    for (int c = 0; c < input.channels(); ++c) {
        const double deviation = std::sqrt(variance.values[c] + eps);
        double* plane = output.plane(c);
        for (std::size_t i = 0; i < output.plane_size(); ++i) {
            plane[i] = (plane[i] - mean.values[c]) / deviation * gamma.values[c] + beta.values[c];
        }
    }
    return output;
}

Tensor linear(const Tensor& input, const Tensor& weight, const Tensor* bias) {
    const int outputs = weight.shape[0], inputs = weight.shape[1];
    Tensor output = zeros({1, outputs});
    for (int o = 0; o < outputs; ++o) {
        double sum = bias ? bias->values[o] : 0;
        for (int i = 0; i < inputs; ++i) sum += weight.values[o * inputs + i] * input.values[i];
        output.values[o] = sum;
    }
    return output;
}

Tensor relu(Tensor input) {
    return each_value(std::move(input), [](double x) { return x > 0 ? x : 0; });
}

Tensor leaky_relu(Tensor input, double slope) {
    return each_value(std::move(input), [slope](double x) { return x > 0 ? x : slope * x; });
}

Tensor sigmoid(Tensor input) {
    return each_value(std::move(input), sigmoid_of);
}

Tensor swish(Tensor input) {
    return each_value(std::move(input), [](double x) { return x * sigmoid_of(x); });
}

Tensor add(const Tensor& a, const Tensor& b) {
    return weighted_sum({&a, &b}, {1, 1});
}

Tensor weighted_sum(const std::vector<const Tensor*>& maps, const std::vector<double>& weights) {
    Tensor output = zeros(maps.front()->shape);
    for (std::size_t m = 0; m < maps.size(); ++m) {
        for (std::size_t i = 0; i < output.values.size(); ++i)
            output.values[i] += weights[m] * maps[m]->values[i];
    }
    return output;
}

Tensor scale_channels(const Tensor& input, const Tensor& gate) {
    Tensor output = input;
    for (int c = 0; c < input.channels(); ++c) {
        double* plane = output.plane(c);
        for (std::size_t i = 0; i < output.plane_size(); ++i) plane[i] *= gate.values[c];
    }
    return output;
}

Tensor scale_pixels(const Tensor& input, const Tensor& gate) {
    Tensor output = input;
    for (int c = 0; c < input.channels(); ++c) {
        double* plane = output.plane(c);
        for (std::size_t i = 0; i < output.plane_size(); ++i) plane[i] *= gate.values[i];
    }
    return output;
}

Tensor spatial_mean(const Tensor& input) {
    Tensor output = zeros({1, input.channels()});
    for (int c = 0; c < input.channels(); ++c) {
        double sum = 0;
        for (std::size_t i = 0; i < input.plane_size(); ++i) sum += input.plane(c)[i];
        output.values[c] = sum / static_cast<double>(input.plane_size());
    }
    return output;
}

Tensor spatial_maximum(const Tensor& input) {
    Tensor output = zeros({1, input.channels()});
    for (int c = 0; c < input.channels(); ++c) {
        output.values[c] = *std::max_element(input.plane(c), input.plane(c) + input.plane_size());
    }
    return output;
}

Tensor channel_mean(const Tensor& input) {
    Tensor output = map_of_zeros(1, input.height(), input.width());
    for (int c = 0; c < input.channels(); ++c) {
        for (std::size_t i = 0; i < input.plane_size(); ++i) output.values[i] += input.plane(c)[i];
    }
    for (double& value : output.values) value /= input.channels();
    return output;
}

Tensor channel_maximum(const Tensor& input) {
    Tensor output = map_of_zeros(1, input.height(), input.width());
    std::copy_n(input.plane(0), input.plane_size(), output.plane(0));
    for (int c = 1; c < input.channels(); ++c) {
        for (std::size_t i = 0; i < input.plane_size(); ++i) {
            output.values[i] = std::max(output.values[i], input.plane(c)[i]);
        }
    }
    return output;
}

Tensor max_pool_same(const Tensor& input) {
    return max_pool(input, same_padding_before(input.height()), same_padding_before(input.width()), 0);
}

Tensor max_pool_pad1(const Tensor& input) {
    return max_pool(input, 1, 1, -std::numeric_limits<double>::infinity());
}

Tensor resize_nearest(const Tensor& input, int height, int width) {
    Tensor output = map_of_zeros(input.channels(), height, width);
    for (int c = 0; c < input.channels(); ++c) {
        for (int y = 0; y < height; ++y) {
            const int row = y * input.height() / height;
            for (int x = 0; x < width; ++x) {
                const int column = x * input.width() / width;
                output.plane(c)[y * width + x] = input.plane(c)[row * input.width() + column];
            }
        }
    }
    return output;
}

Tensor concat_channels(const std::vector<const Tensor*>& maps) {
    Tensor output = map_of_zeros(0, maps.front()->height(), maps.front()->width());
    for (const Tensor* map : maps) {
        output.shape[1] += map->channels();
        output.values.insert(output.values.end(), map->values.begin(), map->values.end());
    }
    return output;
}

Tensor permute_channels(const Tensor& input, const std::vector<int>& source) {
    Tensor output = map_of_zeros(static_cast<int>(source.size()), input.height(), input.width());
    for (int c = 0; c < output.channels(); ++c) {
        std::copy_n(input.plane(source[c]), input.plane_size(), output.plane(c));
    }
    return output;
}

Tensor rows_per_anchor(const Tensor& input, int values) {
    const int pixels = static_cast<int>(input.plane_size());
    Tensor output = zeros({1, pixels * input.channels() / values, values});
    for (int pixel = 0; pixel < pixels; ++pixel) {
        for (int c = 0; c < input.channels(); ++c) {
            output.values[static_cast<std::size_t>(pixel) * input.channels() + c] = input.plane(c)[pixel];
        }
    }
    return output;
}

Tensor concat_rows(const std::vector<const Tensor*>& parts) {
    Tensor output = zeros({1, 0, parts.front()->shape[2]});
    for (const Tensor* part : parts) {
        output.shape[1] += part->shape[1];
        output.values.insert(output.values.end(), part->values.begin(), part->values.end());
    }
    return output;
}

Tensor softmax(const Tensor& input) {
    Tensor output = input;
    const std::size_t count = static_cast<std::size_t>(input.shape.back());
    for (std::size_t begin = 0; begin < output.values.size(); begin += count) {
        double* row = output.values.data() + begin;
        const double largest = *std::max_element(row, row + count);
        double sum = 0;
        for (std::size_t i = 0; i < count; ++i) sum += row[i] = std::exp(row[i] - largest);
        for (std::size_t i = 0; i < count; ++i) row[i] /= sum;
    }
    return output;
}

}  // namespace featherface::test::oracle
