// LayerObserver through the public API, times inside fused steps, and pools that watch their threads.
#include "featherface/layer_observer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <set>

#include "engine/loaded_model.hpp"
#include "engine/runtime/session.hpp"
#include "featherface/featherface.hpp"
#include "kernels/select.hpp"
#include "support/seeded_checkpoint.hpp"
#include "support/seeded_model.hpp"

namespace featherface {
namespace {

using test::noise;
using test::octets_of;
using test::seeded_model;

// Copies of what an observer is told.
struct Recorder final : LayerObserver {
    struct Layer {
        int index;
        std::string name, kind;
        std::vector<std::string> names, contains;
        std::vector<std::vector<std::int64_t>> input_shapes;
        std::vector<std::int64_t> output_shape;
        double start, end;
    };
    std::vector<Layer> layers;

    void layer(const LayerRun& run) override {
        layers.push_back({run.index,
                          std::string(run.name),
                          std::string(run.kind),
                          {run.names.begin(), run.names.end()},
                          {run.contains.begin(), run.contains.end()},
                          {run.input_shapes.begin(), run.input_shapes.end()},
                          {run.output_shape.begin(), run.output_shape.end()},
                          run.start,
                          run.end});
    }
    const Layer* find(std::string_view name) const {
        for (const Layer& layer : layers) {
            if (std::find(layer.names.begin(), layer.names.end(), name) != layer.names.end()) return &layer;
        }
        return nullptr;
    }
};

Recorder observe(const Model& model, int threads = 1) {
    auto detector = Detector::create(model, {.threads = threads});
    REQUIRE(detector.ok());
    Recorder recorder;
    REQUIRE(detector->forward(noise(70, 41).view(), &recorder).ok());
    return recorder;
}

TEST_CASE("layer observer: layer by layer, every step is a PyTorch module with its shapes") {
    const Recorder recorder = observe(seeded_model("v1", {.layerwise = true}));
    const Recorder::Layer* conv = recorder.find("body.stage1.0.0");
    REQUIRE(conv);
    CHECK(conv->index == 1);  // behind "input"
    CHECK(conv->kind == "conv");
    CHECK(conv->input_shapes == std::vector<std::vector<std::int64_t>>{{1, 3, 41, 70}});
    CHECK(conv->output_shape == std::vector<std::int64_t>{1, 8, 21, 35});
    const Recorder::Layer* deform = recorder.find("ssh1.conv3X3.0");
    REQUIRE(deform);
    CHECK(deform->kind == "deform_conv");
    CHECK(deform->input_shapes.size() == 3);
    for (const auto& layer : recorder.layers) CHECK(layer.contains.empty());
}

TEST_CASE("layer observer: fused steps name every module of the network once") {
    for (const std::string_view network : {"v1", "v2"}) {
        CAPTURE(network);
        std::multiset<std::string> fused_names;
        const Recorder fused = observe(seeded_model(network));
        for (const auto& layer : fused.layers) {
            fused_names.insert(layer.names.begin(), layer.names.end());
            fused_names.insert(layer.contains.begin(), layer.contains.end());
            CHECK((layer.name.empty() || fused_names.count(layer.name) == 1));
        }
        const Recorder layerwise = observe(seeded_model(network, {.layerwise = true}));
        for (const auto& layer : layerwise.layers) {
            if (layer.kind != "conv" && layer.kind != "deform_conv" && layer.kind != "linear") continue;
            for (const std::string& name : layer.names) {
                CAPTURE(name);
                CHECK(fused_names.count(name) == 1);
            }
        }
        CHECK(fused.layers.size() < layerwise.layers.size() / 2);
    }
}

TEST_CASE("layer observer: steps follow one another in time and in number") {
    for (const int threads : {1, 3}) {
        const Recorder recorder = observe(seeded_model("v2"), threads);
        REQUIRE(!recorder.layers.empty());
        double last = 0;
        for (std::size_t i = 0; i < recorder.layers.size(); ++i) {
            CHECK(recorder.layers[i].index == static_cast<int>(i));
            CHECK(recorder.layers[i].start >= last);
            CHECK(recorder.layers[i].end >= recorder.layers[i].start);
            last = recorder.layers[i].end;
        }
    }
}

TEST_CASE("layer observer: watching changes no result") {
    auto detector = Detector::create(seeded_model("v1"));
    REQUIRE(detector.ok());
    const Image picture = noise(33, 47);
    const auto plain = detector->forward(picture.view());
    REQUIRE(plain.ok());
    const std::vector<float> loc(plain->loc.begin(), plain->loc.end());
    Recorder recorder;
    const auto watched = detector->forward(picture.view(), &recorder);
    REQUIRE(watched.ok());
    CHECK(std::equal(loc.begin(), loc.end(), watched->loc.begin(), watched->loc.end()));
}

TEST_CASE("model: the kernels of the architecture asked for, or what there is") {
    for (const kernels::KernelTable* table : kernels::available_tables()) {
        CHECK(seeded_model("v2", {.cpu_architecture = table->arch}).cpu_architecture() == table->arch);
    }
    const auto bytes = test::make_torch_zip(test::seeded_checkpoint("v2"));
    const auto model = Model::from_bytes(octets_of(bytes), "seeded.pth", {.cpu_architecture = "mmx"});
    REQUIRE(!model.ok());
    CHECK(model.status().code() == StatusCode::invalid_argument);
    CHECK(model.status().message().find("mmx") != std::string::npos);
}

}  // namespace

namespace engine {
namespace {

// Sums up what the stages of each group were charged.
struct StageWatcher final : Observer {
    StageWatcher(const Schedule& of, int threads) : schedule(of) {
        times.by_thread.resize(static_cast<std::size_t>(threads));
    }

