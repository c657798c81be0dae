// `featherface detect -`: frames on standard input.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <vector>

#include "support/command.hpp"
#include "support/skipped.hpp"
#include "tools/detect_fixture.hpp"
#include "tools/running_program.hpp"

namespace featherface::test {

namespace fs = std::filesystem;

namespace {

std::string stored(const std::string& file) {
    const auto bytes = read_file(file);
    return {bytes.begin(), bytes.end()};
}

ProgramOptions with_input(std::string bytes) {
    ProgramOptions options;
    options.stdin_text = std::move(bytes);
    return options;
}

void check_faces(const Json& json, const std::vector<Face>& faces) {
    REQUIRE(json["faces"].size() == faces.size());
    for (std::size_t i = 0; i < faces.size(); ++i) check_face(json["faces"][i], faces[i]);
}

// Pixels of noise as NV12.
struct Nv12 {
    int width, height;
    std::string bytes = [this] {
        const Image noisy = noise(width, height);
        return std::string(noisy.pixels.begin(), noisy.pixels.begin() + width * height * 3 / 2);
    }();
    ImageView view() const {
        ImageView view{octets_of(bytes).data(), width, height, width, PixelFormat::nv12};
        view.chroma[0] = {view.data + width * height, width};
        return view;
    }
};

}  // namespace

TEST_CASE("detect: pictures one after another on standard input are frames, a line of JSON each") {
    const DetectFixture fixture;
    const std::string a = stored(fixture.a), b = stored(fixture.b);
    const ProgramResult result = fixture.run({"-"}, with_input(a + b + a));
    check_program(result, 0, {"3 frames in ", " per second"});
    const auto lines = lines_of(result.out);
    REQUIRE(lines.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
        const Json json = parse_json(lines[i]);
        const Image& image = i == 1 ? fixture.second : fixture.first;
        CHECK(json.keys ==
              std::vector<std::string>{"file", "frame", "width", "height", "scales", "faces", "ms"});
        CHECK(json["file"].string() == "-");
        CHECK(json["frame"].whole() == static_cast<std::int64_t>(i));
        CHECK(json["width"].whole() == image.width);
        check_faces(json, expected_faces(image));
    }
    // A single picture is no stream to speak of.
    const ProgramResult one = fixture.run({"-"}, with_input(a));
    check_program(one, 0);
    CHECK(one.err.empty());
}

TEST_CASE("detect: MJPEG, and frames that are damaged, which do not end the stream") {
    const DetectFixture fixture;
    const std::string jpeg = stored(data_file("pictures/baseline.jpg"));
    std::string damaged = jpeg;
    damaged.resize(damaged.size() - 30);
    const ProgramResult result = fixture.run({"-"}, with_input(jpeg + damaged + jpeg));
    check_program(result, 3, {"standard input: frame 1", "3 frames in "});
    const auto lines = lines_of(result.out);
    REQUIRE(lines.size() == 3);
    CHECK(parse_json(lines[1]).keys == std::vector<std::string>{"file", "frame", "error"});
    const Image image = read(data_file("pictures/baseline.jpg"));
    CHECK(parse_json(lines[2])["width"].whole() == image.width);
    // What comes behind the last picture is not passed over in silence.
    check_program(fixture.run({"-"}, with_input(jpeg + std::string(99, 'x') + jpeg)), 0, {"99 bytes"});
    check_program(fixture.run({"-"}, with_input(stored(fixture.a) + "something")), 3, {"not a picture"});
}

TEST_CASE("detect: raw frames of --frames") {
    const DetectFixture fixture;
    const Nv12 frame{64, 48};
    auto detector = Detector::create(seeded_model("v2"), {.score_threshold = kLow}).value();
    const auto faces = detector.detect(frame.view()).value();
    REQUIRE_FALSE(faces.empty());
    const ProgramResult result =
        fixture.run({"--frames", "nv12:64x48", "-"}, with_input(frame.bytes + frame.bytes));
    check_program(result, 0, {"2 frames in "});
    const auto lines = lines_of(result.out);
    REQUIRE(lines.size() == 2);
    check_faces(parse_json(lines[0]), faces);
    check_faces(parse_json(lines[1]), faces);

    const ProgramResult cut = fixture.run({"--frames", "nv12:64x48", "-"}, with_input(frame.bytes + "abc"));
    check_program(cut, 3, {"the last frame is cut short", "4608 bytes, found 3"});
    REQUIRE(lines_of(cut.out).size() == 2);
    CHECK(parse_json(lines_of(cut.out)[1])["frame"].whole() == 1);
    check_program(fixture.run({"--frames", "nv12:64", "-"}, with_input("")), 2,
                  {"--frames nv12:64", "1280x720"});
}

TEST_CASE("detect: --every looks at each so many-th frame, which keeps its number") {
    const DetectFixture fixture;
    std::string stream;
    for (int i = 0; i < 7; ++i) stream += stored(fixture.a);
    const ProgramResult result = fixture.run({"--every", "3", "-"}, with_input(stream));
    check_program(result, 0, {"3 frames in "});
    const auto lines = lines_of(result.out);
    REQUIRE(lines.size() == 3);
    for (std::size_t i = 0; i < 3; ++i)
        CHECK(parse_json(lines[i])["frame"].whole() == static_cast<std::int64_t>(3 * i));
}

TEST_CASE("detect: --track gives ids that stay") {
    const DetectFixture fixture;
    const std::string a = stored(fixture.a);
    const ProgramResult result = fixture.run({"--track", "-"}, with_input(a + a));
    check_program(result, 0);
    const auto lines = lines_of(result.out);
    REQUIRE(lines.size() == 2);
    const Json first = parse_json(lines[0]), second = parse_json(lines[1]);
    REQUIRE(first["faces"].size() > 1);
    for (std::size_t i = 0; i < first["faces"].size(); ++i) {
        CHECK(first["faces"][i].keys == std::vector<std::string>{"id", "box", "score", "landmarks"});
        CHECK(first["faces"][i]["id"].whole() == static_cast<std::int64_t>(i) + 1);
        CHECK(second["faces"][i]["id"].whole() == static_cast<std::int64_t>(i) + 1);
    }
}

TEST_CASE("detect: frames in the other formats") {
    const DetectFixture fixture;
    const std::string two = stored(fixture.a) + stored(fixture.b);
    const ProgramResult text = fixture.run({"--track", "--format", "text", "-"}, with_input(two));
    check_program(text, 0);
    CHECK(text.out.starts_with("frame 0: 61x45, "));
    CHECK(text.out.find("\n  id 1  score ") != std::string::npos);
    const ProgramResult csv = fixture.run({"--track", "--format", "csv", "-"}, with_input(two));
    check_program(csv, 0);
    const auto rows = lines_of(csv.out);
    CHECK(rows.front().ends_with(",mouth_right_y,frame,id"));
    CHECK(rows[1].ends_with(",0,1"));
    const Json json = parse_json(fixture.run({"--format", "json", "-"}, with_input(two)).out);
    REQUIRE(json["images"].size() == 2);
    CHECK(json["images"][1]["frame"].whole() == 1);
}

TEST_CASE("detect: -o of a stream is the newest frame, or a folder of all; crops carry the frame's number") {
    const DetectFixture fixture;
    const std::string a = stored(fixture.a), b = stored(fixture.b);
    const auto file = [&](const std::string& name) { return fixture.files.path(name); };
    check_program(fixture.run({"-o", file("newest.png"), "-"}, with_input(a + b)), 0);
    check_program(fixture.run({"-o", file("b.png"), fixture.b}), 0);
    CHECK(read(file("newest.png")).pixels == read(file("b.png")).pixels);
    check_program(fixture.run({"-o", file("all/"), "--crops", file("crops"), "-"}, with_input(a + b)), 0);
    CHECK(read(file("all/stdin-000001.png")).pixels == read(file("b.png")).pixels);
    CHECK(fs::exists(file("all/stdin-000000.png")));
    CHECK(fs::exists(file("crops/stdin-000000-1.png")));
}

TEST_CASE("detect: a line is written as soon as it is known, and SIGINT ends a stream that goes on") {
    const DetectFixture fixture;
    const std::string fifo = fixture.files.path("camera");
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    RunningProgram program({"detect", "-m", fixture.model, "--score", "0.02", "-"}, fifo);
    for (int i = 0; i < 3; ++i) {
        program.write(stored(fixture.a));
        const std::string line = program.read_line();  // nothing more comes in before it is there
        CHECK(parse_json(line)["frame"].whole() == i);
    }
    program.interrupt();
    CHECK(program.read_some().empty());
    CHECK(program.exit_code() == 130);
}

TEST_CASE("detect: a stream ends when nobody reads what it writes") {
    const DetectFixture fixture;
    const std::string fifo = fixture.files.path("camera");
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    RunningProgram program({"detect", "-m", fixture.model, "--score", "0.02", "-"}, fifo);
    program.write(stored(fixture.a));
    CHECK_FALSE(program.read_line().empty());
    program.close_output();
    program.write(stored(fixture.a));  // whose line has nowhere to go; more would come
    CHECK(program.exit_code() == 0);

    ProgramOptions full = with_input(stored(fixture.a) + stored(fixture.a));
    full.standard_output = ProgramOptions::Stdout::dev_full;
    check_program(fixture.run({"-"}, full), 6, {"standard output"});
}

TEST_CASE("detect: what is for streams is refused elsewhere, and what is for files here") {
    const DetectFixture fixture;
    for (const std::vector<std::string>& option :
         {std::vector<std::string>{"--frames", "nv12:4x4"}, {"--every", "2"}, {"--live"}, {"--track"}}) {
        std::vector<std::string> arguments = option;
        arguments.push_back(fixture.a);
        check_program(fixture.run(arguments), 2, {option[0], "standard input"});
    }
    check_program(fixture.run({"-", fixture.a}), 2, {"give it alone"});
    check_program(fixture.run({"--resume", fixture.files.path("x.jsonl"), "-"}), 2, {"--resume"});
    check_program(fixture.run({"--format", "widerface", "-o", fixture.files.path("x/"), "-"}), 2,
                  {"widerface"});
}

TEST_CASE("detect: ffmpeg's frames, as the lines of docs/streams.md have it") {
    if (run_command("ffmpeg -version 2>/dev/null").exit_code != 0) {
        MESSAGE("ffmpeg is not installed (Debian: ffmpeg)");
        note_skipped();
        return;
    }
    const DetectFixture fixture;
    const std::string video = fixture.files.path("video.mp4"), out = fixture.files.path("faces.jsonl");
    constexpr int kFrames = 6;
    const CommandResult made =
        run_command("ffmpeg -loglevel error -f lavfi -i testsrc2=size=320x180:rate=2:duration=3 -c:v mpeg4 " +
                    shell_word(video) + " 2>&1");
    REQUIRE_MESSAGE(made.exit_code == 0, made.out);
    const std::string page = stored(FEATHERFACE_SOURCE_DIR "/docs/streams.md");
    int lines_run = 0;
    for (std::size_t at = 0; (at = page.find("\nffmpeg ", at)) != std::string::npos;) {
        std::string line = page.substr(at + 1, page.find('\n', at + 1) - at - 1);
        ++at;
        if (line.find("video.mp4") == std::string::npos) continue;  // a camera
        const auto replace = [&](const std::string& what, const std::string& by) {
            const std::size_t place = line.find(what);
            REQUIRE_MESSAGE(place != std::string::npos, what << " in " << line);
            line.replace(place, what.size(), by);
        };
        replace("video.mp4", shell_word(video));
        replace("featherface detect", FEATHERFACE_BINARY_DIR "/bin/featherface detect --score 0.02 -m " +
                                          shell_word(fixture.model));
        replace("faces.jsonl", shell_word(out));
        const CommandResult result = run_command("{ " + line + "; } 2>&1");
        CAPTURE(line);
        CAPTURE(result.out);
        CHECK(result.exit_code == 0);
        const auto lines = lines_of(stored(out));
        CHECK(lines.size() == kFrames);
        for (const std::string& json : lines) CHECK(parse_json(json)["width"].whole() == 1280);
        ++lines_run;
    }
    CHECK(lines_run == 2);
}

}  // namespace featherface::test
