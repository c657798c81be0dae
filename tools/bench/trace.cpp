#include "tools/bench/trace.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "engine/system/clock.hpp"
#include "tools/bench/tables.hpp"
#include "tools/text/json_writer.hpp"
#include "tools/text/text.hpp"

namespace featherface::tools {

namespace {

using engine::raw_nanoseconds;

// Notes the times of steps, and tells the pool which one is at work.
class TracingObserver final : public engine::Observer {
  public:
    TracingObserver(const engine::Program& program, TracingPool& pool) : program_(program), pool_(pool) {}

    struct Step {
        std::size_t position;  // in the schedule
        std::int64_t begin, end;
    };
    std::vector<Step> steps;

    void before_step(std::size_t step) override {
        pool_.set_step(static_cast<int>(step));
        begin_ = raw_nanoseconds();
    }
    void after_step(std::size_t step) override {
        const std::int64_t end = raw_nanoseconds();
        if (program_.schedule.runs(program_.schedule.steps[step])) steps.push_back({step, begin_, end});
    }

  private:
    const engine::Program& program_;
    TracingPool& pool_;
    std::int64_t begin_ = 0;
};

constexpr int kPre = -1, kPost = -2;  // steps that are none of the network's

}  // namespace

void TracingPool::dispatch(int count, const engine::Split& split, Function function, const void* context) {
    struct Job {
        TracingPool* pool;
        Function function;
        const void* context;
    } job{this, function, context};
    ThreadPool::dispatch(
        count, split,
        [](const void* data, int thread, Pieces& pieces) {
            const Job& traced = *static_cast<const Job*>(data);
            const std::int64_t begin = raw_nanoseconds();
            traced.function(traced.context, thread, pieces);
            traced.pool->shares_[static_cast<std::size_t>(thread)].push_back(
                {traced.pool->step_, pieces.taken(), begin, raw_nanoseconds()});
        },
        &job);
}

void TracingPool::forget() {
    for (std::vector<Share>& shares : shares_) shares.clear();
}

Trace trace_case(const Case& subject, bool pinned) {
    auto owned_pool = std::make_unique<TracingPool>(subject.threads);
    TracingPool& pool = *owned_pool;
    Phases run(subject, std::move(owned_pool));
    run.prepare();
    if (pinned) pin_threads(pool);
    const engine::Program& program = run.session().program();

    Trace trace{subject.name(), subject.threads, {}};
    TracingObserver observer(program, pool);
    for (int time = 0; time < 2; ++time) {
        pool.forget();
        observer.steps.clear();
        trace.events.clear();
        const auto phase = [&](const char* name, int step, const auto& work) {
            pool.set_step(step);
            const std::int64_t begin = raw_nanoseconds();
            work();
            trace.events.push_back({name, "phase", 0, begin, raw_nanoseconds(), ""});
        };
        phase("pre", kPre, [&] { run.preprocess(); });
        phase("network", kPre, [&] { run.network(&observer); });
        phase("post", kPost, [&] { run.postprocess(); });
    }

    const auto title = [&](int step) -> std::string {
        if (step == kPre) return "pre";
        if (step == kPost) return "post";
        const engine::Step& named = program.schedule.steps[static_cast<std::size_t>(step)];
        return Computation{.names = names_of(program.graph, named),
                           .contains = names_inside(program.graph, named),
                           .kind = std::string(kind_of(program.graph, named))}
            .title();
    };
    for (const TracingObserver::Step& step : observer.steps) {
        const engine::Step& run_step = program.schedule.steps[step.position];
        const engine::Shape& shape =
            run.session().plan().shapes[static_cast<std::size_t>(run_step.outputs[0])];
        std::string details =
            concat(kind_of(program.graph, run_step), ", output ", extents(shape.torch_shape()));
        for (const std::string& name : names_inside(program.graph, run_step)) details += concat(", ", name);
        trace.events.push_back(
            {title(static_cast<int>(step.position)), "step", 0, step.begin, step.end, std::move(details)});
    }
    for (int thread = 0; thread < subject.threads; ++thread) {
        for (const TracingPool::Share& share : pool.shares(thread)) {
            trace.events.push_back({title(share.step), "share", thread, share.begin, share.end,
                                    concat("pieces: ", std::to_string(share.pieces))});
        }
    }
    return trace;
}

std::string trace_json(std::span<const Trace> traces) {
    std::string document;
    JsonWriter json(document);
    json.begin_object(JsonWriter::Layout::lines);
    json.key("displayTimeUnit").value("ms");
    json.key("traceEvents").begin_array(JsonWriter::Layout::lines);
    const auto metadata = [&](const char* what, std::size_t process, int thread, const std::string& name) {
        json.begin_object().key("name").value(what).key("ph").value("M");
        json.key("pid").value(static_cast<std::int64_t>(process)).key("tid").value(thread);
        json.key("args").begin_object().key("name").value(name).end_object().end_object();
    };
    for (std::size_t process = 0; process < traces.size(); ++process) {
        const Trace& trace = traces[process];
        metadata("process_name", process, 0, trace.process);
        for (int thread = 0; thread < trace.threads; ++thread) {
            metadata("thread_name", process, thread, "thread " + std::to_string(thread));
        }
        // Viewers nest events by their order where two begin at once: the longer first.
        std::vector<const TraceEvent*> events;
        std::int64_t start = std::numeric_limits<std::int64_t>::max();
        for (const TraceEvent& event : trace.events) {
            events.push_back(&event);
            start = std::min(start, event.begin);
        }
        std::stable_sort(events.begin(), events.end(), [](const TraceEvent* a, const TraceEvent* b) {
            return std::pair(a->begin, -a->end) < std::pair(b->begin, -b->end);
        });
        for (const TraceEvent* event : events) {
            json.begin_object().key("name").value(event->name).key("cat").value(event->category);
            json.key("ph").value("X");
            json.key("pid").value(static_cast<std::int64_t>(process)).key("tid").value(event->thread);
            json.key("ts").value(static_cast<double>(event->begin - start) * 1e-3, 3);
            json.key("dur").value(static_cast<double>(event->end - event->begin) * 1e-3, 3);
            if (!event->details.empty()) {
                json.key("args").begin_object().key("details").value(event->details).end_object();
            }
            json.end_object();
        }
    }
    json.end_array().end_object();
    return document + "\n";
}

}  // namespace featherface::tools
