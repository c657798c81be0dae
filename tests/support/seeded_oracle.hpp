// What the oracle is given to run the seeded networks on the seeded picture.
#pragma once

#include <string_view>

#include "support/oracle/oracle.hpp"

namespace featherface::test {

// The weights of one of kNetworks (seeded_weights.hpp).
oracle::Weights seeded_oracle_weights(std::string_view network);

// The seeded picture as the network's input, 1,3,height,width.
oracle::Tensor seeded_input(std::string_view network, int height, int width);

}  // namespace featherface::test
