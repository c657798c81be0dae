# The release archive, taken by another project through FetchContent where nothing of the system's is found: it builds with
# the headers that are in the archive.
include(${CMAKE_CURRENT_LIST_DIR}/support.cmake)

run(SUCCEED ${source_dir}/tools/release_archive.sh ${scratch})
file(GLOB archive ${scratch}/featherface-*.tar.gz)
file(SHA256 ${archive} first)
run(SUCCEED ${source_dir}/tools/release_archive.sh ${scratch})  # the same bytes again
file(SHA256 ${archive} hash)
if(NOT first STREQUAL hash)
    message(FATAL_ERROR "two archives of one commit differ")
endif()
file(WRITE ${scratch}/project/CMakeLists.txt "
cmake_minimum_required(VERSION 3.22)
project(consumer LANGUAGES CXX)
include(FetchContent)
FetchContent_Declare(featherface URL ${archive} URL_HASH SHA256=${hash})
FetchContent_MakeAvailable(featherface)
add_executable(consumer ${source_dir}/tools/examples/faces.cpp)
target_link_libraries(consumer PRIVATE featherface::featherface)
")
if(CMAKE_HOST_SYSTEM_PROCESSOR STREQUAL "x86_64")
    set(one_architecture -D FEATHERFACE_ARCHITECTURES=sse2)  # the others take two minutes, and the same headers
endif()
run(SUCCEED ${CMAKE_COMMAND} -S ${scratch}/project -B ${scratch}/build -G ${generator} -D CMAKE_CXX_COMPILER=${compiler}
    ${one_architecture} ${hide_system} -D CMAKE_EXPORT_COMPILE_COMMANDS=ON)
file(READ ${scratch}/build/compile_commands.json output)
set(third_party ${scratch}/build/_deps/featherface-src/third_party)
expect_output("-isystem ${third_party}/eigen" "-isystem ${third_party}/xsimd" "faces.cpp")

# All that it needs is in it.
run(SUCCEED ${make_network} v2 ${scratch})
run(SUCCEED ${CMAKE_COMMAND} --build ${scratch}/build)
run(SUCCEED ${scratch}/build/consumer ${scratch}/network.pth ${scratch}/noise.ppm)
