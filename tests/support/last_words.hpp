// What a child process writes to standard error before it ends, for code that must end the program.
#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>

namespace featherface::test {

struct Death {
    int signal = 0;  // that ended the child; 0: none did
    std::string last_words;
};

// Runs f() in a child process.
template <class F>
Death death_of(const F& f) {
    int ends[2];
    if (pipe(ends) != 0) return {};
    const pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        const rlimit no_core{0, 0};
        setrlimit(RLIMIT_CORE, &no_core);
        for (const int signal : {SIGABRT, SIGILL, SIGTRAP, SIGSEGV}) std::signal(signal, SIG_DFL);
        f();
        _exit(0);
    }
    close(ends[1]);
    Death death;
    char text[512];
    for (ssize_t count = 0; (count = read(ends[0], text, sizeof text)) > 0;)
        death.last_words.append(text, static_cast<std::size_t>(count));
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status)) death.signal = WTERMSIG(status);
    return death;
}

}  // namespace featherface::test
