# A compiler in C++17 mode is told so in one error, not in many.
include(${CMAKE_CURRENT_LIST_DIR}/support.cmake)

file(WRITE ${scratch}/older.cpp "#include <featherface/featherface.hpp>\n")
foreach(standard 17 20)
    execute_process(COMMAND ${compiler} -std=c++${standard} -fsyntax-only -I${source_dir}/engine/include
                            -I${build_dir}/generated ${scratch}/older.cpp
                    RESULT_VARIABLE status ERROR_VARIABLE output)
    string(REGEX MATCHALL "error: " errors "${output}")
    list(LENGTH errors count)
    if(standard EQUAL 17 AND (status EQUAL 0 OR NOT count EQUAL 1 OR NOT output MATCHES "needs C\\+\\+20"))
        message(FATAL_ERROR "C++17: ${status}, ${output}")
    elseif(standard EQUAL 20 AND NOT status EQUAL 0)
        message(FATAL_ERROR "C++20: ${output}")
    endif()
endforeach()
