#include "tools/eval/labels.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "loaders/error.hpp"
#include "loaders/little_endian.hpp"
#include "loaders/mapped_file.hpp"
#include "loaders/numbers.hpp"

namespace featherface::tools {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kInvalid = 7;  // the number that says so

// Lines of a file one after another, without the end of line and blanks around; empty ones are passed over.
class Lines {
  public:
    static Result<Lines> open(const std::string& file) {
        auto bytes = loaders::MappedFile::open(file, kLargestLabels);
        if (!bytes.ok()) return bytes.status();
        return Lines(file, std::move(bytes).value());
    }

    // False at the end.
    bool next() {
        while (!left_.empty()) {
            ++number_;
            const std::string_view line = left_.substr(0, left_.find('\n'));
            left_.remove_prefix(std::min(line.size() + 1, left_.size()));
            constexpr const char* kBlanks = " \t\r";
            const auto first = line.find_first_not_of(kBlanks);
            if (first == line.npos) continue;
            line_ = line.substr(first, line.find_last_not_of(kBlanks) - first + 1);
            return true;
        }
        return false;
    }

    std::string_view line() const { return line_; }

    Status error(const std::string& what) const {
        return {StatusCode::malformed, file_ + ", line " + std::to_string(number_) + ": " + what};
    }
    // The same, of the line itself.
    Status expected(const std::string& what) const {
        return error("expected " + what + ", found " + loaders::quoted(line_));
    }

    // The line as numbers, as many as from `least` to `most`.
    Result<std::vector<double>> numbers(std::size_t least, std::size_t most, const std::string& what) const {
        std::vector<double> found;
        const char* at = line_.data();
        const char* const end = at + line_.size();
        while (at != end && found.size() < most) {
            double number = 0;
            const auto [rest, failure] = loaders::from_chars(at, end, number);
            const bool whole = rest == end || *rest == ' ' || *rest == '\t';
            if (failure != std::errc() || !whole || !(std::abs(number) <= kMostCoordinate)) break;
            found.push_back(number);
            at = std::find_if(rest, end, [](char c) { return c != ' ' && c != '\t'; });
        }
        if (at != end || found.size() < least) return expected(what);
        return found;
    }

    Result<std::vector<double>> next_numbers(std::size_t least, std::size_t most, const std::string& what) {
        if (!next()) return Status(StatusCode::malformed, file_ + ": ends where " + what + " should be");
        return numbers(least, most, what);
    }

    // The next line as a count from 0, or a number from 1.
    Result<std::size_t> whole_number(const std::string& what) {
        constexpr double kMost = 1e6;
        const auto found = next_numbers(1, 1, what);
        if (!found.ok()) return found.status();
        const double number = found->front();
        if (number < 0 || number > kMost || number != std::floor(number)) return expected(what);
        return static_cast<std::size_t>(number);
    }

  private:
    Lines(const std::string& file, loaders::MappedFile bytes)
        : file_(file), bytes_(std::move(bytes)), left_(loaders::as_text(bytes_.bytes())) {}

