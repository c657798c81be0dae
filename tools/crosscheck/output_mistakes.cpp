#include "tools/crosscheck/output_mistakes.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include "tools/crosscheck/faces.hpp"

namespace featherface::tools {

namespace {

using Order = std::vector<std::size_t>;  // new column i is old column order[i]

std::size_t columns_of(const NamedValue& value) {
    return value.shape.empty() ? 0 : static_cast<std::size_t>(value.shape.back());
}

const NamedValue* find(const NamedValues& values, std::string_view name) {
    const auto found = values.find(name);
    return found == values.end() ? nullptr : &found->second;
}

NamedValue reordered(const NamedValue& value, const Order& order) {
    NamedValue out{value.shape, {}};
    out.values.reserve(value.values.size());
    for (std::size_t row = 0; row < value.values.size(); row += order.size()) {
        for (const std::size_t column : order) out.values.push_back(value.values[row + column]);
    }
    return out;
}

NamedValue softmax(NamedValue value) {
    const std::size_t columns = columns_of(value);
    for (std::size_t row = 0; row < value.values.size(); row += columns) {
        const std::span<float> values(value.values.data() + row, columns);
        const float most = *std::max_element(values.begin(), values.end());
        double sum = 0;
        for (const float v : values) sum += std::exp(double{v} - most);
        for (float& v : values) v = static_cast<float>(std::exp(double{v} - most) / sum);
    }
    return value;
}

// Columns of every value with rows of that many; of `dets` the columns from `first_of_dets`.
OutputMistake column_order(std::string id, std::string what, Order order,
                           std::optional<std::size_t> first_of_dets, const Order& order_in_dets) {
    Order dets(kFaceValues);
    std::iota(dets.begin(), dets.end(), 0);
    if (first_of_dets) {
        for (std::size_t i = 0; i < order_in_dets.size(); ++i)
            dets[*first_of_dets + i] = *first_of_dets + order_in_dets[i];
    }
    auto made = [order = std::move(order), dets = std::move(dets)](
                    const std::string& name, const NamedValues& right) -> std::optional<NamedValue> {
        const NamedValue* value = find(right, name);
        if (!value || value->shape.size() < 2) return std::nullopt;
        if (name == "dets") return reordered(*value, dets);
        if (columns_of(*value) != order.size()) return std::nullopt;
        return reordered(*value, order);
    };
    return {std::move(id), std::move(what), std::move(made)};
}

OutputMistake landmark_order(std::string what, Order order) {
    return column_order("landmark_order", std::move(what), order, 5, order);
}

// The order of columns where pairs (x, y) are exchanged as wholes.
Order of_points(const std::array<std::size_t, 5>& points) {
    Order order;
    for (const std::size_t point : points) order.insert(order.end(), {2 * point, 2 * point + 1});
    return order;
}

// `conf` made of another value by a function.
OutputMistake of_conf(std::string id, std::string what, const char* source,
                      std::function<NamedValue(NamedValue)> function) {
    auto made = [source, function = std::move(function)](
                    const std::string& name, const NamedValues& right) -> std::optional<NamedValue> {
        const NamedValue* value = find(right, source);
        if (name != "conf" || !value) return std::nullopt;
        return function(*value);
    };
    return {std::move(id), std::move(what), std::move(made)};
}

// The outputs stand under each other's names: sources[i] under the name of output i.
OutputMistake output_order(const std::array<std::string, 3>& sources) {
    auto made = [sources](const std::string& name, const NamedValues& right) -> std::optional<NamedValue> {
        constexpr const char* kNames[] = {"loc", "conf", "landms"};
        for (std::size_t i = 0; i < 3; ++i) {
            if (name != kNames[i] || sources[i] == name) continue;
            if (const NamedValue* value = find(right, sources[i])) return *value;
        }
        return std::nullopt;
    };
    return {"output_order",
            "the outputs stand in another order: loc holds " + sources[0] + ", conf holds " + sources[1] +
                ", landms holds " + sources[2],
            std::move(made)};
}

// A V2 head gives (class, box, landmarks), taken for (box, class, landmarks): in the tuples themselves, or in
// what is made of them, where softmax then goes over the boxes.
OutputMistake head_tuple_order() {
    auto made = [](const std::string& name, const NamedValues& right) -> std::optional<NamedValue> {
        std::string source = name;
        if (name == "loc") source = "logits";
        if (name == "conf") source = "loc";
        if (name == "logits") source = "loc";
        const std::size_t at = name.find("@.");
        if (at != std::string::npos && name.starts_with("shared_heads.")) {
            if (name[at + 2] == '0') source[at + 2] = '1';
            if (name[at + 2] == '1') source[at + 2] = '0';
        }
        const NamedValue* value = find(right, source);
        if (source == name || !value) return std::nullopt;
        return name == "conf" ? softmax(*value) : *value;
    };
    return {"tuple_order", "a head's tuple (class, box, landmarks) is taken for (box, class, landmarks)",
            std::move(made)};
}

}  // namespace

std::vector<OutputMistake> usual_mistakes_of_outputs() {
    std::vector<OutputMistake> mistakes;
    mistakes.push_back(of_conf("softmax_missing", "softmax is missing: conf holds the logits", "logits",
                               [](NamedValue logits) { return logits; }));
    mistakes.push_back(of_conf("softmax_twice", "softmax is applied twice to make conf", "conf", softmax));
    mistakes.push_back(column_order("class_order",
                                    "the two classes of conf are swapped: the face comes first", {1, 0},
                                    std::nullopt, {}));

    const char* kBoxIs = "the numbers of a box are swapped: ";
    mistakes.push_back(column_order("box_order", std::string(kBoxIs) + "y before x, height before width",
                                    {1, 0, 3, 2}, 0, {1, 0, 3, 2}));
    mistakes.push_back(column_order("box_order", std::string(kBoxIs) + "the size before the place",
                                    {2, 3, 0, 1}, 0, {2, 3, 0, 1}));
    mistakes.push_back(column_order("box_order", std::string(kBoxIs) + "(1st, 3rd, 2nd, 4th), as x1 x2 y1 y2",
                                    {0, 2, 1, 3}, 0, {0, 2, 1, 3}));

    const std::string landmarks_are = "the landmarks are swapped: ";
    mistakes.push_back(landmark_order(landmarks_are + "left and right of eyes and mouth exchanged",
                                      of_points({1, 0, 2, 4, 3})));
    mistakes.push_back(
        landmark_order(landmarks_are + "left and right of the eyes exchanged", of_points({1, 0, 2, 3, 4})));
    mistakes.push_back(
        landmark_order(landmarks_are + "left and right of the mouth exchanged", of_points({0, 1, 2, 4, 3})));
    mistakes.push_back(landmark_order(landmarks_are + "the nose first", of_points({2, 0, 1, 3, 4})));
    mistakes.push_back(landmark_order(landmarks_are + "y before x", {1, 0, 3, 2, 5, 4, 7, 6, 9, 8}));
    mistakes.push_back(
        landmark_order(landmarks_are + "the five x before the five y", {0, 2, 4, 6, 8, 1, 3, 5, 7, 9}));

    mistakes.push_back(head_tuple_order());
    std::array<std::string, 3> names = {"conf", "landms", "loc"};  // sorted
    do {
        if (names != std::array<std::string, 3>{"loc", "conf", "landms"})
            mistakes.push_back(output_order(names));
    } while (std::next_permutation(names.begin(), names.end()));
    return mistakes;
}

}  // namespace featherface::tools
