#include "tools/crosscheck/comparison.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "engine/identity/networks.hpp"
#include "loaders/error.hpp"
#include "tools/crosscheck/faces.hpp"
#include "tools/crosscheck/fused_names.hpp"
#include "tools/crosscheck/torch_order.hpp"

namespace featherface::tools {

namespace {

constexpr std::string_view kPicture = "image_bgr", kMeta = "__meta__";

// The shape without axes of length 1 in front that make it longer than `rank`.
TensorShape without_batch(TensorShape shape, std::size_t rank) {
    while (shape.size() > rank && shape.front() == 1) shape.erase(shape.begin());
    return shape;
}

std::string axes_text(const std::vector<std::size_t>& axes) {
    return shape_text({axes.begin(), axes.end()});
}

std::string non_finite_text(const char* side, const NonFinite& found, const TensorShape& shape) {
    std::string text;
    if (found.nan > 0) text += std::to_string(found.nan) + " NaN";
    if (found.infinite > 0) text += (text.empty() ? "" : ", ") + std::to_string(found.infinite) + " infinite";
    return text + " " + side + ", first at " + shape_text(unravel(found.first, shape));
}

bool has_values(const TensorShape& shape, std::size_t count) {
    std::size_t left = count;
    for (const std::int64_t size : shape) {
        if (size == 0) return count == 0;
        if (left % static_cast<std::size_t>(size) != 0) return false;
        left /= static_cast<std::size_t>(size);
    }
    return left == 1;
}

// Makes the rows.
class Comparer {
  public:
    Comparer(const NpzReader& reference, const CompareOptions& options, LayerSelection selection)
        : reference_(reference), options_(options), selection_(std::move(selection)) {}

    // Whether the value is to be compared, where both sides have it.
    bool selects(std::string_view name) const {
        return !done() && name != kMeta && selection_.contains(name);
    }
    // Whether the reference has it besides.
    bool wants(std::string_view name) const { return selects(name) && reference_.contains(name); }
    bool done() const { return !status_.ok() || comparison_.stopped; }

    void compare(const std::string& name, std::string_view kind, const TensorShape& shape,
                 std::span<const float> ours) {
        const auto promised = reference_.shape(name);
        if (!promised.ok()) return fail(promised.status());
        Row row = make_row(name, kind, Verdict::agrees);
        row.shape = shape;
        if (!has_values(promised.value(), ours.size())) {  // so many may take more memory than there is
            row.verdict = Verdict::shape_differs;
            row.note = "the reference has " + shape_text(promised.value());
            return add(std::move(row));
        }
        TensorShape reference_shape;
        const auto reference = read(name, reference_shape);
        if (!reference) return;
        const Tolerance tolerance = options_.tolerance.value_or(default_tolerance(name));
        if (is_same_but_for_ones(shape, reference_shape)) {
            row.difference = compare_values(ours, *reference, tolerance);
            judge(row);
        } else {
            row.verdict = Verdict::shape_differs;
            row.note = "the reference has " + shape_text(reference_shape);
            const TensorShape target = without_batch(shape, reference_shape.size());
            for (const auto& axes : transposes_between(reference_shape, target)) {
                const bool channels_last = moves_channels_first(axes);
                const Difference difference =
                    compare_values(ours, transpose(*reference, reference_shape, axes), tolerance);
                row.note += (channels_last ? ", NHWC: " : ": ") +
                            std::string(difference.agrees() ? "it agrees" : "its values differ too") +
                            " after transpose" + axes_text(axes);
                if (difference.agrees() || channels_last) break;
            }
        }
        add(std::move(row));
    }

    void compare_faces(const std::string& name, const TensorShape& shape, std::span<const float> ours) {
        TensorShape reference_shape;
        const auto reference = read(name, reference_shape);
        if (!reference) return;
        Row row = make_row(name, "faces", Verdict::agrees);
        row.shape = shape;
        if (reference_shape.size() != 2 || reference_shape[1] != static_cast<std::int64_t>(kFaceValues)) {
            row.verdict = Verdict::shape_differs;
            row.note = "the reference has " + shape_text(reference_shape) + ", expected 15 values per face";
        } else {
            const FaceMatch match = match_faces(ours, *reference);
            row.difference = match.difference;
            row.note = match.text();
            if (!match.agrees()) row.verdict = Verdict::differs;
        }
        add(std::move(row));
    }

