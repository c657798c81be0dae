// What a report shows besides the numbers of a comparison: where in a layer the errors are, and the faces
// both sides find.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/crosscheck/comparison.hpp"

namespace featherface::tools {

// The error of a layer at each pixel of its map: the largest over the channels, in tolerances; NaN where
// either side is not finite.
struct ErrorMap {
    std::string name;
    int height = 0, width = 0;
    std::vector<float> errors;
};

struct Evidence {
    std::vector<ErrorMap> maps;  // the first layer that differs and the worst ones, in the order of the rows
    // The picture and its size as the network was given it, which that of the pixels may differ from.
    std::optional<Image> picture;  // bgr8
    int height = 0, width = 0;
    // Rows as match_faces() takes them; nothing where the outputs are not there to make them of.
    std::optional<std::vector<float>> our_faces, reference_faces;
};

// Runs the network once more. Errors: as NpzReader::read().
Result<Evidence> gather_from_run(engine::Session& session, Architecture architecture,
                                 const NetworkInput& input, const NpzReader& reference,
                                 const CompareOptions& options, const Comparison& comparison);

Result<Evidence> gather_from_dumps(const NpzReader& a, const NpzReader& b, const CompareOptions& options,
                                   const Comparison& comparison);

}  // namespace featherface::tools
