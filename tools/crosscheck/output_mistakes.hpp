// How people get the outputs of a detector wrong that its layers computed right.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tools/crosscheck/values.hpp"

namespace featherface::tools {

struct NamedValue {
    TensorShape shape;
    std::vector<float> values;
};
using NamedValues = std::map<std::string, NamedValue, std::less<>>;

struct OutputMistake {
    std::string id;    // "softmax_missing"
    std::string what;  // a clause: "conf holds the logits: softmax is missing"
    // What the value of that name is under the mistake, made of the right ones; nothing when it is as it was
    // or cannot be said.
    std::function<std::optional<NamedValue>(const std::string& name, const NamedValues& right)> made;
};

// They concern loc, conf, landms and dets, and modules that hold a row per anchor, as V2's tuples.
std::vector<OutputMistake> usual_mistakes_of_outputs();

}  // namespace featherface::tools
