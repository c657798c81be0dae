// npz: what NumPy writes is read, and what we write NumPy's way is read back; everything doubtful is refused.
#include "tools/files/npz.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "loaders/archive/zip.hpp"
#include "support/bytes.hpp"
#include "support/files.hpp"
#include "support/peak_memory.hpp"
#include "support/png_writer.hpp"
#include "support/sanitized.hpp"
#include "support/status_checks.hpp"
#include "support/zip_writer.hpp"

using namespace featherface;
using namespace featherface::test;
using namespace std::string_literals;
using loaders::DType;
using tools::NpzArray;
using tools::NpzReader;
using tools::NpzWriter;

namespace {

using Shape = std::vector<std::int64_t>;

NpzReader opened_npz(const std::filesystem::path& path) {
    auto reader = NpzReader::open(path);
    REQUIRE_MESSAGE(reader.ok(), reader.status().message());
    return std::move(reader).value();
}

std::vector<float> read_floats(const NpzReader& reader, std::string_view name, const Shape& expected) {
    Shape shape;
    auto values = reader.read_f32(name, &shape);
    REQUIRE_MESSAGE(values.ok(), values.status().message());
    CHECK(shape == expected);
    return std::move(values).value();
}

std::vector<float> counting(std::size_t count) {
    std::vector<float> values(count);
    std::iota(values.begin(), values.end(), 0.0f);
    return values;
}

// An npy array of any header text, right or wrong.
ByteString npy(const ByteString& dictionary, const ByteString& data, int version = 1) {
    ByteString result = "\x93NUMPY"s + static_cast<char>(version) + '\0';
    if (version == 1) {
        append(result, static_cast<std::uint16_t>(dictionary.size()));
    } else {
        append(result, static_cast<std::uint32_t>(dictionary.size()));
    }
    return result + dictionary + data;
}

ByteString dictionary(const ByteString& descr, const ByteString& order, const ByteString& shape) {
    return "{'descr': " + descr + ", 'fortran_order': " + order + ", 'shape': " + shape + ", }\n";
}

const ByteString kTwoFloats = bytes_of(1.5f) + bytes_of(-2.0f);
const ByteString kGood = npy(dictionary("'<f4'", "False", "(2,)"), kTwoFloats);

// The archive with one stored array "x", in a file of its own.
class Archive {
  public:
    explicit Archive(const ByteString& array)
        : Archive(std::vector<ZipItem>{{.name = "x.npy", .content = array}}) {}
    explicit Archive(const std::vector<ZipItem>& items) { write_file(path(), make_zip(items).bytes); }
    std::filesystem::path path() const { return folder_ / "dump.npz"; }

  private:
    TempDir folder_;
};

// An entry "x" of this header and so many zeros, deflated as far as can be.
ZipItem deflated_zeros(const ByteString& header, std::size_t count) {
    const auto length = static_cast<std::uint16_t>(header.size());
    const ByteString zlib = zlib_zeros(count);
    ZipItem item = {.name = "x.npy", .content = header + ByteString(count, '\0')};
    item.deflated = "\0"s + bytes_of(length) + bytes_of(static_cast<std::uint16_t>(~length)) + header +
                    zlib.substr(2, zlib.size() - 6);  // without zlib's frame
    return item;
}

void check_array_refused(const ByteString& array, StatusCode code, std::string_view words) {
    const Archive archive(array);
    const NpzReader reader = opened_npz(archive.path());
    check_refused(reader.read("x").status(), code, {"dump.npz: array 'x': ", words});
    CHECK(reader.read_f32("x").status().code() == code);
}

}  // namespace

