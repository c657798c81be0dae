// Writes JSON (RFC 8259) piece by piece. The caller keeps objects and arrays balanced and gives each value of
// an object its key; commas, line breaks and escapes are the writer's business.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace featherface::tools {

class JsonWriter {
  public:
    // How the parts of an object or array are laid out. Whatever stands inside an inline one is inline too.
    enum class Layout { lines, in_line };

    // Appends to `out`, which the caller may empty between calls. With Layout::in_line everything is on one
    // line.
    explicit JsonWriter(std::string& out, Layout widest = Layout::lines) : out_(out), widest_(widest) {}

    JsonWriter& begin_object(Layout layout = Layout::in_line) { return begin('{', layout); }
    JsonWriter& end_object() { return end('}'); }
    JsonWriter& begin_array(Layout layout = Layout::in_line) { return begin('[', layout); }
    JsonWriter& end_array() { return end(']'); }

    JsonWriter& key(std::string_view name);

    // Bytes that are not UTF-8 (a file's name may have some) become lone surrogates \udc80 to \udcff, as
    // Python's "surrogateescape" has it: nothing is lost, and Python's os.fsencode() gives the bytes back.
    JsonWriter& value(std::string_view text);
    JsonWriter& value(const char* text) { return value(std::string_view(text)); }
    JsonWriter& value(bool truth);
    JsonWriter& value(int number) { return value(std::int64_t{number}); }
    JsonWriter& value(std::int64_t number);
    // Reads back as the same float; null when it is not finite, for which JSON has no number.
    JsonWriter& value(float number);
    // The number with that many digits after the point, for measured times and the like.
    JsonWriter& value(double number, int digits);
    // An array of floats on one line.
    template <class Range>
    JsonWriter& numbers(const Range& range) {
        begin_array();
        for (const auto number : range) value(number);
        return end_array();
    }

  private:
    JsonWriter& begin(char bracket, Layout layout);
    JsonWriter& end(char bracket);
    void separate();
    void line_break();
    void append_string(std::string_view text);

    struct Level {
        Layout layout;
        bool empty = true;
    };
    std::string& out_;
    Layout widest_;
    std::vector<Level> levels_;
    bool after_key_ = false;
};

}  // namespace featherface::tools
