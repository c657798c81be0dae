// The stack machine of pickles: a switch over the opcodes, each of which moves indices of values about.
#include <algorithm>
#include <bit>
#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include "loaders/error.hpp"
#include "loaders/little_endian.hpp"
#include "loaders/torch/pickle.hpp"
#include "loaders/torch/pickle_builder.hpp"
#include "loaders/torch/pickle_opcodes.hpp"
#include "loaders/torch/pickle_text.hpp"

namespace featherface::loaders {
namespace {

using Index = PickleBuilder::Index;
using Indices = PickleBuilder::Indices;
using Bytes = std::span<const std::byte>;

class Machine {
  public:
    Machine(Pickle& pickle, Bytes bytes, const PickleLimits& limits)
        : make_(pickle, limits), bytes_(bytes), limits_(limits) {}

    Status run() {
        while (!stopped_ && make_.status().ok()) {
            make_.begin_opcode(at_);
            if (at_ == bytes_.size()) {
                make_.malformed("it ends without STOP, cut short");
            } else {
                const auto code = static_cast<unsigned char>(number(1));
                make_.count_opcode(code);
                step(code);
            }
        }
        return make_.status();
    }

  private:
    // Arguments that follow the opcode.
    Bytes take(std::uint64_t count);
    Bytes take_counted(int size_bytes) { return take(number(size_bytes)); }
    std::uint64_t number(int size_bytes);
    double big_endian_double();
    std::string_view line();
    std::uint64_t memo_key();

    // The stack, in sections divided by marks; an operation cannot reach below the last mark.
    void push(Index value);
    Index top();
    Index pop();
    void push_mark();
    std::size_t pop_mark();
    Indices above(std::size_t mark) const { return Indices(stack_).subspan(std::min(mark, stack_.size())); }
    // Replaces everything above a mark by one value.
    void collapse(std::size_t mark, Index value);

    void remember(std::uint64_t key);
    void recall(std::uint64_t key);

    void step(unsigned char code);
    void step_with_mark(unsigned char code);
    void protocol();
    void frame();
    void stop();
    void string_literal(bool is_unicode);
    void long4();
    void tuple(std::size_t size);
    void stack_global();
    void add_above(bool pairs);
    void refuse_extension(int size_bytes);

    PickleBuilder make_;
    Bytes bytes_;
    const PickleLimits& limits_;
    std::size_t at_ = 0;  // the next byte
    std::vector<Index> stack_;
    std::vector<std::size_t> marks_;
    std::vector<std::optional<Index>> memo_;
    std::size_t memo_count_ = 0;
    bool stopped_ = false;
};

// --- Arguments ---

Bytes Machine::take(std::uint64_t count) {
    if (count > bytes_.size() - at_) {
        make_.malformed("a value reaches past the end", count_of(count, "byte"),
                        std::to_string(bytes_.size() - at_));
        return {};
    }
    const Bytes result = bytes_.subspan(at_, count);
    at_ += count;
    return result;
}

std::uint64_t Machine::number(int size_bytes) {
    std::uint64_t value = 0;
    const Bytes bytes = take(static_cast<std::uint64_t>(size_bytes));
    for (std::size_t i = 0; i < bytes.size(); ++i)
        value |= std::to_integer<std::uint64_t>(bytes[i]) << (8 * i);
    return value;
}

double Machine::big_endian_double() {
    std::uint64_t bits = 0;
    for (const std::byte b : take(8)) bits = (bits << 8) | std::to_integer<std::uint64_t>(b);
    return std::bit_cast<double>(bits);
}

std::string_view Machine::line() {
    const std::string_view rest = as_text(bytes_.subspan(at_));
    const std::size_t end = rest.find('\n');
    if (end == rest.npos) {
        make_.malformed("a line without an end");
        return {};
    }
    at_ += end + 1;
    return rest.substr(0, end);
}

std::uint64_t Machine::memo_key() {
    const std::string_view digits = line();
    std::uint64_t key = 0;
    const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), key);
    if (code != std::errc() || end != digits.data() + digits.size()) {
        make_.malformed("a memo key that is no number", {}, quoted(digits));
    }
    return key;
}

