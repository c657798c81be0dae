#include "tools/crosscheck/conclusion.hpp"

#include <charconv>
#include <vector>

#include "tools/text/text.hpp"

namespace featherface::tools {

namespace {

constexpr std::size_t kNamesShown = 6;

// "a, b, c and 3 more"
std::string listed(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < names.size() && i < kNamesShown; ++i)
        text += concat(i ? ", " : "", printable(names[i]));
    if (names.size() <= kNamesShown) return text;
    return concat(text, " and ", std::to_string(names.size() - kNamesShown), " more");
}

std::string names(std::size_t count) {
    return concat(std::to_string(count), count == 1 ? " name" : " names");
}

std::string times_allowed(double ratio) {
    return ratio < 1e6 ? fixed(ratio, ratio < 10 ? 1 : 0) : scientific(ratio);
}

std::string what_differs(const Row& row) {
    const Difference& d = row.difference;
    if (row.verdict != Verdict::differs) return row.note;
    std::string text =
        concat(row.note, row.note.empty() ? "" : "; ", "largest difference ", scientific(d.max_abs));
    if (d.worst_ratio > 1 && row.kind != "faces") {
        text += concat("; at ", shape_text(unravel(d.worst, row.shape)), " ", shortest(d.a), " instead of ",
                       shortest(d.b), ", ", times_allowed(d.worst_ratio), " times the tolerance");
    }
    return text;
}

std::string agreement_text(std::size_t compared) {
    return compared == 1 ? "Agreement: the one name compared agrees."
                         : concat("Agreement: all ", names(compared), " compared agree.");
}

std::string difference_text(const Comparison& comparison, const Row& first) {
    std::size_t before = 0;
    std::string last;                 // of those before that agree
    std::vector<std::string> inside;  // the step that differs
    for (const Row* row = comparison.rows.data(); row != &first; ++row) {
        if (row->verdict == Verdict::fused && row->fused_into == first.name) inside.push_back(row->name);
        if (row->verdict != Verdict::agrees) continue;
        ++before;
        last = printable(row->name);
    }
    std::string text =
        concat("First layer that differs: ", printable(first.name),
               first.kind.empty() ? "" : concat(" (", first.kind, ")"), ": ", what_differs(first), ". ");
    if (before == 0) text += "Nothing before it was compared.";
    if (before == 1) text += concat("The one before it agrees: ", last, ".");
    if (before > 1)
        text += concat("The ", std::to_string(before), " before it agree, the last of them ", last, ".");
    if (!inside.empty())
        text += concat(" Fused into it: ", listed(inside), "; --mode layerwise tells which of them it is.");
    if (comparison.stopped) return concat(text, " Stopped there.");
    const std::size_t compared = comparison.compared(), differ = compared - comparison.count(Verdict::agrees);
    return concat(text, " In all, ", std::to_string(differ), " of the ", names(compared), " compared ",
                  differ == 1 ? "differs." : "differ.");
}

}  // namespace

std::string conclusion(const Comparison& comparison) {
    const Row* first = comparison.first_difference();
    std::string text = first ? difference_text(comparison, *first) : agreement_text(comparison.compared());
    const std::size_t fused = comparison.count(Verdict::fused);
    if (fused > 0)
        text += concat(" ", std::to_string(fused),
                       fused == 1 ? " more is fused into them and was not compared."
                                  : " more are fused into them and were not compared.");
    std::vector<std::string> one_sided;
    for (const Row& row : comparison.rows) {
        if (row.verdict == Verdict::one_sided) one_sided.push_back(row.name);
    }
    if (!one_sided.empty()) text += concat(" On one side only, so not compared: ", listed(one_sided), ".");
    return text;
}

std::string verdict_text(const Row& row) {
    switch (row.verdict) {
        case Verdict::agrees: return row.note.empty() ? "agrees" : concat("agrees: ", row.note);
        case Verdict::differs: {
            if (!row.note.empty()) return concat("DIFFERS: ", row.note);
            std::int64_t elements = 1;
            for (const std::int64_t size : row.shape) elements *= size;
            return concat("DIFFERS at ", std::to_string(row.difference.outside), " of ",
                          std::to_string(elements));
        }
        case Verdict::not_finite: return concat("NOT FINITE: ", row.note);
        case Verdict::shape_differs: return concat("SHAPE DIFFERS: ", row.note);
        case Verdict::fused: return concat("fused into ", printable(row.fused_into));
        case Verdict::one_sided: return row.note;
    }
    return "";
}

std::string_view verdict_id(Verdict verdict) {
    switch (verdict) {
        case Verdict::agrees: return "agrees";
        case Verdict::differs: return "differs";
        case Verdict::not_finite: return "not_finite";
        case Verdict::shape_differs: return "shape_differs";
        case Verdict::fused: return "fused";
        case Verdict::one_sided: return "one_sided";
    }
    return "";
}

std::string scientific(double value) {
    if (value == 0) return "0";
    char text[32];
    const auto end = std::to_chars(text, text + sizeof(text), value, std::chars_format::scientific, 2);
    return {text, end.ptr};
}

}  // namespace featherface::tools
