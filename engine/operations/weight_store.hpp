// The packed weights of a program: what its operators compute with. They are made from the parameters, or
// they are there already, in a packed model, and nothing is made or copied.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "engine/system/aligned_buffer.hpp"

namespace featherface::engine {

class WeightStore {
  public:
    // Blocks lie end to end in a packed model, each from a multiple of this many floats on.
    static constexpr std::size_t kStep = AlignedBuffer::kAlignment / sizeof(float);
    static constexpr std::size_t rounded_up(std::size_t floats) {
        return (floats + kStep - 1) / kStep * kStep;
    }

    // Makes each block as it is taken.
    WeightStore() = default;
    // Has the blocks of a program as it was packed, on a 64-byte boundary; `owner` keeps them alive.
    WeightStore(std::span<const float> packed, std::shared_ptr<const void> owner)
        : packed_(packed), owner_(std::move(owner)), is_packed_(true) {}

    // The next block, of `count` floats on a 64-byte boundary, for as long as the store lives, wherever it is
    // moved. make(float*) fills it, zeroed before, where it is not there already.
    template <class Make>
    std::span<const float> take(std::size_t count, const Make& make) {
        if (is_packed_ && rounded_up(count) <= packed_.size()) {
            const auto block = packed_.first(count);
            packed_ = packed_.subspan(rounded_up(count));
            return block;
        }
        const AlignedBuffer& block = made_.emplace_back(count);
        if (is_packed_) {
            is_short_ = true;
        } else {
            make(block.data());
        }
        return {block.data(), count};
    }

    // Of a packed program: whether its blocks were as many floats as were taken. What was missing is zeros.
    bool fits() const { return !is_short_ && packed_.empty(); }

    // What was made, in the order in which it was taken.
    std::span<const AlignedBuffer> made() const { return made_; }

  private:
    std::vector<AlignedBuffer> made_;
    std::span<const float> packed_;  // the blocks not yet taken
    std::shared_ptr<const void> owner_;
    bool is_packed_ = false, is_short_ = false;
};

}  // namespace featherface::engine
