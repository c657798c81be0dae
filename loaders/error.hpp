// How the loaders word their failures: "FILE: what is wrong at byte N: expected E, found F; hint". Names
// taken from a file are quoted with their control bytes escaped, so that a hostile file cannot write to a
// terminal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "featherface/status.hpp"

namespace featherface::loaders {

struct ErrorDetail {
    std::optional<std::uint64_t> offset{};  // in the file, in bytes
    std::string expected{};
    std::string found{};
    std::string hint{};
};

// `what` says what is wrong, with the entry or tensor concerned.
Status error(StatusCode code, std::string_view what, const ErrorDetail& detail = {});

// The code of what is not as its format has it.
inline Status malformed(std::string_view what, const ErrorDetail& detail = {}) {
    return error(StatusCode::malformed, what, detail);
}

// An io_error, with what the system calls it: "what: No such file or directory".
Status system_error(std::string_view what, int number, std::string hint = {});

// The same status with "name: " before its message.
Status in_file(std::string_view name, const Status& status);

// 'text', cut to 120 bytes, with everything outside printable ASCII escaped.
std::string quoted(std::string_view text);

// The first bytes of a file for a message: "50 4b 03 04".
std::string hex_bytes(std::span<const std::byte> bytes);

// "0x0000beef"
std::string hex(std::uint32_t value);

// "1 byte", "7 bytes"
std::string count_of(std::uint64_t count, std::string_view noun);

}  // namespace featherface::loaders
