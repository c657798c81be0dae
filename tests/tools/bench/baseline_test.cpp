#include "tools/bench/baseline.hpp"

#include <doctest/doctest.h>

#include "support/status_checks.hpp"
#include "tools/bench/example.hpp"
#include "tools/bench/json.hpp"
#include "tools/bench/tables.hpp"

namespace featherface::tools {
namespace {

using test::example_result;

TEST_CASE("baseline: what --format json writes is read back, layers included") {
    const BenchResult result = example_result();
    const auto entries = parse_baseline(bench_json(result), "old.json");
    REQUIRE_MESSAGE(entries.ok(), entries.status().message());
    REQUIRE(entries->size() == 2 + 2 + 3);
    CHECK(entries.value()[0].name == result.cases[0].name);
    CHECK(entries.value()[0].time == doctest::Approx(100e3));
    CHECK(entries.value()[0].noise == doctest::Approx(result.cases[0].network_time.noise).epsilon(1e-3));
    CHECK(entries.value()[1].name == "FeatherFace V1/64x32/threads:1/avx2/fused/layer:0:body.stage1");
}

TEST_CASE(
    "baseline: Google Benchmark's own files are read, repetitions as their median, aggregates left out") {
    const auto entries = parse_baseline(R"({"context": {}, "benchmarks": [
        {"name": "a", "run_type": "iteration", "real_time": 3, "time_unit": "ms"},
        {"name": "a", "run_type": "iteration", "real_time": 1, "time_unit": "ms"},
        {"name": "a", "run_type": "iteration", "real_time": 2, "time_unit": "ms"},
        {"name": "a_mean", "run_type": "aggregate", "real_time": 2, "time_unit": "ms"},
        {"name": "b", "real_time": 5, "time_unit": "ns"}]})",
                                        "g.json");
    REQUIRE_MESSAGE(entries.ok(), entries.status().message());
    REQUIRE(entries->size() == 2);
    CHECK(entries.value()[0].time == 2e6);
    CHECK(entries.value()[0].noise == 0.05);
    CHECK(entries.value()[1].time == 5);
}

TEST_CASE("baseline: a file that is none is refused by name") {
    test::check_refused(parse_baseline("{}", "x.json").status(), StatusCode::malformed,
                        {"x.json", "benchmarks"});
    test::check_refused(parse_baseline("[", "x.json").status(), StatusCode::malformed, {"x.json"});
    for (const char* entry : {R"({"name": "a", "real_time": 1})", R"({"name": "a", "time_unit": "ms"})",
                              R"({"name": "a", "real_time": -1, "time_unit": "ms"})",
                              R"({"name": "a", "real_time": 1, "time_unit": "years"})"}) {
        CAPTURE(entry);
        test::check_refused(
            parse_baseline(std::string("{\"benchmarks\": [") + entry + "]}", "x.json").status(),
            StatusCode::malformed, {"x.json: benchmark a lacks a real_time"});
    }
    test::check_refused(read_baseline("/nowhere/old.json").status(), StatusCode::io_error,
                        {"/nowhere/old.json"});
}

TEST_CASE("baseline: equal runs show no significant change, a slower one its ratio") {
    BenchResult now = example_result();
    const auto before = parse_baseline(bench_json(now), "old.json");
    REQUIRE(before.ok());
    for (const BaselineRow& row : compare_with_baseline(now.cases, before.value())) {
        CHECK(row.change.change == Change::none);
        CHECK(row.change.ratio == doctest::Approx(1).epsilon(1e-3));
    }
    now.cases.pop_back();
    now.cases[0].network_time = test::times_around(150);
    now.cases[0].layers[0].time = test::times_around(40);
    const auto rows = compare_with_baseline(now.cases, before.value());
    REQUIRE(rows.size() == 3);
    CHECK(rows[0].change.change == Change::slower);
    CHECK(rows[0].change.ratio == doctest::Approx(1.5).epsilon(1e-3));
    CHECK(rows[1].change.change == Change::faster);
    CHECK(rows[2].change.change == Change::none);
    CHECK(rows[2].is_layer);

    const std::string text = plain_text(baseline_table(rows));
    CAPTURE(text);
    CHECK(text.find("no significant change in 1 of 2 layers") != std::string::npos);
    CHECK(text.find("1.500") != std::string::npos);
    CHECK(text.find("slower") != std::string::npos);
    CHECK(text.find("layer:0:body.stage1") != std::string::npos);
    CHECK(text.find("layer:1:conf") == std::string::npos);
}

TEST_CASE("baseline: other names than those measured now are said to be of no use") {
    const auto before =
        parse_baseline(R"({"benchmarks": [{"name": "a", "real_time": 1, "time_unit": "s"}]})", "x");
    REQUIRE(before.ok());
    const auto rows = compare_with_baseline(example_result().cases, before.value());
    CHECK(rows.empty());
    CHECK(baseline_table(rows).caption.find("Nothing in the baseline") == 0);
}

}  // namespace
}  // namespace featherface::tools
