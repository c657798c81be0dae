// Where a value ends that is not there.
#include "featherface/status.hpp"

#include <cstdio>
#include <cstdlib>

namespace featherface::detail {

void no_value(const Status& status) {
    std::fprintf(stderr, "featherface: a value that is not there was used: %s\n", status.message().c_str());
    std::abort();
}

}  // namespace featherface::detail
