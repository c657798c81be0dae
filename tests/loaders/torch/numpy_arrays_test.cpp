// NumPy arrays in a state_dict's place, as each pickle protocol writes them.
#include "loaders/torch/numpy_arrays.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/checkpoint_checks.hpp"
#include "support/torch_writer.hpp"

using namespace featherface;
using namespace featherface::test;
using namespace std::string_literals;
using loaders::Checkpoint;
using loaders::DType;

namespace {

const std::vector<float> kValues = {1, -2, 3.5f, 4, 5, -6};

enum class Data { latin1, bytes, buffer };

struct ArrayOptions {
    std::string core = "numpy.core";
    std::string type = "f4", order = "<";
    std::vector<int> shape = {2, 3};
    bool fortran = false;
    Data data = Data::latin1;
};

// Bytes as UTF-8 of the code points up to 255.
ByteString as_text(const ByteString& bytes) {
    ByteString text;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80) {
            text += c;
        } else {
            text += static_cast<char>(0xc0 | byte >> 6);
            text += static_cast<char>(0x80 | (byte & 0x3f));
        }
    }
    return text;
}

void push_shape(PickleWriter& pickle, const std::vector<int>& shape) {
    pickle.mark();
    for (const int size : shape) pickle.integer(size);
    pickle.tuple();
}

void push_type(PickleWriter& pickle, const ArrayOptions& options) {
    pickle.global("numpy", "dtype").mark().text(options.type).boolean(false).boolean(true).tuple().reduce();
    pickle.mark().integer(3).text(options.order).none().none().none().integer(-1).integer(-1).integer(0);
    pickle.tuple().build();
}

void push_array(PickleWriter& pickle, const ByteString& bytes, const ArrayOptions& options) {
    const auto counted = [](char opcode, const ByteString& content) {
        return ByteString(1, opcode) + bytes_of(static_cast<std::uint32_t>(content.size())) + content;
    };
    if (options.data == Data::buffer) {
        pickle.global(options.core + ".numeric", "_frombuffer").mark().raw("\x96");
        pickle.raw(bytes_of(std::uint64_t{bytes.size()})).raw(bytes);
        push_type(pickle, options);
        push_shape(pickle, options.shape);
        pickle.text(options.fortran ? "F" : "C").tuple().reduce();
        return;
    }
    pickle.global(options.core + ".multiarray", "_reconstruct").mark().global("numpy", "ndarray");
    pickle.mark().integer(0).tuple().raw(counted('B', "b")).tuple().reduce().mark().integer(1);
    push_shape(pickle, options.shape);
    push_type(pickle, options);
    pickle.boolean(options.fortran);
    if (options.data == Data::bytes) {
        pickle.raw(counted('B', bytes));
    } else {
        pickle.global("_codecs", "encode")
            .mark()
            .raw(counted('X', as_text(bytes)))
            .text("latin1")
            .tuple()
            .reduce();
    }
    pickle.tuple().build();
}

ByteString file_with(const ByteString& bytes, const ArrayOptions& options) {
    PickleWriter pickle;
    pickle.empty_dict().text("w");
    push_array(pickle, bytes, options);
    return zip_around(pickle.set_item().stop());
}

ByteString floats() {
    return bytes_of_all(std::span(kValues));
}

}  // namespace

TEST_CASE("numpy: arrays of protocols 2, 3 and 5, of NumPy 1 and 2, are tensors") {
    for (const Data data : {Data::latin1, Data::bytes, Data::buffer}) {
        for (const char* core : {"numpy.core", "numpy._core"}) {
            const ByteString file = file_with(floats(), {.core = core, .data = data});
            const Checkpoint checkpoint = open_bytes(file);
            CHECK(values_of(checkpoint, "w") == kValues);
            CHECK(checkpoint.find("w")->shape == std::vector<std::int64_t>{2, 3});
        }
    }
}

TEST_CASE("numpy: Fortran order is a matter of strides") {
    for (const Data data : {Data::latin1, Data::buffer}) {
        const ByteString file = file_with(floats(), {.fortran = true, .data = data});
        CHECK(values_of(open_bytes(file), "w") == std::vector<float>{1, 3.5f, 5, -2, 4, -6});
    }
}

TEST_CASE("numpy: types are named; what is no number of ours is named and not read") {
    const ByteString doubles = file_with(ByteString(48, '\0'), {.type = "f8"});
    CHECK(open_bytes(doubles).find("w")->dtype == DType::f64);
    const ByteString whole = file_with(ByteString(48, '\0'), {.type = "i8"});
    CHECK(open_bytes(whole).find("w")->dtype == DType::i64);
    for (const auto& [type, order] : {std::pair("f4", ">"), std::pair("O8", "|"), std::pair("U5", "<")}) {
        const ByteString other = file_with(floats(), {.type = type, .order = order});
        CHECK(open_bytes(other).find("w")->layout == "numpy");
        CHECK(open_bytes(other).find("w")->bytes.empty());
    }
}

TEST_CASE("numpy: data of another length than shape and type say is refused") {
    check_malformed(file_with(floats().substr(1), {}),
                    {"array 'w'", "another length", "expected 24 bytes", "found 23"});
    check_malformed(file_with(floats(), {.shape = {2, 4}}), {"array 'w'", "expected 32 bytes"});
    check_malformed(file_with(floats(), {.shape = {-2, 3}}), {"array 'w'", "negative number"});
    check_file_refused(file_with(floats(), {.shape = {1 << 30, 1 << 30, 1 << 30}}),
                       StatusCode::limit_exceeded, {"array 'w'", "too large"});
}

TEST_CASE("numpy: an array that BUILD gave nothing is refused") {
    PickleWriter pickle;
    pickle.empty_dict().text("w").global("numpy.core.multiarray", "_reconstruct").empty_tuple().reduce();
    check_malformed(zip_around(pickle.set_item().stop()), {"array 'w'", "not made as NumPy makes arrays"});
}

TEST_CASE("numpy: one text that many arrays share is decoded once") {
    PickleWriter pickle;
    const ByteString bytes(4 << 18, '\xff');  // a million floats' bytes, two each as text
    const ByteString text = as_text(bytes);
    pickle.raw("X").raw(bytes_of(static_cast<std::uint32_t>(text.size()))).raw(text).put(0).raw("0");
    pickle.empty_dict().mark();
    for (int i = 0; i < 200; ++i) {
        pickle.text(std::to_string(i)).global("numpy.core.multiarray", "_reconstruct").empty_tuple().reduce();
        pickle.mark().integer(1).mark().integer(1 << 18).tuple();
        push_type(pickle, {});
        pickle.boolean(false).global("_codecs", "encode").mark().get(0).text("latin1").tuple().reduce();
        pickle.tuple().build();
    }
    const ByteString file = zip_around(pickle.set_items().stop());
    const Checkpoint checkpoint = open_bytes(file);
    REQUIRE(checkpoint.tensors().size() == 200);
    CHECK(checkpoint.tensors()[0].bytes.data() == checkpoint.tensors()[199].bytes.data());
}
