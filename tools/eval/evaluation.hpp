// Collects pictures with their found faces and references, and makes the rows of a report of them.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tools/eval/figures.hpp"
#include "tools/eval/labels.hpp"
#include "tools/eval/report.hpp"

namespace featherface::tools {

class Evaluation {
  public:
    // Faces are hits from an overlap of `iou` on. `subsets` are counted besides all references, by name.
    Evaluation(float iou, std::vector<std::pair<std::string, Subset>> subsets);

    // A picture with its references, and the faces found in it, in the same pixels.
    void add(const LabelledPicture& picture, std::span<const Face> faces);

    // All, each subset, the sizes, and with `by_kind` the kinds of picture: file names up to their first '_'.
    std::vector<Report::Row> rows(float threshold, bool by_kind) const;

  private:
    float iou_;
    Tally all_;
    std::vector<std::pair<std::string, Subset>> subsets_;
    std::vector<Tally> by_subset_, by_size_;
    std::map<std::string, Tally> by_kind_;
};

}  // namespace featherface::tools
