// The picture as floats is 12 bytes a pixel that are written once and read once.
#include "engine/passes/passes.hpp"
#include "engine/passes/rewrite.hpp"

namespace featherface::engine {

Graph fuse_pixels(Graph graph) {
    Rewriting rewriting(std::move(graph));
    for (std::size_t i = 0; i < rewriting.size(); ++i) {
        const auto* conv = std::get_if<Conv>(&rewriting.old(i).operation);
        if (conv && conv->geometry == kernels::kStem && rewriting.reads_alone(i)) {
            const ValueId input = rewriting.now(rewriting.old(i).inputs[0]);
            Node& reader = rewriting.node(input);
            if (std::holds_alternative<ReadPixels>(reader.operation)) {
                Conv reading = *conv;
                reading.reads_pixels = true;
                reader.operation = reading;
                rewriting.absorb(input, i);
                continue;
            }
        }
        rewriting.keep(i);
    }
    return rewriting.finish();
}

}  // namespace featherface::engine
