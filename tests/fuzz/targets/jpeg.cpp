// JPEG pictures. Mutations are of segments, whose lengths come out right, and of entropy-coded bytes.
#include <algorithm>
#include <cstdint>

#include "fuzz/target.hpp"
#include "loaders/big_endian.hpp"
#include "support/jpeg_writer.hpp"

namespace featherface::fuzz {

namespace {

constexpr std::size_t kMarker = 2;

// Parts begin with their marker, of which these have no length behind them: TEM, RST0 to RST7, SOI, EOI, and
// what is none.
bool has_length(std::string_view part) {
    const int code = part.size() < kMarker || part[0] != '\xff' ? 0 : static_cast<unsigned char>(part[1]);
    return code > 0x01 && (code < 0xd0 || code > 0xd9) && code != 0xff;
}

// Segments without their lengths, and the bytes between them.
std::vector<ByteString> segments_of(std::string_view file) {
    std::vector<ByteString> parts;
    while (!file.empty()) {
        std::size_t size = 0;
        if (has_length(file) && file.size() >= kMarker + 2) {
            const std::size_t length = loaders::load_be<std::uint16_t>(test::span_of(file), kMarker);
            size = std::min(file.size(), kMarker + std::max<std::size_t>(length, 2));
            parts.push_back(
                ByteString(file.substr(0, kMarker)).append(file.substr(kMarker + 2, size - kMarker - 2)));
        } else {
            for (size = std::min(file.size(), kMarker); size < file.size(); ++size) {
                if (file[size] == '\xff' && file.substr(size, kMarker) != ByteString("\xff\0", 2)) break;
            }
            parts.emplace_back(file.substr(0, size));
        }
        file.remove_prefix(size);
    }
    return parts;
}

void mutate_jpeg(ByteString& file, std::size_t most, Random& random) {
    if (below(8, random) == 0) return mutate_bytes(file, most, random);
    std::vector<ByteString> parts = segments_of(file);
    mutate_parts(parts, most, random);
    file.clear();
    for (const ByteString& part : parts) {
        if (has_length(part)) {
            file += test::jpeg_segment(static_cast<unsigned char>(part[1]), part.substr(kMarker));
        } else {
            file += part;
        }
    }
}

std::vector<ByteString> jpeg_seeds() {
    std::vector<ByteString> seeds = data_files("pictures", ".jpg");
    for (const bool progressive : {false, true}) {
        for (const int sampling : {1, 2, 4}) {
            for (const std::vector<int>& others :
                 {std::vector<int>{}, test::kNeutral, std::vector<int>{1, 2, 3}}) {
                seeds.push_back(test::make_jpeg({.width = 33,
                                                 .height = 17,
                                                 .others = others,
                                                 .sampling = sampling,
                                                 .progressive = progressive,
                                                 .interleaved = sampling != 1,
                                                 .restart_interval = sampling == 2 ? 2 : 0,
                                                 .standard_tables = sampling == 4 && !progressive,
                                                 .adobe_transform = others.size() == 3 ? 2 : -1,
                                                 .exif = test::exif_segment(6, sampling == 2)}));
            }
        }
    }
    return seeds;
}

}  // namespace

Target jpeg() {
    return {.name = "jpeg", .check = check_picture, .seeds = jpeg_seeds, .mutate = mutate_jpeg};
}

}  // namespace featherface::fuzz
