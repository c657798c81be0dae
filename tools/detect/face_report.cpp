#include "tools/detect/face_report.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <system_error>
#include <utility>

#include "engine/detect/box.hpp"
#include "engine/detect/resize.hpp"
#include "tools/pictures/data_uri.hpp"
#include "tools/pictures/image_write.hpp"
#include "tools/text/html.hpp"
#include "tools/text/text.hpp"

namespace featherface::tools {

namespace fs = std::filesystem;

namespace {

constexpr int kThumbnailSide = 288;
constexpr int kThumbnailQuality = 72;

// Cards out of sight are neither laid out nor painted, and their pictures not decoded: that is what keeps
// thousands of them quick.
constexpr std::string_view kReportStyle = R"css(
.bar { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center;
  padding: .6rem 0; background: var(--paper); border-bottom: 1px solid var(--line); }
.bar label { display: flex; gap: .4rem; align-items: center; }
.bar select, .bar input, .bar button { font: inherit; min-height: 2.4rem; padding: .2rem .6rem; color: var(--ink);
  background: var(--panel); border: 1px solid var(--line); border-radius: .4rem; }
.bar input { width: 12rem; max-width: 100%; }
.bar output { margin-left: auto; color: var(--soft); font-variant-numeric: tabular-nums; }
.cards { list-style: none; margin: 1rem 0; padding: 0; display: grid; gap: .8rem;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 13rem), 1fr)); }
.cards li { content-visibility: auto; contain-intrinsic-size: auto 17rem; background: var(--panel);
  border: 1px solid var(--line); border-radius: .6rem; overflow: hidden; font-size: .85rem; }
.cards li[hidden] { display: none; }
.cards a { display: grid; place-items: center; height: 13rem; background: #0004; }
.cards a > span { position: relative; aspect-ratio: var(--w) / var(--h); width: min(100%, 13rem * var(--w) / var(--h)); }
.cards img { display: block; width: 100%; height: 100%; }
.cards svg { position: absolute; inset: 0; width: 100%; height: 100%; fill: none; stroke: #00dc50; stroke-width: 2; }
.cards svg * { vector-effect: non-scaling-stroke; }
.cards circle { stroke: none; fill: #ffe600; }
.cards p { margin: 0; padding: .15rem .6rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.cards p:last-child { padding-bottom: .5rem; white-space: normal; line-height: 1.3; }
.bar button[aria-pressed=true] { border-color: var(--accent); color: var(--accent); }
@media (max-width: 40rem) {
  .bar { position: static; }
  .cards { grid-template-columns: repeat(auto-fill, minmax(min(100%, 9.5rem), 1fr)); gap: .5rem; }
}
)css";

constexpr std::string_view kReportScript = R"js(
{
  const list = document.querySelector('.cards');
  const cards = [...list.children];
  const at = id => document.getElementById(id);
  const number = (card, key) => Number(card.dataset[key]);
  const kinds = {
    all: () => true, some: card => number(card, 'count') > 0, none: card => number(card, 'count') === 0,
    failed: card => number(card, 'count') < 0,
  };
  const update = () => {
    const key = at('sort').value, sign = at('order').ariaPressed === 'true' ? 1 : -1;
    const words = at('find').value.toLowerCase(), is = kinds[at('show').value];
    const sorted = key === 'place' ? (sign > 0 ? [...cards].reverse() : cards)
      : [...cards].sort((a, b) => sign * (number(a, key) - number(b, key)));
    let shown = 0, faces = 0;
    for (const card of sorted) {
      card.hidden = !is(card) || !card.dataset.name.toLowerCase().includes(words);
      if (card.hidden) continue;
      ++shown;
      faces += Math.max(0, number(card, 'count'));
    }
    list.append(...sorted);
    at('sum').value = `${shown} of ${cards.length} pictures, ${faces} faces`;
  };
  at('order').addEventListener('click', () => {
    at('order').ariaPressed = at('order').ariaPressed !== 'true';
    update();
  });
  for (const id of ['sort', 'show', 'find']) at(id).addEventListener('input', update);
  document.querySelector('.bar').hidden = false;
  update();
}
)js";

constexpr std::string_view kReportBar = R"html(<form class="bar" hidden onsubmit="return false">
<label>Sort by <select id="sort"><option value="place">place</option><option value="count">faces</option>
<option value="score">best score</option><option value="size">largest face</option></select></label>
<button type="button" id="order" aria-pressed="false">reversed</button>
<label>Show <select id="show"><option value="all">all</option><option value="some">with faces</option>
<option value="none">without faces</option><option value="failed">failed</option></select></label>
<input id="find" type="search" placeholder="Find by name" aria-label="Find by name">
<output id="sum"></output>
</form>
)html";

std::string attribute(std::string_view name, std::string_view value) {
    return concat(" ", name, "=\"", html_escaped(value), "\"");
}

std::string pixels(float value) {
    return fixed(static_cast<double>(value), 1);
}

// A path as a reference: what is no letter, digit or one of few signs becomes %XX.
std::string as_reference(std::string_view path) {
    constexpr std::string_view kPlain = "-_.~/", kHex = "0123456789ABCDEF";
    std::string reference;
    for (const char c : path) {
        const auto byte = static_cast<unsigned char>(c);
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                              kPlain.find(c) != std::string_view::npos;
        if (is_plain) {
            reference += c;
        } else {
            reference.append({'%', kHex[byte >> 4], kHex[byte & 15]});
        }
    }
    return reference;
}

// Box and landmarks over the picture, in its pixels.
void append_face(std::string& html, const Face& face) {
    const auto [x1, y1, x2, y2] = face.box;
    html.append("<g><title>").append(fixed(static_cast<double>(face.score), 2)).append("</title><rect");
    html.append(attribute("x", pixels(x1))).append(attribute("y", pixels(y1)));
    html.append(attribute("width", pixels(std::max(0.0f, x2 - x1))));
    html.append(attribute("height", pixels(std::max(0.0f, y2 - y1)))).append("/>");
    for (const auto& [x, y] : face.landmarks) {
        html.append("<circle").append(attribute("cx", pixels(x))).append(attribute("cy", pixels(y)));
        html.append(attribute("r", pixels((x2 - x1) / 25))).append("/>");
    }
    html.append("</g>");
}

}  // namespace

