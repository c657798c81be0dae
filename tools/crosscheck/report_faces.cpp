// The faces of both sides on the picture.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>

#include "engine/detect/resize.hpp"
#include "tools/crosscheck/faces.hpp"
#include "tools/crosscheck/report_parts.hpp"
#include "tools/pictures/data_uri.hpp"
#include "tools/text/html.hpp"
#include "tools/text/text.hpp"

namespace featherface::tools {

const std::string_view kFacesStyle = R"css(
.faces { margin: 1rem 0; }
.faces svg { display: block; width: 100%; max-width: 70rem; max-height: 85vh; }
.faces rect, .faces circle { fill: none; vector-effect: non-scaling-stroke; }
.faces .halo { stroke: #000; stroke-width: 4.5; }
.faces .ours .line { stroke: #3fb2ff; stroke-width: 2.5; }
.faces .reference .line { stroke: #ffb000; stroke-width: 2.5; }
.faces .reference rect { stroke-dasharray: 6 6; }
.faces circle.halo { stroke-width: 3; }
.faces circle.line { stroke-width: 1.5; }
.faces figcaption { margin-top: .5rem; max-width: 80ch; }
.faces fieldset { border: 0; padding: 0; margin: 0 0 .6rem; display: flex; flex-wrap: wrap; gap: .3rem 1.5rem; }
.faces legend { padding: 0; font-weight: 600; }
.faces label { display: inline-flex; align-items: center; gap: .5rem; min-height: 2.2rem; cursor: pointer; }
.faces label svg { width: 2.4rem; height: 1rem; }
.faces label input { width: 1.15rem; height: 1.15rem; margin: 0; accent-color: var(--accent); }
.faces label line { stroke-width: 3; }
.faces label .ours { stroke: #3fb2ff; }
.faces label .reference { stroke: #ffb000; stroke-dasharray: 7 5; }
.faces:has(#show-ours:not(:checked)) g.ours, .faces:has(#show-reference:not(:checked)) g.reference { display: none; }
details { margin: .75rem 0; }
summary { cursor: pointer; padding: .3rem 0; }
)css";

namespace {

constexpr float kShown = 0.5f;  // scores above this are shown to a person

using FaceRow = std::span<const float>;

std::vector<FaceRow> shown(std::span<const float> rows) {
    std::vector<FaceRow> faces;
    for (std::size_t i = 0; i + kFaceValues <= rows.size(); i += kFaceValues) {
        const FaceRow face = rows.subspan(i, kFaceValues);
        const bool finite = std::all_of(face.begin(), face.end(), [](float v) { return std::isfinite(v); });
        if (finite && face[4] > kShown) faces.push_back(face);
    }
    return faces;
}

std::string pixels(float value) {
    return fixed(static_cast<double>(value), 1);
}

// Each outline twice: a dark one beneath keeps the bright one in sight on any picture.
std::string drawn(const FaceRow& face, float dot) {
    const float radius = dot * (face[2] - face[0]);
    const float width = std::max(face[2] - face[0], 0.0f), height = std::max(face[3] - face[1], 0.0f);
    std::string text;
    for (const char* layer : {"halo", "line"}) {
        text += concat("<rect class=\"", layer, "\" x=\"", pixels(face[0]), "\" y=\"", pixels(face[1]),
                       "\" width=\"", pixels(width), "\" height=\"", pixels(height), "\"/>");
        for (std::size_t i = 5; i < kFaceValues; i += 2) {
            text += concat("<circle class=\"", layer, "\" cx=\"", pixels(face[i]), "\" cy=\"",
                           pixels(face[i + 1]), "\" r=\"", fixed(static_cast<double>(radius), 2), "\"/>");
        }
    }
    return text + "\n";
}

std::string group(const char* side, const std::vector<FaceRow>& faces, float dot) {
    std::string text = concat("<g class=\"", side, "\">\n");
    for (const FaceRow& face : faces) text += drawn(face, dot);
    return text + "</g>\n";
}

std::string toggle(const char* side, const std::string& text) {
    return concat("<label><input type=\"checkbox\" id=\"show-", side,
                  "\" checked><svg viewBox=\"0 0 40 16\" aria-hidden=\"true\"><line class=\"", side,
                  "\" x1=\"0\" x2=\"40\" y1=\"8\" y2=\"8\"/></svg>", text, "</label>");
}

std::string table_rows(const char* side, const std::vector<FaceRow>& faces) {
    std::string text;
    for (const FaceRow& face : faces) {
        text += concat("<tr><td class=\"text\">", side, "</td><td>", fixed(static_cast<double>(face[4]), 5),
                       "</td>");
        for (std::size_t i = 0; i < 4; ++i) text += concat("<td>", pixels(face[i]), "</td>");
        text += "</tr>\n";
    }
    return text;
}

std::string words(const std::optional<std::vector<float>>& rows, const char* side, std::size_t count) {
    if (!rows) return concat(side, " has no outputs that faces can be made of");
    return concat(side, " finds ", counted(count, "face", "faces"));
}

}  // namespace

std::string counted(std::size_t count, std::string_view singular, std::string_view plural) {
    if (count == 0) return concat("no ", plural);
    return concat(std::to_string(count), " ", count == 1 ? singular : plural);
}

Result<std::string> faces_on_picture(const Evidence& evidence) {
    if (!evidence.picture || (!evidence.our_faces && !evidence.reference_faces)) return std::string();
    constexpr int kMostSide = 1600;  // enough for a screen, and a page of bearable size
    const Image& whole = *evidence.picture;
    const double scale = std::min(1.0, static_cast<double>(kMostSide) / std::max(whole.width, whole.height));
    const auto side = [&](int size) { return std::max(1, static_cast<int>(std::lround(size * scale))); };
    const auto uri =
        png_data_uri(scale < 1 ? engine::resize(whole.view(), side(whole.width), side(whole.height)).view()
                               : whole.view());
    if (!uri.ok()) return uri.status();

    using Rows = std::vector<float>;
    const Rows ours = evidence.our_faces.value_or(Rows()),
               reference = evidence.reference_faces.value_or(Rows());
    const std::vector<FaceRow> our_shown = shown(ours), reference_shown = shown(reference);
    const std::string width = std::to_string(evidence.width), height = std::to_string(evidence.height);
    constexpr float kOurDot = 0.02f, kReferenceDot = 0.04f;  // of a face's width: one fits into the other
    std::string summary =
        concat("Above a score of 0.5, ", words(evidence.our_faces, "ours", our_shown.size()), ", ",
               words(evidence.reference_faces, "the reference", reference_shown.size()), ".");
    if (evidence.our_faces && evidence.reference_faces)
        summary += concat(" Of all candidates, ", match_faces(ours, reference).text(), ".");

    return concat(
        "<h2 id=\"faces\">Faces</h2>\n<figure class=\"faces\">\n<fieldset><legend>Show</legend>",
        toggle("ours", "ours (solid)"), toggle("reference", "reference (dashed)"),
        "</fieldset>\n<svg role=\"img\" aria-label=\"The picture with both sides' faces. ", summary,
        "\" viewBox=\"0 0 ", width, " ", height, "\"><image width=\"", width, "\" height=\"", height,
        "\" preserveAspectRatio=\"none\" href=\"", uri.value(), "\"/>\n", group("ours", our_shown, kOurDot),
        group("reference", reference_shown, kReferenceDot), "</svg>\n<figcaption>", summary,
        " Where a dashed box lies on a solid one, both agree.</figcaption>\n",
        "<details><summary>The boxes as numbers</summary>\n<div class=\"scroll\" role=\"region\" "
        "tabindex=\"0\" aria-label=\"The boxes as numbers\"><table>\n<thead><tr><th class=\"text\" "
        "scope=\"col\">side</th><th scope=\"col\">score</th><th scope=\"col\">x1</th><th scope=\"col\">y1"
        "</th><th scope=\"col\">x2</th><th scope=\"col\">y2</th></tr></thead>\n<tbody>",
        table_rows("ours", our_shown), table_rows("reference", reference_shown),
        "</tbody></table></div></details>\n</figure>\n");
}

}  // namespace featherface::tools
