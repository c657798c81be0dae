// The memory a detector takes for a 640x640 picture: the arena, the packed weights, the checkpoint's bytes
// and the pixels; counted, and as the kernel saw it, where all else (code, graph, plan, what loading needed)
// counts too.
#include <doctest/doctest.h>

#include "engine/loaded_model.hpp"
#include "engine/runtime/session.hpp"
#include "featherface/detector.hpp"
#include "kernels/select.hpp"
#include "support/files.hpp"
#include "support/peak_memory.hpp"
#include "support/sanitized.hpp"
#include "support/seeded_checkpoint.hpp"
#include "support/seeded_model.hpp"

namespace featherface::engine {
namespace {

constexpr int kSize = 640;
constexpr std::size_t kPixelBytes = std::size_t{3} * kSize * kSize;

struct Limit {
    const char* network;
    std::size_t bytes;
};
constexpr Limit kLimits[] = {{"v1", std::size_t{73} << 18}, {"v2", std::size_t{14} << 20}};

// This one comes first, while this process has used little.
TEST_CASE("memory: the high-water mark of loading and detecting at 640x640 is within 18.25 MiB and 14 MiB") {
    if (test::kSanitized) return;
    for (const Limit& limit : kLimits) {
        const test::TempDir dir;
        const std::filesystem::path file = dir / "seeded.pth";
        // This is done in a child as well, so that nothing is left lying about in this process.
        test::peak_memory([&] { write_torch_zip(file, test::seeded_checkpoint(limit.network)); });
        const std::size_t peak = test::peak_memory([&] {
            const Image picture{kSize, kSize, PixelFormat::bgr8, std::vector<std::uint8_t>(kPixelBytes, 77)};
            auto detector = Detector::create(Model::load(file).value());
            if (!detector.value().detect(picture.view()).ok()) std::abort();
        });
        CAPTURE(limit.network);
        CHECK(peak <= limit.bytes);
        CHECK(peak > std::filesystem::file_size(file) + kPixelBytes);
    }
}

TEST_CASE("memory: what a detector holds for 640x640 is within 18.25 MiB for V1 and 14 for V2") {
    for (const Limit& limit : kLimits) {
        const std::size_t file_bytes = make_torch_zip(test::seeded_checkpoint(limit.network)).size();
        for (const KernelTable* table : kernels::available_tables()) {
            for (const int threads : {1, 2}) {
                CAPTURE(limit.network);
                CAPTURE(table->arch);
                CAPTURE(threads);
                const Model model = test::seeded_model(limit.network, {.cpu_architecture = table->arch});
                Session session(program_of(model), threads);
                session.prepare(kSize, kSize);
                const std::size_t arena = session.workspace_bytes();
                const std::size_t weights = session.program().weight_bytes();
                CHECK(arena > kPixelBytes);
                CHECK(weights > static_cast<std::size_t>(model.parameters()) * sizeof(float) * 9 / 10);
                CHECK(arena + weights + file_bytes + kPixelBytes <= limit.bytes);
            }
        }
    }
}

}  // namespace
}  // namespace featherface::engine
