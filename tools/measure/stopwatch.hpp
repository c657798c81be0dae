// How long something takes.
#pragma once

#include <cstdint>

#include "engine/system/clock.hpp"

namespace featherface::tools {

// Runs from when it is made.
class Stopwatch {
  public:
    double nanoseconds() const { return static_cast<double>(engine::raw_nanoseconds() - begin_); }
    double milliseconds() const { return nanoseconds() * 1e-6; }
    double seconds() const { return nanoseconds() * 1e-9; }

  private:
    std::int64_t begin_ = engine::raw_nanoseconds();
};

}  // namespace featherface::tools
