#include "tools/eval/variant.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <utility>
#include <vector>

#include "engine/detect/resize.hpp"
#include "loaders/error.hpp"
#include "tools/cli/arguments.hpp"

namespace featherface::tools {

namespace {

constexpr Placement kInPlace = {{{1, 0, 0}, {0, 1, 0}}};
constexpr std::size_t kChannels = 3;
constexpr std::array<std::uint8_t, kChannels> kGround = {104, 117, 123};  // blue, green, red

std::array<double, 2> moved(const Placement& placement, double x, double y) {
    const auto& [across, down] = placement;
    return {across[0] * x + across[1] * y + across[2], down[0] * x + down[1] * y + down[2]};
}

Status check_size(double width, double height) {
    if (width * height <= static_cast<double>(kMaxPicturePixels)) return {};
    return loaders::error(
        StatusCode::limit_exceeded, "changed by --variant, the picture is too large",
        {.expected = "at most " + std::to_string(kMaxPicturePixels) + " pixels",
         .found = std::to_string(std::llround(width)) + " x " + std::to_string(std::llround(height))});
}

Result<VariedPicture> grey(const Image& image) {
    // Of 65536; together they are that.
    constexpr std::uint32_t kBlue = 7471, kGreen = 38470, kRed = 19595, kHalf = 1 << 15;
    const auto coloured = to_bgr(image.view());
    if (!coloured.ok()) return coloured.status();
    const std::vector<std::uint8_t>& bgr = coloured->pixels;
    Image out{image.width, image.height, PixelFormat::gray8, {}};
    out.pixels.reserve(bgr.size() / kChannels);
    for (std::size_t i = 0; i < bgr.size(); i += kChannels) {
        const std::uint32_t luma = kBlue * bgr[i] + kGreen * bgr[i + 1] + kRed * bgr[i + 2];
        out.pixels.push_back(static_cast<std::uint8_t>((luma + kHalf) >> 16));
    }
    return VariedPicture{std::move(out), kInPlace};
}

// What is at a point of a bgr8 picture; the middle of its first pixel is (0.5, 0.5).
std::array<std::uint8_t, kChannels> sample(const Image& image, double x, double y) {
    if (!(x >= 0 && y >= 0 && x < image.width && y < image.height)) return kGround;
    const double left = std::floor(x - 0.5), top = std::floor(y - 0.5);
    const double right_share = x - 0.5 - left, lower_share = y - 0.5 - top;
    std::array<double, kChannels> sum{};
    for (const int dy : {0, 1}) {
        for (const int dx : {0, 1}) {
            const int column = std::clamp(static_cast<int>(left) + dx, 0, image.width - 1);
            const int row = std::clamp(static_cast<int>(top) + dy, 0, image.height - 1);
            const double share =
                (dx == 1 ? right_share : 1 - right_share) * (dy == 1 ? lower_share : 1 - lower_share);
            const std::uint8_t* pixel = image.pixels.data() + (std::ptrdiff_t{row} * image.width + column) *
                                                                  std::ptrdiff_t{kChannels};
            for (std::size_t c = 0; c < kChannels; ++c) sum[c] += share * pixel[c];
        }
    }
    std::array<std::uint8_t, kChannels> result{};
    for (std::size_t c = 0; c < kChannels; ++c) result[c] = static_cast<std::uint8_t>(sum[c] + 0.5);
    return result;
}

// About the middle of both pictures.
Placement turn(double degrees, double width, double height, double new_width, double new_height) {
    const double angle = degrees * std::numbers::pi / 180, c = std::cos(angle), s = std::sin(angle);
    return {{{c, -s, (new_width - c * width + s * height) / 2},
             {s, c, (new_height - s * width - c * height) / 2}}};
}

Result<VariedPicture> turned(const Image& image, double degrees) {
    const double w = image.width, h = image.height;
    const Placement about_corner = turn(degrees, 0, 0, 0, 0);
    const double c = std::abs(about_corner[0][0]), s = std::abs(about_corner[1][0]);
    constexpr double kRounding = 1e-6;  // the cosine of a quarter is not quite 0, and must not cost a pixel
    const double new_w = std::ceil(c * w + s * h - kRounding), new_h = std::ceil(s * w + c * h - kRounding);
    if (Status status = check_size(new_w, new_h); !status.ok()) return status;
    const auto coloured = to_bgr(image.view());
    if (!coloured.ok()) return coloured.status();
    Image out{static_cast<int>(new_w), static_cast<int>(new_h), PixelFormat::bgr8, {}};
    out.pixels.resize(static_cast<std::size_t>(out.width) * static_cast<std::size_t>(out.height) * kChannels);
    const Placement back = turn(-degrees, new_w, new_h, w, h);
    auto to = out.pixels.begin();
    for (int y = 0; y < out.height; ++y) {
        for (int x = 0; x < out.width; ++x) {
            const auto [old_x, old_y] = moved(back, x + 0.5, y + 0.5);
            const auto pixel = sample(coloured.value(), old_x, old_y);
            to = std::copy(pixel.begin(), pixel.end(), to);
        }
    }
    return VariedPicture{std::move(out), turn(degrees, w, h, new_w, new_h)};
}

// Of a smaller copy of a picture: what would become of the whole.
Result<VariedPicture> enlarged(Image image, double factor) {
    const auto [whole_w, whole_h] = whole_size(image);
    const double w = whole_w, h = whole_h;
    const double new_w = std::max(1.0, std::round(w * factor)), new_h = std::max(1.0, std::round(h * factor));
    const Placement placement = {{{new_w / w, 0, 0}, {0, new_h / h, 0}}};
    if (new_w == image.width && new_h == image.height) {
        image.full_width = image.full_height = 0;
        return VariedPicture{std::move(image), placement};
    }
    if (Status status = check_size(new_w, new_h); !status.ok()) return status;
    return VariedPicture{engine::resize(image.view(), static_cast<int>(new_w), static_cast<int>(new_h)),
                         placement};
}

}  // namespace

std::array<int, 2> whole_size(const Image& image) {
    if (image.full_width == 0) return {image.width, image.height};
    return {image.full_width, image.full_height};
}

Result<Variant> parse_variant(const std::string& text) {
    using Kind = Variant::Kind;
    struct Range {
        Kind kind;
        float least, most;
    };
    constexpr Range kTurned = {Kind::turned, 0, 360}, kEnlarged = {Kind::enlarged, 0.1f, 10};
    if (text == "grey") return Variant{Kind::grey};
    const std::size_t sign = text.find('=');
    const std::string name = text.substr(0, sign);
    if (sign == text.npos || (name != "turned" && name != "enlarged")) {
        return Status(StatusCode::invalid_argument,
                      "--variant: '" + text + "' is none; allowed: grey, turned=DEGREES, enlarged=FACTOR");
    }
    const auto& [kind, least, most] = name == "turned" ? kTurned : kEnlarged;
    float amount = 0;
    Status status = parse_number("--variant " + name, text.substr(sign + 1), amount, least, most);
    if (!status.ok()) return status;
    return Variant{kind, double{amount}};
}

Result<VariedPicture> varied(Image image, const Variant& variant) {
    switch (variant.kind) {
        case Variant::Kind::as_it_is: break;
        case Variant::Kind::grey: return grey(image);
        case Variant::Kind::turned: return turned(image, variant.amount);
        case Variant::Kind::enlarged: return enlarged(std::move(image), variant.amount);
    }
    return VariedPicture{std::move(image), kInPlace};
}

Reference placed(const Reference& reference, const Placement& placement) {
    if (placement == kInPlace) return reference;
    const auto& [x1, y1, x2, y2] = reference.box;
    const double half_w = (double{x2} - x1) / 2, half_h = (double{y2} - y1) / 2;
    const std::array<double, 2> middle = moved(placement, x1 + half_w, y1 + half_h);
    Reference result = reference;
    for (std::size_t i = 0; i < 2; ++i) {
        const double reach = std::hypot(placement[i][0] * half_w, placement[i][1] * half_h);
        result.box[i] = static_cast<float>(middle[i] - reach);
        result.box[i + 2] = static_cast<float>(middle[i] + reach);
    }
    if (!result.landmarks) return result;
    for (auto& [x, y] : *result.landmarks) {
        const auto [new_x, new_y] = moved(placement, double{x}, double{y});
        x = static_cast<float>(new_x), y = static_cast<float>(new_y);
    }
    return result;
}

}  // namespace featherface::tools
