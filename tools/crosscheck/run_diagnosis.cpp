// The usual mistakes tried on a run.
#include <algorithm>
#include <utility>
#include <vector>

#include "engine/loaded_model.hpp"
#include "tools/crosscheck/diagnosis.hpp"
#include "tools/crosscheck/explanation.hpp"
#include "tools/crosscheck/faces.hpp"
#include "tools/crosscheck/network_mistakes.hpp"
#include "tools/crosscheck/resizing.hpp"
#include "tools/crosscheck/torch_order.hpp"
#include "tools/text/text.hpp"

namespace featherface::tools {

namespace {

NamedValue as_value(NetworkInput input) {
    return {{1, 3, input.height, input.width}, std::move(input.nchw)};
}

// What has a row per anchor.
class AnchorValues final : public engine::Observer {
  public:
    void value(const engine::Node& node, const engine::Shape& shape, engine::ConstMap map) override {
        if (shape.kind != engine::Shape::Kind::anchors) return;
        for (const std::string& name : node.names) {
            NamedValue& named = values[name];
            named.shape = shape.torch_shape();
            to_torch_order(shape, map, named.values);
        }
    }

    NamedValues values;
};

class RunDiagnosis {
  public:
    RunDiagnosis(engine::Session& session, Architecture architecture, const NetworkInput& input,
                 const NpzReader& reference, const CompareOptions& options, Comparison now)
        : session_(session),
          architecture_(architecture),
          input_(input),
          reference_(reference),
          options_(options),
          has_numbers_(reference.contains("input")),
          now_(std::move(now)),
          best_(badness(now_)) {
        options_.fail_fast = true;
    }

    void try_inputs() {
        for (const Preprocessing& mistake : usual_mistakes_of_preprocessing()) {
            const std::string clause = concat(mistake.what, ", ");
            if (only_input_differs() && has_numbers_ && input_.picture) {
                offer(mistake.id, concat(clause, "on the way from the reference's image_bgr to its input"),
                      recorded_as(mistake.apply(planes_of(*input_.picture))));
            }
            if (!is_input_at_fault()) continue;
            const auto in_run = given(mistake, right_preprocessing());
            const auto in_dump = has_numbers_ ? given(right_preprocessing(), mistake) : std::nullopt;
            // Without a picture, exchanged channels may be here or there.
            const char* where = in_run && in_dump
                                    ? "in the reference's input or in what its network was given"
                                : in_run ? "in what the reference's network was given"
                                         : "in the reference's input, not in what its network was given";
            offer(mistake.id, concat(clause, where), in_run ? in_run : in_dump);
        }
    }

    void try_sizes() {
        if (input_.picture && only_input_differs() && has_numbers_) {
            const Planes picture = planes_of(*input_.picture);
            if (picture.height != input_.height || picture.width != input_.width)
                try_recorded_size(picture, {input_.height, input_.width});
        }
        if (!is_input_at_fault()) return;
        const Planes picture = original(right_preprocessing());
        const SizeClues clues(reference_);
        for (const PictureSize size : usual_sizes(picture.height, picture.width)) {
            if (!clues.fits(size)) continue;
            for (const Resizer& resizer : usual_resizers()) {
                const Planes resized = resizer.resize(picture, size.height, size.width);
                // What is found in a smaller picture may have been scaled back.
                offer("resized",
                      concat(resized_clause(size, resizer), ", in what the reference's network was given"),
                      run(right_preprocessing().apply(resized), /*faces_count=*/false));
            }
        }
    }

    void try_outputs() {
        AnchorValues ours;
        tools::run(session_, input_, &ours);
        const std::vector<float> rows =
            face_rows(engine::find_faces(session_.raw_outputs(), input_.height, input_.width, {}));
        ours.values["dets"] = {face_rows_shape(rows), rows};
        for (const OutputMistake& mistake : usual_mistakes_of_outputs()) {
            offer(mistake.id, concat(mistake.what, ", in the reference"),
                  explained_by(mistake, ours.values, {input_.height, input_.width}, now_, reference_,
                               options_));
        }
    }

    // Tries the session's network, which is not the right one.
    void try_network(engine::Session& other, const NetworkMistake& mistake) {
        const auto comparison = compare_run(other, architecture_, input_, reference_, options_);
        if (comparison.ok() && comparison->agrees())
            offer(mistake.id, concat(mistake.what, ", in the reference's network"),
                  badness(comparison.value()));
    }

    const std::optional<Diagnosis>& best() const { return best_.get(); }

