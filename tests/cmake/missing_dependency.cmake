# A dependency that is not there ends the configuration with a message that names all of what to install.
include(${CMAKE_CURRENT_LIST_DIR}/support.cmake)

configure(FAIL ${scratch}/all ${hide_system})
expect_output("the library or the program cannot be built" "apt-get install libeigen3-dev libxsimd-dev libstb-dev"
              "CMAKE_PREFIX_PATH" "-DFEATHERFACE_FETCH_DEPS=ON")

provide(without_xsimd eigen stb)
configure(FAIL ${scratch}/xsimd ${hide_system} ${without_xsimd})
expect_output("the library or the program cannot be built, not found: libxsimd-dev Debian: apt-get install libxsimd-dev Elsewhere")

# The library draws nothing, so that it does without stb.
provide(without_stb eigen xsimd)
configure(FAIL ${scratch}/stb ${hide_system} ${without_stb})
expect_output("not found: libstb-dev")
configure(SUCCEED ${scratch}/library ${hide_system} ${without_stb} -D FEATHERFACE_BUILD_TOOLS=OFF)

# Parts that are optional by default are not when they are asked for.
provide(library eigen xsimd stb)
configure(FAIL ${scratch}/doctest ${hide_system} ${library} -D FEATHERFACE_BUILD_TESTS=ON)
expect_output("tests cannot be built, not found: doctest-dev")
configure(FAIL ${scratch}/benchmark ${hide_system} ${library} -D FEATHERFACE_BUILD_BENCH=ON)
expect_output("benchmarks cannot be built, not found: libbenchmark-dev")
