#include "tools/model/builtin_model.hpp"

#ifdef FEATHERFACE_BUILTIN_MODEL_FILE

// The assembler copies the file: a C array of it would take the compiler seconds.
asm(R"(
    .pushsection .rodata.featherface_builtin_model, "a"
    .balign 64
    .global featherface_builtin_model_begin
    .hidden featherface_builtin_model_begin
    .global featherface_builtin_model_end
    .hidden featherface_builtin_model_end
featherface_builtin_model_begin:
    .incbin ")" FEATHERFACE_BUILTIN_MODEL_FILE R"("
featherface_builtin_model_end:
    .popsection
)");

extern "C" {
extern const std::uint8_t featherface_builtin_model_begin[], featherface_builtin_model_end[];
}

namespace featherface::tools {

std::span<const std::uint8_t> builtin_model() {
    return {featherface_builtin_model_begin, featherface_builtin_model_end};
}

}  // namespace featherface::tools

#else

namespace featherface::tools {

std::span<const std::uint8_t> builtin_model() {
    return {};
}

}  // namespace featherface::tools

#endif
