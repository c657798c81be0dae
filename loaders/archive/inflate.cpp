// The stream is read least significant bit first through a 64-bit buffer. Huffman codes of up to kFastBits
// bits are resolved by one look-up, longer ones bit by bit in canonical order. Section numbers are those of
// RFC 1951.
#include "loaders/archive/inflate.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>

namespace featherface::loaders {
namespace {

constexpr int kMaxCodeBits = 15;
constexpr int kFastBits = 10;
constexpr int kLengthSymbols = 286;  // literals 0-255, end of block 256, lengths 257-285
constexpr int kDistanceSymbols = 30;
constexpr int kEndOfBlock = 256;

// What a length or distance symbol stands for: `base` plus the next `extra_bits` bits (3.2.5).
struct Range {
    std::uint16_t base;
    std::uint8_t extra_bits;
};
constexpr std::array<Range, 29> kLengths = {
    {{3, 0},  {4, 0},  {5, 0},  {6, 0},   {7, 0},   {8, 0},   {9, 0},   {10, 0},  {11, 1}, {13, 1},
     {15, 1}, {17, 1}, {19, 2}, {23, 2},  {27, 2},  {31, 2},  {35, 3},  {43, 3},  {51, 3}, {59, 3},
     {67, 4}, {83, 4}, {99, 4}, {115, 4}, {131, 5}, {163, 5}, {195, 5}, {227, 5}, {258, 0}}};
constexpr std::array<Range, 30> kDistances = {
    {{1, 0},     {2, 0},     {3, 0},     {4, 0},      {5, 1},      {7, 1},     {9, 2},     {13, 2},
     {17, 3},    {25, 3},    {33, 4},    {49, 4},     {65, 5},     {97, 5},    {129, 6},   {193, 6},
     {257, 7},   {385, 7},   {513, 8},   {769, 8},    {1025, 9},   {1537, 9},  {2049, 10}, {3073, 10},
     {4097, 11}, {6145, 11}, {8193, 12}, {12289, 12}, {16385, 13}, {24577, 13}}};

class BitReader {
  public:
    explicit BitReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

    // Makes at least 48 bits available, or all that are left.
    void refill() {
        while (available_ <= 56 && next_ < bytes_.size()) {
            buffer_ |= std::uint64_t{std::to_integer<std::uint8_t>(bytes_[next_++])} << available_;
            available_ += 8;
        }
    }
    // The buffered bits, the next one lowest; zeros stand in for those past the end.
    std::uint64_t bits() const { return buffer_; }
    int available() const { return available_; }
    void drop(int count) {
        buffer_ >>= count;
        available_ -= count;
    }
    // The next `count` (<= 16) bits, or -1 when the stream ends before them.
    int take(int count) {
        refill();
        if (available_ < count) return -1;
        const int value = static_cast<int>(buffer_ & ((std::uint64_t{1} << count) - 1));
        drop(count);
        return value;
    }
    void skip_to_byte() { drop(available_ % 8); }
    // Copies whole bytes; the reader must stand at a byte boundary. False when too few are left.
    bool copy(std::span<std::byte> to) {
        next_ -= static_cast<std::size_t>(available_ / 8);
        buffer_ = 0;
        available_ = 0;
        if (bytes_.size() - next_ < to.size()) return false;
        if (!to.empty()) std::memcpy(to.data(), bytes_.data() + next_, to.size());
        next_ += to.size();
        return true;
    }
    // Index of the byte that holds the next bit.
    std::size_t position() const { return next_ - static_cast<std::size_t>(available_ / 8); }

  private:
    std::span<const std::byte> bytes_;
    std::size_t next_ = 0;
    std::uint64_t buffer_ = 0;
    int available_ = 0;
};

// A canonical Huffman code (3.2.2).
class HuffmanCode {
  public:
    enum class Fault { none, oversubscribed, incomplete };

