#include "loaders/images/jpeg_file.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "loaders/big_endian.hpp"
#include "loaders/error.hpp"
#include "loaders/images/jpeg_eighths.hpp"
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
    Reader(std::span<const std::byte> bytes, const ImageReadOptions& options)
        : bytes_(bytes), options_(options) {}

    Result<JpegFile> run() {
        at_ = 2;  // the start-of-image marker, which recognised the file
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
        JpegFile file{{frame_.width, frame_.height, tags_.orientation()}, eighths_, colours(), {}};
        if (frame_.progressive) {
            for (JpegComponent& component : frame_.components) make_jpeg_samples(component);
        }
        file.frame = std::move(frame_);
        return file;
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

    JpegColours colours() const {
        const auto& c = frame_.components;
        if (c.size() == 1) return JpegColours::grey;
        if (c.size() == 4) return adobe_transform_ > 0 ? JpegColours::ycck : JpegColours::cmyk;
        const bool named_rgb = c[0].id == 'R' && c[1].id == 'G' && c[2].id == 'B';
        const bool rgb = adobe_transform_ >= 0 ? adobe_transform_ == 0 : named_rgb;
        return rgb && !jfif_ ? JpegColours::rgb : JpegColours::ycc;
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
        if (auto status = check_dimensions(frame_.width, frame_.height, options_.max_pixels); !status.ok())
            return status;
        if (count != 1 && count != 3 && count != 4)
            return unsupported("a JPEG of " + std::to_string(count) + " components");

        eighths_ = eighths_needed(frame_.width, frame_.height, options_);
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
            if (find_component(component.id) != nullptr)
                return bad_segment("two components of the same name");
            frame_.h_max = std::max(frame_.h_max, component.h);
            frame_.v_max = std::max(frame_.v_max, component.v);
            component.unsent.fill(kNeverSent);
            frame_.components.push_back(std::move(component));
        }
        frame_.mcus_wide = ceil_div(frame_.width, 8 * frame_.h_max);
        frame_.mcus_high = ceil_div(frame_.height, 8 * frame_.v_max);
        for (JpegComponent& c : frame_.components) {
            if (frame_.h_max % c.h != 0 || frame_.v_max % c.v != 0)
                return unsupported("a JPEG with fractional colour subsampling");
            c.blocks_wide = ceil_div(ceil_div(frame_.width * c.h, frame_.h_max), 8);
            c.blocks_high = ceil_div(ceil_div(frame_.height * c.v, frame_.v_max), 8);
            c.block = {samples_of_block(frame_.h_max / c.h, eighths_),
                       samples_of_block(frame_.v_max / c.v, eighths_)};
            blocks_ += std::int64_t{frame_.mcus_wide} * c.h * frame_.mcus_high * c.v;
        }
        return {};
    }

    // B.2.4.2: class and number, 16 counts, the symbols; again and again.
    Status huffman_tables(Bytes content) {
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
        while (!content.empty()) {
            const int precision = byte(content, 0) >> 4;
            const int number = byte(content, 0) & 15;
            if (precision > 1 || number > 3)
                return bad_segment("quantization table of unknown precision or number");
            const std::size_t size = 1 + (precision == 0 ? 64 : 128);
            if (content.size() < size) return bad_segment("quantization table cut short");
            auto& steps = quantization_[static_cast<std::size_t>(number)].emplace();
            for (std::size_t k = 0; k < 64; ++k) {
                steps[k] = precision == 0 ? std::to_integer<std::uint16_t>(content[1 + k])
                                          : load_be<std::uint16_t>(content, 1 + 2 * k);
            }
            content = content.subspan(size);
        }
        return {};
    }

    Status restart_interval(Bytes content) {
        if (content.size() != 2) return bad_segment("restart interval of wrong length");
        restart_interval_ = load_be<std::uint16_t>(content);
        return {};
    }

    // Where a file has no table of that number the standard's is taken (K.3), as webcams expect that leave
    // them out.
    bool find_huffman(int table_class, std::size_t number) {
        JpegHuffman& table = (table_class == 0 ? dc_tables_ : ac_tables_)[number];
        if (!table.defined() && !frame_.progressive && number < kJpegStandardTables) {
            const Bytes standard = jpeg_standard_table(table_class, number);
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
        const auto end = decode_jpeg_scan(bytes_, at_, frame_, scan);
        if (!end.ok()) return end.status();
        scanned_bytes_ += static_cast<std::int64_t>(end.value() - at_);
        at_ = end.value();
        for (const JpegScan::Part& part : scan.parts) {
            auto& unsent = part.component->unsent;
            std::fill(unsent.begin() + scan.spectral_start, unsent.begin() + scan.spectral_end + 1,
                      scan.approximation_low);
        }
        return {};
    }

    Status bound_work(const JpegScan& scan) {
        const bool refines = scan.approximation_high != 0;
        const std::int64_t per_block =
            kWorkPerVisit + (refines ? scan.spectral_end - scan.spectral_start + 1 : 0);
        for (const JpegScan::Part& part : scan.parts)
            work_ += per_block * static_cast<std::int64_t>(part.component->blocks());
        const std::int64_t most = kMostWorkPerBlock * blocks_ + kWorkPerByte * scanned_bytes_;
        if (work_ <= most) return {};
        return error(
            StatusCode::limit_exceeded, "a JPEG whose scans say next to nothing, time and again",
            {.offset = segment_start_,
             .expected = "work of at most " + std::to_string(most) + " for pixels and bytes as these",
             .found = std::to_string(work_),
             .hint = "write it with fewer scans: jpegtran -copy all picture.jpg > plain.jpg"});
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
        JpegComponent* const found = find_component(id);
        if (found == nullptr) return bad_segment("a scan of a component that the frame header does not name");
        for (const JpegScan::Part& part : scan.parts) {
            if (part.component == found) return bad_segment("a component twice in one scan");
        }
        JpegComponent& component = *found;
        const auto& steps = quantization_[static_cast<std::size_t>(component.quantization_table)];
        if (!steps) {
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
        if (!component.scanned) begin(component, *steps);
        scan.parts.push_back({&component, &dc_tables_[dc], &ac_tables_[ac]});
        return {};
    }

    // Takes the memory for what the component's scans are decoded to.
    void begin(JpegComponent& component, const JpegSteps& steps) const {
        component.scanned = true;
        component.steps = steps;
        if (frame_.progressive) {
            component.coefficients = JpegCoefficients(component.blocks(), component.block);
        } else {
            component.samples = ZeroedArray<std::uint8_t>(component.sample_count());
        }
    }

    JpegComponent* find_component(int id) {
        const auto found = std::ranges::find(frame_.components, id, &JpegComponent::id);
        return found != frame_.components.end() ? &*found : nullptr;
    }

    Bytes bytes_;
    const ImageReadOptions& options_;
    std::size_t at_ = 0;             // the next byte to look at
    std::size_t segment_start_ = 0;  // of the segment at hand, for messages
    JpegFrame frame_;                // without components until the frame header is read
    std::array<JpegHuffman, 4> dc_tables_;
    std::array<JpegHuffman, 4> ac_tables_;
    std::array<std::optional<JpegSteps>, 4> quantization_;
    int restart_interval_ = 0;
    int scans_ = 0;
    std::int64_t blocks_ = 0;         // of the picture
    std::int64_t work_ = 0;           // of all scans
    std::int64_t scanned_bytes_ = 0;  // of their data
    bool jfif_ = false;
    int adobe_transform_ = -1;  // none
    OrientationTags tags_;
    int eighths_ = 8;
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

int JpegFile::width() const {
    return part_of_side(header.width, eighths);
}

int JpegFile::height() const {
    return part_of_side(header.height, eighths);
}

JpegSamples JpegFile::samples(const JpegComponent& component) const {
    const int across = eighths * (frame.h_max / component.h) / component.block.wide;
    const int down = eighths * (frame.v_max / component.v) / component.block.high;
    return {component.samples.data(),
            component.row_bytes(),
            ceil_div(width(), across),
            ceil_div(height(), down),
            across,
            down};
}

Result<JpegFile> read_jpeg_file(std::span<const std::byte> bytes, const ImageReadOptions& options) {
    return Reader(bytes, options).run();
}

}  // namespace featherface::loaders
