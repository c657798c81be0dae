// Where a Result without a value ends.
#include "featherface/status.hpp"

#include <cstdio>
#include <cstdlib>

namespace featherface::detail {

void no_value(const Status& status) {
    std::fprintf(stderr, "featherface: the value of a failed Result was used: %s\n",
                 status.message().c_str());
    std::abort();
}

}  // namespace featherface::detail
