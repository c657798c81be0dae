#include "tools/detect/face_formats.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <string_view>
#include <utility>

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
    std::string picture(const PictureFaces& picture) override {
        if (!picture.error.empty()) return "";  // told on stderr
        std::string text = printable(picture.file) + ": " + std::to_string(picture.width) + "x" +
                           std::to_string(picture.height) + ", " + count(picture.faces.size()) + ", " +
                           fixed(picture.network_ms, 1) + " ms\n";
        for (const Face& face : picture.faces) {
            const auto add = [&](float pixels) {
                const std::string number = fixed(static_cast<double>(pixels), 1);
                text.append(kColumn - std::min(kColumn - 1, number.size()), ' ').append(number);
            };
            text.append("  score ").append(fixed(static_cast<double>(face.score), 4)).append("  box");
            for (const float edge : face.box) add(edge);
            text.append("  landmarks");
            for (const auto& [x, y] : face.landmarks) add(x), add(y);
            text += '\n';
        }
        return text;
    }

  private:
    static std::string count(std::size_t faces) {
        if (faces == 0) return "no faces";
        return std::to_string(faces) + (faces == 1 ? " face" : " faces");
    }
    static constexpr std::size_t kColumn = 7;  // of a coordinate, with the space before it
};

void write_face(JsonWriter& json, const Face& face) {
    json.begin_object();
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
    for (const Face& face : picture.faces) write_face(json, face);
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
    std::string begin(const Model& model) override {
        json_.begin_object(JsonWriter::Layout::lines);
        json_.key("schema").value(1);
        json_.key("model");
        write_model(json_, model);
        json_.key("images").begin_array(JsonWriter::Layout::lines);
        return take();
    }
    std::string picture(const PictureFaces& picture) override {
        write_picture(json_, picture);
        return take();
    }
    std::string end() override {
        json_.end_array().end_object();
        return take() + "\n";
    }

  private:
    std::string take() { return std::exchange(buffer_, {}); }

    std::string buffer_;
    JsonWriter json_{buffer_};
};

// An object per line.
class JsonLines : public FaceFormat {
  public:
    std::string picture(const PictureFaces& picture) override {
        std::string line;
        JsonWriter json(line, JsonWriter::Layout::in_line);
        write_picture(json, picture);
        return line + "\n";
    }
};

// RFC 4180, but for lines ending in a bare line feed.
class Csv : public FaceFormat {
  public:
    std::string begin(const Model&) override {
        std::string header = "file,x1,y1,x2,y2,score";
        for (const std::string_view name : kLandmarkNames) {
            for (const char* axis : {"_x", "_y"}) header.append(",").append(name).append(axis);
        }
        return header + "\n";
    }
    std::string picture(const PictureFaces& picture) override {
        const std::string file = csv_field(picture.file);
        std::string rows;
        const auto add = [&](float value) { rows.append(",").append(shortest(value)); };
        for (const Face& face : picture.faces) {
            rows += file;
            for (const float edge : face.box) add(edge);
            add(face.score);
            for (const auto& [x, y] : face.landmarks) add(x), add(y);
            rows += '\n';
        }
        return rows;
    }
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
std::unique_ptr<FaceFormat> csv_format() {
    return std::make_unique<Csv>();
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
