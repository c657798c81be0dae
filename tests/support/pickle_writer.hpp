// Writes pickles for tests, one value or operation per call, in the opcodes CPython picks for a protocol (0
// to 5). Nothing is checked: a wrong order of calls makes a wrong pickle, which is what some tests are after.
#pragma once

#include <concepts>
#include <cstdint>
#include <string_view>

#include "support/bytes.hpp"

namespace featherface::test {

class PickleWriter {
  public:
    explicit PickleWriter(int protocol = 2);

    // Values, pushed on the stack.
    PickleWriter& none();
    PickleWriter& boolean(bool value);
    PickleWriter& integer(std::int64_t value);
    PickleWriter& real(double value);
    PickleWriter& text(std::string_view value);  // below protocol 1: no newline or backslash in it
    PickleWriter& global(std::string_view module, std::string_view name);
    PickleWriter& empty_tuple();
    PickleWriter& empty_list();
    PickleWriter& empty_dict();

    // Operations on the stack.
    PickleWriter& mark() { return raw("("); }
    PickleWriter& tuple() { return raw("t"); }       // what lies above the mark
    PickleWriter& append() { return raw("a"); }      // list, item
    PickleWriter& set_item() { return raw("s"); }    // dict, key, value
    PickleWriter& set_items() { return raw("u"); }   // dict, mark, key, value, ...
    PickleWriter& persistent() { return raw("Q"); }  // the id
    PickleWriter& reduce() { return raw("R"); }      // callable, arguments
    PickleWriter& build() { return raw("b"); }       // object, state
    PickleWriter& put(int index);                    // remembers the top; `index` counts up from 0
    PickleWriter& get(int index);

    PickleWriter& raw(std::string_view bytes);
    PickleWriter& byte(std::integral auto value) {
        bytes_ += static_cast<char>(value);
        return *this;
    }
    ByteString stop() const { return bytes_ + "."; }
    const ByteString& bytes() const { return bytes_; }  // so far

  private:
    int protocol_;
    ByteString bytes_;
};

}  // namespace featherface::test
