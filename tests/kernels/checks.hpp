// What the tests of kernels check: the two properties every kernel has over output rows (it writes those rows
// only, and any split gives the same bits), and its values against exact ones.
#pragma once

#include <doctest/doctest.h>

#include <array>
#include <sstream>
#include <vector>

#include "kernels/arch_tables.hpp"
#include "kernels/select.hpp"
#include "tests/kernels/cases/kernel_case.hpp"

namespace featherface::test {

// Runs `kernel(rows)` on the whole of `output` and again in pieces, checks both properties, leaves the result
// there.
template <class Kernel>
void check_rows(TestMap& output, const Kernel& kernel) {
    const int height = output.map().height;
    output.forget();
    kernel(Rows{0, height});
    CHECK(output.stray_writes({0, height}) == 0);
    const std::vector<float> whole = output.values();
    output.forget();
    int begin = 0;
    std::vector<float> pieces;
    for (int size = 1; begin < height; ++size) {
        const int end = std::min(begin + size, height);
        output.forget();
        kernel(Rows{begin, end});
        CHECK(output.stray_writes({begin, end}) == 0);
        const auto row = output.map().width * output.map().channels;
        const std::vector<float> values = output.values();
        pieces.insert(pieces.end(), values.begin() + begin * row, values.begin() + end * row);
        begin = end;
    }
    REQUIRE(pieces.size() == whole.size());
    CHECK(std::memcmp(pieces.data(), whole.data(), whole.size() * sizeof(float)) == 0);
    output.forget();
    kernel(Rows{0, height});
}

// Checks every element against `expected(y, x, c)`, reporting the worst.
template <class F>
void check_map(const TestMap& actual, const F& expected) {
    const Map& map = actual.map();
    double worst = -1;
    std::string where;
    for (int y = 0; y < map.height; ++y) {
        for (int x = 0; x < map.width; ++x) {
            for (int c = 0; c < map.channels; ++c) {
                const Expected e = expected(y, x, c);
                const double error = std::abs(actual.at(y, x, c) - e.value);
                const double excess =
                    error <= e.tolerance ? -1 : (std::isnan(error) ? kInfinity : error - e.tolerance);
                if (excess > worst) {
                    worst = excess;
                    std::ostringstream text;
                    text << "(" << y << ", " << x << ", " << c << "): " << actual.at(y, x, c)
                         << " instead of " << e.value << ", tolerance " << e.tolerance;
                    where = text.str();
                }
            }
        }
    }
    CHECK_MESSAGE(worst < 0, where);
}

// Runs f(table) for every architecture this CPU has, and for the kernels of processors without a table of
// their own.
template <class F>
void on_every_arch(const F& f) {
    std::vector<const KernelTable*> tables = kernels::available_tables();
    if (tables.back() != &kernels::kPortableTable) tables.push_back(&kernels::kPortableTable);
    for (const KernelTable* table : tables) {
        const std::string arch = table->arch;
        CAPTURE(arch);
        f(*table);
    }
}

// Channel counts around the width of a register.
inline std::vector<int> awkward_channels(const KernelTable& table) {
    const int lanes = table.lanes;
    return {1, lanes - 1, lanes, lanes + 1, 2 * lanes + 3, 8, 27, 54};
}

// Checks a case (cases/kernel_case.hpp) at one shape, on one architecture.
template <class Case>
void check_case(const KernelTable& table, const typename Case::Shape& shape) {
    Case c(table, shape);
    const std::string text = text_of(shape);
    CAPTURE(text);
    check_rows(c.output, [&](Rows rows) {
        c.prepare(rows);
        c.run(c.output.map(), rows);
    });
    check_map(c.output, [&](int y, int x, int channel) { return c.expected(y, x, channel); });
    CHECK(c.kept_to_its_memory());
}

// Checks a case at every shape at which a network has the kernel, for a small picture of odd size.
template <class Case>
void check_networks_shapes() {
    const auto shapes = network_shapes<Case>(network_nodes(41, 75));
    on_every_arch([&](const KernelTable& table) {
        int checked = 0;
        for (const auto& shape : shapes) {
            if (!Case::suits(table, shape)) continue;
            check_case<Case>(table, shape);
            ++checked;
        }
        CHECK(checked > 0);
    });
}

// Calls f(shape) for every awkward channel count, dense and in slices.
template <class F>
void on_every_layout(const KernelTable& table, int height, int width, const F& f) {
    for (const int channels : awkward_channels(table)) {
        for (const std::array<int, 3>& gaps :
             {std::array{0, 0, 0}, {3, 0, 0}, {0, 2, 0}, {0, 0, 5}, {1, 2, 3}}) {
            f(MapShape{height, width, channels, gaps[0], gaps[1], gaps[2]});
        }
    }
}

// Checks besides that the output may be the input.
template <class Case>
void check_case_in_place(const KernelTable& table, const typename Case::Shape& shape) {
    Case c(table, shape);
    const std::string text = text_of(shape);
    CAPTURE(text);
    const Rows all{0, c.output.map().height};
    c.run(c.output.map(), all);
    c.run(c.input.map(), all);
    CHECK(c.input.values() == c.output.values());
}

}  // namespace featherface::test
