// What is fuzzed: a target for each reader of foreign bytes, a small file each. One program has them all and
// runs the one that it is told (main.cpp); replay.cpp runs them without libFuzzer.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "fuzz/mutation.hpp"
#include "support/bytes.hpp"

namespace featherface::fuzz {

using Bytes = std::span<const std::byte>;

// Ends the program where a claim is wrong: a finding, as what a sanitizer finds is.
inline void require(bool claim) {
    if (!claim) std::abort();
}

struct Target {
    std::string_view name;
    // Reads the input, and requires what is promised of whatever the bytes are.
    void (*check)(Bytes input);
    // Inputs to begin with, besides those that are stored.
    std::vector<ByteString> (*seeds)();
    // Changes the input so that the reader gets beyond its checksums and lengths. It may become longer than
    // `most` bytes: such a change is not taken.
    void (*mutate)(ByteString& input, std::size_t most, Random& random) = mutate_bytes;
};

Target bmp();
Target checkpoint();
Target command_line();
Target image();
Target inflate();
Target jpeg();
Target json();
Target labels();
Target model();
Target npz();
Target packed();
Target pickle();
Target picture_lists();
Target png();
Target pnm();
Target safetensors();
Target stream();
Target zip();

std::span<const Target> all_targets();
// The target of this name, or the end of the program.
const Target& target_named(std::string_view name);

// The files of a folder, in the order of their names; of tests/data/FOLDER those whose names end so.
std::vector<ByteString> files_in(const std::filesystem::path& folder, std::string_view ending = "");
std::vector<ByteString> data_files(std::string_view folder, std::string_view ending);

// Shared by the targets of checkpoints: whatever is accepted can be read to the last element, whatever is
// refused is told why.
void check_checkpoint(Bytes file);
// The same for pictures: a JPEG is decoded in every size.
void check_picture(Bytes file);

// Makes a packed model's magic, version, size and checksums right, as far as there is a table to go by.
void mend_packed(ByteString& file);

}  // namespace featherface::fuzz
