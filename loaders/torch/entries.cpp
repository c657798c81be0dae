#include "loaders/torch/entries.hpp"

#include <string>
#include <unordered_set>

#include "loaders/error.hpp"

namespace featherface::loaders {
namespace {

bool is_sequence(PickleValue value) {
    return value.is(PickleKind::list) || value.is(PickleKind::tuple);
}

bool is_pair(PickleValue value) {
    return is_sequence(value) && value.size() == 2;
}

}  // namespace

bool is_call_of(PickleValue value, std::string_view name) {
    return value.is(PickleKind::call) && value.callable().is(PickleKind::global) &&
           value.callable().text() == name;
}

bool is_dict(PickleValue value) {
    return value.is(PickleKind::dict) || is_call_of(value, "collections.OrderedDict") ||
           is_call_of(value, "collections.defaultdict");
}

bool is_list_of_pairs(PickleValue value) {
    if (!is_sequence(value) || value.size() == 0) return false;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const PickleValue item = value.item(i);
        if (!is_pair(item) || !item.item(0).is(PickleKind::string)) return false;
    }
    return true;
}

Entries entries_of(PickleValue value) {
    Entries entries;
    const auto add_pairs = [&](PickleValue pairs) {
        for (std::size_t i = 0; i < pairs.size(); ++i) {
            const PickleValue pair = pairs.item(i);
            if (is_pair(pair)) entries.emplace_back(pair.item(0), pair.item(1));
        }
    };
    if (!is_dict(value)) {
        if (is_list_of_pairs(value)) add_pairs(value);
        return entries;
    }
    // Python 2 hands an OrderedDict its entries as a list of pairs.
    const bool is_given_pairs = is_call_of(value, "collections.OrderedDict") &&
                                value.arguments().size() == 1 && is_sequence(value.arguments().item(0));
    if (is_given_pairs) add_pairs(value.arguments().item(0));
    for (std::size_t i = 0; i < value.size(); ++i) entries.emplace_back(value.key(i), value.value(i));
    return entries;
}

Status check_entries(const Entries& entries) {
    if (entries.size() > kMostEntries) {
        return error(
            StatusCode::limit_exceeded, "a dict with too many entries",
            {.expected = "at most " + std::to_string(kMostEntries), .found = std::to_string(entries.size())});
    }
    std::unordered_set<std::string_view> seen;
    for (const auto& [key, value] : entries) {
        if (!key.is(PickleKind::string)) continue;
        if (key.text().size() > kLongestName) {
            return error(StatusCode::limit_exceeded, "the name " + quoted(key.text()) + " is too long",
                         {.offset = key.offset(),
                          .expected = "at most " + count_of(kLongestName, "byte"),
                          .found = std::to_string(key.text().size())});
        }
        if (!seen.insert(key.text()).second) {
            return malformed("two entries are named " + quoted(key.text()), {.offset = key.offset()});
        }
    }
    return {};
}

}  // namespace featherface::loaders