    // `lengths[s]` is the code length of symbol s, 0 when unused. A code must be complete, save that it may
    // have one symbol of length 1, or none at all (3.2.7): decoding the missing codes fails.
    Fault build(std::span<const std::uint8_t> lengths) {
        count_.fill(0);
        for (const std::uint8_t length : lengths) ++count_[length];
        const int used = static_cast<int>(lengths.size()) - count_[0];
        count_[0] = 0;
        int unused = 1;  // codes of the current length not yet given away
        for (int bits = 1; bits <= kMaxCodeBits; ++bits) {
            unused = unused * 2 - count_[bits];
            if (unused < 0) return Fault::oversubscribed;
        }
        if (unused > 0 && !(used == 0 || (used == 1 && count_[1] == 1))) return Fault::incomplete;

        std::array<std::uint16_t, kMaxCodeBits + 2> first_index{};
        std::array<std::uint16_t, kMaxCodeBits + 2> next_code{};
        for (int bits = 1; bits <= kMaxCodeBits; ++bits) {
            first_index[bits + 1] = static_cast<std::uint16_t>(first_index[bits] + count_[bits]);
            next_code[bits + 1] = static_cast<std::uint16_t>((next_code[bits] + count_[bits]) << 1);
        }
        fast_.fill(0);
        for (std::size_t symbol = 0; symbol < lengths.size(); ++symbol) {
            const int length = lengths[symbol];
            if (length == 0) continue;
            symbols_[first_index[length]++] = static_cast<std::uint16_t>(symbol);
            const std::uint32_t code = next_code[length]++;
            if (length > kFastBits) continue;
            // Codes arrive most significant bit first, but the table is indexed by the bits as read.
            std::uint32_t reversed = 0;
            for (int bit = 0; bit < length; ++bit) reversed |= ((code >> bit) & 1) << (length - 1 - bit);
            for (std::uint32_t i = reversed; i < fast_.size(); i += 1u << length) {
                fast_[i] = static_cast<std::uint16_t>(symbol << 4 | static_cast<std::size_t>(length));
            }
        }
        return Fault::none;
    }

    // The next symbol, or -1 when the bits are no code or the stream ends.
    int decode(BitReader& reader) const {
        reader.refill();
        int length = 0;
        int symbol = -1;
        if (const int entry = fast_[reader.bits() & (fast_.size() - 1)]; entry != 0) {
            length = entry & 15;
            symbol = entry >> 4;
        } else {
            int code = 0;         // the bits read so far
            int first_code = 0;   // the first code of this length
            int first_index = 0;  // where its symbol is in symbols_
            std::uint64_t bits = reader.bits();
            for (length = 1; length <= kMaxCodeBits; ++length, bits >>= 1) {
                code |= static_cast<int>(bits & 1);
                if (code - first_code < count_[length]) {
                    symbol = symbols_[first_index + code - first_code];
                    break;
                }
                first_index += count_[length];
                first_code = (first_code + count_[length]) << 1;
                code <<= 1;
            }
        }
        if (symbol < 0 || length > reader.available()) return -1;
        reader.drop(length);
        return symbol;
    }

  private:
    std::array<std::uint16_t, 1 << kFastBits> fast_{};     // symbol << 4 | length; 0: a longer code, or none
    std::array<std::uint16_t, kMaxCodeBits + 1> count_{};  // codes of each length
    std::array<std::uint16_t, 288> symbols_{};             // in order of their codes
};

class Inflater {
  public:
    // With `prefix` the stream counts only as far as `output` has room, and may end earlier.
    Inflater(std::span<const std::byte> compressed, std::span<std::byte> output, bool prefix)
        : size_(compressed.size()), reader_(compressed), output_(output), prefix_(prefix) {}

