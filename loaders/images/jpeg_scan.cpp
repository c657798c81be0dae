#include "loaders/images/jpeg_scan.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>

#include "loaders/error.hpp"

namespace featherface::loaders {

bool JpegHuffman::build(std::span<const std::byte, 16> counts, std::span<const std::byte> values) {
    fast_.fill(0);
    std::uint32_t code = 0;
    std::size_t index = 0;
    for (int length = 1; length <= 16; ++length) {
        const auto count = std::to_integer<std::uint32_t>(counts[static_cast<std::size_t>(length - 1)]);
        index_[static_cast<std::size_t>(length)] =
            static_cast<std::int32_t>(index) - static_cast<std::int32_t>(code);
        if (code + count > 1u << length) return false;
        for (std::uint32_t i = 0; i < count; ++i, ++code, ++index) {
            symbols_[index] = std::to_integer<std::uint8_t>(values[index]);
            if (length > kFastBits) continue;
            const auto entry = static_cast<std::uint16_t>(length << 8 | symbols_[index]);
            std::fill_n(fast_.begin() + (code << (kFastBits - length)), 1 << (kFastBits - length), entry);
        }
        limit_[static_cast<std::size_t>(length)] = code << (16 - length);
        code <<= 1;
    }
    defined_ = true;
    return true;
}

JpegHuffman::Match JpegHuffman::match(std::uint32_t bits) const {
    if (const std::uint32_t entry = fast_[bits >> (16 - kFastBits)]; entry != 0) {
        return {static_cast<int>(entry & 255), static_cast<int>(entry >> 8)};
    }
    for (int length = kFastBits + 1; length <= 16; ++length) {
        if (bits < limit_[static_cast<std::size_t>(length)]) {
            const auto index =
                static_cast<std::int32_t>(bits >> (16 - length)) + index_[static_cast<std::size_t>(length)];
            return {symbols_[static_cast<std::size_t>(index)], length};
        }
    }
    return {-1, 0};
}

namespace {

constexpr std::size_t kMostExtraBytes = 64;  // before a restart marker

// Bits of entropy-coded data, the highest of each byte first, FF 00 standing for FF, more FF before it for
// nothing; ends at a marker or the file's end.
class EntropyReader {
  public:
    EntropyReader(std::span<const std::byte> bytes, std::size_t offset)
        : bytes_(bytes), start_(offset), next_(offset) {}

    // The next 16 bits; zeros stand in for those past the end.
    std::uint32_t peek() {
        if (count_ < 16) fill();
        return static_cast<std::uint32_t>(buffer_ >> 48);
    }
    // False when fewer than `count` (<= 16) bits are left.
    bool drop(int count) {
        if (count_ < count) fill();
        if (count_ < count) return false;
        buffer_ <<= count;
        count_ -= count;
        return true;
    }
    // The next `count` (<= 16) bits, or -1 when fewer are left.
    int take(int count) {
        if (count == 0) return 0;
        const std::uint32_t bits = peek();
        return drop(count) ? static_cast<int>(bits >> (16 - count)) : -1;
    }
    // Passes the marker RSTn, n = `number`, and few enough bytes before it; false when it is not there.
    bool pass_restart(int number) {
        std::size_t extra = static_cast<std::size_t>(count_ / 8);
        std::size_t at = next_;
        for (; at + 1 < bytes_.size() && extra <= kMostExtraBytes; ++at) {
            const bool fill_byte = byte(at) == 0xff && byte(at + 1) == 0xff;
            if (byte(at) == 0xff && byte(at + 1) != 0 && !fill_byte) break;
            if (!fill_byte) ++extra;
        }
        if (extra > kMostExtraBytes || at + 1 >= bytes_.size() || byte(at + 1) != 0xd0 + number) return false;
        start_ = next_ = at + 2;
        buffer_ = 0;
        count_ = 0;
        loaded_ = 0;
        return true;
    }
    // Appends the bytes that bits were taken from since the start or the last restart marker.
    void copy_taken(std::vector<std::byte>& to) const {
        std::size_t at = start_;
        for (std::size_t left = loaded_ - static_cast<std::size_t>(count_ / 8); left > 0; --left) {
            to.push_back(bytes_[at]);
            if (byte(at++) != 0xff) continue;
            while (byte(at) == 0xff) ++at;
            to.push_back(bytes_[at++]);
        }
    }
    // A place at or before the next marker, after all bits taken.
    std::size_t position() const { return next_; }

