// Makes the values of a Pickle within its limits; the stack machine decides which. After a failure everything
// still returns something harmless (value 0 is None), so that the machine needs to look at status() only once
// per step.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "featherface/status.hpp"
#include "loaders/torch/pickle.hpp"

namespace featherface::loaders {

class PickleBuilder {
  public:
    using Index = Pickle::Index;
    using Indices = std::span<const Index>;
    using Bytes = std::span<const std::byte>;

    PickleBuilder(Pickle& pickle, const PickleLimits& limits);

    // Where the opcode is that what follows belongs to, from the beginning of the pickle.
    void begin_opcode(std::size_t at) { opcode_ = at; }
    void count_opcode(unsigned char code) { ++pickle_.opcodes_[code]; }

    const Status& status() const { return status_; }
    // Only the first failure counts.
    void fail(StatusCode code, std::string_view what, std::string expected = {}, std::string found = {});
    void malformed(std::string_view what, std::string expected = {}, std::string found = {});

    PickleKind kind(Index value) const { return pickle_.nodes_[value].kind; }
    std::string described(Index value) const { return std::string(describe(kind(value))); }
    std::string_view text(Index value) const { return pickle_.value(value).text(); }

    static constexpr Index kNothing = 0;  // what a failure yields

    Index none() { return make(PickleKind::none); }
    Index boolean(bool value);
    Index integer(std::int64_t value);
    Index integer(Bytes little_endian);  // two's complement, of any length
    Index integer(std::string_view decimal);
    Index real(double value);
    Index real(std::string_view decimal);
    Index string(Bytes utf8);                      // fails when it is not UTF-8
    Index string_or_bytes(std::string_view text);  // Python 2's strings were either
    Index owned_string(std::string text);          // keeps the text
    Index bytes(Bytes content);
    Index global(std::string_view module, std::string_view name);
    Index tuple(Indices items);
    Index container(PickleKind kind, Indices elements = {});  // list, set, dict
    Index call(PickleKind kind, bool is_called, Index callable, Index arguments);
    Index persistent(Index id);

    void add_items(Index container, Indices items);
    void add_pairs(Index container, Indices keys_and_values);
    void set_state(Index object, Index state);

    void finish(Index root, std::size_t size_in_bytes);

  private:
    Index make(PickleKind kind);
    Index make_text(PickleKind kind, std::string_view text);
    Index class_of(Index callable) const;
    void extend(Index container, Indices elements);
    void deepen(Pickle::Node& container, Index element);

    Pickle& pickle_;
    const PickleLimits& limits_;
    std::size_t opcode_ = 0;
    std::size_t elements_ = 0, name_bytes_ = 0;
    Status status_;
};

}  // namespace featherface::loaders
