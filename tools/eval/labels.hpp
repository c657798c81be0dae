// Labelled pictures, in text: WIDER FACE's ground truth, its form with landmarks, and which of the faces a
// subset (easy, medium, hard) counts.
//
// The ground truth (wider_face_val_bbx_gt.txt) has for each picture
//
//     0--Parade/0_Parade_marchingband_1_849.jpg      its path below the folder of pictures
//     1                                              how many faces
//     449 330 122 149 0 0 0 0 0 0                    x y w h blur expression illumination invalid occlusion
//     pose
//
// and a picture without faces has, after the 0, a line of ten zeros or none. The form with landmarks,
// RetinaFace's label.txt, begins with a '#' and has for each picture
//
//     # 0--Parade/0_Parade_marchingband_1_849.jpg
//     449 330 122 149 488.9 373.6 0.0 ... 0.82       x y w h, five times x y and a flag, and a number more
//
// or a face's x y w h alone; of a face without landmarks the fifteen are -1. A subset has for each picture
// the path, a count and that many lines with the number of a face, from 1 in the order of the labels: what
// the evaluation's wider_easy_val.mat and so on hold (tools/python/wider_subset.py writes them as text).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "featherface/status.hpp"
#include "tools/eval/matching.hpp"

namespace featherface::tools {

// Files of labels and of landmarks are no larger, and no coordinate in them is further from 0.
constexpr std::uint64_t kLargestLabels = std::uint64_t{256} << 20;
constexpr double kMostCoordinate = 1e9;

struct LabelledPicture {
    std::string name;                   // its path below the folder of pictures
    std::vector<Reference> references;  // ignored: labelled as invalid, or without an area
};

// The pictures in the file's order; a face has landmarks where it has all five. Errors: io_error;
// limit_exceeded (over 256 MiB); malformed, with the line: also for a name that leads out of the folder, and
// for one that comes twice.
Result<std::vector<LabelledPicture>> read_labels(const std::string& file);

// A picture's name to the faces that count, from 1, rising.
using Subset = std::map<std::string, std::vector<std::size_t>>;

// Errors: as above; malformed also when it has a picture that `pictures` has not, or a face that a picture
// has not.
Result<Subset> read_subset(const std::string& file, const std::vector<LabelledPicture>& pictures);

// The references with those that the subset does not count being ignored. Errors: none.
std::vector<Reference> counted_by(const Subset& subset, const LabelledPicture& picture);

}  // namespace featherface::tools
