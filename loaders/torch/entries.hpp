// The named entries of what a pickle holds instead of a dict: a dict, an OrderedDict, a defaultdict, or a
// list of pairs (name, value).
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "featherface/status.hpp"
#include "loaders/torch/pickle.hpp"

namespace featherface::loaders {

constexpr std::size_t kMostEntries = 16384;
constexpr std::size_t kLongestName = 1024;  // in bytes; PyTorch's module paths have some dozens

using Entries = std::vector<std::pair<PickleValue, PickleValue>>;

// Whether the value is a call of the function of that name.
bool is_call_of(PickleValue value, std::string_view name);

// Is it a dict of some kind? Looks at the value alone.
bool is_dict(PickleValue value);

// Is it a list or tuple of pairs with a string first, at least one? Looks at every item.
bool is_list_of_pairs(PickleValue value);

// Those of a dict or a list of pairs; none for other values. Copies them: not to be done for one value again
// and again.
Entries entries_of(PickleValue value);

// Holds for every dict whose entries are taken, so that names, like values, take no more memory than the file
// has bytes. Errors: malformed (two of one name), limit_exceeded (too many, a name too long).
Status check_entries(const Entries& entries);

}  // namespace featherface::loaders
