// Columns first, then rows. Both take sums of eight coefficients times cosines, in units of 2^-12; the
// columns' results keep two bits behind the point and are cut to 16 bits, which no real picture comes near.
//
// A mean of neighbours needs no more than other cosines: that of the samples 2x and 2x + 1 of frequency k is
// cos((2x + 1) k pi / 8) cos(k pi / 16). Frequencies that average out have none.
#include "loaders/images/jpeg_inverse_dct.hpp"

#include <algorithm>

namespace featherface::loaders {
namespace {

constexpr int kFractionBits = 12;
constexpr int kColumnShift = kFractionBits - 2;
constexpr int kRowShift = kFractionBits + 2 + 3;  // each direction is too large by the root of 8
constexpr int kMiddle = 128;                      // what a sample of 0 stands for

// stb_image's way of rounding, which its bits depend on: negative numbers go towards zero.
constexpr int fixed(float x) {
    return static_cast<int>(x * (1 << kFractionBits) + 0.5);
}

// Sums in 16 bits wrap around, as they do in stb_image; only numbers that no encoder writes get there.
constexpr int wrapped(int x) {
    return static_cast<std::int16_t>(x);
}

// Each makes of in(0) to in(7), the coefficients of one column or row, as many sums as its name says: it
// calls out(x, sum) for each.

// After Loeffler, Ligtenberg and Moschytz, as in libjpeg's jidctint.c.
struct Eight {
    template <class In, class Out>
    static void transform(const In& in, const Out& out) {
        const int even2 = in(2) * fixed(0.5411961f) + in(6) * (fixed(0.5411961f) + fixed(-1.847759065f));
        const int even3 = in(2) * (fixed(0.5411961f) + fixed(0.765366865f)) + in(6) * fixed(0.5411961f);
        const int even0 = wrapped(in(0) + in(4)) * (1 << kFractionBits);
        const int even1 = wrapped(in(0) - in(4)) * (1 << kFractionBits);
        const int x0 = even0 + even3, x3 = even0 - even3;
        const int x1 = even1 + even2, x2 = even1 - even2;

        constexpr int k5 = fixed(1.175875602f), k3 = fixed(-1.961570560f), k4 = fixed(-0.390180644f);
        const int sum17 = wrapped(in(1) + in(7)), sum35 = wrapped(in(3) + in(5));
        const int y4 = sum17 * (k5 + fixed(-0.899976223f)) + sum35 * k5;
        const int y5 = sum17 * k5 + sum35 * (k5 + fixed(-2.562915447f));
        const int o0 = in(7) * (k3 + fixed(0.298631336f)) + in(3) * k3 + y4;
        const int o1 = in(5) * (k4 + fixed(2.053119869f)) + in(1) * k4 + y5;
        const int o2 = in(7) * k3 + in(3) * (k3 + fixed(3.072711026f)) + y5;
        const int o3 = in(5) * k4 + in(1) * (k4 + fixed(1.501321110f)) + y4;

        out(0, x0 + o3), out(7, x0 - o3);
        out(1, x1 + o2), out(6, x1 - o2);
        out(2, x2 + o1), out(5, x2 - o1);
        out(3, x3 + o0), out(4, x3 - o0);
    }
};

struct Four {
    template <class In, class Out>
    static void transform(const In& in, const Out& out) {
        const int mean = in(0) * (1 << kFractionBits);
        const int even = in(2) * fixed(0.923879533f) - in(6) * fixed(0.382683432f);
        const int outer = in(1) * fixed(1.281457724f) + in(3) * fixed(0.449988112f) -
                          in(5) * fixed(0.300672443f) - in(7) * fixed(0.254897790f);
        const int inner = in(1) * fixed(0.530797168f) - in(3) * fixed(1.086367402f) +
                          in(5) * fixed(0.725887491f) - in(7) * fixed(0.105582121f);
        out(0, mean + even + outer), out(3, mean + even - outer);
        out(1, mean - even + inner), out(2, mean - even - inner);
    }
};

struct Two {
    template <class In, class Out>
    static void transform(const In& in, const Out& out) {
        const int mean = in(0) * (1 << kFractionBits);
        const int odd = in(1) * fixed(0.906127446f) - in(3) * fixed(0.318189645f) +
                        in(5) * fixed(0.212607524f) - in(7) * fixed(0.180239956f);
        out(0, mean + odd), out(1, mean - odd);
    }
};

struct One {
    template <class In, class Out>
    static void transform(const In& in, const Out& out) {
        out(0, in(0) * (1 << kFractionBits));
    }
};

std::uint8_t sample(int sum) {
    constexpr int kRounded = (1 << (kRowShift - 1)) + (kMiddle << kRowShift);
    return static_cast<std::uint8_t>(std::clamp((sum + kRounded) >> kRowShift, 0, 255));
}

// `columns` gets a row of eight for each sample of a column.
template <class Transform>
void transform_columns(const std::int16_t* coefficients, std::int16_t (&columns)[8][8]) {
    for (std::size_t i = 0; i < 8; ++i) {
        Transform::transform([&](std::size_t k) -> int { return coefficients[8 * k + i]; },
                             [&](std::size_t y, int sum) {
                                 const int kept = (sum + (1 << (kColumnShift - 1))) >> kColumnShift;
                                 columns[y][i] = static_cast<std::int16_t>(std::clamp(kept, -32768, 32767));
                             });
    }
}

template <class Transform>
void transform_rows(const std::int16_t (&columns)[8][8], int high, std::uint8_t* to, std::size_t row_bytes) {
    for (int y = 0; y < high; ++y, to += row_bytes) {
        const std::int16_t* row = columns[y];
        Transform::transform([&](std::size_t k) -> int { return row[k]; },
                             [&](std::size_t x, int sum) { to[x] = sample(sum); });
    }
}

}  // namespace

void inverse_dct(const std::int16_t* coefficients, JpegBlockSize size, std::uint8_t* to,
                 std::size_t row_bytes) {
    std::int16_t columns[8][8];
    switch (size.high) {
        case 8: transform_columns<Eight>(coefficients, columns); break;
        case 4: transform_columns<Four>(coefficients, columns); break;
        case 2: transform_columns<Two>(coefficients, columns); break;
        default: transform_columns<One>(coefficients, columns); break;
    }
    switch (size.wide) {
        case 8: transform_rows<Eight>(columns, size.high, to, row_bytes); break;
        case 4: transform_rows<Four>(columns, size.high, to, row_bytes); break;
        case 2: transform_rows<Two>(columns, size.high, to, row_bytes); break;
        default: transform_rows<One>(columns, size.high, to, row_bytes); break;
    }
}

void inverse_dct_of_mean(std::int16_t mean, JpegBlockSize size, std::uint8_t* to, std::size_t row_bytes) {
    const int column = std::clamp(mean * 4, -32768, 32767);
    const std::uint8_t all = sample(column * (1 << kFractionBits));
    for (int y = 0; y < size.high; ++y, to += row_bytes) std::fill_n(to, size.wide, all);
}

}  // namespace featherface::loaders
