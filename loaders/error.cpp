#include "loaders/error.hpp"

#include <system_error>

#include "loaders/ascii.hpp"

namespace featherface::loaders {

Status error(StatusCode code, std::string_view what, const ErrorDetail& detail) {
    std::string message(what);
    if (detail.offset) message += " at byte " + std::to_string(*detail.offset);
    if (!detail.expected.empty()) message += ": expected " + detail.expected;
    if (!detail.found.empty()) message += (detail.expected.empty() ? ": found " : ", found ") + detail.found;
    if (!detail.hint.empty()) message += "; " + detail.hint;
    return Status(code, std::move(message));
}

Status system_error(std::string_view what, int number, std::string hint) {
    return error(StatusCode::io_error,
                 std::string(what) + ": " + std::error_code(number, std::generic_category()).message(),
                 {.hint = std::move(hint)});
}

Status in_file(std::string_view name, const Status& status) {
    return Status(status.code(), std::string(name) + ": " + status.message());
}

std::string quoted(std::string_view text) {
    constexpr std::size_t kLongest = 120;
    std::string result = "'";
    for (const char c : text.substr(0, kLongest)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7f && c != '\\') {
            result += c;
        } else {
            result += "\\x";
            append_hex(result, byte);
        }
    }
    if (text.size() > kLongest) result += "...";
    return result + "'";
}

std::string hex_bytes(std::span<const std::byte> bytes) {
    std::string result;
    for (const std::byte b : bytes) {
        if (!result.empty()) result += ' ';
        append_hex(result, std::to_integer<unsigned char>(b));
    }
    return result;
}

std::string hex(std::uint32_t value) {
    std::string result = "0x";
    for (int shift = 24; shift >= 0; shift -= 8)
        append_hex(result, static_cast<unsigned char>(value >> shift));
    return result;
}

std::string count_of(std::uint64_t count, std::string_view noun) {
    std::string result = std::to_string(count) + " ";
    result += noun;
    if (count != 1) result += 's';
    return result;
}

}  // namespace featherface::loaders
