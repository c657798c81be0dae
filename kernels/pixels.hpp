// How kernels walk their maps: from pixel to pixel, or from run to run of consecutive floats, which is a
// pixel's channels or, where no map has gaps between its pixels, all rows at once.
#pragma once

#include "kernels/simd.hpp"

namespace featherface::kernels {
namespace {

// f(pointers...) is called `count` times, each pointer `step` further every time. None goes beyond the last
// place: in a slice of a wider map that is past the end of the array.
template <class Element>
struct Cursor {
    Element* at;
    std::ptrdiff_t step;
};
template <class F, class First, class... Elements>
FEATHERFACE_INLINE void walk(std::ptrdiff_t count, const F& f, Cursor<First> first,
                             Cursor<Elements>... others) {
    if (count <= 0) return;
    const First* const last = first.at + (count - 1) * first.step;
    while (true) {
        f(first.at, others.at...);
        if (first.at == last) return;
        first.at += first.step;
        ((others.at += others.step), ...);
    }
}

FEATHERFACE_INLINE std::ptrdiff_t count_pixels(Rows rows, int width) {
    return static_cast<std::ptrdiff_t>(rows.end - rows.begin) * width;
}

template <class Element>
FEATHERFACE_INLINE Cursor<Element> first_pixel(const BasicMap<Element>& map, Rows rows) {
    return {map.pixel(rows.begin, 0), map.pixel_stride};
}

// f(pointers...), one into each map, is called for every pixel of the rows.
template <class F, class... Elements>
FEATHERFACE_INLINE void for_each_pixel(Rows rows, const F& f, const Map& output,
                                       const BasicMap<Elements>&... inputs) {
    walk(count_pixels(rows, output.width), f, first_pixel(output, rows), first_pixel(inputs, rows)...);
}

struct Runs {
    std::ptrdiff_t count;   // pixels, or 1
    std::ptrdiff_t length;  // channels, or all floats
};

// The runs of maps of one shape.
template <class... Elements>
FEATHERFACE_INLINE Runs count_runs(Rows rows, const Map& output, const BasicMap<Elements>&... inputs) {
    const std::ptrdiff_t pixels = count_pixels(rows, output.width);
    const bool dense =
        output.pixel_stride == output.channels && (... && (inputs.pixel_stride == output.channels));
    return dense ? Runs{1, pixels * output.channels} : Runs{pixels, output.channels};
}

// f(pointers...), one into each map, is called for every run of `runs`.
template <class F, class... Elements>
FEATHERFACE_INLINE void for_each_run(Runs runs, Rows rows, const F& f, const Map& output,
                                     const BasicMap<Elements>&... inputs) {
    walk(runs.count, f, first_pixel(output, rows), first_pixel(inputs, rows)...);
}

}  // namespace
}  // namespace featherface::kernels
