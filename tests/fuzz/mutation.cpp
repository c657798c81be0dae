#include "fuzz/mutation.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "loaders/archive/inflate.hpp"
#include "loaders/archive/zip.hpp"
#include "loaders/little_endian.hpp"
#include "support/zip_writer.hpp"

// libFuzzer's; replay.cpp has another.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace featherface::fuzz {

namespace {

// What a deflated entry holds, as far as it can be unpacked.
ByteString unpacked(std::string_view stream) {
    constexpr std::size_t kMost = 1 << 16;
    ByteString content(kMost, '\0');
    const auto size =
        loaders::inflate_prefix(test::span_of(stream), std::as_writable_bytes(std::span(content)));
    content.resize(size.ok() ? size.value() : 0);
    return content;
}

void mutate_items(std::vector<test::ZipItem>& items, std::size_t most, Random& random) {
    test::ZipItem& item = items[below(items.size(), random)];
    switch (below(10, random)) {
        case 0: mutate_bytes(item.name, most, random); return;
        case 1: items.push_back(item); return;
        case 2: std::swap(item, items.back()); return;
        case 3: items.erase(items.begin() + (&item - items.data())); return;
        case 4: mutate_bytes(item.central_extra, most, random); return;
        case 5: mutate_bytes(item.local_extra, most, random); return;
        default: break;
    }
    mutate_bytes(item.deflated ? *item.deflated : item.content, most, random);
    if (!item.deflated) return;
    item.content = unpacked(*item.deflated);
    // Now and then another size is promised than what comes.
    if (below(4, random) == 0) item.content.resize(below(4096, random));
}

}  // namespace

std::size_t below(std::size_t end, Random& random) {
    return random() % end;
}

void mutate_bytes(ByteString& bytes, std::size_t most, Random&) {
    const std::size_t size = std::min(bytes.size(), most);
    bytes.resize(std::min(most, 2 * size + 64));
    bytes.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(bytes.data()), size, bytes.size()));
}

void mutate_parts(std::vector<ByteString>& parts, std::size_t most, Random& random) {
    if (parts.empty()) parts.emplace_back();
    const auto some = [&] {
        return parts.begin() + static_cast<std::ptrdiff_t>(below(parts.size(), random));
    };
    const auto part = some();
    switch (below(8, random)) {
        case 0: parts.insert(some(), ByteString(*part)); break;
        case 1: parts.erase(part); break;
        case 2: std::iter_swap(part, some()); break;
        default: mutate_bytes(*part, most, random); break;
    }
}

void mutate_zip(ByteString& archive, std::size_t most, Random& random) {
    const auto opened = loaders::ZipArchive::open(test::span_of(archive));
    if (!opened.ok() || opened->entries().empty() || below(8, random) == 0) {
        return mutate_bytes(archive, most, random);
    }
    const auto likely = [&](std::size_t one_in) { return below(one_in, random) == 0; };
    std::vector<test::ZipItem> items;
    for (const loaders::ZipEntry& entry : opened->entries()) {
        const ByteString data(loaders::as_text(entry.data));
        test::ZipItem item{.name = ByteString(entry.name), .content = data};
        if (entry.method == loaders::ZipMethod::deflated) {
            item.content = unpacked(data);
            item.deflated = data;
        }
        item.descriptor = likely(4);
        item.descriptor_signature = !likely(4);
        item.zip64 = likely(8);
        items.push_back(std::move(item));
    }
    mutate_items(items, most, random);
    const bool zip64_end = likely(4);
    archive = test::make_zip(items, {.comment = ByteString(likely(8) ? 3 : 0, 'c'),
                                     .zip64_end = zip64_end,
                                     .saturated = zip64_end && likely(2),
                                     .alignment = likely(2) ? std::size_t{64} : 0})
                  .bytes;
}

}  // namespace featherface::fuzz
