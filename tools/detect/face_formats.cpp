#include "tools/detect/face_formats.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <optional>
#include <string_view>

#include "engine/identity/text.hpp"
#include "tools/model/checkpoint_json.hpp"
#include "tools/text/json_writer.hpp"
#include "tools/text/text.hpp"

namespace featherface::tools {

namespace {

constexpr std::array<std::string_view, 5> kLandmarkNames = {"left_eye", "right_eye", "nose", "mouth_left",
                                                            "mouth_right"};

constexpr std::array<float, 4> kTurns = {0, 90, 180, 270};  // degrees clockwise

// For people: a line per picture, then a line per face.
class Text : public FaceFormat {
  public:
    std::string_view picture(const PictureFaces& picture) override {
        text_.clear();
        if (!picture.error.empty()) return text_;  // told on stderr
        if (picture.frame) {
            text_.append("frame ").append(std::to_string(*picture.frame));
        } else {
            text_.append(printable(picture.file));
        }
        text_.append(": ").append(std::to_string(picture.width)).append("x");
        text_.append(std::to_string(picture.height)).append(", ").append(count(picture.faces.size()));
        text_.append(", ").append(fixed(picture.network_ms, 1)).append(" ms\n");
        for (std::size_t i = 0; i < picture.faces.size(); ++i) {
            const Face& face = picture.faces[i];
            const auto add = [&](float pixels) {
                const std::string number = fixed(static_cast<double>(pixels), 1);
                text_.append(kColumn - std::min(kColumn - 1, number.size()), ' ').append(number);
            };
            if (!picture.ids.empty()) text_.append("  id ").append(std::to_string(picture.ids[i]));
            text_.append("  score ").append(fixed(static_cast<double>(face.score), 4)).append("  box");
            for (const float edge : face.box) add(edge);
            text_.append("  landmarks");
            for (const auto& [x, y] : face.landmarks) add(x), add(y);
            text_ += '\n';
        }
        return text_;
    }

  private:
    static std::string count(std::size_t faces) {
        if (faces == 0) return "no faces";
        return std::to_string(faces) + (faces == 1 ? " face" : " faces");
    }
    static constexpr std::size_t kColumn = 7;  // of a coordinate, with the space before it

    std::string text_;
};

void write_face(JsonWriter& json, const Face& face, std::optional<std::int64_t> id) {
    json.begin_object();
    if (id) json.key("id").value(*id);
    json.key("box").numbers(face.box);
    json.key("score").value(face.score);
    json.key("landmarks").begin_object();
    for (std::size_t i = 0; i < kLandmarkNames.size(); ++i)
        json.key(kLandmarkNames[i]).numbers(face.landmarks[i]);
    json.end_object().end_object();
}

void write_picture(JsonWriter& json, const PictureFaces& picture) {
    using Layout = JsonWriter::Layout;
    json.begin_object(Layout::lines);
    json.key("file").value(picture.file);
    if (picture.frame) json.key("frame").value(*picture.frame);
    if (!picture.error.empty()) {
        json.key("error").value(picture.error);
        json.end_object();
        return;
    }
    json.key("width").value(picture.width);
    json.key("height").value(picture.height);
    if (picture.scale != 1) json.key("scale").value(picture.scale);
    json.key("scales").numbers(picture.scales);
    if (picture.turns) json.key("turns").numbers(kTurns);
    json.key("faces").begin_array(Layout::lines);
    for (std::size_t i = 0; i < picture.faces.size(); ++i) {
        write_face(json, picture.faces[i],
                   picture.ids.empty() ? std::nullopt : std::optional(picture.ids[i]));
    }
    json.end_array();
    json.key("ms").begin_object();
    json.key("decode").value(picture.decode_ms, 3);
    json.key("network").value(picture.network_ms, 3);
    json.key("post").value(picture.post_ms, 3);
    json.end_object().end_object();
}

// One document. What is written so far is handed out after each picture.
class Json : public FaceFormat {
  public:
    std::string_view begin(const Model& model) override {
        json_.begin_object(JsonWriter::Layout::lines);
        json_.key("schema").value(1);
        json_.key("model");
        write_model(json_, model);
        json_.key("images").begin_array(JsonWriter::Layout::lines);
        return buffer_;
    }
    std::string_view picture(const PictureFaces& picture) override {
        buffer_.clear();
        write_picture(json_, picture);
        return buffer_;
    }
    std::string_view end() override {
        buffer_.clear();
        json_.end_array().end_object();
        return buffer_ += '\n';
    }

  private:
    std::string buffer_;
    JsonWriter json_{buffer_};
};

// An object per line.
class JsonLines : public FaceFormat {
  public:
    std::string_view picture(const PictureFaces& picture) override {
        line_.clear();
        write_picture(json_, picture);
        return line_ += '\n';
    }

  private:
    std::string line_;
    JsonWriter json_{line_, JsonWriter::Layout::in_line};
};

// RFC 4180, but for lines ending in a bare line feed.
class Csv : public FaceFormat {
  public:
    Csv(bool frames, bool ids) : frames_(frames), ids_(ids) {}

    std::string_view begin(const Model&) override {
        rows_ = "file,x1,y1,x2,y2,score";
        for (const std::string_view name : kLandmarkNames) {
            for (const char* axis : {"_x", "_y"}) rows_.append(",").append(name).append(axis);
        }
        if (frames_) rows_ += ",frame";
        if (ids_) rows_ += ",id";
        return rows_ += '\n';
    }
    std::string_view picture(const PictureFaces& picture) override {
        const std::string file = csv_field(picture.file);
        rows_.clear();
        const auto add = [&](const std::string& value) { rows_.append(",").append(value); };
        for (std::size_t i = 0; i < picture.faces.size(); ++i) {
            const Face& face = picture.faces[i];
            rows_ += file;
            for (const float edge : face.box) add(shortest(edge));
            add(shortest(face.score));
            for (const auto& [x, y] : face.landmarks) add(shortest(x)), add(shortest(y));
            if (frames_) add(picture.frame ? std::to_string(*picture.frame) : "");
            if (ids_) add(std::to_string(picture.ids[i]));
            rows_ += '\n';
        }
        return rows_;
    }

  private:
    bool frames_, ids_;
    std::string rows_;
};

}  // namespace

std::unique_ptr<FaceFormat> text_format() {
    return std::make_unique<Text>();
}
std::unique_ptr<FaceFormat> json_format() {
    return std::make_unique<Json>();
}
std::unique_ptr<FaceFormat> jsonl_format() {
    return std::make_unique<JsonLines>();
}
std::unique_ptr<FaceFormat> csv_format(bool frames, bool ids) {
    return std::make_unique<Csv>(frames, ids);
}

std::string widerface_text(const PictureFaces& picture) {
    // It rounds towards zero, as Python's int(); what no picture has (not finite, enormous) is held to a
    // range.
    const auto whole = [](float value) {
        constexpr float kFarOut = 1e9f;
        return std::isnan(value) ? 0 : static_cast<long>(std::clamp(value, -kFarOut, kFarOut));
    };
    std::string text = std::filesystem::path(picture.file).stem().native() + "\n" +
                       std::to_string(picture.faces.size()) + "\n";
    for (const Face& face : picture.faces) {
        const long x = whole(face.box[0]), y = whole(face.box[1]);
        for (const long value : {x, y, whole(face.box[2]) - x, whole(face.box[3]) - y}) {
            text += std::to_string(value) + " ";
        }
        text += shortest(face.score) + "\n";
    }
    return text;
}

}  // namespace featherface::tools
