# Without doctest and Google Benchmark, or with both switched off, the library and the program are still built.
include(${CMAKE_CURRENT_LIST_DIR}/support.cmake)

provide(library eigen xsimd stb)

function(expect_library_and_program_only folder)
    run(SUCCEED ${CMAKE_COMMAND} --build ${folder} --target help)
    expect_output("featherface_program" "featherface_loaders" "featherface_kernels")
    expect_output(NOT "test_support" "test_loaders" "bench_")
endfunction()

configure(SUCCEED ${scratch}/missing ${hide_system} ${library})
expect_output("building without tests (Debian: apt-get install doctest-dev)"
              "building without benchmarks (Debian: apt-get install libbenchmark-dev)")
expect_library_and_program_only(${scratch}/missing)

foreach(off OFF FALSE 0)
    configure(SUCCEED ${scratch}/off${off} -D FEATHERFACE_BUILD_TESTS=${off} -D FEATHERFACE_BUILD_BENCH=${off})
    expect_output(NOT "building without" "doctest" "benchmark")
    expect_library_and_program_only(${scratch}/off${off})
endforeach()

# Inside another project, the library alone.
file(WRITE ${scratch}/outer/CMakeLists.txt "cmake_minimum_required(VERSION 3.22)
project(outer LANGUAGES CXX)
add_subdirectory(${source_dir} featherface)
add_executable(outer ${source_dir}/tools/examples/faces.cpp)
target_link_libraries(outer PRIVATE featherface::featherface)
")
run(SUCCEED ${CMAKE_COMMAND} -S ${scratch}/outer -B ${scratch}/inside -G ${generator} -D CMAKE_CXX_COMPILER=${compiler})
run(SUCCEED ${CMAKE_COMMAND} --build ${scratch}/inside --target help)
# It has no build type: the kernels are optimised all the same.
file(READ ${scratch}/inside/compile_commands.json commands)
foreach(arch sse2 avx2 avx2_vnni avx512 avx512_vnni neon64 neon64_dotprod neon portable)
    if(NOT commands MATCHES "-O3[^\n]*arch_${arch}\\.cpp")
        message(FATAL_ERROR "arch_${arch}.cpp is not optimised")
    endif()
endforeach()
expect_output("featherface_loaders")
expect_output(NOT "featherface_program" "test_support" "make_network")

# The same with the tests on: the targets looked for above are spelt as they are.
configure(SUCCEED ${scratch}/tests ${hide_system} ${library} -D FEATHERFACE_DOCTEST_INCLUDE_DIR=${doctest_include_dir})
run(SUCCEED ${CMAKE_COMMAND} --build ${scratch}/tests --target help)
expect_output("test_support" "test_loaders")
