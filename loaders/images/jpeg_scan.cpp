#include "loaders/images/jpeg_scan.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "loaders/error.hpp"
#include "loaders/images/jpeg_bits.hpp"

namespace featherface::loaders {
namespace {

constexpr std::size_t kMostExtraBytes = 64;  // before a restart marker

class ScanDecoder {
  public:
    ScanDecoder(std::span<const std::byte> bytes, std::size_t offset, const JpegFrame& frame,
                const JpegScan& scan)
        : frame_(frame), scan_(scan), bits_(bytes, offset) {}

    Result<std::size_t> run() {
        const JpegComponent& first = *scan_.parts[0].component;
        const bool alone = scan_.parts.size() == 1;
        const int wide = alone ? first.blocks_wide : frame_.mcus_wide;
        const int high = alone ? first.blocks_high : frame_.mcus_high;
        int until_restart = scan_.restart_interval;
        int restarts = 0;
        for (int y = 0; y < high; ++y) {
            for (int x = 0; x < wide; ++x) {
                if (scan_.restart_interval > 0 && until_restart-- == 0) {
                    if (!bits_.pass_restart(restarts++ % 8, kMostExtraBytes))
                        return fail("restart marker missing", y, high);
                    until_restart = scan_.restart_interval - 1;
                    predictions_.fill(0);
                    end_of_band_run_ = 0;
                }
                const bool ok = alone ? block(0, x, y) : mcu(x, y);
                if (bits_.overdrawn()) return fail("the picture data ends early,", y, high);
                if (!ok) return fail("invalid data", y, high);
            }
        }
        return bits_.position();
    }

  private:
    Status fail(const std::string& what, int row, int rows) const {
        return malformed(
            what + " in row " + std::to_string(row + 1) + " of " + std::to_string(rows) + " rows of blocks",
            {.offset = bits_.position(), .hint = "the file is cut short or damaged"});
    }

    // This and the next ones are false where the data is invalid. Where it ends, zeros are read until the
    // caller finds out.
    bool mcu(int mcu_x, int mcu_y) {
        for (std::size_t part = 0; part < scan_.parts.size(); ++part) {
            const int h = scan_.parts[part].component->h;
            const int v = scan_.parts[part].component->v;
            for (int y = 0; y < v; ++y) {
                for (int x = 0; x < h; ++x) {
                    if (!block(part, mcu_x * h + x, mcu_y * v + y)) return false;
                }
            }
        }
        return true;
    }

    bool block(std::size_t part, int x, int y) {
        JpegComponent& c = *scan_.parts[part].component;
        const bool shown = x < c.blocks_wide && y < c.blocks_high;
        if (!frame_.progressive) {
            return sequential(part, shown ? c.samples_of_block(x, y) : nullptr);
        }
        if (scan_.spectral_start == 0) {
            std::int16_t beyond = 0;
            std::int16_t& dc = shown ? c.coefficients.block(c.block_number(x, y))[0] : beyond;
            return scan_.approximation_high == 0 ? first_dc(part, dc) : refine_dc(dc);
        }
        const auto coefficients = c.coefficients.block(c.block_number(x, y));
        return scan_.approximation_high == 0 ? first_ac(coefficients) : refine_ac(coefficients);
    }

    // Reads what a block's DC coefficient differs by from the one before, and updates the prediction.
    bool predict_dc(JpegBits& bits, std::size_t part) {
        bits.fill();
        const auto match = scan_.parts[part].dc->match(bits.peek(16));
        bits.drop(match.length);
        if (match.length == 0 || match.run() != 0) return false;
        predictions_[part] +=
            match.number != 0 ? match.number : extended(bits.take(match.size()), match.size());
        return std::abs(predictions_[part]) <= 32767;
    }

    // A whole block at once, to samples unless `to` is null.
    bool sequential(std::size_t part, std::uint8_t* to) {
        JpegBits bits = bits_;
        const JpegComponent& c = *scan_.parts[part].component;
        const JpegHuffman& code = *scan_.parts[part].ac;
        alignas(16) std::int16_t coefficients[64] = {};
        bool ok = predict_dc(bits, part);
        if (ok) coefficients[0] = to_coefficient(predictions_[part] * c.steps[0]);
        bool flat = true;
        for (std::size_t k = 1; ok && k < 64; ++k) {
            bits.fill();
            const auto match = code.match(bits.peek(16));
            bits.drop(match.length);
            k += static_cast<std::size_t>(match.run());
            int number = match.number;
            if (number == 0) {
                if (match.size() == 0) {
                    ok = match.length != 0;
                    if (match.run() != 15) break;
                    continue;
                }
                number = extended(bits.take(match.size()), match.size());
            }
            if (k > 63) {
                ok = false;
                break;
            }
            coefficients[kJpegZigzag[k]] = to_coefficient(number * c.steps[k]);
            flat = false;
        }
        bits_ = bits;
        if (to == nullptr || !ok) return ok;
        if (flat) {
            inverse_dct_of_mean(coefficients[0], c.block, to, c.row_bytes());
        } else {
            inverse_dct(coefficients, c.block, to, c.row_bytes());
        }
        return true;
    }

