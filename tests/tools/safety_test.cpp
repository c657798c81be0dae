// What the program does with checkpoints that ask PyTorch to run something: verify and detect refuse them,
// inspect shows them, --safety tells what torch.load would do, and tensors are read on request.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/files.hpp"
#include "support/json.hpp"
#include "support/module_writer.hpp"
#include "support/program.hpp"
#include "support/program_files.hpp"
#include "support/seeded_checkpoint.hpp"
#include "support/text.hpp"

namespace featherface::test {

namespace {

using namespace std::string_literals;

// A V2 whose tensors are sound, in a pickle that does `attack` before and drops what comes of it.
std::string hostile_v2(const ProgramFiles& files, const ByteString& attack) {
    PickleWriter pickle;
    Storages storages;
    pickle.raw(attack).raw("0").empty_dict().mark();
    for (const TorchTensor& tensor : seeded_checkpoint("v2")) {
        storages.emplace_back(std::to_string(storages.size()), tensor.bytes);
        pickle.text(tensor.name);
        push_tensor(pickle, tensor, storages.back().first, false);
    }
    return files.text("hostile.pth", make_zip(torch_zip_items(pickle.set_items().stop(), storages)).bytes);
}

std::string small_picture(const ProgramFiles& files) {
    return files.picture("a.ppm", {2, 2, PixelFormat::bgr8, std::vector<std::uint8_t>(12)});
}

}  // namespace

TEST_CASE("safety: verify, inspect and detect name what a pickle asks for, and do not end well") {
    struct Attack {
        ByteString pickled;
        const char* words;
    };
    const std::vector<Attack> attacks = {
        {"cos\nsystem\n(X\4\0\0\0truetR"s, "call 'os.system'"},
        {"ctorch.utils.collect_env\nrun\n(X\4\0\0\0truetR"s, "call 'torch.utils.collect_env.run'"},
        {"c_osx_support\n_read_output\n(X\4\0\0\0truetR"s, "call '_osx_support._read_output'"},
        {"cprofile\nrunctx\n)R", "call 'profile.runctx'"},
        {"cpathlib\nPath.write_text\n)R", "call 'pathlib.Path.write_text'"},
        {"csubprocess\nPopen\n)\x81", "build an object of 'subprocess.Popen'"},
        {"(ios\nsystem\n", "call 'os.system'"},
    };
    const ProgramFiles files;
    const std::string picture = small_picture(files);
    for (const Attack& attack : attacks) {
        CAPTURE(attack.words);
        const std::string file = hostile_v2(files, attack.pickled);
        const ProgramResult verified = featherface({"verify", file});
        check_program(verified, 3, {attack.words, "do not load the file with PyTorch"});
        CHECK(verified.out.empty());
        check_program(featherface({"detect", "-m", file, picture}), 3, {attack.words});

        const ProgramResult inspected = featherface({"inspect", file});
        check_program(inspected, 3, {attack.words});
        CHECK(contains(inspected.out, "would "s + attack.words));
        CHECK(contains(inspected.out, "FeatherFace V2"));
        const ProgramResult answer = featherface({"inspect", "--format", "json", file});
        check_program(answer, 3);
        CHECK(parse_json(answer.out)["calls"][0].string() == attack.words);

        const ProgramResult safety = featherface({"inspect", "--safety", file});
        check_program(safety, 1);
        CHECK(contains(safety.out, "torch.load  could run code:"));
        CHECK(contains(safety.out, attack.words));
    }
}

TEST_CASE("safety: tensors of such a file are read on request, with a warning") {
    const ProgramFiles files;
    const std::string file = hostile_v2(files, "cos\nsystem\n(X\4\0\0\0truetR"s);
    const ProgramResult result = featherface({"detect", "-m", file, "--ignore-calls", small_picture(files)});
    check_program(result, 0, {"warning: ", "torch.load would call 'os.system' (it was not done here)"});
}

TEST_CASE("inspect --safety: container, hash, opcodes and globals of a file that is data, and exit code 0") {
    const ProgramFiles files;
    const std::string file = files.model("v2.pth", "v2");
    const ProgramResult text = featherface({"inspect", "--safety", file});
    check_program(text, 0);
    CHECK(text.err.empty());
    for (const char* what : {"container   torch zip", "SHA-256     ", "BINPERSID ", "REDUCE ",
                             "torch.FloatStorage", "torch.load  could not run code"}) {
        CHECK_MESSAGE(contains(text.out, what), what << " is not in " << text.out);
    }
    const ProgramResult answer = featherface({"inspect", "--safety", "--format", "json", file});
    check_program(answer, 0);
    const Json json = parse_json(answer.out);
    CHECK_FALSE(json["could_run_code"].truth);
    CHECK(json["reasons"].size() == 0);
    CHECK(json["opcodes"]["BINPERSID"].whole() == static_cast<long>(seeded_checkpoint("v2").size()));
    CHECK(json["globals"].size() > 2);
    CHECK(json["sha256"].string().size() == 64);
}

TEST_CASE("inspect --safety: a whole module's classes are code; what is no checkpoint is an error") {
    const ProgramFiles files;
    const std::string module = files.text("module.pth", make_module_file(seeded_checkpoint("v2")));
    const ProgramResult safety = featherface({"inspect", "--safety", module});
    check_program(safety, 1);
    CHECK(contains(safety.out, "build an object of 'models.net.Net'"));
    const ProgramResult verified = featherface({"verify", module});
    check_program(verified, 0);
    CHECK(contains(verified.out, "classes          models.net.Net (torch.load imports and builds them"));
    check_program(featherface({"inspect", "--safety", files.text("a.pth", "<!DOCTYPE html>")}), 3,
                  {"an HTML page"});
    check_program(featherface({"inspect", "--safety", files.path("none.pth")}), 3, {"none.pth"});
}

}  // namespace featherface::test
