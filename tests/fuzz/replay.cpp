// Fuzzing without the fuzzer, for builds with any compiler and for valgrind: `replay TARGET FOLDER` gives the
// target its seeds and the inputs that are in the folder.
#include <cstdint>
#include <cstdio>
#include <filesystem>

#include "fuzz/target.hpp"

using namespace featherface::fuzz;

// Nothing is mutated here.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t*, std::size_t size, std::size_t) {
    return size;
}

int main(int count, char** words) {
    if (count != 3) return std::fputs("usage: replay TARGET FOLDER\n", stderr), 2;
    const Target& target = target_named(words[1]);
    std::vector<ByteString> inputs = target.seeds();
    for (ByteString& stored : files_in(words[2])) inputs.push_back(std::move(stored));
    std::printf("%s: %zu inputs\n", words[1], inputs.size());
    std::fflush(stdout);
    for (const ByteString& input : inputs) target.check(featherface::test::span_of(input));
}
