// Load made on purpose: what a busy neighbour does to a benchmark.
#pragma once

#include <sys/types.h>

#include <vector>

namespace featherface::tools {

// So many processes that do nothing but use a core each, as long as this object and this process live. To be
// made before there are other threads.
class BusyCores {
  public:
    explicit BusyCores(int count);
    BusyCores(const BusyCores&) = delete;
    BusyCores& operator=(const BusyCores&) = delete;
    ~BusyCores();

    // As many as could be started.
    int count() const { return static_cast<int>(children_.size()); }

  private:
    std::vector<pid_t> children_;
};

}  // namespace featherface::tools
