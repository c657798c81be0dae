// P1 to P6: width, height and, but for bits, the maximum in decimal, apart by white space or comments (# to
// the end of the line), then one white-space character, then the samples: as text (P1 to P3), packed to bytes
// in rows of their own (P4), or of one byte or two (big-endian). P7 has a line for each field instead, the
// last of which is ENDHDR.
#include "loaders/images/pnm.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "loaders/ascii.hpp"
#include "loaders/big_endian.hpp"
#include "loaders/error.hpp"
#include "loaders/images/image_header.hpp"
#include "loaders/little_endian.hpp"

namespace featherface::loaders {
namespace {

constexpr std::int64_t kLargestNumber = 1'000'000'000;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

class TextReader {
  public:
    explicit TextReader(std::string_view text) : text_(text) {}

    // Passes white space and comments; false when there are none.
    bool skip_space() {
        const std::size_t before = at_;
        while (at_ < text_.size() && (is_space(text_[at_]) || text_[at_] == '#')) {
            at_ = text_[at_] == '#' ? std::min(text_.find_first_of("\r\n", at_), text_.size()) : at_ + 1;
        }
        return at_ > before;
    }
    // The digits that follow as a number, or -1 when there are none.
    std::int64_t digits() {
        const std::size_t first = at_;
        std::int64_t value = 0;
        for (; at_ < text_.size() && is_digit(text_[at_]); ++at_) {
            value = std::min(value * 10 + (text_[at_] - '0'), kLargestNumber);
        }
        return at_ > first ? value : -1;
    }
    // The next number, or -1 when there is none, or nothing between it and what came before.
    std::int64_t number() { return skip_space() ? digits() : -1; }
    // The next bit of a text bitmap, where white space may lack, or -1.
    int bit() {
        skip_space();
        if (at_ >= text_.size() || (text_[at_] != '0' && text_[at_] != '1')) return -1;
        return text_[at_++] - '0';
    }
    // What is left of the line, without white space around it.
    std::string_view line() {
        const std::size_t end = std::min(text_.find_first_of("\r\n", at_), text_.size());
        std::string_view rest = text_.substr(at_, end - at_);
        at_ = end;
        while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
        while (!rest.empty() && is_space(rest.back())) rest.remove_suffix(1);
        return rest;
    }
    // The next word, empty at the end.
    std::string_view word() {
        skip_space();
        const std::size_t first = at_;
        while (at_ < text_.size() && !is_space(text_[at_])) ++at_;
        return text_.substr(first, at_ - first);
    }
    // Passes the one white-space character that ends the header.
    bool end() { return at_ < text_.size() && is_space(text_[at_++]); }
    bool at_end() const { return at_ == text_.size(); }
    std::size_t position() const { return at_; }

  private:
    std::string_view text_;
    std::size_t at_ = 2;  // behind the magic
};

struct PnmHeader {
    char kind = '6';  // the magic's digit
    std::int64_t width = 0;
    std::int64_t height = 0;
    std::int64_t maximum = 1;
    std::int64_t channels = 1;
    std::string_view tuple{};  // P7: what the channels are; may be empty

