// Whole networks: from a file to a plan that can run, laying out alone, the first run and those after it, and
// from decoded pixels to faces.
//
//   bench_models [Google Benchmark options] [CHECKPOINT...]      names are subject/network/size/threads
//
// Without checkpoints it takes the published ones of $FEATHERFACE_SHARED, else of ../shared beside the
// checkout; without those it has make_network, which stands beside it where the tests are built, make V1 and
// V2 with seeded weights, which take as long. The picture is noise. FEATHERFACE_FORCE_ARCH chooses the
// kernels.
#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <sstream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "engine/detect/postprocess.hpp"
#include "engine/identity/networks.hpp"
#include "engine/loaded_model.hpp"
#include "engine/runtime/session.hpp"
#include "featherface/detector.hpp"
#include "tools/measure/machine_peak.hpp"
#include "tools/measure/noise.hpp"
#include "tools/measure/statistics.hpp"
#include "tools/measure/stopwatch.hpp"
#include "tools/measure/work.hpp"

namespace featherface::bench {
namespace {

constexpr int kDetectorSizes[] = {640, 320};
constexpr int kClassifierSize = 224;
constexpr int kThreads[] = {1, 2};

Image noise(int size) {
    return tools::noise_picture(size, size);
}

template <class Work>
double seconds_of(Work work) {
    const tools::Stopwatch watch;
    work();
    return watch.seconds();
}

// The seconds `work` takes, which become this iteration's time.
template <class Work>
double time_iteration(benchmark::State& state, Work work) {
    const double seconds = seconds_of(work);
    state.SetIterationTime(seconds);
    return seconds;
}

// From a file that the system has in memory, its checksums included, to memory laid out for a picture.
void load(benchmark::State& state, const std::filesystem::path& checkpoint, int size) {
    for (auto _ : state) {
        auto model = Model::load(checkpoint);
        if (!model.ok()) return state.SkipWithError(model.status().message().c_str());
        engine::Session session(engine::program_of(model.value()), 1);
        session.prepare(size, size);
    }
}

// Memory laid out for a new picture size.
void prepare(benchmark::State& state, const Model& model, int size) {
    for (auto _ : state) {
        state.PauseTiming();
        engine::Session session(engine::program_of(model), 1);
        state.ResumeTiming();
        session.prepare(size, size);
    }
}

// The first run after prepare(), which touches all memory for the first time; "of_median" is the median of
// these over the median of the runs that follow.
void first_run(benchmark::State& state, const Model& model, int size, int threads) {
    constexpr int kFurtherRuns = 8;
    const Image image = noise(size);
    std::vector<double> first, further;
    for (auto _ : state) {
        engine::Session session(engine::program_of(model), threads);
        session.prepare(size, size);
        const auto run = [&] { session.run(image.view()); };
        first.push_back(time_iteration(state, run));
        for (int i = 0; i < kFurtherRuns; ++i) further.push_back(seconds_of(run));
    }
    state.counters["of_median"] = tools::median(first) / tools::median(further);
}

void network(benchmark::State& state, const Model& model, int size, int threads) {
    const Image image = noise(size);
    engine::Session session(engine::program_of(model), threads);
    session.prepare(size, size);
    double seconds = 0;
    for (auto _ : state) {
        seconds += time_iteration(state, [&] { session.run(image.view()); });
    }

    const engine::Work work = engine::work_of(engine::make_graph(model.architecture()), size, size);
    const double flops =
        static_cast<double>(work.flops()) * static_cast<double>(state.iterations()) / seconds;
    state.counters["GFLOP/s"] = flops / 1e9;
    state.counters["%peak"] = 100 * flops / tools::peak_flops(model.cpu_architecture(), threads);
    state.counters["workspace_MiB"] = static_cast<double>(session.workspace_bytes()) / (1 << 20);
}

// Decoded pixels to faces. As "detectors" it runs in several threads at once, each with a detector of its
// own, all with one model: the time is that of a picture, whichever thread it was on.
void detect(benchmark::State& state, const Model& model, int size, int threads) {
    const Image image = noise(size);
    auto detector = Detector::create(model, {.threads = threads});
    if (!detector.ok()) return state.SkipWithError(detector.status().message().c_str());
    for (auto _ : state) benchmark::DoNotOptimize(detector->detect(image.view()));
}

// Raw outputs to faces, made to be hard: 5,000 candidates at least, of which 750 are kept.
void postprocess(benchmark::State& state) {
    constexpr int kSize = 640;
    constexpr int kCandidates = 6000;
    const int anchors = engine::Anchors(kSize, kSize).count();
    std::vector<float> loc(static_cast<std::size_t>(anchors) * 4),
        landms(static_cast<std::size_t>(anchors) * 10), conf(static_cast<std::size_t>(anchors) * 2);
    std::minstd_rand random(1);
    std::uniform_real_distribution<float> jitter(-1, 1), high(0.03f, 1.0f);
    for (float& value : loc) value = jitter(random);
    for (float& value : landms) value = jitter(random);
    for (int i = 0; i < anchors; ++i) {
        // Candidates are spread evenly over all anchors.
        const bool candidate =
            std::int64_t{i} * kCandidates / anchors != std::int64_t{i + 1} * kCandidates / anchors;
        conf[static_cast<std::size_t>(2 * i + 1)] = candidate ? high(random) : 0.001f;
        conf[static_cast<std::size_t>(2 * i)] = 1 - conf[static_cast<std::size_t>(2 * i + 1)];
    }
    std::size_t kept = 0;
    for (auto _ : state) {
        kept = engine::find_faces({anchors, loc, conf, landms}, kSize, kSize, {}).size();
    }
    state.counters["kept"] = static_cast<double>(kept);
}

Status register_benchmarks(const std::filesystem::path& checkpoint) {
    using benchmark::RegisterBenchmark;
    auto loaded = Model::load(checkpoint);
    if (!loaded.ok()) return loaded.status();
    const Model model = std::move(loaded).value();
    const std::string name(engine::network_of(model.architecture()).short_id);
    const std::vector<int> sizes =
        engine::is_detector(model.architecture())
            ? std::vector<int>(std::begin(kDetectorSizes), std::end(kDetectorSizes))
            : std::vector<int>{kClassifierSize};

    const auto in_ms = [](benchmark::internal::Benchmark* b) { return b->Unit(benchmark::kMillisecond); };
    in_ms(RegisterBenchmark(("load/" + name).c_str(), load, checkpoint, sizes.front()));
    for (const int size : sizes) {
        const std::string sized = name + "/" + std::to_string(size);
        in_ms(RegisterBenchmark(("prepare/" + sized).c_str(), prepare, model, size));
        for (const int threads : kThreads) {
            const std::string full = sized + "/threads:" + std::to_string(threads);
            in_ms(RegisterBenchmark(("first_run/" + full).c_str(), first_run, model, size, threads))
                ->UseManualTime();
            in_ms(RegisterBenchmark(("network/" + full).c_str(), network, model, size, threads))
                ->UseManualTime();
            if (!engine::is_detector(model.architecture())) continue;
            in_ms(RegisterBenchmark(("detect/" + full).c_str(), detect, model, size, threads))
                ->UseRealTime()
                ->MeasureProcessCPUTime();
        }
        if (!engine::is_detector(model.architecture())) continue;
        auto* const detectors =
            in_ms(RegisterBenchmark(("detectors/" + sized).c_str(), detect, model, size, 1));
        for (const int threads : kThreads) detectors->Threads(threads);
        detectors->UseRealTime()->MeasureProcessCPUTime();
    }
    return {};
}

std::vector<std::filesystem::path> published_checkpoints() {
    const char* variable = std::getenv("FEATHERFACE_SHARED");
    const std::filesystem::path shared = variable ? variable : FEATHERFACE_SOURCE_DIR "/../shared";
    std::vector<std::filesystem::path> found;
    for (const char* file :
         {"mobilenet0.25_Final.pth", "v2/FeatherFaceV2_trial.pth", "mobilenetV1X0.25_pretrain.tar"}) {
        const std::filesystem::path path = shared / "weights" / file;
        if (std::filesystem::exists(path)) found.push_back(path);
    }
    return found;
}

// Checkpoints with seeded weights in a folder that goes away with this.
class SeededCheckpoints {
  public:
    std::vector<std::filesystem::path> make() {
        std::error_code error;
        const auto program =
            std::filesystem::read_symlink("/proc/self/exe", error).replace_filename("make_network");
        std::string name = (std::filesystem::temp_directory_path() / "bench_models_XXXXXX").string();
        if (!std::filesystem::exists(program, error) || ::mkdtemp(name.data()) == nullptr) return {};
        folder_ = name;
        std::vector<std::filesystem::path> made;
        for (const engine::Network& network : engine::networks()) {
            if (network.task != engine::Task::detection) continue;
            const auto place = folder_ / network.short_id;
            std::filesystem::create_directory(place);
            std::ostringstream command;
            command << program << ' ' << network.short_id << ' ' << place;  // paths come out quoted
            if (std::system(command.str().c_str()) == 0) made.push_back(place / "network.pth");
        }
        return made;
    }
    ~SeededCheckpoints() {
        std::error_code ignored;
        if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
    }

  private:
    std::filesystem::path folder_;
};

int run(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    std::vector<std::filesystem::path> checkpoints(argv + 1, argv + argc);
    if (checkpoints.empty()) checkpoints = published_checkpoints();
    SeededCheckpoints seeded;
    if (checkpoints.empty()) checkpoints = seeded.make();
    if (checkpoints.empty()) {
        std::fputs("no checkpoints: give some, or build make_network\n", stderr);
        return 2;
    }
    for (const std::filesystem::path& checkpoint : checkpoints) {
        if (Status status = register_benchmarks(checkpoint); !status.ok()) {
            std::fprintf(stderr, "%s\n", status.message().c_str());
            return 3;
        }
    }
    benchmark::RegisterBenchmark("postprocess/5000_candidates", postprocess)->Unit(benchmark::kMillisecond);
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}

}  // namespace
}  // namespace featherface::bench

int main(int argc, char** argv) {
    return featherface::bench::run(argc, argv);
}