TEST_CASE("npz: NumPy's archives are read, stored and deflated, in every type") {
    for (const char* file : {"npz/stored.npz", "npz/deflated.npz"}) {
        CAPTURE(file);
        const NpzReader reader = opened_npz(data_file(file));
        CHECK(reader.names().size() == 17);
        CHECK(reader.names()[0] == "float16");
        const std::pair<std::string, DType> types[] = {
            {"float16", DType::f16}, {"float32", DType::f32}, {"float64", DType::f64}, {"uint8", DType::u8},
            {"uint16", DType::u16},  {"uint32", DType::u32},  {"uint64", DType::u64},  {"int8", DType::i8},
            {"int16", DType::i16},   {"int32", DType::i32},   {"int64", DType::i64},
        };
        for (const auto& type : types) {
            CAPTURE(type.first);
            CHECK(read_floats(reader, type.first, {2, 3}) == counting(6));
            CHECK(reader.read(type.first)->dtype == type.second);
            CHECK(reader.read(type.first)->bytes.size() == 6 * size_of(type.second));
        }
        CHECK(read_floats(reader, "bool", {2, 3}) == std::vector<float>{0, 1, 0, 1, 0, 1});
        CHECK(read_floats(reader, "scalar", {}) == std::vector<float>{2.5f});
        CHECK(read_floats(reader, "empty", {0, 3}).empty());
        CHECK(read_floats(reader, "fortran", {2, 3, 4}) == counting(24));
        CHECK(read_floats(reader, "module.path#1", {2000}) == std::vector<float>(2000, 7.0f));
        CHECK(reader.read("complex64")->dtype == DType::complex64);
        check_refused(reader.read_f32("complex64").status(), StatusCode::unsupported, {"complex numbers"});
    }
}

TEST_CASE("npz: a stored array is a view into the file, read again it is the same one") {
    const Archive archive(kGood);
    const NpzReader reader = opened_npz(archive.path());
    const NpzArray first = reader.read("x").value();
    const NpzArray second = reader.read("x").value();
    CHECK(first.bytes.data() == second.bytes.data());
    CHECK(first.element_count() == 2);
    const NpzReader deflated = opened_npz(data_file("npz/deflated.npz"));
    CHECK(deflated.read("fortran")->bytes.data() == deflated.read("fortran")->bytes.data());
}

TEST_CASE("npz: header versions 1, 2 and 3 are read, others named") {
    const NpzReader reader = opened_npz(data_file("npz/versions.npz"));
    for (const char* name : {"version1", "version2", "version3"}) {
        CHECK(read_floats(reader, name, {5}) == counting(5));
    }
    check_array_refused(npy(dictionary("'<f4'", "False", "(2,)"), kTwoFloats, 4), StatusCode::unsupported,
                        "npy format of another version at byte 41: expected 1.0, 2.0 or 3.0, found 4.0");
    check_array_refused(npy(dictionary("'<f4'", "False", "(2,)"), kTwoFloats, 0), StatusCode::unsupported,
                        "found 0.0");
}

TEST_CASE("npz: objects, text, big-endian numbers and other types are named and the rest still read") {
    const NpzReader reader = opened_npz(data_file("npz/refused.npz"));
    const std::pair<std::string, std::string_view> refused[] = {
        {"objects", "an array of Python objects"},
        {"text", "an array of text"},
        {"bytes", "an array of text"},
        {"big_endian", "an array of big-endian numbers"},
        {"structured", "an array of structured elements"},
        {"dates", "an array of dates"},
        {"long_double", "an array of unknown elements"},
    };
    for (const auto& array : refused) {
        check_refused(reader.read(array.first).status(), StatusCode::unsupported,
                      {"refused.npz: array '" + array.first, array.second, "astype"});
    }
    CHECK(read_floats(reader, "fine", {3}) == counting(3));
}

TEST_CASE("npz: NaN, infinities and the sign of zero come through unchanged") {
    std::vector<float> values = {
        std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
        -std::numeric_limits<float>::infinity(), -0.0f, std::numeric_limits<float>::denorm_min()};
    const Archive archive(
        npy(dictionary("'<f4'", "False", "(5,)"), bytes_of_all(std::span<const float>(values))));
    const auto read = opened_npz(archive.path()).read_f32("x").value();
    CHECK(std::memcmp(read.data(), values.data(), sizeof(float) * 5) == 0);
}

