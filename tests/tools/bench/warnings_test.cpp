#include "tools/bench/warnings.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "tools/bench/example.hpp"

namespace featherface::tools {
namespace {

// A quiet machine and results without a blemish, for a test to disturb.
struct Scene {
    BenchResult result = test::example_result();
    Disturbance disturbance{.seconds = 10,
                            .before = {},
                            .after = {.busy = 10, .stolen = 0, .own = 10},
                            .fixed_work = std::vector<double>(30, 1000)};

    Scene() {
        result.cases.resize(1);
        std::vector<double> steady(100, 1e5);
        for (std::size_t i = 0; i < steady.size(); ++i) steady[i] += static_cast<double>(i % 7) * 100;
        result.cases[0].network_time = summarize(steady);
    }
    std::vector<std::string> warnings() const {
        return find_warnings(result.machine, result.cases, disturbance);
    }
    void check_only(std::string_view words) const {
        const auto found = warnings();
        REQUIRE(found.size() == 1);
        CAPTURE(found[0]);
        CHECK(found[0].find(words) != std::string::npos);
    }
};

TEST_CASE("bench warnings: a quiet machine gives none") {
    CHECK(Scene().warnings().empty());
}

TEST_CASE("bench warnings: other programs and other virtual machines at work") {
    Scene scene;
    scene.disturbance.after.busy = 25;
    scene.check_only("the machine is loaded: other programs kept 1.5 cores busy");
    scene = Scene();
    scene.disturbance.after.stolen = 5;
    scene.check_only("the machine is loaded: its hypervisor gave 0.50 cores");
}

TEST_CASE("bench warnings: a clock that drifts, either way") {
    Scene scene;
    for (std::size_t i = 20; i < 30; ++i) scene.disturbance.fixed_work[i] = 1100;
    scene.check_only("the same work took 10.0% longer at the end");
    for (std::size_t i = 20; i < 30; ++i) scene.disturbance.fixed_work[i] = 900;
    scene.check_only("the same work took 10.0% less at the end");
}

TEST_CASE("bench warnings: a frequency governor, too many threads, a build without optimisation") {
    Scene scene;
    scene.result.machine.governor = "powersave";
    scene.check_only("\"powersave\"");
    scene = Scene();
    scene.result.cases[0].threads = 3;
    scene.check_only("3 threads on 2 cores");
    scene = Scene();
    scene.result.machine.optimised = false;
    scene.check_only("not optimised");
}

TEST_CASE("bench warnings: too much noise to conclude, too few runs") {
    Scene scene;
    std::vector<double> noisy;
    for (int i = 0; i < 40; ++i) noisy.push_back(i % 2 == 0 ? 1e5 : 2e5);
    scene.result.cases[0].network_time = summarize(noisy);
    scene.check_only("the noise is high");
    scene.result.cases[0].network_time = summarize(std::vector<double>(3, 1e5));
    scene.check_only("only 3 runs");
}

TEST_CASE("bench warnings: layers that do not add up, and times that cost time") {
    Scene scene;
    scene.result.cases[0].layer_sum = 0.96;
    scene.check_only("add up to 96.0% of the plain run");
    scene = Scene();
    scene.result.cases[0].overhead = 0.03;
    scene.check_only("made a run 3.0% longer");
}

}  // namespace
}  // namespace featherface::tools
