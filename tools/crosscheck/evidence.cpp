#include "tools/crosscheck/evidence.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "tools/crosscheck/faces.hpp"
#include "tools/crosscheck/preprocessing.hpp"
#include "tools/crosscheck/torch_order.hpp"

namespace featherface::tools {

namespace {

constexpr std::size_t kMostMaps = 6;

bool has_map(const Row& row) {
    return row.has_numbers() && (row.difference.worst_ratio > 0 || row.is_difference()) &&
           row.shape.size() == 4 && row.shape[0] == 1 && row.shape[2] * row.shape[3] > 1;
}

// The rows worth a look, in their order.
std::vector<const Row*> rows_to_map(const Comparison& comparison) {
    std::vector<const Row*> rows;
    for (const Row& row : comparison.rows) {
        if (has_map(row)) rows.push_back(&row);
    }
    const Row* first = comparison.first_difference();
    const auto rank = [&](const Row* row) {
        if (row == first) return 3;
        return row->verdict == Verdict::not_finite ? 2 : row->is_difference() ? 1 : 0;
    };
    std::stable_sort(rows.begin(), rows.end(), [&](const Row* a, const Row* b) {
        if (rank(a) != rank(b)) return rank(a) > rank(b);
        return a->difference.worst_ratio > b->difference.worst_ratio;
    });
    // A value that only passes through has the same errors again.
    const auto is_same = [](const Row* a, const Row* b) {
        return a->difference.max_abs == b->difference.max_abs &&
               a->difference.worst_ratio == b->difference.worst_ratio;
    };
    std::vector<const Row*> chosen;
    for (const Row* row : rows) {
        if (chosen.size() == kMostMaps) break;
        if (std::none_of(chosen.begin(), chosen.end(), [&](const Row* other) { return is_same(row, other); }))
            chosen.push_back(row);
    }
    std::sort(chosen.begin(), chosen.end());  // they are elements of one vector
    return chosen;
}

ErrorMap make_map(const Row& row, std::span<const float> ours, std::span<const float> reference,
                  const Tolerance& tolerance) {
    ErrorMap map{row.name, static_cast<int>(row.shape[2]), static_cast<int>(row.shape[3]), {}};
    const std::size_t pixels = static_cast<std::size_t>(row.shape[2] * row.shape[3]);
    map.errors.assign(pixels, 0);
    for (std::size_t i = 0; i < ours.size(); ++i) {
        float& error = map.errors[i % pixels];
        if (!std::isfinite(ours[i]) || !std::isfinite(reference[i])) {
            error = std::numeric_limits<float>::quiet_NaN();
        } else if (ours[i] != reference[i] && !std::isnan(error)) {
            const double gap = std::abs(double{ours[i]} - double{reference[i]});
            error = std::max(error, static_cast<float>(gap / tolerance.at(reference[i])));
        }
    }
    return map;
}

// Makes the maps of chosen rows as their values come.
class Mapper {
  public:
    Mapper(const NpzReader& reference, const CompareOptions& options, const Comparison& comparison)
        : reference_(reference), options_(options) {
        for (const Row* row : rows_to_map(comparison)) {
            rows_[row->name] = row;
            order_.push_back(row->name);
        }
    }

    const std::vector<std::string>& names() const { return order_; }
    bool wants(const std::string& name) const { return rows_.contains(name); }

    void add(const std::string& name, std::span<const float> ours) {
        const auto reference = reference_.read_f32(name);
        if (!reference.ok()) {
            status_ = reference.status();
        } else if (reference->size() == ours.size()) {
            maps_[name] = make_map(*rows_[name], ours, reference.value(),
                                   options_.tolerance.value_or(default_tolerance(name)));
        }
    }

    Result<std::vector<ErrorMap>> finish() && {
        if (!status_.ok()) return status_;
        std::vector<ErrorMap> maps;
        for (const std::string& name : order_) {
            if (maps_.contains(name)) maps.push_back(std::move(maps_[name]));
        }
        return maps;
    }

