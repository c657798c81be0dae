// A Model is a FeatherFace network ready to run: its weights are read, identified, folded and packed. It is
// immutable; one serves any number of threads and detectors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "featherface/status.hpp"
#include "featherface/version.hpp"

#if !FEATHERFACE_MINIMAL
#include <filesystem>
#endif

// The packed model that is part of the program, which featherface_embed_model() of CMake, the verb `embed` or
// featherface::v2 puts there.
extern "C" {
extern const std::uint64_t featherface_embedded_model[];
extern const std::uint64_t featherface_embedded_model_size;  // in bytes
}

namespace featherface {

namespace engine {
struct LoadedModel;  // the library's own
}

enum class Architecture {
    featherface_v1,
    featherface_v2,
    retinaface,              // RetinaFace-MobileNet0.25
    featherface_489k,        // 489,015 parameters
    featherface_eca_cbam,    // 476,345
    featherface_coordinate,  // 493,095
    mobilenet_classifier,
    mobilenet_backbone
};

// "FeatherFace V1", "RetinaFace-MobileNet0.25", "MobileNetV1-0.25 classifier", ...
std::string_view name_of(Architecture architecture);

// How a network computes: in float32 throughout; or, of a packed model made for it (`featherface quantize`),
// its pointwise convolutions with 8 bits a number, which is faster and not quite as exact.
enum class Precision { as_made, float32, int8 };  // as_made: int8, where the model was made for it

struct ModelOptions {
    // Every PyTorch module runs as a step of its own instead of the fused graph: several times slower, but
    // each module's output then exists under its module path. It is meant for cross-checking.
    bool layerwise = false;
    // Module paths ("body.stage1", "ssh1") the fused graph is not to fuse into others: each is a step's own
    // output, so that a LayerObserver finds it in a step's `names`, not in `contains`. The network gets
    // slower by what can no longer be fused. Names it does not have are ignored; layerwise nothing is fused
    // anyway.
    std::vector<std::string> unfused = {};
    // Whose kernels to use: "sse2", "avx2", "avx512", "neon64", "neon" or "portable". Empty:
    // FEATHERFACE_FORCE_ARCH when set, else the best this CPU has.
    std::string cpu_architecture = {};
    // Which network, where the file holds several: the name of its entry ("ema"), "a.b" for an entry in
    // another, "." for the file's own tensors. Empty: the only one there is.
    std::string key = {};
    // A checkpoint is read even where its pickles ask PyTorch to call something that tensors do not need.
    // Nothing is ever called here, and warnings() names it; without this such a file is refused as malformed.
    bool ignore_calls = false;
    // int8 asked of a model that was not made for it is an error.
    Precision precision = Precision::as_made;
};

class Model {
  public:
    // A model made so is empty, as a moved-from one is: it can be assigned to and destroyed. Whatever takes a
    // Model refuses it as invalid_argument; to ask it for anything but empty() ends the program.
    Model();
    bool empty() const;

    // load() reads a checkpoint (either container of PyTorch's, a TorchScript archive, a safetensors file or
    // a packed model) and recognises the network by its tensors. A packed model is mapped, and what it has
    // ready for this CPU is used where it lies: such a file is replaced by renaming another to it, for one
    // that is cut while in use ends the program. Errors: io_error, malformed, unsupported; limit_exceeded (of
    // what the file declares); out_of_memory; wrong_model when it is no network known here (the message says
    // what it is instead); invalid_argument when options or FEATHERFACE_FORCE_ARCH name no architecture that
    // is usable here, an entry that the file has not, or a precision that the model was not made for.
#if !FEATHERFACE_MINIMAL  // such a library opens no files
    static Result<Model> load(const std::filesystem::path& path, const ModelOptions& options = {});
#endif
    // The same from bytes, which must outlive the call only. `name` stands in messages.
    static Result<Model> from_bytes(std::span<const std::uint8_t> bytes, std::string_view name,
                                    const ModelOptions& options = {});
    // The same from bytes that outlive the model and all that is made of it, such as those that are part of
    // the program: a packed model that begins on a 64-byte boundary is used where it lies.
    static Result<Model> in_place(std::span<const std::uint8_t> bytes, std::string_view name,
                                  const ModelOptions& options = {});

    // The packed model in the program: no file is needed and nothing copied. A program that has none does not
    // link.
    static Result<Model> embedded(const ModelOptions& options = {}) {
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(featherface_embedded_model);
        return in_place({bytes, static_cast<std::size_t>(featherface_embedded_model_size)},
                        "the embedded model", options);
    }

    Architecture architecture() const;
    std::int64_t parameters() const;  // trained parameters, as PyTorch counts them
    // Of the whole file, lower-case hex, computed at the first call; of a packed model that of the checkpoint
    // it was made from.
    const std::string& sha256() const;
    Precision precision() const;                // float32 or int8
    std::string_view cpu_architecture() const;  // of the kernels in use: "avx2", ...
    // Lines for people about what is odd in the weights: NaN values, tensors that were ignored, ...
    const std::vector<std::string>& warnings() const;

  private:
    friend struct engine::LoadedModel;
    explicit Model(std::shared_ptr<const engine::LoadedModel> loaded) : loaded_(std::move(loaded)) {}
    std::shared_ptr<const engine::LoadedModel> loaded_;
};

}  // namespace featherface
