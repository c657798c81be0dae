#include "loaders/images/jpeg.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "loaders/big_endian.hpp"
#include "loaders/error.hpp"
#include "loaders/images/exif.hpp"
#include "loaders/images/jpeg_scan.hpp"
#include "loaders/little_endian.hpp"

namespace featherface::loaders {
namespace {

using namespace std::string_view_literals;

// More scans than any encoder writes (about ten are usual). A scan of a few bytes may cover the whole
// picture, so their number bounds the time a small file can take.
constexpr int kMostScans = 200;

// The second byte of a marker (T.81, table B.1).
enum Marker : std::uint8_t {
    kBaseline = 0xc0,
    kExtended = 0xc1,
    kProgressive = 0xc2,
    kLossless = 0xc3,
    kHuffmanTables = 0xc4,
    kFirstArithmetic = 0xc9,
    kArithmeticTables = 0xcc,
    kLastFrame = 0xcf,
    kStart = 0xd8,
    kEnd = 0xd9,
    kScan = 0xda,
    kQuantizationTables = 0xdb,
    kNumberOfLines = 0xdc,
    kRestartInterval = 0xdd,
    kApplication0 = 0xe0,
    kApplication1 = 0xe1,
    kApplication15 = 0xef,
    kComment = 0xfe,
};

std::string marker_name(int marker) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    return {'F', 'F', ' ', kDigits[static_cast<std::size_t>(marker >> 4)],
            kDigits[static_cast<std::size_t>(marker & 15)]};
}

Status unsupported(std::string_view what) {
    return error(StatusCode::unsupported, "cannot read " + std::string(what),
                 {.hint = "save it as an ordinary RGB JPEG or as PNG"});
}

class Checker {
  public:
    Checker(std::span<const std::byte> bytes, std::int64_t max_pixels)
        : bytes_(bytes), max_pixels_(max_pixels) {}

    Result<ImageHeader> run() {
        at_ = 2;  // the start-of-image marker, which recognised the file
        for (;;) {
            const int marker = next_marker();
            if (marker < 0)
                return error(StatusCode::malformed, "cut short: no end-of-image marker", {.offset = at_});
            if (marker == kEnd) break;
            if (marker == kStart || (marker >= 0xd0 && marker <= 0xd7) || marker == 0x01) {
                return misplaced(marker);
            }
            if (auto status = segment(marker); !status.ok()) return status;
        }
        if (frame_.components.empty())
            return error(StatusCode::malformed, "no picture: no frame header", {.offset = at_});
        for (const JpegComponent& component : frame_.components) {
            if (!component.scanned) {
                return error(StatusCode::malformed,
                             "no data for component " + std::to_string(component.id) + " of the picture",
                             {.offset = at_, .hint = "the file is cut short or damaged"});
            }
        }
        return ImageHeader{frame_.width, frame_.height, orientation_};
    }

  private:
    using Bytes = std::span<const std::byte>;

    static int byte(Bytes bytes, std::size_t at) { return std::to_integer<int>(bytes[at]); }

    // Moves past the next marker and returns its second byte; -1 when the file ends first. Whatever stands
    // before it is skipped: cameras pad the picture data.
    int next_marker() {
        while (at_ + 1 < bytes_.size()) {
            const int second = byte(bytes_, at_ + 1);
            if (byte(bytes_, at_) == 0xff && second != 0 && second != 0xff) {
                at_ += 2;
                return second;
            }
            ++at_;
        }
        return -1;
    }

    Status misplaced(int marker) const {
        return error(StatusCode::malformed, "marker " + marker_name(marker) + " out of place",
                     {.offset = at_ - 2});
    }
    Status malformed(const std::string& what) const {
        return error(StatusCode::malformed, what, {.offset = segment_start_});
    }

    // The segment after `marker`, which begins with its length.
    Status segment(int marker) {
        segment_start_ = at_;
        const std::size_t left = bytes_.size() - at_;
        const std::size_t length = left < 2 ? 0 : load_be<std::uint16_t>(bytes_, at_);
        if (left < 2 || length > left) {
            return error(StatusCode::malformed, "cut short in segment " + marker_name(marker),
                         {.offset = at_ - 2,
                          .expected = left < 2 ? "its length" : count_of(length, "byte"),
                          .found = std::to_string(left)});
        }
        if (length < 2) return malformed("segment " + marker_name(marker) + " of impossible length");
        const Bytes content = bytes_.subspan(at_ + 2, length - 2);
        at_ += length;
        switch (marker) {
            case kBaseline:
            case kExtended:
            case kProgressive: return frame_header(content, marker == kProgressive);
            case kHuffmanTables: return huffman_tables(content);
            case kQuantizationTables: return quantization_tables(content);
            case kRestartInterval: return restart_interval(content);
            case kScan: return scan(content);
            case kArithmeticTables: return unsupported("a JPEG with arithmetic coding");
            case kNumberOfLines: return unsupported("a JPEG that states its height after the picture");
            case kApplication1: application1(content); return {};
            case kComment: return {};
            default: break;
        }
        if (marker >= kApplication0 && marker <= kApplication15) return {};
        if (marker > kProgressive && marker <= kLastFrame) {
            if (marker >= kFirstArithmetic) return unsupported("a JPEG with arithmetic coding");
            return unsupported(marker == kLossless ? "a lossless JPEG" : "a hierarchical JPEG");
        }
        return unsupported("a JPEG with the unknown marker " + marker_name(marker));
    }

