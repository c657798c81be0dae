// Whether torch.load could run code: said of files made to attack whoever loads them, one kind each, and of
// files that hold tensors and nothing else. Every attack stands in a file whose tensors are sound.
#include "loaders/torch/safety.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "support/checkpoint_checks.hpp"
#include "support/files.hpp"
#include "support/module_writer.hpp"
#include "support/tar_writer.hpp"

using namespace featherface;
using namespace featherface::test;
using namespace std::string_literals;
using loaders::report_safety;
using loaders::SafetyReport;

namespace {

const std::vector<float> kValues = {1, 2};

SafetyReport report_of(const ByteString& bytes) {
    const auto report = report_safety(span_of(bytes));
    REQUIRE_MESSAGE(report.ok(), report.status().message());
    return report.value();
}

// A state_dict of one tensor after `attack`, whose result is dropped.
ByteString object_with(const ByteString& attack, bool legacy = false) {
    PickleWriter pickle;
    pickle.raw(attack).raw("0").empty_dict().text("w");
    push_tensor(pickle, make_tensor("w", {2}, kValues), "0", legacy);
    return pickle.set_item().stop();
}

ByteString zip_with(const ByteString& attack) {
    return zip_around(object_with(attack), {{"0", make_tensor("w", {2}, kValues).bytes}});
}

ByteString legacy_with(const ByteString& attack) {
    return torch_legacy(object_with(attack, true), {{"0", make_tensor("w", {2}, kValues).bytes}}, {4});
}

// Neither container of a file with `attack` is called harmless, and one reason has the words; nor is it
// opened.
void attack(const ByteString& pickled, std::string_view words) {
    for (const ByteString& bytes : {zip_with(pickled), legacy_with(pickled)}) {
        const SafetyReport report = report_of(bytes);
        const bool is_said = std::ranges::any_of(
            report.reasons, [&](const std::string& reason) { return reason.find(words) != reason.npos; });
        CHECK_MESSAGE(is_said, words << " is not in: " << (report.reasons.empty() ? "" : report.reasons[0]));
        CHECK_FALSE(loaders::Checkpoint::from_bytes(span_of(bytes), "attack").ok());
    }
}

void harmless(const ByteString& bytes, std::string_view container) {
    const SafetyReport report = report_of(bytes);
    CHECK(report.container == container);
    CHECK_MESSAGE(report.reasons.empty(), report.reasons[0]);
}

}  // namespace

TEST_CASE("safety: tensors, containers, numbers and records are harmless, in every container") {
    const auto tensors = {make_tensor("w", {2}, kValues)};
    for (int protocol = 1; protocol <= 5; ++protocol) {
        harmless(make_torch_zip(tensors, {.nesting = "a", .protocol = protocol, .optimizer = true}),
                 "torch zip");
        harmless(make_torch_legacy(tensors, {.protocol = protocol}), "torch legacy");
    }
    for (const char* name : {"zip.pth", "legacy.pth", "training_zip.pth", "training_legacy.pth",
                             "dtypes_zip.pth", "views_zip.pth", "optimizer.pth", "zip_protocol4.pth"}) {
        const auto file = read_file(data_file("torch") / name);
        const auto report = report_safety(std::as_bytes(std::span(file)));
        REQUIRE(report.ok());
        CHECK(report->reasons.empty());
    }
    PickleWriter records;
    records.mark().global("argparse", "Namespace").empty_tuple().raw("\x81").empty_dict().build();
    records.global("pathlib", "PosixPath").mark().text("a").tuple().reduce();
    records.global("collections", "defaultdict").mark().global("builtins", "list").tuple().reduce();
    records.global("torch", "float32").tuple();
    harmless(zip_with(records.bytes().substr(2)), "torch zip");
    harmless(PickleWriter(0).empty_dict().stop(), "pickle");
    harmless("\x02\0\0\0\0\0\0\0{}"s, "safetensors");
}

TEST_CASE("safety: the report lists opcodes by pickletools' names, and globals") {
    const SafetyReport report = report_of(zip_with("cos\nsystem\n(X\4\0\0\0truetR"s));
    const auto count = [&](std::string_view name) {
        const auto found =
            std::ranges::find(report.opcodes, name, [](const auto& entry) { return entry.first; });
        return found == report.opcodes.end() ? 0 : found->second;
    };
    CHECK(count("GLOBAL") == 4);
    CHECK(count("REDUCE") == 3);
    CHECK(count("BINPERSID") == 1);
    CHECK(count("STOP") == 1);
    CHECK(count("INST") == 0);
    CHECK(report.globals == std::vector<std::string>{"collections.OrderedDict", "os.system",
                                                     "torch.FloatStorage",
                                                     "torch._utils._rebuild_tensor_v2"});
    REQUIRE(report.reasons.size() == 1);
    CHECK(report.reasons[0].starts_with("it would call 'os.system' (byte "));
}

TEST_CASE("safety: REDUCE, straight, inside other calls' arguments, and of what a call made") {
    attack("cos\nsystem\n(X\4\0\0\0truetR"s, "call 'os.system'");
    attack("cbuiltins\nset\n((lcos\nsystem\n(X\4\0\0\0truetRatR"s, "call 'os.system'");
    attack("ccollections\nOrderedDict\n)R(X\4\0\0\0truetR"s, "call something that has no name");
    attack("c_codecs\nencode\n(X\1\0\0\0aX\5\0\0\0rot13tR"s, "call '_codecs.encode'");
    for (const char* name : {"torch.utils.collect_env\nrun", "profile\nrunctx", "pathlib\nPath.write_text",
                             "numpy\nload", "torch\nload", "functools\npartial", "my_package\nNet"}) {
        attack("c"s + name + "\n)R", "call '");
    }
}

