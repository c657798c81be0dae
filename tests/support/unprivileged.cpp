#include "support/unprivileged.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

namespace featherface::test {

Status without_privileges(const std::function<Status()>& action) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        constexpr uid_t kNobody = 65534;
        constexpr int kStillRoot = 255;
        if (::geteuid() == 0 && (::setgid(kNobody) != 0 || ::setuid(kNobody) != 0)) ::_exit(kStillRoot);
        const Status status = action();
        const std::string message = status.message().substr(0, 1000);
        const bool told =
            ::write(ends[1], message.data(), message.size()) == static_cast<ssize_t>(message.size());
        ::_exit(told ? static_cast<int>(status.code()) : kStillRoot);
    }
    ::close(ends[1]);
    std::string message(1000, '\0');
    const ssize_t size = ::read(ends[0], message.data(), message.size());
    ::close(ends[0]);
    int result = 0;
    REQUIRE(::waitpid(child, &result, 0) == child);
    REQUIRE(size >= 0);
    REQUIRE(WIFEXITED(result));
    REQUIRE(WEXITSTATUS(result) <= static_cast<int>(StatusCode::internal));
    message.resize(static_cast<std::size_t>(size));
    return {static_cast<StatusCode>(WEXITSTATUS(result)), message};
}

}  // namespace featherface::test
