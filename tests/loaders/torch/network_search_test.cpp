// The entry of a file that holds the network: the only one there is, whatever its name, or the one asked for.
#include "loaders/torch/network_search.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/checkpoint_checks.hpp"
#include "support/torch_writer.hpp"

using namespace featherface;
using namespace featherface::test;
using loaders::Checkpoint;

namespace {

// Pushes a dict of `count` weights, all over the storage `key` of two floats.
void push_network(PickleWriter& pickle, int count = 3, const std::string& key = "0") {
    pickle.empty_dict().mark();
    for (int i = 0; i < count; ++i) {
        pickle.text(std::to_string(i));
        push_tensor(pickle, make_tensor("t", {2}, std::vector<float>{1, 2}), key, false);
    }
    pickle.set_items();
}

ByteString file_of(const PickleWriter& pickle) {
    return zip_around(pickle.stop(), {{"0", make_tensor("t", {2}, std::vector<float>{1, 2}).bytes},
                                      {"1", make_tensor("t", {2}, std::vector<float>{3, 4}).bytes}});
}

Result<Checkpoint> open_at(const ByteString& bytes, const std::string& key) {
    return Checkpoint::from_bytes(span_of(bytes), "test.pth", {.key = key});
}

std::vector<std::string> keys_of(const Checkpoint& checkpoint) {
    return {checkpoint.top_level_keys().begin(), checkpoint.top_level_keys().end()};
}

// {"epoch": 3, "student": network over storage 0, "teacher": network over storage 1}
ByteString two_networks() {
    PickleWriter pickle;
    pickle.empty_dict().mark().text("epoch").integer(3).text("student");
    push_network(pickle);
    pickle.text("teacher");
    push_network(pickle, 3, "1");
    return file_of(pickle.set_items());
}

}  // namespace

TEST_CASE("network search: the only entry that holds a network is it, whatever its name") {
    for (const std::string name : {"net_state_dict", "params", "params_ema", "network", "student_state_dict",
                                   "any name", "with.a.dot"}) {
        CAPTURE(name);
        const TorchOptions options{.nesting = name, .optimizer = true};
        const auto tensors = {make_tensor("a", {2}, std::vector<float>{1, 2})};
        for (const ByteString& bytes :
             {make_torch_zip(tensors, options), make_torch_legacy(tensors, options)}) {
            const Checkpoint checkpoint = open_bytes(bytes);
            CHECK(checkpoint.state_dict_path() == name);
            CHECK(values_of(checkpoint, "a") == std::vector<float>{1, 2});
            CHECK(keys_of(checkpoint) == std::vector<std::string>{"epoch", "optimizer"});
        }
    }
}

TEST_CASE("network search: two levels down too, with what stands beside each") {
    PickleWriter pickle;
    pickle.empty_dict().mark().text("epoch").integer(3).text("ema").empty_dict().mark();
    pickle.text("decay").real(0.9).text("module");
    push_network(pickle);
    const ByteString bytes = file_of(pickle.set_items().set_items());
    const Checkpoint checkpoint = open_bytes(bytes);
    CHECK(checkpoint.state_dict_path() == "ema.module");
    CHECK(checkpoint.tensors().size() == 3);
    CHECK(keys_of(checkpoint) == std::vector<std::string>{"epoch", "ema.decay"});
}

TEST_CASE("network search: three levels down is no place for a network") {
    PickleWriter pickle;
    pickle.empty_dict().text("a").empty_dict().text("b").empty_dict().text("c");
    push_network(pickle);
    const ByteString bytes = file_of(pickle.set_item().set_item().set_item());
    CHECK(open_bytes(bytes).tensors().empty());
}

