// The first step of every network: the caller's picture becomes floats, a few rows at a time where it is
// fused with what follows, so that they never exist as a whole map.
#include <array>

#include "engine/operations/operator.hpp"

namespace featherface::engine {

namespace {

constexpr float kMeanBgr[3] = {104, 117, 123};

class ReadPixelsOperator final : public RowOperator {
  public:
    explicit ReadPixelsOperator(const KernelTable& table) : table_(table) {}

    void run_rows(const Call& call, int, Rows rows) const override {
        const InputSource& source = *call.source;
        if (!source.nchw.empty()) return interleave(source.nchw, call.output, rows);
        const std::array<int, 3> offsets = bgr_offsets(source.pixels.format);
        table_.subtract_mean(source.pixels.data, source.pixels.row_stride,
                             bytes_per_pixel(source.pixels.format), offsets.data(), kMeanBgr, call.output,
                             rows);
    }

  private:
    static void interleave(std::span<const float> nchw, const Map& output, Rows rows) {
        const std::ptrdiff_t plane = static_cast<std::ptrdiff_t>(output.height) * output.width;
        for (int y = rows.begin; y < rows.end; ++y) {
            for (int x = 0; x < output.width; ++x) {
                const float* in = nchw.data() + static_cast<std::ptrdiff_t>(y) * output.width + x;
                for (int c = 0; c < output.channels; ++c) output.pixel(y, x)[c] = in[c * plane];
            }
        }
    }

    const KernelTable& table_;
};

}  // namespace

std::unique_ptr<Operator> make_read_pixels(const KernelTable& table) {
    return std::make_unique<ReadPixelsOperator>(table);
}

}  // namespace featherface::engine
