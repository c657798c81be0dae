// What V1 and the networks around it have in common behind the backbone, at any width.
#pragma once

#include "support/oracle/modules.hpp"

namespace featherface::test::oracle {

// Modules bifpn.0, bifpn.1, ..., the first of which projects the backbone's maps.
Levels bifpn(Modules& m, Levels x, int cells);

// SSH of deformable convolutions or of plain ones.
Tensor ssh(Modules& m, const Path& path, const Tensor& x, bool deforms);

Tensor shuffle_in_two(Modules& m, const Path& path, const Tensor& x);

// The heads of all levels, in the order in which the network runs them.
enum class HeadOrder { kind_by_kind, level_by_level };
Predictions predictions(Modules& m, const Levels& x, HeadOrder order = HeadOrder::kind_by_kind);

}  // namespace featherface::test::oracle
