// What becomes of the denormal weights of a published checkpoint.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "engine/identity/identify.hpp"
#include "support/shared_data.hpp"
#include "support/shared_dumps.hpp"

namespace featherface::engine {
namespace {

TEST_CASE("bind: the 48,532 denormal values of ECA-CBAM's file become zeros, all others are the file's") {
    FEATHERFACE_SHARED_FILE(path, test::kSharedEcaCbam);
    auto checkpoint = loaders::Checkpoint::open(path);
    REQUIRE_MESSAGE(checkpoint.ok(), checkpoint.status().message());
    const Graph graph = identify(checkpoint.value()).graph;
    std::int64_t denormal = 0, different = 0;
    for (const Parameter& parameter : graph.parameters) {
        std::vector<float> in_file(parameter.values.size());
        REQUIRE(loaders::copy_as_f32(*checkpoint->find(parameter.name), in_file).ok());
        for (std::size_t i = 0; i < in_file.size(); ++i) {
            const bool is_denormal =
                in_file[i] != 0 && std::abs(in_file[i]) < std::numeric_limits<float>::min();
            denormal += is_denormal;
            different += parameter.values[i] != (is_denormal ? 0 : in_file[i]);
        }
    }
    CHECK(denormal == 48'532);
    CHECK(different == 0);
}

}  // namespace
}  // namespace featherface::engine
