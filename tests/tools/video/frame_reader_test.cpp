#include "tools/video/frame_reader.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "engine/allocations.hpp"
#include "support/files.hpp"
#include "support/pictures.hpp"
#include "support/status_checks.hpp"

namespace featherface::test {

using tools::Frame;
using tools::FrameOptions;
using tools::FrameReader;

namespace {

const auto never = [] { return false; };

FrameOptions pictures() {
    return {.max_pixels = 1'000'000};
}

FrameOptions raw(const std::string& format) {
    FrameOptions options = pictures();
    options.raw = tools::parse_raw_format(format).value();
    return options;
}

std::string text_of(const Frame& frame) {
    return {frame.bytes.begin(), frame.bytes.end()};
}

// A file as a stream.
class StreamFile {
  public:
    explicit StreamFile(std::string_view content) {
        write_file(dir_ / "stream", content);
        descriptor = ::open((dir_ / "stream").c_str(), O_RDONLY | O_CLOEXEC);
        REQUIRE(descriptor >= 0);
    }
    ~StreamFile() { ::close(descriptor); }
    int descriptor = -1;

  private:
    TempDir dir_;
};

struct Pipe {
    Pipe() {
        int ends[2];
        REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
        from = ends[0], to = ends[1];
    }
    ~Pipe() {
        ::close(from);
        close_input();
    }
    void write(std::string_view bytes) const {
        REQUIRE(::write(to, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
    }
    void close_input() {
        if (to >= 0) ::close(to);
        to = -1;
    }
    int from = -1, to = -1;
};

// All frames of a stream; the last has the error, if there is one.
std::vector<Frame> frames_of(std::string_view content, const FrameOptions& options) {
    const StreamFile file(content);
    FrameReader reader(file.descriptor, options, never);
    std::vector<Frame> frames;
    while (const Frame* frame = reader.next()) frames.push_back(*frame);
    return frames;
}

void check_frames(std::string_view content, const FrameOptions& options,
                  const std::vector<std::string>& expected) {
    const auto frames = frames_of(content, options);
    REQUIRE(frames.size() == expected.size());
    for (std::size_t i = 0; i < frames.size(); ++i) {
        CHECK(frames[i].error.ok());
        CHECK(frames[i].number == static_cast<std::int64_t>(i));
        CHECK((text_of(frames[i]) == expected[i]));
    }
}

}  // namespace

TEST_CASE("frame reader: pictures of several kinds one after another") {
    const std::string jpeg = picture_data("baseline.jpg"), png = picture_data("rgb.png");
    const std::string ppm = "P6\n2 1\n255\n123456", large = "P5\n900 800\n255\n" + std::string(720'000, 'x');
    check_frames(ppm + large + png + ppm + jpeg + ppm + jpeg + jpeg, pictures(),
                 {ppm, large, png, ppm, jpeg, ppm, jpeg, jpeg});
    check_frames(" \n" + ppm + "\n\n" + ppm + "\n", pictures(), {ppm, ppm});
}

TEST_CASE(
    "frame reader: what stands between JPEGs, padding or headers of multipart, is passed over and counted") {
    const std::string jpeg = picture_data("grey.jpg");
    const std::string header = "--frame\r\nContent-Type: image/jpeg\r\n\r\n", padding(7, '\0');
    check_frames(header + jpeg + "\r\n" + header + jpeg + padding + jpeg + "--frame--", pictures(),
                 {jpeg, jpeg, jpeg});
    const StreamFile file(jpeg + padding + jpeg + std::string(100'000, 'x'));
    FrameReader reader(file.descriptor, pictures(), never);
    while (reader.next() != nullptr) {
    }
    CHECK(reader.frames() == 2);
    CHECK(reader.skipped_bytes() == 100'007);
}

TEST_CASE("frame reader: raw frames are so many bytes each, and the last must be whole") {
    check_frames("abcdefghijkl", raw("gray:2x2"), {"abcd", "efgh", "ijkl"});
    const auto cut = frames_of("abcdef", raw("gray:2x2"));
    REQUIRE(cut.size() == 2);
    check_refused(cut[1].error, StatusCode::malformed,
                  {"standard input: ", "cut short", "4 bytes", "found 2"});
}

TEST_CASE("frame reader: of every so many frames one is handed out, under its own number") {
    FrameOptions options = raw("gray:1x1");
    options.every = 3;
    const auto frames = frames_of("abcdefgh", options);
    REQUIRE(frames.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) CHECK(frames[i].number == static_cast<std::int64_t>(3 * i));
    CHECK(text_of(frames[2]) == "g");
}

TEST_CASE("frame reader: an empty stream, one that is none, and what is too large, end with an error") {
    const auto check = [](std::string_view content, const FrameOptions& options, std::size_t whole,
                          StatusCode code, std::string_view words) {
        const auto frames = frames_of(content, options);
        REQUIRE(frames.size() == whole + 1);
        check_refused(frames.back().error, code, {"standard input: ", words});
    };
    check("", pictures(), 0, StatusCode::malformed, "empty");
    check("", raw("gray:2x2"), 0, StatusCode::malformed, "empty");
    check("  \n", pictures(), 0, StatusCode::malformed, "empty");
    check("something else", pictures(), 0, StatusCode::malformed, "not a picture");
    check("P5\n1 1\n255\nxsomething else", pictures(), 1, StatusCode::malformed, "not a picture");
    check("P5\n1 1\n255\nxP5\n9999 9999\n255\n", pictures(), 1, StatusCode::limit_exceeded, "9999 x 9999");
    const std::string png = picture_data("rgb.png").substr(0, 8 + 25);  // and a chunk that does not end
    check(png + std::string(std::size_t{17} << 20, '\x7f'), pictures(), 0, StatusCode::limit_exceeded,
          "more bytes than the headers account for");

    const int unreadable = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    FrameReader closed(unreadable, pictures(), never);
    const Frame* frame = closed.next();
    REQUIRE(frame != nullptr);
    check_refused(frame->error, StatusCode::io_error, {"standard input: cannot read"});
    CHECK(closed.next() == nullptr);
    ::close(unreadable);
}

TEST_CASE("frame reader: a frame is there as soon as its last byte is") {
    const std::string jpeg = picture_data("grey.jpg"), png = picture_data("rgb.png");
    Pipe pipe;
    FrameReader reader(pipe.from, pictures(), never);
    for (const std::string& picture : {std::string("P6\n2 1\n255\n123456"), png, jpeg, jpeg}) {
        pipe.write(picture);
        const Frame* frame = reader.next();
        REQUIRE(frame != nullptr);
        CHECK((text_of(*frame) == picture));
    }
    pipe.close_input();
    CHECK(reader.next() == nullptr);
}

TEST_CASE("frame reader: live, only the newest frame is handed out; else all are, and the stream waits") {
    constexpr std::int64_t kFrames = 200;
    for (const bool live : {true, false}) {
        FrameOptions options = raw("gray:1x1");
        options.live = live;
        const StreamFile file(std::string(kFrames - 1, 'a') + "z");
        FrameReader reader(file.descriptor, options, never);
        if (live) {
            while (reader.frames() < kFrames) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        std::int64_t taken = 0, last = -1;
        while (const Frame* frame = reader.next()) {
            CHECK(frame->number > last);
            last = frame->number;
            ++taken;
        }
        CHECK(last == kFrames - 1);
        CHECK(reader.left_out() == kFrames - taken);
        CHECK((live ? taken <= 2 : taken == kFrames));
    }
}

TEST_CASE("frame reader: it ends at once when stopped, and when nobody wants its frames any more") {
    Pipe silent;
    bool stop = false;
    {
        FrameReader reader(silent.from, pictures(), [&] { return stop; });
        silent.write("P6\n2 1\n255\n123456P6");
        CHECK(reader.next() != nullptr);
        stop = true;
        CHECK(reader.next() == nullptr);
    }  // with bytes to come, and the next frame not there
    const StreamFile full("abcdefgh");
    const FrameReader unread(full.descriptor, raw("gray:1x1"), never);
}

TEST_CASE("frame reader: once the frames have their size, nothing is allocated") {
    const auto allocations = [](const FrameOptions& options, std::string_view frame, int count) {
        std::string content;
        for (int i = 0; i < count; ++i) content += frame;
        const StreamFile file(content);
        const std::size_t before = allocations_anywhere();
        FrameReader reader(file.descriptor, options, never);
        int seen = 0;
        while (reader.next() != nullptr) ++seen;
        REQUIRE(seen == count);
        return allocations_anywhere() - before;
    };
    const std::string frame(640 * 480 * 3 / 2, 'x'),
        picture = "P6\n64 48\n255\n" + std::string(64 * 48 * 3, 'x');
    CHECK(allocations(raw("nv12:640x480"), frame, 6) == allocations(raw("nv12:640x480"), frame, 30));
    CHECK(allocations(pictures(), picture, 6) == allocations(pictures(), picture, 600));
}

}  // namespace featherface::test