    Status run() {
        for (bool last = false; !last && !has_enough();) {
            const int header = reader_.take(3);
            if (header < 0) return cut_short();
            last = (header & 1) != 0;
            Status status;
            switch (header >> 1) {
                case 0: status = stored_block(); break;
                case 1: status = fixed_block(); break;
                case 2: status = dynamic_block(); break;
                default: return fail("reserved block type 3");
            }
            if (!status.ok()) return status;
        }
        if (prefix_) return {};
        if (written_ != output_.size()) {
            return fail("ends after " + std::to_string(written_) + " of the expected " +
                        std::to_string(output_.size()) + " output bytes");
        }
        reader_.skip_to_byte();
        if (reader_.position() != size_) return fail("data after the last block");
        return {};
    }
    std::size_t written() const { return written_; }

  private:
    bool has_enough() const { return prefix_ && written_ == output_.size(); }

    Status fail(const std::string& what) const {
        return {StatusCode::malformed, "DEFLATE stream: " + what + " (at byte " +
                                           std::to_string(reader_.position()) + " of " +
                                           std::to_string(size_) + ")"};
    }
    Status cut_short() const { return fail("cut short"); }
    Status too_long() const {
        return fail("holds more than the expected " + std::to_string(output_.size()) + " output bytes");
    }
    // A symbol that cannot be decoded: either the stream ends or the code is not in use.
    Status no_symbol(const char* kind) const {
        if (reader_.available() < kMaxCodeBits) return cut_short();
        return fail(std::string("bits that are no ") + kind + " code");
    }

    // 3.2.4
    Status stored_block() {
        reader_.skip_to_byte();
        const int length = reader_.take(16);
        const int complement = reader_.take(16);
        if (complement < 0) return cut_short();
        if ((length ^ 0xffff) != complement) return fail("stored block whose length fails its check");
        auto bytes = static_cast<std::size_t>(length);
        if (output_.size() - written_ < bytes) {
            if (!prefix_) return too_long();
            bytes = output_.size() - written_;
        }
        if (!reader_.copy(output_.subspan(written_, bytes))) return cut_short();
        written_ += bytes;
        return {};
    }

    // 3.2.6. The fixed codes have symbols that must not occur; they are refused where they are decoded.
    Status fixed_block() {
        std::array<std::uint8_t, 288> lengths{};
        std::fill(lengths.begin(), lengths.begin() + 144, std::uint8_t{8});
        std::fill(lengths.begin() + 144, lengths.begin() + 256, std::uint8_t{9});
        std::fill(lengths.begin() + 256, lengths.begin() + 280, std::uint8_t{7});
        std::fill(lengths.begin() + 280, lengths.end(), std::uint8_t{8});
        std::array<std::uint8_t, 32> distances{};
        distances.fill(5);
        literals_.build(lengths);
        distances_.build(distances);
        return compressed_data();
    }

    // 3.2.7
    Status dynamic_block() {
        constexpr std::array<std::uint8_t, 19> kOrder = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                         11, 4,  12, 3, 13, 2, 14, 1, 15};
        const int literal_count = reader_.take(5) + 257;
        const int distance_count = reader_.take(5) + 1;
        const int order_count = reader_.take(4);
        if (order_count < 0) return cut_short();
        if (literal_count > kLengthSymbols) return fail("dynamic block with too many literal codes");
        if (distance_count > kDistanceSymbols) return fail("dynamic block with too many distance codes");

        std::array<std::uint8_t, 19> code_lengths{};
        for (int i = 0; i < order_count + 4; ++i) {
            const int length = reader_.take(3);
            if (length < 0) return cut_short();
            code_lengths[kOrder[static_cast<std::size_t>(i)]] = static_cast<std::uint8_t>(length);
        }
        HuffmanCode code;
        if (auto status = build(code, code_lengths, "code length"); !status.ok()) return status;

