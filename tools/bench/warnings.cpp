#include "tools/bench/warnings.hpp"

#include <algorithm>
#include <cmath>

#include "tools/text/text.hpp"

namespace featherface::tools {

namespace {

// Beyond these something is said.
constexpr double kMostForeignCores = 0.1;  // of a core, busy with something else, on average
constexpr double kMostStolen = 0.02;       // of a core
constexpr double kMostClockDrift = 0.02;   // between the first and last third of the time
constexpr double kMostNoise = 0.02;        // of the median
constexpr double kMostLayerError = 0.03;   // of the sum of the layers against the plain run
constexpr double kMostOverhead = 0.02;     // of taking the layers' times
constexpr std::size_t kFewRuns = 10;

std::string with_percent_sign(double fraction) {
    return fixed(fraction * 100, 1) + "%";
}

void check_machine(const Machine& machine, const std::vector<CaseResult>& cases,
                   std::vector<std::string>& warnings) {
    if (!machine.optimised) {
        warnings.push_back(
            concat("this build is not optimised (", machine.build, "): its times mean little"));
    }
    if (!machine.governor.empty() && machine.governor != "performance") {
        warnings.push_back(
            concat("the CPU's frequency is scaled by the governor \"", machine.governor, "\""));
    }
    int threads = 1;
    for (const CaseResult& result : cases) threads = std::max(threads, result.threads);
    if (threads > machine.cores) {
        warnings.push_back(concat(std::to_string(threads), " threads on ", std::to_string(machine.cores),
                                  machine.cores == 1 ? " core" : " cores", ": they wait for one another"));
    }
}

void check_load(const Disturbance& disturbance, std::vector<std::string>& warnings) {
    const CpuTimes &a = disturbance.before, &b = disturbance.after;
    const double foreign = ((b.busy - a.busy) - (b.own - a.own)) / disturbance.seconds;
    if (foreign > kMostForeignCores) {
        warnings.push_back(concat("the machine is loaded: other programs kept ", fixed(foreign, 1),
                                  " cores busy meanwhile"));
    }
    const double stolen = (b.stolen - a.stolen) / disturbance.seconds;
    if (stolen > kMostStolen) {
        warnings.push_back(concat("the machine is loaded: its hypervisor gave ", fixed(stolen, 2),
                                  " cores to other machines meanwhile"));
    }
}

void check_clock(const std::vector<double>& work, std::vector<std::string>& warnings) {
    if (work.size() < 9) return;
    const auto third = static_cast<std::ptrdiff_t>(work.size() / 3);
    const double drift =
        median({work.end() - third, work.end()}) / median({work.begin(), work.begin() + third}) - 1;
    if (std::abs(drift) > kMostClockDrift) {
        warnings.push_back(concat("the clock frequency drifted: the same work took ",
                                  with_percent_sign(std::abs(drift)), drift > 0 ? " longer" : " less",
                                  " at the end than at the start"));
    }
}

void check_case(const CaseResult& result, std::vector<std::string>& warnings) {
    const Summary& time = result.network_time;
    if (time.count < kFewRuns) {
        warnings.push_back(concat(result.name, ": only ", std::to_string(time.count), " runs"));
    }
    if (time.noise > kMostNoise) {
        warnings.push_back(concat(result.name, ": the noise is high, the median is good to ",
                                  with_percent_sign(time.noise), " only; smaller differences mean nothing"));
    }
    if (result.layers.empty()) return;
    const double error = result.layer_sum - 1;
    if (std::abs(error) > kMostLayerError) {
        warnings.push_back(concat(result.name, ": the layers' times add up to ", with_percent_sign(1 + error),
                                  " of the plain run"));
    }
    if (result.overhead > kMostOverhead) {
        warnings.push_back(concat(result.name, ": taking the layers' times made a run ",
                                  with_percent_sign(result.overhead), " longer"));
    }
}

}  // namespace

std::vector<std::string> find_warnings(const Machine& machine, const std::vector<CaseResult>& cases,
                                       const Disturbance& disturbance) {
    std::vector<std::string> warnings;
    check_machine(machine, cases, warnings);
    if (disturbance.seconds > 0) check_load(disturbance, warnings);
    check_clock(disturbance.fixed_work, warnings);
    for (const CaseResult& result : cases) check_case(result, warnings);
    return warnings;
}

}  // namespace featherface::tools
