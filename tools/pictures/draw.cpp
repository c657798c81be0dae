#include "tools/pictures/draw.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string_view>

namespace featherface::tools {
namespace {

using Colour = std::array<std::uint8_t, 3>;  // blue, green, red

constexpr Colour kBoxColour = {80, 220, 0};
constexpr Colour kTextColour = {0, 0, 0};
constexpr Colour kEye = {0, 230, 255}, kNose = {60, 60, 255}, kMouth = {255, 140, 40};
constexpr std::array<Colour, 5> kLandmarkColours = {kEye, kEye, kNose, kMouth, kMouth};

// Digits of 5 x 7 dots, a row per number whose highest of five bits is the left dot.
constexpr int kGlyphWidth = 5;
constexpr int kGlyphHeight = 7;
using Glyph = std::array<std::uint8_t, kGlyphHeight>;
constexpr std::array<Glyph, 10> kDigits = {{
    {0b01110, 0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b01110},
    {0b00100, 0b01100, 0b10100, 0b00100, 0b00100, 0b00100, 0b11111},
    {0b01110, 0b10001, 0b00001, 0b00110, 0b01000, 0b10000, 0b11111},
    {0b11110, 0b00001, 0b00001, 0b01110, 0b00001, 0b00001, 0b11110},
    {0b00010, 0b00110, 0b01010, 0b10010, 0b11111, 0b00010, 0b00010},
    {0b11111, 0b10000, 0b11110, 0b00001, 0b00001, 0b10001, 0b01110},
    {0b00110, 0b01000, 0b10000, 0b11110, 0b10001, 0b10001, 0b01110},
    {0b11111, 0b00001, 0b00010, 0b00010, 0b00100, 0b00100, 0b00100},
    {0b01110, 0b10001, 0b10001, 0b01110, 0b10001, 0b10001, 0b01110},
    {0b01110, 0b10001, 0b10001, 0b01111, 0b00001, 0b00010, 0b01100},
}};
constexpr Glyph kPoint = {0, 0, 0, 0, 0, 0b01100, 0b01100};
constexpr Glyph kBlank = {};

const Glyph& glyph_of(char c) {
    if (c >= '0' && c <= '9') return kDigits[static_cast<std::size_t>(c - '0')];
    return c == '.' ? kPoint : kBlank;
}

// The nearest pixel; coordinates far outside any picture are brought near enough for int arithmetic.
int to_pixel(float coordinate) {
    constexpr float kFar = 1 << 24;
    return static_cast<int>(std::lround(std::clamp(coordinate, -kFar, kFar)));
}

class Canvas {
  public:
    explicit Canvas(Image& image) : image_(image) {}

    int width() const { return image_.width; }
    int height() const { return image_.height; }
    // Lines of one pixel up to about 600 pixels, of five at 2000.
    int line_width() const { return std::max(1, (std::max(width(), height()) + 200) / 400); }

    // Fills the pixels (left, top) to (right - 1, bottom - 1).
    void fill(int left, int top, int right, int bottom, const Colour& colour) {
        left = std::max(left, 0);
        right = std::min(right, width());
        bottom = std::min(bottom, height());
        for (int y = std::max(top, 0); y < bottom; ++y) {
            std::uint8_t* pixel = image_.pixels.data() + (std::ptrdiff_t{y} * width() + left) * 3;
            for (int x = left; x < right; ++x, pixel += 3) std::copy(colour.begin(), colour.end(), pixel);
        }
    }

    void disc(int centre_x, int centre_y, int radius, const Colour& colour) {
        for (int dy = -radius; dy <= radius; ++dy) {
            // Half a pixel more than the radius makes a rounder disc.
            const int dx = static_cast<int>(std::sqrt((radius + 0.5) * (radius + 0.5) - dy * dy));
            fill(centre_x - dx, centre_y + dy, centre_x + dx + 1, centre_y + dy + 1, colour);
        }
    }