    StageTimes* stage_times() override { return &times; }
    void before_step(std::size_t) override {
        for (StageTimes::Row& row : times.by_thread) row.fill(0);
    }
    void after_step(std::size_t position) override {
        const Step& step = schedule.steps[position];
        for (const StageTimes::Row& row : times.by_thread) {
            for (std::size_t s = 0; s < row.size(); ++s) {
                const bool is_stage = step.is_group() && s < step.stages.size();
                if (row[s] < 0 || (!is_stage && row[s] != 0)) ++wrong;
                if (row[s] > 0) ++charged;
                if (is_stage && row[s] > 0 && !schedule.computed[static_cast<std::size_t>(step.stages[s])])
                    ++wrong;
            }
        }
    }
    const Schedule& schedule;
    StageTimes times;
    int charged = 0, wrong = 0;
};

TEST_CASE("stage times: each thread charges the stages of fused steps, and nothing else") {
    for (const int threads : {1, 2}) {
        Session session(program_of(seeded_model("v1")), threads);
        StageWatcher watcher(session.program().schedule, threads);
        session.run(noise(256, 200).view(), &watcher);  // worth two threads
        CHECK(watcher.charged > 50);
        CHECK(watcher.wrong == 0);
    }
}

struct CountingPool final : ThreadPool {
    using ThreadPool::ThreadPool;
    int dispatched = 0;
    std::atomic<int> pieces_done{0};

  protected:
    void dispatch(int count, const Split& split, Function function, const void* context) override {
        ++dispatched;
        struct Wrapped {
            CountingPool* pool;
            Function function;
            const void* context;
        } wrapped{this, function, context};
        ThreadPool::dispatch(
            count, split,
            [](const void* data, int thread, Pieces& pieces) {
                const Wrapped& inner = *static_cast<const Wrapped*>(data);
                inner.function(inner.context, thread, pieces);
                inner.pool->pieces_done += pieces.taken();
            },
            &wrapped);
    }
};

TEST_CASE("thread pool: a pool may wrap its jobs, and a session runs on it") {
    auto pool = std::make_unique<CountingPool>(2);
    CountingPool& counting = *pool;
    Session session(program_of(seeded_model("v2")), std::move(pool));
    session.run(noise(48, 32).view());
    CHECK(counting.dispatched > 10);
    CHECK(counting.pieces_done >= counting.dispatched);
}

}  // namespace
}  // namespace engine
}  // namespace featherface