    bool text() const { return kind <= '3'; }
    bool bits() const { return kind == '1' || kind == '4'; }  // of which 1 is black
    bool colour() const { return channels >= 3; }
    std::size_t sample_bytes() const { return maximum > 255 ? 2 : 1; }
    std::size_t row_samples() const { return static_cast<std::size_t>(width * channels); }
    std::size_t row_bytes() const {  // of binary samples
        return bits() ? (row_samples() + 7) / 8 : row_samples() * sample_bytes();
    }
};

Status damaged_header(const TextReader& reader) {
    return malformed("damaged PNM header", {.offset = reader.position()});
}

// The lines of a P7 header.
Status read_fields(TextReader& reader, PnmHeader& header) {
    std::int64_t width = -1, height = -1, channels = -1, maximum = -1;
    for (;;) {
        const std::string_view field = reader.word();
        if (field == "ENDHDR") break;
        if (field == "TUPLTYPE") {
            header.tuple = reader.line();
            continue;
        }
        std::int64_t* const number = field == "WIDTH"    ? &width
                                     : field == "HEIGHT" ? &height
                                     : field == "DEPTH"  ? &channels
                                     : field == "MAXVAL" ? &maximum
                                                         : nullptr;
        if (number == nullptr || (*number = reader.number()) < 0) return damaged_header(reader);
    }
    if (width < 0 || height < 0 || channels < 0 || maximum < 0 || !reader.end())
        return damaged_header(reader);
    header.width = width;
    header.height = height;
    header.maximum = maximum;
    header.channels = channels;
    if (channels < 1 || channels > 4 || header.tuple.starts_with("CMYK")) {
        std::string found = std::to_string(channels);
        if (!header.tuple.empty()) found.append(" ").append(quoted(header.tuple));
        return error(StatusCode::unsupported, "cannot read a PAM picture of other channels",
                     {.expected = "1 to 4: grey or RGB, with or without alpha",
                      .found = std::move(found),
                      .hint = "convert it to PNG"});
    }
    return {};
}

Result<PnmHeader> read_header(TextReader& reader, char kind, std::int64_t max_pixels) {
    PnmHeader header;
    header.kind = kind;
    if (kind == '7') {
        if (auto status = read_fields(reader, header); !status.ok()) return status;
    } else {
        header.channels = kind == '3' || kind == '6' ? 3 : 1;
        header.width = reader.number();
        header.height = reader.number();
        if (!header.bits()) header.maximum = reader.number();
        // A text bitmap's first bit may follow at once.
        if (header.width < 0 || header.height < 0 || header.maximum < 0 || !reader.end()) {
            return damaged_header(reader);
        }
    }
    if (header.maximum < 1 || header.maximum > 65535) {
        return malformed("PNM maximum out of range",
                         {.expected = "1 to 65535", .found = std::to_string(header.maximum)});
    }
    if (auto status = check_dimensions(header.width, header.height, max_pixels); !status.ok()) return status;
    return header;
}

std::uint8_t to_byte(std::uint32_t sample, std::uint32_t maximum) {
    sample = std::min(sample, maximum);
    if (maximum == 255) return static_cast<std::uint8_t>(sample);
    if (maximum == 65535) return static_cast<std::uint8_t>(sample >> 8);
    return static_cast<std::uint8_t>((sample * 255 + maximum / 2) / maximum);
}

Status cut_short(std::size_t offset, std::size_t expected, std::size_t found, const char* unit) {
    return malformed(
        "PNM: cut short in its pixels",
        {.offset = offset, .expected = count_of(expected, unit), .found = std::to_string(found)});
}

// Whether `left` bytes at `offset` can be all samples, before memory is taken for what the header promises.
// A sample of text has a digit at least.
Status check_room(const PnmHeader& header, std::size_t offset, std::size_t left) {
    const auto height = static_cast<std::size_t>(header.height);
    const std::size_t needed = (header.text() ? header.row_samples() : header.row_bytes()) * height;
    if (left >= needed) return {};
    return cut_short(offset, needed, left, "byte");
}

// Writes sample number `c` of a pixel of `channels` samples: grey to all three bytes of `to`, the rest to
// blue, green and red; alpha to none.
void put(const PnmHeader& header, std::int64_t c, std::uint8_t value, std::uint8_t* to) {
    if (!header.colour() && c == 0) std::fill_n(to, 3, value);
    if (header.colour() && c < 3) to[2 - c] = value;
}

Status read_text(TextReader& reader, const PnmHeader& header, std::span<std::uint8_t> pixels) {
    const auto limit = static_cast<std::uint32_t>(header.maximum);
    const std::size_t first = reader.position();
    const std::size_t count = pixels.size() / 3;
    const auto channels = static_cast<std::size_t>(header.channels);
    for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t c = 0; c < channels; ++c) {
            reader.skip_space();
            const std::size_t at = reader.position();
            const std::int64_t value = header.bits() ? reader.bit() : reader.digits();
            if (value < 0 && !reader.at_end()) {
                return malformed("PNM: a sample that is no number", {.offset = at});
            }
            if (value < 0) return cut_short(first, count * channels, i * channels + c, "sample");
            const auto sample = static_cast<std::uint32_t>(header.bits() ? 1 - value : value);
            put(header, static_cast<std::int64_t>(c), to_byte(sample, limit), &pixels[i * 3]);
        }
    }
    return {};
}