    // There are `scale` pixels per dot, and one dot between the characters.
    void text(std::string_view characters, int left, int top, int scale, const Colour& colour) {
        for (const char c : characters) {
            const Glyph& glyph = glyph_of(c);
            for (int row = 0; row < kGlyphHeight; ++row) {
                for (int column = 0; column < kGlyphWidth; ++column) {
                    if ((glyph[static_cast<std::size_t>(row)] >> (kGlyphWidth - 1 - column) & 1) == 0)
                        continue;
                    const int x = left + column * scale;
                    const int y = top + row * scale;
                    fill(x, y, x + scale, y + scale, colour);
                }
            }
            left += (kGlyphWidth + 1) * scale;
        }
    }

  private:
    Image& image_;
};

struct Rectangle {
    int left, top, right, bottom;  // the border's pixels
};

// Lines centred on the border.
void draw_box(Canvas& canvas, const Rectangle& box) {
    const int line = canvas.line_width();
    const int before = line / 2;
    const int left = box.left - before, top = box.top - before;
    const int right = box.right - before, bottom = box.bottom - before;
    canvas.fill(left, top, right + line, top + line, kBoxColour);
    canvas.fill(left, bottom, right + line, bottom + line, kBoxColour);
    canvas.fill(left, top, left + line, bottom + line, kBoxColour);
    canvas.fill(right, top, right + line, bottom + line, kBoxColour);
}

// A box to draw: not for what is not a number, since both comparisons are false then.
bool has_box(const Face& face) {
    return face.box[0] <= face.box[2] && face.box[1] <= face.box[3];
}

Rectangle box_of(const Face& face) {
    return {to_pixel(face.box[0]), to_pixel(face.box[1]), to_pixel(face.box[2]), to_pixel(face.box[3])};
}

bool is_on(const Canvas& canvas, const Rectangle& box) {
    return box.left < canvas.width() && box.top < canvas.height() && box.right >= 0 && box.bottom >= 0;
}

// The score stands on a plate above the box, or inside it where the picture ends above, and never past the
// picture's sides. The digits are as large as the lines are wide, or less, so that the plate is not wider
// than the box if that can be.
void draw_score(Canvas& canvas, const Face& face) {
    if (!has_box(face) || !(face.score >= 0 && face.score <= 1)) return;
    const Rectangle box = box_of(face);
    if (!is_on(canvas, box)) return;
    std::array<char, 8> characters{};
    const int length =
        std::snprintf(characters.data(), characters.size(), "%.2f", static_cast<double>(face.score));
    const int dots = length * (kGlyphWidth + 1) + 1;
    const int scale = std::clamp((box.right - box.left) / dots, 1, canvas.line_width());
    const int width = dots * scale;
    const int height = (kGlyphHeight + 2) * scale;
    const int left = std::max(0, std::min(box.left - canvas.line_width() / 2, canvas.width() - width));
    const int top = box.top >= height ? box.top - height : std::max(0, box.top);
    canvas.fill(left, top, left + width, top + height, kBoxColour);
    canvas.text({characters.data(), static_cast<std::size_t>(length)}, left + scale, top + scale, scale,
                kTextColour);
}

// Dots as wide as three lines, or less on a small face.
void draw_landmarks(Canvas& canvas, const Face& face) {
    int radius = canvas.line_width();
    if (has_box(face)) {
        const Rectangle box = box_of(face);
        radius = std::min(radius, (box.bottom - box.top) / 20);
    }
    for (std::size_t i = 0; i < face.landmarks.size(); ++i) {
        const auto& [x, y] = face.landmarks[i];
        if (std::isnan(x) || std::isnan(y)) continue;
        canvas.disc(to_pixel(x), to_pixel(y), radius, kLandmarkColours[i]);
    }
}

}  // namespace

void draw_faces(Image& image, std::span<const Face> faces) {
    Canvas canvas(image);
    for (const Face& face : faces) draw_score(canvas, face);
    for (const Face& face : faces) {
        if (has_box(face)) draw_box(canvas, box_of(face));
        draw_landmarks(canvas, face);
    }
}

}  // namespace featherface::tools
