// What goes to a terminal: names as they are, without what a terminal takes for a command or nobody sees.
#include "tools/text/text.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace std::string_literals;

namespace featherface::tools {

TEST_CASE("text: letters of all languages stay, controls and marks that are not shown are escaped") {
    const std::string shown = "a \xc3\xbc \xe2\x82\xac \xf0\x9f\x98\x80 \xd7\x90 \xef\xbf\xbd";
    CHECK(printable(shown) == shown);
    CHECK(printable("\x1b[31m\r\n\t\x7f\0"s) == "\\x1b[31m\\x0d\\x0a\\x09\\x7f\\x00");
    CHECK(printable("\xc2\x9b"
                    "31m") == "\\xc2\\x9b31m");                         // CSI in one character
    CHECK(printable("\xc2\xa0") == "\xc2\xa0");                         // the first that is no control
    CHECK(printable("a\xe2\x80\xaeg.jpg") == "a\\xe2\\x80\\xaeg.jpg");  // right to left
    CHECK(printable("\xe2\x81\xa6\xe2\x81\xa9") == "\\xe2\\x81\\xa6\\xe2\\x81\\xa9");
    CHECK(printable("\xe2\x80\xa8") == "\\xe2\\x80\\xa8");           // the end of a line
    CHECK(printable("\xe2\x80\x8b") == "\\xe2\\x80\\x8b");           // of no width
    CHECK(printable("\xf3\xa0\x81\x81") == "\\xf3\\xa0\\x81\\x81");  // a tag
}

TEST_CASE("text: bytes that are no UTF-8 are escaped, one by one") {
    CHECK(printable("a\x9b"
                    "b\xff") == "a\\x9bb\\xff");
    CHECK(printable("\xe2\x82") == "\\xe2\\x82");
    CHECK(printable("\xc0\x80") == "\\xc0\\x80");
    CHECK(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");
}

TEST_CASE("text: of several lines their ends stay") {
    CHECK(printable_lines("a\x1b\nb\r\n") == "a\\x1b\nb\\x0d\n");
    CHECK(printable_lines("") == "");
}

}  // namespace featherface::tools
