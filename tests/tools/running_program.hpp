// The featherface program while it runs: what it is given and what it writes, piece by piece, and signals.
#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <string>
#include <utility>
#include <vector>

namespace featherface::test {

class RunningProgram {
  public:
    // Its standard output is a pipe; its standard input a FIFO that is there, or nothing.
    explicit RunningProgram(const std::vector<std::string>& arguments,
                            const std::string& fifo = "/dev/null") {
        int ends[2];
        REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
        const std::string program = FEATHERFACE_BINARY_DIR "/bin/featherface";
        std::vector<char*> words = {const_cast<char*>(program.c_str())};
        for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
        words.push_back(nullptr);
        child_ = ::fork();
        REQUIRE(child_ >= 0);
        if (child_ == 0) {
            ::dup2(::open(fifo.c_str(), O_RDONLY | O_CLOEXEC), STDIN_FILENO);
            ::dup2(ends[1], STDOUT_FILENO);
            ::signal(SIGINT, SIG_DFL);  // a shell's background jobs, as this may be one, ignore it
            ::dup2(::open("/dev/null", O_WRONLY), STDERR_FILENO);
            ::execv(program.c_str(), words.data());
            ::_exit(127);
        }
        ::close(ends[1]);
        out_ = ends[0];
        in_ = ::open(fifo.c_str(), O_WRONLY | O_CLOEXEC);
    }
    RunningProgram(const RunningProgram&) = delete;
    RunningProgram& operator=(const RunningProgram&) = delete;
    ~RunningProgram() {
        close_output();
        if (in_ >= 0) ::close(in_);
    }

    void write(const std::string& bytes) const {
        REQUIRE(::write(in_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
    }
    // Some of the output; empty at its end.
    std::string read_some() const {
        std::array<char, 4096> chunk;
        const ssize_t count = ::read(out_, chunk.data(), chunk.size());
        return {chunk.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
    }
    // All of it up to the end of a line.
    std::string read_line() const {
        std::string line;
        for (std::string more; !line.ends_with('\n') && !(more = read_some()).empty();) line += more;
        return line;
    }
    // Waits until the pipe, made as small as can be, is full: the program cannot go on.
    void wait_until_blocked() const {
        const int size = ::fcntl(out_, F_SETPIPE_SZ, 1);
        for (int held = 0; held < size; ::usleep(1000)) REQUIRE(::ioctl(out_, FIONREAD, &held) == 0);
    }
    bool has_ended() const {
        siginfo_t state{};
        return ::waitid(P_PID, static_cast<id_t>(child_), &state, WEXITED | WNOHANG | WNOWAIT) == 0 &&
               state.si_pid == child_;
    }
    void interrupt() const { ::kill(child_, SIGINT); }
    // Nobody reads what comes from here on.
    void close_output() {
        if (out_ >= 0) ::close(std::exchange(out_, -1));
    }
    int exit_code() const {
        int status = 0;
        REQUIRE(::waitpid(child_, &status, 0) == child_);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }

  private:
    pid_t child_ = -1;
    int out_ = -1, in_ = -1;
};

}  // namespace featherface::test
