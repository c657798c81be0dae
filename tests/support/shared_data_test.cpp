// Data that is promised and not there is a failure.
#include "support/shared_data.hpp"

#include <doctest/doctest.h>

#include "support/command.hpp"

namespace featherface::test {

TEST_CASE("shared data: where FEATHERFACE_SHARED is set, a test without its files fails and names them") {
    const CommandResult result =
        run_command("FEATHERFACE_SHARED=/nowhere " FEATHERFACE_BINARY_DIR
                    "/bin/test_support --source-file='*oracle_shared_test.cpp' 2>&1");
    CHECK(result.exit_code == 1);
    CHECK(result.out.find("missing: ") != std::string::npos);
}

}  // namespace featherface::test
