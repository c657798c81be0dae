#include "tools/eval/landmarks.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <map>
#include <optional>
#include <string_view>

#include "loaders/error.hpp"
#include "loaders/little_endian.hpp"
#include "loaders/mapped_file.hpp"
#include "tools/text/json_reader.hpp"

namespace featherface::tools {

namespace {

constexpr std::array<const char*, 5> kPointNames = {"left_eye", "right_eye", "nose", "mouth_left",
                                                    "mouth_right"};

std::optional<double> coordinate(const JsonValue& value) {
    const double* number = value.number();
    return number && std::abs(*number) <= kMostCoordinate ? std::optional(*number) : std::nullopt;
}

Result<Landmarks> landmarks_of(const JsonValue& points, const std::string& where) {
    if (!points.object()) {
        return loaders::malformed(
            where, {.expected = "an object with 'points', or null", .found = "something else"});
    }
    const bool has_mouth = points.object()->contains("mouth");
    Landmarks landmarks{};
    for (std::size_t i = 0; i < kPointNames.size(); ++i) {
        const char* name = has_mouth && i >= 3 ? "mouth" : kPointNames[i];
        const JsonValue::Array* point = points[name].array();
        const auto x = point && point->size() == 2 ? coordinate(point->front()) : std::nullopt;
        const auto y = point && point->size() == 2 ? coordinate(point->back()) : std::nullopt;
        if (!x || !y) {
            return loaders::malformed(
                where + ", " + loaders::quoted(name),
                {.expected = "[x, y] in pixels",
                 .found = points.object()->contains(name) ? "something else" : "nothing",
                 .hint = "a face without landmarks is null"});
        }
        landmarks[i] = {static_cast<float>(*x), static_cast<float>(*y)};
    }
    return landmarks;
}

Status add_to(LabelledPicture& picture, const JsonValue& faces, const std::string& where) {
    const std::size_t labelled = picture.references.size();
    if (!faces.array() || faces.array()->size() != labelled) {
        return loaders::malformed(
            where, {.expected = "a list of " + loaders::count_of(labelled, "face") + ", as in the labels",
                    .found = faces.array() ? std::to_string(faces.array()->size()) : "something else"});
    }
    for (std::size_t i = 0; i < labelled; ++i) {
        const JsonValue& face = (*faces.array())[i];
        if (std::holds_alternative<std::nullptr_t>(face.value)) continue;
        const auto landmarks = landmarks_of(face["points"], where + ", face " + std::to_string(i + 1));
        if (!landmarks.ok()) return landmarks.status();
        picture.references[i].landmarks = landmarks.value();
    }
    return {};
}

}  // namespace

Status add_landmarks(const std::string& file, std::vector<LabelledPicture>& pictures) {
    const auto bytes = loaders::MappedFile::open(file, kLargestLabels);
    if (!bytes.ok()) return bytes.status();
    const auto document = parse_json(loaders::as_text(bytes->bytes()), file);
    if (!document.ok()) return document.status();
    if (!document->object())
        return loaders::malformed(file, {.expected = "an object with lists of faces by the names of pictures",
                                         .found = "something else"});
    std::map<std::string_view, LabelledPicture*> by_name;
    for (LabelledPicture& picture : pictures) by_name[picture.name] = &picture;
    for (const auto& [name, faces] : *document->object()) {
        const std::string where = file + ": " + loaders::quoted(name);
        const auto known = by_name.find(name);
        if (known == by_name.end()) return Status(StatusCode::malformed, where + " is not among the labels");
        if (Status status = add_to(*known->second, faces, where); !status.ok()) return status;
    }
    return {};
}

}  // namespace featherface::tools
