// Where the state_dict is in a file, what else may stand there, and which files are refused instead of
// guessed at.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/checkpoint_checks.hpp"
#include "support/torch_writer.hpp"

using namespace featherface;
using namespace featherface::test;
using namespace std::string_literals;
using loaders::Checkpoint;

namespace {

const std::vector<float> kValues = {1, 2};

std::vector<TorchTensor> two_tensors(const std::string& first = "a", const std::string& second = "b") {
    return {make_tensor(first, {2}, kValues), make_tensor(second, {2}, std::vector<float>{3, 4})};
}

void push_tensor_of_two(PickleWriter& pickle) {
    push_tensor(pickle, make_tensor("t", {2}, kValues), "0", false);
}

ByteString zip_with_storage(const ByteString& pickle) {
    return zip_around(pickle, {{"0", make_tensor("t", {2}, kValues).bytes}});
}

std::vector<std::string> keys_of(const Checkpoint& checkpoint) {
    return {checkpoint.top_level_keys().begin(), checkpoint.top_level_keys().end()};
}

}  // namespace

TEST_CASE("state_dict: bare or under one of the usual keys, ordered or plain, in both containers") {
    for (const std::string nesting : {"", "state_dict", "model_state_dict", "model", "net"}) {
        for (const bool ordered : {true, false}) {
            for (const bool legacy : {true, false}) {
                CAPTURE(nesting);
                const TorchOptions options{
                    .nesting = nesting, .ordered_dict = ordered, .optimizer = !nesting.empty()};
                const ByteString bytes = legacy ? make_torch_legacy(two_tensors(), options)
                                                : make_torch_zip(two_tensors(), options);
                const Checkpoint checkpoint = open_bytes(bytes);
                CHECK(checkpoint.state_dict_path() == nesting);
                CHECK(values_of(checkpoint, "a") == kValues);
                CHECK(values_of(checkpoint, "b") == std::vector<float>{3, 4});
                CHECK(checkpoint.tensors().size() == 2);
                CHECK(keys_of(checkpoint) == (nesting.empty()
                                                  ? std::vector<std::string>{}
                                                  : std::vector<std::string>{"epoch", "optimizer"}));
            }
        }
    }
}

TEST_CASE("state_dict: 'module.' is taken off when all names have it, as often as they have") {
    ByteString bytes = make_torch_zip(two_tensors(), {.prefix = "module."});
    CHECK(open_bytes(bytes).prefix() == "module.");
    CHECK(values_of(open_bytes(bytes), "a") == kValues);
    CHECK(open_bytes(bytes).find("module.a") == nullptr);
    bytes = make_torch_zip(two_tensors(), {.prefix = "module.module."});
    CHECK(values_of(open_bytes(bytes), "b") == std::vector<float>{3, 4});
    bytes = make_torch_zip(two_tensors());
    CHECK(open_bytes(bytes).prefix().empty());
    bytes = make_torch_zip(two_tensors("modules.a", "submodule.b"));
    CHECK(values_of(open_bytes(bytes), "modules.a") == kValues);
}

TEST_CASE("state_dict: 'module.' on some names only, and names that then collide, are refused") {
    check_malformed(make_torch_zip(two_tensors("module.a", "b")),
                    {"some names begin with 'module.'", "'module.a' and 'b'", "model.module.state_dict()"});
    check_malformed(make_torch_zip(two_tensors("module.a", "a")),
                    {"the same name but for 'module.'", "'module.a' and 'a'"});
}

TEST_CASE("state_dict: two entries of one name are refused") {
    check_malformed(make_torch_zip(two_tensors("a", "a")), {"two entries are named 'a'"});
}

