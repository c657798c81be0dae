#include "featherface/status.hpp"

#include <doctest/doctest.h>

#include <string>

#include "support/status_checks.hpp"

namespace featherface {

TEST_CASE("result: has either a value or the reason why there is none") {
    const Result<std::string> value(std::string("here"));
    CHECK(value.ok());
    CHECK(value.status().ok());
    CHECK(value.value() == "here");
    const Result<std::string> reason(Status(StatusCode::io_error, "gone"));
    test::check_refused(reason.status(), StatusCode::io_error, {"gone"});
    CHECK_FALSE(reason.ok());
}

TEST_CASE("result: a success without a value is a defect, and told as one") {
    const Result<int> nothing{Status()};
    CHECK_FALSE(nothing.ok());
    test::check_refused(nothing.status(), StatusCode::internal, {"without a value"});
}

}  // namespace featherface
