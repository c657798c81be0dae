# The installed library as each kind of program uses it: every example of tools/examples builds on it, runs, and prints
# the same faces.
cmake_minimum_required(VERSION 3.22)
include(${CMAKE_CURRENT_LIST_DIR}/support.cmake)

set(prefix ${scratch}/prefix)
set(examples ${source_dir}/tools/examples)
run(SUCCEED ${CMAKE_COMMAND} --install ${build_dir} --prefix ${prefix})
file(GLOB_RECURSE installed RELATIVE ${prefix} ${prefix}/*)
foreach(file bin/featherface include/featherface/featherface.hpp include/featherface/featherface.h
             include/featherface/version.h share/doc/featherface/LICENSE share/doc/featherface/THIRD_PARTY.md
             share/doc/featherface/MODEL_CARD.md share/featherface/FeatherFaceV2_final.pth
             share/featherface/FeatherFaceV2_final.ffm)
    if(NOT file IN_LIST installed)
        message(FATAL_ERROR "not installed: ${file}, only ${installed}")
    endif()
endforeach()

# The shared library is installed where it is asked for (BUILD_SHARED_LIBS); here it is put beside the others.
cmake_path(GET shared_library PARENT_PATH folder)
file(GLOB libraries ${folder}/libfeatherface.so*)
set(shared ${scratch}/shared)
file(COPY ${libraries} DESTINATION ${shared})

run(SUCCEED ${make_network} v2 ${scratch})
set(arguments ${scratch}/network.pth ${scratch}/noise.ppm)
run(SUCCEED ${prefix}/bin/featherface pack -m ${scratch}/network.pth -o ${scratch}/network.ffm)
set(sanitized)
if(sanitize)  # an instrumented library needs its runtime in the program that links it
    set(sanitized -fsanitize=${sanitize})
endif()

# find_package
run(SUCCEED ${CMAKE_COMMAND} -S ${examples}/find_package -B ${scratch}/build -G ${generator}
    -D CMAKE_CXX_COMPILER=${compiler} -D CMAKE_PREFIX_PATH=${prefix} -D CMAKE_CXX_FLAGS=${sanitized}
    -D MODEL=${scratch}/network.ffm)
run(SUCCEED ${CMAKE_COMMAND} --build ${scratch}/build)
run(SUCCEED ${scratch}/build/consumer ${arguments})
set(expected "${output}")
# It reports failures as the library words them.
run(FAIL ${scratch}/build/consumer ${scratch}/no-such-file.pth picture.png)
expect_output("no-such-file.pth")

function(expect_the_same_from)
    run(SUCCEED ${ARGN})
    if(NOT output STREQUAL expected)
        message(FATAL_ERROR "${ARGN} prints\n${output}\ninstead of\n${expected}")
    endif()
endfunction()

# Models in the program: the installed V2, whose faces are those of the file beside it, and a model of one's own. The
# executables find it wherever they are.
expect_the_same_from(${scratch}/build/with_model ${scratch}/noise.ppm)
run(SUCCEED ${scratch}/build/with_v2 ${scratch}/noise.ppm)
set(faces_of_v2 "${output}")
run(SUCCEED ${scratch}/build/consumer ${prefix}/share/featherface/FeatherFaceV2_final.pth ${scratch}/noise.ppm)
if(NOT output STREQUAL faces_of_v2)
    message(FATAL_ERROR "featherface::v2 prints\n${faces_of_v2}\ninstead of\n${output}")
endif()

# pkg-config and the static library, from C++.
find_program(pkg_config pkg-config)
file(GLOB_RECURSE pc ${prefix}/*featherface.pc)
cmake_path(GET pc PARENT_PATH pc_folder)
if(pkg_config)
    set(ENV{PKG_CONFIG_PATH} ${pc_folder})
    run(SUCCEED ${pkg_config} --cflags --libs --static featherface)
    separate_arguments(flags UNIX_COMMAND "${output}")
else()
    message("SKIPPED: featherface.pc, pkg-config not installed")
    cmake_path(GET pc_folder PARENT_PATH libraries)
    set(flags -I${prefix}/include -L${libraries} -lfeatherface -pthread)
endif()
run(SUCCEED ${compiler} -std=c++20 ${sanitized} ${examples}/faces.cpp ${flags} -o ${scratch}/by_pkg_config)
expect_the_same_from(${scratch}/by_pkg_config ${arguments})

# C, and C++17 through the C header, with the shared library.
if(NOT sanitize)
    find_program(c_compiler NAMES cc gcc clang REQUIRED)
    set(link -I${prefix}/include -L${shared} -Wl,-rpath,${shared})
    run(SUCCEED ${c_compiler} -std=c99 -Wall -Wextra -Wpedantic -Werror ${examples}/faces.c ${link} -lfeatherface
        -o ${scratch}/in_c)
    expect_the_same_from(${scratch}/in_c ${arguments})
    run(SUCCEED ${compiler} -std=c++17 -Wall -Wextra -Wpedantic -Werror ${examples}/faces_cxx17.cpp ${link}
        -lfeatherface -o ${scratch}/in_cxx17)
    expect_the_same_from(${scratch}/in_cxx17 ${arguments})

    # In C, with the shared library and a packed model that became a source file.
    run(SUCCEED ${prefix}/bin/featherface embed ${scratch}/network.ffm -o ${scratch}/model.c)
    file(READ ${examples}/faces.c text)
    string(REPLACE "featherface_model_load(argv[1], NULL, &model)" "featherface_model_embedded(NULL, &model)" text
           "${text}")
    file(WRITE ${scratch}/embedded.c "${text}")
    run(SUCCEED ${c_compiler} -std=c99 -Wall -Wextra -Werror ${scratch}/embedded.c ${scratch}/model.c ${link}
        -lfeatherface -o ${scratch}/embedded_in_c)
    expect_the_same_from(${scratch}/embedded_in_c ${arguments})

    # A program that was built with the header of an earlier version.
    file(GLOB versions ${source_dir}/tests/abi/*)
    foreach(version ${versions})
        file(REMOVE_RECURSE ${scratch}/earlier)
        file(COPY ${version}/featherface.h DESTINATION ${scratch}/earlier/featherface)
        file(COPY ${prefix}/include/featherface/version.h DESTINATION ${scratch}/earlier/featherface)
        run(SUCCEED ${c_compiler} -std=c99 ${examples}/faces.c -I${scratch}/earlier ${link} -lfeatherface
            -o ${scratch}/in_earlier_c)
        expect_the_same_from(${scratch}/in_earlier_c ${arguments})
    endforeach()

    # The shared library exports what the header declares, and nothing else.
    execute_process(COMMAND ${nm} -D --defined-only --format=posix ${shared_library} OUTPUT_VARIABLE symbols
                    COMMAND_ERROR_IS_FATAL ANY)
    string(REGEX MATCHALL "[^\n]+ [TWVBDR] " lines "${symbols}")
    set(exported)
    foreach(line ${lines})
        string(REGEX REPLACE "[@ ].*" "" name "${line}")
        list(APPEND exported ${name})
    endforeach()
    file(READ ${source_dir}/engine/include/featherface/featherface.h header)
    string(REGEX MATCHALL "FEATHERFACE_API [^(]+\\(" declarations "${header}")
    set(declared)
    foreach(declaration ${declarations})
        string(REGEX REPLACE ".*[ *\n]([a-z0-9_]+)\\(" "\\1" name "${declaration}")
        list(APPEND declared ${name})
    endforeach()
    list(REMOVE_ITEM declared __attribute__)  # the macro itself
    list(SORT exported)
    list(SORT declared)
    if(NOT exported STREQUAL declared)
        message(FATAL_ERROR "exported: ${exported}\ndeclared: ${declared}")
    endif()

    # Python, by the interpreter that has NumPy (as tests/python finds it).
    if(NOT python)
        message("SKIPPED: featherface.py, no python3 with torch and numpy")
    else()
        set(ENV{FEATHERFACE_LIBRARY} ${shared}/libfeatherface.so)
        expect_the_same_from(${python} ${examples}/featherface.py ${arguments})
        run(SUCCEED ${python} ${source_dir}/tests/python/ctypes_check.py ${examples} ${arguments})
        run(FAIL ${python} ${examples}/featherface.py ${scratch}/no-such-file.pth picture.png)
        expect_output("no-such-file.pth")
    endif()
endif()

# Another version of the library is refused.
file(COPY ${examples}/find_package ${examples}/faces.cpp DESTINATION ${scratch}/newer)
file(READ ${scratch}/newer/find_package/CMakeLists.txt text)
string(REPLACE "find_package(featherface 0.1" "find_package(featherface 0.99" text "${text}")
file(WRITE ${scratch}/newer/find_package/CMakeLists.txt "${text}")
run(FAIL ${CMAKE_COMMAND} -S ${scratch}/newer/find_package -B ${scratch}/newer-build -G ${generator}
    -D CMAKE_CXX_COMPILER=${compiler} -D CMAKE_PREFIX_PATH=${prefix})
expect_output("compatible with requested version \"0.99\"")

# The example in the README is the one that was built.
file(READ ${examples}/faces.cpp example)
file(READ ${source_dir}/README.md readme)
string(FIND "${readme}" "${example}" position)
if(position EQUAL -1)
    message(FATAL_ERROR "README.md does not show ${examples}/faces.cpp as it is")
endif()