    void application1(Bytes content) {
        constexpr std::string_view kExif = "Exif\0\0"sv;
        if (exif_seen_ || !as_text(content).starts_with(kExif)) return;
        exif_seen_ = true;
        orientation_ = exif_orientation(content.subspan(kExif.size()));
    }

    // B.2.2
    Status frame_header(Bytes content, bool progressive) {
        if (!frame_.components.empty()) return malformed("a second frame header");
        if (content.size() < 6) return malformed("frame header too short");
        const int count = byte(content, 5);
        if (content.size() != 6 + 3 * static_cast<std::size_t>(count))
            return malformed("frame header of wrong length");
        if (byte(content, 0) != 8) {
            return unsupported("a JPEG of " + std::to_string(byte(content, 0)) + " bits a sample");
        }
        frame_.height = load_be<std::uint16_t>(content, 1);
        frame_.width = load_be<std::uint16_t>(content, 3);
        frame_.progressive = progressive;
        if (frame_.height == 0) return unsupported("a JPEG that states its height after the picture");
        if (auto status = check_dimensions(frame_.width, frame_.height, max_pixels_); !status.ok())
            return status;
        if (count == 4) return unsupported("a CMYK JPEG");
        if (count != 1 && count != 3)
            return unsupported("a JPEG of " + std::to_string(count) + " components");

        int h_max = 1;
        int v_max = 1;
        for (std::size_t i = 6; i < content.size(); i += 3) {
            JpegComponent component;
            component.id = byte(content, i);
            component.h = byte(content, i + 1) >> 4;
            component.v = byte(content, i + 1) & 15;
            component.quantization_table = byte(content, i + 2);
            if (component.h < 1 || component.h > 4 || component.v < 1 || component.v > 4) {
                return malformed("sampling factor outside 1 to 4");
            }
            if (component.quantization_table > 3) return malformed("quantization table outside 0 to 3");
            if (find_component(component.id) >= 0) return malformed("two components of the same name");
            h_max = std::max(h_max, component.h);
            v_max = std::max(v_max, component.v);
            frame_.components.push_back(std::move(component));
        }
        frame_.mcus_wide = ceil_div(frame_.width, 8 * h_max);
        frame_.mcus_high = ceil_div(frame_.height, 8 * v_max);
        for (JpegComponent& c : frame_.components) {
            if (h_max % c.h != 0 || v_max % c.v != 0)
                return unsupported("a JPEG with fractional colour subsampling");
            c.blocks_wide = ceil_div(ceil_div(frame_.width * c.h, h_max), 8);
            c.blocks_high = ceil_div(ceil_div(frame_.height * c.v, v_max), 8);
            c.padded_wide = frame_.mcus_wide * c.h;
            const int padded_high = frame_.mcus_high * c.v;
            if (progressive) {
                c.nonzero.assign(
                    static_cast<std::size_t>(c.padded_wide) * static_cast<std::size_t>(padded_high), 0);
            }
        }
        return {};
    }

    // B.2.4.2: class and number, 16 counts, the symbols; again and again.
    Status huffman_tables(Bytes content) {
        while (!content.empty()) {
            if (content.size() < 17) return malformed("Huffman table cut short");
            const int table_class = byte(content, 0) >> 4;
            const int number = byte(content, 0) & 15;
            if (table_class > 1 || number > 3) return malformed("Huffman table of unknown class or number");
            const auto counts = content.subspan(1).first<16>();
            std::size_t symbols = 0;
            for (const std::byte count : counts) symbols += std::to_integer<std::size_t>(count);
            if (symbols > 256) return malformed("Huffman table of over 256 codes");
            if (content.size() < 17 + symbols) return malformed("Huffman table cut short");
            auto& tables = table_class == 0 ? dc_tables_ : ac_tables_;
            if (!tables[static_cast<std::size_t>(number)].build(counts, content.subspan(17, symbols))) {
                return malformed("Huffman table with more codes than their lengths allow");
            }
            content = content.subspan(17 + symbols);
        }
        return {};
    }

