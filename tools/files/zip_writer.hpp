// Zip archives being written: what npz archives and torch checkpoints are in.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>

#include "featherface/status.hpp"

namespace featherface::tools {

// Streams entries to a file, stored (not deflated), zip64 where needed, each at a multiple of 64 bytes;
// memory does not grow with their size. The file appears under its name only when finish() has succeeded.
// After an error only the destructor may be called.
class ZipWriter {
  public:
    // Errors: output_error.
    static Result<ZipWriter> create(const std::filesystem::path& path);

    ZipWriter(ZipWriter&&) noexcept;
    ZipWriter& operator=(ZipWriter&&) noexcept;
    ~ZipWriter();  // without finish(): nothing is left behind

    // An entry of these bytes, one piece after another. The name is up to 65,535 bytes, fit for a path and
    // not there yet. Errors: output_error.
    Status add(std::string_view name, std::span<const std::span<const std::byte>> pieces);
    // Errors: output_error.
    Status finish();

  private:
    struct State;
    explicit ZipWriter(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace featherface::tools
