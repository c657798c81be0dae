// Pictures changed before a detector sees them, to tell how it takes that: grey, turned, enlarged; and the
// faces in them, which move along.
#pragma once

#include <array>
#include <string>

#include "featherface/image.hpp"
#include "tools/eval/matching.hpp"

namespace featherface::tools {

struct Variant {
    enum class Kind { as_it_is, grey, turned, enlarged } kind = Kind::as_it_is;
    double amount = 0;  // degrees clockwise, or the factor
};

// "grey", "turned=30", "enlarged=1.6". Errors: invalid_argument.
Result<Variant> parse_variant(const std::string& text);

// The sides of the picture, or of the one that it is a smaller copy of.
std::array<int, 2> whole_size(const Image& image);

// Where points of a picture lie in one made of it: at (a x + b y + c, d x + e y + f), the rows being a b c
// and d e f.
using Placement = std::array<std::array<double, 3>, 2>;

struct VariedPicture {
    Image image;
    Placement placement;
};

// Grey is the luma of BT.601. A turned picture lies on a ground of the colour that the networks subtract,
// which is just large enough for it; it is interpolated bilinearly, and by quarters keeps its pixels.
// Enlarging is engine::resize(), to whole pixels; only here may `image` be a smaller copy, and counts for the
// whole. `image` must be valid. Errors: limit_exceeded, where it would be larger than what a network runs on.
Result<VariedPicture> varied(Image image, const Variant& variant);

// The reference in the picture made. Its box becomes the box of the ellipse in it, for heads are round: that
// of the turned box would be larger than the face.
Reference placed(const Reference& reference, const Placement& placement);

}  // namespace featherface::tools
