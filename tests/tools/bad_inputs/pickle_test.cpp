// Pickles that would run something, are cut, lie or repeat themselves, in a checkpoint that is sound besides.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/torch_writer.hpp"
#include "support/zip_writer.hpp"
#include "tools/bad_inputs/bad_input.hpp"

namespace featherface::test {
namespace {

using namespace std::string_literals;

const std::vector<float> kValues = {1, 2};

ByteString around(const ByteString& pickle) {
    return make_zip(torch_zip_items(pickle, {{"0", make_tensor("w", {2}, kValues).bytes}})).bytes;
}

void push_weight(PickleWriter& pickle) {
    push_tensor(pickle, make_tensor("w", {2}, kValues), "0", false);
}

// A state_dict of one tensor beside which `value` stands.
ByteString beside(std::string_view value) {
    PickleWriter pickle;
    pickle.empty_dict().text("w");
    push_weight(pickle);
    return around(pickle.set_item().text("x").raw(value).set_item().stop());
}

// One whose object is `value` alone.
ByteString alone(std::string_view value) {
    return around("\x80\x02"s + ByteString(value));
}

ByteString repeated(std::string_view part, std::size_t times) {
    ByteString all;
    for (std::size_t i = 0; i < times; ++i) all += part;
    return all;
}

}  // namespace

TEST_CASE("bad inputs: what a pickle asks PyTorch to call is named and never called") {
    BadInputs verify({"verify", "{}"}, ".pth");
    const ByteString call = "(X\x04\0\0\0truet"s;
    verify.check({
        {"REDUCE of os.system",
         beside("cos\nsystem\n" + call + "R"),
         3,
         {"asks to call 'os.system' (it was not called)"}},
        {"posix.system", beside("cposix\nsystem\n" + call + "R"), 3, {"'posix.system'"}},
        {"builtins.eval", beside("cbuiltins\neval\n" + call + "R"), 3, {"'builtins.eval'"}},
        {"STACK_GLOBAL", beside("X\x02\0\0\0osX\x06\0\0\0system\x93"s + call + "R"), 3, {"'os.system'"}},
        {"INST", beside("(X\x04\0\0\0trueios\nsystem\n"s), 3, {"'os.system'"}},
        {"OBJ", beside("(cos\nsystem\nX\x04\0\0\0trueo"s), 3, {"'os.system'"}},
        {"EXT", beside("\x82\x01"), 3, {"extension code", "found 1"}},
        {"NEWOBJ", beside("cos\nPathLike\n)\x81"), 3, {"os.PathLike"}},
        {"near-miss name",
         beside("ctorch._utils\n_rebuild_tensor_v2x\n)R"),
         3,
         {"torch._utils._rebuild_tensor_v2x"}},
        {"BUILD on a tensor",
         [] {
             PickleWriter pickle;
             pickle.empty_dict().text("w");
             push_weight(pickle);
             return around(pickle.empty_dict().build().set_item().stop());
         }(),
         3,
         {"BUILD"}},
        {"persistent id that is no tuple", beside("K\x01Q"), 3, {"persistent id"}},
    });
}

TEST_CASE("bad inputs: protocols 0, 1, 4 and 5 are read") {
    BadInputs verify({"verify", "{}"}, ".pth");
    const auto tensors = {make_tensor("w", {2}, kValues)};
    for (const int protocol : {1, 4, 5})
        verify.check(BadInput{"protocol", make_torch_zip(tensors, {.protocol = protocol}), 4, {"'w' (2)"}});
    verify.check(BadInput{"protocol 0", around("(dp0\n."), 4, {"without a network"}});
}

TEST_CASE("bad inputs: pickles that are damaged are refused with the byte") {
    BadInputs verify({"verify", "{}"}, ".pth");
    verify.check({
        {"unknown opcode", alone("\xff."), 3, {"unknown opcode at byte", "found ff"}},
        {"4 GiB BINUNICODE", alone("X\xff\xff\xff\xffhi."), 3, {"reaches past the end", "4294967295 bytes"}},
        {"bad UTF-8", alone("X\x02\0\0\0\xc3\x28."s), 3, {"not UTF-8"}},
        {"LONG1 of 255 bytes", alone("\x8a\xffhi."), 3, {"reaches past the end", "255 bytes"}},
        {"negative LONG4", alone("\x8b\xff\xff\xff\xff."), 3, {"negative length", "-1"}},
        {"memo bomb",
         alone(repeated("]q\0h\0h\0"s, 100'000) + "."),
         3,
         {"the stack grows too high", "at most 262144"}},
        {"DUP bomb",
         alone("]" + repeated("2", 2'000'000) + "."),
         3,
         {"the stack grows too high", "at most 262144"}},
        {"cyclic list", alone("]q\0h\0a."s), 3, {"a list"}},
        {"a million nested tuples",
         alone(")" + repeated("\x85", 1'000'000) + "."),
         3,
         {"nested too deep", "at most 1000"}},
        {"stack underflow", alone("\x85."), 3, {"stack is empty"}},
        {"no MARK", alone("t."), 3, {"lacks its MARK"}},
        {"missing memo", alone("h\x07."), 3, {"memo key that was never set", "found 7"}},
        {"no STOP", alone("K\x01"), 3, {"ends without STOP"}},
        {"trailing data", alone("}.xyz"), 3, {"something follows its end", "expected 4 bytes, found 7"}},
        {"short REDUCE tuple", beside("ctorch._utils\n_rebuild_tensor_v2\n)R"), 3, {"arguments"}},
        {"non-string key",
         [] {
             PickleWriter pickle;
             pickle.empty_dict().integer(1);
             push_weight(pickle);
             return around(pickle.set_item().stop());
         }(),
         3,
         {"key"}},
        {"duplicate key",
         [] {
             PickleWriter pickle;
             pickle.empty_dict();
             for (int i = 0; i < 2; ++i) {
                 pickle.text("w");
                 push_weight(pickle);
                 pickle.set_item();
             }
             return around(pickle.stop());
         }(),
         3,
         {"two entries are named 'w'"}},
    });
}

}  // namespace featherface::test
