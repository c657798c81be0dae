// A JPEG writer for tests: pictures of flat 8 x 8 blocks, which decode exactly, in every arrangement of scans
// the reader has to walk. Malformed files are made by patching its output.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "support/bytes.hpp"

namespace featherface::test {

struct JpegOptions {
    int width = 8;
    int height = 8;
    bool colour = false;       // Y, Cb and Cr, the last two neutral; else grey
    int sampling = 1;          // of Y, in both directions
    bool progressive = false;  // DC in two steps, then AC of each component, all zero
    bool interleaved = true;   // else each component has a scan of its own
    int restart_interval = 0;
    ByteString exif{};  // the content of an APP1 segment after its length; none when empty
    std::function<int(int, int)> grey = [](int, int) { return 128; };  // of Y block (x, y), 0 to 255
};

ByteString make_jpeg(const JpegOptions& options);

// The offset of the first marker FF `marker`, at or after `from`.
std::size_t find_marker(const ByteString& jpeg, int marker, std::size_t from = 0);

// The content of an APP1 segment that holds an orientation (SHORT) in TIFF order "II" or "MM".
ByteString exif_segment(int orientation, bool big_endian = false);

}  // namespace featherface::test
