// `featherface pack` and `featherface embed`, and that a packed model is taken wherever a checkpoint is.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "support/files.hpp"
#include "support/json.hpp"
#include "support/program.hpp"
#include "support/program_files.hpp"
#include "support/seeded_model.hpp"
#include "support/text.hpp"

namespace featherface::test {

namespace {

// A seeded V2, and what packing it with these options makes.
struct Packed {
    ProgramFiles files;
    std::string checkpoint = files.model("v2.pth", "v2"), model = files.path("v2.ffm");
    ProgramResult result;

    Packed(const std::vector<std::string>& options = {}) {
        std::vector<std::string> command = {"pack", "-m", checkpoint, "-o", model};
        command.insert(command.end(), options.begin(), options.end());
        result = featherface(command);
        check_program(result, 0, {"FeatherFace V2, 256,156 parameters, "});
        CHECK(result.out.empty());
    }
};

// A line that begins with this word, without the word and the spaces behind it; "" when there is none.
std::string said_line(const std::string& text, const std::string& word) {
    const std::size_t at = text.find("\n  " + word);
    if (at == text.npos) return "";
    const std::size_t begin = text.find_first_not_of(' ', at + 3 + word.size());
    return text.substr(begin, text.find('\n', begin) - begin);
}

}  // namespace

TEST_CASE(
    "pack: detect, dump, compare, eval and bench take the packed model, and answer as with the checkpoint") {
    const Packed packed;
    const std::string picture = packed.files.picture("a.ppm", noise(64, 48));
    const auto run = [&](std::vector<std::string> words, const std::string& model) {
        for (std::string& word : words) {
            if (word == "MODEL") word = model;
        }
        const ProgramResult result = featherface(words);
        check_program(result, 0);
        return result;
    };
    for (const std::string arch : {"", "sse2"}) {
        ProgramOptions options;
        if (!arch.empty()) options.environment["FEATHERFACE_FORCE_ARCH"] = arch;
        const std::vector<std::string> detect = {"detect", "--score", "0.01", "--format",
                                                 "csv",    picture,   "-m"};
        const auto with = [&](const std::string& model) {
            std::vector<std::string> words = detect;
            words.push_back(model);
            return featherface(words, options);
        };
        CHECK(with(packed.model).out == with(packed.checkpoint).out);
        CHECK(with(packed.model).exit_code == with(packed.checkpoint).exit_code);
    }
    const std::string npz = packed.files.path("all.npz");
    run({"dump", "-m", "MODEL", picture, "-o", npz, "--layers", "all"}, packed.checkpoint);
    run({"compare", "-m", "MODEL", npz}, packed.model);
    run({"compare", "-m", "MODEL", npz, "--mode", "fused"}, packed.model);
    const auto times =
        run({"bench", "-m", "MODEL", "--size", "64x64", "--repeat", "1", "--no-peak"}, packed.model);
    CHECK(contains(times.out, "v2.ffm, 256,156 parameters"));
}

TEST_CASE("pack: verify and inspect say what it was packed from and for, and under what licence") {
    const ProgramFiles texts;
    const Packed packed(
        {"--licence", texts.text("licence.txt", "Take it.\nReally.\n"), "--architectures", "none"});
    const std::string hash = said_line(featherface({"verify", packed.checkpoint}).out, "SHA-256");
    REQUIRE(hash.size() == 64);
    const ProgramResult verify = featherface({"verify", packed.model});
    check_program(verify, 0);
    CHECK(verify.out.starts_with("Valid FeatherFace V2 model\n"));
    CHECK(said_line(verify.out, "packed from") == "v2.pth, SHA-256 " + hash);
    CHECK(said_line(verify.out, "packed for") == "no architecture: that is done at load");
    CHECK(said_line(verify.out, "licence") == "Take it.");
    CHECK(said_line(verify.out, "SHA-256") != hash);
    const ProgramResult inspect = featherface({"inspect", packed.model});
    check_program(inspect, 0);
    CHECK(said_line(inspect.out, "container") == "packed model");
    CHECK(said_line(inspect.out, "packed from") == "v2.pth, SHA-256 " + hash);
    CHECK(contains(inspect.out, "body.stage1.0.0.weight"));
    const Json json = parse_json(featherface({"inspect", "--format", "json", packed.model}).out);
    CHECK(json["packed"]["name"].string() == "v2.pth");
    CHECK(json["packed"]["sha256"].string() == hash);
    CHECK(json["packed"]["licence"].string() == "Take it.\nReally.\n");
    CHECK(json["valid"].truth);

    // It is packed again for architectures: source and licence stay.
    const std::string again = packed.files.path("again.ffm");
    check_program(featherface({"pack", "-m", packed.model, "-o", again}), 0);
    const ProgramResult second = featherface({"verify", again});
    CHECK(said_line(second.out, "packed from") == "v2.pth, SHA-256 " + hash);
    CHECK(said_line(second.out, "licence") == "Take it.");
    CHECK(said_line(second.out, "packed for") != said_line(verify.out, "packed for"));
    // PyTorch has no use for it.
    check_program(featherface({"inspect", "--safety", packed.model}), 3, {"a packed model"});
}

TEST_CASE("pack: --half is half the size, says what it changed, and compare sees it") {
    const Packed whole({"--architectures", "none"}), half({"--half"});
    CHECK(contains(half.result.err, "packed for no architecture"));
    CHECK(contains(half.result.err, "float16 changed "));
    CHECK_FALSE(contains(whole.result.err, "float16 changed "));
    CHECK(read_file(half.model).size() < read_file(whole.model).size() * 6 / 10);
    const std::string picture = half.files.picture("a.ppm", noise(64, 48)), npz = half.files.path("all.npz");
    check_program(featherface({"dump", "-m", half.checkpoint, picture, "-o", npz, "--layers", "all"}), 0);
    const ProgramResult compared = featherface({"compare", "-m", half.model, npz});
    check_program(compared, 1);
    CHECK(contains(compared.out, "body.stage1"));
}

TEST_CASE("pack: one damaged byte, and verify refuses the file") {
    const Packed packed;
    std::vector<std::uint8_t> bytes = read_file(packed.model);
    bytes[bytes.size() - 100] ^= 1;
    write_file(packed.model, bytes);
    check_program(featherface({"verify", packed.model}), 3, {"is not as it was written"});
}

TEST_CASE("pack: mistakes in its command line are told, and nothing is written") {
    const ProgramFiles files;
    const std::string v2 = files.model("v2.pth", "v2"), out = files.path("out.ffm");
    check_program(featherface({"pack", "-o", out}), 2, {"-m MODEL"});
    check_program(featherface({"pack", "-m", v2}), 2, {"-o OUT.ffm"});
    check_program(featherface({"pack", "-m", v2, "-o", v2}), 2);
    check_program(featherface({"pack", v2, "-o", out}), 2);
    check_program(featherface({"pack", "-m", v2, "-o", out, "--architectures", "vax"}), 2, {"vax"});
    check_program(featherface({"pack", "-m", v2, "-o", out, "--licence", files.path("none.txt")}), 3,
                  {"none.txt"});
    check_program(featherface({"pack", "-m", files.text("x.pth", "no checkpoint"), "-o", out}), 3);
    check_program(featherface({"pack", "-m", v2, "-o", "/dev/full"}), 6);
    CHECK_FALSE(std::filesystem::exists(out));
}

TEST_CASE("embed: a source file with the model's bytes, for packed models alone") {
    const Packed packed({"--half"});
    const std::string source = packed.files.path("model.c");
    check_program(featherface({"embed", packed.model, "-o", source}), 0);
    const std::vector<std::uint8_t> file = read_file(packed.model), written = read_file(source);
    const std::string text(written.begin(), written.end());
    CHECK(contains(text, "featherface_embedded_model_size = " + std::to_string(file.size()) + ";"));
    // Its numbers are the file, in words of 64 bits.
    std::vector<std::uint8_t> bytes;
    for (std::size_t at = text.find("= {"); (at = text.find("0x", at)) != text.npos; at += 2) {
        const std::uint64_t word = std::stoull(text.substr(at, 18), nullptr, 16);
        for (int i = 0; i < 8; ++i) bytes.push_back(static_cast<std::uint8_t>(word >> (8 * i)));
    }
    CHECK(bytes == file);

    check_program(featherface({"embed", packed.checkpoint, "-o", source}), 3, {"featherface pack"});
    check_program(featherface({"embed", packed.model}), 2, {"-o OUT.c"});
    check_program(featherface({"embed", "-o", source}), 2, {"one packed model"});
}

}  // namespace featherface::test
