#include "tools/crosscheck/dump.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "featherface/version.hpp"
#include "loaders/guarded.hpp"
#include "tools/crosscheck/faces.hpp"
#include "tools/crosscheck/torch_order.hpp"
#include "tools/files/npz.hpp"
#include "tools/model/checkpoint_json.hpp"

namespace featherface::tools {

namespace {

constexpr std::array<std::string_view, 4> kLayerNames = {"outputs", "stages", "all", "teacher"};

class Dump final : public engine::Observer {
  public:
    Dump(NpzWriter& npz, const LayerSelection& selection) : npz_(npz), selection_(selection) {}

    bool wants(std::string_view name) const { return status_.ok() && selection_.contains(name); }

    void value(const engine::Node& node, const engine::Shape& shape, engine::ConstMap map) override {
        const bool wanted = std::any_of(node.names.begin(), node.names.end(),
                                        [&](const std::string& name) { return wants(name); });
        if (!wanted) return;
        to_torch_order(shape, map, values_);
        for (const std::string& name : node.names) {
            if (wants(name)) add(name, shape.torch_shape(), values_);
        }
    }

    void add(std::string_view name, const TensorShape& shape, std::span<const float> values) {
        if (wants(name)) status_ = npz_.add_f32(name, shape, values);
    }

    void add_bytes(std::string_view name, const TensorShape& shape, std::span<const std::byte> bytes) {
        if (status_.ok()) status_ = npz_.add(name, loaders::DType::u8, shape, bytes);
    }

    const Status& status() const { return status_; }

  private:
    NpzWriter& npz_;
    const LayerSelection& selection_;
    std::vector<float> values_;  // memory used again
    Status status_;
};

std::string meta(const Model& model, const NetworkInput& input, Layers layers) {
    std::string text;
    JsonWriter json(text, JsonWriter::Layout::in_line);
    json.begin_object();
    json.key("schema").value(1);
    json.key("producer").value("featherface");
    json.key("version").value(FEATHERFACE_VERSION);
    json.key("arch").value(model.cpu_architecture());
    json.key("model");
    write_model(json, model);
    json.key("width").value(input.width);
    json.key("height").value(input.height);
    json.key("layers").value(kLayerNames[static_cast<std::size_t>(layers)]);
    json.end_object();
    return text;
}

void add_detection(const engine::Session& session, Dump& dump) {
    if (dump.wants("priors")) {
        const std::vector<float> rows = anchor_rows(session.height(), session.width());
        dump.add("priors", {static_cast<std::int64_t>(rows.size()) / 4, 4}, rows);
    }
    if (dump.wants("dets")) {
        const std::vector<float> rows =
            face_rows(engine::find_faces(session.raw_outputs(), session.height(), session.width(), {}));
        dump.add("dets", face_rows_shape(rows), rows);
    }
}

}  // namespace

Status write_dump(engine::Session& session, const Model& model, const NetworkInput& input, Layers layers,
                  const std::filesystem::path& path) {
    if (layers == Layers::teacher && !is_detector(model.architecture())) {
        return {StatusCode::wrong_model, std::string(name_of(model.architecture())) +
                                             " teaches no detector; give a FeatherFace checkpoint"};
    }
    auto npz = NpzWriter::create(path);
    if (!npz.ok()) return npz.status();
    const LayerSelection selection(layers, model.architecture());
    Dump dump(npz.value(), selection);

    const auto network = [] { return std::string("running the network"); };
    Status ran = loaders::guarded(network, [&] {
        run(session, input, &dump);
        return Status();
    });
    if (!ran.ok()) return ran;
    if (is_detector(model.architecture())) add_detection(session, dump);
    if (input.picture && dump.wants("image_bgr")) {
        dump.add_bytes("image_bgr", {input.picture->height, input.picture->width, 3},
                       std::as_bytes(std::span(input.picture->pixels)));
    }
    const std::string about = meta(model, input, layers);
    dump.add_bytes("__meta__", {static_cast<std::int64_t>(about.size())}, std::as_bytes(std::span(about)));
    return dump.status().ok() ? npz->finish() : dump.status();
}

}  // namespace featherface::tools
