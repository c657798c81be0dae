// Tensors out of pickled calls: what PyTorch can write is understood; sizes, strides and offsets that reach
// outside their storage, and calls that only look like torch's, are refused and name the tensor.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "support/checkpoint_checks.hpp"
#include "support/torch_writer.hpp"

using namespace featherface;
using namespace featherface::test;
using loaders::DType;

namespace {

const std::vector<float> kValues = {1, 2, 3, 4, 5, 6};
constexpr std::int64_t kHuge = std::int64_t{1} << 62;

using Integers = std::vector<std::int64_t>;

// A checkpoint with one tensor "t" of these sizes over a storage of six floats.
ByteString with_place(const Integers& shape, const Integers& strides, std::int64_t offset = 0) {
    TorchTensor tensor = make_tensor("t", shape, kValues);
    tensor.strides = strides;
    tensor.offset = offset;
    return make_torch_zip({tensor});
}

void refused_place(const Integers& shape, const Integers& strides, std::int64_t offset,
                   std::initializer_list<std::string_view> words, StatusCode code = StatusCode::malformed) {
    const ByteString bytes = with_place(shape, strides, offset);
    check_file_refused(bytes, code, {"tensor 't'"});
    check_file_refused(bytes, code, words);
}

std::vector<float> values_at(const Integers& shape, const Integers& strides, std::int64_t offset = 0) {
    const ByteString bytes = with_place(shape, strides, offset);
    return values_of(open_bytes(bytes), "t");
}

void push_storage_of_six(PickleWriter& pickle) {
    push_storage(pickle, DType::f32, "0", 6, false);
}

void push_good_tensor(PickleWriter& pickle) {
    push_tensor(pickle, make_tensor("t", {6}, kValues), "0", false);
}

// A checkpoint whose entry "t" is whatever `push` pushes; there is a storage "0" of six floats.
template <class Push>
ByteString with_entry(Push push) {
    PickleWriter pickle;
    pickle.empty_dict().mark().text("t");
    push(pickle);
    pickle.text("good");
    push_good_tensor(pickle);
    return zip_around(pickle.set_items().stop(), {{"0", make_tensor("t", {6}, kValues).bytes}});
}

}  // namespace

TEST_CASE("tensor: any strides and offsets inside the storage") {
    CHECK(values_at({6}, {1}) == kValues);
    CHECK(values_at({3, 2}, {1, 3}) == std::vector<float>{1, 4, 2, 5, 3, 6});
    CHECK(values_at({2, 2}, {3, 2}, 0) == std::vector<float>{1, 3, 4, 6});
    CHECK(values_at({2}, {4}, 1) == std::vector<float>{2, 6});
    CHECK(values_at({}, {}, 5) == std::vector<float>{6});
    CHECK(values_at({1, 3}, {0, 2}) == std::vector<float>{1, 3, 5});  // a stride that is never taken
    CHECK(values_at({2, 2}, {1, 1}) == std::vector<float>{1, 2, 2, 3});
    CHECK(values_at({0, 5}, {5, 1}).empty());
    CHECK(values_at({0}, {1}, 6).empty());
    CHECK(values_at({1, 1, 1, 1, 1, 1, 1, 6}, {6, 6, 6, 6, 6, 6, 6, 1}) == kValues);
}

TEST_CASE("tensor: aliasing views share one storage") {
    std::vector<TorchTensor> tensors(2, make_tensor("a", {2, 3}, kValues));
    tensors[1].name = "b";
    tensors[1].shape = {3};
    tensors[1].offset = 2;
    for (TorchTensor& tensor : tensors) tensor.storage = "shared";
    for (const ByteString& bytes : {make_torch_zip(tensors), make_torch_legacy(tensors)}) {
        const loaders::Checkpoint checkpoint = open_bytes(bytes);
        CHECK(values_of(checkpoint, "b") == std::vector<float>{3, 4, 5});
        CHECK(checkpoint.find("b")->bytes.data() == checkpoint.find("a")->bytes.data() + 8);
    }
}

