// A vector of a few elements, which lie in it: what every node has, hundreds of times in a graph, costs no
// allocation.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <ranges>

namespace featherface::engine {

// Holds at most `most` elements.
template <class T, std::size_t most>
class ShortList {
  public:
    ShortList() = default;
    ShortList(std::initializer_list<T> elements) {
        for (const T& element : elements) push_back(element);
    }

    void push_back(const T& element) {
        assert(size_ < most);
        elements_[size_++] = element;
    }

    const T* data() const { return elements_.data(); }
    T* data() { return elements_.data(); }
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    const T* begin() const { return data(); }
    const T* end() const { return data() + size_; }
    T* begin() { return data(); }
    T* end() { return data() + size_; }
    const T& operator[](std::size_t i) const { return elements_[i]; }
    T& operator[](std::size_t i) { return elements_[i]; }

    template <std::ranges::input_range Range>
    bool operator==(const Range& other) const {
        return std::equal(begin(), end(), std::begin(other), std::end(other));
    }

  private:
    std::array<T, most> elements_{};
    std::size_t size_ = 0;
};

}  // namespace featherface::engine