    void add_fused(const std::string& name, std::string_view kind, const std::string& into) {
        if (!wants(name)) return;
        Row row = make_row(name, kind, Verdict::fused);
        row.fused_into = into;
        add(std::move(row));
    }

    // The values of the reference that nothing was compared with.
    void add_left_over(const std::set<std::string_view>& apart, const std::string& where) {
        for (const std::string& name : reference_.names()) {
            if (wants(name) && !seen_.contains(name) && !apart.contains(name)) add_one_sided(name, where);
        }
    }

    void add_one_sided(const std::string& name, const std::string& where) {
        Row row = make_row(name, "", Verdict::one_sided);
        row.note = where;
        add(std::move(row));
    }

    void fail(Status status) {
        if (status_.ok()) status_ = std::move(status);
    }

    Result<Comparison> finish() && {
        if (!status_.ok()) return status_;
        if (comparison_.compared() > 0) return std::move(comparison_);
        const std::span<const std::string> names = reference_.names();
        std::string begins;
        for (const std::string& name : names.first(std::min<std::size_t>(names.size(), 5)))
            begins += (begins.empty() ? "" : ", ") + name;
        return loaders::in_file(
            reference_.path(),
            loaders::malformed("nothing to compare: no value of the reference is one of ours",
                               {.found = begins, .hint = "numpy.load(FILE).files lists all its names"}));
    }

  private:
    static Row make_row(const std::string& name, std::string_view kind, Verdict verdict) {
        Row row;
        row.name = name;
        row.kind = kind;
        row.verdict = verdict;
        return row;
    }

    void add(Row row) {
        if (done()) return;
        seen_.insert(row.name);
        comparison_.stopped = options_.fail_fast && row.is_difference();
        comparison_.rows.push_back(std::move(row));
    }

    static void judge(Row& row) {
        const Difference& d = row.difference;
        if (d.agrees()) return;
        row.verdict = Verdict::differs;
        if (d.a_non_finite.any()) row.note = non_finite_text("in ours", d.a_non_finite, row.shape);
        if (d.b_non_finite.any()) {
            row.note += (row.note.empty() ? "" : "; ") +
                        non_finite_text("in the reference", d.b_non_finite, row.shape);
        }
        if (!row.note.empty()) row.verdict = Verdict::not_finite;
    }

    std::optional<std::vector<float>> read(const std::string& name, TensorShape& shape) {
        auto values = reference_.read_f32(name, &shape);
        if (values.ok()) return std::move(values).value();
        fail(values.status());
        return std::nullopt;
    }

    const NpzReader& reference_;
    const CompareOptions& options_;
    LayerSelection selection_;
    Comparison comparison_;
    Status status_;
    std::set<std::string> seen_;
};

// Compares every value as it is made.
class ComparingObserver final : public engine::Observer {
  public:
    ComparingObserver(Comparer& comparer, const engine::Program& program, Architecture architecture)
        : comparer_(comparer),
          program_(program),
          fused_into_(find_fused_names(program.graph, program.schedule,
                                       [&](std::string_view name) { return comparer.wants(name); })) {
        for (const engine::Node& node : engine::make_graph(architecture).nodes) {
            for (const std::string& name : node.names) kinds_[name] = engine::kind_of(node.operation);
        }
    }

    void after_step(std::size_t step) override {
        for (const std::string& name : names_inside(program_.graph, program_.schedule.steps[step]))
            comparer_.add_fused(name, kinds_[name], fused_into_[name]);
    }

