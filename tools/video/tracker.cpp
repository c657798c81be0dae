#include "tools/video/tracker.hpp"

#include <algorithm>
#include <cstddef>
#include <tuple>

#include "engine/detect/box.hpp"

namespace featherface::tools {

namespace {

constexpr float kSameFace = 0.3f;
constexpr int kRemembered = 10;  // frames

}  // namespace

void Tracker::follow(std::span<const Face> faces, std::vector<std::int64_t>& ids) {
    pairs_.clear();
    for (std::size_t track = 0; track < tracks_.size(); ++track) {
        for (std::size_t face = 0; face < faces.size(); ++face) {
            const float overlap = engine::overlap(tracks_[track].box, faces[face].box);
            if (overlap >= kSameFace) pairs_.push_back({tracks_[track].missed, overlap, track, face});
        }
    }
    std::sort(pairs_.begin(), pairs_.end(), [](const Pair& a, const Pair& b) {
        return std::tuple(a.missed, -a.overlap, a.track, a.face) <
               std::tuple(b.missed, -b.overlap, b.track, b.face);
    });

    ids.assign(faces.size(), 0);
    for (Track& track : tracks_) ++track.missed;
    for (const Pair& pair : pairs_) {
        Track& track = tracks_[pair.track];
        if (track.missed == 0 || ids[pair.face] != 0) continue;  // one of them has found another
        track.missed = 0;
        track.box = faces[pair.face].box;
        ids[pair.face] = track.id;
    }
    std::erase_if(tracks_, [](const Track& track) { return track.missed > kRemembered; });
    for (std::size_t face = 0; face < faces.size(); ++face) {
        if (ids[face] != 0) continue;
        ids[face] = next_id_++;
        tracks_.push_back({ids[face], faces[face].box, 0});
    }
}

}  // namespace featherface::tools
