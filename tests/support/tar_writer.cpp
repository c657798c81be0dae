#include "support/tar_writer.hpp"

#include <algorithm>
#include <cstdio>
#include <string_view>

namespace featherface::test {
namespace {

void put(ByteString& header, std::ptrdiff_t offset, std::string_view text) {
    std::ranges::copy(text, header.begin() + offset);
}

}  // namespace

void set_tar_checksum(ByteString& bytes) {
    put(bytes, 148, "        ");
    unsigned sum = 0;
    for (std::size_t i = 0; i < 512; ++i) sum += static_cast<unsigned char>(bytes[i]);
    char digits[8];
    std::snprintf(digits, sizeof digits, "%06o", sum);
    put(bytes, 148, std::string_view(digits, 7));
}

ByteString make_tar(const std::vector<std::pair<std::string, ByteString>>& members) {
    ByteString archive;
    for (const auto& [name, content] : members) {
        ByteString header(512, '\0');
        char size[12];
        std::snprintf(size, sizeof size, "%011zo", content.size());
        put(header, 0, name);
        put(header, 100, "0000644");
        put(header, 124, size);
        put(header, 156, "0");
        put(header, 257, "ustar");
        set_tar_checksum(header);
        archive += header + content + ByteString((512 - content.size() % 512) % 512, '\0');
    }
    return archive + ByteString(1024, '\0');
}

}  // namespace featherface::test
