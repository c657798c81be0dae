#include "tools/bench/charts.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "tools/text/html.hpp"
#include "tools/text/text.hpp"

namespace featherface::tools {

namespace {

std::string key_class(Group group) {
    return concat("key-", name_of(group));
}

// A bar of the flame chart.
struct Bar {
    std::string label, hint;
    Group group;
    double time;
    std::string target;  // id of what it leads to; may be empty
};

std::string hint_of(const std::string& title, const std::string& kind, double time, double whole) {
    return title + " (" + kind + "): " + fixed(time * 1e-3, 1) + " us, " + fixed(time / whole * 100, 1) + "%";
}

std::string bar_row(std::span<const Bar> bars, double whole) {
    std::string html = "<div class=\"bars\">";
    for (const Bar& bar : bars) {
        if (bar.time <= 0) continue;
        const std::string attributes = " class=\"bar " + key_class(bar.group) +
                                       "\" style=\"width:" + fixed(bar.time / whole * 100, 3) +
                                       "%\" title=\"" + html_escaped(bar.hint) + "\"";
        const std::string label = "<span>" + html_escaped(bar.label) + "</span>";
        html += bar.target.empty()
                    ? "<div" + attributes + ">" + label + "</div>"
                    : "<a tabindex=\"-1\" href=\"#" + bar.target + "\"" + attributes + ">" + label + "</a>";
    }
    return html + "</div>\n";
}

// Where the chart's values lie, in the SVG's units.
class LogAxes {
  public:
    static constexpr double kLeft = 46, kRight = 432, kTop = 12, kBottom = 270;

    LogAxes(double x_least, double x_most, double y_least, double y_most)
        : x0_(std::floor(std::log10(x_least))),
          x1_(std::max(x0_ + 1, std::ceil(std::log10(x_most)))),
          y0_(std::floor(std::log10(y_least))),
          y1_(std::max(y0_ + 1, std::ceil(std::log10(y_most)))) {}

    double x(double value) const {
        return kLeft + (std::log10(value) - x0_) / (x1_ - x0_) * (kRight - kLeft);
    }
    double y(double value) const {
        return kBottom - (std::log10(value) - y0_) / (y1_ - y0_) * (kBottom - kTop);
    }
    double x_begin() const { return std::pow(10, x0_); }
    double x_end() const { return std::pow(10, x1_); }
    double y_begin() const { return std::pow(10, y0_); }

    // Grid lines at powers of ten with their labels.
    std::string grid() const {
        std::string svg;
        for (double power = x0_; power <= x1_; ++power) {
            const std::string at = fixed(x(std::pow(10, power)), 1);
            svg += line(at, fixed(kTop, 1), at, fixed(kBottom, 1));
            svg += "<text x=\"" + at + "\" y=\"" + fixed(kBottom + 16, 1) + "\" text-anchor=\"middle\">" +
                   shortest(static_cast<float>(std::pow(10, power))) + "</text>";
        }
        for (double power = y0_; power <= y1_; ++power) {
            const std::string at = fixed(y(std::pow(10, power)), 1);
            svg += line(fixed(kLeft, 1), at, fixed(kRight, 1), at);
            svg += "<text x=\"" + fixed(kLeft - 5, 1) + "\" y=\"" + at +
                   "\" dy=\".35em\" text-anchor=\"end\">" +
                   shortest(static_cast<float>(std::pow(10, power))) + "</text>";
        }
        return svg;
    }

  private:
    static std::string line(const std::string& xa, const std::string& ya, const std::string& xb,
                            const std::string& yb) {
        return "<line x1=\"" + xa + "\" y1=\"" + ya + "\" x2=\"" + xb + "\" y2=\"" + yb + "\"/>";
    }
    double x0_, x1_, y0_, y1_;  // powers of ten
};

}  // namespace

const std::string_view kChartStyle = R"css(
:root {
  --backbone: #2f6fb7; --attention: #b4540a; --bifpn: #2e7d4f; --ssh: #7b4fb5; --mix: #a83a6e; --heads: #0f7c86;
  --aside: #6b7280; --on: #ffffff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --backbone: #7db4f0; --attention: #f0a35e; --bifpn: #7ccb9b; --ssh: #bd9cf0; --mix: #ee92bd; --heads: #62c9d3;
    --aside: #9aa4af; --on: #10151a;
  }
}
.key-pre, .key-post, .key-other { --key: var(--aside); }
.key-backbone { --key: var(--backbone); } .key-attention { --key: var(--attention); }
.key-BiFPN { --key: var(--bifpn); } .key-SSH { --key: var(--ssh); } .key-mix { --key: var(--mix); }
.key-heads { --key: var(--heads); }
.key { display: inline-block; width: .75em; height: .75em; border-radius: .2em; background: var(--key);
  margin-right: .4em; }
.bars { display: flex; height: 2rem; margin-bottom: 3px; border-radius: .3rem; overflow: hidden; }
.bar { flex: none; min-width: 0; overflow: hidden; background: var(--key); color: var(--on); font-size: .75rem;
  line-height: 2rem; text-decoration: none; box-shadow: inset -1px 0 var(--paper); white-space: nowrap;
  container-type: inline-size; }
.bar span { display: block; padding: 0 .4em; overflow: hidden; text-overflow: ellipsis; }
@container (max-width: 2.2rem) { .bar span { display: none; } }
.bar:hover { filter: brightness(1.15); }
figure { margin: .5rem 0; }
figcaption { color: var(--soft); font-size: .85rem; max-width: 80ch; }
svg { display: block; width: 100%; max-width: 44rem; height: auto; font: 11px system-ui, sans-serif; }
svg line { stroke: var(--line); } svg text { fill: var(--soft); }
svg .roof { fill: none; stroke: var(--ink); stroke-width: 1.5; }
svg circle { fill: var(--key); fill-opacity: .6; stroke: var(--key); }
)css";