TEST_CASE("tensor: float16, bfloat16 and float64 are converted") {
    for (const DType dtype : {DType::f16, DType::bf16, DType::f64}) {
        const ByteString bytes = make_torch_zip({make_tensor("t", {2, 3}, kValues, dtype)});
        CHECK(values_of(open_bytes(bytes), "t") == kValues);
    }
}

TEST_CASE("tensor: NaN and infinity are values like others here") {
    const std::vector<float> odd = {std::nanf(""), INFINITY, -INFINITY};
    const ByteString bytes = make_torch_zip({make_tensor("t", {3}, odd)});
    const std::vector<float> values = values_of(open_bytes(bytes), "t");
    CHECK(std::isnan(values[0]));
    CHECK(values[1] == INFINITY);
    CHECK(values[2] == -INFINITY);
}

TEST_CASE("tensor: negative sizes, strides and offsets are refused") {
    refused_place({-2, 3}, {3, 1}, 0, {"shape holds a negative number", "found -2"});
    refused_place({2, 3}, {3, -1}, 0, {"strides holds a negative number", "found -1"});
    refused_place({2, 3}, {3, 1}, -1, {"offset in the storage is none", "found -1"});
    refused_place({std::numeric_limits<std::int64_t>::min()}, {1}, 0, {"negative number"});
}

TEST_CASE("tensor: a stride of 0 that is taken is refused") {
    refused_place({3, 2}, {0, 1}, 0, {"a stride of 0 where its size is 3", ".contiguous()"});
}

TEST_CASE("tensor: more elements than the storage holds are refused") {
    refused_place({7}, {1}, 0, {"more elements than its storage", "at most 6", "found 7"});
    refused_place({3, 3}, {1, 1}, 0, {"more elements than its storage", "found 9"});
}

TEST_CASE("tensor: a reach past the storage is refused") {
    refused_place({6}, {1}, 1, {"reaches past its storage", "6 elements", "found 6 from element 1"});
    refused_place({2, 3}, {4, 1}, 0, {"reaches past its storage", "found 7 from element 0"});
    refused_place({}, {}, 6, {"reaches past its storage"});
    refused_place({0}, {1}, 7, {"reaches past its storage"});
    refused_place({2}, {1}, std::numeric_limits<std::int64_t>::max(), {"reaches past its storage"});
}

TEST_CASE("tensor: sizes and strides whose products overflow are refused") {
    const auto too_large = [](const Integers& shape, const Integers& strides, std::string_view words) {
        refused_place(shape, strides, 0, {words}, StatusCode::limit_exceeded);
    };
    constexpr std::string_view kShape = "its shape is too large", kStrides = "its strides reach too far";
    too_large({kHuge, kHuge}, {1, 1}, kShape);
    too_large({kHuge}, {1}, kShape);
    too_large({1 << 30, 1 << 30, 1 << 30}, {1, 1, 1}, kShape);
    too_large({kHuge, kHuge, 0}, {1, 1, 1}, kShape);  // a size of 0 hides nothing
    too_large({0, kHuge, kHuge}, {1, 1, 1}, kShape);
    too_large({2}, {kHuge}, kStrides);
    too_large({5, 5, 5, 5}, {kHuge, kHuge, kHuge, kHuge}, kStrides);
    CHECK(values_at({kHuge / (1 << 14), 0}, {1, 1}).empty());
}

TEST_CASE("tensor: a sparse or quantized shape whose product overflows is refused") {
    const Integers shape = {std::int64_t{1} << 40, (std::int64_t{1} << 23) + 1};
    const auto push_shape = [&](PickleWriter& pickle) {
        pickle.mark().integer(shape[0]).integer(shape[1]).tuple();
    };
    const ByteString sparse = with_entry([&](PickleWriter& pickle) {
        pickle.global("torch._utils", "_rebuild_sparse_tensor").mark().none().mark();
        push_good_tensor(pickle);
        push_good_tensor(pickle);
        push_shape(pickle);
        pickle.tuple().tuple().reduce();
    });
    const ByteString quantized = with_entry([&](PickleWriter& pickle) {
        pickle.global("torch._utils", "_rebuild_qtensor").mark();
        push_storage_of_six(pickle);
        pickle.integer(0);
        push_shape(pickle);
        push_shape(pickle);
        pickle.none().boolean(false).none().tuple().reduce();
    });
    for (const ByteString* bytes : {&sparse, &quantized}) {
        check_file_refused(*bytes, StatusCode::limit_exceeded, {"tensor 't'", "its shape is too large"});
    }
}

