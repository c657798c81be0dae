// A network's run compared with a reference dump, or one dump with another, value by value in the order of
// execution. The reference is read a value at a time, so memory does not grow with the number of layers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/runtime/session.hpp"
#include "featherface/status.hpp"
#include "tools/crosscheck/layers.hpp"
#include "tools/crosscheck/network_input.hpp"
#include "tools/crosscheck/values.hpp"
#include "tools/files/npz.hpp"

namespace featherface::tools {

enum class Verdict {
    agrees,
    differs,
    not_finite,  // NaN or infinity, on whichever side: such values are never taken as agreeing
    shape_differs,
    fused,     // in the reference, but dissolved into a later value of the fused graph
    one_sided  // in the reference and not in the network, or in one of two dumps only
};

struct Row {
    std::string name;
    std::string kind;   // of the operation ("conv"); empty where only dumps are compared
    TensorShape shape;  // ours; empty when fused
    Verdict verdict = Verdict::agrees;
    Difference difference;   // ours against the reference, unless fused, one-sided or of another shape
    std::string fused_into;  // the name of the later value
    std::string note;        // what a person needs to know besides

    bool was_compared() const { return verdict != Verdict::fused && verdict != Verdict::one_sided; }
    bool has_numbers() const { return was_compared() && verdict != Verdict::shape_differs; }
    // Faces agree or not as whole faces, not number by number.
    bool has_tolerance() const { return has_numbers() && kind != "faces"; }
    bool is_difference() const { return was_compared() && verdict != Verdict::agrees; }
};

struct Comparison {
    std::vector<Row> rows;
    bool stopped = false;  // at the first difference, as --fail-fast asks

    std::size_t count(Verdict verdict) const;
    std::size_t compared() const;
    const Row* first_difference() const;
    bool agrees() const { return !first_difference(); }
};

struct CompareOptions {
    Layers layers = Layers::all;
    std::optional<Tolerance> tolerance = {};  // for every value; else default_tolerance()
    bool fail_fast = false;
};

// 1e-4 for loc, conf and landms, 1e-4 * max(1, |b|) for all others.
Tolerance default_tolerance(std::string_view name);

// Runs the network on `input`. Besides the layers, where the reference has them: `input` against what becomes
// of `image_bgr`, `priors` against the anchors, `dets` against the faces found. Errors: malformed, as
// NpzReader::read(); also when there is nothing to compare.
Result<Comparison> compare_run(engine::Session& session, Architecture architecture, const NetworkInput& input,
                               const NpzReader& reference, const CompareOptions& options);

// `a` against the reference `b`. Errors: as above.
Result<Comparison> compare_dumps(const NpzReader& a, const NpzReader& b, const CompareOptions& options);

}  // namespace featherface::tools
