#include "support/pickle_writer.hpp"

#include <algorithm>
#include <cstdio>
#include <limits>

namespace featherface::test {

PickleWriter::PickleWriter(int protocol) : protocol_(protocol) {
    if (protocol >= 2) raw("\x80").byte(protocol);
}

PickleWriter& PickleWriter::raw(std::string_view bytes) {
    bytes_ += bytes;
    return *this;
}

PickleWriter& PickleWriter::none() {
    return raw("N");
}

PickleWriter& PickleWriter::boolean(bool value) {
    if (protocol_ >= 2) return raw(value ? "\x88" : "\x89");
    return raw(value ? "I01\n" : "I00\n");
}

PickleWriter& PickleWriter::integer(std::int64_t value) {
    if (protocol_ >= 1 && value >= 0 && value < 256) return raw("K").byte(value);
    if (protocol_ >= 1 && value >= 0 && value < 65536) {
        return raw("M").raw(bytes_of(static_cast<std::uint16_t>(value)));
    }
    const bool is_int = value >= std::numeric_limits<std::int32_t>::min() &&
                        value <= std::numeric_limits<std::int32_t>::max();
    if (protocol_ >= 1 && is_int) return raw("J").raw(bytes_of(static_cast<std::int32_t>(value)));
    if (protocol_ >= 2) return raw("\x8a\x08").raw(bytes_of(value));
    return raw(is_int ? "I" : "L").raw(std::to_string(value)).raw(is_int ? "\n" : "L\n");
}

PickleWriter& PickleWriter::real(double value) {
    if (protocol_ == 0) {
        char text[32];
        std::snprintf(text, sizeof text, "F%.17g\n", value);
        return raw(text);
    }
    ByteString big_endian = bytes_of(value);
    std::ranges::reverse(big_endian);
    return raw("G").raw(big_endian);
}

PickleWriter& PickleWriter::text(std::string_view value) {
    if (protocol_ >= 4 && value.size() < 256) {
        return raw("\x8c").byte(value.size()).raw(value);
    }
    if (protocol_ >= 1) return raw("X").raw(bytes_of(static_cast<std::uint32_t>(value.size()))).raw(value);
    return raw("V").raw(value).raw("\n");
}

PickleWriter& PickleWriter::global(std::string_view module, std::string_view name) {
    if (protocol_ >= 4) return text(module).text(name).raw("\x93");
    return raw("c").raw(module).raw("\n").raw(name).raw("\n");
}

PickleWriter& PickleWriter::empty_tuple() {
    return raw(protocol_ >= 1 ? ")" : "(t");
}
PickleWriter& PickleWriter::empty_list() {
    return raw(protocol_ >= 1 ? "]" : "(l");
}
PickleWriter& PickleWriter::empty_dict() {
    return raw(protocol_ >= 1 ? "}" : "(d");
}

PickleWriter& PickleWriter::put(int index) {
    if (protocol_ >= 4) return raw("\x94");
    if (protocol_ == 0) return raw("p").raw(std::to_string(index)).raw("\n");
    if (index < 256) return raw("q").byte(index);
    return raw("r").raw(bytes_of(static_cast<std::uint32_t>(index)));
}

PickleWriter& PickleWriter::get(int index) {
    if (protocol_ == 0) return raw("g").raw(std::to_string(index)).raw("\n");
    if (index < 256) return raw("h").byte(index);
    return raw("j").raw(bytes_of(static_cast<std::uint32_t>(index)));
}

}  // namespace featherface::test
