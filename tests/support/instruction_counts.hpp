// Which instructions a call executes: it is stopped at each, whose encoding is looked at. It works on x86-64
// under Linux only, and is slow: some microseconds per instruction.
#pragma once

#if defined(__x86_64__) && defined(__linux__)

#include <cstdint>

namespace featherface::test {

// The counts are of this program's own instructions; what its libraries execute (they choose by CPU, too) is
// left out.
struct InstructionCounts {
    std::int64_t all = 0;
    std::int64_t vex = 0;                     // encoded as AVX, AVX2 and FMA are
    std::int64_t evex = 0;                    // encoded as AVX-512 is
    std::int64_t packed_multiplications = 0;  // SSE's, on 4 floats
    std::int64_t fused_256 = 0;               // multiply-adds on 8 floats
    std::int64_t fused_512 = 0;               // multiply-adds on 16 floats
};

// What the calling thread executes between the two, until there are `most`; not to be nested.
void start_counting_instructions(std::int64_t most);
InstructionCounts stop_counting_instructions();

}  // namespace featherface::test

#endif
