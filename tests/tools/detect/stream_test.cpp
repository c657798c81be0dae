#include "tools/detect/stream.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <utility>

#include "engine/allocations.hpp"
#include "support/files.hpp"
#include "support/seeded_model.hpp"

namespace featherface::test {

namespace {

// While it lives, standard input is one file and standard output another.
class Redirected {
  public:
    Redirected(const std::string& in, const std::string& out)
        : in_(::dup(STDIN_FILENO)), out_(::dup(STDOUT_FILENO)) {
        put(::open(in.c_str(), O_RDONLY | O_CLOEXEC), STDIN_FILENO);
        put(::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), STDOUT_FILENO);
    }
    ~Redirected() {
        put(in_, STDIN_FILENO);
        put(out_, STDOUT_FILENO);
    }

  private:
    static void put(int from, int to) {
        ::dup2(from, to);
        ::close(from);
    }
    int in_, out_;
};

}  // namespace

TEST_CASE("stream: of frames of one size none but the first takes memory") {
    const TempDir dir;
    auto detector = Detector::create(seeded_model("v2"), {.score_threshold = 0.02f, .scales = 0b11}).value();
    const auto allocations = [&](int frames, const std::string& frame, bool raw) {
        std::string stream;
        for (int i = 0; i < frames; ++i) stream += frame;
        write_file(dir / "in", stream);
        tools::DetectOptions options;
        options.inputs = {"-"};
        if (raw) options.frames_text = "nv12:96x64";
        options.track = true;
        REQUIRE(tools::settle(options).ok());
        const std::size_t before = allocations_anywhere();
        {
            const Redirected streams(dir / "in", dir / "out");
            if (tools::detect_in_stream(detector, {}, options) != tools::kDone) return std::size_t{0};
        }
        const std::size_t made = allocations_anywhere() - before;
        const auto out = read_file(dir / "out");
        const std::string lines(out.begin(), out.end());
        CHECK(std::count(lines.begin(), lines.end(), '\n') == frames);
        CHECK(lines.find("\"id\": 1") != std::string::npos);
        return made;
    };
    const Image noisy = noise(96, 96);
    const std::string nv12(noisy.pixels.begin(), noisy.pixels.begin() + 96 * 64 * 3 / 2);
    const std::string ppm =
        "P6\n96 64\n255\n" + std::string(noisy.pixels.begin(), noisy.pixels.begin() + 96 * 64 * 3);
    for (const auto& [frame, raw] : {std::pair(nv12, true), std::pair(ppm, false)}) {
        allocations(20, frame, raw);
        const std::size_t few = allocations(20, frame, raw);
        CHECK(few > 0);
        CHECK(allocations(60, frame, raw) == few);
    }
}

}  // namespace featherface::test