TEST_CASE("state_dict: two keys of one name are refused wherever they stand, however much hangs on them") {
    // They stand beside a state_dict, in a file without tensors, and in a large dict under one of the usual
    // keys many times.
    PickleWriter beside;
    beside.empty_dict().mark().text("state_dict").empty_dict().text("w");
    push_tensor_of_two(beside);
    beside.set_item().text("epoch").none().text("epoch").none();
    check_malformed(zip_with_storage(beside.set_items().stop()), {"two entries are named 'epoch'"});
    PickleWriter none;
    none.empty_dict().mark().text("a").none().text("a").none();
    check_malformed(zip_around(none.set_items().stop()), {"two entries are named 'a'"});

    PickleWriter large;
    large.empty_dict().mark().none().put(0).none();
    for (int i = 0; i < 100'000; ++i) large.get(0).get(0);
    large.set_items().put(1).raw("0").empty_dict().text("state_dict").put(2).raw("0").mark();
    for (int i = 0; i < 16'000; ++i) large.get(2).get(1);
    check_malformed(zip_around(large.set_items().stop()), {"two entries are named 'state_dict'"});
}

TEST_CASE("state_dict: a name of more than 1024 bytes is refused, of a tensor or of what stands beside") {
    const auto with_name = [](std::size_t length) {
        PickleWriter pickle;
        pickle.empty_dict().text(std::string(length, 'n'));
        push_tensor_of_two(pickle);
        return zip_with_storage(pickle.set_item().stop());
    };
    const ByteString longest = with_name(1024);
    CHECK(open_bytes(longest).tensors()[0].name.size() == 1024);
    check_file_refused(with_name(1025), StatusCode::limit_exceeded,
                       {"the name 'nnn", "is too long", "at most 1024 bytes", "found 1025"});
    PickleWriter beside;
    beside.empty_dict().text(std::string(200'000, 'k')).none();
    check_file_refused(zip_around(beside.set_item().stop()), StatusCode::limit_exceeded, {"is too long"});
}

TEST_CASE("state_dict: keys that are no strings are refused") {
    PickleWriter pickle;
    pickle.empty_dict().integer(5);
    push_tensor_of_two(pickle);
    check_malformed(zip_with_storage(pickle.set_item().stop()), {"no string", "an integer"});
}

TEST_CASE("state_dict: a whole optimizer's file is readable and has no tensors") {
    PickleWriter pickle;
    pickle.empty_dict().mark().text("state").empty_dict().integer(0).empty_dict().text("momentum_buffer");
    push_tensor_of_two(pickle);
    pickle.set_item().set_item().text("param_groups").empty_list().set_items();
    const ByteString bytes = zip_with_storage(pickle.stop());
    CHECK(open_bytes(bytes).tensors().empty());
    CHECK(keys_of(open_bytes(bytes)) == std::vector<std::string>{"state", "param_groups"});
    const ByteString empty = zip_around(PickleWriter().empty_dict().stop());
    CHECK(open_bytes(empty).tensors().empty());
}

TEST_CASE("state_dict: plain data among the tensors is listed, not lost") {
    PickleWriter pickle;
    pickle.empty_dict().mark().text("epoch").integer(3).text("w");
    push_tensor_of_two(pickle);
    pickle.text("names").empty_list().text("_extra_state").none().set_items();
    const ByteString bare = zip_with_storage(pickle.stop());
    CHECK(open_bytes(bare).tensors().size() == 1);
    CHECK(keys_of(open_bytes(bare)) == std::vector<std::string>{"epoch", "names", "_extra_state"});

    PickleWriter nested;
    nested.empty_dict().text("model").empty_dict().mark().text("w");
    push_tensor_of_two(nested);
    nested.text("epoch").integer(3).set_items().set_item();
    const ByteString bytes = zip_with_storage(nested.stop());
    CHECK(keys_of(open_bytes(bytes)) == std::vector<std::string>{"model.epoch"});
}

TEST_CASE("state_dict: an OrderedDict as Python 2 pickled it, and a defaultdict") {
    PickleWriter pairs;
    pairs.global("collections", "OrderedDict").mark().empty_list().empty_list().text("w").append();
    push_tensor_of_two(pairs);
    const ByteString python2 = zip_with_storage(pairs.append().append().tuple().reduce().stop());
    CHECK(values_of(open_bytes(python2), "w") == kValues);

    PickleWriter pickle;
    pickle.global("collections", "defaultdict").mark().global("builtins", "list").tuple().reduce().text("w");
    push_tensor_of_two(pickle);
    const ByteString defaulting = zip_with_storage(pickle.set_item().stop());
    CHECK(values_of(open_bytes(defaulting), "w") == kValues);
}

TEST_CASE("state_dict: files that hold something else are refused and say what") {
    const auto refused = [](const ByteString& pickle, std::initializer_list<std::string_view> words) {
        check_file_refused(zip_with_storage(pickle), StatusCode::unsupported, {"does not hold a state_dict"});
        check_file_refused(zip_with_storage(pickle), StatusCode::unsupported, words);
    };
    refused(PickleWriter().empty_list().stop(), {"a list"});
    refused(PickleWriter().integer(1).stop(), {"an integer"});
    refused("\x8a\xff" + ByteString(255, 'x') + ".", {"an integer of more than 64 bits"});
    refused("]q\0h\0a."s, {"a list"});  // that holds itself
    PickleWriter tensor;
    push_tensor_of_two(tensor);
    refused(tensor.stop(), {"a single tensor"});
    refused(PickleWriter().global("models.net", "Net").empty_tuple().raw("\x81").empty_dict().build().stop(),
            {"an object of 'models.net.Net'", "save model.state_dict()"});
}

TEST_CASE("state_dict: a model pickled under a usual key is refused and named") {
    PickleWriter pickle;
    pickle.empty_dict().mark().text("epoch").integer(3).text("model");
    pickle.global("models.net", "Net").empty_tuple().raw("\x81").set_items();
    check_file_refused(zip_around(pickle.stop()), StatusCode::unsupported,
                       {"holds a model itself, under 'model'", "no module of PyTorch's", "'models.net.Net'",
                        "save model.state_dict()"});
}

TEST_CASE("state_dict: a dict that holds itself is no state_dict, and no endless search") {
    const ByteString bytes = zip_around("}q\0X\x0a\0\0\0state_dicth\0s."s);
    CHECK(open_bytes(bytes).tensors().empty());
}

TEST_CASE("state_dict: unknown objects beside it are inert, in it they are refused and named") {
    const auto file = [](bool inside) {
        PickleWriter pickle;
        pickle.empty_dict().mark().text("state_dict").empty_dict().mark().text("w");
        push_tensor_of_two(pickle);
        if (!inside) pickle.set_items();
        pickle.text("args").global("argparse", "Namespace").empty_tuple().reduce().empty_dict().build();
        if (inside) pickle.set_items();
        return zip_with_storage(pickle.set_items().stop());
    };
    const ByteString beside = file(false);
    CHECK(values_of(open_bytes(beside), "w") == kValues);
    CHECK(keys_of(open_bytes(beside)) == std::vector<std::string>{"args"});
    CHECK(open_bytes(beside).globals()[0] == "argparse.Namespace");
    check_malformed(file(true),
                    {"entry 'args'", "'argparse.Namespace' (which was not called)", "expected a tensor"});
}

TEST_CASE("state_dict: too many entries are refused") {
    PickleWriter pickle;
    pickle.empty_dict().mark();
    for (int i = 0; i < 16385; ++i) pickle.text(std::to_string(i)).none();
    check_file_refused(zip_around(pickle.set_items().stop()), StatusCode::limit_exceeded,
                       {"too many entries", "at most 16384", "found 16385"});
}

TEST_CASE("state_dict: a call or class that tensors do not need is refused, and read on request") {
    for (const char* module :
         {"osx", "my.systems", "models.code", "positions", "posixpath_like", "utils.io"}) {
        const std::string named = "'"s + module + ".Options'";
        for (const bool called : {true, false}) {
            PickleWriter root;
            root.empty_dict().mark().text("args").global(module, "Options");
            if (called) root.empty_tuple().reduce();
            const ByteString bytes = zip_around(root.set_items().stop());
            check_malformed(bytes, {called ? "asks to call " : "a class or function that tensors do not need",
                                    named, "do not load the file with PyTorch"});
            const auto read = Checkpoint::from_bytes(span_of(bytes), "test.pth", {.ignore_calls = true});
            REQUIRE(read.ok());
            CHECK(keys_of(read.value()) == std::vector<std::string>{"args"});
            CHECK(read->calls()[0] == (called ? "call " : "import ") + named);
        }
    }
}

TEST_CASE("state_dict: pickles that would run something are refused wherever they would, and named") {
    const auto call = [](PickleWriter& pickle, const char* module, const char* name) -> PickleWriter& {
        return pickle.global(module, name).mark().text("true").tuple().reduce();
    };
    const std::vector<std::pair<const char*, const char*>> callables = {
        {"os", "system"},
        {"posix", "system"},
        {"nt", "system"},
        {"subprocess", "Popen"},
        {"builtins", "eval"},
        {"builtins", "exec"},
        {"__builtin__", "eval"},
        {"os.path", "join"},
        {"runpy", "run_path"},
        {"webbrowser", "open"},
        {"torch.hub", "load"},
        {"builtins", "__import__"},
        {"_io", "FileIO"},
        {"cProfile", "run"},
        {"pip", "main"},
        {"urllib.request", "urlopen"},
        {"numpy", "load"},
        {"torch.serialization", "load"},
        {"builtins", "getattr"},
        {"code", "interact"},
        {"_posixsubprocess", "fork_exec"},
        {"tempfile", "mkstemp"},
        {"operator", "methodcaller"},
        {"torch", "os.system"},
        {"torch.serialization", "os.path.os.system"},
        {"a.builtins", "exec"},
        {"torch.utils.collect_env", "run"},
        {"numpy.testing._private.utils", "runstring"},
        {"_osx_support", "_read_output"},
        {"profile", "runctx"},
        {"pathlib", "Path.write_text"},
        {"torch", "load"},
        {"torch.jit", "load"},
        {"torch.storage", "_load_from_bytes"},
        {"torch.fx.graph_module", "reduce_graph_module"},
        {"functools", "partial"},
        {"copyreg", "_reconstructor"},
        {"my.model", "Net"}};
    for (const auto& [module, name] : callables) {
        const std::string named = "'"s + module + "." + name + "' (it was not called)";
        PickleWriter root;
        call(root, module, name);
        check_malformed(zip_around(root.stop()), {"asks to call", named});

        PickleWriter entry;
        entry.empty_dict().mark().text("w");
        push_tensor_of_two(entry);
        entry.text("x");
        call(entry, module, name);
        check_malformed(zip_with_storage(entry.set_items().stop()), {named});

        PickleWriter dropped;  // called, forgotten, and a good state_dict in its place
        call(dropped, module, name).raw("0").empty_dict().text("w");
        push_tensor_of_two(dropped);
        check_malformed(zip_with_storage(dropped.set_item().stop()), {named});
    }
    PickleWriter made;
    made.global("collections", "OrderedDict").empty_tuple().reduce().mark().text("true").tuple().reduce();
    check_malformed(zip_around(made.stop()), {"asks to call something that has no name (it was not called)"});
    check_malformed(zip_around("(ios\nsystem\n."), {"'os.system' (it was not called)"});
    check_malformed(zip_around("(cos\nsystem\no."), {"'os.system' (it was not called)"});
    // NEWOBJ without arguments calls nothing of a function's, but asks for it all the same.
    check_file_refused(zip_around("\x8c\x02os\x8c\x06system\x93)\x81."), StatusCode::unsupported,
                       {"found an object of 'os.system'"});
    check_malformed(zip_around("\x8c\x02os\x8c\x06system\x93)\x81"
                               "0}."),
                    {"asks to build an object of 'os.system' (it was not built)"});
}