Result<std::string> thumbnail_of(const ImageView& image) {
    const double scale =
        std::min(1.0, static_cast<double>(kThumbnailSide) / std::max(image.width, image.height));
    const auto scaled = [&](int side) { return std::max(1, static_cast<int>(std::lround(side * scale))); };
    const Image small = engine::resize(image, scaled(image.width), scaled(image.height));
    return encode_jpeg(small.view(), kThumbnailQuality);
}

FaceReport::FaceReport(OutputFile file, fs::path folder)
    : file_(std::move(file)), folder_(std::move(folder)) {}

Result<FaceReport> FaceReport::create(const fs::path& path, const Model& model) {
    auto file = OutputFile::create(path);
    if (!file.ok()) return file.status();
    FaceReport report(std::move(file).value(), path.parent_path());
    const std::string begin =
        concat(html_begin({.title = "Faces", .style = std::string(kReportStyle), .body = ""}),
               "<h1>Faces</h1>\n", "<p class=\"soft\">found by ", html_escaped(name_of(model.architecture())),
               ", SHA-256 ", model.sha256().substr(0, 16), "</p>\n", kReportBar, "<ul class=\"cards\">\n");
    if (Status status = report.file_.write(begin); !status.ok()) return status;
    return report;
}

Status FaceReport::add(const PictureFaces& picture, std::string_view thumbnail) {
    const bool failed = !picture.error.empty();
    float best = 0, largest = 0;
    for (const Face& face : picture.faces) {
        best = std::max(best, face.score);
        largest = std::max(largest, std::sqrt(std::max(0.0f, engine::area(face.box))));
    }
    card_ = "<li";
    card_.append(attribute("data-place", std::to_string(place_++)));
    card_.append(attribute("data-count", failed ? "-1" : std::to_string(picture.faces.size())));
    card_.append(attribute("data-score", shortest(best))).append(attribute("data-size", pixels(largest)));
    card_.append(attribute("data-name", picture.file)).append(">");

    std::error_code ignored;
    const fs::path base = folder_.empty() ? fs::path(".") : folder_;
    fs::path reference = fs::proximate(picture.file, base, ignored);
    if (ignored || reference.empty()) reference = picture.file;
    if (!failed) {
        const std::string width = std::to_string(picture.width), height = std::to_string(picture.height);
        card_.append("<a").append(attribute("href", as_reference(reference.native()))).append("><span");
        card_.append(attribute("style", concat("--w: ", width, "; --h: ", height)));
        card_.append("><img alt=\"\" loading=\"lazy\" decoding=\"async\"");
        card_.append(attribute("width", width)).append(attribute("height", height));
        card_.append(" src=\"data:image/jpeg;base64,").append(base64(thumbnail)).append("\"><svg");
        card_.append(attribute("viewBox", concat("0 0 ", width, " ", height))).append(">");
        for (const Face& face : picture.faces) append_face(card_, face);
        card_.append("</svg></span></a>");
    }
    card_.append("<p").append(attribute("title", picture.file)).append(">");
    card_.append(html_escaped(fs::path(picture.file).filename().native())).append("</p><p class=\"soft");
    if (failed) {
        card_.append(" error\">").append(html_escaped(picture.error));
    } else {
        const std::size_t count = picture.faces.size();
        card_.append("\">").append(std::to_string(picture.width)).append(" \u00d7 ");
        card_.append(std::to_string(picture.height)).append(", ");
        card_.append(count == 0 ? "no faces" : std::to_string(count))
            .append(count == 0   ? ""
                    : count == 1 ? " face"
                                 : " faces");
        if (count > 0) {
            card_.append(", best ").append(fixed(static_cast<double>(best), 2));
            card_.append(", up to ").append(fixed(static_cast<double>(largest), 0)).append(" px");
        }
    }
    card_.append("</p></li>\n");
    return file_.write(card_);
}

Status FaceReport::finish() {
    if (Status status = file_.write(concat("</ul>\n", html_end(kReportScript))); !status.ok()) return status;
    return file_.commit();
}

}  // namespace featherface::tools
