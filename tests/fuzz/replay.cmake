# Replays what is stored: cmake -D programs=<replay, behind what is to run it> -D targets=<their names> -D
# corpus=<folder of archives> -D work=<folder to unpack them in> -P replay.cmake
file(REMOVE_RECURSE ${work})
foreach(target ${targets})
    file(MAKE_DIRECTORY ${work}/${target})
    if(EXISTS ${corpus}/${target}.tar.gz)
        file(ARCHIVE_EXTRACT INPUT ${corpus}/${target}.tar.gz DESTINATION ${work}/${target})
    endif()
    execute_process(COMMAND ${programs} ${target} ${work}/${target} RESULT_VARIABLE result ERROR_VARIABLE said)
    if(NOT result EQUAL 0)
        message(SEND_ERROR "${target}: ${result}\n${said}")
    endif()
endforeach()
