// Follows faces from frame to frame by the overlap of their boxes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "featherface/face.hpp"

namespace featherface::tools {

// A face gets the id of the one that its box overlaps most, if the intersection over union is 0.3 or more and
// that one is not taken by a box that overlaps it more; else an id that no face had before, counting from 1.
// Faces that were seen in the last frame go first; one that is missed is remembered for 10 more frames, where
// it was last. Frames that are not looked at do not count: a face must not move further between two that are
// than so much of it overlaps.
class Tracker {
  public:
    // Sets `ids` to those of the next frame's faces. Once there are no more faces than before, nothing is
    // allocated.
    void follow(std::span<const Face> faces, std::vector<std::int64_t>& ids);

  private:
    struct Track {
        std::int64_t id = 0;
        std::array<float, 4> box{};
        int missed = 0;  // frames since it was seen
    };
    struct Pair {
        int missed = 0;
        float overlap = 0;
        std::size_t track = 0, face = 0;
    };

    std::vector<Track> tracks_;
    std::vector<Pair> pairs_;
    std::int64_t next_id_ = 1;
};

}  // namespace featherface::tools
