// A compiler that runs in an older mode than the API needs is told so here.
#pragma once

#if defined(_MSVC_LANG)
#define FEATHERFACE_CXX _MSVC_LANG
#else
#define FEATHERFACE_CXX __cplusplus
#endif
#if FEATHERFACE_CXX < 202002L
#error "featherface's C++ API needs C++20: compile with -std=c++20 or newer"
#endif
