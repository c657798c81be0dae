// The legacy container: streams of protocols 1 to 5 are read, and each part that is not what it should be is
// refused.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/checkpoint_checks.hpp"
#include "support/torch_writer.hpp"

using namespace featherface;
using namespace featherface::test;
using namespace std::string_literals;
using loaders::DType;

namespace {

const std::vector<float> kValues = {1, 2, 3, 4, 5, 6};

std::vector<TorchTensor> two_tensors() {
    return {make_tensor("w", {2, 3}, kValues), make_tensor("v", {2}, std::vector<float>{7, 8}, DType::f16)};
}

// The object of a file with the tensor "w" in the storage `key`.
ByteString object(const std::string& key = "0", std::int64_t elements = 6) {
    PickleWriter pickle;
    TorchTensor tensor = two_tensors()[0];
    tensor.bytes.resize(static_cast<std::size_t>(elements) * 4);
    pickle.empty_dict().text("w");
    push_tensor(pickle, tensor, key, true);
    return pickle.set_item().stop();
}

ByteString storage_bytes() {
    return two_tensors()[0].bytes;
}

// The parts of a good file; tests replace one.
struct LegacyParts {
    ByteString magic = legacy_header().substr(0, 15);
    ByteString protocol = legacy_header().substr(15, 6);
    ByteString system = legacy_header().substr(21);
    ByteString object = ::object();
    ByteString keys = PickleWriter().empty_list().text("0").append().stop();
    ByteString storages = bytes_of(std::int64_t{6}) + storage_bytes();

    ByteString file() const { return magic + protocol + system + object + keys + storages; }
};

}  // namespace

TEST_CASE("torch legacy: what the test writer makes is read, with protocols 1 to 5") {
    for (int protocol = 1; protocol <= 5; ++protocol) {
        const ByteString bytes = make_torch_legacy(two_tensors(), {.protocol = protocol});
        const loaders::Checkpoint checkpoint = open_bytes(bytes);
        CHECK(checkpoint.container() == "torch legacy");
        CHECK(values_of(checkpoint, "w") == kValues);
        CHECK(values_of(checkpoint, "v") == std::vector<float>{7, 8});
    }
    CHECK(values_of(open_bytes(LegacyParts().file()), "w") == kValues);
}

TEST_CASE("torch legacy: the magic number may be a pickle of protocol 0") {
    LegacyParts parts;
    parts.magic = "L119547037146038801333356L\n.";
    const ByteString bytes = parts.file();
    CHECK(values_of(open_bytes(bytes), "w") == kValues);
}

TEST_CASE("torch legacy: a wrong magic number is refused, as is a plain pickle") {
    LegacyParts parts;
    parts.magic[5] ^= 1;
    check_malformed(parts.file(), {"not with torch.save's magic number", "119547037146038801333356"});
    check_malformed(PickleWriter().empty_dict().stop(),
                    {"not with torch.save's magic number", "found a dict"});
    check_malformed("\x80\x02garbage",
                    {"not with torch.save's magic number", "found a bad pickle (pickle: "});
    check_malformed("\x80", {"not with torch.save's magic number"});
}

TEST_CASE("torch legacy: a wrong protocol is refused") {
    LegacyParts parts;
    parts.protocol = PickleWriter().integer(1002).stop();
    check_file_refused(parts.file(), StatusCode::unsupported,
                       {"unknown protocol", "expected 1001", "found 1002"});
    parts.protocol = PickleWriter().text("1001").stop();
    check_file_refused(parts.file(), StatusCode::unsupported, {"unknown protocol", "found a string"});
}

TEST_CASE("torch legacy: system info that is big-endian, or none, is refused") {
    LegacyParts parts;
    parts.system = legacy_header(false).substr(21);
    check_file_refused(parts.file(), StatusCode::unsupported, {"not in little-endian byte order"});
    parts.system = PickleWriter().empty_dict().stop();
    check_malformed(parts.file(), {"does not tell the byte order"});
    parts.system = PickleWriter().integer(1).stop();
    check_malformed(parts.file(), {"system info is none", "found 1"});
}

TEST_CASE("torch legacy: a call that runs something is refused in each of the five pickles, and named") {
    // A call that is made and dropped before the pickle's own content, which stays what it should be.
    const ByteString call =
        PickleWriter(0).global("posix", "system").mark().text("true").tuple().raw("R0").bytes();
    for (ByteString LegacyParts::*part : {&LegacyParts::magic, &LegacyParts::protocol, &LegacyParts::system,
                                          &LegacyParts::object, &LegacyParts::keys}) {
        LegacyParts parts;
        (parts.*part).insert(2, call);
        check_malformed(parts.file(), {"asks to call 'posix.system' (it was not called)"});
    }
}

