// libFuzzer's end. These are its command lines (words with two dashes are none of libFuzzer's options):
//
//     fuzz --list                            which targets there are
//     fuzz --target=NAME --seeds=FOLDER      writes the inputs that the target begins with
//     fuzz --target=NAME [OPTION...] CORPUS  fuzzes it
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>

#include "fuzz/target.hpp"

using namespace featherface::fuzz;

namespace {

const Target* running = nullptr;

void write_seeds(const std::string& folder) {
    std::size_t count = 0;
    for (const ByteString& seed : running->seeds()) {
        std::ofstream file(folder + "/seed" + std::to_string(count++), std::ios::binary);
        file.write(seed.data(), static_cast<std::streamsize>(seed.size()));
        require(file.good());
    }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* count, char*** words) {
    for (int i = 1; i < *count; ++i) {
        const std::string_view word = (*words)[i];
        const auto value = [&](std::string_view option) {
            return word.starts_with(option) ? word.substr(option.size()) : std::string_view();
        };
        if (word == "--list") {
            for (const Target& target : all_targets()) std::puts(std::string(target.name).c_str());
            std::exit(0);
        }
        if (const auto name = value("--target="); !name.empty()) running = &target_named(name);
        if (const auto folder = value("--seeds="); running && !folder.empty()) {
            write_seeds(std::string(folder));
            std::exit(0);
        }
    }
    if (!running) std::fputs("fuzz: which --target=NAME? (--list lists them)\n", stderr), std::exit(2);
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    running->check(std::as_bytes(std::span(data, size)));
    return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                               unsigned seed) {
    Random random(seed);
    ByteString input(reinterpret_cast<const char*>(data), size);
    running->mutate(input, most, random);
    if (input.size() > most) {
        input.assign(reinterpret_cast<const char*>(data), size);
        mutate_bytes(input, most, random);
    }
    std::copy(input.begin(), input.end(), data);
    return input.size();
}
