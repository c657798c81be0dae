// How people resize a picture before a detector sees it, which takes pictures of any size as they are.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "tools/crosscheck/preprocessing.hpp"
#include "tools/crosscheck/values.hpp"
#include "tools/files/npz.hpp"

namespace featherface::tools {

struct Resizer {
    std::string_view name;  // completes "resized by ..."
    Planes (*resize)(const Planes& picture, int height, int width);
};

// What the common libraries do: PIL's, OpenCV's and PyTorch's bilinear interpolation, and the nearest pixel.
std::span<const Resizer> usual_resizers();

struct PictureSize {
    int height = 0, width = 0;
    bool operator==(const PictureSize&) const = default;
};

// To what sizes people resize a picture: squares and multiples of 32, halves and doubles, a fixed longer or
// shorter side. Its own size is not among them.
std::vector<PictureSize> usual_sizes(int height, int width);

// What a dump's shapes tell of the size of the picture behind them.
class SizeClues {
  public:
    explicit SizeClues(const NpzReader& dump);
    // False where nothing tells.
    bool fits(PictureSize size) const;

  private:
    struct Map {
        std::int64_t step, height, width;  // of the picture's pixels per cell; cells
    };
    std::vector<std::int64_t> anchors_;
    std::vector<Map> maps_;
};

}  // namespace featherface::tools