TEST_CASE("npz: Fortran order is turned to C order at every rank, one-dimensional data left as it is") {
    // Element (i, j) of 2 x 3 is 10 i + j; in Fortran order i varies fastest.
    ByteString data;
    for (const std::int16_t value : {0, 10, 1, 11, 2, 12}) append(data, value);
    const Archive matrix(npy(dictionary("'<i2'", "True", "(2, 3)"), data));
    CHECK(read_floats(opened_npz(matrix.path()), "x", {2, 3}) == std::vector<float>{0, 1, 2, 10, 11, 12});
    const Archive line(npy(dictionary("'<i2'", "True", "(6,)"), data));
    CHECK(read_floats(opened_npz(line.path()), "x", {6}) == std::vector<float>{0, 10, 1, 11, 2, 12});
    const Archive empty(npy(dictionary("'<i2'", "True", "(2, 0, 3)"), ""));
    CHECK(read_floats(opened_npz(empty.path()), "x", {2, 0, 3}).empty());
}

TEST_CASE("npz: headers are read as Python reads them") {
    for (const char* text : {
             "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }",
             "{\"shape\":(2,),\"descr\":\"<f4\",\"fortran_order\":False}",
             "  { 'fortran_order' : False ,\n 'shape' : ( 2 , 1 , ) , 'descr' : '=f4' }   \n",
             "{'descr': '<f4', 'fortran_order': False, 'shape': (1,2,1)}",
         }) {
        CAPTURE(text);
        const Archive archive(npy(text, kTwoFloats));
        const auto values = opened_npz(archive.path()).read_f32("x");
        REQUIRE_MESSAGE(values.ok(), values.status().message());
        CHECK(values.value() == std::vector<float>{1.5f, -2.0f});
    }
}

TEST_CASE("npz: damaged headers are refused") {
    const auto check = [](const ByteString& text, std::string_view words) {
        CAPTURE(text);
        check_array_refused(npy(text, kTwoFloats), StatusCode::malformed, words);
    };
    check("", "no dictionary");
    check("[]", "no dictionary");
    check("{'descr': '<f4', 'fortran_order': False}", "'descr', 'fortran_order' or 'shape' is missing");
    check("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'x': 1}", "unexpected key 'x'");
    check("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,)}",
          "unexpected key 'descr'");
    check("{'descr': '<f4' 'fortran_order': False, 'shape': (2,)}", "no comma");
    check("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)", "no comma");
    check("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} x", "something follows");
    check("{'descr': <f4, 'fortran_order': False, 'shape': (2,)}", "no element type");
    check("{'descr': '<f\\x34', 'fortran_order': False, 'shape': (2,)}", "no element type");
    check("{descr: '<f4'}", "no key");
    check("{'descr", "no key");
    check(dictionary("'<f4'", "0", "(2,)"), "fortran_order is neither True nor False");
    for (const char* shape : {"2", "(2)", "[2]", "(-1,)", "(2.0,)", "(,)", "(2 3)", "(2,,)",
                              "(9223372036854775808,)", "(99999999999999999999,)", "(None,)"}) {
        check(dictionary("'<f4'", "False", shape), "the shape is no tuple");
    }
    ByteString many = "(";
    for (int i = 0; i < 33; ++i) many += "1,";
    check(dictionary("'<f4'", "False", many + ")"), "the shape is no tuple of up to 32 sizes");
}

