#include "tools/video/raw_format.hpp"

#include <charconv>
#include <string_view>
#include <utility>

#include "engine/pixels/interleaved_rows.hpp"
#include "tools/text/text.hpp"

namespace featherface::tools {

namespace {

// ffmpeg's names of them (-pix_fmt), and V4L2's where those differ.
struct RawName {
    std::string_view name;
    PixelFormat format;
};
constexpr RawName kRawNames[] = {
    {"nv12", PixelFormat::nv12},  {"nv21", PixelFormat::nv21},    {"yuv420p", PixelFormat::i420},
    {"i420", PixelFormat::i420},  {"yuyv422", PixelFormat::yuyv}, {"yuyv", PixelFormat::yuyv},
    {"bgr24", PixelFormat::bgr8}, {"rgb24", PixelFormat::rgb8},   {"bgra", PixelFormat::bgra8},
    {"rgba", PixelFormat::rgba8}, {"gray", PixelFormat::gray8}};

// The text up to the next ':', which is taken away with it.
std::string_view take_word(std::string_view& text) {
    const std::size_t end = std::min(text.find(':'), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return word;
}

// The number at the beginning of a text, which is taken away; 0 where there is none.
int take_number(std::string_view& text) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) return 0;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

}  // namespace

RawFormat::RawFormat(PixelFormat format, int width, int height, YuvMatrix matrix, YuvRange range) {
    const engine::PlaneRows rows = engine::plane_rows(format, width);
    layout_ = {.width = width, .height = height, .row_stride = rows.first, .format = format};
    layout_.matrix = matrix;
    layout_.range = range;
    bytes_ = static_cast<std::size_t>(rows.first) * static_cast<std::size_t>(height);
    for (int plane = 0; plane < rows.chroma_planes; ++plane) {
        chroma_[plane] = bytes_;
        layout_.chroma[plane].row_stride = rows.chroma;
        bytes_ += static_cast<std::size_t>(rows.chroma) * static_cast<std::size_t>(height / 2 + height % 2);
    }
}

ImageView RawFormat::view(std::span<const std::uint8_t> bytes) const {
    ImageView view = layout_;
    view.data = bytes.data();
    for (int plane = 0; plane < 2; ++plane) {
        if (chroma_[plane] > 0) view.chroma[plane].data = bytes.data() + chroma_[plane];
    }
    return view;
}

std::string raw_format_names() {
    std::string names;
    for (const RawName& raw : kRawNames) names.append(names.empty() ? "" : ", ").append(raw.name);
    return names;
}

Result<RawFormat> parse_raw_format(const std::string& text) {
    const auto wrong = [&](std::string_view what) {
        return Status(StatusCode::invalid_argument, concat("--frames ", text, ": ", what));
    };
    std::string_view rest = text;
    const std::string_view name = take_word(rest);
    const RawName* found = nullptr;
    for (const RawName& raw : kRawNames) {
        if (raw.name == name) found = &raw;
    }
    if (found == nullptr) return wrong(concat("the pixel format is none of ", raw_format_names()));

    std::string_view size = take_word(rest);
    const int width = take_number(size);
    const bool has_x = size.starts_with('x');
    if (has_x) size.remove_prefix(1);
    const int height = has_x ? take_number(size) : 0;
    if (width < 1 || height < 1 || !size.empty())
        return wrong(concat("expected a size behind the format, as ", name, ":1280x720"));
    if (width > kMaxPictureSide || height > kMaxPictureSide ||
        std::int64_t{width} * height > kMaxPicturePixels)
        return wrong("a frame is too large");

    YuvMatrix matrix = YuvMatrix::bt601;
    YuvRange range = YuvRange::video;
    while (!rest.empty()) {
        const std::string_view word = take_word(rest);
        if (word == "bt709") {
            matrix = YuvMatrix::bt709;
        } else if (word == "full") {
            range = YuvRange::full;
        } else {
            return wrong("behind the size only 'bt709' and 'full' are known");
        }
    }
    return RawFormat(found->format, width, height, matrix, range);
}

}  // namespace featherface::tools