// --- Stack and memo ---

void Machine::push(Index value) {
    if (stack_.size() >= limits_.stack) {
        make_.fail(StatusCode::limit_exceeded, "the stack grows too high",
                   "at most " + std::to_string(limits_.stack));
        return;
    }
    stack_.push_back(value);
}

Index Machine::top() {
    if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) {
        make_.malformed("an operation lacks a value: the stack is empty");
        return PickleBuilder::kNothing;
    }
    return stack_.back();
}

Index Machine::pop() {
    const Index value = top();
    if (make_.status().ok()) stack_.pop_back();
    return value;
}

void Machine::push_mark() {
    if (marks_.size() >= limits_.stack) {
        make_.fail(StatusCode::limit_exceeded, "too many marks", "at most " + std::to_string(limits_.stack));
        return;
    }
    marks_.push_back(stack_.size());
}

std::size_t Machine::pop_mark() {
    if (marks_.empty()) {
        make_.malformed("an operation lacks its MARK");
        return stack_.size();
    }
    const std::size_t mark = marks_.back();
    marks_.pop_back();
    return mark;
}

void Machine::collapse(std::size_t mark, Index value) {
    if (!make_.status().ok()) return;
    stack_.resize(mark);
    push(value);
}

void Machine::remember(std::uint64_t key) {
    const Index value = top();
    // Writers count up from 0 (or 1), so a key far beyond the values there can be is no memory worth having.
    if (key > limits_.values) {
        make_.fail(StatusCode::limit_exceeded, "a memo key is too large",
                   "at most " + std::to_string(limits_.values), std::to_string(key));
    }
    if (!make_.status().ok()) return;
    if (key >= memo_.size()) memo_.resize(key + 1);
    if (!memo_[key]) ++memo_count_;
    memo_[key] = value;
}

void Machine::recall(std::uint64_t key) {
    if (key >= memo_.size() || !memo_[key]) {
        make_.malformed("a memo key that was never set", {}, std::to_string(key));
        return;
    }
    push(*memo_[key]);
}

// --- Opcodes that need more than a line ---

void Machine::protocol() {
    const std::uint64_t version = number(1);
    if (version > 5)
        make_.fail(StatusCode::unsupported, "an unknown protocol", "0 to 5", std::to_string(version));
}

// It is only a hint to those who read from a stream.
void Machine::frame() {
    const std::uint64_t size = number(8), left = bytes_.size() - at_;
    if (size > left) {
        make_.malformed("a frame reaches past the end", "at most " + count_of(left, "byte"),
                        std::to_string(size));
    }
}

void Machine::stop() {
    if (stack_.size() != 1 || !marks_.empty()) {
        make_.malformed("STOP with a stack that does not hold just the result", "1 value",
                        std::to_string(stack_.size()) + " and " + count_of(marks_.size(), "mark"));
        return;
    }
    make_.finish(stack_.back(), at_);
    stopped_ = true;
}

void Machine::string_literal(bool is_unicode) {
    const std::string_view raw = line();
    std::optional<std::string> text = is_unicode ? unescape_unicode(raw) : unescape_string(raw);
    if (!text) {
        make_.malformed("a string with a broken quote or escape", {}, quoted(raw));
        return;
    }
    push(make_.owned_string(*std::move(text)));
}

void Machine::long4() {
    const auto size = static_cast<std::int32_t>(number(4));
    if (size < 0) {
        make_.malformed("an integer of negative length", {}, std::to_string(size));
        return;
    }
    push(make_.integer(take(static_cast<std::uint64_t>(size))));
}

void Machine::tuple(std::size_t size) {
    Index items[3] = {};
    for (std::size_t i = size; i-- > 0;) items[i] = pop();
    push(make_.tuple(Indices(items).first(size)));
}

void Machine::stack_global() {
    const Index name = pop(), module = pop();
    if (make_.kind(name) != PickleKind::string || make_.kind(module) != PickleKind::string) {
        make_.malformed("a class or function without a proper name", "two strings",
                        make_.described(module) + " and " + make_.described(name));
        return;
    }
    push(make_.global(make_.text(module), make_.text(name)));
}

