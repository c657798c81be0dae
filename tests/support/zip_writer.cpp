#include "support/zip_writer.hpp"

#include "loaders/crc32.hpp"

namespace featherface::test {
namespace {

using std::uint16_t;
using std::uint32_t;
using std::uint64_t;

constexpr uint32_t kIn64 = 0xffffffff;

void append_u16(ByteString& bytes, std::size_t value) {
    append(bytes, static_cast<uint16_t>(value));
}
void append_u32(ByteString& bytes, std::size_t value) {
    append(bytes, static_cast<uint32_t>(value));
}

ByteString zip64_sizes(uint64_t size, uint64_t packed) {
    return bytes_of(uint16_t{1}) + bytes_of(uint16_t{16}) + bytes_of(size) + bytes_of(packed);
}

// The extra field that moves the data to a multiple of `alignment`.
ByteString padding(std::size_t data, std::size_t alignment) {
    if (alignment == 0) return {};
    const std::size_t size = (alignment - (data + 4) % alignment) % alignment;
    return "FB" + bytes_of(static_cast<uint16_t>(size)) + ByteString(size, 'Z');
}

}  // namespace

ZipImage make_zip(const std::vector<ZipItem>& items, const ZipOptions& options) {
    ZipImage image;
    ByteString& out = image.bytes;
    ByteString directory;
    std::vector<std::size_t> central;
    for (const ZipItem& item : items) {
        const ByteString& data = item.deflated ? *item.deflated : item.content;
        const uint32_t crc = loaders::crc32(span_of(item.content));
        const auto flags = static_cast<uint16_t>(item.flags | (item.descriptor ? 8 : 0));
        const auto method = static_cast<uint16_t>(item.deflated ? 8 : 0);
        const ByteString zip64 = item.zip64 ? zip64_sizes(item.content.size(), data.size()) : ByteString();
        const std::size_t packed = item.zip64 ? kIn64 : data.size(),
                          size = item.zip64 ? kIn64 : item.content.size();

        const std::size_t local = out.size();
        image.local.push_back(local);
        ByteString local_extra = (item.descriptor ? ByteString() : zip64) + item.local_extra;
        local_extra += padding(local + 30 + item.name.size() + local_extra.size(), options.alignment);
        out += "PK\3\4";
        append_u16(out, 20);
        append(out, flags);
        append(out, method);
        append_u32(out, 0);  // date and time
        append_u32(out, item.descriptor ? 0 : crc);
        append_u32(out, item.descriptor ? 0 : packed);
        append_u32(out, item.descriptor ? 0 : size);
        append_u16(out, item.name.size());
        append_u16(out, local_extra.size());
        out += item.name + local_extra;
        image.data.push_back(out.size());
        out += data;
        if (item.descriptor) {
            if (item.descriptor_signature) out += "PK\7\x08";
            append(out, crc);
            if (item.zip64) {
                append(out, uint64_t{data.size()});
                append(out, uint64_t{item.content.size()});
            } else {
                append_u32(out, data.size());
                append_u32(out, item.content.size());
            }
        }

        central.push_back(directory.size());
        const ByteString central_extra = zip64 + item.central_extra;
        directory += "PK\1\2";
        append_u16(directory, 20);
        append_u16(directory, 20);
        append(directory, flags);
        append(directory, method);
        append_u32(directory, 0);
        append(directory, crc);
        append_u32(directory, packed);
        append_u32(directory, size);
        append_u16(directory, item.name.size());
        append_u16(directory, central_extra.size());
        append_u16(directory, 0);  // comment
        append_u16(directory, 0);  // disk
        append_u16(directory, 0);  // attributes
        append_u32(directory, 0);
        append_u32(directory, local);
        directory += item.name + central_extra;
    }
    const std::size_t begin = out.size();
    for (const std::size_t offset : central) image.central.push_back(begin + offset);
    out += directory;
    if (options.zip64_end) {
        image.end64 = out.size();
        out += "PK\6\6";
        append(out, uint64_t{44});
        append_u16(out, 45);
        append_u16(out, 45);
        append_u32(out, 0);
        append_u32(out, 0);
        append(out, uint64_t{items.size()});
        append(out, uint64_t{items.size()});
        append(out, uint64_t{directory.size()});
        append(out, uint64_t{begin});
        image.locator = out.size();
        out += "PK\6\7";
        append_u32(out, 0);
        append(out, uint64_t{image.end64});
        append_u32(out, 1);
    }
    image.end = out.size();
    out += "PK\5\6";
    append_u32(out, 0);
    append_u16(out, options.saturated ? 0xffff : items.size());
    append_u16(out, options.saturated ? 0xffff : items.size());
    append_u32(out, options.saturated ? kIn64 : directory.size());
    append_u32(out, options.saturated ? kIn64 : begin);
    append_u16(out, options.comment.size());
    out += options.comment;
    return image;
}

}  // namespace featherface::test
