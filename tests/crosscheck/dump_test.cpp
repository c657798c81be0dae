#include "tools/crosscheck/dump.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "crosscheck/reference.hpp"
#include "engine/loaded_model.hpp"
#include "featherface/version.hpp"
#include "support/differences.hpp"
#include "support/files.hpp"
#include "support/json.hpp"
#include "support/seeded_model.hpp"
#include "support/seeded_weights.hpp"
#include "support/status_checks.hpp"
#include "tools/crosscheck/comparison.hpp"

namespace featherface::tools {
namespace {

using test::TempDir;

constexpr int kDumpedHeight = 33, kDumpedWidth = 47;
using Names = std::set<std::string>;

tools::NpzReader dumped(std::string_view network, Layers layers, const std::filesystem::path& path) {
    const Model model = test::seeded_model(network, options_to_observe(layers));
    engine::Session session(engine::program_of(model), 1);
    const NetworkInput input = input_from(test::noise(kDumpedWidth, kDumpedHeight), model.architecture());
    const Status status = write_dump(session, model, input, layers, path);
    REQUIRE_MESSAGE(status.ok(), status.message());
    return test::open_npz(path);
}

Names names_in(const tools::NpzReader& npz) {
    Names names(npz.names().begin(), npz.names().end());
    CHECK(names.size() == npz.names().size());
    return names;
}

TEST_CASE("dump: outputs are the network's, its input, and what detection makes of them") {
    const TempDir dir;
    const Names around = {"image_bgr", "input", "priors", "dets", "__meta__", "loc", "conf", "landms"};
    CHECK(names_in(dumped("v1", Layers::outputs, dir / "v1.npz")) == around);
    CHECK(names_in(dumped("v2", Layers::outputs, dir / "v2.npz")) == around);
    CHECK(names_in(dumped("classifier", Layers::outputs, dir / "c.npz")) ==
          Names{"image_bgr", "input", "__meta__", "logits"});
}

TEST_CASE("dump: stages are exactly those PyTorch's reference dumps hold, in the order they are computed") {
    const TempDir dir;
    for (const std::string_view network : test::kNetworks) {
        CAPTURE(network);
        const auto reference =
            test::open_npz(test::data_file("networks/" + std::string(network) + "_47x33.npz"));
        Names expected = names_in(reference);
        expected.insert({"input", "image_bgr", "__meta__"});
        if (network != "classifier") expected.insert({"priors", "dets"});
        const auto dump = dumped(network, Layers::stages, dir / "d.npz");
        CHECK(names_in(dump) == expected);
        CHECK(dump.names().front() == "input");
        CHECK(dump.names().back() == "__meta__");
    }
}

TEST_CASE("dump: all has the output of every PyTorch module") {
    const TempDir dir;
    for (const std::string_view network : test::kNetworks) {
        CAPTURE(network);
        const Names names = names_in(dumped(network, Layers::all, dir / "d.npz"));
        for (const test::ModuleSummary& module : test::module_summaries(network)) {
            CHECK_MESSAGE(names.count(module.name) == 1, module.name);
        }
    }
}

TEST_CASE("dump: every value is the oracle's, and every shape PyTorch's") {
    const TempDir dir;
    for (const std::string_view network : test::kDetectors) {
        for (const Layers layers : {Layers::outputs, Layers::stages, Layers::all}) {
            CAPTURE(network);
            const auto reference =
                test::seeded_reference(network, kDumpedHeight, kDumpedWidth).write(dir / "r.npz");
            const auto dump = dumped(network, layers, dir / "d.npz");
            const auto comparison = compare_dumps(dump, reference, {.layers = layers});
            REQUIRE(comparison.ok());
            for (const Row& row : comparison.value().rows) {
                if (row.verdict != Verdict::one_sided)
                    CHECK_MESSAGE(row.verdict == Verdict::agrees, row.name);
            }
            for (const std::string& name : dump.names()) {
                if (!reference.contains(name)) continue;
                CHECK(dump.read(name).value().shape == reference.read(name).value().shape);
                CHECK(dump.read(name).value().dtype == loaders::DType::f32);
            }
        }
    }
}

TEST_CASE("dump: faces are PyTorch's") {
    const TempDir dir;
    for (const std::string_view network : {"v1", "v2"}) {
        const auto reference =
            test::open_npz(test::data_file("networks/" + std::string(network) + "_47x33.npz"));
        const auto comparison = compare_dumps(dumped(network, Layers::stages, dir / "d.npz"), reference, {});
        REQUIRE(comparison.ok());
        CHECK(comparison.value().agrees());
        const auto& rows = comparison.value().rows;
        const auto dets =
            std::find_if(rows.begin(), rows.end(), [](const Row& row) { return row.name == "dets"; });
        REQUIRE(dets != rows.end());
        CHECK(dets->verdict == Verdict::agrees);
    }
}

TEST_CASE("dump: a teacher gives logits, regressions and the maps that enter the heads, and nothing else") {
    const TempDir dir;
    for (const std::string_view network : test::kDetectors) {
        CAPTURE(network);
        const auto teacher = dumped(network, Layers::teacher, dir / "t.npz");
        Names expected = {"logits", "loc", "landms", "__meta__"};
        for (const std::string level : {"1", "2", "3"}) {
            const bool alone = network == "ff489k" || network == "ffca";
            expected.insert(alone ? "cs" + level : "ssh" + level + (network == "retinaface" ? "" : "_cs"));
        }
        CHECK(names_in(teacher) == expected);
        const auto outputs = dumped(network, Layers::outputs, dir / "o.npz");
        const std::vector<float> logits = teacher.read_f32("logits").value(),
                                 conf = outputs.read_f32("conf").value();
        REQUIRE(logits.size() == conf.size());
        for (std::size_t i = 0; i < logits.size(); i += 2) {
            CHECK(conf[i + 1] ==
                  doctest::Approx(1 / (1 + std::exp(logits[i] - logits[i + 1]))).epsilon(1e-5));
        }
        // Where the heads see a shuffled map, which is asked for here and else a part of their weights, their
        // sums have another order.
        CHECK(test::largest_error(teacher.read_f32("loc").value(), outputs.read_f32("loc").value()) <= 1e-5);
    }
    const Model model = test::seeded_model("classifier");
    engine::Session session(engine::program_of(model), 1);
    const NetworkInput input = input_from(test::noise(9, 9), model.architecture());
    test::check_refused(write_dump(session, model, input, Layers::teacher, dir / "none.npz"),
                        StatusCode::wrong_model, {"classifier"});
    CHECK_FALSE(std::filesystem::exists(dir / "none.npz"));
}

TEST_CASE("dump: __meta__ says of what and by what it was made") {
    const TempDir dir;
    const auto dump = dumped("v2", Layers::stages, dir / "d.npz");
    const auto bytes = dump.read("__meta__").value();
    CHECK(bytes.dtype == loaders::DType::u8);
    const test::Json meta =
        test::parse_json({reinterpret_cast<const char*>(bytes.bytes.data()), bytes.bytes.size()});
    const Model model = test::seeded_model("v2");
    CHECK(meta["schema"].whole() == 1);
    CHECK(meta["producer"].string() == "featherface");
    CHECK(meta["version"].string() == FEATHERFACE_VERSION);
    CHECK(meta["arch"].string() == model.cpu_architecture());
    CHECK(meta["model"]["name"].string() == "FeatherFace V2");
    CHECK(meta["model"]["parameters"].whole() == 256156);
    CHECK(meta["model"]["sha256"].string() == model.sha256());
    CHECK(meta["width"].whole() == kDumpedWidth);
    CHECK(meta["height"].whole() == kDumpedHeight);
    CHECK(meta["layers"].string() == "stages");
}

TEST_CASE("dump: where it cannot be written, that is said and nothing is left") {
    const TempDir dir;
    const Model model = test::seeded_model("v2");
    engine::Session session(engine::program_of(model), 1);
    const NetworkInput input = input_from(test::noise(9, 9), model.architecture());
    test::check_refused(write_dump(session, model, input, Layers::outputs, dir / "no" / "d.npz"),
                        StatusCode::output_error, {"d.npz"});
    CHECK(std::filesystem::is_empty(dir.path()));
}

}  // namespace
}  // namespace featherface::tools
