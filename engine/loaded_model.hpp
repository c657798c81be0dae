// What a Model holds.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/runtime/program.hpp"
#include "featherface/model.hpp"

namespace featherface::engine {

struct LoadedModel {
    Architecture architecture{};
    std::int64_t parameters = 0;
    std::vector<std::string> warnings;
    std::shared_ptr<const Program> program;

    // Hashing a file takes as long as loading it, and few callers ask: it is done once, when they do. A
    // packed model says it of itself.
    mutable std::function<std::string()> hash;
    mutable std::once_flag hashed;
    mutable std::string sha256;

    static const LoadedModel& of(const Model& model) {
        if (model.empty()) detail::no_value({StatusCode::invalid_argument, "an empty Model"});
        return *model.loaded_;
    }
    static Model as_model(std::shared_ptr<const LoadedModel> loaded) { return Model(std::move(loaded)); }

#if !FEATHERFACE_MINIMAL
    // Model::load() of a network built otherwise: `rewrite`, when there is one, changes the bound graph
    // before the passes see it.
    static Result<Model> load(const std::filesystem::path& path, const ModelOptions& options,
                              const std::function<void(Graph&)>& rewrite);
#endif
    // Model::from_bytes(), or in_place().
    static Result<Model> load_bytes(std::span<const std::uint8_t> bytes, std::string_view name,
                                    const ModelOptions& options, bool in_place);
};

// What a Session of the model runs.
inline std::shared_ptr<const Program> program_of(const Model& model) {
    return LoadedModel::of(model).program;
}

}  // namespace featherface::engine
