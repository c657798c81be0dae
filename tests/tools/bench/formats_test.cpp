// A made-up result in every format.
#include <doctest/doctest.h>

#include <sstream>

#include "support/json.hpp"
#include "tools/bench/example.hpp"
#include "tools/bench/json.hpp"
#include "tools/bench/tables.hpp"

namespace featherface::test {
namespace {

using namespace tools;

void check_has(const std::string& text, std::initializer_list<std::string_view> parts) {
    CAPTURE(text);
    for (const std::string_view part : parts) {
        CAPTURE(part);
        CHECK(text.find(part) != std::string::npos);
    }
}

TEST_CASE(
    "bench formats: the header names version, build, CPU, kernels, threads, peaks and the model's identity") {
    BenchResult result = example_result();
    check_has(bench_text(result, plain_text),
              {"featherface 1.2.3, gcc 1, Release, 2026-01-02",
               "A CPU, 2 cores, 3000 MHz stated, load average 0.25\n",
               "avx2 kernels, 1 thread: peak 100.0 GFLOP/s, 10.0 GB/s inside 1.0 MiB\n",
               "FeatherFace V1: v1.pth, 592,371 parameters, SHA-256 aaaaaaaa"});
    for (CaseResult& c : result.cases) c.peaks.reset();
    check_has(bench_text(result, plain_text), {"\navx2 kernels, 1 thread\n"});
}

TEST_CASE("bench formats: warnings stand before the numbers") {
    BenchResult result = example_result();
    result.warnings = {"something is wrong"};
    const std::string text = bench_text(result, plain_text);
    CHECK(text.find("warning: something is wrong\n") < text.find("Whole network"));
}

TEST_CASE("bench formats: all cases are one table") {
    const Table table = cases_table(example_result());
    REQUIRE(table.lines.size() == 2);
    const auto value = [&](std::size_t line, std::string_view title) {
        for (std::size_t c = 0; c < table.columns.size(); ++c) {
            if (table.columns[c].title == title) return table.lines[line].cells[c];
        }
        return std::string("no such column");
    };
    CHECK(value(0, "size") == "64x32");
    CHECK(value(0, "threads") == "1");
    CHECK(value(0, "kernels") == "avx2");
    CHECK(value(0, "graph") == "fused");
    CHECK(value(1, "graph") == "layerwise");
    CHECK(value(0, "median ms") == "0.100");
    CHECK(value(0, "p10 ms") == "0.096");
    CHECK(value(0, "p90 ms") == "0.104");
    CHECK(value(0, "p99 ms") == "0.105");
    CHECK(value(0, "min ms") == "0.095");
    CHECK(value(0, "runs") == "11");
    CHECK(value(0, "outliers") == "0");
    CHECK(value(0, "runs/s") == "10000.0");
    CHECK(value(0, "GFLOP/s") == "20.00");
    CHECK(value(0, "of peak %") == "20.0");
    CHECK(value(0, "load ms") == "5.000");
    CHECK(value(0, "first run ms") == "7.000");
    CHECK(value(0, "memory MiB") == "1.0");
    CHECK(value(0, "pre ms") == "0.001");
    CHECK(value(0, "post ms") == "0.002");
}

TEST_CASE(
    "bench formats: a layer's line has its work, its time, its share and its bound; its stages follow") {
    const BenchResult result = example_result();
    const Table table = layers_table(result.cases[0], "case0");
    check_has(table.caption, {"99.0% of the plain run", "adds 0.4%"});
    REQUIRE(table.lines.size() == 4);
    // 1.8 MFLOP take 18 us at the peak, 3090 bytes 0.3 us: compute-bound, 18 of 80 us.
    CHECK(table.lines[0].cells == std::vector<std::string>{"0", "body.stage1", "backbone", "strips", "76.8",
                                                           "80.0", "83.2", "80.0", "22.50", "22.5", "compute",
                                                           "0.900", "3.0", "582.52", "1x3x32x64", "1x8x16x32",
                                                           "strips", ""});
    CHECK(table.lines[0].id == "case0-0");
    CHECK(table.lines[1].is_detail);
    CHECK(table.lines[1].cells[0] == "0.0");
    CHECK(table.lines[1].cells[1] == "body.stage1.0.0");
    CHECK(table.lines[1].cells.back() == "body.stage1.0.1");
    CHECK(table.lines[2].cells[2] == "attention");
    // Nothing is computed, so nothing has a speed; 1344 bytes take 0.1 us of 20.
    CHECK(table.lines[3].cells[8].empty());
    CHECK(table.lines[3].cells[9] == "0.7");
    CHECK(table.lines[3].cells[10] == "memory");
}

TEST_CASE("bench formats: parts of the detector, and what fusing gained, step by step") {
    const BenchResult result = example_result();
    const Table groups = groups_table(result.cases[0]);
    REQUIRE(groups.lines.size() == 5);
    CHECK(groups.lines[1].cells == std::vector<std::string>{"backbone", "60.0", "58.3", "0.900", "30.00"});

    const Table fusion = fusion_table(result.cases[0], result.cases[1]);
    REQUIRE(fusion.lines.size() == 3);
    CHECK(fusion.lines[0].cells ==
          std::vector<std::string>{"0", "body.stage1", "backbone", "2", "150.0", "80.0", "1.88"});
    CHECK(fusion.lines[1].cells ==
          std::vector<std::string>{"1", "conf", "heads", "1", "20.0", "20.0", "1.00"});
    CHECK(fusion.lines[2].cells == std::vector<std::string>{"", "all", "", "3", "170.0", "100.0", "1.70"});
    check_has(bench_text(result, markdown_text), {"**What fusing gains in FeatherFace V1", "| ---: |"});
}

TEST_CASE("bench formats: the layers of all cases make one CSV table") {
    std::istringstream csv(csv_text(all_layers_table(example_result().cases)));
    std::string line;
    REQUIRE(std::getline(csv, line));
    CHECK(line.starts_with("case,#,layer,part,kind,p10 us,p50 us,p90 us,share %,"));
    int count = 0;
    for (; std::getline(csv, line); ++count) CHECK(line.starts_with("FeatherFace V1/64x32/threads:1/avx2/"));
    CHECK(count == 4 + 3);
}

TEST_CASE("bench formats: JSON has Google Benchmark's fields where it has them") {
    BenchResult result = example_result();
    result.warnings = {"a \"warning\""};
    const Json json = parse_json(bench_json(result));
    const Json& context = json["context"];
    CHECK(context["date"].string() == result.date);
    CHECK(context["host_name"].string() == "host");
    CHECK(context["num_cpus"].whole() == 2);
    CHECK(context["mhz_per_cpu"].whole() == 3000);
    CHECK(context["library_build_type"].string() == "release");
    CHECK(context["warnings"][0].string() == "a \"warning\"");
    for (const char* key : {"executable", "cpu_scaling_enabled", "caches", "load_avg"})
        CHECK(context.has(key));

    const Json& benchmarks = json["benchmarks"];
    REQUIRE(benchmarks.size() == 7);
    for (const Json& benchmark : benchmarks.items) {
        for (const char* key : {"name", "run_name", "run_type", "repetitions", "repetition_index", "threads",
                                "iterations", "real_time", "cpu_time", "time_unit"}) {
            CHECK(benchmark.has(key));
        }
        CHECK(benchmark["run_type"].string() == "iteration");
        CHECK(benchmark["time_unit"].string() == "us");
    }
    const Json& network = benchmarks[0];
    CHECK(network["name"].string() == result.cases[0].name);
    CHECK(network["real_time"].number() == doctest::Approx(100));
    CHECK(network["cpu_time"].number() == doctest::Approx(99));
    CHECK(network["items_per_second"].number() == doctest::Approx(10'000));
    CHECK(network["p90"].number() == doctest::Approx(104));
    CHECK(network["sha256"].string() == std::string(64, 'a'));
    CHECK(network["of_peak"].number() == doctest::Approx(0.2));
    CHECK(network["overhead"].number() == doctest::Approx(0.004));
    CHECK(network["groups"]["backbone"]["real_time"].number() == doctest::Approx(60));
    const Json& layer = benchmarks[1];
    CHECK(layer["names"].size() == 2);
    CHECK(layer["contains"][1].string() == "body.stage1.0.1");
    CHECK(layer["input_shapes"][0].size() == 4);
    CHECK(layer["bytes"].whole() == 3090);
    CHECK(layer["bound_by"].string() == "compute");
    CHECK(layer["stages"][1]["group"].string() == "attention");
    CHECK(layer["stages"][1]["real_time"].number() == doctest::Approx(20));
}

}  // namespace
}  // namespace featherface::test
