// The zip container of torch checkpoints: what torch and repacking programs write is read, everything else is
// refused with the entry named.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "support/checkpoint_checks.hpp"
#include "support/torch_writer.hpp"
#include "support/zip_writer.hpp"

using namespace featherface;
using namespace featherface::test;

namespace {

const std::vector<float> kValues = {1, 2, 3, 4, 5, 6};

std::vector<TorchTensor> one_tensor() {
    return {make_tensor("w", {2, 3}, kValues)};
}

// The entries of a good checkpoint with the tensor "w".
std::vector<ZipItem> good_items() {
    PickleWriter pickle;
    const TorchTensor tensor = one_tensor()[0];
    pickle.empty_dict().text("w");
    push_tensor(pickle, tensor, "0", false);
    return torch_zip_items(pickle.set_item().stop(), {{"0", tensor.bytes}});
}

void add(std::vector<ZipItem>& items, std::string name, ByteString content) {
    items.push_back({.name = std::move(name), .content = std::move(content)});
}

ZipItem& find(std::vector<ZipItem>& items, std::string_view name) {
    const auto found = std::ranges::find(items, name, &ZipItem::name);
    REQUIRE(found != items.end());
    return *found;
}

void remove(std::vector<ZipItem>& items, std::string_view name) {
    REQUIRE(std::erase_if(items, [&](const ZipItem& item) { return item.name == name; }) == 1);
}

// One DEFLATE block of the "stored" kind.
ByteString deflate(const ByteString& content) {
    const auto size = static_cast<std::uint16_t>(content.size());
    ByteString block = bytes_of('\1');
    append(block, size);
    append(block, static_cast<std::uint16_t>(~size));
    return block += content;
}

void check_good(const ByteString& bytes) {
    CHECK(values_of(open_bytes(bytes), "w") == kValues);
}

}  // namespace

TEST_CASE("torch zip: what the test writer makes is read, with protocols 1 to 5, every alignment and root") {
    for (int protocol = 1; protocol <= 5; ++protocol)
        check_good(make_torch_zip(one_tensor(), {.protocol = protocol}));
    check_good(make_torch_zip(one_tensor(), {.root = "mobilenet0.25_Final"}));
    check_good(make_torch_zip(one_tensor(), {.alignment = 0, .byteorder = false}));
    check_good(make_zip(good_items()).bytes);
}

TEST_CASE("torch zip: storages lie in place and aligned as torch aligns them") {
    const ByteString bytes = make_torch_zip(one_tensor());
    const loaders::Checkpoint checkpoint = open_bytes(bytes);
    const auto* data = reinterpret_cast<const char*>(checkpoint.find("w")->bytes.data());
    CHECK(data > bytes.data());
    CHECK(data < bytes.data() + bytes.size());
    CHECK((data - bytes.data()) % 64 == 0);
}

TEST_CASE("torch zip: entries torch adds for itself are no hindrance") {
    std::vector<ZipItem> items = good_items();
    add(items, "archive/.format_version", "1");
    add(items, "archive/.storage_alignment", "64");
    add(items, "archive/.data/serialization_id", "0123");
    add(items, "archive/data/", "");  // a folder, from a program that repacked the archive
    check_good(make_zip(items).bytes);
}

TEST_CASE("torch zip: deflated entries, from a program that repacked the archive, are inflated") {
    std::vector<ZipItem> items = good_items();
    for (ZipItem& item : items) item.deflated = deflate(item.content);
    check_good(make_zip(items).bytes);
    find(items, "archive/data/0").deflated->back() ^= 1;
    check_malformed(make_zip(items).bytes, {"'archive/data/0' has a wrong CRC-32"});
    find(items, "archive/data/0").deflated->pop_back();
    check_malformed(make_zip(items).bytes, {"'archive/data/0'", "damaged"});
}

TEST_CASE("torch zip: a deflated entry that would inflate to too much is refused before it does") {
    std::vector<ZipItem> items = good_items();
    items.push_back({.name = "archive/data/1", .content = {}, .deflated = ByteString(100000, 'x')});
    ZipImage zip = make_zip(items);
    patch(zip.bytes, zip.central.back() + 24, std::uint32_t{100000000});
    patch(zip.bytes, zip.local.back() + 22, std::uint32_t{100000000});
    check_file_refused(zip.bytes, StatusCode::limit_exceeded,
                       {"'archive/data/1' inflates to too much", "100000000"});
}

TEST_CASE("torch zip: a wrong CRC of any entry is refused, of debris too") {
    for (const char* name : {"archive/data.pkl", "archive/data/0", "archive/version", "archive/byteorder"}) {
        const std::vector<ZipItem> items = good_items();
        ZipImage zip = make_zip(items);
        const auto found = std::ranges::find(items, name, &ZipItem::name);
        zip.bytes[zip.data[static_cast<std::size_t>(found - items.begin())]] ^= 0x10;
        check_malformed(zip.bytes, {name, "has a wrong CRC-32"});
    }
}