TEST_CASE(
    "npz: shapes that overflow, data that is short or long, headers that are cut or too long are refused") {
    const auto array = [](const ByteString& shape) {
        return npy(dictionary("'<f4'", "False", shape), kTwoFloats);
    };
    check_array_refused(array("(4611686018427387904, 4611686018427387904)"), StatusCode::malformed,
                        "shape overflows");
    check_array_refused(array("(2305843009213693952,)"), StatusCode::malformed, "shape overflows");
    check_array_refused(array("(3,)"), StatusCode::malformed, "data too short");
    check_array_refused(array("(3,)"), StatusCode::malformed, "expected 12 bytes for its shape, found 8");
    check_array_refused(array("(1,)"), StatusCode::malformed, "data too long");
    check_array_refused(array("(9223372036854775807, 9223372036854775807, 0)"), StatusCode::malformed,
                        "data too long");
    for (std::size_t size = 0; size < kGood.size(); ++size) {
        CAPTURE(size);
        const Archive archive(kGood.substr(0, size));
        CHECK(opened_npz(archive.path()).read("x").status().code() == StatusCode::malformed);
    }
    check_array_refused("hello", StatusCode::malformed,
                        "no npy array at byte 35: expected 93 4e 55 4d 50 59, found 68");
    ByteString lying = kGood;
    patch(lying, 8, static_cast<std::uint16_t>(60000));
    check_array_refused(lying, StatusCode::malformed, "npy header too long for the array");
    ByteString lying2 = npy(dictionary("'<f4'", "False", "(2,)"), kTwoFloats, 2);
    patch(lying2, 8, 0xffffffffu);
    check_array_refused(lying2, StatusCode::malformed, "npy header too long for the array");
    check_array_refused(npy(dictionary("'<f4'", "False", "(2,)") + ByteString(66000, ' '), kTwoFloats, 2),
                        StatusCode::limit_exceeded, "npy header too long");
}

TEST_CASE("npz: a size of zero beside huge ones is an empty array") {
    const Archive archive(
        npy(dictionary("'<f4'", "False", "(9223372036854775807, 9223372036854775807, 0)"), ""));
    CHECK(opened_npz(archive.path()).read("x")->element_count() == 0);
    CHECK(opened_npz(archive.path()).read_f32("x")->empty());
}

TEST_CASE("npz: a wrong CRC is noticed, stored and deflated") {
    ZipImage image = make_zip({{.name = "x.npy", .content = kGood}});
    image.bytes[image.data[0] + kGood.size() - 1] ^= 1;
    const TempDir folder;
    write_file(folder / "dump.npz", image.bytes);
    check_refused(opened_npz(folder / "dump.npz").read("x").status(), StatusCode::malformed,
                  {"wrong CRC-32"});

    const auto stored_block = [](const ByteString& content) {
        const auto size = static_cast<std::uint16_t>(content.size());
        return "\1"s + bytes_of(size) + bytes_of(static_cast<std::uint16_t>(~size)) + content;
    };
    ZipItem deflated = {.name = "x.npy", .content = kGood, .deflated = stored_block(kGood)};
    CHECK(read_floats(opened_npz(Archive(std::vector{deflated}).path()), "x", {2}) ==
          std::vector<float>{1.5f, -2.0f});
    deflated.deflated->back() ^= 1;
    const Archive wrong(std::vector{deflated});
    check_refused(opened_npz(wrong.path()).read("x").status(), StatusCode::malformed,
                  {"array 'x'", "wrong CRC-32"});
    deflated.deflated = stored_block(kGood.substr(0, kGood.size() - 1));
    const Archive short_stream(std::vector{deflated});
    check_refused(opened_npz(short_stream.path()).read("x").status(), StatusCode::malformed,
                  {"array 'x': DEFLATE stream: ends after"});
    // A header that was promised longer is not looked for in memory that nobody wrote.
    deflated.deflated = stored_block(kGood.substr(0, 20));
    const Archive short_header(std::vector{deflated});
    check_refused(opened_npz(short_header.path()).shape("x").status(), StatusCode::malformed,
                  {"array 'x': npy header cut short", "found 10"});
}

