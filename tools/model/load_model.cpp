#include "tools/model/load_model.hpp"

#include "tools/cli/streams.hpp"
#include "tools/model/builtin_model.hpp"

namespace featherface::tools {

ModelOptions Reading::set_in(ModelOptions options) const {
    options.key = key.value_or("");
    options.ignore_calls = ignore_calls;
    options.precision = static_cast<Precision>(precision);
    return options;
}

void declare_key(Arguments& arguments, std::optional<std::string>& target) {
    arguments.text(0, "key", "NAME",
                   "where a checkpoint holds several networks: the entry to take (a.b for one in another)",
                   target);
}

void declare_reading(Arguments& arguments, Reading& reading) {
    declare_key(arguments, reading.key);
    arguments.flag("ignore-calls",
                   "read a checkpoint that asks PyTorch to call something; nothing is ever called here",
                   reading.ignore_calls);
}

void declare_precision(Arguments& arguments, Reading& reading) {
    arguments.choice("precision",
                     "how to compute; as-made: with 8 bits what `quantize` has made, all else in float32",
                     reading.precision, {"as-made", "float32", "int8"});
}

Result<Model> load_model(const std::string& file, const ModelOptions& options) {
    auto model = Model::load(file, options);
    if (model.ok()) {
        for (const std::string& warning : model->warnings()) message("warning: " + file + ": " + warning);
    }
    return model;
}

Result<Model> load_model_or_builtin(const std::optional<std::string>& file, const ModelOptions& options) {
    if (file) return load_model(*file, options);
    return Model::in_place(builtin_model(), kBuiltinModelName, options);
}

}  // namespace featherface::tools
