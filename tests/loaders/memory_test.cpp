// Hostile checkpoints cost memory in proportion to their size: at most three times the file and 64 MiB.
#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "support/checkpoint_checks.hpp"
#include "support/files.hpp"
#include "support/peak_memory.hpp"
#include "support/sanitized.hpp"
#include "support/torch_writer.hpp"

using namespace featherface;
using namespace featherface::test;
using namespace std::string_literals;

namespace {

void check_memory(std::string_view name, const ByteString& bytes) {
    CAPTURE(name);
    const TempDir dir;
    const std::filesystem::path path = dir / "bomb.pth";
    write_file(path, bytes);
    if (kSanitized) {
        (void)loaders::Checkpoint::open(path);
        return;
    }
    const std::size_t used = peak_memory([&] { (void)loaders::Checkpoint::open(path); });
    const std::size_t allowed = 3 * bytes.size() + (std::size_t{64} << 20);
    CAPTURE(bytes.size());
    CAPTURE(used);
    CHECK(used <= allowed);
}

ByteString repeat(std::string_view part, std::size_t times) {
    ByteString result;
    result.reserve(part.size() * times);
    for (std::size_t i = 0; i < times; ++i) result += part;
    return result;
}

// A DEFLATE stream of one byte `size` times: the byte, then copies of 258 from one byte back.
ByteString deflated_run(char byte, std::size_t size) {
    ByteString stream;
    int used = 0;
    const auto bits = [&](unsigned value, int count) {
        for (int i = 0; i < count; ++i, ++used) {
            if (used % 8 == 0) stream += '\0';
            stream.back() = static_cast<char>(stream.back() | (value >> i & 1) << (used % 8));
        }
    };
    const auto code = [&](unsigned value, int count) {  // from its most significant bit
        for (int i = count - 1; i >= 0; --i) bits(value >> i, 1);
    };
    bits(1, 1), bits(1, 2);  // one block, with the fixed codes
    const std::size_t copies = (size - 1) / 258;
    for (std::size_t i = 0; i < size - 258 * copies; ++i) code(0x30u + static_cast<unsigned char>(byte), 8);
    for (std::size_t i = 0; i < copies; ++i) code(0xc5, 8), code(0, 5);
    code(0, 7);
    return stream;
}

}  // namespace

TEST_CASE("memory: pickles that make as many values as they can") {
    // The numbers are just enough to reach the limits, and far beyond them.
    for (const std::size_t many : {std::size_t{300'000}, std::size_t{3'000'000}}) {
        if (kSanitized && many > 300'000) break;
        const auto check = [&](std::string_view name, const ByteString& start, std::string_view repeated) {
            check_memory(name, zip_around(start + repeat(repeated, many)));
        };
        check("empty lists", {}, "]");
        check("lists of one", "N0", "]Na");
        check("lists of one known value",
              "Nq\0"
              "0"s,
              "]h\0a"s);
        check("dicts of one", {}, "}NNs");
        check("nested tuples", ")", "\x85");
        check("nested marks", {}, "(");
        check("numbers", {}, "K\1");
        check("DUP", "N", "2");
        check("memo", "N", "\x94");
        check("calls", "ca\nb\nq\0"s, "h\0)R"s);
        check("escaped strings", {}, "V\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\n0");
        check("short strings", {}, "U\2ab0");
    }
    check_memory("long strings", zip_around(repeat("T\0\0\1\0"s + ByteString(65536, 'x') + "0", 200)));
    check_memory("memo keys", zip_around("Nr\xff\xff\x03\0"s));
}

TEST_CASE("memory: one list that swallows a value again and again") {
    ByteString pickle =
        "]Nq\0"
        "0"s;
    for (int i = 0; i < 50; ++i) pickle.append("(").append(repeat("h\0"s, 100000)).append("e");
    check_memory("swallow", zip_around(pickle + "."));
}

TEST_CASE("memory: a state_dict of as many entries as there may be, all of one tensor") {
    PickleWriter pickle;
    pickle.empty_dict().text("w");
    push_tensor(pickle, make_tensor("t", {1, 1, 1, 1, 1, 1, 1, 1}, std::vector<float>{1}), "0", false);
    pickle.put(0).set_item().mark();
    for (int i = 0; i < 16000; ++i) pickle.text(std::to_string(i)).get(0);
    const ByteString bytes = zip_around(pickle.set_items().stop(), {{"0", bytes_of(1.0f)}});
    CHECK(open_bytes(bytes).tensors().size() == 16001);
    check_memory("tensors", bytes);
}

TEST_CASE("memory: one long name that stands in a dict again and again") {
    for (const std::size_t length : {std::size_t{1000}, std::size_t{200'000}}) {
        PickleWriter pickle;
        pickle.empty_dict().text(std::string(length, 'k')).put(0).raw("0").mark();
        for (int i = 0; i < 16'000; ++i) pickle.get(0).none();
        check_memory("names", zip_around(pickle.set_items().stop()));
    }
}

TEST_CASE("memory: a pickle that was deflated, inflates to as much as it may and makes as much as it can") {
    const ByteString pickle = repeat("]", std::size_t{16} << 20);
    std::vector<ZipItem> items = torch_zip_items(pickle, {});
    items.front().deflated = deflated_run(']', pickle.size());
    const ByteString bytes = make_zip(items, {.zip64_end = true}).bytes;
    check_file_refused(bytes, StatusCode::limit_exceeded, {"pickle: too many values"});
    check_memory("deflated", bytes);
}

TEST_CASE("memory: an archive of as many entries as there may be") {
    std::vector<ZipItem> items = torch_zip_items("}.", {});
    for (int i = 0; i < 65000; ++i)
        items.push_back({.name = "archive/data/" + std::to_string(i), .content = {}});
    const ByteString bytes = make_zip(items, {.zip64_end = true}).bytes;
    CHECK(open_bytes(bytes).tensors().empty());
    check_memory("entries", bytes);
}

TEST_CASE("memory: legacy files") {
    check_memory("magic", "\x80\x02"s + repeat("]", 3'000'000));
    check_memory("object", legacy_header() + repeat("}", 3'000'000));
    PickleWriter pickle;
    pickle.empty_list();
    for (int i = 0; i < 20000; ++i) {
        push_storage(pickle, loaders::DType::f32, std::to_string(i), 0, true);
        pickle.append();
    }
    check_memory("storages", legacy_header() + pickle.stop());
}
