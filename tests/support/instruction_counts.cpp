#include "support/instruction_counts.hpp"

#if defined(__x86_64__) && defined(__linux__)

#include <doctest/doctest.h>
#include <signal.h>
#include <ucontext.h>

// The linker's names for the ends of the program's code.
extern const std::uint8_t executable_start[] __asm__("__executable_start");
extern const std::uint8_t executable_end[] __asm__("etext");

namespace featherface::test {

namespace {

// With this flag set, the processor traps after every instruction. A handler changes it for what it returns
// to.
constexpr greg_t kTrapFlag = 0x100;

InstructionCounts counts;
std::int64_t most_instructions = 0;

bool is_legacy_prefix(std::uint8_t byte) {
    switch (byte) {
        case 0x26:
        case 0x2e:
        case 0x36:
        case 0x3e:
        case 0x64:
        case 0x65:  // segments
        case 0x66:
        case 0x67:
        case 0xf0:
        case 0xf2:
        case 0xf3: return true;
        default: return false;
    }
}

// VFMADD..., VFMSUB..., VFNMADD... and the like, all forms, in the opcode map that begins 0F 38.
bool is_fused(int map, std::uint8_t opcode) {
    return map == 2 && opcode >= 0x96 && opcode <= 0xbf && (opcode & 0xf) >= 6;
}

// In 64-bit code the bytes C4, C5 and 62 begin nothing but VEX, VEX and EVEX.
void count(const std::uint8_t* code) {
    ++counts.all;
    if (code[0] == 0xc5) {
        ++counts.vex;
    } else if (code[0] == 0xc4) {
        ++counts.vex;
        const bool is_256 = code[2] & 0x04;
        counts.fused_256 += is_256 && is_fused(code[1] & 0x1f, code[3]);
    } else if (code[0] == 0x62) {
        ++counts.evex;
        const bool is_256 = (code[3] >> 5 & 3) == 1, is_512 = (code[3] >> 5 & 3) == 2;
        counts.fused_256 += is_256 && is_fused(code[1] & 7, code[4]);
        counts.fused_512 += is_512 && is_fused(code[1] & 7, code[4]);
    } else {
        bool plain = true;  // no prefix but REX: on packed single floats
        for (; is_legacy_prefix(*code); ++code) plain = false;
        if ((*code & 0xf0) == 0x40) ++code;
        counts.packed_multiplications += plain && code[0] == 0x0f && code[1] == 0x59;
    }
}

void on_trap(int, siginfo_t*, void* context) {
    greg_t* registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
    const auto* next = reinterpret_cast<const std::uint8_t*>(registers[REG_RIP]);
    if (counts.all < most_instructions) {
        registers[REG_EFL] |= kTrapFlag;
        if (next >= executable_start && next < executable_end) count(next);
    } else {
        registers[REG_EFL] &= ~kTrapFlag;
    }
}

}  // namespace

void start_counting_instructions(std::int64_t most) {
    struct sigaction action {};
    action.sa_sigaction = on_trap;
    action.sa_flags = SA_SIGINFO;
    REQUIRE(::sigaction(SIGTRAP, &action, nullptr) == 0);
    counts = {};
    most_instructions = most;
    ::raise(SIGTRAP);
}

InstructionCounts stop_counting_instructions() {
    most_instructions = 0;
    ::raise(SIGTRAP);
    ::signal(SIGTRAP, SIG_DFL);
    return counts;
}

}  // namespace featherface::test

#endif
