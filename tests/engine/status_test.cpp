#include "featherface/status.hpp"

#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
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

TEST_CASE("result: the value of a failure ends the program, in every build") {
    const Result<int> nothing{Status(StatusCode::io_error, "gone")};
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        std::signal(SIGABRT, SIG_DFL);  // doctest's handler would report a failed test
        close(STDERR_FILENO);
        _exit(nothing.value());
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGABRT);
}

}  // namespace featherface
