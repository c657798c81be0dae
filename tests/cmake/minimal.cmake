# The minimal library (FEATHERFACE_MINIMAL) with the V2 in a program, one architecture: how large that is, part by part,
# and no larger than it may be; that it has nothing of what it is to do without; and that it finds the faces that the
# whole program finds. docs/embedding.md has the figures.
cmake_minimum_required(VERSION 3.22)
include(${CMAKE_CURRENT_LIST_DIR}/support.cmake)

# What a program of one's own does.
file(WRITE ${scratch}/source/CMakeLists.txt "
cmake_minimum_required(VERSION 3.22)
project(small LANGUAGES CXX)
add_subdirectory(${source_dir} featherface)
foreach(name faces faces_static)
    add_executable(\${name} ${source_dir}/tools/examples/minimal.cpp)
    target_link_libraries(\${name} PRIVATE featherface::v2)
    target_link_options(\${name} PRIVATE -Wl,-Map=\${name}.map)
endforeach()
target_link_options(faces_static PRIVATE -static)
add_executable(precision precision.cpp)
target_link_libraries(precision PRIVATE featherface::featherface)
")
provide(headers eigen xsimd)
set(small -G ${generator} -D CMAKE_CXX_COMPILER_LAUNCHER=${launcher} -D CMAKE_BUILD_TYPE=Release -D FEATHERFACE_MINIMAL=ON -D FEATHERFACE_WERROR=ON ${headers})

# Loads the packed model on standard input, as it is made and in float32.
file(WRITE ${scratch}/source/precision.cpp [=[
#include <cstdio>
#include <featherface/model.hpp>
#include <vector>

int main() {
    std::vector<unsigned char> bytes;
    for (int byte = std::getchar(); byte != EOF; byte = std::getchar()) bytes.push_back(static_cast<unsigned char>(byte));
    for (const auto precision : {featherface::Precision::as_made, featherface::Precision::float32}) {
        featherface::ModelOptions options;
        options.precision = precision;
        const auto model = featherface::Model::from_bytes(bytes, "int8.ffm", options);
        const bool unsupported = model.status().code() == featherface::StatusCode::unsupported;
        std::puts(model.ok() ? "loaded" : unsupported ? model.status().message().c_str() : "another error");
    }
}
]=])

# What makes no sense is said.
macro(refuse option)
    file(REMOVE_RECURSE ${scratch}/refused)
    run(FAIL ${CMAKE_COMMAND} -S ${scratch}/source -B ${scratch}/refused ${small} -D CMAKE_CXX_COMPILER=${compiler}
        -D ${option})
    expect_output(${ARGN})
endmacro()
refuse(FEATHERFACE_ARCHITECTURES=pentium "'pentium' is none of")
refuse(FEATHERFACE_NETWORKS=yolo "'yolo' is none of" "featherface_v2")

# build(<folder> <compiler> [<target>...])
function(build folder compiler)
    run(SUCCEED ${CMAKE_COMMAND} -S ${scratch}/source -B ${scratch}/${folder} ${small} -D CMAKE_CXX_COMPILER=${compiler}
        -D FEATHERFACE_ARCHITECTURES=avx2 -D FEATHERFACE_NETWORKS=featherface_v2)
    run(SUCCEED ${CMAKE_COMMAND} --build ${scratch}/${folder} --target ${ARGN})
endfunction()
build(glibc ${compiler} all)

# With musl as the C library and clang's C++ library, statically too: Debian has all that, if not always installed.
set(programs glibc/faces glibc/faces_static)
set(musl TRUE)
foreach(needed /usr/lib/x86_64-linux-musl/libc.a /usr/lib/llvm-16/lib/libc++.a /usr/lib/llvm-16/lib/libunwind.a)
    if(NOT EXISTS ${needed})
        set(musl FALSE)
        if(DEFINED ENV{CI})
            message(FATAL_ERROR "${needed} is missing")
        endif()
        message("skipped: a program with musl, for want of ${needed}")
    endif()
endforeach()
if(musl)
    build(musl ${source_dir}/tools/musl/clang++ faces)
    list(APPEND programs musl/faces)
endif()

# measure(<program> <most bytes>): its size without symbols, and what of it is whose, by the linker's map.
function(measure program most)
    run(SUCCEED ${strip} -o ${scratch}/${program}_stripped ${scratch}/${program})
    file(SIZE ${scratch}/${program}_stripped size)
    file(READ ${scratch}/${program}.map map)
    # Sections that were left out come first, those that take nothing of the file and debug information last.
    string(REGEX REPLACE "^.*Linker script and memory map" "" map "${map}")
    string(REGEX REPLACE "\n\\.bss .*$" "" map "${map}")
    string(REPLACE ";" "," map "${map}")
    # A long name has the rest of its line on the next.
    string(REGEX REPLACE "\n (\\.[^ \n]+)\n +" "\n \\1 " map "${map}")
    string(REGEX MATCHALL "\n \\.[^ \n]+ +0x[0-9a-f]+ +0x[0-9a-f]+ [^\n]+" entries "${map}")
    set(parts model kernels engine loaders program)
    foreach(part ${parts})
        set(bytes_of_${part} 0)
    endforeach()
    foreach(entry ${entries})
        if(NOT entry MATCHES "\n (\\.[^ ]+) +0x[0-9a-f]+ +(0x[0-9a-f]+) (.+)")
            continue()
        endif()
        set(section ${CMAKE_MATCH_1})
        set(bytes ${CMAKE_MATCH_2})
        set(object ${CMAKE_MATCH_3})
        set(part)
        if(section MATCHES "^\\.rodata\\.featherface_embedded_model")
            set(part model)
        elseif(object MATCHES "libfeatherface\\.a\\((arch_[a-z0-9]+|select|assert)\\.cpp")
            set(part kernels)
        elseif(object MATCHES "libfeatherface\\.a\\((unity_loaders|error|checksum|packed_file|packed_tensors|convert)")
            set(part loaders)
        elseif(object MATCHES "libfeatherface\\.a\\(")
            set(part engine)
        elseif(object MATCHES "minimal\\.cpp")
            set(part program)
        endif()
        if(part)
            math(EXPR bytes_of_${part} "${bytes_of_${part}} + ${bytes}")
        endif()
    endforeach()
    message("${program}: ${size} bytes, at most ${most}")
    set(rest ${size})
    foreach(part ${parts})
        message("  ${part} ${bytes_of_${part}}")
        math(EXPR rest "${rest} - ${bytes_of_${part}}")
        if(bytes_of_${part} EQUAL 0)
            message(FATAL_ERROR "the map has no ${part}")
        endif()
    endforeach()
    message("  C and C++ library, and what the file format takes ${rest}")
    if(size GREATER most)
        message(SEND_ERROR "${program} has become too large")
    endif()
endfunction()
measure(glibc/faces 890000)
# The C library alone is 680,000 of it.
measure(glibc/faces_static 1690000)
if(musl)
    measure(musl/faces 1100000)
endif()

# Nothing of what it is to do without.
run(SUCCEED ${nm} -C ${scratch}/glibc/featherface/libfeatherface.a)
expect_output("featherface::Detector::detect")
foreach(unwanted "typeinfo for" "__gxx_personality_v0" "__cxa_throw" "__cxa_begin_catch" "std::ios_base" "std::locale"
                 "std::basic_ostream" "std::filesystem" "pickle" "Zip" "read_image" "Checkpoint::" "kSse2Table" "kAvx512Table")
    expect_output(NOT "${unwanted}")
endforeach()

# A program that wants what it lacks does not compile.
file(WRITE ${scratch}/wants.cpp "#include <featherface/featherface.hpp>\nint main() { return featherface::Model::load(\"x\").ok(); }\n")
run(FAIL ${compiler} -std=c++20 -fsyntax-only -I ${source_dir}/engine/include -I ${scratch}/glibc/featherface/generated
    ${scratch}/wants.cpp)
expect_output("load")
file(WRITE ${scratch}/wants.cpp "#include <featherface/image_file.hpp>\n")
run(FAIL ${compiler} -std=c++20 -fsyntax-only -I ${source_dir}/engine/include -I ${scratch}/glibc/featherface/generated
    ${scratch}/wants.cpp)
expect_output("FEATHERFACE_MINIMAL")

# The faces, which the whole library finds in the same picture with the same kernels; where there are none, what comes
# nearest to being some.
string(RANDOM LENGTH 55296 RANDOM_SEED 7 pixels)
set(picture ${scratch}/noise.ppm)
file(WRITE ${picture} "P6 192 96 255\n${pixels}")
function(faces_of result program)
    execute_process(COMMAND ${CMAKE_COMMAND} -E env FEATHERFACE_FORCE_ARCH=avx2 ${program} 1 INPUT_FILE ${picture}
                    OUTPUT_VARIABLE output RESULT_VARIABLE status)
    if(NOT status EQUAL 0 OR output STREQUAL "")
        message(FATAL_ERROR "${program} ends with ${status} and prints '${output}'")
    endif()
    set(${result} "${output}" PARENT_SCOPE)
endfunction()
faces_of(expected ${whole})
foreach(program ${programs})
    faces_of(found ${scratch}/${program}_stripped)
    if(NOT found STREQUAL expected)
        message(FATAL_ERROR "${program} prints\n${found}\ninstead of\n${expected}")
    endif()
endforeach()

# A model that is made for 8 bits is refused, and used in float32.
foreach(i RANGE 4)
    configure_file(${picture} ${scratch}/pictures/${i}.ppm COPYONLY)
endforeach()
run(SUCCEED ${program} quantize -m ${source_dir}/tools/model/FeatherFaceV2_final.pth --images ${scratch}/pictures
    --side 0 --force -o ${scratch}/int8.ffm)
execute_process(COMMAND ${scratch}/glibc/precision INPUT_FILE ${scratch}/int8.ffm OUTPUT_VARIABLE output)
expect_output("int8.ffm: it is made for 8 bits, which this library was built without (FEATHERFACE_MINIMAL)" "loaded")
expect_output(NOT "another error")