    void value(const engine::Node& node, const engine::Shape& shape, engine::ConstMap map) override {
        if (std::holds_alternative<engine::ReadPixels>(node.operation)) return;
        const bool wanted = std::any_of(node.names.begin(), node.names.end(),
                                        [&](const std::string& name) { return comparer_.wants(name); });
        if (!wanted) return;
        to_torch_order(shape, map, values_);
        for (const std::string& name : node.names) {
            if (comparer_.wants(name)) comparer_.compare(name, kinds_[name], shape.torch_shape(), values_);
        }
    }

  private:
    Comparer& comparer_;
    const engine::Program& program_;
    std::map<std::string, std::string> fused_into_;
    std::map<std::string, std::string_view> kinds_;  // of the modules, before any fusing
    std::vector<float> values_;                      // memory used again
};

void compare_detection(const engine::Session& session, const NetworkInput& input, Comparer& comparer) {
    if (comparer.wants("priors")) {
        const std::vector<float> rows = anchor_rows(input.height, input.width);
        comparer.compare("priors", "anchors", {static_cast<std::int64_t>(rows.size()) / 4, 4}, rows);
    }
    if (comparer.wants("dets")) {
        const std::vector<float> rows =
            face_rows(engine::find_faces(session.raw_outputs(), input.height, input.width, {}));
        comparer.compare_faces("dets", face_rows_shape(rows), rows);
    }
}

}  // namespace

std::size_t Comparison::count(Verdict verdict) const {
    return static_cast<std::size_t>(
        std::count_if(rows.begin(), rows.end(), [&](const Row& row) { return row.verdict == verdict; }));
}

std::size_t Comparison::compared() const {
    return rows.size() - count(Verdict::fused) - count(Verdict::one_sided);
}

const Row* Comparison::first_difference() const {
    const auto found =
        std::find_if(rows.begin(), rows.end(), [](const Row& row) { return row.is_difference(); });
    return found == rows.end() ? nullptr : &*found;
}

Tolerance default_tolerance(std::string_view name) {
    if (name == "loc" || name == "conf" || name == "landms") return {.absolute = 1e-4, .relative = 0};
    // The first convolution adds up products of hundreds, which may cancel: rounding alone is 1e-4 there, in
    // PyTorch as here. What is wrong with it shows behind its BatchNorm, too.
    const double absolute = name.ends_with("stage1.0.0") ? 2.5e-4 : 1e-4;
    return {.absolute = absolute, .relative = 1e-4, .larger = true};
}

Result<Comparison> compare_run(engine::Session& session, Architecture architecture, const NetworkInput& input,
                               const NpzReader& reference, const CompareOptions& options) {
    Comparer comparer(reference, options, LayerSelection(options.layers, architecture));
    if (input.picture && comparer.wants("input")) {
        const NetworkInput ours = input_from(*input.picture, architecture);
        comparer.compare("input", "input", {1, 3, ours.height, ours.width}, ours.nchw);
    }
    ComparingObserver observer(comparer, session.program(), architecture);
    run(session, input, &observer);
    if (is_detector(architecture)) compare_detection(session, input, comparer);
    comparer.add_left_over({"input", "priors", "dets", kPicture}, "not in this network");
    return std::move(comparer).finish();
}

Result<Comparison> compare_dumps(const NpzReader& a, const NpzReader& b, const CompareOptions& options) {
    Comparer comparer(b, options, LayerSelection(options.layers));
    for (const std::string& name : b.names()) {
        if (comparer.done()) break;
        if (!comparer.wants(name)) continue;
        if (!a.contains(name)) {
            comparer.add_one_sided(name, "only in the second dump");
            continue;
        }
        TensorShape shape;
        const auto values = a.read_f32(name, &shape);
        if (!values.ok()) {
            comparer.fail(values.status());
        } else if (name == "dets" && shape.size() == 2 &&
                   shape[1] == static_cast<std::int64_t>(kFaceValues)) {
            comparer.compare_faces(name, shape, values.value());
        } else {
            comparer.compare(name, "", shape, values.value());
        }
    }
    for (const std::string& name : a.names()) {
        if (comparer.selects(name) && !b.contains(name))
            comparer.add_one_sided(name, "only in the first dump");
    }
    return std::move(comparer).finish();
}

}  // namespace featherface::tools
