// Whole networks: loading a checkpoint, laying it out, the network alone, and from decoded pixels to faces.
//
//   bench_models [Google Benchmark options] [CHECKPOINT...]      names are subject/network/size/threads
//
// Without checkpoints it takes the published ones of $FEATHERFACE_SHARED, else of ../shared beside the
// checkout, as far as they are there. The picture is noise. FEATHERFACE_FORCE_ARCH chooses the kernels.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "engine/identify.hpp"
#include "engine/machine_peak.hpp"
#include "engine/postprocess.hpp"
#include "engine/session.hpp"
#include "engine/work.hpp"
#include "featherface/detector.hpp"

namespace featherface::bench {
namespace {

constexpr int kDetectorSizes[] = {640, 320};
constexpr int kClassifierSize = 224;
constexpr int kThreads[] = {1, 2};

Image noise(int size) {
    Image image{size, size, PixelFormat::bgr8, {}};
    image.pixels.resize(std::size_t{3} * static_cast<std::size_t>(size) * static_cast<std::size_t>(size));
    std::minstd_rand random(1);
    for (std::uint8_t& value : image.pixels) value = static_cast<std::uint8_t>(random() >> 8);
    return image;
}

double cached_peak_flops(std::string_view arch, int threads) {
    static std::map<std::pair<std::string, int>, double> known;
    const auto [entry, is_new] = known.try_emplace({std::string(arch), threads}, 0);
    if (is_new) entry->second = engine::peak_flops(arch, threads);
    return entry->second;
}

// The seconds `work` takes, which become this iteration's time.
template <class Work>
double time_iteration(benchmark::State& state, Work work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    state.SetIterationTime(seconds);
    return seconds;
}

void load(benchmark::State& state, const std::filesystem::path& checkpoint) {
    for (auto _ : state) {
        auto model = Model::load(checkpoint);
        if (!model.ok()) return state.SkipWithError(model.status().message().c_str());
    }
}

// Memory laid out for a new picture size.
void prepare(benchmark::State& state, const Model& model, int size) {
    for (auto _ : state) {
        state.PauseTiming();
        engine::Session session(model, 1);
        state.ResumeTiming();
        session.prepare(size, size);
    }
}

// The first run after prepare(), which touches all memory for the first time.
void first_run(benchmark::State& state, const Model& model, int size, int threads) {
    const Image image = noise(size);
    for (auto _ : state) {
        engine::Session session(model, threads);
        session.prepare(size, size);
        session.set_input(image.view());
        time_iteration(state, [&] { session.run(); });
    }
}

void network(benchmark::State& state, const Model& model, int size, int threads) {
    const Image image = noise(size);
    engine::Session session(model, threads);
    session.prepare(size, size);
    double seconds = 0;
    for (auto _ : state) {
        session.set_input(image.view());
        seconds += time_iteration(state, [&] { session.run(); });
    }

    const engine::Work work = engine::work_of(engine::make_graph(model.architecture()), size, size);
    const double flops =
        static_cast<double>(work.flops()) * static_cast<double>(state.iterations()) / seconds;
    state.counters["GFLOP/s"] = flops / 1e9;
    state.counters["%peak"] = 100 * flops / cached_peak_flops(model.cpu_architecture(), threads);
    state.counters["workspace_MiB"] = static_cast<double>(session.workspace_bytes()) / (1 << 20);
}

// Decoded pixels to faces.
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
        // Spread evenly over all anchors.
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

std::string short_name(Architecture architecture) {
    switch (architecture) {
        case Architecture::featherface_v1: return "v1";
        case Architecture::featherface_v2: return "v2";
        case Architecture::mobilenet_classifier: return "classifier";
        case Architecture::mobilenet_backbone: return "backbone";
    }
    return "";
}

Status register_benchmarks(const std::filesystem::path& checkpoint) {
    using benchmark::RegisterBenchmark;
    auto loaded = Model::load(checkpoint);
    if (!loaded.ok()) return loaded.status();
    const Model model = std::move(loaded).value();
    const std::string name = short_name(model.architecture());
    const std::vector<int> sizes =
        engine::is_detector(model.architecture())
            ? std::vector<int>(std::begin(kDetectorSizes), std::end(kDetectorSizes))
            : std::vector<int>{kClassifierSize};

    const auto in_ms = [](benchmark::internal::Benchmark* b) { return b->Unit(benchmark::kMillisecond); };
    in_ms(RegisterBenchmark(("load/" + name).c_str(), load, checkpoint));
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
            in_ms(RegisterBenchmark(("detect/" + full).c_str(), detect, model, size, threads))->UseRealTime();
        }
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

int run(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    std::vector<std::filesystem::path> checkpoints(argv + 1, argv + argc);
    if (checkpoints.empty()) checkpoints = published_checkpoints();
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
