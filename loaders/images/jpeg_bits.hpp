// The bits of a JPEG's entropy-coded data: the highest of each byte first, FF 00 standing for FF, more FF
// before it for nothing; they end at a marker or the file's end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "loaders/big_endian.hpp"

namespace featherface::loaders {

// It is small, and meant to be copied into a local variable where many bits are read: there it stays in
// registers.
class JpegBits {
  public:
    JpegBits(std::span<const std::byte> bytes, std::size_t offset) : bytes_(bytes), next_(offset) {}

    // Up to 32 bits may be read after it. Zeros stand in for those past the end.
    void fill() {
        if (count_ < 32) refill();
    }
    // The next `count` bits, 1 to 32.
    std::uint32_t peek(int count) const { return static_cast<std::uint32_t>(buffer_ >> (64 - count)); }
    void drop(int count) {
        buffer_ <<= count;
        count_ -= count;
    }
    // Likewise, of 0 to 32 bits.
    std::uint32_t take(int count) {
        if (count == 0) return 0;
        const std::uint32_t bits = peek(count);
        drop(count);
        return bits;
    }
    // Whether bits past the end were read.
    bool overdrawn() const { return count_ < 0; }

    // Passes the marker RSTn, n = `number`, and at most `most_extra` bytes before it that no bits were read
    // from; false when it is not there.
    bool pass_restart(int number, std::size_t most_extra) {
        std::size_t extra = static_cast<std::size_t>(count_ / 8);
        std::size_t at = next_;
        for (; at + 1 < bytes_.size() && extra <= most_extra; ++at) {
            const bool fill_byte = byte(at) == 0xff && byte(at + 1) == 0xff;
            if (byte(at) == 0xff && byte(at + 1) != 0 && !fill_byte) break;
            if (!fill_byte) ++extra;
        }
        if (extra > most_extra || at + 1 >= bytes_.size() || byte(at + 1) != 0xd0 + number) return false;
        next_ = at + 2;
        buffer_ = 0;
        count_ = 0;
        return true;
    }
    // A place at or before the next marker, after all bits that were read.
    std::size_t position() const { return next_; }

  private:
    int byte(std::size_t at) const { return std::to_integer<int>(bytes_[at]); }

    // As many whole bytes as there is room for. Eight at a time, where none of them is FF; the bits of the
    // last that have no room yet are there already and come once more.
    void refill() {
        if (bytes_.size() - next_ >= 8) {
            const auto eight = load_be<std::uint64_t>(bytes_, next_);
            constexpr std::uint64_t kOnes = 0x0101010101010101, kHighs = 0x8080808080808080;
            const bool any_ff = ((~eight - kOnes) & eight & kHighs) != 0;
            if (!any_ff) {
                buffer_ |= eight >> count_;
                next_ += static_cast<std::size_t>(63 - count_) / 8;
                count_ |= 56;
                return;
            }
        }
        refill_by_bytes();
    }

    void refill_by_bytes() {
        while (count_ <= 56 && next_ < bytes_.size()) {
            const int value = byte(next_);
            if (value == 0xff) {
                std::size_t code = next_ + 1;
                while (code < bytes_.size() && byte(code) == 0xff) ++code;
                if (code >= bytes_.size() || byte(code) != 0) return;  // a marker, or cut short
                next_ = code;
            }
            ++next_;
            buffer_ |= static_cast<std::uint64_t>(value) << (56 - count_);
            count_ += 8;
        }
    }

    std::span<const std::byte> bytes_;
    std::size_t next_;
    std::uint64_t buffer_ = 0;  // the next bit is the highest
    int count_ = 0;             // negative only where nothing is left at next_
};

}  // namespace featherface::loaders
