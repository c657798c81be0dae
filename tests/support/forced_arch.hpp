// FEATHERFACE_FORCE_ARCH for a scope.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>

namespace featherface::test {

class ForcedArch {
  public:
    // nullptr: the variable is not set.
    explicit ForcedArch(const char* value) {
        if (const char* before = std::getenv(kName)) before_ = before;
        set(value);
    }
    ~ForcedArch() { set(before_ ? before_->c_str() : nullptr); }
    ForcedArch(const ForcedArch&) = delete;
    ForcedArch& operator=(const ForcedArch&) = delete;

  private:
    static constexpr const char* kName = "FEATHERFACE_FORCE_ARCH";
    static void set(const char* value) { value ? ::setenv(kName, value, 1) : ::unsetenv(kName); }

    std::optional<std::string> before_;
};

}  // namespace featherface::test
