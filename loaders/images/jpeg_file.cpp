#include "loaders/images/jpeg_file.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "loaders/big_endian.hpp"
#include "loaders/error.hpp"
#include "loaders/images/jpeg_scan.hpp"
#include "loaders/images/jpeg_standard_tables.hpp"
#include "loaders/images/orientation.hpp"
#include "loaders/little_endian.hpp"

namespace featherface::loaders {
namespace {

using namespace std::string_view_literals;

// More scans than any encoder writes (about ten are usual). A scan of a few bytes may cover the whole
// picture, so the work of all scans bounds the time that a small file can take. A block costs a scan this
// much, and one that refines coefficients as much again as it passes of them. Usual files cost some 200 per
// block; what costs more than this must have the bits to show for it: one per block that is passed is always
// enough.
constexpr int kMostScans = 200;
constexpr std::int64_t kWorkPerVisit = 8;
constexpr std::int64_t kMostWorkPerBlock = 640;
constexpr std::int64_t kWorkPerByte = 8 * (kWorkPerVisit + 64);

// The second byte of a marker (T.81, table B.1).
enum Marker : std::uint8_t {
    kTemporary = 0x01,
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
    kRestart0 = 0xd0,
    kRestart7 = 0xd7,
    kScan = 0xda,
    kQuantizationTables = 0xdb,
    kNumberOfLines = 0xdc,
    kRestartInterval = 0xdd,
    kApplication0 = 0xe0,
    kApplication1 = 0xe1,
    kApplication14 = 0xee,
    kApplication15 = 0xef,
    kComment = 0xfe,
};

std::string marker_name(int marker) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    return {'F', 'F', ' ', kDigits[static_cast<std::size_t>(marker >> 4)],
            kDigits[static_cast<std::size_t>(marker & 15)]};
}

Status unsupported(std::string_view what,
                   std::string_view hint = "save it as an ordinary RGB JPEG or as PNG") {
    return error(StatusCode::unsupported, "cannot read " + std::string(what), {.hint = std::string(hint)});
}

Status arithmetic_coding() {
    return unsupported("a JPEG with arithmetic coding",
                       "convert it without loss: jpegtran -copy all picture.jpg > huffman.jpg");
}

class Reader {
  public:
    Reader(std::span<const std::byte> bytes, std::int64_t max_pixels)
        : bytes_(bytes), max_pixels_(max_pixels) {}

    Result<JpegFile> run() {
        at_ = 2;  // the start-of-image marker, which recognised the file
        write({0xff, kStart});
        for (;;) {
            const int marker = next_marker();
            if (marker == kEnd) break;
            if (marker < 0) {
                if (complete()) break;
                return malformed("cut short: no end-of-image marker", {.offset = at_});
            }
            if (marker == kStart) return misplaced(marker);
            // Markers that stand alone and, here, for nothing: Casio puts a restart marker behind the last
            // block.
            if ((marker >= kRestart0 && marker <= kRestart7) || marker == kTemporary) continue;
            if (auto status = segment(marker); !status.ok()) return status;
        }
        if (frame_.components.empty()) return malformed("no picture: no frame header", {.offset = at_});
        for (const JpegComponent& component : frame_.components) {
            if (!component.scanned) {
                return malformed("no data for component " + std::to_string(component.id) + " of the picture",
                                 {.offset = at_, .hint = "the file is cut short or damaged"});
            }
        }
        write_colour_space();
        write({0xff, kEnd});
        return JpegFile{{frame_.width, frame_.height, tags_.orientation()}, std::move(clean_)};
    }

  private:
    using Bytes = std::span<const std::byte>;

    void write(std::initializer_list<int> values) {
        for (const int value : values) clean_.push_back(static_cast<std::byte>(value));
    }
    // A segment as it was found.
    void write(int marker, Bytes content) {
        const auto length = static_cast<int>(content.size()) + 2;
        write({0xff, marker, length >> 8, length & 255});
        clean_.insert(clean_.end(), content.begin(), content.end());
    }

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
        return malformed("marker " + marker_name(marker) + " out of place", {.offset = at_ - 2});
    }
    Status bad_segment(const std::string& what) const { return malformed(what, {.offset = segment_start_}); }

