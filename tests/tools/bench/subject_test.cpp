#include "tools/bench/subject.hpp"

#include <doctest/doctest.h>

#include <memory>

#include "engine/system/thread_pool.hpp"
#include "featherface/model.hpp"

namespace featherface::tools {
namespace {

TEST_CASE("bench: turning outputs into faces is what it is in a detector, which finds hardly any in noise") {
    auto model = Model::load(FEATHERFACE_SOURCE_DIR "/tools/model/FeatherFaceV2_final.ffm");
    REQUIRE_MESSAGE(model.ok(), model.status().message());
    const Case subject{.model = model.value(), .network = "V2", .file = "", .width = 320, .height = 320};
    Phases phases(subject, std::make_unique<engine::ThreadPool>(1));
    phases.prepare();
    phases.network();
    phases.postprocess();
    CHECK(phases.faces().size() < 10);
}

}  // namespace
}  // namespace featherface::tools
