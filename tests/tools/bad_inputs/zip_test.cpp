// Zip archives that are damaged, lie, or can be read in two ways: a sound network's, one thing changed.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "support/seeded_checkpoint.hpp"
#include "support/torch_writer.hpp"
#include "support/zip_writer.hpp"
#include "tools/bad_inputs/bad_input.hpp"

namespace featherface::test {
namespace {

using namespace std::string_literals;

// The entries of a checkpoint of one tensor "w" of two floats.
std::vector<ZipItem> items() {
    PickleWriter pickle;
    const TorchTensor tensor = make_tensor("w", {2}, std::vector<float>{1, 2});
    pickle.empty_dict().text("w");
    push_tensor(pickle, tensor, "0", false);
    return torch_zip_items(pickle.set_item().stop(), {{"0", tensor.bytes}});
}

ByteString zip_of(const std::vector<ZipItem>& entries, const ZipOptions& options = {}) {
    return make_zip(entries, options).bytes;
}

template <class Change>
ByteString changed(const Change& change, const ZipOptions& options = {}) {
    std::vector<ZipItem> entries = items();
    change(entries);
    return zip_of(entries, options);
}

template <class Change>
ByteString patched(const Change& change, const ZipOptions& options = {}) {
    ZipImage zip = make_zip(items(), options);
    change(zip);
    return zip.bytes;
}

ByteString stored_block(const ByteString& content) {
    const auto size = static_cast<std::uint16_t>(content.size());
    return "\1"s + bytes_of(size) + bytes_of(static_cast<std::uint16_t>(~size)) + content;
}

std::size_t last(const ZipImage& zip) {
    return zip.local.size() - 1;
}

}  // namespace

TEST_CASE("bad inputs: zip archives that say what they hold in an unusual way are read") {
    BadInputs verify({"verify", "{}"}, ".pth");
    const auto network = seeded_checkpoint("v2");
    verify.check({
        {"sound", make_torch_zip(network), 0, {"Valid FeatherFace V2"}},
        {"zip64", zip_of(items(), {.zip64_end = true, .saturated = true}), 4, {"unknown network", "'w' (2)"}},
        {"zip64 sizes", changed([](auto& e) { e.back().zip64 = true; }), 4, {"'w' (2)"}},
        {"data descriptors",
         changed([](auto& e) {
             for (ZipItem& item : e) item.descriptor = true;
         }),
         4,
         {"'w' (2)"}},
        {"deflated entry",
         changed([](auto& e) { e.back().deflated = stored_block(e.back().content); }),
         4,
         {"'w' (2)"}},
    });
}

TEST_CASE("bad inputs: zip archives that are damaged or ambiguous are refused with the place and the entry") {
    BadInputs verify({"verify", "{}"}, ".pth");
    const ByteString whole = zip_of(items());
    const auto item = [](const char* name, ByteString content = "x") {
        return ZipItem{.name = name, .content = std::move(content)};
    };
    std::vector<ZipItem> many;
    for (int i = 0; i < 65536; ++i) many.push_back({.name = std::to_string(i), .content = {}});
    verify.check({
        {"cut short", whole.substr(0, whole.size() - 1), 3, {"no end record", "cut short"}},
        {"end record inside a comment",
         zip_of(items(), {.comment = make_zip({}).bytes}),
         3,
         {"another end record inside the archive's comment", "save it again"}},
        {"two end records",
         patched([](ZipImage& z) { z.bytes += z.bytes.substr(z.end); }),
         3,
         {"two end records"}},
        {"lying zip64",
         patched([](ZipImage& z) { patch(z.bytes, z.locator + 8, std::uint64_t{0}); },
                 {.zip64_end = true, .saturated = true}),
         3,
         {"no zip64 end record where its locator points"}},
        {"encrypted flag", changed([](auto& e) { e.back().flags = 1; }), 3, {"is encrypted"}},
        {"unknown method",
         patched([](ZipImage& z) { patch(z.bytes, z.central[last(z)] + 10, std::uint16_t{12}); }),
         3,
         {"compressed with method 12", "not stored or deflated"}},
        {"duplicate names",
         changed([&](auto& e) { e.push_back(e.back()); }),
         3,
         {"two entries are named 'archive/"}},
        {"names that differ in case",
         changed([&](auto& e) { e.push_back(item("archive/DATA.PKL", "N.")); }),
         3,
         {"data.pkl"}},
        {"../ name",
         changed([&](auto& e) { e.push_back(item("../etc/passwd")); }),
         3,
         {"'../etc/passwd'", "leads out of its folder"}},
        {"absolute name",
         changed([&](auto& e) { e.push_back(item("/etc/passwd")); }),
         3,
         {"an absolute path"}},
        {"NUL in a name",
         zip_of({ZipItem{.name = "a\0b"s, .content = "x"}}),
         3,
         {"'a\\x00b'", "control byte"}},
        {"overlapping entries",
         patched(
             [](ZipImage& z) { patch(z.bytes, z.central[1] + 42, static_cast<std::uint32_t>(z.local[0])); }),
         3,
         {"entry 'archive/"}},
        {"local header that differs",
         patched([](ZipImage& z) { patch(z.bytes, z.local[1] + 8, std::uint16_t{8}); }),
         3,
         {"has another method in its local header", "expected 0, found 8"}},
        {"wrong CRC",
         patched([](ZipImage& z) { z.bytes[z.data[last(z)]] ^= 1; }),
         3,
         {"has a wrong CRC-32", "expected 0x"}},
        {"several roots", changed([&](auto& e) { e.push_back(item("other/version", "3\n")); }), 3, {"other"}},
        {"two data.pkl",
         changed([&](auto& e) { e.push_back(item("other/data.pkl", "N.")); }),
         3,
         {"data.pkl"}},
        {"no data.pkl",
         changed([](auto& e) {
             std::erase_if(e, [](const ZipItem& i) { return i.name == "archive/data.pkl"; });
         }),
         3,
         {"data.pkl"}},
        {"missing storage",
         changed(
             [](auto& e) { std::erase_if(e, [](const ZipItem& i) { return i.name == "archive/data/0"; }); }),
         3,
         {"tensor 'w'", "its storage is missing", "expected a storage '0'"}},
        {"over 65,535 entries",
         zip_of(many, {.zip64_end = true, .saturated = true}),
         3,
         {"too many entries", "at most 65535", "found 65536"}},
        {"junk before",
         "junk" + whole,
         3,
         {"bytes before the archive", "4 bytes of something else", "cut them off"}},
        {"byteorder big",
         changed([](auto& e) {
             for (ZipItem& i : e)
                 if (i.name == "archive/byteorder") i.content = "big";
         }),
         3,
         {"big"}},
        {"unknown version",
         changed([](auto& e) {
             for (ZipItem& i : e)
                 if (i.name == "archive/version") i.content = "99\n";
         }),
         3,
         {"99"}},
        {"extra field overflow",
         changed([](auto& e) {
             e.back().central_extra = bytes_of(std::uint16_t{0x5455}) + bytes_of(std::uint16_t{200}) + "ab";
         }),
         3,
         {"extra field longer than its header", "200"}},
    });
}

}  // namespace featherface::test
