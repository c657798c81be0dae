// CAPTURE for structured bindings, which clang 14 does not let a lambda, and so doctest's CAPTURE, capture.
#pragma once

#include <doctest/doctest.h>

#define FEATHERFACE_CAPTURE(binding)         \
    const auto captured_##binding = binding; \
    CAPTURE(captured_##binding)
