// Which way up a picture is, from all the metadata of its file.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace featherface::loaders {

// Takes the metadata blocks in the order of the file. Of those that state an orientation EXIF counts before
// XMP, a PNG's own EXIF chunk before a profile kept as text, and of two of a kind the first.
class OrientationTags {
  public:
    // An EXIF block, "Exif\0\0" before it or not.
    void exif(std::span<const std::byte> block);
    // What an APP1 segment of a JPEG holds: EXIF, XMP or something else.
    void app1(std::span<const std::byte> content);
    // The text of a PNG's text chunk: XMP, an EXIF or XMP profile in hexadecimal, or something else.
    void png_text(std::string_view keyword, std::string_view text);
    // Whether png_text() makes anything of the keyword.
    static bool wants_png_text(std::string_view keyword);

    // EXIF's 1 to 8; 1, upright as stored, when nothing states it.
    int orientation() const;

  private:
    std::optional<int> exif_;
    std::optional<int> exif_profile_;
    std::optional<int> xmp_;
};

// The value of tiff:Orientation, as attribute or element, in an XMP packet; 1 when it is no orientation,
// nothing when it is missing.
std::optional<int> xmp_orientation(std::string_view packet);

}  // namespace featherface::loaders
