// A zip writer for tests: well-formed archives in the shapes torch, NumPy and zip programs write. Malformed
// ones are made by patching its output, for which the result says where each record lies.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "support/bytes.hpp"

namespace featherface::test {

struct ZipItem {
    std::string name{};
    ByteString content{};
    bool descriptor = false;           // sizes and CRC follow the data, as torch writes them
    bool descriptor_signature = true;  // whether the descriptor begins with its signature
    bool zip64 = false;                // sizes are saturated and given in a zip64 extra field
    ByteString local_extra{};          // extra fields beside the zip64 one
    ByteString central_extra{};
    std::optional<ByteString> deflated{};  // the deflated content; without it the entry is stored
    std::uint16_t flags = 0;               // beside the descriptor's
};

struct ZipOptions {
    ByteString comment{};
    bool zip64_end =
        false;  // zip64 end record and locator; the plain record keeps its values, as in torch files
    bool saturated = false;     // ... or says "see zip64"
    std::size_t alignment = 0;  // torch's: data begins at a multiple, padded by an "FB" extra field
};

struct ZipImage {
    ByteString bytes;
    std::vector<std::size_t> local;      // offset of each entry's local header
    std::vector<std::size_t> data;       // of its data
    std::vector<std::size_t> central;    // of its central header
    std::size_t end64 = 0, locator = 0;  // of the zip64 records, if any
    std::size_t end = 0;                 // of the end record
};

ZipImage make_zip(const std::vector<ZipItem>& items, const ZipOptions& options = {});

}  // namespace featherface::test
