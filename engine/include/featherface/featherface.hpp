// The whole public API.
#pragma once

#include "featherface/cxx20.hpp"

#if FEATHERFACE_CXX >= 202002L  // else one error is enough
#include "featherface/classifier.hpp"
#include "featherface/crop.hpp"
#include "featherface/detector.hpp"
#include "featherface/face.hpp"
#include "featherface/image.hpp"
#include "featherface/layer_observer.hpp"
#include "featherface/model.hpp"
#include "featherface/raw_outputs.hpp"
#include "featherface/status.hpp"
#include "featherface/version.hpp"
#if !FEATHERFACE_MINIMAL
#include "featherface/image_file.hpp"
#endif
#endif