TEST_CASE("npz: an array that is deflated to next to nothing is refused by its header, and costs no memory") {
    // 32 MiB of zeros in 33 KB, and 8 MiB of bytes, which are four times as much as floats.
    const TempDir folder;
    for (const auto& [type, size] : {std::pair{"'<f4'", 4}, {"'|b1'", 1}}) {
        const ByteString header = npy(dictionary(type, "False", "(8388608,)"), "");
        const std::size_t bytes = std::size_t{8'388'608} * static_cast<std::size_t>(size);
        write_file(folder / "dump.npz", make_zip({deflated_zeros(header, bytes)}).bytes);
        const NpzReader reader = opened_npz(folder / "dump.npz");
        REQUIRE(reader.shape("x").ok());
        CHECK(reader.shape("x")->size() == 1);
        check_refused(reader.read_f32("x").status(), StatusCode::limit_exceeded,
                      {"array 'x': deflated array too large", "numpy.savez"});
        if (!kSanitized)
            CHECK(peak_memory([&] { static_cast<void>(reader.read_f32("x")); }) < std::size_t{4} << 20);
    }
    // What it holds of a smaller one is read, and is right.
    const ByteString header = npy(dictionary("'<f4'", "False", "(1000,)"), "");
    const Archive small(std::vector{deflated_zeros(header, 4000)});
    CHECK(read_floats(opened_npz(small.path()), "x", {1000}) == std::vector<float>(1000));
}

