#include "tools/eval/evaluation.hpp"

#include <array>
#include <cstddef>
#include <filesystem>

#include "tools/text/text.hpp"

namespace featherface::tools {

namespace {

// A range in pixels.
struct SizeRange {
    const char* name;
    float least, most;
};
constexpr std::array<SizeRange, 7> kSizes = {{{"below 16 px", 0, 16},
                                              {"16-32 px", 16, 32},
                                              {"32-64 px", 32, 64},
                                              {"64-128 px", 64, 128},
                                              {"128-256 px", 128, 256},
                                              {"256-384 px", 256, 384},
                                              {"from 384 px", 384, 1e30f}}};

std::string kind_of(const std::string& picture) {
    const std::string name = std::filesystem::path(picture).filename().native();
    return name.substr(0, name.find('_'));
}

}  // namespace

Evaluation::Evaluation(float iou, std::vector<std::pair<std::string, Subset>> subsets)
    : iou_(iou), subsets_(std::move(subsets)), by_subset_(subsets_.size()), by_size_(kSizes.size()) {}

void Evaluation::add(const LabelledPicture& picture, std::span<const Face> faces) {
    const std::vector<Outcome> outcomes = match(faces, picture.references, iou_);
    all_.add(outcomes, picture.references);
    by_kind_[kind_of(picture.name)].add(outcomes, picture.references);
    for (std::size_t i = 0; i < kSizes.size(); ++i)
        by_size_[i].add(outcomes, picture.references, kSizes[i].least, kSizes[i].most);
    for (std::size_t i = 0; i < subsets_.size(); ++i) {
        const std::vector<Reference> counted = counted_by(subsets_[i].second, picture);
        by_subset_[i].add(match(faces, counted, iou_), counted);
    }
}

std::vector<Report::Row> Evaluation::rows(float threshold, bool by_kind) const {
    using RowGroup = Report::Group;
    std::vector<Report::Row> rows = {{RowGroup::all, "all", figures_of(all_, threshold)}};
    for (std::size_t i = 0; i < subsets_.size(); ++i)
        rows.push_back({RowGroup::subset, subsets_[i].first, figures_of(by_subset_[i], threshold)});
    for (std::size_t i = 0; i < kSizes.size(); ++i)
        rows.push_back({RowGroup::size, kSizes[i].name, figures_of(by_size_[i], threshold)});
    if (!by_kind) return rows;
    for (const auto& [kind, tally] : by_kind_)
        rows.push_back({RowGroup::kind, kind, figures_of(tally, threshold)});
    return rows;
}

}  // namespace featherface::tools
