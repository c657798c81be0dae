#include "support/program.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "support/files.hpp"

namespace featherface::test {

namespace {

// Everything until the other end closes. Reading a terminal ends in an error instead.
std::string drain(int descriptor) {
    std::string text;
    std::array<char, 4096> chunk;
    for (ssize_t count; (count = ::read(descriptor, chunk.data(), chunk.size())) > 0;) {
        text.append(chunk.data(), static_cast<std::size_t>(count));
    }
    return text;
}

struct Channel {
    int read_end = -1, write_end = -1;
};

Channel make_pipe() {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    return {ends[0], ends[1]};
}

Channel make_terminal() {
    const int master = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    REQUIRE(master >= 0);
    REQUIRE(::grantpt(master) == 0);
    REQUIRE(::unlockpt(master) == 0);
    const int slave = ::open(::ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    REQUIRE(slave >= 0);
    return {master, slave};
}

void set_limit(decltype(RLIMIT_AS) resource, std::size_t most) {
    const rlimit limit{most, most};
    if (most > 0 && ::setrlimit(resource, &limit) != 0) ::_exit(126);
}

// The child becomes the program. Nothing here may allocate after fork() in a threaded process but the tests
// that use this have one thread.
[[noreturn]] void become_program(const std::vector<std::string>& arguments, const ProgramOptions& options,
                                 const std::string& input, int out, int err) {
    const int in = ::open(input.c_str(), O_RDONLY | O_CLOEXEC);
    ::dup2(in, STDIN_FILENO);
    ::dup2(err, STDERR_FILENO);
    if (options.stdin_closed) ::close(STDIN_FILENO);
    if (options.standard_output == ProgramOptions::Stdout::closed) {
        ::close(STDOUT_FILENO);
    } else {
        ::dup2(out, STDOUT_FILENO);
    }
    for (const auto& [name, value] : options.environment) ::setenv(name.c_str(), value.c_str(), 1);
    set_limit(RLIMIT_AS, options.memory_limit);
    set_limit(RLIMIT_FSIZE, options.file_limit);
    set_limit(RLIMIT_CPU, options.cpu_limit);
    if (!options.folder.empty() && ::chdir(options.folder.c_str()) != 0) ::_exit(126);

    const std::string program = FEATHERFACE_BINARY_DIR "/bin/featherface";
    std::vector<char*> words = {const_cast<char*>(program.c_str())};
    for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
    words.push_back(nullptr);
    ::execv(program.c_str(), words.data());
    ::_exit(127);
}

}  // namespace

ProgramResult featherface(const std::vector<std::string>& arguments, const ProgramOptions& options) {
    // Files hold what is fed in and caught from stdout: no pipe can fill up while the other is being read.
    const TempDir dir;
    write_file(dir / "in", options.stdin_text);
    const std::string input = options.stdin_file.empty() ? std::string(dir / "in") : options.stdin_file;
    const int caught = ::open((dir / "out").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    const Channel messages = options.stderr_is_terminal ? make_terminal() : make_pipe();
    int out = caught;
    if (options.standard_output == ProgramOptions::Stdout::dev_full) {
        out = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    } else if (options.standard_output == ProgramOptions::Stdout::broken_pipe) {
        const Channel pipe = make_pipe();
        ::close(pipe.read_end);
        out = pipe.write_end;
    }

    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) become_program(arguments, options, input, out, messages.write_end);
    ::close(messages.write_end);
    if (out != caught) ::close(out);
    ::close(caught);

    ProgramResult result;
    result.err = drain(messages.read_end);
    ::close(messages.read_end);
    int status = 0;
    struct rusage usage {};
    REQUIRE(::wait4(child, &status, 0, &usage) == child);
    result.peak_memory = static_cast<std::size_t>(usage.ru_maxrss) * 1024;
    const auto ms = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
    };
    result.cpu_ms = ms(usage.ru_utime) + ms(usage.ru_stime);
    if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
    const auto bytes = read_file(dir / "out");
    result.out.assign(bytes.begin(), bytes.end());
    return result;
}

void check_program(const ProgramResult& result, int expected, std::initializer_list<std::string_view> words) {
    INFO("stdout: " << result.out.substr(0, 2000) << "\nstderr: " << result.err.substr(0, 2000));
    CHECK(result.exit_code == expected);
    for (const std::string_view word : words) {
        CAPTURE(word);
        CHECK(result.err.find(word) != std::string::npos);
    }
}

}  // namespace featherface::test
