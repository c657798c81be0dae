# featherface_embed_model(TARGET FILE.ffm): the packed model becomes part of TARGET, a program or a library, where
# Model::embedded() of C++ and featherface_model_embedded() of C find it. The assembler copies the file; the target is
# built anew when it changes. One model for each program or shared library.
set(FEATHERFACE_EMBED_TEMPLATE ${CMAKE_CURRENT_LIST_DIR}/embedded_model.c.in)
function(featherface_embed_model target file)
    if(ARGN OR NOT TARGET ${target})
        message(FATAL_ERROR "featherface_embed_model(TARGET FILE): '${target}' must be a target")
    endif()
    cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
    get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
    set(language c)
    if(CXX IN_LIST languages)
        set(language cpp)
    endif()
    set(source ${CMAKE_CURRENT_BINARY_DIR}/featherface_embedded_model_of_${target}.${language})
    configure_file(${FEATHERFACE_EMBED_TEMPLATE} ${source} @ONLY)
    # A linker that optimises everything together does not see symbols that only the assembler knows.
    set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS ${file} SKIP_UNITY_BUILD_INCLUSION ON
                                COMPILE_OPTIONS -fno-lto)
    target_sources(${target} PRIVATE ${source})
endfunction()