TEST_CASE("torch zip: several folders, two checkpoints, or none are refused") {
    std::vector<ZipItem> items = good_items();
    add(items, "other/data/0", "x");
    check_malformed(make_zip(items).bytes, {"several folders", "everything in 'archive/'", "'other/data/0'"});

    items = good_items();
    add(items, "other/data.pkl", "N.");
    check_malformed(make_zip(items).bytes, {"two checkpoints", "'archive/data.pkl' and 'other/data.pkl'"});

    items = good_items();
    remove(items, "archive/data.pkl");
    check_malformed(make_zip(items).bytes, {"not a PyTorch checkpoint", "expected an entry NAME/data.pkl"});
    check_malformed(make_zip({}).bytes, {"not a PyTorch checkpoint", "found no entries"});
}

TEST_CASE("torch zip: a missing storage is refused and names the tensor") {
    std::vector<ZipItem> items = good_items();
    remove(items, "archive/data/0");
    check_malformed(make_zip(items).bytes, {"tensor 'w': its storage is missing", "a storage '0'"});
}

TEST_CASE("torch zip: a storage of another length than its tensors say is refused") {
    for (const std::size_t size : {0, 20, 23, 28}) {
        std::vector<ZipItem> items = good_items();
        find(items, "archive/data/0").content.resize(size);
        check_malformed(make_zip(items).bytes,
                        {"tensor 'w'", "'0' has another length", "expected 24 bytes", std::to_string(size)});
    }
}

TEST_CASE("torch zip: big-endian checkpoints are refused") {
    std::vector<ZipItem> items = good_items();
    find(items, "archive/byteorder").content = "big";
    check_file_refused(make_zip(items).bytes, StatusCode::unsupported, {"little-endian", "found 'big'"});
}

TEST_CASE("torch zip: unknown, broken and missing versions are refused") {
    for (const char* version : {"11\n", "0\n", "-3\n", "three", "", "3x"}) {
        std::vector<ZipItem> items = good_items();
        find(items, "archive/version").content = version;
        check_file_refused(make_zip(items).bytes, StatusCode::unsupported,
                           {"unknown version", "expected 1 to 10"});
    }
    for (const char* version : {"1\n", "3", "10\r\n"}) {
        std::vector<ZipItem> items = good_items();
        find(items, "archive/version").content = version;
        check_good(make_zip(items).bytes);
    }
    std::vector<ZipItem> items = good_items();
    remove(items, "archive/version");
    check_malformed(make_zip(items).bytes, {"lacks its entry 'version'"});
}

TEST_CASE("torch zip: bytes before the archive are told from an unknown file") {
    check_malformed("\x01\x02junk" + make_torch_zip(one_tensor()), {"bytes before the archive", "6 bytes"});
}

TEST_CASE("torch zip: an archive with constants.pkl is TorchScript's, as PyTorch has it") {
    std::vector<ZipItem> items = good_items();
    add(items, "archive/code/__torch__/net.py", "x");
    ByteString bytes = make_zip(items).bytes;
    CHECK(open_bytes(bytes).container() == "torch zip");
    add(items, "archive/constants.pkl", ").");
    bytes = make_zip(items).bytes;
    CHECK(open_bytes(bytes).container() == "TorchScript zip");
    CHECK(values_of(open_bytes(bytes), "w") == kValues);
}

TEST_CASE("torch zip: every pickle of the archive must be one, and is named") {
    for (const char* name : {"archive/constants.pkl", "archive/extra.pkl"}) {
        std::vector<ZipItem> items = good_items();
        add(items, name, "x");
        check_malformed(make_zip(items).bytes, {std::string(name).substr(8), "unknown opcode"});
        items.back().content = "N.N.";
        check_malformed(make_zip(items).bytes, {std::string(name).substr(8), "something follows its end"});
    }
}

TEST_CASE("torch zip: bytes after the end of the pickle are refused") {
    std::vector<ZipItem> items = good_items();
    find(items, "archive/data.pkl").content += "N.";
    check_malformed(make_zip(items).bytes, {"pickle: something follows its end"});
}

TEST_CASE("torch zip: the pickle's failures are told with their place in the file") {
    std::vector<ZipItem> items = good_items();
    find(items, "archive/data.pkl").content = "\x80\x02\xff.";
    const ZipImage zip = make_zip(items);
    check_malformed(zip.bytes, {"unknown opcode at byte " + std::to_string(zip.data[0] + 2)});
}