  private:
    const NpzReader& reference_;
    const CompareOptions& options_;
    std::map<std::string, const Row*> rows_;
    std::vector<std::string> order_;
    std::map<std::string, ErrorMap> maps_;
    Status status_;
};

class MappingObserver final : public engine::Observer {
  public:
    explicit MappingObserver(Mapper& mapper) : mapper_(mapper) {}

    void value(const engine::Node& node, const engine::Shape& shape, engine::ConstMap map) override {
        if (std::holds_alternative<engine::ReadPixels>(node.operation)) return;
        for (const std::string& name : node.names) {
            if (!mapper_.wants(name)) continue;
            to_torch_order(shape, map, values_);
            mapper_.add(name, values_);
        }
    }

  private:
    Mapper& mapper_;
    std::vector<float> values_;  // memory used again
};

// `dets`, or the faces its outputs make.
std::optional<std::vector<float>> faces_of(const NpzReader& dump, int height, int width) {
    const auto read = [&](const char* name, std::int64_t columns) -> std::optional<std::vector<float>> {
        TensorShape shape;
        if (!dump.contains(name)) return std::nullopt;
        auto values = dump.read_f32(name, &shape);
        if (!values.ok() || shape.empty() || shape.back() != columns) return std::nullopt;
        return std::move(values).value();
    };
    if (auto dets = read("dets", kFaceValues)) return dets;
    const auto loc = read("loc", 4), conf = read("conf", 2), landms = read("landms", 10);
    const int anchors = engine::Anchors(height, width).count();
    const std::size_t count = static_cast<std::size_t>(anchors);
    if (!loc || !conf || !landms || loc->size() != 4 * count || conf->size() != 2 * count ||
        landms->size() != 10 * count)
        return std::nullopt;
    return face_rows(engine::find_faces({anchors, *loc, *conf, *landms}, height, width, {}));
}

Evidence with_picture(const NetworkInput& input, Architecture architecture) {
    Evidence evidence;
    evidence.height = input.height;
    evidence.width = input.width;
    if (input.picture) {
        evidence.picture = input.picture;
    } else if (is_detector(architecture)) {
        evidence.picture = picture_of(right_preprocessing().undo(input));
    }
    return evidence;
}

}  // namespace

Result<Evidence> gather_from_run(engine::Session& session, Architecture architecture,
                                 const NetworkInput& input, const NpzReader& reference,
                                 const CompareOptions& options, const Comparison& comparison) {
    Evidence evidence = with_picture(input, architecture);
    Mapper mapper(reference, options, comparison);
    if (input.picture && mapper.wants("input"))
        mapper.add("input", input_from(*input.picture, architecture).nchw);
    MappingObserver observer(mapper);
    run(session, input, &observer);
    if (is_detector(architecture)) {
        evidence.our_faces =
            face_rows(engine::find_faces(session.raw_outputs(), input.height, input.width, {}));
        evidence.reference_faces = faces_of(reference, input.height, input.width);
    }
    auto maps = std::move(mapper).finish();
    if (!maps.ok()) return maps.status();
    evidence.maps = std::move(maps).value();
    return evidence;
}

Result<Evidence> gather_from_dumps(const NpzReader& a, const NpzReader& b, const CompareOptions& options,
                                   const Comparison& comparison) {
    Evidence evidence;
    for (const NpzReader* dump : {&b, &a}) {
        // Dumps of networks that are no detectors hold an `input` of another kind, which is shown all the
        // same.
        const auto input = read_input(*dump, "", Architecture::featherface_v1);
        if (!input.ok()) continue;
        evidence = with_picture(input.value(), Architecture::featherface_v1);
        break;
    }
    if (evidence.picture) {
        evidence.our_faces = faces_of(a, evidence.height, evidence.width);
        evidence.reference_faces = faces_of(b, evidence.height, evidence.width);
    }
    Mapper mapper(b, options, comparison);
    for (const std::string& name : mapper.names()) {
        const auto values = a.read_f32(name);
        if (!values.ok()) return values.status();
        mapper.add(name, values.value());
    }
    auto maps = std::move(mapper).finish();
    if (!maps.ok()) return maps.status();
    evidence.maps = std::move(maps).value();
    return evidence;
}

}  // namespace featherface::tools