TEST_CASE("torch legacy: the four pickles beside the object name no class or function at all") {
    for (ByteString LegacyParts::*part :
         {&LegacyParts::magic, &LegacyParts::protocol, &LegacyParts::system, &LegacyParts::keys}) {
        LegacyParts parts;
        (parts.*part).insert(2, "cmy.module\nname\n0");
        check_malformed(parts.file(), {"a class or function", "'my.module.name'"});
    }
}

TEST_CASE("torch legacy: a list of storages that does not match the object is refused") {
    LegacyParts parts;
    parts.keys = PickleWriter().empty_list().stop();
    parts.storages = {};
    check_malformed(parts.file(), {"storage '0' is not in the list of storages"});

    parts = {};
    parts.keys = PickleWriter().empty_list().text("7").append().stop();
    check_malformed(parts.file(), {"storage '7' is in the list of storages, but nothing refers to it"});

    parts = {};
    parts.keys = PickleWriter().empty_list().text("0").append().text("0").append().stop();
    parts.storages += parts.storages;
    check_malformed(parts.file(), {"storage '0' is in the list of storages twice"});

    parts = {};
    parts.keys = PickleWriter().empty_list().integer(0).append().stop();
    check_malformed(parts.file(), {"a storage's key is none", "expected a string", "found 0"});

    parts.keys = PickleWriter().empty_dict().stop();
    check_malformed(parts.file(), {"the storages' keys are missing", "expected a list"});
}

TEST_CASE("torch legacy: a storage's number of elements must be the pickle's") {
    LegacyParts parts;
    for (const std::int64_t elements :
         {std::int64_t{5}, std::int64_t{7}, std::int64_t{-1}, std::int64_t{1} << 62}) {
        parts.storages = bytes_of(elements) + storage_bytes();
        check_malformed(parts.file(), {"storage '0' has another number of elements", "expected 6"});
    }
}

TEST_CASE("torch legacy: a file cut anywhere, in the last storage too, is refused") {
    const ByteString whole = LegacyParts().file();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CHECK_FALSE(loaders::Checkpoint::from_bytes(span_of(whole).first(size), "cut").ok());
    }
    check_malformed(whole.substr(0, whole.size() - 1),
                    {"storage '0' is cut short", "expected 24 bytes", "found 23"});
    check_malformed(whole.substr(0, whole.size() - 25), {"storage '0' is missing"});
}

TEST_CASE("torch legacy: bytes after the last storage are refused") {
    check_malformed(LegacyParts().file() + "xyz", {"something follows the last storage", "found 3 bytes"});
}

TEST_CASE("torch legacy: two descriptions of one storage must agree") {
    PickleWriter pickle;
    pickle.empty_dict().mark();
    std::vector<TorchTensor> tensors = two_tensors();
    pickle.text("w");
    push_tensor(pickle, tensors[0], "0", true);
    pickle.text("v");
    push_tensor(pickle, tensors[1], "0", true);
    LegacyParts parts;
    parts.object = pickle.set_items().stop();
    check_malformed(parts.file(), {"storage '0' is described in two ways", "expected 24 bytes", "found 4"});
}

TEST_CASE("torch legacy: views of storages are refused as what they are") {
    PickleWriter pickle;
    pickle.empty_dict().text("w").global("torch._utils", "_rebuild_tensor_v2").mark();
    pickle.mark().text("storage").global("torch", "FloatStorage").text("0").text("cpu").integer(6);
    pickle.mark().text("view").integer(2).integer(3).tuple().tuple().persistent();
    push_place_and_call(pickle, 3);
    LegacyParts parts;
    parts.object = pickle.set_item().stop();
    check_file_refused(parts.file(), StatusCode::unsupported, {"a view of a storage", "PyTorch before 0.4"});
}

TEST_CASE("torch legacy: the source code of a pickled class is inert data, read on request") {
    // torch puts a persistent id ('module', class, file, source) where a pickled object is of a user's class.
    PickleWriter pickle;
    pickle.empty_dict().mark().text("state_dict").empty_dict().text("w");
    push_tensor(pickle, two_tensors()[0], "0", true);
    pickle.set_item().text("model_class").mark().text("module").global("models.net", "Net");
    pickle.text("net.py").text("class Net: pass").tuple().persistent();
    LegacyParts parts;
    parts.object = pickle.set_items().stop();
    const ByteString bytes = parts.file();
    check_malformed(bytes, {"a class or function that tensors do not need, 'models.net.Net'"});
    const auto read = loaders::Checkpoint::from_bytes(span_of(bytes), "test.pth", {.ignore_calls = true});
    REQUIRE(read.ok());
    CHECK(values_of(read.value(), "w") == kValues);
}
