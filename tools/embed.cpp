// featherface embed MODEL.ffm -o OUT.c: a packed model as a source file, for any compiler and build system.
#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <optional>
#include <string>

#include "loaders/error.hpp"
#include "loaders/little_endian.hpp"
#include "loaders/mapped_file.hpp"
#include "loaders/torch/checkpoint.hpp"
#include "loaders/torch/torch_file.hpp"
#include "tools/cli/streams.hpp"
#include "tools/files/output_file.hpp"
#include "tools/pictures/output_paths.hpp"
#include "tools/text/text.hpp"
#include "tools/verbs.hpp"

namespace featherface::tools {

namespace {

constexpr std::size_t kWordSize = sizeof(std::uint64_t), kWordsPerLine = 5;

// Of 64-bit words, which compile in a fraction of the time that as many bytes take.
std::string embedding_source(std::span<const std::byte> file) {
    std::string source =
        "/* A packed model for featherface, made by `featherface embed`: Model::embedded() of C++ and\n"
        " * featherface_model_embedded() of C find it. C99 and C++ alike, for g++ and clang on little-endian "
        "machines.\n"
        " */\n"
        "#include <stdint.h>\n\n"
        "#ifdef __cplusplus\n"
        "extern \"C\" {\n"
        "#endif\n"
        "extern const uint64_t featherface_embedded_model[], featherface_embedded_model_size;\n";
    source += concat("const uint64_t featherface_embedded_model_size = ", std::to_string(file.size()), ";\n");
    source += "const uint64_t featherface_embedded_model[] __attribute__((aligned(64))) = {";
    // A file ends on a boundary of 64 bytes.
    for (std::size_t at = 0; at + kWordSize <= file.size(); at += kWordSize) {
        char word[24];
        std::snprintf(word, sizeof word, "0x%016" PRIx64 ",", loaders::load_le<std::uint64_t>(file, at));
        source += at / kWordSize % kWordsPerLine == 0 ? "\n    " : " ";
        source += word;
    }
    source +=
        "\n};\n"
        "#ifdef __cplusplus\n"
        "}\n"
        "#endif\n";
    return source;
}

}  // namespace

ExitCode embed(Words words) {
    std::optional<std::string> output;
    Arguments arguments("embed",
                        "Writes a packed model as a C source file, which makes it part of a program.",
                        "MODEL.ffm -o OUT.c");
    arguments.text('o', "output", "OUT.c", "the file to write", output);
    arguments.note(
        "Compile it with the program, which then has its model with Model::embedded() or "
        "featherface_model_embedded() and needs no file. In CMake, featherface_embed_model(TARGET MODEL.ffm) "
        "does "
        "the same without a large source file.");
    if (const auto end = parse_or_end(arguments, words)) return *end;
    if (arguments.positionals().size() != 1) return usage_error(arguments, "give one packed model");
    if (!output) return usage_error(arguments, "give a file to write: -o OUT.c");
    const std::string& file = arguments.positionals().front();
    const auto checked = check_not_inputs({*output}, *output, {{file}, PictureList{}});
    if (!checked.ok()) return usage_error(arguments, checked.status().message());

    const auto mapped =
        loaders::MappedFile::open(file, loaders::kLargestFileBytes, loaders::allowed_checkpoint);
    if (!mapped.ok()) return fail(mapped.status());
    if (!loaders::PackedFile::is_packed(mapped->bytes())) {
        return fail(loaders::in_file(
            file, loaders::malformed("not a packed model",
                                     {.hint = "make one of the checkpoint: featherface pack"})));
    }
    const auto checkpoint = loaders::Checkpoint::from_bytes(mapped->bytes(), file);
    if (!checkpoint.ok()) return fail(checkpoint.status());
    const Status written = write_file(*output, embedding_source(mapped->bytes()));
    return written.ok() ? kDone : fail(written);
}

}  // namespace featherface::tools
