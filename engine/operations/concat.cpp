#include <algorithm>

#include "engine/operations/operator.hpp"

namespace featherface::engine {

namespace {

// Maps side by side along channels; anchors (one column wide, equal values each) one after another.
class ConcatOperator final : public Operator {
  public:
    explicit ConcatOperator(const KernelTable& table) : table_(table) {}

    void run(const Call& call) const override {
        if (call.inputs[0].channels == call.output.channels) {
            float* out = call.output.data;
            for (int i = 0; i < call.input_count; ++i) {
                const ConstMap& in = call.inputs[i];
                out = std::copy_n(in.data, std::ptrdiff_t{in.height} * in.width * in.channels, out);
            }
            return;
        }
        call.pool->run(call.output.height, [&](int, Rows rows) {
            Map slice = call.output;
            for (int i = 0; i < call.input_count; ++i) {
                slice.channels = call.inputs[i].channels;
                table_.copy_channels(call.inputs[i], nullptr, slice, rows);
                slice.data += slice.channels;
            }
        });
    }

  private:
    const KernelTable& table_;
};

}  // namespace

std::unique_ptr<Operator> make_concat(const KernelTable& table) {
    return std::make_unique<ConcatOperator>(table);
}

}  // namespace featherface::engine
