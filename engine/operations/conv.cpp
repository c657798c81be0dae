#include "engine/operations/conv.hpp"

#include "engine/operations/read_pixels.hpp"
#include "kernels/select.hpp"

namespace featherface::engine {

namespace {

class ConvOperator final : public ConvolutionOperator<kernels::ConvKernel> {
  public:
    using ConvolutionOperator::ConvolutionOperator;
    void run_rows(const Call& call, Rows rows, float* scratch) const override {
        kernel_.run(args(call, scratch), rows);
    }
    int rows_per_block() const override { return kernel_.rows_per_block; }
};

class PictureConvOperator final : public ConvolutionOperator<kernels::ConvKernel> {
  public:
    PictureConvOperator(const Conv& op, std::span<const Parameter> parameters, const KernelTable& table,
                        WeightStore& weights)
        : ConvolutionOperator(op, parameters, *table.conv_stem, weights), table_(table) {}

    void run_rows(const Call& call, Rows rows, float* scratch) const override {
        struct Picture {
            PixelReader reader;
            Map row;  // of the picture's extent
        };
        const ConstMap& picture = call.inputs[0];
        const Picture of = {{*call.source, table_, scratch},
                            {nullptr, picture.height, picture.width, picture.channels, picture.channels}};
        kernels::ConvArgs with_reader = args(call, scratch + PixelReader::scratch_floats(picture.width));
        with_reader.input.data = nullptr;
        with_reader.reader = {[](const void* context, int y, float* into) {
                                  const auto& [reader, extent] = *static_cast<const Picture*>(context);
                                  Map row = extent;
                                  row.data = into;
                                  row.first_row = y;
                                  reader.read(row, {y, y + 1});
                              },
                              &of};
        kernel_.run(with_reader, rows);
    }
    // (The picture is at most twice as wide.)
    std::size_t scratch_floats(const Shape& output) const override {
        return PixelReader::scratch_floats(2 * output.width) + ConvolutionOperator::scratch_floats(output);
    }
    std::string_view kernel_name() const override { return name_; }

  private:
    const KernelTable& table_;
    const std::string name_ = std::string(table_.subtract_mean.name) + std::string(kAndThen) + kernel_.name;
};

}  // namespace

Work Conv::work(const Extents& extents) const {
    Work work = convolution_work(*this, extents);
    if (reads_pixels)  // a byte per value
        work.map_bytes -= float_bytes(extents.inputs[0]) - extents.inputs[0].elements();
    return work;
}

Rows Conv::input_rows(std::size_t input, const Extents& extents, Rows rows) const {
    return window_rows(rows, geometry.kernel, geometry.stride, geometry.pad, extents.inputs[input].height);
}

bool Conv::can_have_int8() const {
    return geometry.kernel == 1 && geometry.stride == 1 && geometry.pad == 0 && geometry.groups == 1;
}

std::unique_ptr<const RowOperator> Conv::bind(std::span<const Parameter> parameters, const KernelTable& table,
                                              WeightStore& weights) const {
    if (input_range)
        return std::make_unique<const ConvOperator>(*this, parameters, *table.conv_int8, weights);
    if (reads_pixels) return std::make_unique<const PictureConvOperator>(*this, parameters, table, weights);
    return std::make_unique<const ConvOperator>(*this, parameters, kernels::select_conv(table, geometry),
                                                weights);
}

}  // namespace featherface::engine