        // The lengths of both codes are one sequence: a repetition may run from the first into the second.
        std::array<std::uint8_t, kLengthSymbols + kDistanceSymbols> lengths{};
        const int total = literal_count + distance_count;
        for (int done = 0; done < total;) {
            const int symbol = code.decode(reader_);
            if (symbol < 0) return no_symbol("code length");
            int repeat = 1;
            std::uint8_t length = 0;
            if (symbol < 16) {
                length = static_cast<std::uint8_t>(symbol);
            } else {
                const int extra = reader_.take(symbol == 16 ? 2 : symbol == 17 ? 3 : 7);
                if (extra < 0) return cut_short();
                repeat = extra + (symbol == 18 ? 11 : 3);
                if (symbol == 16) {
                    if (done == 0) return fail("code length repetition with nothing to repeat");
                    length = lengths[static_cast<std::size_t>(done - 1)];
                }
            }
            if (repeat > total - done) return fail("more code lengths than codes");
            std::fill_n(lengths.begin() + done, repeat, length);
            done += repeat;
        }
        if (lengths[kEndOfBlock] == 0) return fail("dynamic block without an end-of-block code");
        const std::span<const std::uint8_t> all(lengths);
        const auto split = static_cast<std::size_t>(literal_count);
        if (auto status = build(literals_, all.first(split), "literal"); !status.ok()) return status;
        if (auto status =
                build(distances_, all.subspan(split, static_cast<std::size_t>(distance_count)), "distance");
            !status.ok()) {
            return status;
        }
        return compressed_data();
    }

    Status build(HuffmanCode& code, std::span<const std::uint8_t> lengths, const char* kind) const {
        switch (code.build(lengths)) {
            case HuffmanCode::Fault::none: return {};
            case HuffmanCode::Fault::oversubscribed:
                return fail(std::string("oversubscribed ") + kind + " code");
            case HuffmanCode::Fault::incomplete: return fail(std::string("incomplete ") + kind + " code");
        }
        return {};
    }

    // Literals and copies up to the end of the block, with the codes now in literals_ and distances_.
    Status compressed_data() {
        while (!has_enough()) {
            const int symbol = literals_.decode(reader_);
            if (symbol < 0) return no_symbol("literal or length");
            if (symbol == kEndOfBlock) return {};
            if (symbol < kEndOfBlock) {
                if (written_ == output_.size()) return too_long();
                output_[written_++] = static_cast<std::byte>(symbol);
                continue;
            }
            if (symbol >= kLengthSymbols) return fail("reserved length symbol");
            const Range length_range = kLengths[static_cast<std::size_t>(symbol - kEndOfBlock - 1)];
            const int length_extra = reader_.take(length_range.extra_bits);
            if (length_extra < 0) return cut_short();
            const int distance_symbol = distances_.decode(reader_);
            if (distance_symbol < 0) return no_symbol("distance");
            if (distance_symbol >= kDistanceSymbols) return fail("reserved distance symbol");
            const Range distance_range = kDistances[static_cast<std::size_t>(distance_symbol)];
            const int distance_extra = reader_.take(distance_range.extra_bits);
            if (distance_extra < 0) return cut_short();

            auto length = static_cast<std::size_t>(length_range.base + length_extra);
            const auto distance = static_cast<std::size_t>(distance_range.base + distance_extra);
            if (distance > written_) return fail("copy from before the start of the output");
            if (output_.size() - written_ < length) {
                if (!prefix_) return too_long();
                length = output_.size() - written_;
            }
            // Bytes are copied one by one: source and destination overlap when the distance is shorter than
            // the length.
            std::byte* to = output_.data() + written_;
            const std::byte* from = to - distance;
            for (std::size_t i = 0; i < length; ++i) to[i] = from[i];
            written_ += length;
        }
        return {};
    }

    std::size_t size_;
    BitReader reader_;
    std::span<std::byte> output_;
    bool prefix_;
    std::size_t written_ = 0;
    HuffmanCode literals_;
    HuffmanCode distances_;
};

}  // namespace

Status inflate(std::span<const std::byte> compressed, std::span<std::byte> output) {
    return Inflater(compressed, output, false).run();
}

Result<std::size_t> inflate_prefix(std::span<const std::byte> compressed, std::span<std::byte> output) {
    Inflater inflater(compressed, output, true);
    if (auto status = inflater.run(); !status.ok()) return status;
    return inflater.written();
}

}  // namespace featherface::loaders
