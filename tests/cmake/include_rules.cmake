# Dependencies point one way: kernels and loaders know neither each other nor the engine, nothing but tests knows
# the tools, and stb, xsimd and Eigen never appear in a public header.
include(${CMAKE_CURRENT_LIST_DIR}/support.cmake)

# forbid(<folder> <what its files must not include, a regular expression>...)
function(forbid folder)
    file(GLOB_RECURSE files ${source_dir}/${folder}/*.hpp ${source_dir}/${folder}/*.cpp)
    if(NOT files)
        message(FATAL_ERROR "no sources in ${folder}")
    endif()
    foreach(file ${files})
        foreach(included ${ARGN})
            file(STRINGS ${file} lines REGEX "^#include [<\"]${included}")
            if(lines)
                message(SEND_ERROR "${file}: ${lines}")
            endif()
        endforeach()
    endforeach()
endfunction()

forbid(engine/include "stb_" "xsimd/" "Eigen/" "engine/" "kernels/" "loaders/" "tools/" "tests/")
forbid(kernels "loaders/" "engine/" "tools/" "support/" "stb_")
forbid(loaders "kernels/" "engine/" "tools/" "support/" "xsimd/")
forbid(engine "tools/" "support/" "xsimd/" "stb_")
forbid(tools "support/" "xsimd/")
# The oracle shares no code with what it checks.
forbid(tests/support/oracle "featherface/" "engine/" "kernels/" "loaders/" "xsimd/" "Eigen/")
