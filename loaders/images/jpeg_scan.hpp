// The entropy-coded data of one JPEG scan (ITU-T T.81, F.2 and G.2): walked to see that it is all there, and
// copied without what does not belong to it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "featherface/status.hpp"

namespace featherface::loaders {

// A Huffman code as a DHT segment defines it.
class JpegHuffman {
  public:
    // `counts[i]` codes of length i + 1; `values` as many symbols as all counts together, at most 256.
    // False when there are more codes than their lengths allow.
    bool build(std::span<const std::byte, 16> counts, std::span<const std::byte> values);
    bool defined() const { return defined_; }

    struct Match {
        int symbol;  // -1: these bits are no code
        int length;
    };
    // The code the highest of 16 bits begin with.
    Match match(std::uint32_t bits) const;

  private:
    static constexpr int kFastBits = 9;
    bool defined_ = false;
    std::array<std::uint16_t, 1 << kFastBits> fast_{};  // length << 8 | symbol; 0: a longer code, or none
    std::array<std::uint32_t, 17> limit_{};             // first 16-bit value past the codes of a length
    std::array<std::int32_t, 17> index_{};              // symbol index minus code, for a length
    std::array<std::uint8_t, 256> symbols_{};
};

struct JpegComponent {
    int id = 0;
    int h = 1, v = 1;  // sampling factors
    int quantization_table = 0;
    int blocks_wide = 0, blocks_high = 0;  // of its own; what a scan of this component alone holds
    int padded_wide = 0;                   // rounded up to whole MCUs: the row length of `nonzero`
    bool scanned = false;                  // its coefficients (progressive: the DC ones) have been sent
    std::array<int, 64> unsent{};          // low bits of each coefficient that have not come yet
    std::vector<std::uint64_t> nonzero =
        {};  // progressive only, per padded block: bit k: coefficient k is not zero
};

constexpr int kNeverSent = 16;  // none of a coefficient's bits

struct JpegFrame {
    int width = 0, height = 0;
    bool progressive = false;
    int mcus_wide = 0, mcus_high = 0;
    std::vector<JpegComponent> components;
};

struct JpegScan {
    struct Part {
        int component;  // index in the frame
        const JpegHuffman* dc;
        const JpegHuffman* ac;
    };
    std::vector<Part> parts;
    int spectral_start = 0, spectral_end = 63;  // progressive only, as are the next two
    int approximation_high = 0, approximation_low = 0;
    int restart_interval = 0;  // in MCUs; 0: none
};

// Decodes, without keeping, every block of the scan whose data begins at `offset` of `bytes`; updates the
// frame's `nonzero` and appends the data to `clean`: what belongs to blocks, and restart markers. Returns the
// offset where the next marker is to be looked for. The tables that the scan needs must be defined. Up to 64
// bytes between the last block of a restart interval and its marker are passed over: cameras put them there
// to align what follows; more than these are a sign of lost blocks. Errors: malformed, with the offset,
// naming the block where the data ends or goes wrong.
Result<std::size_t> walk_jpeg_scan(std::span<const std::byte> bytes, std::size_t offset, JpegFrame& frame,
                                   const JpegScan& scan, std::vector<std::byte>& clean);

}  // namespace featherface::loaders
