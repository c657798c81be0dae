// The typical Huffman tables of the JPEG standard (ITU-T T.81, annex K.3), which files of motion JPEG leave
// out.
#pragma once

#include <cstddef>
#include <span>

namespace featherface::loaders {

constexpr std::size_t kJpegStandardTables = 2;  // of each class: 0 for luminance, 1 for chrominance

// As the content of a DHT segment: class (0 DC, 1 AC) and number, the counts of codes of 1 to 16 bits, the
// symbols.
std::span<const std::byte> jpeg_standard_table(int table_class, std::size_t number);

}  // namespace featherface::loaders
