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
#include "loaders/dtype.hpp"

namespace featherface::loaders {

// One array. Fortran-ordered files are handed out C-ordered; `bytes` lies in the map when the entry is stored,
// little-endian and C-ordered.
struct NpzArray {
    std::string name;  // without ".npy"
    DType dtype = DType::other;
    std::vector<std::int64_t> shape;
    std::span<const std::byte> bytes;

    std::int64_t element_count() const;
};

class NpzReader {
  public:
    static Result<NpzReader> open(const std::filesystem::path& path);

    NpzReader(NpzReader&&) noexcept;
    NpzReader& operator=(NpzReader&&) noexcept;
    ~NpzReader();

    std::span<const std::string> names() const;  // in file order
    bool contains(std::string_view name) const;
    // Reads (and, when deflated, inflates and keeps) one array. Errors: not there (invalid_argument), malformed,
    // unsupported (object arrays, strings), limit_exceeded.
    Result<NpzArray> read(std::string_view name) const;
    // The array as float32 (float16/32/64 and integers are converted), C order.
    Result<std::vector<float>> read_f32(std::string_view name, std::vector<std::int64_t>* shape = nullptr) const;

  private:
    struct Contents;
    explicit NpzReader(std::unique_ptr<Contents> contents);
    std::unique_ptr<Contents> contents_;
};

// Streams arrays to a file, stored (not deflated), zip64 where needed; memory does not grow with the number of
// arrays. The file appears under its name only when finish() has succeeded.
class NpzWriter {
  public:
    static Result<NpzWriter> create(const std::filesystem::path& path);

    NpzWriter(NpzWriter&&) noexcept;
    NpzWriter& operator=(NpzWriter&&) noexcept;
    ~NpzWriter();  // without finish(): nothing is left behind

    Status add(std::string_view name, DType dtype, std::span<const std::int64_t> shape, std::span<const std::byte> bytes);
    Status add_f32(std::string_view name, std::span<const std::int64_t> shape, std::span<const float> values);
    Status finish();

  private:
    struct State;
    explicit NpzWriter(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace featherface::loaders