TEST_CASE("tensor: rank 9 is refused, and so are strides of another rank") {
    refused_place(Integers(9, 1), Integers(9, 1), 0, {"too many dimensions", "at most 8", "found 9"},
                  StatusCode::limit_exceeded);
    refused_place({2, 3}, {1}, 0, {"another number of strides than of sizes", "expected 2", "found 1"});
}

TEST_CASE("tensor: sizes that are no integers are refused") {
    const auto shaped = [](auto push_shape) {
        return with_entry([&](PickleWriter& pickle) {
            pickle.global("torch._utils", "_rebuild_tensor_v2").mark();
            push_storage_of_six(pickle);
            pickle.integer(0);
            push_shape(pickle);
            pickle.mark().integer(1).tuple().boolean(false).none().tuple().reduce();
        });
    };
    check_malformed(shaped([](PickleWriter& p) { p.integer(6); }),
                    {"tensor 't'", "shape is no tuple", "an integer"});
    check_malformed(shaped([](PickleWriter& p) { p.mark().real(6).tuple(); }),
                    {"shape holds something else", "a number"});
    check_malformed(shaped([](PickleWriter& p) { p.mark().raw("\x8a\xff" + ByteString(255, 'x')).tuple(); }),
                    {"shape holds something else", "more than 64 bits"});
    const ByteString size = shaped(
        [](PickleWriter& p) { p.global("torch", "Size").mark().mark().integer(6).tuple().tuple().reduce(); });
    CHECK(values_of(open_bytes(size), "t") == kValues);
}

TEST_CASE("tensor: other types are named, ignored while nobody wants their values") {
    for (const DType dtype : {DType::i8, DType::u8, DType::boolean, DType::i64, DType::complex64}) {
        const ByteString bytes = make_torch_zip({{.name = "t",
                                                  .dtype = dtype,
                                                  .shape = {2},
                                                  .bytes = ByteString(2 * loaders::size_of(dtype), '\1')},
                                                 make_tensor("good", {6}, kValues)});
        const loaders::Checkpoint checkpoint = open_bytes(bytes);
        CHECK(values_of(checkpoint, "good") == kValues);
        std::vector<float> out(2);
        check_refused(loaders::copy_as_f32(*checkpoint.find("t"), out), StatusCode::unsupported,
                      {"tensor 't'", loaders::name_of(dtype)});
    }
}

TEST_CASE("tensor: a lazily negated one is named, not read with the wrong sign") {
    const ByteString bytes = with_entry([](PickleWriter& pickle) {
        pickle.global("torch._utils", "_rebuild_tensor_v2").mark();
        push_storage_of_six(pickle);
        pickle.integer(0).mark().integer(6).tuple().mark().integer(1).tuple().boolean(false).none();
        pickle.empty_dict().text("neg").boolean(true).set_item().tuple().reduce();
    });
    CHECK(open_bytes(bytes).find("t")->layout == "conjugate or negative");
}

TEST_CASE("tensor: _rebuild_tensor_v3 reads an untyped storage as its dtype") {
    const auto typed = [](const char* dtype) {
        return with_entry([&](PickleWriter& pickle) {
            pickle.global("torch._utils", "_rebuild_tensor_v3").mark();
            pickle.mark()
                .text("storage")
                .global("torch.storage", "UntypedStorage")
                .text("0")
                .text("cpu")
                .integer(24);
            pickle.tuple().persistent();
            pickle.integer(1).mark().integer(5).tuple().mark().integer(1).tuple().boolean(false).none();
            pickle.global("torch", dtype).tuple().reduce();
        });
    };
    const ByteString f32 = typed("float32");
    CHECK(values_of(open_bytes(f32), "t") == std::vector<float>{2, 3, 4, 5, 6});
    check_malformed(typed("float64"),
                    {"tensor 't'", "more elements than its storage", "at most 3", "found 5"});
    const ByteString f8 = typed("float8_e4m3fn");
    CHECK(open_bytes(f8).find("t")->dtype_name == "float8_e4m3fn");
    CHECK(open_bytes(f8).find("t")->layout == "unknown");
}

