// The text forms inside pickles: UTF-8 checked, and the escapes of protocol 0 undone.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace featherface::loaders {

// Where the first byte is that is not UTF-8 (overlong forms and surrogates are not); npos when all of it is.
std::size_t find_bad_utf8(std::string_view text);

// The argument of STRING: a quoted Python 2 literal with backslash escapes. Nothing when it is not
// well-formed.
std::optional<std::string> unescape_string(std::string_view quoted);

// The argument of UNICODE: Latin-1 with \uXXXX and \UXXXXXXXX, as UTF-8. Nothing when an escape is not
// well-formed.
std::optional<std::string> unescape_unicode(std::string_view raw);

}  // namespace featherface::loaders
