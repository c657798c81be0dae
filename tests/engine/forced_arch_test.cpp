// FEATHERFACE_FORCE_ARCH, from the variable to the instructions that run.
#include "support/forced_arch.hpp"

#include <doctest/doctest.h>

#include "engine/loaded_model.hpp"
#include "engine/runtime/session.hpp"
#include "kernels/select.hpp"
#include "support/instruction_counts.hpp"
#include "support/sanitized.hpp"
#include "support/seeded_checkpoint.hpp"
#include "support/seeded_model.hpp"

namespace featherface::engine {
namespace {

TEST_CASE("forced architecture: a model uses the one forced, and says so") {
    for (const KernelTable* table : kernels::available_tables()) {
        const test::ForcedArch forced(table->arch);
        const Model model = test::seeded_model("v2");
        CHECK(model.cpu_architecture() == table->arch);
        CHECK(Session(program_of(model), 1).program().table == table);
    }
}

TEST_CASE("forced architecture: no model is loaded for one the CPU lacks") {
    const test::ForcedArch forced("sse9");
    const auto file = make_torch_zip(test::seeded_checkpoint("v2"));
    const auto model = Model::from_bytes(test::octets_of(file), "seeded.pth");
    REQUIRE(!model.ok());
    CHECK(model.status().code() == StatusCode::invalid_argument);
    CHECK(model.status().message().find("FEATHERFACE_FORCE_ARCH") != std::string::npos);
    CHECK(model.status().message().find("\"sse9\"") != std::string::npos);
}

#if defined(__x86_64__)

// The first of a run, whose most is some million; a sanitizer adds many between them.
constexpr std::int64_t kInstructions = test::kSanitized ? 300'000 : 30'000;

test::InstructionCounts count_instructions(const char* arch) {
    const test::ForcedArch forced(arch);
    Session session(program_of(test::seeded_model("v2")), 1);
    session.prepare(1, 1);
    const std::uint8_t pixel[3] = {};
    test::start_counting_instructions(kInstructions);
    session.run({pixel, 1, 1, 3, PixelFormat::bgr8});
    return test::stop_counting_instructions();
}

TEST_CASE("forced architecture: the instructions executed are its own") {
    constexpr std::int64_t kMany = 50;  // thousands, but for sanitizers' checks
    for (const KernelTable* table : kernels::available_tables()) {
        const std::string arch = table->arch;
        CAPTURE(arch);
        const test::InstructionCounts counts = count_instructions(table->arch);
        REQUIRE(counts.all == kInstructions);
        if (arch == "sse2") {
            CHECK(counts.packed_multiplications > kMany);
            CHECK(counts.vex == 0);
            CHECK(counts.evex == 0);
        } else if (arch == "avx2") {
            CHECK(counts.fused_256 > kMany);
            CHECK(counts.evex == 0);
        } else {
            REQUIRE(arch == "avx512");
            CHECK(counts.fused_512 > kMany);  // and narrower ones where there are few channels
        }
    }
}

#endif

}  // namespace
}  // namespace featherface::engine
