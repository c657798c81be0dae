// The version of the library: FEATHERFACE_VERSION ("0.1.0"), FEATHERFACE_VERSION_MAJOR and so on.
#pragma once

#include "featherface/version.h"
