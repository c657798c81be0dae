// Files that two programs would read differently, so that what one has found harmless the other runs:
// refused, with the reason.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/checkpoint_checks.hpp"
#include "support/tar_writer.hpp"

using namespace featherface;
using namespace featherface::test;
using namespace std::string_literals;

namespace {

const std::vector<float> kValues = {1, 2};

std::vector<TorchTensor> one_tensor() {
    return {make_tensor("w", {2}, kValues)};
}

std::vector<ZipItem> good_items() {
    PickleWriter pickle;
    pickle.empty_dict().text("w");
    push_tensor(pickle, one_tensor()[0], "0", false);
    return torch_zip_items(pickle.set_item().stop(), {{"0", one_tensor()[0].bytes}});
}

void refused_with(const std::string& name, const ByteString& content,
                  std::initializer_list<std::string_view> words) {
    std::vector<ZipItem> items = good_items();
    items.push_back({.name = name, .content = content});
    check_malformed(make_zip(items).bytes, words);
}

// A good legacy file with enough plain bytes in its pickle that its first 512 can be made a tar header.
ByteString long_legacy(const ByteString& storage) {
    PickleWriter pickle;
    pickle.empty_dict().mark().text("note").text(std::string(600, 'x')).text("w");
    TorchTensor tensor = one_tensor()[0];
    tensor.shape = {static_cast<std::int64_t>(storage.size() / 4)};
    tensor.bytes = storage;
    push_tensor(pickle, tensor, "0", true);
    return torch_legacy(pickle.set_items().stop(), {{"0", storage}}, {4});
}

}  // namespace

TEST_CASE("two readers: zip entries whose names differ only in case, which PyTorch does not tell apart") {
    refused_with("archive/DATA.PKL", "cos\nsystem\n)R.",
                 {"differ in the case of their names only", "'archive/data.pkl' and 'archive/DATA.PKL'"});
    refused_with("archive/DATA/0", ByteString(8, 'x'), {"differ in the case", "'archive/DATA/0'"});
    refused_with("Archive/data.pkl", "N.", {"differ in the case"});
    refused_with("archive/BYTEORDER", "big", {"differ in the case"});
}

TEST_CASE("two readers: two versions of the format, and a format that is unknown") {
    refused_with("archive/.data/version", "4\n", {"two versions", "'3\\x0a'", "'4\\x0a' in '.data/version'"});
    std::vector<ZipItem> items = good_items();
    items.push_back({.name = "archive/.data/version", .content = "3\n"});
    items.push_back({.name = "archive/.format_version", .content = "1"});
    const ByteString good = make_zip(items).bytes;
    CHECK(values_of(open_bytes(good), "w") == kValues);
    items.back().content = ByteString("2");
    check_file_refused(make_zip(items).bytes, StatusCode::unsupported,
                       {"unknown .format_version", "found '2'"});
}

TEST_CASE("two readers: several data.pkl, backslashes, and bytes before the archive") {
    refused_with("other/data.pkl", "N.", {"two checkpoints"});
    refused_with("archive\\data.pkl", "N.", {"backslash"});
    check_malformed(ByteString("junk").append(make_torch_zip(one_tensor())), {"bytes before the archive"});
}

TEST_CASE("two readers: a local header that says another name than the central one") {
    ZipImage zip = make_zip(good_items());
    zip.bytes[zip.local[0] + 30] = 'b';
    check_malformed(zip.bytes, {"another name in its local header"});
}

TEST_CASE("two readers: a legacy stream that is a tar archive too, which torch.load tries first") {
    ByteString bytes = long_legacy(ByteString(8, 'y'));
    CHECK(open_bytes(bytes).tensors().size() == 1);
    set_tar_checksum(bytes);
    check_malformed(bytes, {"a legacy checkpoint and a tar archive at once", "do not load it with PyTorch"});
}

TEST_CASE("two readers: a legacy stream that ends as a zip archive") {
    const ByteString zip = make_torch_zip(one_tensor());
    ByteString archive((4 - zip.size() % 4) % 4, 'z');
    archive.append(zip);
    const ByteString bytes = long_legacy(archive);
    check_malformed(bytes, {"a legacy checkpoint and a zip archive at once"});
}

TEST_CASE("two readers: a zip archive that begins as a tar archive") {
    std::vector<ZipItem> items = good_items();
    items.insert(items.begin(),
                 {.name = "archive/note", .content = ByteString(600, 'x'), .descriptor = true});
    // The checksum's field lies in the note; its CRC comes after it, in a data descriptor.
    ByteString bytes = make_zip(items).bytes;
    CHECK(values_of(open_bytes(bytes), "w") == kValues);
    set_tar_checksum(bytes);
    items[0].content = bytes.substr(make_zip(items).data[0], 600);
    check_malformed(make_zip(items).bytes, {"a zip archive and a tar archive at once"});
}