TEST_CASE("tensor: the oldest _rebuild_tensor, lists for tuples, and cuda storages are read") {
    const ByteString bytes = with_entry([](PickleWriter& pickle) {
        pickle.global("torch._utils", "_rebuild_tensor").mark();
        pickle.mark()
            .text("storage")
            .global("torch.cuda", "FloatStorage")
            .text("0")
            .text("cuda:3")
            .integer(6);
        pickle.tuple().persistent();
        pickle.integer(0).empty_list().integer(6).append().empty_list().integer(1).append().tuple().reduce();
    });
    CHECK(values_of(open_bytes(bytes), "t") == kValues);
}

TEST_CASE("tensor: near-miss names are not torch's functions, and are named") {
    for (const char* name :
         {"_rebuild_tensor_v2x", "_rebuild_tensor_v", "rebuild_tensor_v2", "_Rebuild_tensor_v2"}) {
        const ByteString bytes = with_entry([&](PickleWriter& pickle) {
            pickle.global("torch._utils", name).mark();
            push_storage_of_six(pickle);
            push_place_and_call(pickle, 6);
        });
        check_malformed(bytes,
                        {"asks to call " + (std::string("'torch._utils.") + name) + "' (it was not called)"});
    }
    const ByteString module = with_entry(
        [](PickleWriter& p) { p.global("torch._utilz", "_rebuild_tensor_v2").empty_tuple().reduce(); });
    check_malformed(module, {"asks to call 'torch._utilz._rebuild_tensor_v2'"});
}

TEST_CASE("tensor: a function of torch's that is made an object of is no tensor") {
    const ByteString bytes = with_entry(
        [](PickleWriter& p) { p.global("torch._utils", "_rebuild_tensor_v2").empty_tuple().raw("\x81"); });
    check_malformed(bytes, {"entry 't'", "an object of 'torch._utils._rebuild_tensor_v2'"});
}

TEST_CASE("tensor: calls with too few arguments are refused") {
    for (const char* name :
         {"_rebuild_tensor_v2", "_rebuild_parameter", "_rebuild_qtensor", "_rebuild_sparse_tensor"}) {
        const ByteString bytes = with_entry(
            [&](PickleWriter& p) { p.global("torch._utils", name).mark().none().tuple().reduce(); });
        check_malformed(bytes, {"tensor 't'", name, "lacks arguments", "found 1"});
    }
}