    bool first_dc(std::size_t part, std::int16_t& coefficient) {
        const bool ok = predict_dc(bits_, part);
        coefficient = to_coefficient(predictions_[part] * (1 << scan_.approximation_low));
        return ok;
    }

    bool refine_dc(std::int16_t& coefficient) {
        bits_.fill();
        if (bits_.take(1) != 0) coefficient = to_coefficient(coefficient + (1 << scan_.approximation_low));
        return true;
    }

    bool first_ac(const JpegCoefficients::Block& coefficients) {
        if (end_of_band_run_ > 0) {
            --end_of_band_run_;
            return true;
        }
        JpegBits bits = bits_;
        const JpegHuffman& code = *scan_.parts[0].ac;
        const int end = scan_.spectral_end, low = scan_.approximation_low;
        bool ok = true;
        for (int k = scan_.spectral_start; k <= end; ++k) {
            bits.fill();
            const auto match = code.match(bits.peek(16));
            bits.drop(match.length);
            const int size = match.size();
            if (size == 0) {
                ok = match.length != 0;
                if (match.run() != 15) {
                    begin_end_of_band_run(bits, match.run());
                    break;
                }
                k += 15;
                continue;
            }
            k += match.run();
            const int number = match.number != 0 ? match.number : extended(bits.take(size), size);
            if (k > end || size + low > 15) {
                ok = false;
                break;
            }
            coefficients[k] = to_coefficient(number * (1 << low));
            coefficients.nonzero |= std::uint64_t{1} << k;
        }
        bits_ = bits;
        return ok;
    }

    // G.1.2.3: each coefficient known to be nonzero takes a correction bit as `k` passes it.
    bool refine_ac(const JpegCoefficients::Block& coefficients) {
        std::uint64_t& nonzero = coefficients.nonzero;
        const int end = scan_.spectral_end;
        int k = scan_.spectral_start;
        if (end_of_band_run_ > 0) {
            --end_of_band_run_;
            correct(coefficients, nonzero & from(k));
            return true;
        }
        const JpegHuffman& code = *scan_.parts[0].ac;
        while (k <= end) {
            bits_.fill();
            const auto match = code.match(bits_.peek(16));
            bits_.drop(match.length);
            if (match.length == 0 || match.size() > 1) return false;
            if (match.size() == 0 && match.run() != 15) {
                begin_end_of_band_run(bits_, match.run());
                correct(coefficients, nonzero & from(k));
                return true;
            }
            int number = match.number;  // 0 for a run of 16 zeros
            if (match.size() == 1 && number == 0) number = extended(bits_.take(1), 1);
            // Past as many zeros as the run has, and up to the next zero.
            std::uint64_t zeros = ~nonzero & from(k);
            for (int run = match.run(); run > 0 && zeros != 0; --run) zeros &= zeros - 1;
            const int next = zeros == 0 ? end + 1 : std::countr_zero(zeros);
            correct(coefficients, nonzero & from(k) & ~from(next));
            if (number != 0 && next <= end) {
                coefficients[next] = to_coefficient(number * (1 << scan_.approximation_low));
                nonzero |= std::uint64_t{1} << next;
            }
            k = next + 1;
        }
        return true;
    }

    // Bits `k` and up of the scan's band.
    std::uint64_t from(int k) const {
        return k > scan_.spectral_end
                   ? 0
                   : ~std::uint64_t{0} >> (63 - scan_.spectral_end) & ~std::uint64_t{0} << k;
    }

    // Reads a correction bit for each of these coefficients.
    void correct(const JpegCoefficients::Block& coefficients, std::uint64_t which) {
        const int bit = 1 << scan_.approximation_low;
        for (; which != 0; which &= which - 1) {
            bits_.fill();
            if (bits_.take(1) == 0) continue;
            std::int16_t& c = coefficients[std::countr_zero(which)];
            if ((c & bit) == 0) c = to_coefficient(c > 0 ? c + bit : c - bit);
        }
    }

    // This block's band has ended, and so have those of the next blocks.
    void begin_end_of_band_run(JpegBits& bits, int exponent) {
        end_of_band_run_ = (1 << exponent) - 1 + static_cast<int>(bits.take(exponent));
    }

    const JpegFrame& frame_;
    const JpegScan& scan_;
    JpegBits bits_;
    std::array<int, 4> predictions_{};  // of DC, per part
    int end_of_band_run_ = 0;
};

}  // namespace

Result<std::size_t> decode_jpeg_scan(std::span<const std::byte> bytes, std::size_t offset,
                                     const JpegFrame& frame, const JpegScan& scan) {
    return ScanDecoder(bytes, offset, frame, scan).run();
}

void make_jpeg_samples(JpegComponent& component) {
    component.samples = ZeroedArray<std::uint8_t>(component.sample_count());
    for (int y = 0; y < component.blocks_high; ++y) {
        for (int x = 0; x < component.blocks_wide; ++x) {
            component.coefficients.transform(component.block_number(x, y), component.steps,
                                             component.samples_of_block(x, y), component.row_bytes());
        }
    }
    component.coefficients = {};
}

}  // namespace featherface::loaders