    std::string file_;
    loaders::MappedFile bytes_;
    std::string_view left_, line_;
    std::size_t number_ = 0;
};

// `text` as a picture's name, on the present line.
Status check_name(const Lines& lines, std::string_view text, std::set<std::string>& names) {
    const fs::path path = text;
    const std::string name = loaders::quoted(text);
    if (path.is_absolute() || std::find(path.begin(), path.end(), "..") != path.end())
        return lines.error(name + " leads out of the folder of pictures");
    if (!path.has_extension()) return lines.expected("a picture's name");
    if (!names.emplace(text).second) return lines.error(name + " comes twice");
    return {};
}

Reference reference_of(const std::vector<double>& numbers) {
    std::array<float, 4> box{};
    for (std::size_t i = 0; i < 4; ++i) box[i] = static_cast<float>(numbers[i]);
    const auto [x, y, w, h] = box;
    return {.box = {x, y, x + w, y + h}, .ignored = w <= 0 || h <= 0};
}

Result<Reference> read_reference(Lines& lines) {
    constexpr std::size_t kMost = 10;
    const auto numbers = lines.next_numbers(4, kMost, "a face's x y w h");
    if (!numbers.ok()) return numbers.status();
    Reference reference = reference_of(numbers.value());
    if (numbers->size() > kInvalid && numbers.value()[kInvalid] != 0) reference.ignored = true;
    return reference;
}

// The ten zeros that stand for no face.
bool is_filler(std::string_view line) {
    return line.find_first_not_of("0 \t") == std::string::npos;
}

// Of label.txt: the five landmarks behind the box, each with a flag.
std::optional<Landmarks> landmarks_of(const std::vector<double>& numbers) {
    Landmarks landmarks{};
    for (std::size_t i = 0; i < landmarks.size(); ++i) {
        const double x = numbers[4 + 3 * i], y = numbers[5 + 3 * i];
        if (x < 0 || y < 0) return std::nullopt;
        landmarks[i] = {static_cast<float>(x), static_cast<float>(y)};
    }
    return landmarks;
}

constexpr char kMark = '#';  // of a picture in label.txt

// Of label.txt, whose first line is the present one.
Result<std::vector<LabelledPicture>> read_marked(Lines& lines) {
    constexpr std::size_t kBox = 4, kAll = 20;
    const std::string what = "'# picture', or a face's x y w h with or without 16 numbers more";
    std::vector<LabelledPicture> pictures;
    std::set<std::string> names;
    do {
        std::string_view line = lines.line();
        if (line.front() == kMark) {
            line.remove_prefix(std::min(line.find_first_not_of(" \t", 1), line.size()));
            if (Status status = check_name(lines, line, names); !status.ok()) return status;
            pictures.push_back({.name = std::string(line), .references = {}});
            continue;
        }
        const auto numbers = lines.numbers(kBox, kAll, what);
        if (!numbers.ok()) return numbers.status();
        if (numbers->size() != kBox && numbers->size() != kAll) return lines.expected(what);
        Reference reference = reference_of(numbers.value());
        if (numbers->size() == kAll) reference.landmarks = landmarks_of(numbers.value());
        pictures.back().references.push_back(reference);
    } while (lines.next());
    return pictures;
}

// Of the ground truth, whose first line is the present one.
Result<std::vector<LabelledPicture>> read_counted(Lines& lines) {
    std::vector<LabelledPicture> pictures;
    std::set<std::string> names;
    do {
        const bool after_none = !pictures.empty() && pictures.back().references.empty();
        if (after_none && is_filler(lines.line())) continue;
        if (Status status = check_name(lines, lines.line(), names); !status.ok()) return status;
        LabelledPicture picture{.name = std::string(lines.line()), .references = {}};
        const auto count = lines.whole_number("the number of faces");
        if (!count.ok()) return count.status();
        for (std::size_t i = 0; i < count.value(); ++i) {
            auto reference = read_reference(lines);
            if (!reference.ok()) return reference.status();
            picture.references.push_back(std::move(reference).value());
        }
        pictures.push_back(std::move(picture));
    } while (lines.next());
    return pictures;
}

}  // namespace

Result<std::vector<LabelledPicture>> read_labels(const std::string& file) {
    auto lines = Lines::open(file);
    if (!lines.ok()) return lines.status();
    if (!lines->next()) return Status(StatusCode::malformed, file + ": no picture in it");
    return lines->line().front() == kMark ? read_marked(lines.value()) : read_counted(lines.value());
}

Result<Subset> read_subset(const std::string& file, const std::vector<LabelledPicture>& pictures) {
    auto opened = Lines::open(file);
    if (!opened.ok()) return opened.status();
    Lines& lines = opened.value();
    std::map<std::string, std::size_t> faces;
    for (const LabelledPicture& picture : pictures) faces[picture.name] = picture.references.size();
    Subset subset;
    std::set<std::string> names;
    while (lines.next()) {
        if (Status status = check_name(lines, lines.line(), names); !status.ok()) return status;
        const std::string name(lines.line());
        const auto known = faces.find(name);
        if (known == faces.end()) return lines.error(loaders::quoted(name) + " is not among the labels");
        const auto count = lines.whole_number("the number of faces");
        if (!count.ok()) return count.status();
        for (std::size_t i = 0; i < count.value(); ++i) {
            const auto index = lines.whole_number("the number of a face");
            if (!index.ok()) return index.status();
            if (index.value() < 1 || index.value() > known->second)
                return lines.error(loaders::quoted(name) + " has " + std::to_string(known->second) +
                                   " faces");
            subset[name].push_back(index.value());
        }
    }
    return subset;
}

std::vector<Reference> counted_by(const Subset& subset, const LabelledPicture& picture) {
    std::vector<Reference> references = picture.references;
    for (Reference& reference : references) reference.ignored = true;
    const auto counted = subset.find(picture.name);
    if (counted == subset.end()) return references;
    for (const std::size_t index : counted->second)
        references[index - 1].ignored = picture.references[index - 1].ignored;
    return references;
}

}  // namespace featherface::tools
