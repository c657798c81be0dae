// Whole modules: the tensors that their state_dict() would hold, under its names, out of objects whose
// classes nobody has.
#include "loaders/torch/module_tree.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/checkpoint_checks.hpp"
#include "support/module_writer.hpp"

using namespace featherface;
using namespace featherface::test;
using loaders::Checkpoint;

namespace {

TorchTensor pair_of(const std::string& name, float first) {
    return make_tensor(name, {2}, std::vector<float>{first, 2});
}

std::vector<TorchTensor> network() {
    return {pair_of("weight", 1), pair_of("body.conv.weight", 2), pair_of("body.conv.bias", 3),
            pair_of("body.bn.running_mean", 4), pair_of("head.0.weight", 5)};
}

std::vector<std::string> names_of(const Checkpoint& checkpoint) {
    std::vector<std::string> names;
    for (const auto& tensor : checkpoint.tensors()) names.push_back(tensor.name);
    return names;
}

}  // namespace

TEST_CASE("module: torch.save(net) holds the tensors of its state_dict, in order, in both containers") {
    for (const bool legacy : {false, true}) {
        const ByteString bytes = make_module_file(network(), {.legacy = legacy});
        const Checkpoint checkpoint = open_bytes(bytes);
        CHECK(checkpoint.form() == "whole module");
        CHECK(names_of(checkpoint) == std::vector<std::string>{"weight", "body.conv.weight", "body.conv.bias",
                                                               "body.bn.running_mean", "head.0.weight"});
        CHECK(values_of(checkpoint, "body.bn.running_mean")[0] == 4);
    }
}

TEST_CASE("module: one under a key, and one inside DataParallel, are read") {
    const ByteString nested = make_module_file(network(), {.nesting = "ema"});
    CHECK(open_bytes(nested).state_dict_path() == "ema");
    CHECK(open_bytes(nested).form() == "whole module");
    std::vector<TorchTensor> wrapped = network();
    for (TorchTensor& tensor : wrapped) tensor.name.insert(0, "module.");
    const ByteString parallel = make_module_file(wrapped);
    CHECK(open_bytes(parallel).prefix() == "module.");
    CHECK(values_of(open_bytes(parallel), "head.0.weight")[0] == 5);
}

TEST_CASE("module: buffers that a state_dict leaves out are left out") {
    std::vector<TorchTensor> tensors = network();
    tensors.push_back(pair_of("body.buffer_of_anchors", 9));
    const ByteString all = make_module_file(tensors);
    CHECK(open_bytes(all).find("body.buffer_of_anchors") != nullptr);
    const ByteString saved = make_module_file(tensors, {.not_saved = {"body.buffer_of_anchors"}});
    CHECK(open_bytes(saved).find("body.buffer_of_anchors") == nullptr);
    CHECK(open_bytes(saved).tensors().size() == 5);
}

TEST_CASE("module: a TorchScript archive's tensors are its attributes") {
    const ByteString bytes = make_module_file(network(), {.script = true});
    const Checkpoint checkpoint = open_bytes(bytes);
    CHECK(checkpoint.container() == "TorchScript zip");
    CHECK(checkpoint.form() == "TorchScript module");
    CHECK(checkpoint.tensors().size() == 5);
    CHECK(values_of(checkpoint, "head.0.weight")[0] == 5);
}

TEST_CASE("module: a frozen TorchScript archive is called one") {
    PickleWriter module, constants;
    module.global("__torch__.net", "Net")
        .empty_tuple()
        .raw("\x81")
        .empty_dict()
        .text("training")
        .boolean(false);
    constants.mark();
    push_tensor(constants, pair_of("t", 1), "0", false);
    std::vector<ZipItem> items = torch_zip_items(module.set_item().build().stop(), {});
    items.push_back({.name = "archive/constants.pkl", .content = constants.tuple().stop()});
    items.push_back({.name = "archive/constants/0", .content = pair_of("t", 1).bytes});
    check_file_refused(make_zip(items).bytes, StatusCode::unsupported,
                       {"a frozen TorchScript module", "torch.jit.freeze"});
}

TEST_CASE("module: objects that only resemble one are none") {
    const auto file = [](const char* first, const char* second) {
        PickleWriter pickle;
        pickle.global("my", "Net").empty_tuple().raw("\x81").empty_dict().mark();
        pickle.text(first).empty_dict().text(second).empty_dict();
        return zip_around(pickle.set_items().build().stop());
    };
    CHECK(open_bytes(file("_parameters", "_modules")).tensors().empty());
    check_file_refused(file("_parameters", "modules"), StatusCode::unsupported,
                       {"does not hold a state_dict", "an object of 'my.Net'"});
}

TEST_CASE("module: modules that hold themselves, or each other many times over, run into a limit") {
    const auto nested = [](PickleWriter& pickle, int memo, auto push_children) {
        pickle.global("my", "Net").empty_tuple().raw("\x81").put(memo).empty_dict().mark();
        pickle.text("_parameters").empty_dict().text("_modules").empty_dict().mark();
        push_children();
        pickle.set_items().set_items().build();
    };
    PickleWriter itself;
    nested(itself, 0, [&] { itself.text("again").get(0); });
    check_file_refused(zip_around(itself.stop()), StatusCode::limit_exceeded, {"is too long"});

    // Each holds the one before twice: 2^30 paths.
    PickleWriter doubling;
    nested(doubling, 0, [] {});
    for (int i = 1; i <= 30; ++i) {
        doubling.raw("0");
        nested(doubling, i, [&] { doubling.text("a").get(i - 1).text("b").get(i - 1); });
    }
    check_file_refused(zip_around(doubling.stop()), StatusCode::limit_exceeded, {"too many attributes"});
}
