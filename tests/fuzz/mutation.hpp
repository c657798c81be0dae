// Changing inputs: libFuzzer's own mutations, applied to bytes, or to the parts of a file that is then put
// together again.
#pragma once

#include <cstddef>
#include <random>
#include <vector>

#include "support/bytes.hpp"

namespace featherface::fuzz {

using test::ByteString;
using Random = std::minstd_rand;

// A number below `end`.
std::size_t below(std::size_t end, Random& random);

// One of libFuzzer's mutations of the bytes, which become at most `most`.
void mutate_bytes(ByteString& bytes, std::size_t most, Random& random);

// The same of one part, or a part is repeated, left out, or changes its place with another.
void mutate_parts(std::vector<ByteString>& parts, std::size_t most, Random& random);

// Changes the names, contents or order of a zip archive's entries and writes it anew, in any of the shapes
// that archives have; bytes of what is none.
void mutate_zip(ByteString& archive, std::size_t most, Random& random);

}  // namespace featherface::fuzz
