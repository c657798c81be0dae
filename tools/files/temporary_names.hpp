// Names of files that are not to outlive the program: where a signal ends it they are removed first. Only
// what ends it at once (SIGKILL, a power cut) leaves one behind.
#pragma once

#include <string>

namespace featherface::tools {

// While it lives, the file of this name is removed when SIGHUP, SIGINT, SIGQUIT, SIGTERM or SIGXCPU end the
// program, as they then do. A signal that somebody ignores or handles is left to him.
class TemporaryName {
  public:
    TemporaryName() = default;  // of nothing
    explicit TemporaryName(const std::string& path);
    TemporaryName(TemporaryName&& other) noexcept;
    TemporaryName& operator=(TemporaryName&& other) noexcept;
    ~TemporaryName();

  private:
    int slot_ = -1;  // none: too many at a time, or too long a name
};

// For a signal's handler: removes all such files and ends the program as the signal does by itself.
void end_by_signal(int signal);

}  // namespace featherface::tools
