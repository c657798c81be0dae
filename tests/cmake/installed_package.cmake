# The installed library is found by find_package(featherface), and the README's example builds on it and runs.
include(${CMAKE_CURRENT_LIST_DIR}/support.cmake)

run(SUCCEED ${CMAKE_COMMAND} --install ${build_dir} --prefix ${scratch}/prefix)
foreach(file bin/featherface include/featherface/featherface.hpp include/featherface/version.hpp)
    if(NOT EXISTS ${scratch}/prefix/${file})
        message(FATAL_ERROR "not installed: ${file}")
    endif()
endforeach()

set(consumer ${CMAKE_CURRENT_LIST_DIR}/consumer)
if(sanitize)  # an instrumented library needs its runtime in the program that links it
    set(flags -D CMAKE_CXX_FLAGS=-fsanitize=${sanitize})
endif()
run(SUCCEED ${CMAKE_COMMAND} -S ${consumer} -B ${scratch}/build -G ${generator} -D CMAKE_CXX_COMPILER=${compiler}
    -D CMAKE_PREFIX_PATH=${scratch}/prefix ${flags})
run(SUCCEED ${CMAKE_COMMAND} --build ${scratch}/build)

# It finds what there is to find in noise, and reports failures as the library words them.
run(SUCCEED ${make_network} v2 ${scratch})
run(SUCCEED ${scratch}/build/consumer ${scratch}/network.pth ${scratch}/noise.ppm)
run(FAIL ${scratch}/build/consumer ${scratch}/no-such-file.pth picture.png)
expect_output("no-such-file.pth")

# Another version of the library is refused.
file(COPY ${consumer}/CMakeLists.txt ${consumer}/main.cpp DESTINATION ${scratch}/newer)
file(READ ${scratch}/newer/CMakeLists.txt text)
string(REPLACE "find_package(featherface 0.1" "find_package(featherface 0.99" text "${text}")
file(WRITE ${scratch}/newer/CMakeLists.txt "${text}")
run(FAIL ${CMAKE_COMMAND} -S ${scratch}/newer -B ${scratch}/newer-build -G ${generator}
    -D CMAKE_CXX_COMPILER=${compiler} -D CMAKE_PREFIX_PATH=${scratch}/prefix)
expect_output("compatible with requested version \"0.99\"")

# The example in the README is the one that was built.
file(READ ${consumer}/main.cpp example)
file(READ ${source_dir}/README.md readme)
string(FIND "${readme}" "${example}" position)
if(position EQUAL -1)
    message(FATAL_ERROR "README.md does not show ${consumer}/main.cpp as it is")
endif()
