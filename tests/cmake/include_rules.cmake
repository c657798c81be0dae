# Dependencies point one way: kernels and loaders know neither each other nor the engine, nothing but benchmarks and
# tests knows the tools, and stb, xsimd and Eigen never appear in a public header.
include(${CMAKE_CURRENT_LIST_DIR}/support.cmake)

# forbid(<folder> <what its files must not include, a regular expression>...)
# Where exceptions become a Status is everybody's, as Status is.
function(forbid folder)
    file(GLOB_RECURSE files ${source_dir}/${folder}/*.hpp ${source_dir}/${folder}/*.cpp)
    if(NOT files)
        message(FATAL_ERROR "no sources in ${folder}")
    endif()
    foreach(file ${files})
        foreach(included ${ARGN})
            file(STRINGS ${file} lines REGEX "^#include [<\"]${included}")
            list(FILTER lines EXCLUDE REGEX "loaders/guarded.hpp")
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

# The rooms of the engine, from the ground up: each knows only those below it.
set(above "engine/detect/" "engine/loaded_model")
forbid(engine/packed ${above})
list(APPEND above "engine/packed/")
forbid(engine/runtime ${above} "engine/identity/" "engine/passes/" "engine/topologies/" "loaders/")
list(APPEND above "engine/runtime/" "engine/identity/")
forbid(engine/schedule ${above} "engine/passes/" "engine/topologies/" "loaders/" "kernels/")
list(APPEND above "engine/schedule/")
forbid(engine/passes ${above} "engine/topologies/" "loaders/" "kernels/")
forbid(engine/topologies ${above} "engine/passes/" "loaders/" "kernels/")
list(APPEND above "engine/passes/" "engine/topologies/")
forbid(engine/graph ${above} "loaders/" "kernels/")
list(APPEND above "engine/graph/")
forbid(engine/operations ${above} "loaders/")
list(APPEND above "engine/operations/")
forbid(engine/pixels ${above} "loaders/" "kernels/")
forbid(engine/system ${above} "engine/pixels/" "loaders/")

forbid(tools "support/" "bench/" "xsimd/")

# Inside loaders, torch and images look into archive (zip, DEFLATE), torch into packed; what lies outside the rooms knows none of them.
forbid(loaders/archive "loaders/torch/" "loaders/images/" "loaders/packed/")
forbid(loaders/packed "loaders/torch/" "loaders/images/" "loaders/archive/")
forbid(loaders/images "loaders/torch/" "loaders/packed/")
forbid(loaders/torch "loaders/images/")

# Inside tools the verbs are on top, then what one verb is made of, then what several share.
set(tools_verbs "tools/[a-z_]+\\.hpp")
set(tools_of_one_verb "tools/(bench|crosscheck|detect|eval|quantize)/")
forbid(tools/files ${tools_verbs} ${tools_of_one_verb} "tools/(cli|model|measure|pictures|text|video)/")
forbid(tools/onnx ${tools_verbs} ${tools_of_one_verb} "tools/(cli|files|model|measure|pictures|text|video)/")
forbid(tools/text ${tools_verbs} ${tools_of_one_verb} "tools/(cli|files|model|measure|pictures|video)/")
forbid(tools/measure ${tools_verbs} ${tools_of_one_verb} "tools/(cli|files|model|pictures|text|video)/")
forbid(tools/cli ${tools_verbs} ${tools_of_one_verb} "tools/(model|pictures|video)/")
forbid(tools/pictures ${tools_verbs} ${tools_of_one_verb} "tools/(model|measure|video)/")
forbid(tools/video ${tools_verbs} ${tools_of_one_verb} "tools/(cli|files|measure|model|pictures)/")
forbid(tools/model ${tools_verbs} ${tools_of_one_verb} "tools/(measure|pictures|video)/")
forbid(tools/bench ${tools_verbs} "tools/(crosscheck|detect|eval)/")
forbid(tools/crosscheck ${tools_verbs} "tools/(bench|detect|eval)/")
forbid(tools/detect ${tools_verbs} "tools/(bench|crosscheck|eval)/")
forbid(tools/eval ${tools_verbs} "tools/(bench|crosscheck|detect|quantize)/")
forbid(tools/quantize ${tools_verbs} "tools/(bench|crosscheck|detect|eval)/")

# The oracle shares no code with what it checks.
forbid(tests/support/oracle "featherface/" "engine/" "kernels/" "loaders/" "xsimd/" "Eigen/")
