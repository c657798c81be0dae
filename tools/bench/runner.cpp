#include "tools/bench/runner.hpp"

#include <algorithm>
#include <utility>

#include "engine/identity/networks.hpp"
#include "tools/measure/stopwatch.hpp"

namespace featherface::tools {

namespace {

// It is taken run by run, since what the machine did to one it did to its neighbour.
double median_ratio(const std::vector<double>& above, const std::vector<double>& below) {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < std::min(above.size(), below.size()); ++i)
        ratios.push_back(above[i] / below[i]);
    return median(std::move(ratios));
}

}  // namespace

Runner::Runner(Case subject, bool pinned)
    : case_(std::move(subject)),
      phases_(case_, std::make_unique<engine::ThreadPool>(case_.threads)),
      timer_(phases_.session().program(), case_.threads) {
    if (pinned) pin_threads(phases_.session().pool());
}

void Runner::run_first() {
    const Stopwatch watch;
    phases_.prepare();
    phases_.preprocess();
    phases_.network();
    first_ = watch.nanoseconds();
}

void Runner::run_plain() {
    const Stopwatch pre;
    phases_.preprocess();
    pre_.push_back(pre.nanoseconds());

    const double cpu_begin = process_cpu_seconds();
    const Stopwatch network;
    phases_.network();
    network_.push_back(network.nanoseconds());
    cpu_.push_back((process_cpu_seconds() - cpu_begin) * 1e9);

    const Stopwatch post;
    phases_.postprocess();
    post_.push_back(post.nanoseconds());
}

void Runner::run_observed() {
    phases_.preprocess();
    const Stopwatch watch;
    phases_.network(&timer_);
    observed_.push_back(watch.nanoseconds());
}

void Runner::forget() {
    for (auto* samples : {&pre_, &network_, &post_, &cpu_, &observed_}) samples->clear();
    timer_.forget();
}

CaseResult Runner::result(const std::optional<Peaks>& peaks) const {
    CaseResult result;
    result.name = case_.name();
    result.network = case_.network;
    result.file = case_.file;
    result.sha256 = case_.model.sha256();
    result.precision = case_.model.precision();
    result.parameters = case_.model.parameters();
    result.width = case_.width;
    result.height = case_.height;
    result.threads = case_.threads;
    result.arch = case_.model.cpu_architecture();
    result.layerwise = case_.layerwise;
    result.load = case_.load;
    result.first = first_;
    result.pre = summarize(pre_);
    result.network_time = summarize(network_);
    result.post = summarize(post_);
    result.cpu = median(cpu_);
    result.work = engine::work_of(engine::make_graph(case_.model.architecture()), case_.height, case_.width);
    result.memory_bytes = memory_bytes();
    result.peaks = peaks;
    if (!observed_.empty()) {
        const bool has_post = engine::is_detector(case_.model.architecture());
        result.layers = layers_of(phases_.session(), timer_);
        result.groups = groups_of(result.layers, result.pre.median, has_post ? result.post.median : 0);
        result.layer_sum = median_ratio(layer_sums(timer_), network_);
        result.overhead = median_ratio(observed_, network_) - 1;
    }
    return result;
}

std::vector<double> run_interleaved(std::vector<std::unique_ptr<Runner>>& runners, const Effort& effort,
                                    bool per_layer) {
    constexpr double kWarmUpSeconds = 0.2;
    const auto run_round = [&](bool observed_first) {
        for (const auto& runner : runners) {
            if (per_layer && observed_first) runner->run_observed();
            runner->run_plain();
            if (per_layer && !observed_first) runner->run_observed();
        }
    };
    for (const auto& runner : runners) runner->run_first();
    const Stopwatch warm_up;
    do {
        run_round(false);
    } while (warm_up.seconds() < kWarmUpSeconds);
    for (const auto& runner : runners) runner->forget();

    std::vector<double> fixed_work;
    const double seconds = effort.seconds * static_cast<double>(runners.size());
    const Stopwatch watch;
    const auto is_enough = [&](std::int64_t rounds) {
        if (effort.repeats > 0) return rounds >= effort.repeats;
        return rounds >= Effort::kLeastRuns && watch.seconds() >= seconds;
    };
    for (std::int64_t round = 0; !is_enough(round); ++round) {
        fixed_work.push_back(time_fixed_work());
        run_round(round % 2 == 1);
    }
    return fixed_work;
}

}  // namespace featherface::tools
