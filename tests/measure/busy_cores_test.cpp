// Load made on purpose.
#include "tools/measure/busy_cores.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <chrono>
#include <thread>

namespace featherface::tools {
namespace {

double childrens_seconds() {
    rusage used{};
    REQUIRE(::getrusage(RUSAGE_CHILDREN, &used) == 0);
    return static_cast<double>(used.ru_utime.tv_sec) + static_cast<double>(used.ru_utime.tv_usec) * 1e-6;
}

TEST_CASE("busy cores: processes use processor time as long as the object lives, and are gone after it") {
    const double before = childrens_seconds();
    {
        const BusyCores busy(2);
        CHECK(busy.count() == 2);
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
    }
    CHECK(childrens_seconds() > before);  // of children that were waited for
    const BusyCores none(0);
    CHECK(none.count() == 0);
}

}  // namespace
}  // namespace featherface::tools
