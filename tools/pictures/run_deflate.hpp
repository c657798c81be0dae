// DEFLATE (RFC 1951) for what PNG's filters leave of a photo: Huffman codes made for the data, and of
// repetitions runs of one byte only. Behind filters little else repeats, so that this takes a tenth of the
// time of a search, and the files are not larger.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace featherface::tools {

// A zlib stream (RFC 1950), written to the end of a string.
class RunDeflater {
  public:
    explicit RunDeflater(std::string& out);

    void add(std::span<const std::uint8_t> bytes);
    // Once, at the end.
    void finish();

    struct HuffmanCode {
        std::uint32_t bits = 0;  // the first lowest
        int length = 0;          // 0: what has it does not occur
    };

  private:
    static constexpr std::size_t kTokens = 256 + 258 - 3 + 1;  // bytes, and runs of 3 to 258

    void end_run();
    void put(std::uint16_t token);
    void write_block(bool is_last);
    void write_tokens(const std::array<HuffmanCode, kTokens>& codes);
    void write_bits(std::uint32_t bits, int count);

    std::string& out_;
    std::uint64_t bits_ = 0;  // not written yet, the first lowest
    int bit_count_ = 0;
    // A byte, or 256 and what a run is longer than the shortest.
    std::vector<std::uint16_t> tokens_;
    std::size_t count_ = 0;    // of them
    int last_ = -1, run_ = 0;  // the last byte, and how often it came again
    std::uint32_t sum_ = 1, sum_of_sums_ = 0;
};

}  // namespace featherface::tools
