#include "engine/operations/shape.hpp"

namespace featherface::engine {

std::vector<std::int64_t> Shape::torch_shape() const {
    switch (kind) {
        case Kind::map: return {1, channels, height, width};
        case Kind::vector: return {1, channels};
        case Kind::anchors: return {1, std::int64_t{height} * width, channels};
        case Kind::row: return {1, 1, channels};
        case Kind::list: return {channels};
    }
    return {};
}

}  // namespace featherface::engine
