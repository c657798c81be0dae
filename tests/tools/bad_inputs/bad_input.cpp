#include "tools/bad_inputs/bad_input.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <utility>

#include "support/sanitized.hpp"
#include "support/seeded_model.hpp"

namespace featherface::test {

namespace fs = std::filesystem;

namespace {

// Against endless work: of the processor's time, so that a loaded machine does no harm. Nearly all take less
// than a tenth of a second.
constexpr std::size_t kMostSeconds = kSanitized ? 100 : 10;

}  // namespace

BadInputs::BadInputs(std::vector<std::string> words, std::string extension)
    : words_(std::move(words)), extension_(std::move(extension)) {
    for (std::string& word : words_) {
        if (word == "{model}") word = files_.model("model.pth", "v2");
        if (word == "{dump}") {
            word = files_.path("good.npz");
            const std::string picture = files_.picture("good.ppm", noise(32, 24)),
                              model = files_.model("m.pth", "v2");
            check_program(featherface({"dump", "-m", model, "--layers", "outputs", "-o", word, picture}), 0);
        }
    }
}

BadInputs::~BadInputs() {
    MESSAGE(count_ << " inputs; most time: " << slowest_ms_ << " ms (" << slowest_
                   << "), most memory: " << largest_bytes_ / 1024 << " KiB (" << largest_ << ")");
}

void BadInputs::check(const BadInput& input) {
    check_path(input, files_.text("input" + extension_, input.bytes));
}

void BadInputs::check(const std::vector<BadInput>& inputs) {
    for (const BadInput& input : inputs) check(input);
}

void BadInputs::check_path(const BadInput& input, const std::string& path) {
    CAPTURE(input.name);
    std::vector<std::string> words = words_;
    for (std::string& word : words) {
        if (word == "{}") word = path;
    }
    const ProgramResult result = featherface(words, {.cpu_limit = kMostSeconds});
    INFO("stdout: " << result.out.substr(0, 1000) << "\nstderr: " << result.err.substr(0, 1000));
    ++count_;
    if (result.cpu_ms > slowest_ms_) slowest_ms_ = result.cpu_ms, slowest_ = input.name;
    if (result.peak_memory > largest_bytes_) largest_bytes_ = result.peak_memory, largest_ = input.name;
    CHECK(result.exit_code == input.exit_code);
    for (const std::string_view word : input.says) {
        CAPTURE(word);
        const bool is_said =
            result.err.find(word) != std::string::npos || result.out.find(word) != std::string::npos;
        CHECK(is_said);
    }
    if (input.exit_code == 3) {
        CHECK(result.err.find(path) != std::string::npos);
        CHECK(result.out.find("alid") == std::string::npos);
    }
    struct stat info {};
    const bool is_file = ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
    const std::size_t size = is_file ? static_cast<std::size_t>(info.st_size) : 0;
    if (!kSanitized) CHECK(result.peak_memory <= 3 * size + (std::size_t{64} << 20));
}

}  // namespace featherface::test
