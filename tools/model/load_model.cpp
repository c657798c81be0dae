#include "tools/model/load_model.hpp"

#include "tools/cli/streams.hpp"
#include "tools/model/builtin_model.hpp"

namespace featherface::tools {

Result<Model> load_model(const std::string& file, const ModelOptions& options) {
    auto model = Model::load(file, options);
    if (model.ok()) {
        for (const std::string& warning : model->warnings()) message("warning: " + file + ": " + warning);
    }
    return model;
}

Result<Model> load_model_or_builtin(const std::optional<std::string>& file, const ModelOptions& options) {
    if (file) return load_model(*file, options);
    return Model::from_bytes(builtin_model(), kBuiltinModelName, options);
}

}  // namespace featherface::tools
