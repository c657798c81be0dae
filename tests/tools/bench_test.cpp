// `featherface bench`, on small pictures: what it says, never how long anything took.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "support/files.hpp"
#include "support/json.hpp"
#include "support/program.hpp"
#include "support/program_files.hpp"
#include "tools/measure/available_cores.hpp"

namespace featherface::test {
namespace {

using Words = std::vector<std::string>;

// The verb with options that make it quick.
ProgramResult bench(Words words, const ProgramOptions& options = {}) {
    Words all = {"bench", "--repeat", "2", "--no-peak", "--size", "48x32"};
    all.insert(all.end(), words.begin(), words.end());
    return featherface(all, options);
}

Json bench_json(Words words) {
    words.insert(words.end(), {"--format", "json"});
    const ProgramResult result = bench(words);
    check_program(result, 0);
    return parse_json(result.out);
}

void check_out(const ProgramResult& result, std::initializer_list<std::string_view> words) {
    check_program(result, 0);
    for (const std::string_view word : words) {
        CAPTURE(word);
        CHECK(result.out.find(word) != std::string::npos);
    }
}

std::string text_of(const std::filesystem::path& path) {
    const auto bytes = read_file(path);
    return {bytes.begin(), bytes.end()};
}

TEST_CASE("bench: models, sizes, threads and graphs are combined into one table") {
    const ProgramFiles files;
    const std::string v1 = files.model("v1.pth", "v1"), v2 = files.model("v2.pth", "v2");
    const Json json =
        bench_json({"-m", v1, v2, "--size", "64x32,33x47", "--threads", "1,2", "--mode", "both"});
    std::set<std::string> names;
    for (const Json& benchmark : json["benchmarks"].items) {
        names.insert(benchmark["name"].string());
        CHECK(benchmark["iterations"].whole() == 2);
        CHECK(benchmark["real_time"].number() > 0);
        CHECK(benchmark["load"].number() > 0);
        CHECK(benchmark["first_run"].number() > 0);
        CHECK(benchmark["gflops"].number() > 0);
        CHECK_FALSE(benchmark.has("of_peak"));
    }
    // There are 2 models, 3 sizes (one of `bench`), 2 numbers of threads, 2 graphs.
    CHECK(names.size() == 24);
    CHECK(names.count("FeatherFace V2/33x47/threads:2/" + json["benchmarks"][0]["arch"].string() +
                      "/layerwise") == 1);
}

TEST_CASE(
    "bench: the table's header has machine, build and model; the peaks are measured unless told not to") {
    const ProgramFiles files;
    const std::string v2 = files.model("v2.pth", "v2");
    check_out(bench({"-m", v2}),
              {"featherface 0.", "cores", "load average", " kernels, 1 thread\n",
               "FeatherFace V2: " + v2 + ", 256,156 parameters, SHA-256 ", "Whole network\n", "median ms"});
    const ProgramResult with_peak =
        featherface({"bench", "-m", v2, "--size", "48x32", "--repeat", "1", "--arch", "sse2"});
#if defined(__x86_64__)
    check_out(with_peak, {"sse2 kernels, 1 thread: peak ", "GFLOP/s", "only 1 runs"});
#endif
}

TEST_CASE("bench: two files of one network are told apart") {
    const ProgramFiles files;
    const Json json = bench_json({"-m", files.model("a.pth", "v2"), files.model("b.pth", "v2")});
    CHECK(json["benchmarks"][0]["network"].string() == "FeatherFace V2");
    CHECK(json["benchmarks"][1]["network"].string() == "FeatherFace V2 b.pth");
}

TEST_CASE("bench: the backbone's classifier is timed too, at its own size") {
    const ProgramFiles files;
    const ProgramResult result = featherface(
        {"bench", "-m", files.model("m.tar", "classifier"), "--repeat", "1", "--no-peak", "--per-layer"});
    check_out(result, {"classifier", "224x224", "linear", "Parts of"});
}

TEST_CASE("bench: by layer, every step has names, work, time and bound, and the parts are summed up") {
    const ProgramFiles files;
    const std::string v1 = files.model("v1.pth", "v1");
    check_out(bench({"-m", v1, "--per-layer", "--mode", "both"}),
              {"Layers of FeatherFace V1", "of the plain run, to which taking their times adds",
               "body.stage1.0.2", "Parts of FeatherFace V1", "attention", "BiFPN", "SSH", "mix", "heads",
               "pre", "post", "What fusing gains in FeatherFace V1"});
    const Json json = bench_json({"-m", v1, "--per-layer"});
    std::size_t layers = 0;
    for (const Json& benchmark : json["benchmarks"].items) {
        if (!benchmark.has("kind")) continue;
        ++layers;
        for (const char* key :
             {"names", "contains", "kernel", "group", "input_shapes", "output_shape", "multiply_adds",
              "bytes", "flop_per_byte", "p10", "real_time", "p90", "share", "gflops"}) {
            CHECK(benchmark.has(key));
        }
    }
    CHECK(layers == json["benchmarks"].size() - 1);
    CHECK(layers > 30);
    CHECK(json["benchmarks"][0]["layer_sum"].number() > 0);
    CHECK(json["benchmarks"][0].has("overhead"));
}

TEST_CASE("bench: csv and Markdown have the same columns as the table") {
    const ProgramFiles files;
    const std::string v2 = files.model("v2.pth", "v2");
    const ProgramResult csv = bench({"-m", v2, "--format", "csv"});
    check_out(csv, {"network,size,threads,kernels,graph,median ms,", "\nFeatherFace V2,48x32,1,"});
    CHECK(std::count(csv.out.begin(), csv.out.end(), '\n') == 2);
    CHECK(csv.err.find("warning: ") != std::string::npos);  // two runs are too few
    check_out(bench({"-m", v2, "--format", "csv", "--per-layer"}),
              {"case,#,layer,part,kind,", "FeatherFace V2/48x32/threads:1/"});
    check_out(bench({"-m", v2, "--format", "md"}), {"| network | size |", "| FeatherFace V2 | 48x32 |"});
}

TEST_CASE("bench: a trace has a track per thread, and every event lies inside its network's") {
    const ProgramFiles files;
    const std::string trace = files.path("trace.json");
    check_program(bench({"-m", files.model("v1.pth", "v1"), "--threads", "2", "--trace", trace}), 0);
    const Json json = parse_json(text_of(trace));
    std::set<std::string> tracks;
    std::set<long> threads_at_work;
    float network_end = 0, last_step_end = 0;
    int steps = 0;
    for (const Json& event : json["traceEvents"].items) {
        if (event["ph"].string() == "M") {
            if (event["name"].string() == "thread_name") tracks.insert(event["args"]["name"].string());
            continue;
        }
        REQUIRE(event["ph"].string() == "X");
        CHECK(event["ts"].number() >= 0);
        CHECK(event["dur"].number() >= 0);
        const float end = event["ts"].number() + event["dur"].number();
        if (event["name"].string() == "network") network_end = end;
        if (event["cat"].string() == "share") threads_at_work.insert(event["tid"].whole());
        if (event["cat"].string() != "step") continue;
        ++steps;
        last_step_end = std::max(last_step_end, end);
        CHECK(event["args"]["details"].string().find("output 1x") != std::string::npos);
    }
    CHECK(tracks == std::set<std::string>{"thread 0", "thread 1"});
    // Whether the other thread got work depends on who else wants its core.
    CHECK(threads_at_work.contains(0));
    CHECK(threads_at_work.size() <= 2);
    CHECK(*threads_at_work.rbegin() <= 1);
    CHECK(steps > 30);
    CHECK(last_step_end <= network_end + 0.01f);
}

TEST_CASE("bench: a trace's events nest on their tracks, in the order viewers need") {
    const ProgramFiles files;
    const std::string trace = files.path("trace.json");
    check_program(bench({"-m", files.model("v2.pth", "v2"), "--threads", "2", "--trace", trace}), 0);
    const Json json = parse_json(text_of(trace));
    constexpr float kRounding = 0.01f;        // microseconds, of numbers read as floats
    std::map<long, std::vector<float>> open;  // by track: the ends of the events an event is inside of
    for (const Json& event : json["traceEvents"].items) {
        if (event["ph"].string() == "M") continue;
        std::vector<float>& ends = open[event["tid"].whole()];
        const float begin = event["ts"].number(), end = begin + event["dur"].number();
        while (!ends.empty() && ends.back() <= begin + kRounding) ends.pop_back();
        CHECK((ends.empty() || end <= ends.back() + kRounding));
        ends.push_back(end);
    }
    CHECK(open.contains(0));
    CHECK(open.size() <= 2);
}

TEST_CASE("bench: against its own result of before, ratios with their noise and whether they mean anything") {
    const ProgramFiles files;
    const std::string v2 = files.model("v2.pth", "v2");
    const ProgramResult before = bench({"-m", v2, "--format", "json", "--per-layer"});
    check_program(before, 0);
    const std::string old = files.text("old.json", before.out);
    check_out(bench({"-m", v2, "--baseline", old}),
              {"Against the baseline", "ratio", "noise +- %", "FeatherFace V2/48x32/threads:1/"});
    const Json json = bench_json({"-m", v2, "--baseline", old, "--per-layer"});
    CHECK(json["comparison"].size() == json["benchmarks"].size());
    // The same file against itself a million times faster, and a thousand times noisier.
    const auto edited = [&](const std::string& entry) {
        const std::string name = json["benchmarks"][0]["name"].string();
        return files.text("edited.json", "{\"benchmarks\": [{\"name\": \"" + name +
                                             "\", \"time_unit\": \"ms\", " + entry + "}]}");
    };
    check_out(bench({"-m", v2, "--baseline", edited("\"real_time\": 1e9, \"noise\": 0")}), {"faster"});
    check_out(bench({"-m", v2, "--baseline", edited("\"real_time\": 1e9, \"noise\": 1000")}),
              {"no significant change"});
}

TEST_CASE("bench: --list-kernels says what would run for each layer and why, and times nothing") {
    const ProgramFiles files;
    const ProgramResult result = featherface(
        {"bench", "-m", files.model("v1.pth", "v1"), files.model("v2.pth", "v2"), "--list-kernels"});
    check_out(result, {"FeatherFace V1: ", "FeatherFace V2: ", "kernels (usable here, best first: ",
                       "conv_depthwise_", "depthwise 3x3, 8 to 8 channels: first choice", "conv_deform_",
                       "the only one for it", "ssh1.conv3X3"});
    CHECK(result.out.find("median") == std::string::npos);
}

TEST_CASE("bench: --report writes a page with every case; it implies the layers") {
    const ProgramFiles files;
    const std::string report = files.path("report.html");
    check_out(bench({"-m", files.model("v1.pth", "v1"), files.model("v2.pth", "v2"), "--report", report}),
              {"Layers of"});
    const std::string page = text_of(report);
    CHECK(page.find("FeatherFace V1, 48x32") != std::string::npos);
    CHECK(page.find("FeatherFace V2, 48x32") != std::string::npos);
}

TEST_CASE("bench: threads are pinned on request, more than there are cores too, with a warning") {
    const ProgramFiles files;
    const std::string too_many = std::to_string(tools::available_cores() + 1);
    check_out(bench({"-m", files.model("v2.pth", "v2"), "--pin", "--threads", "1", too_many}),
              {"warning: " + too_many + " threads on "});
}

TEST_CASE("bench: beside busy cores everything is measured as ever") {
    const Json json = bench_json({"--busy", "2", "--threads", "1,2"});
    CHECK(json["benchmarks"].size() == 2);
    check_program(bench({"--busy", "-1"}), 2, {"--busy"});
}

TEST_CASE("bench: a command line that makes no sense is exit code 2") {
    const ProgramFiles files;
    const std::string v2 = files.model("v2.pth", "v2");
    check_program(featherface({"bench", "model.pth"}), 2, {"what is 'model.pth'?"});
    check_program(bench({"-m", v2, "--seconds", "1"}), 2, {"--repeat or --seconds"});
    check_program(bench({"-m", v2, "--size", "640"}), 2, {"'640' is no size like 640x480"});
    check_program(bench({"-m", v2, "--size", "64x64,"}), 2, {"'' is no size"});
    check_program(bench({"-m", v2, "--size", "0x64"}), 2, {"'0x64' is no size"});
    check_program(bench({"-m", v2, "--size", "16385x16384"}), 2,
                  {"'16385x16384' has more than 268435456 pixels"});
    check_program(bench({"-m", v2, "--threads", "0"}), 2, {"--threads: '0'"});
    check_program(bench({"-m", v2, "--arch", "mmx"}), 2, {"mmx", "available: "});
    check_program(bench({"-m", v2, "--format", "xml"}), 2, {"'xml' is none of"});
    check_program(bench({"-m", v2, "--format", "csv", "--baseline", "old.json"}), 2,
                  {"--baseline has no place in csv"});
    check_program(bench({"-m", v2, "--report", v2}), 2, {"is one of the inputs"});
}

TEST_CASE("bench: unreadable files are exit code 3, other models 4, what cannot be written 6") {
    const ProgramFiles files;
    const std::string v2 = files.model("v2.pth", "v2"), text = files.text("text.pth", "no checkpoint");
    check_program(bench({"-m", files.path("none.pth")}), 3, {"none.pth"});
    check_program(bench({"-m", text}), 3, {text});
    check_program(bench({"-m", v2, "--baseline", text}), 3, {text, "no valid JSON"});
    check_program(bench({"-m", v2, "--baseline", files.path("none.json")}), 3, {"none.json"});
    check_program(bench({"-m", v2, "--baseline", files.folder()}), 3,
                  {"expected a regular file, found a directory"});
    check_program(bench({"-m", v2, "--baseline", "/dev/zero"}), 3, {"found a character device"});
    REQUIRE(::mkfifo(files.path("fifo").c_str(), 0600) == 0);
    check_program(bench({"-m", v2, "--baseline", files.path("fifo")}), 3, {"found a pipe"});
    std::filesystem::resize_file(text, std::uintmax_t{1} << 30);
    check_program(bench({"-m", v2, "--baseline", text}), 3, {"too large", "at most 8388608 bytes"});
    check_program(bench({"-m", v2, "--report", "/nowhere/report.html"}), 6, {"/nowhere/report.html"});
    check_program(bench({"-m", v2, "--trace", "/nowhere/trace.json"}), 6, {"/nowhere/trace.json"});
    check_program(bench({"-m", v2}, {.standard_output = ProgramOptions::Stdout::dev_full}), 6);
}

}  // namespace
}  // namespace featherface::test