    // B.2.4.1: precision and number, 64 values of one or two bytes.
    Status quantization_tables(Bytes content) {
        while (!content.empty()) {
            const int precision = byte(content, 0) >> 4;
            const int number = byte(content, 0) & 15;
            if (precision > 1 || number > 3)
                return malformed("quantization table of unknown precision or number");
            const std::size_t size = 1 + (precision == 0 ? 64 : 128);
            if (content.size() < size) return malformed("quantization table cut short");
            quantization_defined_[static_cast<std::size_t>(number)] = true;
            content = content.subspan(size);
        }
        return {};
    }

    Status restart_interval(Bytes content) {
        if (content.size() != 2) return malformed("restart interval of wrong length");
        restart_interval_ = load_be<std::uint16_t>(content);
        return {};
    }

    // B.2.3, then the entropy-coded data.
    Status scan(Bytes content) {
        if (frame_.components.empty()) return malformed("a scan before the frame header");
        if (++scans_ > kMostScans) {
            return error(StatusCode::limit_exceeded,
                         "a JPEG of over " + std::to_string(kMostScans) + " scans",
                         {.offset = segment_start_});
        }
        const std::size_t count = content.empty() ? 0 : static_cast<std::size_t>(byte(content, 0));
        if (count < 1 || count > frame_.components.size() || content.size() != 4 + 2 * count) {
            return malformed("scan header of wrong length");
        }
        JpegScan scan;
        scan.restart_interval = restart_interval_;
        const Bytes last = content.subspan(1 + 2 * count);
        if (frame_.progressive) {
            scan.spectral_start = byte(last, 0);
            scan.spectral_end = byte(last, 1);
            scan.approximation_high = byte(last, 2) >> 4;
            scan.approximation_low = byte(last, 2) & 15;
            const bool dc = scan.spectral_start == 0;
            const bool refines = scan.approximation_high != 0;
            if (scan.spectral_end > 63 || scan.spectral_start > scan.spectral_end ||
                (dc && scan.spectral_end != 0) || (!dc && count != 1) || scan.approximation_low > 13 ||
                (refines && scan.approximation_high != scan.approximation_low + 1)) {
                return malformed("scan header with an impossible range of coefficients");
            }
        }
        for (std::size_t i = 0; i < count; ++i) {
            if (auto status = scan_part(byte(content, 1 + 2 * i), byte(content, 2 + 2 * i), scan);
                !status.ok()) {
                return status;
            }
        }
        auto end = walk_jpeg_scan(bytes_, at_, frame_, scan);
        if (!end.ok()) return end.status();
        at_ = end.value();
        return {};
    }

    // Adds one component to the scan, having made sure that all the decoder needs for it is there.
    Status scan_part(int id, int tables, JpegScan& scan) {
        const int index = find_component(id);
        if (index < 0) return malformed("a scan of a component that the frame header does not name");
        for (const JpegScan::Part& part : scan.parts) {
            if (part.component == index) return malformed("a component twice in one scan");
        }
        JpegComponent& component = frame_.components[static_cast<std::size_t>(index)];
        if (!quantization_defined_[static_cast<std::size_t>(component.quantization_table)]) {
            return malformed("a scan without its quantization table");
        }
        const bool has_dc = !frame_.progressive || (scan.spectral_start == 0 && scan.approximation_high == 0);
        const bool has_ac = !frame_.progressive || scan.spectral_start > 0;
        const auto dc = static_cast<std::size_t>(tables >> 4);
        const auto ac = static_cast<std::size_t>(tables & 15);
        if (dc > 3 || ac > 3) return malformed("Huffman table outside 0 to 3");
        if ((has_dc && !dc_tables_[dc].defined()) || (has_ac && !ac_tables_[ac].defined())) {
            return malformed("a scan without its Huffman table");
        }
        if (has_dc == component.scanned) {
            return malformed(component.scanned ? "a component scanned twice"
                                               : "a scan that refines what was never sent");
        }
        component.scanned = true;
        scan.parts.push_back({index, &dc_tables_[dc], &ac_tables_[ac]});
        return {};
    }

    int find_component(int id) const {
        for (std::size_t i = 0; i < frame_.components.size(); ++i) {
            if (frame_.components[i].id == id) return static_cast<int>(i);
        }
        return -1;
    }

    static int ceil_div(int a, int b) { return (a + b - 1) / b; }

    Bytes bytes_;
    std::int64_t max_pixels_;
    std::size_t at_ = 0;             // the next byte to look at
    std::size_t segment_start_ = 0;  // of the segment at hand, for messages
    JpegFrame frame_;                // without components until the frame header is read
    std::array<JpegHuffman, 4> dc_tables_;
    std::array<JpegHuffman, 4> ac_tables_;
    std::array<bool, 4> quantization_defined_{};
    int restart_interval_ = 0;
    int scans_ = 0;
    bool exif_seen_ = false;
    int orientation_ = 1;
};

}  // namespace

Result<ImageHeader> check_jpeg(std::span<const std::byte> bytes, std::int64_t max_pixels) {
    return Checker(bytes, max_pixels).run();
}

}  // namespace featherface::loaders
