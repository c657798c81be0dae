// FeatherFace's networks here and in ONNX Runtime, on the same picture with the same weights, interleaved:
//
//   compare_peers LIBONNXRUNTIME PICTURE CHECKPOINT... [YUNET.onnx]
//
// For pictures of 640x640 and 320x320 and for one and two threads: checks that the outputs agree, times both
// in turns, and prints a table. Batch 1, FP32, the network alone, its input ready. Ours runs with the kernels
// of every architecture the CPU has, or of the one FEATHERFACE_FORCE_ARCH names; ONNX Runtime always takes
// the best. YuNet 2023mar (the file of OpenCV's zoo), another face detector, takes its turns in ONNX Runtime
// where pictures are 640x640, the size that its file is made for. Exit code 1: the outputs differ.
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "bench/peers/onnx_runtime.hpp"
#include "engine/detect/resize.hpp"
#include "engine/identity/networks.hpp"
#include "featherface/detector.hpp"
#include "featherface/image_file.hpp"
#include "featherface/version.hpp"
#include "kernels/select.hpp"
#include "tools/measure/machine.hpp"
#include "tools/measure/machine_peak.hpp"
#include "tools/measure/statistics.hpp"
#include "tools/measure/stopwatch.hpp"
#include "tools/measure/work.hpp"
#include "tools/onnx/export.hpp"

