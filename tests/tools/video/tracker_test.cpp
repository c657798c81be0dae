#include "tools/video/tracker.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <vector>

#include "engine/allocations.hpp"

namespace featherface::test {

namespace {

Face at(float x, float y, float side = 40) {
    return {{x, y, x + side, y + side}, 0.9f, {}};
}

using Ids = std::vector<std::int64_t>;

// Ids of frame after frame.
class Followed {
  public:
    Ids frame(const std::vector<Face>& faces) {
        tracker_.follow(faces, ids_);
        return ids_;
    }

  private:
    tools::Tracker tracker_;
    Ids ids_;
};

}  // namespace

TEST_CASE("tracker: in a made sequence of three faces that move, cross and rest, each keeps its id") {
    // One goes right, one left above it, overlapping it by a little as they pass, one rests; the order in
    // which they are given, that of their scores, changes from frame to frame.
    Followed followed;
    constexpr int kFrames = 60;
    for (int i = 0; i < kFrames; ++i) {
        const float moved = static_cast<float>(i) * 8;
        const std::array<Face, 3> faces = {at(10 + moved, 100), at(490 - moved, 70), at(250, 300, 60)};
        std::array<std::size_t, 3> order = {0, 1, 2};
        for (int turn = 0; turn < (i == 0 ? 0 : i % 3); ++turn) order = {order[1], order[2], order[0]};
        const Ids ids = followed.frame({faces[order[0]], faces[order[1]], faces[order[2]]});
        for (std::size_t k = 0; k < 3; ++k) CHECK(ids[k] == static_cast<std::int64_t>(order[k]) + 1);
    }
}

TEST_CASE("tracker: a face that is missed for some frames is known again, after that it is a new one") {
    for (const int missed : {1, 10, 11}) {
        Followed followed;
        CHECK(followed.frame({at(10, 10), at(200, 10)}) == Ids{1, 2});
        for (int i = 0; i < missed; ++i) CHECK(followed.frame({at(200, 10)}) == Ids{2});
        CHECK(followed.frame({at(14, 12), at(200, 10)}) == (missed <= 10 ? Ids{1, 2} : Ids{3, 2}));
    }
}

TEST_CASE("tracker: ids are never given twice, and no face gets that of one far away") {
    Followed followed;
    CHECK(followed.frame({}).empty());
    CHECK(followed.frame({at(0, 0)}) == Ids{1});
    CHECK(followed.frame({at(28, 0)}) == Ids{2});  // an overlap of 0.18
    CHECK(followed.frame({at(10, 0), at(24, 0)}) == Ids{1, 2});
    CHECK(followed.frame({at(500, 500)}) == Ids{3});
}

TEST_CASE("tracker: of two faces the one that overlaps more has the id") {
    Followed followed;
    CHECK(followed.frame({at(100, 100)}) == Ids{1});
    CHECK(followed.frame({at(115, 100), at(103, 100)}) == Ids{2, 1});
}

TEST_CASE("tracker: a face that was just seen goes before one that is missed, where both may be meant") {
    Followed followed;
    CHECK(followed.frame({at(100, 100), at(160, 100)}) == Ids{1, 2});
    CHECK(followed.frame({at(120, 100)}) == Ids{1});
    CHECK(followed.frame({at(142, 100)}) == Ids{1});  // which overlaps where the second was by more
}

TEST_CASE("tracker: once there have been as many faces, nothing is allocated") {
    tools::Tracker tracker;
    Ids ids;
    std::vector<Face> faces;
    for (int i = 0; i < 20; ++i) faces.push_back(at(static_cast<float>(i) * 30, 0));
    for (int i = 0; i < 15; ++i) tracker.follow(faces, ids);
    const std::size_t before = allocations_here();
    for (int i = 0; i < 5; ++i) tracker.follow(faces, ids);
    CHECK(allocations_here() == before);
}

}  // namespace featherface::test
