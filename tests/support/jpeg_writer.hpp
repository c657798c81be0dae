// A JPEG writer for tests: pictures of flat 8 x 8 blocks, which decode exactly, in every arrangement of scans
// the reader has to walk. Malformed files are made by patching its output.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "support/bytes.hpp"

namespace featherface::test {

inline const std::vector<int> kNeutral = {128, 128};  // Cb and Cr of a grey picture

struct JpegOptions {
    int width = 8;
    int height = 8;
    std::vector<int> others{};  // the levels of the components after the first: kNeutral, or inks
    int sampling = 1;           // of the first component, in both directions
    bool progressive = false;   // DC in two steps, then AC of each component, all zero
    bool interleaved = true;    // else each component has a scan of its own
    int restart_interval = 0;
    bool standard_tables = false;  // Huffman codes of the standard's tables (sequential only), and no DHT
    int adobe_transform = -1;      // in an Adobe segment; none when negative
    ByteString exif{};             // the content of an APP1 segment after its length; none when empty
    std::function<int(int, int)> grey = [](int, int) {
        return 128;
    };  // of the first component's block (x, y)
};

ByteString make_jpeg(const JpegOptions& options);

// The offset of the first marker FF `marker`, at or after `from`.
std::size_t find_marker(const ByteString& jpeg, int marker, std::size_t from = 0);

// A marker, its length and the content.
ByteString jpeg_segment(int marker, const ByteString& content);

// The content of an APP1 segment: a TIFF block in order "II" or "MM" whose orientation entry has that type
// and `count` equal values.
ByteString exif_segment(int orientation, bool big_endian = false, int type = 3, int count = 1);

}  // namespace featherface::test