  private:
    void offer(std::string_view mistake, const std::string& clause, std::optional<double> explained) {
        best_.offer(mistake,
                    concat("One mistake explains it: ", clause, ". With it, all ",
                           std::to_string(now_.compared()), " names compared agree."),
                    explained);
    }

    bool only_input_differs() const {
        const Row* first = now_.first_difference();
        return first && first->name == "input" &&
               std::none_of(now_.rows.begin(), now_.rows.end(),
                            [&](const Row& row) { return &row != first && row.is_difference(); });
    }

    // What a network computes first shows whether it was given something else.
    bool is_input_at_fault() const {
        const auto first = std::find_if(now_.rows.begin(), now_.rows.end(), [](const Row& row) {
            return row.was_compared() && row.name != "input";
        });
        return first != now_.rows.end() && first->is_difference();
    }

    // The picture, as the reference has it or as it must have been for its input.
    Planes original(const Preprocessing& recorded) const {
        return input_.picture ? planes_of(*input_.picture) : recorded.undo(input_);
    }

    // The badness of the reference's `input` as that, if they agree.
    std::optional<double> recorded_as(NetworkInput input) const {
        return agreement("input", as_value(std::move(input)), reference_,
                         options_.tolerance.value_or(default_tolerance("input")));
    }

    // The network was given the picture in one way, of which the reference's `input` tells another.
    std::optional<double> given(const Preprocessing& way, const Preprocessing& recorded) {
        const Planes picture = original(recorded);
        if (has_numbers_ && input_.picture && !recorded_as(recorded.apply(picture))) return std::nullopt;
        return run(way.apply(picture), /*faces_count=*/true);
    }

    std::optional<double> run(const NetworkInput& input, bool faces_count) {
        auto comparison = compare_run(session_, architecture_, input, reference_, options_);
        if (!comparison.ok()) return std::nullopt;
        std::vector<Row>& rows = comparison.value().rows;
        if (!faces_count) std::erase_if(rows, [](const Row& row) { return row.name == "dets"; });
        if (!comparison->agrees() || comparison->compared() == 0) return std::nullopt;
        return badness(comparison.value());
    }

    void try_recorded_size(const Planes& picture, PictureSize size) {
        // Libraries round differently; a size is no accident, so that a grey level is near enough.
        constexpr Tolerance kGreyLevel{.absolute = 1.01, .relative = 0};
        for (const Resizer& resizer : usual_resizers()) {
            const Planes resized = resizer.resize(picture, size.height, size.width);
            offer("resized",
                  concat(resized_clause(size, resizer),
                         ", on the way from the reference's image_bgr to its input"),
                  agreement("input", as_value(right_preprocessing().apply(resized)), reference_, kGreyLevel));
        }
    }

    static std::string resized_clause(PictureSize size, const Resizer& resizer) {
        return concat("the image resized to ", std::to_string(size.width), "x", std::to_string(size.height),
                      " (width x height) by ", resizer.name);
    }

    engine::Session& session_;
    Architecture architecture_;
    const NetworkInput& input_;
    const NpzReader& reference_;
    CompareOptions options_;
    bool has_numbers_;
    Comparison now_;
    BestExplanation best_;
};

}  // namespace

Result<std::optional<Diagnosis>> diagnose_run(const std::string& model_file, const NetworkInput& input,
                                              const NpzReader& reference, const CompareOptions& options,
                                              int threads, ModelOptions reading) {
    reading.layerwise = true;
    auto model = Model::load(model_file, reading);
    if (!model.ok()) return model.status();
    const Architecture architecture = model->architecture();
    engine::Session session(engine::program_of(model.value()), threads);
    CompareOptions to_the_end = options;
    to_the_end.fail_fast = false;
    auto now = compare_run(session, architecture, input, reference, to_the_end);
    if (!now.ok()) return now.status();
    if (now->agrees()) return std::optional<Diagnosis>();

    RunDiagnosis diagnosis(session, architecture, input, reference, options, std::move(now).value());
    if (is_detector(architecture)) {
        diagnosis.try_inputs();
        diagnosis.try_sizes();
        diagnosis.try_outputs();
    }
    for (const NetworkMistake& mistake : usual_mistakes_of_networks(architecture)) {
        auto other = engine::LoadedModel::load(model_file, reading, mistake.rewrite);
        if (!other.ok()) return other.status();
        engine::Session mistaken(engine::program_of(other.value()), threads);
        diagnosis.try_network(mistaken, mistake);
    }
    return diagnosis.best();
}

}  // namespace featherface::tools
