#include "loaders/images/jpeg.hpp"

#include <limits>
#include <string>

#include "loaders/error.hpp"
#include "loaders/images/jpeg_file.hpp"
#include "loaders/images/stb_jpeg.hpp"
#include "loaders/images/stb_memory.hpp"
#include "loaders/images/upright.hpp"

namespace featherface::loaders {
namespace {

// All stb_image may need for an honest file: 32 bytes per pixel (a progressive CMYK JPEG whose blocks reach
// past its edges), and its tables.
std::size_t memory_budget(const ImageHeader& header) {
    constexpr std::size_t kBytesPerPixel = 32;
    constexpr std::size_t kBlockMargin = 32;
    constexpr std::size_t kOfTables = std::size_t{1} << 20;
    const std::size_t pixels = (static_cast<std::size_t>(header.width) + kBlockMargin) *
                               (static_cast<std::size_t>(header.height) + kBlockMargin);
    return pixels * kBytesPerPixel + kOfTables;
}

}  // namespace

Result<Image> decode_jpeg(std::span<const std::byte> bytes, std::int64_t max_pixels) {
    const auto file = read_jpeg_file(bytes, max_pixels);
    if (!file.ok()) return file.status();
    const ImageHeader& header = file->header;
    if (file->clean.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
        return error(StatusCode::limit_exceeded, "a picture file of over 2 GiB");
    }
    const StbMemoryBudget budget(memory_budget(header));
    const StbPicture picture = decode_with_stb(file->clean);
    if (picture.rgb == nullptr && budget.exceeded()) {
        return error(StatusCode::out_of_memory, "not enough memory for the picture");
    }
    if (picture.rgb == nullptr) {
        return malformed(std::string("cannot be decoded: ") + picture.failure);
    }
    if (picture.width != header.width || picture.height != header.height) {
        return error(StatusCode::internal, "the decoder disagrees about the size of the picture");
    }
    return upright_bgr(picture.rgb.get(), SampleOrder::rgb, header);
}

}  // namespace featherface::loaders
