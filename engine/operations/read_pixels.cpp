#include "engine/operations/read_pixels.hpp"

#include <array>

namespace featherface::engine {

namespace {

constexpr float kMeanBgr[3] = {104, 117, 123};

void interleave(std::span<const float> nchw, const Map& output, Rows rows) {
    const std::ptrdiff_t plane = static_cast<std::ptrdiff_t>(output.height) * output.width;
    for (int y = rows.begin; y < rows.end; ++y) {
        for (int x = 0; x < output.width; ++x) {
            const float* in = nchw.data() + static_cast<std::ptrdiff_t>(y) * output.width + x;
            for (int c = 0; c < output.channels; ++c) output.pixel(y, x)[c] = in[c * plane];
        }
    }
}

}  // namespace

Work ReadPixels::work(const Extents& extents) const {
    return {.map_bytes = extents.inputs[0].elements() + float_bytes(extents.output)};  // a byte per value
}

std::unique_ptr<const RowOperator> ReadPixels::bind(std::span<const Parameter>,
                                                    const KernelTable& table) const {
    return make_row_operator(table.subtract_mean.name, [&table](const Call& call, Rows rows) {
        const InputSource& source = *call.source;
        if (!source.nchw.empty()) return interleave(source.nchw, call.output, rows);
        const std::array<int, 3> offsets = bgr_offsets(source.pixels.format);
        table.subtract_mean(source.pixels.data, source.pixels.row_stride,
                            bytes_per_pixel(source.pixels.format), offsets.data(), kMeanBgr, call.output,
                            rows);
    });
}

}  // namespace featherface::engine
