// Pictures one after another: where one ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "featherface/status.hpp"
#include "loaders/images/image_header.hpp"

namespace featherface::tools {

// Looks for the end of a picture while its bytes come in. JPEG, PNG and PNM tell where they end; a BMP is
// taken to go on to the end of the stream. What is damaged ends where the next picture of its kind seems to
// begin, or with the stream: its decoder says what is wrong.
class PictureEnd {
  public:
    // A picture begins. `max_pixels`: more are refused.
    explicit PictureEnd(std::int64_t max_pixels = 0) : max_pixels_(max_pixels) {}

    // How many bytes the picture has that `bytes` begin with, once that shows; nothing while more are needed.
    // Each call has the bytes of the call before and more; `is_all`: no more will come. Errors: malformed,
    // unsupported (no picture that is read); limit_exceeded.
    Result<std::optional<std::size_t>> find(std::span<const std::byte> bytes, bool is_all);

    bool is_jpeg() const { return format_ == loaders::ImageFormat::jpeg; }

  private:
    std::optional<std::size_t> end_of_jpeg(std::span<const std::byte> bytes);
    std::optional<std::size_t> end_of_png(std::span<const std::byte> bytes);
    Result<std::optional<std::size_t>> end_of_pnm(std::span<const std::byte> bytes, bool is_all);
    std::optional<std::size_t> end_of_text_pnm(std::span<const std::byte> bytes);

    std::int64_t max_pixels_;
    std::optional<loaders::ImageFormat> format_;
    std::size_t at_ = 0;       // so far the bytes have been looked at
    bool in_comment_ = false;  // of a text PNM
    std::size_t length_ = 0;   // of the whole picture, 0 while it is not known
};

// Where in `bytes` a JPEG begins; where none does, as many bytes as cannot be the beginning of one.
std::size_t find_jpeg(std::span<const std::byte> bytes);

}  // namespace featherface::tools
