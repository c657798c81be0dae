// The program on a system that runs out of something, at any time: of memory, of room for files, of threads.
// Each call that may fail is let fail once, and then with all after it: there is a message and an exit code
// for it, no file is left behind or half written, no memory is lost, and what is answered is right. The
// library tests/faults/faults.cpp is what fails; it needs glibc.
#include <doctest/doctest.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "support/files.hpp"
#include "support/program.hpp"
#include "support/program_files.hpp"
#include "support/sanitized.hpp"
#include "support/seeded_model.hpp"

#ifdef FEATHERFACE_FAULTS

namespace featherface::test {
namespace {

namespace fs = std::filesystem;

struct Fault {
    std::string kind;
    int error = 0;
    bool on = false;      // all calls from there on fail
    long most = 100'000;  // numbers tried one by one; beyond it they grow faster
};

struct FaultyRun {
    ProgramResult result;
    long calls = 0, live = 0;
};

// A command line, and the files that it writes into a folder of its own.
struct Command {
    const char* name;
    std::vector<std::string> words;
    std::vector<std::string> outputs = {};
};

class Trial {
  public:
    explicit Trial(const Command& command) : command_(command), usual_(run("none:1:0")) {
        check_program(usual_.result, 0);
        outputs_ = files();
        for (const std::string& output : command_.outputs) REQUIRE(fs::exists(output));
    }

    // How often the fault was met.
    long let_fail(const Fault& fault) {
        for (long number = 1;; number += 1 + std::max(0l, number - fault.most) / 8) {
            for (const std::string& output : command_.outputs) fs::remove(output);
            const std::string text = fault.kind + ":" + std::to_string(number) + ":" +
                                     std::to_string(fault.error) + (fault.on ? ":on" : "");
            const FaultyRun faulty = run(text);
            CAPTURE(command_.name);
            CAPTURE(text);
            check(faulty);
            if (faulty.calls < number) return number - 1;
        }
    }

  private:
    FaultyRun run(const std::string& fault) const {
        const std::string log = dir_ / "log";
        FaultyRun faulty;
        faulty.result = featherface(command_.words, {.environment = {{"LD_PRELOAD", FEATHERFACE_FAULTS},
                                                                     {"FEATHERFACE_FAULT", fault},
                                                                     {"FEATHERFACE_FAULT_LOG", log}}});
        std::ifstream(log) >> faulty.calls >> faulty.live;
        fs::remove(log);
        return faulty;
    }

    // The output files there are, and what is in them.
    std::vector<std::pair<std::string, std::vector<std::uint8_t>>> files() const {
        std::vector<std::pair<std::string, std::vector<std::uint8_t>>> found;
        for (const std::string& output : command_.outputs) {
            if (!fs::exists(output)) continue;
            for (const auto& entry : fs::directory_iterator(fs::path(output).parent_path()))
                found.emplace_back(entry.path().string(), read_file(entry.path()));
        }
        return found;
    }

    void check(const FaultyRun& faulty) const {
        const ProgramResult& result = faulty.result;
        INFO("stdout: " << result.out.substr(0, 1000) << "\nstderr: " << result.err.substr(0, 1000));
        REQUIRE(result.exit_code >= 0);
        const bool is_documented =
            result.exit_code == 0 || result.exit_code == 3 || result.exit_code == 5 || result.exit_code == 6;
        REQUIRE(is_documented);
        CHECK(faulty.live <= usual_.live);
        const auto written = files();
        if (result.exit_code == 0) {
            CHECK(result.out == usual_.result.out);
            CHECK(written == outputs_);
        } else {
            CHECK(result.err.starts_with("featherface: "));
            const bool none_or_whole = written.empty() || written == outputs_;
            CHECK(none_or_whole);
        }
    }

    const Command command_;
    TempDir dir_;
    FaultyRun usual_;
    std::vector<std::pair<std::string, std::vector<std::uint8_t>>> outputs_;
};

struct FaultFixture {
    ProgramFiles files;
    std::string model = files.model("v2.pth", "v2");
    std::string picture = files.picture("a.ppm", noise(24, 20));
    std::string folder = files.path("out");

    FaultFixture() { fs::create_directory(folder); }

