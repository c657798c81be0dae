// An operator is an operation made ready to run: its kernel chosen, its weights packed. It is immutable and
// knows no picture size, so that one serves every plan and every thread.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "engine/operations/shape.hpp"
#include "engine/operations/weight_store.hpp"
#include "featherface/image.hpp"
#include "kernels/kernel_table.hpp"

namespace featherface::engine {

class ThreadPool;

using kernels::ConstMap;
using kernels::KernelTable;
using kernels::Map;

constexpr int kMaxInputs = 8;  // of an operator, and of a group of them

// What a network is to see, the caller's memory: pixels, from which each channel's mean is subtracted, or, if
// there are any, floats as PyTorch lays them out (3 planes of height * width), which are taken as they are.
struct InputSource {
    ImageView pixels;
    std::span<const float> nchw;
};

// One execution: what is read and where the value goes.
struct Call {
    const InputSource* source = nullptr;
    ConstMap inputs[kMaxInputs] = {};
    int input_count = 0;
    Map output = {};
};

constexpr std::string_view kAndThen = " + ";

class Operator {
  public:
    virtual ~Operator() = default;
    virtual std::size_t weight_bytes() const { return 0; }  // memory held for packed weights
    // As the table has it, "conv_gemm_avx2"; kAndThen stands between those that run one after the other.
    // Empty: the engine computes it itself.
    virtual std::string_view kernel_name() const = 0;
};

// An operator each of whose output rows can be computed on its own.
class RowOperator : public Operator {
  public:
    // Computes the output rows `rows`, the same bits whatever the range. `scratch` holds scratch_floats().
    virtual void run_rows(const Call& call, Rows rows, float* scratch) const = 0;
    virtual std::size_t scratch_floats(const Shape& /*output*/) const { return 0; }
    // Output rows are computed in blocks of this many, on a fixed grid from row 0: the input rows that all
    // rows of a block need are read whichever of them are asked for.
    virtual int rows_per_block() const { return 1; }
};

// An operator that computes its output as a whole, on up to `threads` threads of the pool.
class WholeOperator : public Operator {
  public:
    virtual void run(const Call& call, ThreadPool& pool, int threads) const = 0;
};

// What an operation is bound to. Nothing, where nothing is computed: the picture, and views.
using Nothing = std::monostate;
using BoundOperator =
    std::variant<Nothing, std::unique_ptr<const RowOperator>, std::unique_ptr<const WholeOperator>>;

// The operator, whichever it is, or nullptr.
inline const Operator* any_operator(const BoundOperator& bound) {
    if (const auto* by_rows = std::get_if<std::unique_ptr<const RowOperator>>(&bound)) return by_rows->get();
    if (const auto* whole = std::get_if<std::unique_ptr<const WholeOperator>>(&bound)) return whole->get();
    return nullptr;
}

// A row operator without memory of its own, whose work on a range of output rows is body(call, rows), by the
// kernel of that name.
template <class Body>
std::unique_ptr<const RowOperator> make_row_operator(std::string kernel, Body body) {
    class RowBody final : public RowOperator {
      public:
        RowBody(std::string kernel, Body body) : kernel_(std::move(kernel)), body_(std::move(body)) {}
        void run_rows(const Call& call, Rows rows, float*) const override { body_(call, rows); }
        std::string_view kernel_name() const override { return kernel_; }

      private:
        std::string kernel_;
        Body body_;
    };
    return std::make_unique<const RowBody>(std::move(kernel), std::move(body));
}

// A whole operator whose work is body(call, pool, threads), by the kernel of that name.
template <class Body>
std::unique_ptr<const WholeOperator> make_whole_operator(std::string kernel, Body body) {
    class WholeBody final : public WholeOperator {
      public:
        WholeBody(std::string kernel, Body body) : kernel_(std::move(kernel)), body_(std::move(body)) {}
        void run(const Call& call, ThreadPool& pool, int threads) const override {
            body_(call, pool, threads);
        }
        std::string_view kernel_name() const override { return kernel_; }

      private:
        std::string kernel_;
        Body body_;
    };
    return std::make_unique<const WholeBody>(std::move(kernel), std::move(body));
}

}  // namespace featherface::engine
