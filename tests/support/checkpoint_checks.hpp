// Opening checkpoints that tests made in memory, in a line each.
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "loaders/torch/checkpoint.hpp"
#include "support/bytes.hpp"
#include "support/status_checks.hpp"
#include "support/torch_writer.hpp"

namespace featherface::test {

// The bytes must outlive the result.
inline loaders::Checkpoint open_bytes(const ByteString& bytes) {
    Result<loaders::Checkpoint> checkpoint = loaders::Checkpoint::from_bytes(span_of(bytes), "test.pth");
    REQUIRE_MESSAGE(checkpoint.ok(), checkpoint.status().message());
    return std::move(checkpoint).value();
}

inline loaders::Checkpoint open_file(const std::filesystem::path& path) {
    Result<loaders::Checkpoint> checkpoint = loaders::Checkpoint::open(path);
    REQUIRE_MESSAGE(checkpoint.ok(), checkpoint.status().message());
    return std::move(checkpoint).value();
}

// Opening fails with this code, names the file, and says these words.
inline void check_file_refused(const ByteString& bytes, StatusCode code,
                               std::initializer_list<std::string_view> words) {
    const Status status = loaders::Checkpoint::from_bytes(span_of(bytes), "test.pth").status();
    check_refused(status, code, words);
    CHECK_MESSAGE(status.message().starts_with("test.pth: "), status.message());
}

inline void check_malformed(const ByteString& bytes, std::initializer_list<std::string_view> words) {
    check_file_refused(bytes, StatusCode::malformed, words);
}

// The named tensor as float32, row-major.
inline std::vector<float> values_of(const loaders::Checkpoint& checkpoint, std::string_view name) {
    const loaders::CheckpointTensor* tensor = checkpoint.find(name);
    REQUIRE_MESSAGE(tensor != nullptr, "no tensor " << name);
    std::vector<float> values(static_cast<std::size_t>(tensor->element_count()));
    const Status status = loaders::copy_as_f32(*tensor, values);
    REQUIRE_MESSAGE(status.ok(), status.message());
    return values;
}

// A zip checkpoint around a ready pickle.
inline ByteString zip_around(const ByteString& pickle, const Storages& storages = {}) {
    return make_zip(torch_zip_items(pickle, storages), {.zip64_end = true}).bytes;
}

}  // namespace featherface::test
