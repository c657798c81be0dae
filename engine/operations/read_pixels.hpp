// The first step of every network: the caller's picture becomes floats, a few rows at a time where it is
// computed together with what follows, so that they never exist as a whole map.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string_view>

#include "engine/operations/operator.hpp"
#include "engine/operations/parameter.hpp"
#include "engine/operations/work.hpp"

namespace featherface::engine {

struct ReadPixels {  // (input); minus the mean, see InputSource
    static constexpr std::string_view kKind = "read_pixels";
    static constexpr bool kRowWise = true;
    static constexpr ParameterMembers<ReadPixels, 0> kParameters = {};

    Shape infer_shape(std::span<const Shape> inputs) const { return inputs[0]; }
    Rows input_rows(std::size_t, const Extents&, Rows rows) const { return rows; }
    Work work(const Extents& extents) const;
    std::unique_ptr<const RowOperator> bind(std::span<const Parameter>, const KernelTable& table) const;
};

// Rows of a picture as that operation makes them.
class PixelReader {
  public:
    static std::size_t scratch_floats(int width);
    PixelReader(const InputSource& source, const KernelTable& table, float* scratch);

    void read(const Map& output, Rows rows) const;

  private:
    const InputSource& source_;
    const KernelTable& table_;
    PixelFormat format_;          // of the rows' bytes
    std::array<int, 3> offsets_;  // of B, G and R in a pixel
    float* scratch_;
};

}  // namespace featherface::engine