TEST_CASE("safety: BUILD that sets what runs, on an object or twice") {
    attack("cmy\nNet\n)\x81}X\x0c\0\0\0__setstate__cos\nsystem\nsb"s, "import 'os.system'");
    attack("ccollections\nOrderedDict\n)R}X\x0c\0\0\0__setstate__cos\nsystem\nsbX\4\0\0\0trueb"s,
           "import 'os.system'");
    attack("ccollections\nOrderedDict\n)R}bX\4\0\0\0trueb"s, "BUILD on an object that has its state already");
}

TEST_CASE("safety: INST, OBJ, NEWOBJ with arguments and NEWOBJ_EX") {
    attack("(X\4\0\0\0trueios\nsystem\n"s, "call 'os.system'");
    attack("(cos\nsystem\nX\4\0\0\0trueo"s, "call 'os.system'");
    attack("csubprocess\nPopen\n(X\4\0\0\0truet\x81"s, "build an object of 'subprocess.Popen'");
    attack("csubprocess\nPopen\n)}\x92", "call 'subprocess.Popen'");
    attack("csubprocess\nPopen\n)\x81", "build an object of 'subprocess.Popen'");
}

TEST_CASE("safety: a name alone is imported, which may run a module") {
    attack("cantigravity\nfly\n", "import 'antigravity.fly'");
    attack("X\x0b\0\0\0antigravityX\3\0\0\0fly\x93"s, "import 'antigravity.fly'");
    attack("ctorch\nos.system\n", "import 'torch.os.system'");
    attack("ctorch.nn\nos.system\n", "'torch.nn.os.system'");
}

TEST_CASE("safety: extension codes, whose meaning is not in the file") {
    for (const ByteString& code : {"\x82\x01"s, "\x83\x01\x02"s, "\x84\1\0\0\0"s})
        attack(code, "an extension code");
}

TEST_CASE("safety: persistent ids that are no storages") {
    attack("cos\nsystem\n(X\4\0\0\0truetRQ"s, "call 'os.system'");
    PickleWriter pickle;
    pickle.mark()
        .text("module")
        .global("my.net", "Net")
        .text("net.py")
        .text("import os")
        .tuple()
        .persistent();
    attack(pickle.bytes().substr(2), "import 'my.net.Net'");
}

TEST_CASE("safety: two pickles in one, or two values on a stack, hide nothing") {
    std::vector<ZipItem> items =
        torch_zip_items(object_with("N") + "cos\nsystem\n)R.", {{"0", make_tensor("w", {2}, kValues).bytes}});
    const SafetyReport two = report_of(make_zip(items).bytes);
    CHECK(two.reasons[0].find("call 'os.system'") != std::string::npos);
    const SafetyReport stacked =
        report_of(zip_around("\x80\x02"
                             "cos\nsystem\n)RN."));
    CHECK(stacked.reasons[0].find("call 'os.system'") != std::string::npos);
    // The call is in another pickle of the archive, that a program may load by name.
    items = torch_zip_items(object_with("N"), {{"0", make_tensor("w", {2}, kValues).bytes}});
    items.push_back({.name = "archive/extra.pkl", .content = "cos\nsystem\n)R."});
    CHECK(report_of(make_zip(items).bytes).reasons[0].find("call 'os.system'") != std::string::npos);
    // A pickle that is no checkpoint: torch.load begins with unpickling it.
    CHECK(report_of("cos\nsystem\n(Vtrue\ntR.").reasons[0].find("call 'os.system'") != std::string::npos);
}

TEST_CASE("safety: what can be read in two ways is vouched for in neither") {
    const auto doubted = [](const ByteString& bytes, std::string_view words) {
        const SafetyReport report = report_of(bytes);
        REQUIRE(!report.reasons.empty());
        CHECK_MESSAGE(report.reasons.back().find(words) != std::string::npos, report.reasons.back());
    };
    ByteString tar = legacy_with("X\xf4\1\0\0"s + ByteString(500, 'x'));
    set_tar_checksum(tar);
    doubted(tar, "a legacy checkpoint and a tar archive at once");
    std::vector<ZipItem> items =
        torch_zip_items(object_with("N"), {{"0", make_tensor("w", {2}, kValues).bytes}});
    items.push_back({.name = "archive/DATA.PKL", .content = "cos\nsystem\n)R."});
    doubted(make_zip(items).bytes, "differ in the case of their names only");
    doubted(make_tar({{"pickle", "N."}, {"storages", ""}, {"tensors", ""}}), "PyTorch's oldest container");
}

TEST_CASE("safety: a whole module's classes and a TorchScript program are code, and said to be") {
    const auto tensors = {make_tensor("body.weight", {2}, kValues)};
    for (const bool legacy : {false, true}) {
        const SafetyReport report = report_of(make_module_file(tensors, {.legacy = legacy}));
        REQUIRE(report.reasons.size() == 1);
        CHECK(report.reasons[0].find(
                  "import code that is not in the file, and build an object of 'models.net.Net'") !=
              std::string::npos);
    }
    const SafetyReport script = report_of(make_module_file(tensors, {.script = true}));
    REQUIRE(script.reasons.size() == 1);
    CHECK(script.reasons[0].find("TorchScript") != std::string::npos);
}

TEST_CASE("safety: what torch.load would not unpickle is an error, not a verdict") {
    for (const ByteString& bytes :
         {"<!DOCTYPE html>"s, "{\"message\": \"Not Found\"}"s, "\x89PNG\r\n\x1a\n"s, ""s})
        CHECK_FALSE(report_safety(span_of(bytes)).ok());
}
