// The seeded networks as checkpoint files.
#pragma once

#include <string_view>
#include <vector>

#include "support/torch_writer.hpp"

namespace featherface::test {

// The whole state_dict of one of kNetworks (seeded_weights.hpp), in its order, counters included: ready for
// make_torch_zip().
std::vector<TorchTensor> seeded_checkpoint(std::string_view network);

}  // namespace featherface::test
