#include "tools/detect/resumed_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include "loaders/error.hpp"
#include "tools/files/output_file.hpp"
#include "tools/text/json_reader.hpp"
#include "tools/text/text.hpp"

namespace featherface::tools {

namespace {

// The picture that a line is about; nothing else in it is looked at. False where it is no such line.
bool file_of_line(std::string_view line, std::string& file) {
    constexpr std::string_view kBegin = R"({"file": ")";
    if (!line.starts_with(kBegin) || !line.ends_with('}')) return false;
    std::size_t end = kBegin.size();
    while (end < line.size() && line[end] != '"') end += line[end] == '\\' ? 2 : 1;
    if (end >= line.size()) return false;
    const auto json = parse_json(concat(line.substr(0, end), "\"}"), "");
    if (!json.ok() || !json.value()["file"].text()) return false;
    file = *json.value()["file"].text();
    return true;
}

}  // namespace

Result<ResumedFile> ResumedFile::open(const std::filesystem::path& path) {
    // What is made here has the usual permissions.
    ResumedFile file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_APPEND | O_NOCTTY, 0666),
                     path.string());
    if (file.fd_ < 0) return file.fail("cannot write", errno);
    if (::flock(file.fd_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return file.fail("another program is writing it", errno);
    if (Status status = file.read_lines(); !status.ok()) return status;
    return file;
}

Status ResumedFile::read_lines() {
    std::vector<char> chunk(std::size_t{1} << 20);
    std::string line, picture;
    off_t whole = 0, read = 0;  // bytes up to the last end of a line, and altogether
    std::size_t number = 0;
    while (true) {
        const ssize_t count = ::read(fd_, chunk.data(), chunk.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return fail("cannot read", errno);
        if (count == 0) break;
        std::string_view left(chunk.data(), static_cast<std::size_t>(count));
        for (std::size_t end; (end = left.find('\n')) != std::string_view::npos;) {
            line += left.substr(0, end);
            left.remove_prefix(end + 1);
            ++number;
            if (!file_of_line(line, picture)) {
                return loaders::in_file(
                    name_,
                    loaders::error(StatusCode::malformed,
                                   concat("line ", std::to_string(number),
                                          " is none that detect --format jsonl writes; --resume goes on with "
                                          "such a file only")));
            }
            ++done_[picture];
            whole = read + static_cast<off_t>(static_cast<std::size_t>(count) - left.size());
            line.clear();
        }
        line += left;
        read += count;
    }
    if (whole < read && ::ftruncate(fd_, whole) != 0) return fail("cannot cut its last line off", errno);
    return {};
}

bool ResumedFile::take(const std::string& picture) {
    const auto found = done_.find(picture);
    if (found == done_.end() || found->second == 0) return false;
    --found->second;
    return true;
}

Status ResumedFile::write(std::string_view lines) {
    const off_t end = ::lseek(fd_, 0, SEEK_END);
    const int number = write_all(fd_, std::as_bytes(std::span(lines)));
    if (number == 0) return {};
    if (end >= 0) static_cast<void>(::ftruncate(fd_, end) == 0);  // a cut line is healed by the next run, too
    return fail("cannot write", number);
}

Status ResumedFile::fail(std::string_view what, int number) const {
    const std::string reason = std::error_code(number, std::generic_category()).message();
    return loaders::in_file(name_, loaders::error(StatusCode::output_error, concat(what, ": ", reason)));
}

ResumedFile::ResumedFile(ResumedFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), name_(std::move(other.name_)), done_(std::move(other.done_)) {}

ResumedFile::~ResumedFile() {
    if (fd_ >= 0) ::close(fd_);
}

}  // namespace featherface::tools
