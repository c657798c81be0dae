#include "loaders/torch/file_kind.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "loaders/archive/tar.hpp"
#include "loaders/ascii.hpp"
#include "loaders/little_endian.hpp"

namespace featherface::loaders {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kConvert = "load it where it was made and torch.save the model's state_dict()";
constexpr std::string_view kUnpack = "unpack it first";
constexpr std::string_view kDownload = "download the file itself, not a page about it";
constexpr std::string_view kPicture = "is a picture given where the checkpoint belongs?";

struct Magic {
    std::size_t offset;
    std::string_view bytes;
    FileKind kind;
};

constexpr Magic kMagics[] = {
    {0,
     "version https://git-lfs.github.com/spec/"sv,
     {"a Git LFS pointer, not the file it stands for", "run 'git lfs pull', or download the file itself"}},
    {0, "\x1f\x8b"sv, {"a gzip file", kUnpack}},
    {0, "BZh"sv, {"a bzip2 file", kUnpack}},
    {0,
     "\xfd"
     "7zXZ\0"sv,
     {"an xz file", kUnpack}},
    {0, "\x28\xb5\x2f\xfd"sv, {"a zstd file", kUnpack}},
    {0, "7z\xbc\xaf\x27\x1c"sv, {"a 7z archive", kUnpack}},
    {0, "Rar!\x1a\x07"sv, {"a rar archive", kUnpack}},
    {0, "GGUF"sv, {"a GGUF model", kConvert}},
    {0, "lmgg"sv, {"a GGML model", kConvert}},
    {0, "7767517"sv, {"an ncnn param file", kConvert}},
    {0, "\xdd\x85\x76\0"sv, {"a binary ncnn param file", kConvert}},
    {0, "\x47\x6b\x30\x01"sv, {"an ncnn weights file", kConvert}},
    {0, "\x12\x01\0\0\0\0\0\0"sv, {"an MXNet parameter file", kConvert}},
    {0,
     "\x89"
     "FFM\r\n"sv,
     {"a packed model of featherface's", "this program reads it, PyTorch does not"}},
    {4, "TFL3"sv, {"a TensorFlow Lite model", kConvert}},
    {0, "\x89HDF\r\n\x1a\n"sv, {"an HDF5 file (Keras)", kConvert}},
    {0, "\x93NUMPY"sv, {"a NumPy array", kConvert}},
    {0, "\x89PNG\r\n\x1a\n"sv, {"a PNG picture", kPicture}},
    {0, "\xff\xd8\xff"sv, {"a JPEG picture", kPicture}},
    {0, "%PDF"sv, {"a PDF document", kDownload}},
    {0,
     "\x7f"
     "ELF"sv,
     {"a program", ""}},
};

bool has_at(std::string_view text, std::size_t offset, std::string_view bytes) {
    return text.size() >= offset && text.substr(offset).starts_with(bytes);
}

bool starts_with_word(std::string_view text, std::string_view word) {
    return lower_case(text.substr(0, word.size())) == word;
}

std::string_view without_leading_space(std::string_view text) {
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // byte order mark
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    return first == text.npos ? std::string_view() : text.substr(first);
}

// A protobuf: field 1 (ir_version), a small number, then the producer (2), its version (3), the domain (4),
// the graph (7) or the operator sets (8).
bool is_onnx(std::span<const std::byte> bytes) {
    if (bytes.size() < 4 || bytes[0] != std::byte{0x08}) return false;
    const int version = std::to_integer<int>(bytes[1]), next = std::to_integer<int>(bytes[2]);
    return version >= 1 && version <= 20 &&
           std::ranges::count(std::array{0x12, 0x1a, 0x22, 0x3a, 0x42}, next) > 0;
}

bool is_plain_text(std::string_view text) {
    const std::string_view start = text.substr(0, 256);
    return !start.empty() && std::ranges::all_of(start, [](unsigned char c) {
        return (c >= 0x20 && c < 0x7f) || c == '\n' || c == '\r' || c == '\t';
    });
}

}  // namespace

FileKind recognise(std::span<const std::byte> bytes) {
    const std::string_view text = as_text(bytes), words = without_leading_space(text.substr(0, 4096));
    for (const Magic& magic : kMagics) {
        if (has_at(text, magic.offset, magic.bytes)) return magic.kind;
    }
    if (is_tar(bytes)) return {"a tar archive", kUnpack};
    if (is_onnx(bytes)) return {"an ONNX model", kConvert};
    if (starts_with_word(words, "<!doctype html") || starts_with_word(words, "<html")) {
        return {"an HTML page", kDownload};
    }
    if (starts_with_word(words, "<?xml")) return {"an XML document", kDownload};
    if (!is_plain_text(text)) return {};
    if (words.starts_with('{') || words.starts_with('[')) {
        return {"a JSON document, such as a server's error message", kDownload};
    }
    return {"a text file", kDownload};
}

}  // namespace featherface::loaders
