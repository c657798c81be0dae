// Dumps that are damaged or of another kind, given to compare as the reference or as the first of two.
#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

#include "support/zip_writer.hpp"
#include "tools/bad_inputs/bad_input.hpp"

namespace featherface::test {
namespace {

using namespace std::string_literals;

ByteString array(const char* descr, const char* order, const char* shape, const ByteString& data,
                 int version = 1, std::size_t padding = 0) {
    const ByteString dictionary = "{'descr': "s + descr + ", 'fortran_order': " + order +
                                  ", 'shape': " + shape + ", }" + ByteString(padding, ' ') + "\n";
    ByteString header = "\x93NUMPY"s + static_cast<char>(version) + '\0';
    const auto size = dictionary.size();
    header += version == 1 ? bytes_of(static_cast<std::uint16_t>(size))
                           : bytes_of(static_cast<std::uint32_t>(size));
    return header + dictionary + data;
}

ByteString npz(const ByteString& conf, const char* name = "conf.npy") {
    return make_zip({{.name = name, .content = conf}}).bytes;
}

ByteString floats(std::size_t count, float value = 0) {
    ByteString bytes;
    for (std::size_t i = 0; i < count; ++i) append(bytes, value);
    return bytes;
}

}  // namespace

TEST_CASE("bad inputs: dumps of two are compared, or refused with the array and the byte") {
    BadInputs compare({"compare", "{}", "{}"}, ".npz");
    const ByteString two = floats(2);
    const float nan = std::numeric_limits<float>::quiet_NaN();
    ByteString long_header = array("'<f4'", "False", "(2,)", two);
    patch(long_header, 8, std::uint16_t{60'000});
    compare.check({
        {"sound", npz(array("'<f4'", "False", "(1, 1, 2)", two)), 0, {"the one name compared agrees"}},
        {"object array",
         npz(array("'|O'", "False", "(2,)", two)),
         3,
         {"an array of Python objects", "numpy.float32"}},
        {"Fortran order", npz(array("'<f4'", "True", "(1, 2)", two)), 0, {"agree"}},
        {"big-endian", npz(array("'>f4'", "False", "(2,)", two)), 3, {"an array of big-endian numbers"}},
        {"header version 2", npz(array("'<f4'", "False", "(2,)", two, 2)), 0, {"agree"}},
        {"header version 3", npz(array("'<f4'", "False", "(2,)", two, 3)), 0, {"agree"}},
        {"header version 4",
         npz(array("'<f4'", "False", "(2,)", two, 4)),
         3,
         {"npy format of another version", "4.0"}},
        {"header too long",
         npz(array("'<f4'", "False", "(2,)", two, 2, 70'000)),
         3,
         {"npy header too long", "at most 65535"}},
        {"header past the end", npz(long_header), 3, {"npy header too long for the array"}},
        {"shape overflow",
         npz(array("'<f4'", "False", "(4611686018427387904, 4)", two)),
         3,
         {"the npy shape overflows"}},
        {"data short",
         npz(array("'<f4'", "False", "(3,)", two)),
         3,
         {"data too short", "expected 12 bytes for its shape, found 8"}},
        {"NaN on both sides",
         npz(array("'<f4'", "False", "(2,)", floats(2, nan))),
         1,
         {"2 NaN in ours", "2 NaN in the reference"}},
        {"no archive", "hello", 3, {"zip: no end record"}},
        {"one array", array("'<f4'", "False", "(2,)", two), 3, {"a single npy array", "numpy.savez"}},
    });
}

TEST_CASE("bad inputs: a reference of other names or shapes than the network's says so") {
    BadInputs compare({"compare", "{dump}", "{}"}, ".npz");
    compare.check({
        {"extra name",
         npz(array("'<f4'", "False", "(2,)", floats(2)), "more.npy"),
         3,
         {"nothing to compare"}},
        {"another shape",
         npz(array("'<f4'", "False", "(1, 3, 2)", floats(6))),
         1,
         {"the reference has (1, 3, 2)"}},
        {"NHWC",
         npz(array("'<f4'", "False", "(1, 24, 32, 3)", floats(24 * 32 * 3)), "input.npy"),
         1,
         {"NHWC"}},
    });
    BadInputs run({"compare", "-m", "{model}", "{}"}, ".npz");
    run.check({
        {"missing names",
         npz(array("'<f4'", "False", "(2,)", floats(2))),
         3,
         {"neither 'input' nor 'image_bgr'"}},
        {"NHWC input",
         npz(array("'<f4'", "False", "(1, 24, 32, 3)", floats(24 * 32 * 3)), "input.npy"),
         3,
         {"that is NHWC", "numpy.transpose"}},
    });
}

}  // namespace featherface::test
