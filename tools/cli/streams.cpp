#include "tools/cli/streams.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "loaders/error.hpp"
#include "tools/files/output_file.hpp"
#include "tools/text/text.hpp"

namespace featherface::tools {

namespace {

bool progress_shown = false;

// If stderr is gone there is nobody to tell.
void to_stderr(std::string_view text) {
    (void)write_all(STDERR_FILENO, std::as_bytes(std::span(text)));
}

// Wipes the progress text before anything else appears on the terminal.
void clear_progress() {
    if (!progress_shown) return;
    progress_shown = false;
    constexpr std::string_view kClearLine = "\r\x1b[K";
    to_stderr(kClearLine);
}

}  // namespace

void prepare_streams() {
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(stream, F_GETFD) != -1) continue;
        // open() takes the lowest free number, which is this one. Opened the wrong way round, reading stdin
        // or writing to stdout fails as it should; a message nobody can see may vanish.
        (void)::open("/dev/null", stream == STDOUT_FILENO ? O_RDONLY : O_WRONLY);
    }
}

Status write_data(std::string_view data) {
    clear_progress();
    const int number = write_all(STDOUT_FILENO, std::as_bytes(std::span(data)));
    if (number == 0) return {};
    return {StatusCode::output_error, std::string("standard output: cannot write: ") + std::strerror(number)};
}

Status write_text(std::string_view lines) {
    return write_data(printable_lines(lines));
}

void message(std::string_view text) {
    clear_progress();
    // Two paths have half of this at most.
    constexpr std::size_t kLongest = 16384;
    const std::string_view told = text.substr(0, kLongest);
    // It is one write, so that lines of several programs do not mix.
    to_stderr("featherface: " + printable(told) + (told.size() < text.size() ? " ..." : "") + "\n");
}

void message_out_of_memory() {
    clear_progress();
    to_stderr("featherface: out of memory\n");
}

ExitCode fail(const Status& status) {
    message(status.message());
    return exit_code(status.code());
}

void progress(std::string_view text) {
    static const bool is_terminal = ::isatty(STDERR_FILENO) == 1;
    if (!is_terminal) return;
    clear_progress();
    to_stderr(printable(text));
    progress_shown = true;
}

Result<std::vector<std::uint8_t>> read_stdin(const loaders::Allowance& allowance) {
    const auto named = [](const Status& status) { return loaders::in_file("standard input", status); };
    std::vector<std::uint8_t> bytes;
    std::array<std::uint8_t, loaders::kFileBeginning> chunk;
    std::uint64_t allowed = 0;
    while (true) {
        const ssize_t count = ::read(STDIN_FILENO, chunk.data(), chunk.size());
        if (count == 0) return bytes;
        if (count < 0) {
            if (errno == EINTR) continue;
            return named({StatusCode::io_error, std::string("cannot read: ") + std::strerror(errno)});
        }
        bytes.insert(bytes.end(), chunk.begin(), chunk.begin() + count);
        if (bytes.size() < chunk.size() || bytes.size() <= allowed) continue;
        const auto now = allowance({std::as_bytes(std::span(bytes)), {}});
        if (!now.ok()) return named(now.status());
        allowed = now.value();
        if (bytes.size() > allowed) return named(loaders::beyond_allowance(allowed, 0));
    }
}

}  // namespace featherface::tools
