# With FEATHERFACE_FETCH_DEPS=ON, what the system lacks is taken from source trees. FETCHCONTENT_SOURCE_DIR_<NAME>
# puts local copies in the place of the download, laid out as the projects' own repositories are.
include(${CMAKE_CURRENT_LIST_DIR}/support.cmake)

set(copies ${scratch}/copies)
file(COPY ${eigen_include_dir}/Eigen DESTINATION ${copies}/eigen)
file(COPY ${xsimd_include_dir}/xsimd DESTINATION ${copies}/xsimd/include)
file(COPY ${stb_include_dir}/stb_image_write.h DESTINATION ${copies}/stb)
file(COPY ${doctest_include_dir}/doctest/ DESTINATION ${copies}/doctest/doctest)
# Google Benchmark is a library with a build of its own; what stands in for it defines the same target.
file(WRITE ${copies}/benchmark/CMakeLists.txt [[
cmake_minimum_required(VERSION 3.22)
project(benchmark LANGUAGES CXX)
foreach(setting TESTING INSTALL WERROR)
    if(BENCHMARK_ENABLE_${setting})
        message(FATAL_ERROR "BENCHMARK_ENABLE_${setting} is on")
    endif()
endforeach()
add_library(benchmark INTERFACE)
add_library(benchmark::benchmark ALIAS benchmark)
]])
foreach(name EIGEN XSIMD STB DOCTEST BENCHMARK)
    string(TOLOWER ${name} lower)
    list(APPEND local -D FETCHCONTENT_SOURCE_DIR_${name}=${copies}/${lower})
endforeach()

configure(SUCCEED ${scratch}/build ${hide_system} ${local} -D FEATHERFACE_FETCH_DEPS=ON -D FETCHCONTENT_FULLY_DISCONNECTED=ON)
expect_output("eigen in ${copies}/eigen" "xsimd in ${copies}/xsimd/include" "stb in ${copies}/stb"
              "doctest in ${copies}/doctest" "benchmark in ${copies}/benchmark")
expect_output(NOT "building without")

# The copies are what the compiler is pointed at, as system headers.
file(READ ${scratch}/build/compile_commands.json output)
expect_output("-isystem ${copies}/eigen" "-isystem ${copies}/xsimd/include" "-isystem ${copies}/stb"
              "-isystem ${copies}/doctest")

# The system's packages come first even when fetching is allowed.
configure(SUCCEED ${scratch}/system ${local} -D FEATHERFACE_FETCH_DEPS=ON)
expect_output(NOT "${copies}")

# A copy that is not what it should be is named.
configure(FAIL ${scratch}/wrong ${hide_system} ${local} -D FEATHERFACE_FETCH_DEPS=ON
          -D FETCHCONTENT_SOURCE_DIR_XSIMD=${copies}/stb)
expect_output("${copies}/stb does not hold xsimd/xsimd.hpp")