void Machine::add_above(bool pairs) {
    const std::size_t mark = pop_mark();
    if (mark == 0 || (!marks_.empty() && marks_.back() == mark)) {
        make_.malformed("an operation lacks a value: the stack is empty");
        return;
    }
    const Index container = stack_[mark - 1];
    pairs ? make_.add_pairs(container, above(mark)) : make_.add_items(container, above(mark));
    stack_.resize(mark);
}

void Machine::refuse_extension(int size_bytes) {
    make_.fail(StatusCode::unsupported, "an extension code, which only the program that wrote it understands",
               {}, std::to_string(number(size_bytes)));
}

// --- The table ---

void Machine::step(unsigned char code) {
    switch (code) {
        case opcode("PROTO"): protocol(); break;
        case opcode("FRAME"): frame(); break;
        case opcode("STOP"): stop(); break;

        case opcode("NONE"): push(make_.none()); break;
        case opcode("NEWTRUE"): push(make_.boolean(true)); break;
        case opcode("NEWFALSE"): push(make_.boolean(false)); break;
        case opcode("INT"): {
            const std::string_view digits = line();
            const bool is_boolean = digits == "00" || digits == "01";
            push(is_boolean ? make_.boolean(digits == "01") : make_.integer(digits));
            break;
        }
        case opcode("BININT"): push(make_.integer(std::int64_t{static_cast<std::int32_t>(number(4))})); break;
        case opcode("BININT1"): push(make_.integer(static_cast<std::int64_t>(number(1)))); break;
        case opcode("BININT2"): push(make_.integer(static_cast<std::int64_t>(number(2)))); break;
        case opcode("LONG"): {
            const std::string_view digits = line();
            push(make_.integer(digits.substr(0, digits.size() - (digits.ends_with('L') ? 1 : 0))));
            break;
        }
        case opcode("LONG1"): push(make_.integer(take_counted(1))); break;
        case opcode("LONG4"): long4(); break;
        case opcode("FLOAT"): push(make_.real(line())); break;
        case opcode("BINFLOAT"): push(make_.real(big_endian_double())); break;

        case opcode("STRING"): string_literal(false); break;
        case opcode("UNICODE"): string_literal(true); break;
        case opcode("BINSTRING"): push(make_.string_or_bytes(as_text(take_counted(4)))); break;
        case opcode("SHORT_BINSTRING"): push(make_.string_or_bytes(as_text(take_counted(1)))); break;
        case opcode("SHORT_BINUNICODE"): push(make_.string(take_counted(1))); break;
        case opcode("BINUNICODE"): push(make_.string(take_counted(4))); break;
        case opcode("BINUNICODE8"): push(make_.string(take_counted(8))); break;
        case opcode("SHORT_BINBYTES"): push(make_.bytes(take_counted(1))); break;
        case opcode("BINBYTES"): push(make_.bytes(take_counted(4))); break;
        case opcode("BINBYTES8"):
        case opcode("BYTEARRAY8"): push(make_.bytes(take_counted(8))); break;

        case opcode("EMPTY_TUPLE"): tuple(0); break;
        case opcode("TUPLE1"): tuple(1); break;
        case opcode("TUPLE2"): tuple(2); break;
        case opcode("TUPLE3"): tuple(3); break;
        case opcode("EMPTY_LIST"): push(make_.container(PickleKind::list)); break;
        case opcode("EMPTY_DICT"): push(make_.container(PickleKind::dict)); break;
        case opcode("EMPTY_SET"): push(make_.container(PickleKind::set)); break;
        case opcode("APPEND"): {
            const Index item = pop();
            make_.add_items(top(), Indices(&item, 1));
            break;
        }
        case opcode("SETITEM"): {
            const Index value = pop();
            const Index pair[] = {pop(), value};
            make_.add_pairs(top(), pair);
            break;
        }

        case opcode("GLOBAL"): {
            const std::string_view module = line();
            push(make_.global(module, line()));
            break;
        }
        case opcode("STACK_GLOBAL"): stack_global(); break;
        case opcode("NEWOBJ_EX"): pop(); [[fallthrough]];  // its keyword arguments are of no use to us
        case opcode("NEWOBJ"):
        case opcode("REDUCE"): {
            const Index arguments = pop(), callable = pop();
            push(make_.call(code == opcode("REDUCE") ? PickleKind::call : PickleKind::instance,
                            code != opcode("NEWOBJ"), callable, arguments));
            break;
        }
        case opcode("BUILD"): {
            const Index state = pop();
            make_.set_state(top(), state);
            break;
        }
        case opcode("PERSID"): push(make_.persistent(make_.string(std::as_bytes(std::span(line()))))); break;
        case opcode("BINPERSID"): push(make_.persistent(pop())); break;
        case opcode("EXT1"): refuse_extension(1); break;
        case opcode("EXT2"): refuse_extension(2); break;
        case opcode("EXT4"): refuse_extension(4); break;
        case opcode("NEXT_BUFFER"):
        case opcode("READONLY_BUFFER"):
            make_.fail(StatusCode::unsupported, "an out-of-band buffer, which is not in the file");
            break;

        case opcode("DUP"): push(top()); break;
        case opcode("PUT"): remember(memo_key()); break;
        case opcode("BINPUT"): remember(number(1)); break;
        case opcode("LONG_BINPUT"): remember(number(4)); break;
        case opcode("MEMOIZE"): remember(memo_count_); break;
        case opcode("GET"): recall(memo_key()); break;
        case opcode("BINGET"): recall(number(1)); break;
        case opcode("LONG_BINGET"): recall(number(4)); break;

        default: step_with_mark(code); break;
    }
}