TEST_CASE("tensor: storages that are none are refused") {
    const auto stored = [](auto push_id) {
        return with_entry([&](PickleWriter& pickle) {
            pickle.global("torch._utils", "_rebuild_tensor_v2").mark();
            push_id(pickle);
            push_place_and_call(pickle, 6);
        });
    };
    check_malformed(stored([](PickleWriter& p) { p.integer(7); }), {"its storage is none", "an integer"});
    check_malformed(stored([](PickleWriter& p) { p.integer(7).persistent(); }),
                    {"a persistent id that is no storage", "a tuple of 5 or 6", "an integer"});
    check_malformed(stored([](PickleWriter& p) { p.mark().text("storage").tuple().persistent(); }),
                    {"found 1"});
    const auto with_fields = [&](auto tag, auto type, auto key, auto count) {
        return stored([&](PickleWriter& p) {
            p.mark();
            tag(p), type(p), key(p);
            p.text("cpu");
            count(p);
            p.tuple().persistent();
        });
    };
    const auto tag = [](PickleWriter& p) { p.text("storage"); };
    const auto type = [](PickleWriter& p) { p.global("torch", "FloatStorage"); };
    const auto key = [](PickleWriter& p) { p.text("0"); };
    const auto count = [](PickleWriter& p) { p.integer(6); };
    const ByteString good = with_fields(tag, type, key, count);
    CHECK(values_of(open_bytes(good), "t") == kValues);
    check_malformed(with_fields([](PickleWriter& p) { p.text("storag"); }, type, key, count),
                    {"'storage'", "'storag'"});
    check_file_refused(with_fields(
                           tag, [](PickleWriter& p) { p.global("torch", "OddStorage"); }, key, count),
                       StatusCode::unsupported, {"unknown type", "'torch.OddStorage'"});
    check_file_refused(with_fields(
                           tag, [](PickleWriter& p) { p.global("torch", "MyFloatStorage"); }, key, count),
                       StatusCode::unsupported, {"unknown type", "'torch.MyFloatStorage'"});
    check_malformed(with_fields(
                        tag, type, [](PickleWriter& p) { p.integer(0); }, count),
                    {"proper key", "an integer"});
    check_malformed(with_fields(tag, type, key, [](PickleWriter& p) { p.integer(-6); }),
                    {"number of elements", "-6"});
    check_malformed(with_fields(tag, type, key, [](PickleWriter& p) { p.integer(kHuge); }),
                    {"number of elements"});
}

TEST_CASE("tensor: a storage of an odd number of bytes is refused") {
    PickleWriter pickle;
    pickle.empty_dict().text("t");
    push_good_tensor(pickle);
    const ByteString bytes = zip_around(pickle.set_item().stop(), {{"0", ByteString(25, 'x')}});
    check_malformed(bytes, {"tensor 't'", "another length", "expected 24 bytes", "found 25"});
}

TEST_CASE("tensor: BUILD on a tensor is refused") {
    const ByteString bytes = with_entry([](PickleWriter& pickle) {
        push_good_tensor(pickle);
        pickle.empty_dict().build();
    });
    check_malformed(bytes, {"tensor 't'", "BUILD on a tensor"});
}

TEST_CASE("tensor: parameters hold a tensor, and are wrapped a few times at most") {
    const auto wrapped = [](int times) {
        return with_entry([&](PickleWriter& pickle) {
            for (int i = 0; i < times; ++i) pickle.global("torch._utils", "_rebuild_parameter").mark();
            push_good_tensor(pickle);
            for (int i = 0; i < times; ++i) pickle.boolean(true).none().tuple().reduce();
        });
    };
    const ByteString twice = wrapped(2);
    CHECK(values_of(open_bytes(twice), "t") == kValues);
    check_malformed(wrapped(50), {"tensor 't'", "wrapped too often"});
    const ByteString empty = with_entry([](PickleWriter& pickle) {
        pickle.global("torch._utils", "_rebuild_parameter")
            .mark()
            .integer(1)
            .boolean(true)
            .none()
            .tuple()
            .reduce();
    });
    check_malformed(empty, {"tensor 't'", "a parameter holds no tensor", "an integer"});
}

TEST_CASE("tensor: a subclass is rebuilt by torch's functions only") {
    const auto subclass = [](const char* module, const char* name) {
        return with_entry([&](PickleWriter& pickle) {
            pickle.global("torch._tensor", "_rebuild_from_type_v2")
                .mark()
                .global(module, name)
                .global("my", "Tensor")
                .mark();
            push_storage_of_six(pickle);
            pickle.integer(0).mark().integer(6).tuple().mark().integer(1).tuple().boolean(false).none();
            pickle.tuple().empty_dict().tuple().reduce();
        });
    };
    const ByteString good = subclass("torch._utils", "_rebuild_tensor_v2");
    CHECK(values_of(open_bytes(good), "t") == kValues);
    check_malformed(subclass("my", "rebuild"),
                    {"asks to call 'torch._tensor._rebuild_from_type_v2'", "import 'my.rebuild'"});
    CHECK(open_bytes(good).classes()[0] == "my.Tensor");
}
