// What the headers of a JPEG say of its picture and of a scan, and what its scans are decoded to.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "loaders/images/jpeg_coefficients.hpp"
#include "loaders/images/jpeg_huffman.hpp"
#include "loaders/images/jpeg_inverse_dct.hpp"
#include "loaders/images/zeroed_array.hpp"

namespace featherface::loaders {

constexpr int kNeverSent = 16;  // none of a coefficient's bits

struct JpegComponent {
    int id = 0;
    int h = 1, v = 1;  // sampling factors
    int quantization_table = 0;
    JpegSteps steps{};  // as they were at its first scan
    // Its own blocks: what a scan of this component alone holds. One of several rounds up to whole MCUs; the
    // blocks beyond are in no picture.
    int blocks_wide = 0, blocks_high = 0;
    bool scanned = false;          // its coefficients (progressive: the DC ones) have been sent
    std::array<int, 64> unsent{};  // low bits of each coefficient that have not come yet

    JpegCoefficients coefficients{};  // of a progressive frame, until its samples are made

    JpegBlockSize block{};                // samples that are made of a block
    ZeroedArray<std::uint8_t> samples{};  // rows of all blocks

    std::size_t block_number(int x, int y) const {
        return static_cast<std::size_t>(y) * static_cast<std::size_t>(blocks_wide) +
               static_cast<std::size_t>(x);
    }
    std::size_t blocks() const { return block_number(0, blocks_high); }
    std::size_t row_bytes() const {
        return static_cast<std::size_t>(blocks_wide) * static_cast<std::size_t>(block.wide);
    }
    std::size_t sample_count() const {
        return row_bytes() * static_cast<std::size_t>(blocks_high) * static_cast<std::size_t>(block.high);
    }
    std::uint8_t* samples_of_block(int x, int y) {
        return samples.data() +
               static_cast<std::size_t>(y) * static_cast<std::size_t>(block.high) * row_bytes() +
               static_cast<std::size_t>(x * block.wide);
    }
};

struct JpegFrame {
    int width = 0, height = 0;
    bool progressive = false;
    int h_max = 1, v_max = 1;  // largest sampling factors
    int mcus_wide = 0, mcus_high = 0;
    std::vector<JpegComponent> components{};
};

struct JpegScan {
    struct Part {
        JpegComponent* component;
        const JpegHuffman* dc;
        const JpegHuffman* ac;
    };
    std::vector<Part> parts{};
    int spectral_start = 0, spectral_end = 63;  // progressive only, as are the next two
    int approximation_high = 0, approximation_low = 0;
    int restart_interval = 0;  // in MCUs; 0: none
};

}  // namespace featherface::loaders
