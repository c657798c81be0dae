// A pickle (protocols 0 to 5) read as inert data. A small stack machine runs the opcodes; nothing is
// imported, and a call of anything, known or not, becomes a value that names the callable and holds its
// arguments. What the calls of torch mean is told elsewhere (torch_objects.hpp). Strings are views into the
// bytes wherever they can be.
//
// Refused: extension codes and out-of-band buffers, which have no meaning outside the process that wrote
// them, and everything beyond PickleLimits. Values lie in one arena and refer to each other by index, so that
// no depth of nesting, and no cycle, makes reading or freeing them recurse.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "featherface/status.hpp"

namespace featherface::loaders {

// They are generous for any network, and small enough that no pickle takes more than some 40 MiB beside its
// own bytes.
struct PickleLimits {
    std::size_t values = std::size_t{1} << 18;  // made by opcodes; a FeatherFace checkpoint has about 10,000
    std::size_t elements = std::size_t{1} << 20;  // of all tuples, lists, sets and dicts together
    std::size_t stack = std::size_t{1} << 18;     // values; and as many marks
    std::uint32_t depth = 1000;                   // of containers within containers
    std::size_t globals = 4096;                   // different classes and functions
    std::size_t name = 1024;                      // bytes of the module and of the name of one
    std::size_t names = std::size_t{16} << 20;    // bytes of all, each as often as it is referred to
};

enum class PickleKind : std::uint8_t {
    none,
    boolean,
    integer,
    big_integer,  // one that does not fit 64 bits: its digits or bytes, as they are in the file
    real,
    string,  // UTF-8
    bytes,
    tuple,
    list,
    set,
    dict,
    global,      // the name of a class or function: "module.name"
    call,        // what REDUCE would have called
    instance,    // what NEWOBJ, INST or OBJ would have made
    persistent,  // a reference out of the pickle: storages, in torch files
};

// "an integer", "a tuple": for messages.
std::string_view describe(PickleKind kind);

class Pickle;

// One value: a handle, to be used while the Pickle lives. Each accessor is for the kinds named beside it
// only.
class PickleValue {
  public:
    PickleKind kind() const;
    bool is(PickleKind kind_) const { return kind() == kind_; }
    std::uint64_t offset() const;                   // in the file, of the opcode that made the value
    std::uint32_t index() const { return index_; }  // tells values of one pickle apart: Pickle::value()'s

    bool boolean() const;          // boolean
    std::int64_t integer() const;  // integer
    double real() const;           // real
    std::string_view text()
        const;                 // string, bytes, big_integer, global (kept once: equal names lie at one place)
    std::size_t size() const;  // tuple, list, set: items; dict, call, instance: key-value pairs; else 0
    PickleValue item(std::size_t i) const;  // tuple, list, set
    PickleValue key(std::size_t i) const;   // dict, call, instance
    PickleValue value(std::size_t i) const;
    PickleValue callable() const;   // call, instance: a global, or what a call made
    PickleValue arguments() const;  // call, instance: a tuple
    bool is_called() const;         // call, instance: made by REDUCE, INST, OBJ or NEWOBJ_EX, not by NEWOBJ
    bool has_state() const;         // call, instance: whether BUILD gave it a state
    PickleValue state() const;      // call, instance with a state
    PickleValue id() const;         // persistent

  private:
    friend class Pickle;
    PickleValue(const Pickle& pickle, std::uint32_t index) : pickle_(&pickle), index_(index) {}
    const Pickle* pickle_;
    std::uint32_t index_;
};

class Pickle {
  public:
    // Reads one pickle from the beginning of `bytes`, which must outlive it. `offset`: where they lie in the
    // file, for messages. Errors: malformed, unsupported, limit_exceeded.
    static Result<Pickle> parse(std::span<const std::byte> bytes, std::uint64_t offset = 0,
                                const PickleLimits& limits = {});

    // The same into an empty Pickle, which after a failure has what was made before it, but no root.
    Status read(std::span<const std::byte> bytes, std::uint64_t offset = 0, const PickleLimits& limits = {});

    PickleValue root() const { return {*this, root_}; }
    std::size_t size_in_bytes() const { return size_in_bytes_; }  // up to and with STOP

    // Every value that was made, reachable from the root or not.
    std::size_t value_count() const { return nodes_.size(); }
    PickleValue value(std::size_t i) const { return {*this, static_cast<std::uint32_t>(i)}; }

    // Every "module.name" the pickle refers to.
    const std::set<std::string, std::less<>>& globals() const { return globals_; }
    // How often each opcode stands in it, by its code.
    const std::array<std::uint32_t, 256>& opcodes() const { return opcodes_; }

    // How often an element of a value has been asked for: the work that has been done on the pickle, which
    // must not grow faster than the file does.
    std::uint64_t looks() const { return looks_; }

  private:
    friend class PickleValue;
    friend class PickleBuilder;
    using Index = std::uint32_t;

    struct Node {
        PickleKind kind = PickleKind::none;
        std::uint32_t depth = 0;   // containers: 1 + that of the deepest element, when it was put in
        std::uint32_t offset = 0;  // from the beginning of the pickle
        std::uint32_t size = 0;    // of `text`; of a tuple
        union {
            std::int64_t integer = 0;  // integer, boolean
            double real;
            const char* text;
            std::uint32_t first;      // tuple: its first element in tuple_items_
            std::uint32_t container;  // list, set, dict, call, instance
            Index id;                 // persistent
        };
    };
    struct Container {
        std::vector<Index> elements;  // items, or keys and values in turn
        Index callable = 0, arguments = 0, state = 0;
        bool is_called = false, has_state = false;
    };

    std::uint64_t offset_ = 0;
    std::size_t size_in_bytes_ = 0;
    Index root_ = 0;
    std::vector<Node> nodes_;
    std::vector<Index> tuple_items_;
    std::vector<Container> containers_;
    std::deque<std::string> texts_;  // those that had to be unescaped
    std::set<std::string, std::less<>> globals_;
    std::array<std::uint32_t, 256> opcodes_{};
    mutable std::uint64_t looks_ = 0;
};

}  // namespace featherface::loaders
