// featherface compare, as a person runs it.
#include <doctest/doctest.h>

#include <set>
#include <string>
#include <utility>

#include "support/json.hpp"
#include "support/npz.hpp"
#include "support/program.hpp"
#include "support/program_files.hpp"
#include "support/seeded_model.hpp"
#include "support/text.hpp"

namespace featherface::test {

namespace {

std::string line_of(const std::string& text, std::string_view start) {
    std::string line_start = "\n";
    line_start += start;
    const std::size_t begin = text.find(line_start);
    if (begin == std::string::npos) return "";
    return text.substr(begin + 1, text.find('\n', begin + 1) - begin - 1);
}

// The two networks, a dump of V1, a copy with a value changed, and one of a picture and loc alone.
struct Dumps : ProgramFiles {
    std::string v1 = model("v1.pth", "v1"), v2 = model("v2.pth", "v2");
    std::string reference = path("r.npz"), changed = path("changed.npz"), picture_only = path("picture.npz");

    Dumps() {
        const std::string image = picture("a.ppm", noise(40, 30));
        check_program(featherface({"dump", "-m", v1, "--layers", "all", image, "-o", reference}), 0);
        copy_npz(reference, changed, [](const std::string& name, std::vector<std::byte>& bytes) {
            if (name == "ssh2") bytes[3] ^= std::byte{0x7f};
        });
        const auto from = open_npz(reference);
        auto to = tools::NpzWriter::create(picture_only);
        REQUIRE(to.ok());
        for (const char* name : {"image_bgr", "loc"}) {
            const auto array = from.read(name).value();
            REQUIRE(to->add(name, array.dtype, array.shape, array.bytes).ok());
        }
        REQUIRE(to->finish().ok());
    }
};

}  // namespace

TEST_CASE("compare: agreement is a table, a sentence and exit code 0, in both modes") {
    const Dumps files;
    const ProgramResult layers = featherface({"compare", "-m", files.v1, files.reference});
    check_program(layers, 0);
    CHECK(layers.err.empty());
    CHECK(contains(layers.out, "\n\nAgreement: all "));
    CHECK(contains(line_of(layers.out, "ssh2.conv3X3.1 "), "batch_norm"));
    CHECK(contains(line_of(layers.out, "ssh2.conv3X3.1 "), "(1, 32, 2, 3)"));
    const ProgramResult fused = featherface({"compare", "-m", files.v1, "--mode", "fused", files.reference});
    check_program(fused, 0);
    CHECK(contains(line_of(fused.out, "ssh2.conv3X3.1 "), "fused into ssh2"));
    CHECK(contains(fused.out, " more are fused into them and were not compared."));
}

TEST_CASE("compare: a difference is named, exit code 1, with a model and between two dumps") {
    const Dumps files;
    const std::string sentence = "First layer that differs: ssh2";
    const ProgramResult model = featherface({"compare", "-m", files.v1, files.changed});
    check_program(model, 1);
    CHECK(contains(model.out, sentence + " (activation): largest difference "));
    CHECK(contains(model.out, " names compared differs."));
    CHECK(contains(line_of(model.out, "ssh2 "), "DIFFERS at 1 of 384"));
    const ProgramResult dumps = featherface({"compare", files.reference, files.changed});
    check_program(dumps, 1);
    CHECK(contains(dumps.out, sentence + ": largest difference "));
    check_program(featherface({"compare", files.reference, files.reference}), 0);
    const ProgramResult first = featherface({"compare", "--fail-fast", files.reference, files.changed});
    check_program(first, 1);
    CHECK(contains(first.out, "Stopped there."));
    CHECK(line_of(first.out, "ssh3 ").empty());
}

TEST_CASE("compare: a picture will do where there is no input, and --layers limits what is looked at") {
    const Dumps files;
    check_program(featherface({"compare", "-m", files.v1, files.picture_only}), 0);
    const auto names = [&](const char* layers, const std::string& reference) {
        const ProgramResult result =
            featherface({"compare", "-m", files.v1, "--layers", layers, "--format", "json", reference});
        std::set<std::string> found;
        const Json json = parse_json(result.out);
        for (const Json& layer : json["layers"].items) found.insert(layer["name"].string());
        return std::pair{result.exit_code, found};
    };
    const std::set<std::string> outputs = {"input", "loc", "conf", "landms", "priors", "dets"};
    CHECK(names("outputs", files.changed) == std::pair{0, outputs});
    const auto [code, stages] = names("stages", files.changed);
    CHECK(code == 1);
    CHECK(stages.contains("ssh2"));
    CHECK_FALSE(stages.contains("ssh2.conv3X3"));
}

TEST_CASE("compare: tolerances given hold for all layers") {
    const Dumps files;
    check_program(featherface({"compare", "--atol", "1e30", files.reference, files.changed}), 0);
    check_program(featherface({"compare", "--rtol", "1e30", files.reference, files.changed}), 0);
    check_program(featherface({"compare", "--atol", "0", files.reference, files.reference}), 0);
    check_program(featherface({"compare", "-m", files.v1, "--mode", "fused", "--atol", "0", files.reference}),
                  1);
}

TEST_CASE("compare: JSON has every row's numbers, the sentence and the counts") {
    const Dumps files;
    const ProgramResult result =
        featherface({"compare", "-m", files.v1, "--format", "json", "--mode", "fused", files.changed});
    check_program(result, 1);
    const Json json = parse_json(result.out);
    CHECK(json["schema"].whole() == 1);
    CHECK(json["model"]["name"].string() == "FeatherFace V1");
    CHECK(json["mode"].string() == "fused");
    CHECK(json["agrees"].kind == Json::Kind::boolean);
    CHECK_FALSE(json["agrees"].truth);
    CHECK(json["differing"].whole() == 1);
    CHECK(json["first_difference"].string() == "ssh2");
    CHECK(json["conclusion"].string().starts_with("First layer that differs: ssh2"));
    long compared = 0, fused = 0;
    for (const Json& layer : json["layers"].items) {
        const std::string& verdict = layer["verdict"].string();
        fused += verdict == "fused";
        compared += verdict != "fused" && verdict != "one_sided";
        CHECK(layer.has("fused_into") == (verdict == "fused"));
        if (layer["name"].string() != "ssh2") continue;
        CHECK(verdict == "differs");
        CHECK(layer["outside"].whole() == 1);
        CHECK(layer["worst"]["index"].size() == 4);
        CHECK(layer["worst"]["ours"].number() != layer["worst"]["reference"].number());
        CHECK(layer["shape"].size() == 4);
    }
    CHECK(compared == json["compared"].whole());
    CHECK(fused == json["fused"].whole());
    CHECK(fused > compared);

    const Json agreement =
        parse_json(featherface({"compare", "--format", "json", files.reference, files.reference}).out);
    CHECK(agreement["agrees"].truth);
    CHECK_FALSE(agreement.has("first_difference"));
    CHECK_FALSE(agreement.has("model"));
}

TEST_CASE("compare: CSV has a row per value and the same columns in each, the sentence goes to stderr") {
    const Dumps files;
    const ProgramResult result = featherface({"compare", "--format", "csv", files.reference, files.changed});
    check_program(result, 1, {"First layer that differs: ssh2"});
    CHECK(result.out.starts_with(
        "layer,kind,shape,max_abs,mean_abs,max_rel,cosine,worst,ours,reference,outside,verdict,note\n"));
    CHECK(line_of(result.out, "ssh2,,\"(1, 64, 2, 3)\",").ends_with(",1,differs,"));
    std::size_t rows = 0;
    for (const char c : result.out) rows += c == '\n';
    CHECK(rows == open_npz(files.reference).names().size());  // a header, and no __meta__
}

TEST_CASE("compare: mistakes have their exit codes") {
    const Dumps files;
    check_program(featherface({"compare", files.reference}), 2,
                  {"give -m MODEL and one reference dump, or two"});
    check_program(featherface({"compare", "-m", files.v1, files.reference, files.changed}), 2,
                  {"or two dumps"});
    check_program(featherface({"compare", "--atol", "-1", files.reference, files.changed}), 2, {"--atol"});
    check_program(featherface({"compare", "--rtol", "nan", files.reference, files.changed}), 2, {"--rtol"});
    check_program(featherface({"compare", "--fail-fast=1", files.reference, files.changed}), 2,
                  {"--fail-fast takes no value"});
    check_program(featherface({"compare", "--layers", "teacher", files.reference, files.changed}), 2,
                  {"'teacher'"});
    check_program(featherface({"compare", "-m", files.v1, files.path("none.npz")}), 3, {"none.npz"});
    check_program(featherface({"compare", "-m", files.v1, files.v1}), 3, {"v1.pth"});
    check_program(featherface({"compare", "-m", files.reference, files.reference}), 3, {"r.npz"});
    check_program(featherface({"compare", files.reference, files.text("t.npz", "no archive")}), 3, {"t.npz"});
    // The other network: its layers are other layers, and most are not there.
    const ProgramResult other = featherface({"compare", "-m", files.v2, files.reference});
    check_program(other, 1);
    CHECK(contains(other.out, "On one side only, so not compared: "));
    check_program(featherface({"compare", files.reference, files.reference},
                              {.standard_output = ProgramOptions::Stdout::dev_full}),
                  6);
}

}  // namespace featherface::test