std::string flame_chart(const CaseResult& result, const std::string& row_id) {
    std::vector<Bar> parts, steps, stages;
    const double whole = result.sum_of_medians();
    for (const GroupResult& group : result.groups) {
        if (group.group == Group::pre || group.group == Group::post) continue;
        const std::string name(name_of(group.group));
        parts.push_back({name, hint_of(name, "part", group.time, whole), group.group, group.time, ""});
    }
    for (const LayerResult& layer : result.layers) {
        steps.push_back({layer.title(), hint_of(layer.title(), layer.kind, layer.time.median, whole),
                         layer.group, layer.time.median, row_id + "-" + std::to_string(layer.index)});
        // A step of one layer is its own stage, so that what stands below what stays true.
        if (layer.stages.empty()) stages.push_back(steps.back());
        for (const StageResult& stage : layer.stages) {
            const std::string title = stage.names.empty() ? stage.kind : stage.names.front();
            stages.push_back({title, hint_of(title, stage.kind, stage.time, whole), stage.group, stage.time,
                              steps.back().target});
        }
    }
    return "<figure>\n<div aria-hidden=\"true\">" + bar_row(parts, whole) + bar_row(steps, whole) +
           bar_row(stages, whole) +
           "</div>\n<figcaption>Time of the network, left to right: its parts; its steps in order of "
           "execution; "
           "the layers they are fused from. The table of layers has the same numbers.</figcaption>\n"
           "</figure>\n";
}

std::string roofline_chart(const CaseResult& result) {
    if (!result.peaks) return "";
    struct Dot {
        const LayerResult* layer;
        double intensity, gflops;
    };
    std::vector<Dot> dots;
    const double peak = result.peaks->flops * 1e-9, bandwidth = result.peaks->bandwidth * 1e-9;
    double x_least = peak / bandwidth, x_most = x_least, y_least = peak, whole = 0;
    for (const LayerResult& layer : result.layers) {
        const double flops = static_cast<double>(layer.work.flops());
        if (flops <= 0 || layer.work.bytes() <= 0 || layer.time.median <= 0) continue;
        const Dot dot{&layer, intensity_of(layer.work), flops / layer.time.median};
        x_least = std::min(x_least, dot.intensity);
        x_most = std::max(x_most, dot.intensity);
        y_least = std::min(y_least, dot.gflops);
        whole += layer.time.median;
        dots.push_back(dot);
    }
    if (dots.empty()) return "";
    // The longest come first, so that small dots lie on large ones.
    std::sort(dots.begin(), dots.end(),
              [](const Dot& a, const Dot& b) { return a.layer->time.median > b.layer->time.median; });

    double y_most = peak;
    for (const Dot& dot : dots) y_most = std::max(y_most, dot.gflops);
    const LogAxes axes(x_least, x_most, y_least, y_most);
    std::string svg = "<svg viewBox=\"0 0 456 308\" role=\"img\" aria-label=\"Roofline of " +
                      html_escaped(result.name) + ": " + std::to_string(dots.size()) +
                      " steps under a roof of " + fixed(peak, 1) + " GFLOP/s and " + fixed(bandwidth, 1) +
                      " GB/s\">" + axes.grid();
    const double knee = peak / bandwidth;
    const double from = std::max(axes.x_begin(), axes.y_begin() / bandwidth);
    svg += "<polyline class=\"roof\" points=\"" + fixed(axes.x(from), 1) + "," +
           fixed(axes.y(std::min(peak, from * bandwidth)), 1) + " " + fixed(axes.x(knee), 1) + "," +
           fixed(axes.y(peak), 1) + " " + fixed(axes.x(axes.x_end()), 1) + "," + fixed(axes.y(peak), 1) +
           "\"/>";
    for (const Dot& dot : dots) {
        constexpr double kLargest = 18, kLeast = 2;  // radius of a dot that were all the time, and of none
        const double radius = kLeast + kLargest * std::sqrt(dot.layer->time.median / whole);
        svg += "<circle class=\"" + key_class(dot.layer->group) + "\" cx=\"" +
               fixed(axes.x(dot.intensity), 1) + "\" cy=\"" + fixed(axes.y(dot.gflops), 1) + "\" r=\"" +
               fixed(radius, 1) + "\"><title>" +
               html_escaped(dot.layer->title() + ": " + fixed(dot.gflops, 1) + " GFLOP/s at " +
                            fixed(dot.intensity, 2) + " FLOP/byte, " +
                            fixed(dot.layer->time.median * 1e-3, 1) + " us") +
               "</title></circle>";
    }
    svg +=
        "<text x=\"239\" y=\"302\" text-anchor=\"middle\">arithmetic intensity, FLOP per byte</text>"
        "<text transform=\"translate(11 141) rotate(-90)\" text-anchor=\"middle\">GFLOP/s</text></svg>";
    return "<figure>\n" + svg + "\n<figcaption>Roofline: " + fixed(peak, 1) + " GFLOP/s of multiply-adds, " +
           fixed(bandwidth, 1) +
           " GB/s inside the network's memory. A dot per step, its area its time; a dot above the slope had "
           "its "
           "data in a nearer cache.</figcaption>\n</figure>\n";
}

}  // namespace featherface::tools
