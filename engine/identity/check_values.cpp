#include "engine/identity/check_values.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>

#include "engine/identity/text.hpp"

namespace featherface::engine {

namespace {

// Collects odd values of one kind, and says where the first were.
class Finding {
  public:
    void add(const std::string& tensor, std::int64_t odd, std::size_t of) {
        if (odd == 0) return;
        if (tensors_++ == 0) {
            first_ =
                "'" + tensor + "' (" + grouped(odd) + " of " + grouped(static_cast<std::int64_t>(of)) + ")";
        }
    }

    void report(const std::string& what, std::vector<std::string>& warnings) const {
        if (tensors_ == 0) return;
        std::string others;
        if (tensors_ > 1) {
            others = " and in " + grouped(tensors_ - 1) + (tensors_ == 2 ? " more tensor" : " more tensors");
        }
        warnings.push_back(what + " in " + first_ + others);
    }

  private:
    std::int64_t tensors_ = 0;
    std::string first_;
};

// Counted as numbers as long as a float, several at once; no tensor of a network has more values.
std::int64_t count_not_finite(std::span<const float> values) {
    std::uint32_t count = 0;
    for (const float value : values) count += !(std::abs(value) <= std::numeric_limits<float>::max());
    return count;
}

std::int64_t count_negative(std::span<const float> values) {
    std::uint32_t count = 0;
    for (const float value : values) count += value < 0;
    return count;
}

}  // namespace

std::vector<std::string> check_values(const Graph& graph) {
    Finding not_finite, negative;
    for (const Parameter& parameter : graph.parameters) {
        const std::span<const float> values = parameter.values;
        not_finite.add(parameter.name, count_not_finite(values), values.size());
        if (parameter.name.ends_with(".running_var")) {
            negative.add(parameter.name, count_negative(values), values.size());
        }
    }
    std::vector<std::string> warnings;
    not_finite.report("NaN or infinite values", warnings);
    negative.report("negative running variances", warnings);
    return warnings;
}

}  // namespace featherface::engine
