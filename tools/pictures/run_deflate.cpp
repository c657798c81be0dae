#include "tools/pictures/run_deflate.hpp"

#include <algorithm>
#include <numeric>

namespace featherface::tools {

namespace {

constexpr std::size_t kBlockTokens = 1 << 16;
constexpr int kShortestRun = 3, kLongestRun = 258;

// The alphabet of RFC 1951, 3.2.5: bytes, the end of a block, lengths of runs.
constexpr std::size_t kEndOfBlock = 256, kFirstLength = 257, kSymbols = 286;
constexpr std::array<int, 29> kLengthBase = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                             31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
constexpr std::array<int, 29> kLengthBits = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                             2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
constexpr auto kLengthCodes = [] {
    std::array<std::uint8_t, kLongestRun + 1> codes{};
    for (std::size_t code = 0; code < kLengthBase.size(); ++code) {
        for (int length = kLengthBase[code]; length <= kLongestRun; ++length)
            codes[static_cast<std::size_t>(length)] = static_cast<std::uint8_t>(code);
    }
    return codes;
}();

// Tokens are the bytes, and behind them runs by their lengths.
constexpr std::size_t kBytes = 256;
constexpr std::size_t symbol_of(std::size_t token) {
    return token < kBytes ? token : kFirstLength + kLengthCodes[token - kBytes + kShortestRun];
}

// The lengths of Huffman codes for symbols of such frequencies, none above `longest`.
template <std::size_t kCount>
std::array<int, kCount> code_lengths(std::array<std::uint32_t, kCount> frequencies, int longest) {
    std::array<int, kCount> lengths{};
    while (true) {
        // Symbols, the rarest first, then the trees that two of the rarest make each: both queues are in
        // order.
        struct Node {
            std::uint64_t weight = 0;
            std::size_t parent = 0;
        };
        std::array<std::uint16_t, kCount> symbols{};
        std::size_t leaves = 0;
        for (std::size_t symbol = 0; symbol < kCount; ++symbol) {
            if (frequencies[symbol] > 0) symbols[leaves++] = static_cast<std::uint16_t>(symbol);
        }
        std::sort(symbols.begin(), symbols.begin() + leaves,
                  [&](std::uint16_t a, std::uint16_t b) { return frequencies[a] < frequencies[b]; });
        lengths.fill(0);
        if (leaves == 1) lengths[symbols[0]] = 1;
        if (leaves < 2) return lengths;
        std::array<Node, 2 * kCount> nodes{};
        for (std::size_t i = 0; i < leaves; ++i) nodes[i].weight = frequencies[symbols[i]];
        std::size_t leaf = 0, tree = leaves, end = leaves;
        const auto take = [&] {
            const bool from_leaves =
                leaf < leaves && (tree == end || nodes[leaf].weight <= nodes[tree].weight);
            return from_leaves ? leaf++ : tree++;
        };
        for (; end < 2 * leaves - 1; ++end) {
            const std::size_t a = take(), b = take();
            nodes[end].weight = nodes[a].weight + nodes[b].weight;
            nodes[a].parent = nodes[b].parent = end;
        }
        std::array<int, 2 * kCount> depth{};
        int deepest = 0;
        for (std::size_t i = end - 1; i-- > 0;) {
            depth[i] = depth[nodes[i].parent] + 1;
            if (i < leaves) lengths[symbols[i]] = depth[i];
            deepest = std::max(deepest, depth[i]);
        }
        if (deepest <= longest) return lengths;
        // With frequencies nearer to each other the tree is less deep.
        for (std::uint32_t& frequency : frequencies) frequency = (frequency + 1) / 2;
    }
}

// Canonical codes of such lengths (3.2.2), their bits in the order in which they are written.
template <std::size_t kCount>
std::array<RunDeflater::HuffmanCode, kCount> codes_of(const std::array<int, kCount>& lengths) {
    constexpr int kLongest = 15;
    std::array<std::uint32_t, kLongest + 2> next{};
    for (const int length : lengths) next[static_cast<std::size_t>(length) + 1] += length > 0 ? 1u : 0u;
    std::uint32_t first = 0;
    for (std::size_t length = 1; length <= kLongest; ++length) {
        first = (first + next[length]) << 1;
        next[length] = first;
    }
    std::array<RunDeflater::HuffmanCode, kCount> codes{};
    for (std::size_t symbol = 0; symbol < kCount; ++symbol) {
        const int length = lengths[symbol];
        if (length == 0) continue;
        const std::uint32_t code = next[static_cast<std::size_t>(length)]++;
        for (int bit = 0; bit < length; ++bit) codes[symbol].bits |= (code >> bit & 1) << (length - 1 - bit);
        codes[symbol].length = length;
    }
    return codes;
}

}  // namespace

RunDeflater::RunDeflater(std::string& out) : out_(out) {
    tokens_.resize(kBlockTokens);
    out_ += "\x78\x01";  // DEFLATE with a window of 32 KiB, made quickly
}

void RunDeflater::write_bits(std::uint32_t bits, int count) {
    bits_ |= std::uint64_t{bits} << bit_count_;
    bit_count_ += count;
    for (; bit_count_ >= 8; bit_count_ -= 8, bits_ >>= 8) out_ += static_cast<char>(bits_ & 0xff);
}

// The codes of all tokens, runs with the rest of their length and their distance, each of 32 bits at most.
void RunDeflater::write_tokens(const std::array<HuffmanCode, kTokens>& codes) {
    constexpr std::size_t kMostBytes = 4;  // of a token
    const std::size_t before = out_.size();
    out_.resize(before + (count_ + 1) * kMostBytes);
    char* to = out_.data() + before;
    for (const std::uint16_t token : std::span(tokens_).first(count_)) {
        bits_ |= std::uint64_t{codes[token].bits} << bit_count_;
        bit_count_ += codes[token].length;
        if (bit_count_ < 32) continue;
        for (int byte = 0; byte < 4; ++byte) *to++ = static_cast<char>(bits_ >> (8 * byte) & 0xff);
        bits_ >>= 32;
        bit_count_ -= 32;
    }
    out_.resize(static_cast<std::size_t>(to - out_.data()));
    count_ = 0;
}

void RunDeflater::put(std::uint16_t token) {
    tokens_[count_++] = token;
    if (count_ == kBlockTokens) write_block(false);
}

void RunDeflater::end_run() {
    if (run_ >= kShortestRun) {
        put(static_cast<std::uint16_t>(256 + run_ - kShortestRun));
    } else {
        for (int i = 0; i < run_; ++i) put(static_cast<std::uint16_t>(last_));
    }
    run_ = 0;
}

void RunDeflater::add(std::span<const std::uint8_t> bytes) {
    for (const std::uint8_t byte : bytes) {
        if (byte == last_ && run_ < kLongestRun) {
            ++run_;
            continue;
        }
        if (run_ > 0) end_run();
        if (byte == last_) {
            run_ = 1;
            continue;
        }
        put(byte);
        last_ = byte;
    }
    // Adler-32 (RFC 1950); so many bytes cannot overflow the sums.
    constexpr std::size_t kAtOnce = 5552;
    constexpr std::uint32_t kPrime = 65521;
    while (!bytes.empty()) {
        const auto some = bytes.first(std::min(bytes.size(), kAtOnce));
        for (const std::uint8_t byte : some) sum_of_sums_ += sum_ += byte;
        sum_ %= kPrime;
        sum_of_sums_ %= kPrime;
        bytes = bytes.subspan(some.size());
    }
}

void RunDeflater::write_block(bool is_last) {
    std::array<std::uint32_t, kTokens> occurrences{};
    for (const std::uint16_t token : std::span(tokens_).first(count_)) ++occurrences[token];
    std::array<std::uint32_t, kSymbols> frequencies{};
    frequencies[kEndOfBlock] = 1;
    for (std::size_t token = 0; token < kTokens; ++token) frequencies[symbol_of(token)] += occurrences[token];
    const auto lengths = code_lengths(frequencies, 15);
    const auto codes = codes_of(lengths);

    // The lengths are written with a Huffman code of their own (3.2.7), behind them that of the only
    // distance.
    constexpr std::array<std::size_t, 19> kOrder = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                    11, 4,  12, 3, 13, 2, 14, 1, 15};
    constexpr std::size_t kDistanceLength = 1;
    std::array<std::uint32_t, 19> length_frequencies{};
    for (const int length : lengths) ++length_frequencies[static_cast<std::size_t>(length)];
    ++length_frequencies[kDistanceLength];
    const auto length_lengths = code_lengths(length_frequencies, 7);
    const auto length_codes = codes_of(length_lengths);
    write_bits(is_last ? 1 : 0, 1);
    write_bits(2, 2);  // codes of its own
    write_bits(kSymbols - kFirstLength, 5);
    write_bits(0, 5);  // one distance
    write_bits(kOrder.size() - 4, 4);
    for (const std::size_t length : kOrder) write_bits(static_cast<std::uint32_t>(length_lengths[length]), 3);
    const auto write = [&](const HuffmanCode& code) { write_bits(code.bits, code.length); };
    for (const int length : lengths) write(length_codes[static_cast<std::size_t>(length)]);
    write(length_codes[kDistanceLength]);

    std::array<HuffmanCode, kTokens> token_codes;
    for (std::size_t token = 0; token < kTokens; ++token) {
        HuffmanCode& code = token_codes[token] = codes[symbol_of(token)];
        if (token < kBytes) continue;
        const std::size_t length = token - kBytes + kShortestRun, place = kLengthCodes[length];
        code.bits |= static_cast<std::uint32_t>(static_cast<int>(length) - kLengthBase[place]) << code.length;
        code.length += kLengthBits[place] + 1;  // behind them the distance, whose code is 0
    }
    write_tokens(token_codes);
    write(codes[kEndOfBlock]);
}

void RunDeflater::finish() {
    end_run();
    write_block(true);
    if (bit_count_ > 0) write_bits(0, 8 - bit_count_);
    for (const std::uint32_t sum : {sum_of_sums_, sum_}) {
        out_ += static_cast<char>(sum >> 8);
        out_ += static_cast<char>(sum & 0xff);
    }
}

}  // namespace featherface::tools
