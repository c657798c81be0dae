#include "loaders/torch/pickle_builder.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "loaders/error.hpp"
#include "loaders/little_endian.hpp"
#include "loaders/numbers.hpp"
#include "loaders/torch/pickle_text.hpp"

namespace featherface::loaders {
namespace {

bool is_object(PickleKind kind) {
    return kind == PickleKind::call || kind == PickleKind::instance;
}

// Parses all of `text`; true unless it is no number at all. Out of range, `value` stays 0.
template <class T>
bool parse_number(std::string_view text, T& value, bool& out_of_range) {
    const auto [end, code] = loaders::from_chars(text.data(), text.data() + text.size(), value);
    out_of_range = code == std::errc::result_out_of_range;
    return end == text.data() + text.size() && code != std::errc::invalid_argument;
}

}  // namespace

PickleBuilder::PickleBuilder(Pickle& pickle, const PickleLimits& limits) : pickle_(pickle), limits_(limits) {
    pickle_.nodes_.push_back({});  // kNothing
}

void PickleBuilder::fail(StatusCode code, std::string_view what, std::string expected, std::string found) {
    if (!status_.ok()) return;
    status_ = error(
        code, "pickle: " + std::string(what),
        {.offset = pickle_.offset_ + opcode_, .expected = std::move(expected), .found = std::move(found)});
}

void PickleBuilder::malformed(std::string_view what, std::string expected, std::string found) {
    fail(StatusCode::malformed, what, std::move(expected), std::move(found));
}

PickleBuilder::Index PickleBuilder::make(PickleKind kind) {
    if (pickle_.nodes_.size() > limits_.values) {  // the first is kNothing
        fail(StatusCode::limit_exceeded, "too many values", "at most " + std::to_string(limits_.values));
        return kNothing;
    }
    Pickle::Node node;
    node.kind = kind;
    node.offset = static_cast<std::uint32_t>(opcode_);
    pickle_.nodes_.push_back(node);
    return static_cast<Index>(pickle_.nodes_.size() - 1);
}

PickleBuilder::Index PickleBuilder::make_text(PickleKind kind, std::string_view text) {
    const Index made = make(kind);
    pickle_.nodes_[made].text = text.data();
    pickle_.nodes_[made].size = static_cast<std::uint32_t>(text.size());
    return made;
}

// --- Numbers ---

PickleBuilder::Index PickleBuilder::boolean(bool value) {
    const Index made = make(PickleKind::boolean);
    pickle_.nodes_[made].integer = value ? 1 : 0;
    return made;
}

PickleBuilder::Index PickleBuilder::integer(std::int64_t value) {
    const Index made = make(PickleKind::integer);
    pickle_.nodes_[made].integer = value;
    return made;
}

PickleBuilder::Index PickleBuilder::integer(Bytes little_endian) {
    const std::size_t size = little_endian.size();
    if (size > sizeof(std::int64_t)) return make_text(PickleKind::big_integer, as_text(little_endian));
    const bool negative = size > 0 && std::to_integer<int>(little_endian[size - 1]) >= 0x80;
    std::uint64_t value = negative ? ~std::uint64_t{0} : 0;
    for (std::size_t i = size; i-- > 0;)
        value = (value << 8) | std::to_integer<std::uint64_t>(little_endian[i]);
    return integer(static_cast<std::int64_t>(value));
}

PickleBuilder::Index PickleBuilder::integer(std::string_view decimal) {
    std::int64_t value = 0;
    bool too_big = false;
    if (!parse_number(decimal, value, too_big)) malformed("an integer that is none", {}, quoted(decimal));
    return too_big ? make_text(PickleKind::big_integer, decimal) : integer(value);
}

PickleBuilder::Index PickleBuilder::real(double value) {
    const Index made = make(PickleKind::real);
    pickle_.nodes_[made].real = value;
    return made;
}

PickleBuilder::Index PickleBuilder::real(std::string_view decimal) {
    double value = 0;
    bool out_of_range = false;
    if (!parse_number(decimal, value, out_of_range) || out_of_range)
        malformed("a number that is none", {}, quoted(decimal));
    return real(value);
}

// --- Text ---

PickleBuilder::Index PickleBuilder::string(Bytes utf8) {
    if (const std::size_t bad = find_bad_utf8(as_text(utf8)); bad != std::string_view::npos) {
        malformed("a string that is not UTF-8", {},
                  hex_bytes(utf8.subspan(bad, 1)) + " as its byte " + std::to_string(bad));
    }
    return make_text(PickleKind::string, as_text(utf8));
}

PickleBuilder::Index PickleBuilder::string_or_bytes(std::string_view text) {
    return make_text(find_bad_utf8(text) == text.npos ? PickleKind::string : PickleKind::bytes, text);
}

PickleBuilder::Index PickleBuilder::owned_string(std::string text) {
    return string_or_bytes(pickle_.texts_.emplace_back(std::move(text)));
}

PickleBuilder::Index PickleBuilder::bytes(Bytes content) {
    return make_text(PickleKind::bytes, as_text(content));
}

PickleBuilder::Index PickleBuilder::global(std::string_view module, std::string_view name) {
    if (module.size() > limits_.name || name.size() > limits_.name) {
        fail(StatusCode::limit_exceeded, "the name of a class or function is too long",
             "at most " + count_of(limits_.name, "byte"),
             std::to_string(std::max(module.size(), name.size())));
    } else if (module.empty() || name.empty() || find_bad_utf8(module) != module.npos ||
               find_bad_utf8(name) != name.npos) {
        malformed("a class or function without a proper name", "a module and a name",
                  quoted(module) + " and " + quoted(name));
    }
    name_bytes_ += module.size() + name.size();
    if (name_bytes_ > limits_.names) {
        fail(StatusCode::limit_exceeded, "too many names of classes and functions",
             "at most " + count_of(limits_.names, "byte"));
    }
    if (!status_.ok()) return kNothing;
    std::string dotted(module);
    dotted += '.';
    dotted += name;
    const std::string& kept = *pickle_.globals_.insert(std::move(dotted)).first;
    if (pickle_.globals_.size() > limits_.globals) {
        fail(StatusCode::limit_exceeded, "too many classes and functions",
             "at most " + std::to_string(limits_.globals));
    }
    return make_text(PickleKind::global, kept);
}

// --- Containers and objects ---

// Counts elements and depth against the limits, wherever the elements are kept.
void PickleBuilder::deepen(Pickle::Node& container, Index element) {
    if (++elements_ > limits_.elements) {
        fail(StatusCode::limit_exceeded, "too many elements", "at most " + std::to_string(limits_.elements));
    }
    container.depth = std::max(container.depth, pickle_.nodes_[element].depth + 1);
    if (container.depth > limits_.depth) {
        fail(StatusCode::limit_exceeded, "containers nested too deep",
             "at most " + std::to_string(limits_.depth));
    }
}

PickleBuilder::Index PickleBuilder::tuple(Indices items) {
    const Index made = make(PickleKind::tuple);
    Pickle::Node& node = pickle_.nodes_[made];
    for (const Index item : items) deepen(node, item);
    if (!status_.ok()) return kNothing;
    node.first = static_cast<std::uint32_t>(pickle_.tuple_items_.size());
    node.size = static_cast<std::uint32_t>(items.size());
    pickle_.tuple_items_.insert(pickle_.tuple_items_.end(), items.begin(), items.end());
    return made;
}

PickleBuilder::Index PickleBuilder::container(PickleKind kind, Indices elements) {
    // What was made before a failure may still be looked at, so there is no node without its container.
    if (!status_.ok()) return kNothing;
    const Index made = make(kind);
    if (!status_.ok()) return kNothing;
    pickle_.nodes_[made].container = static_cast<std::uint32_t>(pickle_.containers_.size());
    pickle_.containers_.emplace_back();
    if (kind == PickleKind::dict) {
        add_pairs(made, elements);
    } else if (!is_object(kind)) {
        add_items(made, elements);
    }
    return made;
}

// In the legacy container torch writes the class of a module as a persistent id that names the class itself,
// too: ('module', class, file, source).
PickleBuilder::Index PickleBuilder::class_of(Index callable) const {
    if (kind(callable) != PickleKind::persistent) return callable;
    const PickleValue id = pickle_.value(callable).id();
    const bool is_class = id.is(PickleKind::tuple) && id.size() == 4 && id.item(0).is(PickleKind::string) &&
                          id.item(0).text() == "module" && id.item(1).is(PickleKind::global);
    return is_class ? id.item(1).index() : callable;
}

PickleBuilder::Index PickleBuilder::call(PickleKind kind_made, bool is_called, Index callable,
                                         Index arguments) {
    callable = class_of(callable);
    if (kind(callable) != PickleKind::global && !is_object(kind(callable))) {
        malformed("something is called that is no function", "a class or function", described(callable));
    }
    if (kind(arguments) != PickleKind::tuple) {
        malformed("a call without proper arguments", "a tuple", described(arguments));
    }
    const Index made = container(kind_made);
    if (!status_.ok()) return kNothing;
    Pickle::Node& node = pickle_.nodes_[made];
    pickle_.containers_[node.container].callable = callable;
    pickle_.containers_[node.container].arguments = arguments;
    pickle_.containers_[node.container].is_called = is_called;
    deepen(node, callable);
    deepen(node, arguments);
    return made;
}

PickleBuilder::Index PickleBuilder::persistent(Index id) {
    const Index made = make(PickleKind::persistent);
    pickle_.nodes_[made].id = id;
    deepen(pickle_.nodes_[made], id);
    return made;
}

void PickleBuilder::extend(Index container, Indices elements) {
    Pickle::Node& node = pickle_.nodes_[container];
    for (const Index element : elements) deepen(node, element);
    if (!status_.ok()) return;
    std::vector<Index>& held = pickle_.containers_[node.container].elements;
    held.insert(held.end(), elements.begin(), elements.end());
}

void PickleBuilder::add_items(Index container, Indices items) {
    const PickleKind to = kind(container);
    if (is_object(to)) return;  // a subclass of list, say: nothing we read has such items
    if (to != PickleKind::list && to != PickleKind::set) {
        malformed("items are added to something else", "a list or set", described(container));
        return;
    }
    extend(container, items);
}

void PickleBuilder::add_pairs(Index container, Indices keys_and_values) {
    if (kind(container) != PickleKind::dict && !is_object(kind(container))) {
        malformed("keys and values are added to something else", "a dict", described(container));
    } else if (keys_and_values.size() % 2 != 0) {
        malformed("a key without a value");
    } else {
        extend(container, keys_and_values);
    }
}

void PickleBuilder::set_state(Index object, Index state) {
    if (!is_object(kind(object))) {
        malformed("BUILD on something that is no object", "an object", described(object));
        return;
    }
    Pickle::Container& made = pickle_.containers_[pickle_.nodes_[object].container];
    // No writer does this, but the second could run what the first has put into the object.
    if (made.has_state) malformed("BUILD on an object that has its state already");
    deepen(pickle_.nodes_[object], state);
    if (!status_.ok()) return;
    made.has_state = true;
    made.state = state;
}

void PickleBuilder::finish(Index root, std::size_t size_in_bytes) {
    pickle_.root_ = root;
    pickle_.size_in_bytes_ = size_in_bytes;
}

}  // namespace featherface::loaders
