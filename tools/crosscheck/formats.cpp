#include "tools/crosscheck/formats.hpp"

#include <algorithm>
#include <array>

#include "tools/crosscheck/conclusion.hpp"
#include "tools/model/checkpoint_json.hpp"
#include "tools/text/text.hpp"

namespace featherface::tools {

namespace {

constexpr std::size_t kColumns = 9;
constexpr std::array<const char*, kColumns> kTitles = {"layer",   "kind",   "shape", "max abs", "mean abs",
                                                       "max rel", "cosine", "worst", "verdict"};

std::array<std::string, kColumns> cells(const Row& row) {
    const std::string none(1, '-');
    const bool numbers = row.has_numbers();
    const Difference& d = row.difference;
    const auto number = [&](double value) { return numbers ? scientific(value) : none; };
    return {printable(row.name),
            row.kind.empty() ? none : row.kind,
            row.shape.empty() ? none : shape_text(row.shape),
            number(d.max_abs),
            number(d.mean_abs),
            number(d.max_rel),
            numbers ? fixed(d.cosine, 6) : none,
            numbers && d.worst_ratio > 0 ? shape_text(unravel(d.worst, row.shape)) : none,
            verdict_text(row)};
}

void write_non_finite(JsonWriter& json, const char* key, const NonFinite& found, const TensorShape& shape) {
    if (!found.any()) return;
    json.key(key).begin_object();
    json.key("nan").value(found.nan);
    json.key("infinite").value(found.infinite);
    json.key("first").numbers(unravel(found.first, shape));
    json.end_object();
}

void write_row(JsonWriter& json, const Row& row) {
    json.begin_object();
    json.key("name").value(row.name);
    if (!row.kind.empty()) json.key("kind").value(row.kind);
    json.key("verdict").value(verdict_id(row.verdict));
    if (!row.shape.empty()) json.key("shape").numbers(row.shape);
    if (row.has_numbers()) {
        const Difference& d = row.difference;
        json.key("max_abs").value(static_cast<float>(d.max_abs));
        json.key("mean_abs").value(static_cast<float>(d.mean_abs));
        json.key("max_rel").value(static_cast<float>(d.max_rel));
        json.key("cosine").value(d.cosine, 9);
        if (row.has_tolerance()) json.key("outside").value(d.outside);
        if (d.worst_ratio > 0) {
            json.key("worst").begin_object();
            json.key("index").numbers(unravel(d.worst, row.shape));
            json.key("ours").value(d.a);
            json.key("reference").value(d.b);
            if (row.has_tolerance()) json.key("times_tolerance").value(static_cast<float>(d.worst_ratio));
            json.end_object();
        }
        write_non_finite(json, "not_finite_in_ours", d.a_non_finite, row.shape);
        write_non_finite(json, "not_finite_in_reference", d.b_non_finite, row.shape);
    }
    if (!row.fused_into.empty()) json.key("fused_into").value(row.fused_into);
    if (!row.note.empty()) json.key("note").value(row.note);
    json.end_object();
}

}  // namespace

std::string diagnosis_text(const Findings& findings) {
    return findings.diagnosis ? findings.diagnosis->text
                              : "None of the usual mistakes explains it (see featherface help compare).";
}

std::string comparison_table(const Findings& findings) {
    std::vector<std::array<std::string, kColumns>> lines = {{}};
    std::copy(kTitles.begin(), kTitles.end(), lines[0].begin());
    for (const Row& row : findings.comparison.rows) lines.push_back(cells(row));
    std::array<std::size_t, kColumns> widths{};
    for (const auto& line : lines) {
        for (std::size_t i = 0; i < kColumns; ++i) widths[i] = std::max(widths[i], line[i].size());
    }
    std::string text;
    for (const auto& line : lines) {
        for (std::size_t i = 0; i + 1 < kColumns; ++i) {
            const std::string padding(widths[i] - line[i].size(), ' ');
            const bool is_number = i >= 3 && i <= 6;
            text += is_number ? concat(padding, line[i], "  ") : concat(line[i], padding, "  ");
        }
        text += concat(line.back(), "\n");
    }
    text += concat("\n", conclusion(findings.comparison), "\n");
    if (!findings.comparison.agrees()) text += concat(diagnosis_text(findings), "\n");
    return text;
}

std::string comparison_json(const Findings& findings) {
    using Layout = JsonWriter::Layout;
    const Comparison& comparison = findings.comparison;
    const auto number = [](std::size_t count) { return static_cast<std::int64_t>(count); };
    std::string text;
    JsonWriter json(text);
    json.begin_object(Layout::lines);
    json.key("schema").value(1);
    json.key("ours").value(findings.ours);
    json.key("reference").value(findings.reference);
    if (findings.model) {
        json.key("model");
        write_model(json, *findings.model);
        json.key("mode").value(findings.mode);
    }
    json.key("agrees").value(comparison.agrees());
    json.key("compared").value(number(comparison.compared()));
    json.key("differing").value(number(comparison.compared() - comparison.count(Verdict::agrees)));
    json.key("fused").value(number(comparison.count(Verdict::fused)));
    json.key("one_sided").value(number(comparison.count(Verdict::one_sided)));
    if (const Row* first = comparison.first_difference()) json.key("first_difference").value(first->name);
    json.key("conclusion").value(conclusion(comparison));
    if (findings.diagnosis) {
        json.key("diagnosis").begin_object();
        json.key("mistake").value(findings.diagnosis->mistake);
        json.key("text").value(findings.diagnosis->text);
        json.end_object();
    }
    json.key("layers").begin_array(Layout::lines);
    for (const Row& row : comparison.rows) write_row(json, row);
    json.end_array().end_object();
    return text + "\n";
}

std::string comparison_csv(const Findings& findings) {
    std::string text =
        "layer,kind,shape,max_abs,mean_abs,max_rel,cosine,worst,ours,reference,outside,verdict,note\n";
    for (const Row& row : findings.comparison.rows) {
        const bool numbers = row.has_numbers(), worst = numbers && row.difference.worst_ratio > 0;
        const Difference& d = row.difference;
        const auto number = [&](double value) { return numbers ? shortest(static_cast<float>(value)) : ""; };
        const std::string fields[] = {row.name,
                                      row.kind,
                                      row.shape.empty() ? "" : shape_text(row.shape),
                                      number(d.max_abs),
                                      number(d.mean_abs),
                                      number(d.max_rel),
                                      numbers ? fixed(d.cosine, 9) : "",
                                      worst ? shape_text(unravel(d.worst, row.shape)) : "",
                                      worst ? shortest(d.a) : "",
                                      worst ? shortest(d.b) : "",
                                      row.has_tolerance() ? std::to_string(d.outside) : "",
                                      std::string(verdict_id(row.verdict)),
                                      row.fused_into.empty() ? row.note : row.fused_into};
        for (const std::string& field : fields) text += concat(&field == fields ? "" : ",", csv_field(field));
        text += '\n';
    }
    return text;
}

}  // namespace featherface::tools
