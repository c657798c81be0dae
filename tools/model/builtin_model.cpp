#include "tools/model/builtin_model.hpp"

#include "featherface/model.hpp"

namespace featherface::tools {

std::span<const std::uint8_t> builtin_model() {
#ifdef FEATHERFACE_BUILTIN_MODEL
    return {reinterpret_cast<const std::uint8_t*>(featherface_embedded_model),
            static_cast<std::size_t>(featherface_embedded_model_size)};
#else
    return {};
#endif
}

}  // namespace featherface::tools
