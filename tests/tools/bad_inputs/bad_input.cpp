#include "tools/bad_inputs/bad_input.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <utility>

#include "support/sanitized.hpp"
#include "support/seeded_model.hpp"

namespace featherface::test {

namespace fs = std::filesystem;

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

void BadInputs::check(const BadInput& input) const {
    check_path(input, files_.text("input" + extension_, input.bytes));
}

void BadInputs::check(const std::vector<BadInput>& inputs) const {
    for (const BadInput& input : inputs) check(input);
}

void BadInputs::check_path(const BadInput& input, const std::string& path) const {
    CAPTURE(input.name);
    std::vector<std::string> words = words_;
    for (std::string& word : words) {
        if (word == "{}") word = path;
    }
    constexpr std::size_t kMostSeconds = 60;
    const auto start = std::chrono::steady_clock::now();
    const ProgramResult result = featherface(words, {.cpu_limit = kMostSeconds});
    const double ms =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    INFO("stdout: " << result.out.substr(0, 1000) << "\nstderr: " << result.err.substr(0, 1000));
    MESSAGE(input.name << ": " << static_cast<int>(ms) << " ms, " << result.peak_memory / 1024
                       << " KiB: " << result.err.substr(0, 400));
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
