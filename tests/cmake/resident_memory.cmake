# How much memory the release program needs for one photo with the network inside it, on one thread, pages of its own
# code and of shared libraries counted, for each kind of kernels the CPU has. Variables beside support.cmake's: program,
# resident.
include(${CMAKE_CURRENT_LIST_DIR}/support.cmake)

set(most 14000)  # KB

# A grey picture of 640x480: what is in it makes no difference, but for some KB for each face.
string(REPEAT "120 130 140\n" 307200 pixels)
file(WRITE ${scratch}/grey.ppm "P3\n640 480\n255\n${pixels}")
run(SUCCEED ${program} detect -o ${scratch}/grey.jpg ${scratch}/grey.ppm)

foreach(arch avx512 avx2 sse2)
    set(ENV{FEATHERFACE_FORCE_ARCH} ${arch})
    execute_process(COMMAND ${resident} ${program} detect --threads 1 ${scratch}/grey.jpg
                    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
    if(output MATCHES "on this CPU")
        continue()
    endif()
    if(NOT status EQUAL 0 OR NOT output MATCHES "resident: ([0-9]+)")
        message(FATAL_ERROR "${arch}: ${output}")
    endif()
    message("${arch}: ${CMAKE_MATCH_1} KiB resident")
    math(EXPR bytes "${CMAKE_MATCH_1} * 1024")
    if(bytes GREATER ${most}000)
        message(SEND_ERROR "${arch}: ${bytes} bytes are resident, more than ${most} KB")
    endif()
endforeach()
