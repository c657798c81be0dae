// The stand-in for std::from_chars agrees with it, on every machine.
#include "loaders/numbers.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <clocale>
#include <cstdint>
#include <random>
#include <string>

namespace featherface::loaders {
namespace {

struct Parsed {
    std::ptrdiff_t length;
    std::errc code;
    std::uint64_t bits;
    bool operator==(const Parsed&) const = default;
};

template <class Parse>
Parsed parsed(const std::string& text, const Parse& parse) {
    double value = 42;
    const auto [end, code] = parse(text.data(), text.data() + text.size(), value);
    return {end - text.data(), code, std::bit_cast<std::uint64_t>(value)};
}

[[maybe_unused]] void check_agrees(const std::string& text) {
#if defined(__cpp_lib_to_chars)
    CAPTURE(text);
    const Parsed expected =
        parsed(text, [](auto begin, auto end, double& value) { return std::from_chars(begin, end, value); });
    CHECK((parsed(text, from_chars_by_stream) == expected));
#else
    static_cast<void>(text);
#endif
}

TEST_CASE("what is a number, where it ends, and what is out of range is as std::from_chars has it") {
    for (const char* text : {"",
                             "-",
                             "+1",
                             "0",
                             "-0",
                             "1.5",
                             "1.",
                             ".5",
                             ".",
                             "-.5e1",
                             "1e5",
                             "1e",
                             "1e+",
                             "1e-3",
                             "1e+03x",
                             "1.5 2",
                             "1,5",
                             " 1",
                             "0x10",
                             "1e308",
                             "1e309",
                             "-1e309",
                             "1e-308",
                             "5e-324",
                             "1e-400",
                             "0e999",
                             "0.000e-999",
                             "inf",
                             "-INF",
                             "infinity",
                             "infinit",
                             "nan",
                             "-nan",
                             "nanx",
                             "in",
                             "--1",
                             "1e5.5",
                             "00012.5",
                             "1..2",
                             "e5",
                             "123456789012345678901234567890",
                             "0.1",
                             "2.2250738585072011e-308",
                             "1.7976931348623157e308"}) {
        check_agrees(text);
    }
}

TEST_CASE("random doubles written with 17 digits are read back bit for bit") {
    std::mt19937_64 random(7);
    for (int i = 0; i < 2000; ++i) {
        const auto number = std::bit_cast<double>(random());
        if (number != number) continue;
        char text[64];
        const int length = std::snprintf(text, sizeof text, "%.17g", number);
        double read = 0;
        CHECK(from_chars_by_stream(text, text + length, read).ec == std::errc());
        CHECK(read == number);
    }
}

}  // namespace
}  // namespace featherface::loaders
