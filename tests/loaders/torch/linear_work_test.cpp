// The work that a checkpoint costs grows as the file does: an input of twice the size takes about twice the
// work, where a search that looked at everything from everywhere would take four times as much.
#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "loaders/torch/pickle_uses.hpp"
#include "loaders/torch/state_dict.hpp"
#include "loaders/torch/torch_file.hpp"
#include "support/checkpoint_checks.hpp"
#include "support/module_writer.hpp"

using namespace featherface;
using namespace featherface::test;

namespace {

// How many elements of values are looked at to find what the file asks for and which network it holds.
std::uint64_t work_of(const ByteString& bytes) {
    loaders::PickleUses uses;
    const Result<loaders::TorchFile> file = loaders::read_torch_file(span_of(bytes), uses);
    REQUIRE_MESSAGE(file.ok(), file.status().message());
    const auto dict = loaders::read_state_dict(file.value());
    CHECK_MESSAGE(dict.ok(), dict.status().message());
    return file.value().pickle.looks();
}

template <class MakeFile>
void check_linear(const char* name, const MakeFile& make_file) {
    CAPTURE(name);
    constexpr int kSize = 1000;
    const std::uint64_t once = work_of(make_file(kSize)), twice = work_of(make_file(2 * kSize));
    CAPTURE(once);
    CAPTURE(twice);
    CHECK(twice < once * 5 / 2);
    CHECK(once > kSize);
}

std::string numbered(std::string name, int number) {
    return name.append(std::to_string(number));
}

void push_weight(PickleWriter& pickle) {
    push_tensor(pickle, make_tensor("t", {2}, std::vector<float>{1, 2}), "0", false);
}

ByteString file_of(const PickleWriter& pickle) {
    return make_zip(torch_zip_items(pickle.stop(), {{"0", ByteString(8, '\0')}})).bytes;
}

}  // namespace

TEST_CASE("linear work: one dict of many entries that stands in many others") {
    check_linear("beside the weights, and in dicts beside them", [](int size) {
        PickleWriter pickle;
        pickle.empty_dict().mark();
        for (int i = 0; i < size; ++i) pickle.text(std::to_string(i)).none();
        pickle.set_items().put(0).raw("0").empty_dict().mark().text("w");
        push_weight(pickle);
        for (int i = 0; i < size; ++i) pickle.text(numbered("a", i)).get(0);
        for (int i = 0; i < size; ++i) {
            pickle.text(numbered("b", i)).empty_dict().text("c").get(0).set_item();
        }
        return file_of(pickle.set_items());
    });
    check_linear("an OrderedDict, which is a call", [](int size) {
        PickleWriter pickle;
        pickle.global("collections", "OrderedDict").empty_tuple().reduce().mark();
        for (int i = 0; i < size; ++i) pickle.text(std::to_string(i)).none();
        pickle.set_items().put(0).raw("0").empty_dict().mark().text("w");
        push_weight(pickle);
        for (int i = 0; i < size; ++i) pickle.text(numbered("a", i)).get(0);
        return file_of(pickle.set_items());
    });
}

TEST_CASE("linear work: one network under many names") {
    check_linear("a dict of weights", [](int size) {
        PickleWriter pickle;
        pickle.empty_dict().mark().text("w");
        push_weight(pickle);
        pickle.put(0);
        for (int i = 0; i < size; ++i) pickle.text(std::to_string(i)).get(0);
        pickle.set_items().put(1).raw("0").empty_dict().mark();
        for (int i = 0; i < size; ++i) pickle.text(numbered("a", i)).get(1);
        return file_of(pickle.set_items());
    });
}

TEST_CASE("linear work: dotted names, referred to and called again and again") {
    check_linear("references", [](int size) {
        std::string name;
        for (int i = 0; i < 100; ++i) name += "a.";
        PickleWriter pickle;
        pickle.text("torch").put(0).raw("0").text(name + "b").put(1).raw("0").empty_dict().mark().text("w");
        push_weight(pickle);
        pickle.text("x").empty_list().mark();
        for (int i = 0; i < size; ++i) pickle.get(0).get(1).raw("\x93").empty_tuple().reduce();
        return file_of(pickle.raw("e").set_items());
    });
    check_linear("different ones", [](int size) {
        PickleWriter pickle;
        pickle.empty_dict().mark().text("w");
        push_weight(pickle);
        pickle.text("x").empty_list().mark();
        for (int i = 0; i < size; ++i) {
            std::string name = std::to_string(i);
            for (int k = 0; k < 50; ++k) name += ".a";
            pickle.global("torch", name).empty_tuple().reduce();
        }
        return file_of(pickle.raw("e").set_items());
    });
}

TEST_CASE("linear work: modules and their attributes") {
    check_linear("a module of many parameters", [](int size) {
        std::vector<TorchTensor> tensors;
        for (int i = 0; i < size; ++i)
            tensors.push_back(make_tensor(numbered("a.b", i), {1}, std::vector<float>{1}));
        return make_module_file(tensors);
    });
}