TEST_CASE("npz: a dump that is cut or overwritten while it is read is an error, never the program's end") {
    const TempDir folder;
    const std::string path = folder / "dump.npz";
    auto writer = NpzWriter::create(path).value();
    const std::vector<float> values = counting(100'000);
    for (const char* name : {"a", "b", "c"}) REQUIRE(writer.add_f32(name, Shape{100'000}, values).ok());
    REQUIRE(writer.finish().ok());
    const NpzReader reader = opened_npz(path);
    const auto a = reader.read("a");
    REQUIRE(a.ok());
    std::filesystem::resize_file(path, 500'000);
    check_refused(reader.read_f32("b").status(), StatusCode::io_error, {path, "shrank while it was read"});
    check_refused(reader.read("c").status(), StatusCode::io_error, {path, "shrank while it was read"});
    CHECK(reader.read_f32("a").value() == values);
    write_file(path, ByteString(1'300'000, 'x'));
    CHECK_FALSE(reader.read("b").ok());
    CHECK(std::memcmp(a->bytes.data(), values.data(), a->bytes.size()) == 0);
}

TEST_CASE("npz: missing names, repeated names and entries that are no arrays are refused") {
    const Archive archive(kGood);
    const NpzReader reader = opened_npz(archive.path());
    CHECK(reader.contains("x"));
    CHECK_FALSE(reader.contains("x.npy"));
    CHECK_FALSE(reader.contains("y"));
    check_refused(reader.read("y").status(), StatusCode::invalid_argument, {"dump.npz: no array 'y'"});
    const Archive twice({{.name = "x.npy", .content = kGood}, {.name = "x.npy", .content = kGood}});
    check_refused(NpzReader::open(twice.path()).status(), StatusCode::malformed,
                  {"dump.npz", "two entries are named"});
    const Archive torch(std::vector<ZipItem>{{.name = "archive/data.pkl", .content = "x"}});
    check_refused(NpzReader::open(torch.path()).status(), StatusCode::malformed,
                  {"not an npz archive: entry 'archive/data.pkl'"});
}

TEST_CASE("npz: what is no archive is refused") {
    const TempDir folder;
    write_file(folder / "single.npy", kGood);
    check_refused(NpzReader::open(folder / "single.npy").status(), StatusCode::unsupported,
                  {"single.npy: a single npy array", "numpy.savez"});
    write_file(folder / "text.npz", "hello");
    check_refused(NpzReader::open(folder / "text.npz").status(), StatusCode::malformed, {"text.npz: zip"});
    check_refused(NpzReader::open(folder / "missing.npz").status(), StatusCode::io_error, {"missing.npz"});
    check_refused(NpzReader::open(folder.path()).status(), StatusCode::io_error, {"a directory"});
    const ByteString whole = make_zip({{.name = "x.npy", .content = kGood}}).bytes;
    for (std::size_t size = 1; size < whole.size(); size += 7) {
        write_file(folder / "cut.npz", whole.substr(0, size));
        CHECK(NpzReader::open(folder / "cut.npz").status().code() == StatusCode::malformed);
    }
}

TEST_CASE("npz writer: every type and shape is read back, in order, the elements at multiples of 64 bytes") {
    const TempDir folder;
    const auto path = folder / "out.npz";
    auto created = NpzWriter::create(path);
    REQUIRE(created.ok());
    NpzWriter writer = std::move(created).value();
    const std::vector<float> values = counting(24);
    CHECK(writer.add_f32("stage1.0#1", Shape{2, 3, 4}, values).ok());
    CHECK(writer.add_f32("scalar", {}, std::span(values).first(1)).ok());
    CHECK(writer.add_f32("empty", Shape{3, 0}, {}).ok());
    CHECK(writer.add_f32("d\xc3\xa9j\xc3\xa0", Shape{24}, values).ok());
    const std::string json = "{\"version\": 1}";
    CHECK(
        writer.add("__meta__", DType::u8, Shape{static_cast<std::int64_t>(json.size())}, span_of(json)).ok());
    const DType types[] = {DType::f16, DType::f64,     DType::i8,        DType::i16,
                           DType::i32, DType::i64,     DType::u16,       DType::u32,
                           DType::u64, DType::boolean, DType::complex64, DType::complex128};
    for (const DType type : types) {
        const ByteString bytes(3 * size_of(type), '\1');
        CHECK(writer.add(name_of(type), type, Shape{3}, span_of(bytes)).ok());
    }
    CHECK_FALSE(std::filesystem::exists(path));
    CHECK(writer.finish().ok());

    const NpzReader reader = opened_npz(path);
    CHECK(reader.names().size() == 5 + std::size(types));
    CHECK(reader.names()[0] == "stage1.0#1");
    CHECK(reader.names()[4] == "__meta__");
    CHECK(read_floats(reader, "stage1.0#1", {2, 3, 4}) == values);
    CHECK(read_floats(reader, "scalar", {}) == std::vector<float>{0});
    CHECK(read_floats(reader, "empty", {3, 0}).empty());
    CHECK(read_floats(reader, "d\xc3\xa9j\xc3\xa0", {24}) == values);
    const NpzArray meta = reader.read("__meta__").value();
    CHECK(std::string(reinterpret_cast<const char*>(meta.bytes.data()), meta.bytes.size()) == json);
    for (const DType type : types) {
        const NpzArray array = reader.read(name_of(type)).value();
        CHECK(array.dtype == type);
        CHECK(array.shape == Shape{3});
    }

    const auto file = read_file(path);
    const auto archive = loaders::ZipArchive::open(std::as_bytes(std::span(file))).value();
    for (const loaders::ZipEntry& entry : archive.entries()) {
        CHECK(entry.method == loaders::ZipMethod::stored);
        CHECK(entry.data_offset % 64 == 0);
        const auto header =
            10 + std::to_integer<unsigned>(entry.data[8]) + 256 * std::to_integer<unsigned>(entry.data[9]);
        CHECK(header % 64 == 0);
    }
}

TEST_CASE("npz writer: the header is the one NumPy writes") {
    const TempDir folder;
    auto writer = NpzWriter::create(folder / "out.npz").value();
    REQUIRE(writer.add_f32("float32", Shape{2, 3}, counting(6)).ok());
    REQUIRE(writer.add_f32("empty", Shape{0, 3}, {}).ok());
    REQUIRE(writer.add_f32("module.path#1", Shape{2000}, std::vector<float>(2000, 7.0f)).ok());
    REQUIRE(writer.finish().ok());
    const auto ours = read_file(folder / "out.npz");
    const auto theirs = read_file(data_file("npz/stored.npz"));
    const auto our_archive = loaders::ZipArchive::open(std::as_bytes(std::span(ours))).value();
    const auto their_archive = loaders::ZipArchive::open(std::as_bytes(std::span(theirs))).value();
    for (const char* name : {"float32.npy", "empty.npy", "module.path#1.npy"}) {
        CAPTURE(name);
        CHECK(std::ranges::equal(our_archive.find(name)->data, their_archive.find(name)->data));
    }
}

TEST_CASE("npz writer: an archive without arrays is one") {
    const TempDir folder;
    CHECK(NpzWriter::create(folder / "none.npz")->finish().ok());
    CHECK(opened_npz(folder / "none.npz").names().empty());
}

TEST_CASE("npz writer: names and sizes that cannot be are refused, the others still written") {
    const TempDir folder;
    auto writer = NpzWriter::create(folder / "out.npz").value();
    const std::vector<float> values = counting(6);
    REQUIRE(writer.add_f32("x", Shape{6}, values).ok());
    const auto refuse = [&](std::string_view name, const Shape& shape, std::string_view words) {
        check_refused(writer.add_f32(name, shape, values), StatusCode::invalid_argument, {words});
    };
    refuse("x", {6}, "array 'x' is there already");
    refuse("", {6}, "of no bytes");
    refuse("/x", {6}, "an absolute path");
    refuse("a/../x", {6}, "leads out of its folder");
    refuse("a\nb", {6}, "control byte");
    refuse(std::string(70000, 'x'), {6}, "too long");
    refuse("y", {7}, "expected 28 bytes, found 24");
    refuse("y", {-6}, "a shape no array can have");
    refuse("y", {1ll << 62, 1ll << 62}, "a shape no array can have");
    refuse("y", Shape(33, 1), "a shape no array can have");
    check_refused(writer.add("y", DType::bf16, Shape{6}, std::as_bytes(std::span(values)).first(12)),
                  StatusCode::invalid_argument, {"NumPy has no type bfloat16"});
    REQUIRE(writer.add_f32("y", Shape{6}, values).ok());
    REQUIRE(writer.finish().ok());
    CHECK(opened_npz(folder / "out.npz").names().size() == 2);
}

TEST_CASE("npz writer: without finish() nothing is left behind, and an older file stays as it was") {
    const TempDir folder;
    write_file(folder / "out.npz", "older");
    {
        auto writer = NpzWriter::create(folder / "out.npz").value();
        REQUIRE(writer.add_f32("x", Shape{6}, counting(6)).ok());
    }
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
    CHECK(read_file(folder / "out.npz").size() == 5);
}

TEST_CASE("npz writer: a full disk is an output error") {
    auto writer = NpzWriter::create("/dev/full").value();
    check_refused(writer.add_f32("x", Shape{6}, counting(6)), StatusCode::output_error,
                  {"/dev/full: cannot write", "No space left"});
}

TEST_CASE("npz writer: the 65,535 arrays a reader takes can be written, and no more") {
    const TempDir folder;
    auto writer = NpzWriter::create(folder / "many.npz").value();
    bool all = true;
    for (int i = 0; i < 65535; ++i) all &= writer.add_f32(std::to_string(i), {}, std::vector<float>{1}).ok();
    CHECK(all);
    check_refused(writer.add_f32("one more", {}, std::vector<float>{1}), StatusCode::limit_exceeded,
                  {"65535"});
    REQUIRE(writer.finish().ok());
    CHECK(opened_npz(folder / "many.npz").names().size() == 65535);
}
