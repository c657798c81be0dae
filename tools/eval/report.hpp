// What an evaluation found, as a table for people and as JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "featherface/model.hpp"
#include "tools/eval/figures.hpp"

namespace featherface::tools {

struct Report {
    std::optional<Model> model, reference_model;  // the latter only where the references are a model's faces
    std::string labels;                           // else the file of labels
    std::int64_t pictures = 0, failed = 0;
    float iou = 0, threshold = 0;
    std::int64_t side = 0;  // of the pictures, if they were resized
    std::string variant;    // as it was asked for, if the model saw pictures changed
    // Figures by what they are of: "all" first, then subsets, sizes ("16-32 px") and kinds of picture.
    enum class Group { all, subset, size, kind };
    struct Row {
        Group group;
        std::string name;
        Figures figures;
    };
    std::vector<Row> rows;
};

std::string report_table(const Report& report);
std::string report_json(const Report& report);

}  // namespace featherface::tools