    // The segment after `marker`, which begins with its length.
    Status segment(int marker) {
        segment_start_ = at_;
        const std::size_t left = bytes_.size() - at_;
        const std::size_t length = left < 2 ? 0 : load_be<std::uint16_t>(bytes_, at_);
        if (left < 2 || length > left) {
            return malformed("cut short in segment " + marker_name(marker),
                             {.offset = at_ - 2,
                              .expected = left < 2 ? "its length" : count_of(length, "byte"),
                              .found = std::to_string(left)});
        }
        if (length < 2) return bad_segment("segment " + marker_name(marker) + " of impossible length");
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
            case kArithmeticTables: return arithmetic_coding();
            case kNumberOfLines: return {};  // the frame header has said it already
            case kApplication0: jfif_ = jfif_ || as_text(content).starts_with("JFIF\0"sv); return {};
            case kApplication1: tags_.app1(content); return {};
            case kApplication14: application14(content); return {};
            case kComment: return {};
            default: break;
        }
        if (marker >= kApplication0 && marker <= kApplication15) return {};
        if (marker > kProgressive && marker <= kLastFrame) {
            if (marker >= kFirstArithmetic) return arithmetic_coding();
            return unsupported(marker == kLossless ? "a lossless JPEG" : "a hierarchical JPEG");
        }
        return unsupported("a JPEG with the unknown marker " + marker_name(marker));
    }

    // Adobe's segment: its name, a version, two times 16 flags, the colour transform.
    void application14(Bytes content) {
        if (as_text(content).starts_with("Adobe"sv) && content.size() >= 12)
            adobe_transform_ = byte(content, 11);
    }

    // Tells the decoder the colour space, in an Adobe segment of its own, as libjpeg finds it: by JFIF, by
    // Adobe's segment, by the components' names, in this order.
    void write_colour_space() {
        constexpr int kAsStored = 0, kYcc = 1, kYcck = 2;
        const auto& c = frame_.components;
        int transform = kAsStored;
        if (c.size() == 3) {
            const bool named_rgb = c[0].id == 'R' && c[1].id == 'G' && c[2].id == 'B';
            const bool rgb = adobe_transform_ >= 0 ? adobe_transform_ == kAsStored : named_rgb;
            transform = rgb && !jfif_ ? kAsStored : kYcc;
        } else if (c.size() == 4) {
            transform = adobe_transform_ > kAsStored ? kYcck : kAsStored;
        }
        write({0xff, kApplication14, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, transform});
    }

    // B.2.2
    Status frame_header(Bytes content, bool progressive) {
        if (!frame_.components.empty()) return bad_segment("a second frame header");
        if (content.size() < 6) return bad_segment("frame header too short");
        const int count = byte(content, 5);
        if (content.size() != 6 + 3 * static_cast<std::size_t>(count))
            return bad_segment("frame header of wrong length");
        if (byte(content, 0) != 8) {
            return unsupported("a JPEG of " + std::to_string(byte(content, 0)) + " bits per sample");
        }
        frame_.height = load_be<std::uint16_t>(content, 1);
        frame_.width = load_be<std::uint16_t>(content, 3);
        frame_.progressive = progressive;
        if (frame_.height == 0) return unsupported("a JPEG that states its height after the picture");
        if (auto status = check_dimensions(frame_.width, frame_.height, max_pixels_); !status.ok())
            return status;
        if (count != 1 && count != 3 && count != 4)
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
                return bad_segment("sampling factor outside 1 to 4");
            }
            if (component.quantization_table > 3) return bad_segment("quantization table outside 0 to 3");
            if (find_component(component.id) >= 0) return bad_segment("two components of the same name");
            h_max = std::max(h_max, component.h);
            v_max = std::max(v_max, component.v);
            component.unsent.fill(kNeverSent);
            frame_.components.push_back(std::move(component));
        }
        write(progressive ? kProgressive : kExtended, content);
        for (std::size_t i = 0; i < frame_.components.size(); ++i) {
            clean_[clean_.size() - content.size() + 6 + 3 * i] = static_cast<std::byte>(i + 1);
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
            blocks_ += std::int64_t{c.padded_wide} * padded_high;
            if (progressive) {
                c.nonzero.assign(
                    static_cast<std::size_t>(c.padded_wide) * static_cast<std::size_t>(padded_high), 0);
            }
        }
        return {};
    }

    // B.2.4.2: class and number, 16 counts, the symbols; again and again.
    Status huffman_tables(Bytes content) {
        write(kHuffmanTables, content);
        while (!content.empty()) {
            if (content.size() < 17) return bad_segment("Huffman table cut short");
            const int table_class = byte(content, 0) >> 4;
            const int number = byte(content, 0) & 15;
            if (table_class > 1 || number > 3) return bad_segment("Huffman table of unknown class or number");
            const auto counts = content.subspan(1).first<16>();
            std::size_t symbols = 0;
            for (const std::byte count : counts) symbols += std::to_integer<std::size_t>(count);
            if (symbols > 256) return bad_segment("Huffman table of over 256 codes");
            if (content.size() < 17 + symbols) return bad_segment("Huffman table cut short");
            auto& tables = table_class == 0 ? dc_tables_ : ac_tables_;
            if (!tables[static_cast<std::size_t>(number)].build(counts, content.subspan(17, symbols))) {
                return bad_segment("Huffman table with more codes than their lengths allow");
            }
            content = content.subspan(17 + symbols);
        }
        return {};
    }

    // B.2.4.1: precision and number, 64 values of one or two bytes.
    Status quantization_tables(Bytes content) {
        write(kQuantizationTables, content);
        while (!content.empty()) {
            const int precision = byte(content, 0) >> 4;
            const int number = byte(content, 0) & 15;
            if (precision > 1 || number > 3)
                return bad_segment("quantization table of unknown precision or number");
            const std::size_t size = 1 + (precision == 0 ? 64 : 128);
            if (content.size() < size) return bad_segment("quantization table cut short");
            quantization_defined_[static_cast<std::size_t>(number)] = true;
            content = content.subspan(size);
        }
        return {};
    }

    Status restart_interval(Bytes content) {
        if (content.size() != 2) return bad_segment("restart interval of wrong length");
        restart_interval_ = load_be<std::uint16_t>(content);
        write(kRestartInterval, content);
        return {};
    }

    // Where a file has no table of that number the standard's is taken (K.3), as webcams expect that leave
    // them out.
    bool find_huffman(int table_class, std::size_t number) {
        JpegHuffman& table = (table_class == 0 ? dc_tables_ : ac_tables_)[number];
        if (!table.defined() && !frame_.progressive && number < kJpegStandardTables) {
            const Bytes standard = jpeg_standard_table(table_class, number);
            write(kHuffmanTables, standard);
            table.build(standard.subspan(1).first<16>(), standard.subspan(17));
        }
        return table.defined();
    }

    // B.2.3, then the entropy-coded data.
    Status scan(Bytes content) {
        if (frame_.components.empty()) return bad_segment("a scan before the frame header");
        if (++scans_ > kMostScans) {
            return error(StatusCode::limit_exceeded,
                         "a JPEG of over " + std::to_string(kMostScans) + " scans",
                         {.offset = segment_start_});
        }
        const std::size_t count = content.empty() ? 0 : static_cast<std::size_t>(byte(content, 0));
        if (count < 1 || count > frame_.components.size() || content.size() != 4 + 2 * count) {
            return bad_segment("scan header of wrong length");
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
                return bad_segment("scan header with an impossible range of coefficients");
            }
        }
        for (std::size_t i = 0; i < count; ++i) {
            if (auto status = scan_part(byte(content, 1 + 2 * i), byte(content, 2 + 2 * i), scan);
                !status.ok()) {
                return status;
            }
        }
        if (auto status = bound_work(scan); !status.ok()) return status;
        write_scan_header(content, scan);
        auto end = walk_jpeg_scan(bytes_, at_, frame_, scan, clean_);
        if (!end.ok()) return end.status();
        scanned_bytes_ += static_cast<std::int64_t>(end.value() - at_);
        at_ = end.value();
        for (const JpegScan::Part& part : scan.parts) {
            auto& unsent = frame_.components[static_cast<std::size_t>(part.component)].unsent;
            std::fill(unsent.begin() + scan.spectral_start, unsent.begin() + scan.spectral_end + 1,
                      scan.approximation_low);
        }
        return {};
    }

    Status bound_work(const JpegScan& scan) {
        const bool refines = scan.approximation_high != 0;
        const std::int64_t per_block =
            kWorkPerVisit + (refines ? scan.spectral_end - scan.spectral_start + 1 : 0);
        for (const JpegScan::Part& part : scan.parts) {
            const JpegComponent& c = frame_.components[static_cast<std::size_t>(part.component)];
            work_ += per_block * c.blocks_wide * c.blocks_high;
        }
        const std::int64_t most = kMostWorkPerBlock * blocks_ + kWorkPerByte * scanned_bytes_;
        if (work_ <= most) return {};
        return error(
            StatusCode::limit_exceeded, "a JPEG whose scans say next to nothing, time and again",
            {.offset = segment_start_,
             .expected = "work of at most " + std::to_string(most) + " for pixels and bytes as these",
             .found = std::to_string(work_),
             .hint = "write it with fewer scans: jpegtran -copy all picture.jpg > plain.jpg"});
    }

    void write_scan_header(Bytes content, const JpegScan& scan) {
        write(kScan, content);
        std::byte* const copy = clean_.data() + clean_.size() - content.size();
        const std::size_t count = scan.parts.size();
        for (std::size_t i = 0; i < count; ++i) {
            copy[1 + 2 * i] = static_cast<std::byte>(scan.parts[i].component + 1);
        }
        copy[1 + 2 * count] = static_cast<std::byte>(scan.spectral_start);
        copy[2 + 2 * count] = static_cast<std::byte>(scan.spectral_end);
        copy[3 + 2 * count] = static_cast<std::byte>(scan.approximation_high << 4 | scan.approximation_low);
    }

    // Whether nothing that may follow could change a pixel.
    bool complete() const {
        return !frame_.components.empty() &&
               std::ranges::all_of(frame_.components, [](const JpegComponent& component) {
                   return std::ranges::all_of(component.unsent, [](int bits) { return bits == 0; });
               });
    }

    // Adds one component to the scan, having made sure that all the decoder needs for it is there.
    Status scan_part(int id, int tables, JpegScan& scan) {
        const int index = find_component(id);
        if (index < 0) return bad_segment("a scan of a component that the frame header does not name");
        for (const JpegScan::Part& part : scan.parts) {
            if (part.component == index) return bad_segment("a component twice in one scan");
        }
        JpegComponent& component = frame_.components[static_cast<std::size_t>(index)];
        if (!quantization_defined_[static_cast<std::size_t>(component.quantization_table)]) {
            return bad_segment("a scan without its quantization table");
        }
        const bool has_dc = !frame_.progressive || (scan.spectral_start == 0 && scan.approximation_high == 0);
        const bool has_ac = !frame_.progressive || scan.spectral_start > 0;
        const auto dc = static_cast<std::size_t>(tables >> 4);
        const auto ac = static_cast<std::size_t>(tables & 15);
        if (dc > 3 || ac > 3) return bad_segment("Huffman table outside 0 to 3");
        if ((has_dc && !find_huffman(0, dc)) || (has_ac && !find_huffman(1, ac))) {
            return bad_segment("a scan without its Huffman table");
        }
        if (has_dc == component.scanned) {
            return bad_segment(component.scanned ? "a component scanned twice"
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
    std::int64_t blocks_ = 0;         // of the picture
    std::int64_t work_ = 0;           // of all scans
    std::int64_t scanned_bytes_ = 0;  // of their data
    bool jfif_ = false;
    int adobe_transform_ = -1;  // none
    OrientationTags tags_;
    std::vector<std::byte> clean_;
};

bool is_frame(int marker) {
    return marker >= kBaseline && marker <= kLastFrame && marker != kHuffmanTables &&
           marker != kArithmeticTables && marker != kFirstArithmetic - 1;
}

}  // namespace

Result<ImageHeader> read_jpeg_size(std::span<const std::byte> bytes, std::int64_t max_pixels) {
    constexpr std::size_t kToSize = 9;  // marker, length, precision, height, width
    for (std::size_t at = 2; at + kToSize <= bytes.size();) {
        const int marker = std::to_integer<int>(bytes[at + 1]);
        if (bytes[at] != std::byte{0xff} || marker == 0 || marker == 0xff) {
            ++at;
        } else if (is_frame(marker)) {
            const ImageHeader size{load_be<std::uint16_t>(bytes, at + 7),
                                   load_be<std::uint16_t>(bytes, at + 5)};
            if (size.height == 0) return ImageHeader{};  // it is told behind the picture, and refused there
            const Status status = check_dimensions(size.width, size.height, max_pixels);
            return status.ok() ? Result<ImageHeader>(size) : status;
        } else if ((marker >= kRestart0 && marker <= kStart) || marker == kTemporary) {
            at += 2;
        } else {
            at += 2 + load_be<std::uint16_t>(bytes, at + 2);
        }
    }
    return ImageHeader{};
}

Result<JpegFile> read_jpeg_file(std::span<const std::byte> bytes, std::int64_t max_pixels) {
    return Reader(bytes, max_pixels).run();
}

}  // namespace featherface::loaders
