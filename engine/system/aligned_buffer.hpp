// Zero-initialised floats on a 64-byte boundary (a cache line, an AVX-512 register).
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>

namespace featherface::engine {

class AlignedBuffer {
  public:
    static constexpr std::size_t kAlignment = 64;

    AlignedBuffer() = default;
    explicit AlignedBuffer(std::size_t size)
        : data_(static_cast<float*>(::operator new (size * sizeof(float), std::align_val_t{kAlignment}))),
          size_(size) {
        std::fill_n(data_.get(), size, 0.0f);
    }

    float* data() const { return data_.get(); }
    std::size_t size() const { return size_; }

  private:
    struct Free {
        void operator()(float* data) const { ::operator delete (data, std::align_val_t{kAlignment}); }
    };
    std::unique_ptr<float, Free> data_;
    std::size_t size_ = 0;
};

}  // namespace featherface::engine
