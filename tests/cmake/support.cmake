# What the build's tests share. The variables they are given: source_dir and build_dir of the project, scratch (a
# folder for the test alone), generator, compiler, sanitize, and <name>_include_dir of the header-only dependencies.
file(REMOVE_RECURSE ${scratch})
file(MAKE_DIRECTORY ${scratch}/nowhere)

# The options under which CMake finds nothing of the system's; what is needed is then given by provide().
set(hide_system -D CMAKE_FIND_ROOT_PATH=${scratch}/nowhere -D CMAKE_FIND_ROOT_PATH_MODE_INCLUDE=ONLY
                -D CMAKE_FIND_ROOT_PATH_MODE_PACKAGE=ONLY)

# Sets `result` to the options that point the project at the headers of the dependencies named.
function(provide result)
    foreach(name ${ARGN})
        string(TOUPPER ${name} upper)
        list(APPEND options -D FEATHERFACE_${upper}_INCLUDE_DIR=${${name}_include_dir})
    endforeach()
    set(${result} ${options} PARENT_SCOPE)
endfunction()

# Runs a command; sets `output` to all it said and `status` to how it ended. With SUCCEED or FAIL as the first
# argument, the other ending is the test's failure.
function(run expected)
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
    if((expected STREQUAL "SUCCEED") EQUAL (NOT status EQUAL 0))
        list(JOIN ARGN " " command)
        message("${output}")
        message(FATAL_ERROR "expected to ${expected}: ${command}")
    endif()
    set(output "${output}" PARENT_SCOPE)
endfunction()

# Configures the project into `folder` with the options given.
macro(configure expected folder)
    run(${expected} ${CMAKE_COMMAND} -S ${source_dir} -B ${folder} -G ${generator}
        -D CMAKE_CXX_COMPILER=${compiler} ${ARGN})
endmacro()

# Fails unless `output` contains the text (or, with NOT first, if it does). Line breaks count as spaces.
function(expect_output)
    set(wanted TRUE)
    if(ARGV0 STREQUAL "NOT")
        set(wanted FALSE)
        list(REMOVE_AT ARGV 0)
    endif()
    string(REGEX REPLACE "[ \n]+" " " flat "${output}")
    foreach(text ${ARGV})
        string(FIND "${flat}" "${text}" position)
        if(wanted AND position EQUAL -1)
            message("${output}")
            message(FATAL_ERROR "expected in the output above: ${text}")
        elseif(NOT wanted AND NOT position EQUAL -1)
            message("${output}")
            message(FATAL_ERROR "not expected in the output above: ${text}")
        endif()
    endforeach()
endfunction()
