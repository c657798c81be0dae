// What FeatherFace V1 and the networks around it have in common behind the backbone, at any width: BiFPN,
// SSH, channel shuffle and heads. Attention, in which they differ, stands in each network's own file.
#pragma once

#include "engine/topologies/topologies.hpp"

namespace featherface::engine {

// BiFPN cells (Tan et al. 2020, EfficientDet): modules bifpn.0, bifpn.1, ... They lead from the backbone's
// maps to maps of `width` channels.
Pyramid bifpn(Builder& net, Pyramid p, int width, int cells);

// SSH context modules (Najibi et al. 2017), ssh1 to ssh3, as wide as what they read: half of the channels see
// 3x3 pixels, a quarter 5x5, a quarter 7x7.
enum class Context { plain, deformable };  // convolutions
Pyramid contexts(Builder& net, Pyramid p, Context context);

// A channel shuffle (Zhang et al. 2018) of two groups.
ValueId shuffle_in_two(Builder& net, const std::string& name, ValueId x);

// BboxHead, ClassHead and LandmarkHead, two anchors per cell, and the network's outputs.
void heads(Builder& net, const Pyramid& features);

}  // namespace featherface::engine