void Machine::step_with_mark(unsigned char code) {
    switch (code) {
        case opcode("MARK"): push_mark(); break;
        case opcode("POP"):  // POP takes a mark too
            if (!marks_.empty() && marks_.back() == stack_.size()) {
                marks_.pop_back();
            } else {
                pop();
            }
            break;
        case opcode("POP_MARK"): stack_.resize(pop_mark()); break;
        case opcode("TUPLE"): {
            const std::size_t mark = pop_mark();
            collapse(mark, make_.tuple(above(mark)));
            break;
        }
        case opcode("LIST"):
        case opcode("DICT"):
        case opcode("FROZENSET"): {
            const std::size_t mark = pop_mark();
            const PickleKind kind = code == opcode("LIST")   ? PickleKind::list
                                    : code == opcode("DICT") ? PickleKind::dict
                                                             : PickleKind::set;
            collapse(mark, make_.container(kind, above(mark)));
            break;
        }
        case opcode("APPENDS"):
        case opcode("ADDITEMS"): add_above(false); break;
        case opcode("SETITEMS"): add_above(true); break;
        case opcode("INST"): {
            const std::string_view module = line();
            const Index type = make_.global(module, line());
            const std::size_t mark = pop_mark();
            collapse(mark, make_.call(PickleKind::instance, true, type, make_.tuple(above(mark))));
            break;
        }
        case opcode("OBJ"): {  // the class, then its arguments
            const std::size_t mark = pop_mark();
            const Indices all = above(mark);
            if (all.empty()) {
                make_.malformed("an object without its class");
            } else {
                collapse(mark, make_.call(PickleKind::instance, true, all[0], make_.tuple(all.subspan(1))));
            }
            break;
        }
        default: {
            const std::byte found[] = {static_cast<std::byte>(code)};
            make_.malformed("an unknown opcode", {}, hex_bytes(found));
        }
    }
}

}  // namespace

Status Pickle::read(std::span<const std::byte> bytes, std::uint64_t offset, const PickleLimits& limits) {
    offset_ = offset;
    // Sizes and offsets inside have 32 bits; MappedFile lets no larger file in.
    if (bytes.size() > 0xffffffffu)
        return error(StatusCode::limit_exceeded, "pickle: over 4 GiB", {.offset = offset});
    return Machine(*this, bytes, limits).run();
}

Result<Pickle> Pickle::parse(std::span<const std::byte> bytes, std::uint64_t offset,
                             const PickleLimits& limits) {
    Pickle pickle;
    if (const Status status = pickle.read(bytes, offset, limits); !status.ok()) return status;
    return pickle;
}

}  // namespace featherface::loaders