  private:
    int byte(std::size_t at) const { return std::to_integer<int>(bytes_[at]); }

    void fill() {
        while (count_ <= 56 && next_ < bytes_.size()) {
            const int value = byte(next_);
            if (value == 0xff) {
                std::size_t code = next_ + 1;
                while (code < bytes_.size() && byte(code) == 0xff) ++code;
                if (code >= bytes_.size() || byte(code) != 0) return;  // a marker, or cut short
                next_ = code;
            }
            ++next_;
            ++loaded_;
            buffer_ |= static_cast<std::uint64_t>(value) << (56 - count_);
            count_ += 8;
        }
    }

    std::span<const std::byte> bytes_;
    std::size_t start_;  // of the data since the last restart marker
    std::size_t next_;
    std::size_t loaded_ = 0;    // bytes of data since then that went through the buffer
    std::uint64_t buffer_ = 0;  // the next bit is the highest
    int count_ = 0;
};

class ScanWalker {
  public:
    ScanWalker(std::span<const std::byte> bytes, std::size_t offset, JpegFrame& frame, const JpegScan& scan,
               std::vector<std::byte>& clean)
        : frame_(frame),
          scan_(scan),
          reader_(bytes, offset),
          clean_(clean),
          predictions_(scan.parts.size()) {}

    Result<std::size_t> run() {
        const JpegComponent& first = component(0);
        const bool alone = scan_.parts.size() == 1;
        const int wide = alone ? first.blocks_wide : frame_.mcus_wide;
        const int high = alone ? first.blocks_high : frame_.mcus_high;
        int until_restart = scan_.restart_interval;
        int restarts = 0;
        for (int y = 0; y < high; ++y) {
            for (int x = 0; x < wide; ++x) {
                if (scan_.restart_interval > 0 && until_restart-- == 0) {
                    reader_.copy_taken(clean_);
                    const int number = restarts++ % 8;
                    if (!reader_.pass_restart(number)) return fail("restart marker missing", y, high);
                    clean_.push_back(std::byte{0xff});
                    clean_.push_back(static_cast<std::byte>(0xd0 + number));
                    until_restart = scan_.restart_interval - 1;
                    std::fill(predictions_.begin(), predictions_.end(), 0);
                    end_of_band_run_ = 0;
                }
                const bool ok = alone ? walk_block(0, x, y) : walk_mcu(x, y);
                if (!ok) return fail(fault_, y, high);
            }
        }
        reader_.copy_taken(clean_);
        return reader_.position();
    }

  private:
    JpegComponent& component(std::size_t part) {
        return frame_.components[static_cast<std::size_t>(scan_.parts[part].component)];
    }

    Status fail(const std::string& what, int row, int rows) const {
        return malformed(
            what + " in row " + std::to_string(row + 1) + " of " + std::to_string(rows) + " rows of blocks",
            {.offset = reader_.position(), .hint = "the file is cut short or damaged"});
    }

    bool walk_mcu(int mcu_x, int mcu_y) {
        for (std::size_t part = 0; part < scan_.parts.size(); ++part) {
            const int h = component(part).h;
            const int v = component(part).v;
            for (int y = 0; y < v; ++y) {
                for (int x = 0; x < h; ++x) {
                    if (!walk_block(part, mcu_x * h + x, mcu_y * v + y)) return false;
                }
            }
        }
        return true;
    }

    bool walk_block(std::size_t part, int x, int y) {
        if (!frame_.progressive) return walk_dc(part) && walk_sequential_ac(part);
        if (scan_.spectral_start == 0) return scan_.approximation_high == 0 ? walk_dc(part) : take(1) >= 0;
        JpegComponent& c = component(part);
        auto& nonzero = c.nonzero[static_cast<std::size_t>(y) * static_cast<std::size_t>(c.padded_wide) +
                                  static_cast<std::size_t>(x)];
        return scan_.approximation_high == 0 ? walk_first_ac(nonzero) : walk_refining_ac(nonzero);
    }

    bool walk_dc(std::size_t part) {
        const int size = decode(*scan_.parts[part].dc);
        if (size < 0) return false;
        if (size > 15) return damaged();
        const int bits = take(size);
        if (bits < 0) return false;
        int& prediction = predictions_[part];
        prediction += extend(bits, size);
        return std::abs(prediction) <= 32767 || damaged();
    }

