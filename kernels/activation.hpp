// The activations, their names, and which of them each kernel can apply to what it computes: kernels, the
// engine's passes and the tests all read the lists here. Their arithmetic is activate() in
// kernels/simd_math.hpp.
#pragma once

namespace featherface::kernels {

enum class Activation { none, relu, leaky_relu, sigmoid, swish };

constexpr const char* name_of(Activation activation) {
    switch (activation) {
        case Activation::none: return "none";
        case Activation::relu: return "relu";
        case Activation::leaky_relu: return "leaky_relu";
        case Activation::sigmoid: return "sigmoid";
        case Activation::swish: return "swish";
    }
    return nullptr;
}

// A list that is known when a kernel is compiled: its epilogue is compiled once for each.
template <Activation... kMembers>
struct Activations {
    static constexpr int count = sizeof...(kMembers);
    static constexpr Activation values[] = {kMembers...};
    static constexpr bool has(Activation activation) { return (... || (activation == kMembers)); }
};

// What the kernel `activate` has: all of them.
using AllActivations = Activations<Activation::none, Activation::relu, Activation::leaky_relu,
                                   Activation::sigmoid, Activation::swish>;
// What the kernels have that are named so; those of ConvEpilogues, every convolution.
using ConvEpilogues = Activations<Activation::none, Activation::relu, Activation::leaky_relu>;
using AddEpilogues = Activations<Activation::none, Activation::relu>;
using WeightedSumEpilogues = Activations<Activation::none, Activation::swish>;
using LinearEpilogues = Activations<Activation::none, Activation::relu, Activation::sigmoid>;

// The compiler warns where name_of() lacks an activation; here it stops where AllActivations does.
static_assert(name_of(static_cast<Activation>(AllActivations::count - 1)) != nullptr &&
                  name_of(static_cast<Activation>(AllActivations::count)) == nullptr,
              "AllActivations has every activation");

}  // namespace featherface::kernels