    Command detect() const {
        return {"detect",
                {"detect", "-m", model, "--score", "0.02", "--threads", "2", "--format", "csv", "-o",
                 folder + "/a.png", picture},
                {folder + "/a.png"}};
    }
    Command dump() const {
        return {
            "dump",
            {"dump", "-m", model, "--threads", "2", "--layers", "outputs", "-o", folder + "/a.npz", picture},
            {folder + "/a.npz"}};
    }
    Command compare() const {
        const std::string reference = files.path("reference.npz");
        check_program(featherface({"dump", "-m", model, "--layers", "outputs", "-o", reference, picture}), 0);
        return {"compare",
                {"compare", "-m", model, "--threads", "2", "--layers", "outputs", "--format", "csv",
                 "--report", folder + "/a.html", reference},
                {folder + "/a.html"}};
    }
    Command detect_with_packed() const {
        const std::string packed = files.path("v2.ffm");
        check_program(featherface({"pack", "-m", model, "-o", packed}), 0);
        return {"detect with a packed model",
                {"detect", "-m", packed, "--score", "0.02", "--threads", "1", "--format", "csv", picture}};
    }
    Command pack() const {
        return {"pack", {"pack", "-m", model, "-o", folder + "/a.ffm"}, {folder + "/a.ffm"}};
    }
    Command inspect() const { return {"inspect", {"inspect", model}}; }
    Command classify() const {
        return {"classify", {"classify", "-m", files.model("c.pth", "classifier"), picture}};
    }
};

}  // namespace

TEST_CASE("faults: files that cannot be read, mapped or written, and threads that do not start" *
          doctest::skip(kSanitized)) {  // a sanitizer allocates by itself
    const FaultFixture fixture;
    for (const Command& command : {fixture.detect(), fixture.detect_with_packed(), fixture.dump(),
                                   fixture.compare(), fixture.pack(), fixture.inspect()}) {
        Trial trial(command);
        const bool writes = !command.outputs.empty();
        for (const bool on : {false, true}) {
            CHECK(trial.let_fail({"read", EIO, on}) > 0);
            CHECK(trial.let_fail({"open", EMFILE, on}) > 0);
            CHECK(trial.let_fail({"map", ENOMEM, on}) > 0);
            if (!writes) continue;
            CHECK(trial.let_fail({"write", ENOSPC, on}) > 0);
            CHECK(trial.let_fail({"write", EINTR, false}) > 0);
            trial.let_fail({"link", EPERM, on});
            if (std::ranges::count(command.words, "2") > 0)  // threads
                CHECK(trial.let_fail({"thread", EAGAIN, on}) > 0);
        }
    }
}

TEST_CASE("faults: memory that runs out, at any allocation, once and for good" * doctest::skip(kSanitized)) {
    const FaultFixture fixture;
    for (const Command& command :
         {fixture.detect(), fixture.detect_with_packed(), fixture.dump(), fixture.compare(), fixture.pack(),
          fixture.inspect(), fixture.classify()}) {
        Trial trial(command);
        for (const bool on : {false, true}) {
            CHECK(trial.let_fail({"allocate", ENOMEM, on, 20}) > 100);
        }
    }
}

TEST_CASE(
    "faults: without files that have no name, and where a file is a mount point, the output comes out") {
    if (kSanitized) return;
    const FaultFixture fixture;
    const std::string out = fixture.folder + "/a.npz", log = fixture.files.path("log");
    const auto dump = [&](const std::string& fault) {
        return featherface(fixture.dump().words, {.environment = {{"LD_PRELOAD", FEATHERFACE_FAULTS},
                                                                  {"FEATHERFACE_FAULT", fault},
                                                                  {"FEATHERFACE_FAULT_LOG", log}}});
    };
    check_program(dump("none:1:0"), 0);
    const auto expected = read_file(out);
    const auto check_written = [&](const char* when) {
        CAPTURE(when);
        CHECK(read_file(out) == expected);
        CHECK(std::distance(fs::directory_iterator(fixture.folder), {}) == 1);
    };
    fs::remove(out);
    check_program(dump("open-unnamed:1:" + std::to_string(EOPNOTSUPP) + ":on"), 0);
    check_written("there are no unnamed files");
    const auto older = fs::status(out).permissions();
    write_file(out, std::string(expected.size() + 1000, 'x'));
    check_program(dump("rename:1:" + std::to_string(EBUSY)), 0);
    check_written("the file is a mount point");
    CHECK(fs::status(out).permissions() == older);
    check_program(dump("rename:1:" + std::to_string(EACCES)), 6, {"a.npz", "Permission denied"});
    check_written("it cannot be replaced");
}

}  // namespace featherface::test

#endif
