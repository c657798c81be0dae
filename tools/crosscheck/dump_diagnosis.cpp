// The usual mistakes that need no network, tried on two dumps.
#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "tools/crosscheck/diagnosis.hpp"
#include "tools/crosscheck/explanation.hpp"
#include "tools/text/text.hpp"

namespace featherface::tools {

namespace {

struct Side {
    const NpzReader& dump;
    std::optional<NetworkInput> input;
    NamedValues outputs;  // dets, and what may be rows of anchors

    explicit Side(const NpzReader& npz) : dump(npz) {
        if (npz.contains("input")) {
            auto read = read_input(npz, "", Architecture::featherface_v1);
            if (read.ok()) input = std::move(read).value();
        }
        std::int64_t room = std::int64_t{1} << 26;  // values: some hundred times as many as outputs have
        for (const std::string& name : npz.names()) {
            const auto shape = npz.shape(name);
            if (!shape.ok() || shape->size() < 2 || shape->size() > 3) continue;
            std::int64_t count = 1;
            for (const std::int64_t size : shape.value())
                count = std::min(count, room + 1) * std::min(size, room + 1);
            if (count > room) continue;
            NamedValue value;
            auto numbers = npz.read_f32(name, &value.shape);
            if (!numbers.ok()) continue;
            room -= count;
            value.values = std::move(numbers).value();
            outputs[name] = std::move(value);
        }
    }

    PictureSize size() const { return input ? PictureSize{input->height, input->width} : PictureSize{}; }
};

std::optional<double> input_explained(const Preprocessing& mistake, const Side& right, const Side& wrong,
                                      const CompareOptions& options) {
    if (!right.input || !wrong.input) return std::nullopt;
    NetworkInput made = mistake.apply(right_preprocessing().undo(*right.input));
    return agreement("input", {{1, 3, made.height, made.width}, std::move(made.nchw)}, wrong.dump,
                     options.tolerance.value_or(default_tolerance("input")));
}

// Of two explanations, one for each side, that which is the better; some mistakes undo themselves, so that
// either dump may have them.
void offer_for_sides(BestExplanation& best, std::string_view mistake, std::string_view what,
                     const std::optional<double>& in_first, const std::optional<double>& in_second,
                     std::string_view assurance) {
    const auto offer = [&](std::string_view side, const std::optional<double>& explained) {
        best.offer(mistake, concat("One mistake explains it: ", what, ", in ", side, ". ", assurance),
                   explained);
    };
    if (in_first && in_second) {
        offer("one of the two dumps", in_second);
    } else {
        offer("the first dump", in_first);
        offer("the second dump", in_second);
    }
}

}  // namespace

Result<std::optional<Diagnosis>> diagnose_dumps(const NpzReader& a, const NpzReader& b,
                                                const CompareOptions& options) {
    CompareOptions to_the_end = options;
    to_the_end.fail_fast = false;
    const auto now = compare_dumps(a, b, to_the_end);
    if (!now.ok()) return now.status();
    if (now->agrees()) return std::optional<Diagnosis>();

    BestExplanation best(badness(now.value()));
    const Side first(a), second(b);
    const Row* difference = now->first_difference();
    if (difference && difference->name == "input") {
        for (const Preprocessing& mistake : usual_mistakes_of_preprocessing()) {
            offer_for_sides(
                best, mistake.id, concat(mistake.what, " as the input"),
                input_explained(mistake, second, first, options),
                input_explained(mistake, first, second, options),
                "With it, the inputs agree; whether what follows from them does takes a model to tell.");
        }
    }
    for (const OutputMistake& mistake : usual_mistakes_of_outputs()) {
        offer_for_sides(best, mistake.id, mistake.what,
                        explained_by(mistake, second.outputs, second.size(), now.value(), a, options),
                        explained_by(mistake, first.outputs, first.size(), now.value(), b, options),
                        concat("With it, all ", std::to_string(now->compared()), " names compared agree."));
    }
    return best.get();
}

}  // namespace featherface::tools
