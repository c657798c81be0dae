// output = activation(a + b). The output may be a or b.
#pragma once

#include "kernels/pixels.hpp"
#include "kernels/preconditions.hpp"
#include "kernels/simd_math.hpp"

namespace featherface::kernels {
namespace {

void add(ConstMap a, ConstMap b, Activation activation, Map output, Rows rows) {
    FEATHERFACE_ASSERT(same_shape(a, output) && same_shape(b, output));
    FEATHERFACE_ASSERT(has_rows(a, rows) && has_rows(b, rows) && has_rows(output, rows));
    FEATHERFACE_ASSERT(in_place_or_apart(output, a, rows) && in_place_or_apart(output, b, rows));
    require(AddEpilogues{}, activation);
    const Runs runs = count_runs(rows, output, a, b);
    with_activation(AddEpilogues{}, activation, [&](auto epilogue) FEATHERFACE_LAMBDA {
        const auto run = [&](float* out, const float* left, const float* right) FEATHERFACE_LAMBDA {
            for_each_vector(runs.length, [&](std::ptrdiff_t c, auto part) FEATHERFACE_LAMBDA {
                const Vec sum = part.load(left + c) + part.load(right + c);
                part.store(out + c, activate<epilogue.value>(sum, Vec(0.0f)));
            });
        };
        for_each_run(runs, rows, run, output, a, b);
    });
}

}  // namespace
}  // namespace featherface::kernels
