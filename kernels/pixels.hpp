// How the elementwise kernels walk their maps: as runs of consecutive floats, one run a pixel, or a single
// run for all rows where no map has gaps between its pixels.
#pragma once

#include "kernels/simd.hpp"

namespace featherface::kernels {
namespace {

struct Runs {
    std::ptrdiff_t count;   // pixels
    std::ptrdiff_t length;  // channels
};

template <class... Maps>
FEATHERFACE_INLINE Runs pixel_runs(Rows rows, const Map& output, const Maps&... inputs) {
    const std::ptrdiff_t pixels = static_cast<std::ptrdiff_t>(rows.end - rows.begin) * output.width;
    const bool dense =
        output.pixel_stride == output.channels && (... && (inputs.pixel_stride == output.channels));
    return dense ? Runs{1, pixels * output.channels} : Runs{pixels, output.channels};
}

}  // namespace
}  // namespace featherface::kernels
