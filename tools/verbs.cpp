#include "tools/verbs.hpp"

namespace featherface::tools {

std::span<const Verb> verbs() {
    static constexpr Verb kVerbs[] = {
        {"detect", "find faces in pictures", detect},
        {"verify", "say what a checkpoint is", verify},
        {"inspect", "list what a checkpoint holds", inspect},
        {"classify", "name a picture's ImageNet classes with the backbone", classify},
        {"dump", "write the values of a run, layer by layer", dump},
        {"compare", "find the first layer that differs from a reference", compare},
        {"bench", "time networks, whole and layer by layer", bench},
        {"eval", "judge a detector by labels or by another model's faces", eval},
        {"pack", "make a checkpoint a packed model, which loads at once", pack},
        {"quantize", "make a packed model that computes with 8 bits, and judge it", quantize},
        {"embed", "make a packed model a source file, for a program of yours", embed},
        {"extract", "write a checkpoint's weights, or its backbone's, as a clean checkpoint", extract},
        {"export", "write a network as ONNX, for other runtimes", export_network},
    };
    return kVerbs;
}

}  // namespace featherface::tools
