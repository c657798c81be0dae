// Which rows of the stages of a group are computed for a strip, and which their bands hold.
#pragma once

#include <array>

#include "engine/runtime/group.hpp"

namespace featherface::engine {

using StageRows = std::array<Rows, kMaxStages>;

// Sets `fresh` to the rows of each stage to compute for the output rows `strip`, and `held` to the rows that
// its band holds then, both from what `held` was after the strip before (empty ranges at first).
void advance(const Group& group, Rows strip, StageRows& held, StageRows& fresh);

// Goes through all strips without computing, and sets how many rows each band holds at most, whatever the
// strip that a thread begins with.
void measure_bands(Group& group);

}  // namespace featherface::engine
