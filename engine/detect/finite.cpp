#include "engine/detect/finite.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "loaders/error.hpp"

namespace featherface::engine {

bool all_finite(std::span<const float> values) {
    // All bits of the exponent are set in what is no number. There is no branch, so that a compiler takes
    // several at a time.
    constexpr std::uint32_t kExponent = 0x7f800000;
    std::uint32_t found = 0;
    for (const float value : values) {
        found |= (std::bit_cast<std::uint32_t>(value) & kExponent) == kExponent ? 1u : 0u;
    }
    return found == 0;
}

void FiniteObserver::value(const Node& node, const Shape&, ConstMap map) {
    // The picture is the caller's, and views have been seen as what they are views of.
    const Step& step = program_.schedule.steps[step_];
    if (found_ || !program_.schedule.runs(step)) return;
    for (int y = 0; y < map.height; ++y) {
        for (int x = 0; x < map.width; ++x) {
            if (all_finite({map.pixel(y, x), static_cast<std::size_t>(map.channels)})) continue;
            found_ = true;
            const auto inside = names_inside(program_.graph, step);
            if (!inside.empty()) first_inside_ = inside.front();
            name_ = !node.names.empty() ? node.names.front()
                    : !inside.empty()   ? inside.back()
                                        : std::string(kind_of(node.operation));
            return;
        }
    }
}

Status FiniteObserver::status() const {
    std::string first = "in an output";
    if (found_) first = "first in layer " + loaders::quoted(name_);
    if (!first_inside_.empty()) {
        first += ", which is computed in one step with those before it from " +
                 loaders::quoted(first_inside_) + " on";
    }
    return loaders::error(StatusCode::malformed, "the network computes values that are not finite, " + first,
                          {.hint = "its weights are damaged or too large: check the checkpoint's SHA-256"});
}

}  // namespace featherface::engine