    bool walk_sequential_ac(std::size_t part) {
        for (int k = 1; k < 64; ++k) {
            const int symbol = decode(*scan_.parts[part].ac);
            if (symbol < 0) return false;
            const int run = symbol >> 4;
            const int size = symbol & 15;
            if (size == 0) {
                if (run != 15) return true;
                k += 15;
                continue;
            }
            k += run;
            if (k > 63) return damaged();
            if (take(size) < 0) return false;
        }
        return true;
    }

    bool walk_first_ac(std::uint64_t& nonzero) {
        if (end_of_band_run_ > 0) {
            --end_of_band_run_;
            return true;
        }
        for (int k = scan_.spectral_start; k <= scan_.spectral_end; ++k) {
            const int symbol = decode(*scan_.parts[0].ac);
            if (symbol < 0) return false;
            const int run = symbol >> 4;
            const int size = symbol & 15;
            if (size == 0) {
                if (run != 15) return begin_end_of_band_run(run);
                k += 15;
                continue;
            }
            k += run;
            if (k > scan_.spectral_end || size + scan_.approximation_low > 15) return damaged();
            if (take(size) < 0) return false;
            nonzero |= std::uint64_t{1} << k;
        }
        return true;
    }

    // G.1.2.3: each coefficient known to be nonzero takes a correction bit as the walk passes it.
    bool walk_refining_ac(std::uint64_t& nonzero) {
        int k = scan_.spectral_start;
        if (end_of_band_run_ > 0) {
            --end_of_band_run_;
            return refine_past(nonzero, k, kWholeBand);
        }
        while (k <= scan_.spectral_end) {
            const int symbol = decode(*scan_.parts[0].ac);
            if (symbol < 0) return false;
            const int run = symbol >> 4;
            const int size = symbol & 15;
            if (size > 1) return damaged();
            if (size == 0 && run != 15)
                return begin_end_of_band_run(run) && refine_past(nonzero, k, kWholeBand);
            if (size == 1 && take(1) < 0) return false;  // the new coefficient's sign
            if (!refine_past(nonzero, k, run)) return false;
            if (size == 1 && k <= scan_.spectral_end) nonzero |= std::uint64_t{1} << k;
            ++k;
        }
        return true;
    }

    // Moves `k` past `zeros` zero coefficients and on to the next one, or past the band.
    bool refine_past(std::uint64_t nonzero, int& k, int zeros) {
        for (; k <= scan_.spectral_end; ++k) {
            if ((nonzero >> k & 1) != 0) {
                if (take(1) < 0) return false;
            } else if (zeros-- == 0) {
                return true;
            }
        }
        return true;
    }

    // This block's band has ended, and so have those of the next blocks.
    bool begin_end_of_band_run(int exponent) {
        const int extra = take(exponent);
        if (extra < 0) return false;
        end_of_band_run_ = (1 << exponent) - 1 + extra;
        return true;
    }

    // A number of `size` bits whose highest bit tells the sign (F.2.2.1, EXTEND).
    static int extend(int bits, int size) {
        return size == 0 || (bits >> (size - 1)) != 0 ? bits : bits - (1 << size) + 1;
    }

    int decode(const JpegHuffman& code) {
        const auto [symbol, length] = code.match(reader_.peek());
        if (symbol < 0) {
            damaged();
            return -1;
        }
        if (reader_.drop(length)) return symbol;
        fault_ = kEndsEarly;
        return -1;
    }

    int take(int count) {
        const int bits = reader_.take(count);
        if (bits < 0) fault_ = kEndsEarly;
        return bits;
    }

    bool damaged() {
        fault_ = "invalid data";
        return false;
    }

    static constexpr const char* kEndsEarly = "the picture data ends early,";
    static constexpr int kWholeBand = 64;

    JpegFrame& frame_;
    const JpegScan& scan_;
    EntropyReader reader_;
    std::vector<std::byte>& clean_;
    std::vector<int> predictions_;  // of DC, per part
    int end_of_band_run_ = 0;
    const char* fault_ = "";
};

}  // namespace

Result<std::size_t> walk_jpeg_scan(std::span<const std::byte> bytes, std::size_t offset, JpegFrame& frame,
                                   const JpegScan& scan, std::vector<std::byte>& clean) {
    return ScanWalker(bytes, offset, frame, scan, clean).run();
}

}  // namespace featherface::loaders
