// Zip archives, and the tar headers that files are also looked at for.
#include "loaders/archive/zip.hpp"

#include "fuzz/target.hpp"
#include "loaders/archive/inflate.hpp"
#include "loaders/archive/tar.hpp"
#include "support/tar_writer.hpp"
#include "support/zip_writer.hpp"

namespace featherface::fuzz {

namespace {

void check_entry(const loaders::ZipArchive& archive, const loaders::ZipEntry& entry, Bytes file) {
    require(archive.find(entry.name) == &entry && loaders::fault_of_name(entry.name) == nullptr);
    require(entry.data_offset <= file.size() && entry.data.size() <= file.size() - entry.data_offset);
    require(entry.data.data() == file.data() + entry.data_offset);
    if (entry.method == loaders::ZipMethod::stored) {
        require(entry.size == entry.data.size());
        const Status status = loaders::verify_crc(entry, entry.data);
        require(status.ok() || status.message().size() > 6);
        return;
    }
    constexpr std::uint64_t kMost = 1 << 16;
    if (entry.size > kMost) return;
    std::vector<std::byte> content(entry.size);
    if (loaders::inflate(entry.data, content).ok()) static_cast<void>(loaders::verify_crc(entry, content));
}

void check_zip(Bytes file) {
    require(loaders::tar_members(file, 3).size() <= 3);
    if (!loaders::is_tar(file)) require(loaders::tar_members(file, 3).empty());
    const auto archive = loaders::ZipArchive::open(file);
    if (!archive.ok()) return require(archive.status().message().size() > 6);
    require(loaders::has_zip_end_record(file));
    for (const loaders::ZipEntry& entry : archive->entries()) check_entry(archive.value(), entry, file);
}

std::vector<ByteString> zip_seeds() {
    std::vector<ByteString> seeds;
    const ByteString three = test::byte_string({1, 3, 0, 252, 255, 'a', 'b', 'c'});  // DEFLATE, stored
    for (const bool is_64 : {false, true}) {
        for (const bool descriptor : {false, true}) {
            const std::vector<test::ZipItem> items = {
                {.name = "a/data.pkl", .content = "N.", .descriptor = descriptor, .zip64 = is_64},
                {.name = "a/b", .content = "abc", .descriptor = descriptor, .deflated = three},
                {.name = "a/c/", .content = ""}};
            seeds.push_back(
                test::make_zip(items, {.comment = "c", .zip64_end = is_64, .saturated = is_64 && descriptor})
                    .bytes);
            seeds.push_back(test::make_zip(items, {.alignment = 64}).bytes);
        }
    }
    seeds.push_back(test::make_tar({{"a", "abc"}, {"b", ""}}));
    return seeds;
}

}  // namespace

Target zip() {
    return {.name = "zip", .check = check_zip, .seeds = zip_seeds, .mutate = mutate_zip};
}

}  // namespace featherface::fuzz
