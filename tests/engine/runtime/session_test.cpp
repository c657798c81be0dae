// Sessions of programs that were made from no checkpoint.
#include "engine/runtime/session.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <span>
#include <vector>

#include "kernels/select.hpp"
#include "support/seeded_model.hpp"
#include "support/small_graph.hpp"

namespace featherface::engine {
namespace {

using test::noise;

std::shared_ptr<const Program> small_program() {
    Builder net("small");
    const ValueId x = net.conv3x3("a", net.input(3), 4, /*stride=*/2);
    net.output("out", net.activate("b", x, Activation::relu));
    const Graph graph = test::bound(net.finish());
    return std::make_shared<const Program>(
        compile(graph, schedule_in_groups(graph), *kernels::available_tables().front()));
}

std::vector<float> values_of(ConstMap map) {
    return {map.data, map.data + map.height * map.width * map.channels};
}

TEST_CASE("session: a program runs on pictures of one size after another") {
    const auto program = small_program();
    Session session(program, 2);
    session.run(noise(9, 6).view());
    CHECK(session.height() == 6);
    CHECK(session.width() == 9);
    const std::vector<float> first = values_of(session.output("out"));
    CHECK(first.size() == 3 * 5 * 4);
    session.run(noise(40, 30).view());
    CHECK(session.output("out").height == 15);
    session.run(noise(9, 6).view());
    CHECK(values_of(session.output("out")) == first);
}

TEST_CASE("session: floats are taken as they are, pixels minus their mean") {
    constexpr int kPictureHeight = 6, kPictureWidth = 9;
    constexpr float kMeanBgr[3] = {104, 117, 123};
    const Image picture = noise(kPictureWidth, kPictureHeight);
    std::vector<float> nchw;
    for (std::size_t c = 0; c < 3; ++c) {
        for (std::size_t i = c; i < picture.pixels.size(); i += 3)
            nchw.push_back(static_cast<float>(picture.pixels[i]) - kMeanBgr[c]);
    }
    Session session(small_program(), 1);
    session.run(picture.view());
    const std::vector<float> of_pixels = values_of(session.output("out"));
    session.run_nchw(nchw, kPictureHeight, kPictureWidth);
    CHECK(values_of(session.output("out")) == of_pixels);
}

TEST_CASE("session: memory laid out ahead is what the run uses") {
    Session session(small_program(), 1);
    session.prepare(6, 9);
    const std::size_t bytes = session.workspace_bytes();
    const float* memory = session.output("out").data;
    session.run(noise(9, 6).view());
    CHECK(session.workspace_bytes() == bytes);
    CHECK(session.output("out").data == memory);
}

TEST_CASE("session: a program outlives whoever made it") {
    auto program = small_program();
    Session session(program, 1);
    program.reset();
    session.run(noise(9, 6).view());
    CHECK(session.output("no such output").data == nullptr);
    CHECK(session.output("out").channels == 4);
}

}  // namespace
}  // namespace featherface::engine
