// NumPy .npz archives of our own reading and writing: the format of reference dumps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "featherface/status.hpp"
#include "loaders/torch/dtype.hpp"

namespace featherface::tools {

// One array in C order, little-endian, valid as long as its reader. `bytes` may lie at any alignment.
struct NpzArray {
    std::string name;  // without ".npy"
    loaders::DType dtype = loaders::DType::other;
    std::vector<std::int64_t> shape;  // empty: a scalar
    std::span<const std::byte> bytes;

    std::int64_t element_count() const;
};

// Several threads may not read from it at once.
class NpzReader {
  public:
    // Reads the archive's directory, and the arrays only when they are asked for. Errors: io_error, malformed
    // (also when an entry is no .npy array), unsupported, limit_exceeded.
    static Result<NpzReader> open(const std::filesystem::path& path);

    NpzReader(NpzReader&&) noexcept;
    NpzReader& operator=(NpzReader&&) noexcept;
    ~NpzReader();

    const std::string& path() const;             // as it was opened
    std::span<const std::string> names() const;  // in file order
    bool contains(std::string_view name) const;
    // Of an array no more than its header is looked at. Errors: as read(), for the header.
    Result<std::vector<std::int64_t>> shape(std::string_view name) const;
    // One array, its CRC checked. Of a file that is cut meanwhile this is an error, and what was read stays.
    // Inflated or put in order once, and kept. Errors: invalid_argument (not there), malformed, unsupported
    // (objects, text, big-endian numbers, ...), limit_exceeded (deflated: over 1 GiB, or over 16 MiB and 32
    // times the packed bytes).
    Result<NpzArray> read(std::string_view name) const;
    // The array as float32: other floating-point types, integers and bool are converted. Nothing is kept.
    // Errors: as read(), and unsupported for complex numbers.
    Result<std::vector<float>> read_f32(std::string_view name,
                                        std::vector<std::int64_t>* shape = nullptr) const;

  private:
    struct Contents;
    explicit NpzReader(std::unique_ptr<Contents> contents);
    std::unique_ptr<Contents> contents_;
};

// Streams arrays to a file, stored (not deflated), zip64 where needed, the elements of each at a multiple of
// 64 bytes; memory does not grow with their size. The file appears under its name only when finish() has
// succeeded. After an error only the destructor may be called.
class NpzWriter {
  public:
    // Errors: output_error.
    static Result<NpzWriter> create(const std::filesystem::path& path);

    NpzWriter(NpzWriter&&) noexcept;
    NpzWriter& operator=(NpzWriter&&) noexcept;
    ~NpzWriter();  // without finish(): nothing is left behind

    // `bytes` are the elements in C order. Errors: output_error; invalid_argument for a name that is empty,
    // unfit for a path, or taken, a type NumPy lacks (bfloat16), or bytes that are not what type and shape
    // ask for; limit_exceeded at 65,535 arrays.
    Status add(std::string_view name, loaders::DType dtype, std::span<const std::int64_t> shape,
               std::span<const std::byte> bytes);
    Status add_f32(std::string_view name, std::span<const std::int64_t> shape, std::span<const float> values);
    // Errors: output_error.
    Status finish();

  private:
    struct State;
    explicit NpzWriter(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace featherface::tools
