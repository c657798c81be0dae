// How far a verb is with many pictures, on a terminal.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace featherface::tools {

// "2 h 05 min", "3 min 20 s", "12 s".
std::string duration_text(double seconds);

// "12/800 a.jpg", and once some are done " (54.3 per second, 12 s left)".
class Progress {
  public:
    explicit Progress(std::size_t total) : total_(total) {}

    // Picture `number`, the first being 1, is begun; so many are done.
    void begun(std::size_t number, const std::string& name, std::size_t done) const;

  private:
    std::size_t total_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace featherface::tools
