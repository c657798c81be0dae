// The networks, each written down once. Parameter names are the checkpoints' state_dict keys, node
// names the PyTorch module paths.
#pragma once

#include <array>
#include <string>

#include "engine/graph/builder.hpp"

namespace featherface::engine {

using Pyramid = std::array<ValueId, 3>;  // P3, P4, P5: strides 8, 16, 32

Graph featherface_v1();  // 592,371 parameters
Graph featherface_v2();  // 256,156 parameters
Graph retinaface();      // RetinaFace-MobileNet0.25, 426,608 parameters
// Later networks of FeatherFace's authors: 489,015, 476,345 and 493,095 parameters.
Graph featherface_489k();
Graph featherface_eca_cbam();
Graph featherface_coordinate();
// MobileNetV1 x0.25 with its 1000-way classifier (470,072 parameters), or its stages alone (213,072).
Graph mobilenet_classifier();
Graph mobilenet_backbone();

// MobileNetV1 x0.25 (Howard et al. 2017) on a 3-channel map: stages of 64, 128 and 256 channels at strides 8,
// 16 and 32. `prefix` is "body." inside the detectors and "" in the classifier.
Pyramid mobilenet_stages(Builder& net, const std::string& prefix, ValueId image);

// The detectors' last step: anchors of the three levels one after another, named outputs loc, conf and
// landms. What goes into the softmax is named logits, though no module stands for it.
void detector_outputs(Builder& net, const Pyramid& boxes, const Pyramid& scores, const Pyramid& landmarks);

}  // namespace featherface::engine
