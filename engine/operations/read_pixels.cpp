#include "engine/operations/read_pixels.hpp"

#include "engine/pixels/interleaved_rows.hpp"

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

class ReadPixelsOperator final : public RowOperator {
  public:
    explicit ReadPixelsOperator(const KernelTable& table) : table_(table) {}

    void run_rows(const Call& call, Rows rows, float* scratch) const override {
        PixelReader(*call.source, table_, scratch).read(call.output, rows);
    }
    std::size_t scratch_floats(const Shape& output) const override {
        return PixelReader::scratch_floats(output.width);
    }
    std::string_view kernel_name() const override { return table_.subtract_mean.name; }

  private:
    const KernelTable& table_;
};

}  // namespace

PixelReader::PixelReader(const InputSource& source, const KernelTable& table, float* scratch)
    : source_(source),
      table_(table),
      format_(interleaved_format(source.pixels.format)),
      offsets_(bgr_offsets(format_)),
      scratch_(scratch) {}

void PixelReader::read(const Map& output, Rows rows) const {
    if (!source_.nchw.empty()) return interleave(source_.nchw, output, rows);
    const ImageView& picture = source_.pixels;
    const auto read = [&](const std::uint8_t* pixels, std::ptrdiff_t row_stride, Rows some) {
        table_.subtract_mean(pixels, row_stride, bytes_per_pixel(format_), offsets_.data(), kMeanBgr, output,
                             some);
    };
    if (!is_yuv(picture.format)) return read(picture.data, picture.row_stride, rows);
    auto* const row = reinterpret_cast<std::uint8_t*>(scratch_);
    for (int y = rows.begin; y < rows.end; ++y) {
        convert_yuv_row(picture, y, row);
        read(row, 0, {y, y + 1});
    }
}

// A converted row. Whether there will be one is not known when memory is laid out.
std::size_t PixelReader::scratch_floats(int width) {
    return (static_cast<std::size_t>(width) * 3 + sizeof(float) - 1) / sizeof(float);
}

Work ReadPixels::work(const Extents& extents) const {
    return {.map_bytes = extents.inputs[0].elements() + float_bytes(extents.output)};  // a byte per value
}

std::unique_ptr<const RowOperator> ReadPixels::bind(std::span<const Parameter>,
                                                    const KernelTable& table) const {
    return std::make_unique<const ReadPixelsOperator>(table);
}

}  // namespace featherface::engine
