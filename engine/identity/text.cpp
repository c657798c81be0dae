#include "engine/identity/text.hpp"

namespace featherface::engine {

std::string grouped(std::int64_t number) {
    std::string digits = std::to_string(number);
    const std::size_t first_digit = number < 0 ? 1 : 0;
    for (std::size_t end = digits.size(); end > first_digit + 3; end -= 3) digits.insert(end - 3, 1, ',');
    return digits;
}

std::string shape_text(std::span<const std::int64_t> shape) {
    std::string text = "(";
    for (const std::int64_t extent : shape) {
        if (text.size() > 1) text += ", ";
        text += std::to_string(extent);
    }
    return text + ")";
}

std::string type_text(const loaders::CheckpointTensor& tensor) {
    const std::string element =
        tensor.dtype == loaders::DType::other ? tensor.dtype_name : loaders::name_of(tensor.dtype);
    return tensor.layout.empty() ? element : tensor.layout + " " + element;
}

}  // namespace featherface::engine