// Eight pixels per byte, rows on bytes of their own; 1 is black.
void read_bits(std::span<const std::byte> samples, const PnmHeader& header, std::span<std::uint8_t> pixels) {
    const auto width = static_cast<std::size_t>(header.width);
    std::uint8_t* to = pixels.data();
    for (std::size_t start = 0; to != pixels.data() + pixels.size(); start += header.row_bytes()) {
        for (std::size_t x = 0; x < width; ++x, to += 3) {
            const auto byte = std::to_integer<std::uint32_t>(samples[start + x / 8]);
            std::fill_n(to, 3, static_cast<std::uint8_t>((byte >> (7 - x % 8) & 1) != 0 ? 0 : 255));
        }
    }
}

// Samples of one byte or two, pixel after pixel; alpha is passed over.
template <class Sample>
void read_samples(std::span<const std::byte> samples, const PnmHeader& header,
                  std::span<std::uint8_t> pixels) {
    const std::size_t pixel_bytes = static_cast<std::size_t>(header.channels) * sizeof(Sample);
    const auto limit = static_cast<std::uint32_t>(header.maximum);
    const auto value = [&](std::size_t at) { return to_byte(load_be<Sample>(samples, at), limit); };
    std::size_t at = 0;
    for (std::size_t i = 0; i < pixels.size(); i += 3, at += pixel_bytes) {
        if (header.colour()) {
            pixels[i] = value(at + 2 * sizeof(Sample));
            pixels[i + 1] = value(at + sizeof(Sample));
            pixels[i + 2] = value(at);
        } else {
            std::fill_n(&pixels[i], 3, value(at));
        }
    }
}

void read_binary(std::span<const std::byte> samples, const PnmHeader& header,
                 std::span<std::uint8_t> pixels) {
    if (header.bits()) return read_bits(samples, header, pixels);
    if (header.sample_bytes() == 2) return read_samples<std::uint16_t>(samples, header, pixels);
    return read_samples<std::uint8_t>(samples, header, pixels);
}

}  // namespace

Result<ImageHeader> read_pnm_size(std::span<const std::byte> bytes, std::int64_t max_pixels) {
    TextReader reader(as_text(bytes));
    const auto header = read_header(reader, as_text(bytes)[1], max_pixels);
    if (!header.ok()) return header.status();
    return ImageHeader{static_cast<int>(header->width), static_cast<int>(header->height)};
}

Result<Image> decode_pnm(std::span<const std::byte> bytes, std::int64_t max_pixels) {
    TextReader reader(as_text(bytes));
    const auto header = read_header(reader, as_text(bytes)[1], max_pixels);
    if (!header.ok()) return header.status();
    const auto samples = bytes.subspan(reader.position());
    if (auto status = check_room(header.value(), reader.position(), samples.size()); !status.ok())
        return status;
    Image image;
    image.width = static_cast<int>(header->width);
    image.height = static_cast<int>(header->height);
    image.pixels.resize(static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height) * 3);
    if (!header->text()) {
        read_binary(samples, header.value(), image.pixels);
    } else if (auto status = read_text(reader, header.value(), image.pixels); !status.ok()) {
        return status;
    }
    return image;
}

Result<PnmLayout> pnm_layout(std::span<const std::byte> bytes, std::int64_t max_pixels) {
    TextReader reader(as_text(bytes));
    const auto header = read_header(reader, as_text(bytes)[1], max_pixels);
    if (!header.ok()) return header.status();
    PnmLayout layout{
        static_cast<int>(header->width), static_cast<int>(header->height), reader.position(), 0, {}};
    layout.bytes = layout.header_bytes + header->row_bytes() * static_cast<std::size_t>(header->height);
    if (!header->text() && !header->bits() && header->maximum == 255) {
        if (header->channels == 1) layout.format = PixelFormat::gray8;
        if (header->channels == 3) layout.format = PixelFormat::rgb8;
    }
    return layout;
}

}  // namespace featherface::loaders