TEST_CASE("network search: several networks are named, and a key picks one") {
    const ByteString bytes = two_networks();
    check_file_refused(bytes, StatusCode::unsupported,
                       {"several networks", "'student' (3 tensors), 'teacher' (3 tensors)", "--key NAME"});
    for (const auto& [key, first] : {std::pair("student", 1.0f), std::pair("teacher", 3.0f)}) {
        const auto checkpoint = open_at(bytes, key);
        REQUIRE(checkpoint.ok());
        CHECK(checkpoint->state_dict_path() == key);
        CHECK(values_of(checkpoint.value(), "0")[0] == first);
    }
    check_refused(open_at(bytes, "epoch").status(), StatusCode::invalid_argument,
                  {"no entry 'epoch'", "'student' (3 tensors), 'teacher' (3 tensors)"});
}

TEST_CASE("network search: a key reaches two levels, and '.' is the whole file") {
    PickleWriter pickle;
    pickle.empty_dict().mark().text("w");
    push_tensor(pickle, make_tensor("t", {2}, std::vector<float>{1, 2}), "1", false);
    pickle.text("a").empty_dict().mark().text("b");
    push_network(pickle);
    pickle.text("c");
    push_network(pickle, 3, "1");
    const ByteString bytes = file_of(pickle.set_items().set_items());
    check_file_refused(bytes, StatusCode::unsupported,
                       {"'.' (the whole file) (1 tensor)", "'a.b' (3 tensors)", "'a.c' (3 tensors)"});
    CHECK(values_of(open_at(bytes, "a.b").value(), "0")[0] == 1);
    CHECK(values_of(open_at(bytes, "a.c").value(), "0")[0] == 3);
    CHECK(open_at(bytes, ".")->tensors().size() == 1);
    CHECK_FALSE(open_at(bytes, "a").ok());
}

TEST_CASE("network search: one dict under several names is one network") {
    PickleWriter pickle;
    pickle.empty_dict().mark().text("state_dict");
    push_network(pickle);
    pickle.put(0).text("best").get(0);
    const ByteString bytes = file_of(pickle.set_items());
    CHECK(open_bytes(bytes).state_dict_path() == "state_dict");
    CHECK(keys_of(open_bytes(bytes)) == std::vector<std::string>{"best"});
}

TEST_CASE("network search: numbers, counters and a few tensors beside a network are none") {
    PickleWriter pickle;
    pickle.empty_dict().mark().text("best");
    push_tensor(pickle, make_tensor("t", {}, std::vector<float>{1, 2}), "0", false);
    pickle.text("rng_state");
    push_tensor(pickle, {.name = "t", .dtype = loaders::DType::u8, .shape = {8}, .bytes = ByteString(8, '1')},
                "0", false);
    pickle.text("statistics");
    push_network(pickle, 2);  // a tenth of the network's
    pickle.text("net");
    push_network(pickle, 20);
    const ByteString bytes = file_of(pickle.set_items());
    CHECK(open_bytes(bytes).state_dict_path() == "net");
    CHECK(open_at(bytes, "statistics")->tensors().size() == 2);
}

TEST_CASE("network search: a list of pairs is a state_dict, the whole file or under a key") {
    for (const bool nested : {false, true}) {
        PickleWriter pickle;
        if (nested) pickle.empty_dict().text("params");
        pickle.empty_list().mark();
        for (const char* name : {"a", "b"}) {
            pickle.mark().text(name);
            push_tensor(pickle, make_tensor("t", {2}, std::vector<float>{1, 2}), "0", false);
            pickle.tuple();
        }
        pickle.raw("e");
        if (nested) pickle.set_item();
        const ByteString bytes = file_of(pickle);
        const Checkpoint checkpoint = open_bytes(bytes);
        CHECK(checkpoint.form() == "list of pairs");
        CHECK(checkpoint.state_dict_path() == (nested ? "params" : ""));
        CHECK(values_of(checkpoint, "b") == std::vector<float>{1, 2});
    }
    PickleWriter twice;
    twice.empty_list();
    for (int i = 0; i < 2; ++i) {
        twice.mark().text("a");
        push_tensor(twice, make_tensor("t", {2}, std::vector<float>{1, 2}), "0", false);
        twice.tuple().append();
    }
    check_malformed(file_of(twice), {"two entries are named 'a'"});
}