namespace featherface::bench {
namespace {

constexpr int kSizes[] = {640, 320};
constexpr int kThreads[] = {1, 2};
constexpr double kTolerance = 1e-4;  // largest absolute difference of any output

// The middle of the picture, square, at size x size.
Image square(const ImageView& picture, int size) {
    const int side = std::min(picture.width, picture.height);
    ImageView middle = picture;
    middle.data += (picture.height - side) / 2 * picture.row_stride +
                   (picture.width - side) / 2 * bytes_per_pixel(picture.format);
    middle.width = middle.height = side;
    return engine::resize(middle, size, size);
}

// Blue, green and red planes minus the means.
using Means = std::array<float, 3>;
constexpr Means kMeanBgr = {104, 117, 123};  // of our networks

void fill_planes(const Image& bgr, const Means& mean, std::span<float> planes) {
    const std::size_t pixels = planes.size() / 3;
    for (std::size_t c = 0; c < 3; ++c) {
        for (std::size_t i = 0; i < pixels; ++i) {
            planes[c * pixels + i] = static_cast<float>(bgr.pixels[3 * i + c]) - mean[c];
        }
    }
}

double largest_difference(std::span<const float> a, std::span<const float> b) {
    if (a.size() != b.size()) return INFINITY;
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double difference = std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
        largest = std::max(largest, std::isnan(difference) ? INFINITY : difference);
    }
    return largest;
}

// YuNet 2023mar in ONNX Runtime, the picture its input: planes of blue, green and red as they are.
constexpr int kYunetSize = 640;

Result<OnnxSession> open_yunet(const OnnxRuntime& runtime, std::string_view model, const Image& bgr,
                               int threads) {
    OnnxSession::Options options{
        .threads = threads, .input = "input", .input_shape = {1, 3, kYunetSize, kYunetSize}, .outputs = {}};
    for (const char* kind : {"cls_", "obj_", "bbox_", "kps_"}) {
        for (const char* stride : {"8", "16", "32"}) options.outputs.push_back(std::string(kind) + stride);
    }
    auto session = OnnxSession::open(runtime, model, std::move(options));
    if (!session.ok()) return session;
    fill_planes(bgr, {0, 0, 0}, session->input());
    if (Status status = session->run(); !status.ok()) return status;
    return session;
}

// Runs whose time is to be told, each returning its milliseconds.
using TimedRun = std::function<double()>;

// Medians of runs taken in turns: a block of one, a block of the other, and so on, so that whatever the
// machine does meanwhile is done to both.
std::vector<double> medians_in_turns(const std::vector<TimedRun>& runs) {
    constexpr int kRounds = 10;
    constexpr int kWarmUps = 3;
    constexpr int kMinimum = 3;
    constexpr double kBlock = 0.3;  // seconds
    // Idle threads of a pool spin for a while in case of more work; the next one's must not compete with
    // them.
    constexpr std::chrono::milliseconds kSettling(100);

    std::vector<std::vector<double>> times(runs.size());
    for (int round = 0; round < kRounds; ++round) {
        for (std::size_t i = 0; i < runs.size(); ++i) {
            std::this_thread::sleep_for(kSettling);
            for (int run = 0; run < kWarmUps; ++run) runs[i]();
            const tools::Stopwatch block;
            for (int run = 0; run < kMinimum || block.seconds() < kBlock; ++run) {
                times[i].push_back(runs[i]());
            }
        }
    }
    std::vector<double> medians;
    for (std::vector<double>& series : times) medians.push_back(tools::median(std::move(series)));
    return medians;
}

std::string cpu_name() {
    const std::string name = tools::this_machine().cpu, family = tools::cpuinfo("cpu family");
    return family.empty() ? name : name + " (family " + family + ", model " + tools::cpuinfo("model") + ")";
}

// Two cells of the table: YuNet's time, and what share of it ours is.
std::string times_and_share(double yunet_ms, double ms) {
    char cells[40];
    std::snprintf(cells, sizeof cells, "| %.2f | %.2f ", yunet_ms, ms / yunet_ms);
    return cells;
}

using Tables = std::vector<const kernels::KernelTable*>;

// Prints a line of the table for each of our architectures; whether all outputs agree.
Result<bool> compare(const OnnxRuntime& runtime, const std::filesystem::path& checkpoint,
                     std::string_view yunet_model, const Image& picture, int threads, const Tables& tables) {
    const int size = picture.width;
    auto opened = loaders::Checkpoint::open(checkpoint);
    if (!opened.ok()) return opened.status();
    const auto onnx = tools::export_onnx(opened.value(), tools::OnnxSize{size, size});
    if (!onnx.ok()) return onnx.status();
    auto peer = OnnxSession::open(runtime, onnx.value(),
                                  {.threads = threads,
                                   .input = "input",
                                   .input_shape = {1, 3, size, size},
                                   .outputs = {"loc", "conf", "landms"}});
    if (!peer.ok()) return peer.status();
    fill_planes(picture, kMeanBgr, peer->input());
    if (Status status = peer->run(); !status.ok()) return status;

    std::vector<Detector> detectors;
    std::vector<double> differences;
    for (const kernels::KernelTable* table : tables) {
        auto model = Model::load(checkpoint, {.cpu_architecture = table->arch});
        if (!model.ok()) return model.status();
        auto detector = Detector::create(std::move(model).value(), {.threads = threads});
        if (!detector.ok()) return detector.status();
        detectors.push_back(std::move(detector).value());
        const auto raw = detectors.back().forward(picture.view());
        if (!raw.ok()) return raw.status();
        differences.push_back(std::max({largest_difference(raw->loc, peer->output(0)),
                                        largest_difference(raw->conf, peer->output(1)),
                                        largest_difference(raw->landms, peer->output(2))}));
    }

    std::optional<OnnxSession> yunet;
    if (!yunet_model.empty() && size == kYunetSize) {
        auto opened_yunet = open_yunet(runtime, yunet_model, picture, threads);
        if (!opened_yunet.ok()) return opened_yunet.status();
        yunet = std::move(opened_yunet).value();
    }

    const auto timed = [](OnnxSession& session) {
        return [&session] {
            const tools::Stopwatch watch;
            static_cast<void>(session.run());
            return watch.milliseconds();
        };
    };
    std::vector<TimedRun> runs = {timed(peer.value())};
    for (Detector& detector : detectors) {
        runs.push_back([&] {
            static_cast<void>(detector.forward(picture.view()));
            return detector.last_timings().network;
        });
    }
    if (yunet) runs.push_back(timed(*yunet));
    const std::vector<double> medians = medians_in_turns(runs);

    bool agree = true;
    for (std::size_t i = 0; i < tables.size(); ++i) {
        const Architecture network = detectors[i].model().architecture();
        const double ms = medians[i + 1];
        const double flops =
            static_cast<double>(engine::work_of(engine::make_graph(network), size, size).flops()) /
            (ms / 1e3);
        const bool agrees = differences[i] <= kTolerance;
        const std::string of_yunet = yunet ? times_and_share(medians.back(), ms) : "| | ";
        std::printf("| %s | %dx%d | %d | %s | %.2f | %.2f | %.2f | %.0f%% %s| %.1e%s |\n",
                    std::string(name_of(network)).c_str(), size, size, threads, tables[i]->arch, ms,
                    medians[0], medians[0] / ms, 100 * flops / tools::peak_flops(tables[i]->arch, threads),
                    of_yunet.c_str(), differences[i], agrees ? "" : " TOO MUCH");
        agree &= agrees;
    }
    std::fflush(stdout);
    return agree;
}

// FEATHERFACE_FORCE_ARCH, or all that the CPU has.
Result<Tables> tables_to_compare() {
    if (std::getenv("FEATHERFACE_FORCE_ARCH") == nullptr) return kernels::available_tables();
    const auto forced = kernels::default_table();
    if (!forced.ok()) return forced.status();
    return Tables{forced.value()};
}

int fail(const Status& status) {
    std::fprintf(stderr, "%s\n", status.message().c_str());
    return 3;
}

int run(int argc, char** argv) {
    if (argc < 4) {
        std::fprintf(stderr, "usage: compare_peers LIBONNXRUNTIME PICTURE CHECKPOINT... [YUNET.onnx]\n");
        return 2;
    }
    const auto runtime = OnnxRuntime::load(argv[1]);
    if (!runtime.ok()) return fail(runtime.status());
    const auto picture = read_image(argv[2]);
    if (!picture.ok()) return fail(picture.status());
    const auto tables = tables_to_compare();
    if (!tables.ok()) return fail(tables.status());

    std::printf("%s, %u hardware threads; %s; featherface %s, ONNX Runtime %s\n", cpu_name().c_str(),
                std::thread::hardware_concurrency(), tools::local_time("%Y-%m-%d").c_str(),
                FEATHERFACE_VERSION, runtime->version().c_str());
    for (const kernels::KernelTable* table : tables.value()) {
        for (const int threads : kThreads) {
            std::printf("FMA peak, %s, %d threads: %.0f GFLOP/s\n", table->arch, threads,
                        tools::peak_flops(table->arch, threads) / 1e9);
        }
    }
    std::printf(
        "\n| network | picture | threads | kernels | featherface ms | ONNX Runtime ms | ratio | of FMA peak "
        "| YuNet ms | share of it | largest difference |\n| --- | --- | --- | --- | --- | --- | --- | --- | "
        "--- "
        "| --- | --- |\n");

    std::string yunet_model;
    if (std::filesystem::path(argv[argc - 1]).extension() == ".onnx") {
        std::ifstream file(argv[--argc], std::ios::binary);
        yunet_model.assign(std::istreambuf_iterator<char>(file), {});
        if (yunet_model.empty())
            return fail({StatusCode::io_error, std::string("cannot read ") + argv[argc]});
    }
    bool all_agree = true;
    for (int i = 3; i < argc; ++i) {
        for (const int size : kSizes) {
            const Image sized = square(picture->view(), size);
            for (const int threads : kThreads) {
                const auto agree =
                    compare(runtime.value(), argv[i], yunet_model, sized, threads, tables.value());
                if (!agree.ok()) return fail(agree.status());
                all_agree &= agree.value();
            }
        }
    }
    return all_agree ? 0 : 1;
}

}  // namespace
}  // namespace featherface::bench

int main(int argc, char** argv) {
    return featherface::bench::run(argc, argv);
}
