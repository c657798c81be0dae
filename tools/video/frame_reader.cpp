#include "tools/video/frame_reader.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string>
#include <system_error>
#include <utility>

#include "loaders/ascii.hpp"
#include "loaders/error.hpp"
#include "loaders/guarded.hpp"
#include "loaders/images/picture_allowance.hpp"
#include "tools/text/text.hpp"

namespace featherface::tools {

namespace {

constexpr std::size_t kChunk = std::size_t{1} << 18;

// How long, in milliseconds, it takes at most to notice that nobody waits for frames any more.
constexpr int kPatience = 100;

// A stream of JPEGs as network cameras send it (multipart/x-mixed-replace) begins with a boundary.
bool is_boundary(std::span<const std::uint8_t> bytes) {
    return bytes.size() >= 2 && bytes[0] == '-' && bytes[1] == '-';
}

// JPEG, PNG or PNM, by the first two bytes.
bool may_be_picture(std::span<const std::uint8_t> bytes) {
    if (bytes.size() < 2) return false;
    return (bytes[0] == 0xff && bytes[1] == 0xd8) || (bytes[0] == 0x89 && bytes[1] == 'P') ||
           (bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '7');
}

Status in_stream(const Status& status) {
    return loaders::in_file("standard input", status);
}

}  // namespace

FrameReader::FrameReader(int descriptor, const FrameOptions& options, std::function<bool()> stopped)
    : descriptor_(descriptor),
      options_(options),
      stopped_(std::move(stopped)),
      end_(options.max_pixels),
      thread_([this] { run(); }) {}

FrameReader::~FrameReader() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    moved_.notify_all();
    thread_.join();
}

const Frame* FrameReader::next() {
    std::unique_lock lock(mutex_);
    while (!is_ready_ && !is_over_) {
        if (stopped_()) return nullptr;
        moved_.wait_for(lock, std::chrono::milliseconds(kPatience));
    }
    if (!is_ready_ || stopped_()) return nullptr;
    std::swap(taken_, ready_);
    is_ready_ = false;
    moved_.notify_all();
    return &taken_;
}

void FrameReader::run() {
    const auto frame = [] { return std::string("a frame"); };
    Status status = loaders::guarded(frame, [&]() -> Status {
        while (hand_out_frames() && fill()) {
        }
        return {};
    });
    if (!status.ok()) hand_out({}, in_stream(status));
    const std::lock_guard lock(mutex_);
    is_over_ = true;
    moved_.notify_all();
}

// Reads some more bytes; false at the end of this object's life.
bool FrameReader::fill() {
    if (first_ > 0) {  // what is left of them moves to the front
        std::copy_n(buffer_.begin() + static_cast<std::ptrdiff_t>(first_), count_, buffer_.begin());
        first_ = 0;
    }
    if (buffer_.size() < count_ + kChunk) buffer_.resize(2 * (count_ + kChunk));
    while (!ending_) {
        pollfd waiting{descriptor_, POLLIN, 0};
        if (::poll(&waiting, 1, kPatience) == 0) continue;
        const ssize_t read = ::read(descriptor_, buffer_.data() + count_, buffer_.size() - count_);
        if (read < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (read < 0) {
            const std::string reason = std::error_code(errno, std::generic_category()).message();
            hand_out({}, in_stream({StatusCode::io_error, concat("cannot read: ", reason)}));
            return false;
        }
        at_end_ = read == 0;
        count_ += static_cast<std::size_t>(read);
        return true;
    }
    return false;
}

// Hands out the frames that are whole; false when there will be no more.
bool FrameReader::hand_out_frames() {
    while (true) {
        if (!is_begun_ && !begin_frame()) {
            if (at_end_ && frames_ == 0)
                hand_out({}, in_stream(loaders::malformed("empty: a picture has at least a header")));
            return !at_end_;
        }
        const auto end = end_of_frame();
        if (!end.ok()) {
            hand_out({}, in_stream(end.status()));
            return false;
        }
        if (!end.value()) return true;
        hand_out(pending().first(*end.value()));
        drop(*end.value());
        is_begun_ = false;
        after_jpeg_ = !options_.raw && end_.is_jpeg();
        end_ = PictureEnd(options_.max_pixels);
        allowed_ = 0;
    }
}

// Passes what belongs to no frame: white space, and behind a JPEG all that is no picture. False while there
// is nothing else.
bool FrameReader::begin_frame() {
    if (!options_.raw) {
        while (count_ > 0 && loaders::is_space(static_cast<char>(pending()[0]))) drop(1);
        if (count_ < 2 && !at_end_) return false;
        if (after_jpeg_ ? !may_be_picture(pending()) : frames_ == 0 && is_boundary(pending())) {
            const std::size_t gap = find_jpeg(std::as_bytes(pending()));
            skipped_ += static_cast<std::int64_t>(gap);
            drop(gap);
        }
    }
    is_begun_ = count_ > 0;
    return is_begun_;
}

// How many bytes the frame has, once that shows.
Result<std::optional<std::size_t>> FrameReader::end_of_frame() {
    if (options_.raw) {
        const std::size_t whole = options_.raw->bytes();
        if (count_ >= whole) return std::optional(whole);
        if (!at_end_) return std::optional<std::size_t>();
        return loaders::malformed(
            "the last frame is cut short",
            {.expected = loaders::count_of(whole, "byte"), .found = std::to_string(count_)});
    }
    auto end = end_.find(std::as_bytes(pending()), at_end_);
    if (!end.ok() || end.value() || count_ <= std::max<std::uint64_t>(allowed_, loaders::kFileBeginning))
        return end;
    // A picture that does not end has no more than its header can account for.
    const auto now = loaders::allowed_picture({std::as_bytes(pending()), {}}, options_.max_pixels);
    if (!now.ok()) return now.status();
    allowed_ = now.value();
    if (count_ > allowed_) return loaders::beyond_allowance(allowed_, 0);
    return end;
}

void FrameReader::drop(std::size_t count) {
    first_ += count;
    count_ -= count;
}

// The next frame, or why there is none.
void FrameReader::hand_out(std::span<const std::uint8_t> bytes, Status error) {
    filling_.number = frames_;
    if (error.ok()) ++frames_;
    if (error.ok() && filling_.number % options_.every != 0) return;
    filling_.bytes.assign(bytes.begin(), bytes.end());
    filling_.error = std::move(error);
    std::unique_lock lock(mutex_);
    if (options_.live && is_ready_ && filling_.error.ok()) {
        ++left_out_;
    } else {
        moved_.wait(lock, [&] { return !is_ready_ || ending_; });
    }
    std::swap(filling_, ready_);
    is_ready_ = true;
    moved_.notify_all();
}

}  // namespace featherface::tools
