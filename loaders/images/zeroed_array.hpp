// Memory for what a file promises, before it is there: zero, and not touched until it is written to, so that
// a short file which promises a large picture takes hardly any.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <type_traits>

namespace featherface::loaders {

template <class T>
class ZeroedArray {
    static_assert(std::is_integral_v<T>);

  public:
    ZeroedArray() = default;
    // Throws std::bad_alloc.
    explicit ZeroedArray(std::size_t size) : memory_(static_cast<T*>(std::calloc(size, sizeof(T)))) {
        if (memory_ == nullptr && size > 0) throw std::bad_alloc();
    }
    T* data() { return memory_.get(); }
    const T* data() const { return memory_.get(); }

  private:
    struct Free {
        void operator()(T* memory) const { std::free(memory); }
    };
    std::unique_ptr<T[], Free> memory_;
};

}  // namespace featherface::loaders
