# Two compilers, and two levels of optimisation, make networks whose outputs are the same bits on every architecture:
# those that the release build is held against, too. Given besides: other_compiler.
include(${CMAKE_CURRENT_LIST_DIR}/support.cmake)

function(expect_same_bits name used optimise)
    set(compiler ${used})
    configure(SUCCEED ${scratch}/${name} -D CMAKE_BUILD_TYPE=Release "-DCMAKE_CXX_FLAGS_RELEASE=${optimise} -DNDEBUG"
              -D FEATHERFACE_BUILD_TOOLS=OFF -D FEATHERFACE_BUILD_BENCH=OFF -D FEATHERFACE_BUILD_TESTS=ON
              -D CMAKE_CXX_COMPILER_LAUNCHER=${launcher})
    run(SUCCEED ${CMAKE_COMMAND} --build ${scratch}/${name} --target test_output_bits)
    run(SUCCEED ${scratch}/${name}/bin/test_output_bits)
endfunction()

expect_same_bits(less_optimised ${compiler} -O2)
expect_same_bits(other_compiler ${other_compiler} -O3)
