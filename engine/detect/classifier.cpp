#include "featherface/classifier.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "engine/detect/classifier_input.hpp"
#include "engine/detect/finite.hpp"
#include "engine/loaded_model.hpp"
#include "engine/runtime/session.hpp"
#include "loaders/guarded.hpp"

namespace featherface {

Result<std::vector<float>> classify(const Model& model, const ImageView& image, int threads) {
    const auto work = [] { return std::string("classifying a picture"); };
    return loaders::guarded(work, [&]() -> Result<std::vector<float>> {
        if (Status status = validate(image); !status.ok()) return status;
        if (threads < 1 || threads > engine::kMaxThreads) {
            return Status(StatusCode::invalid_argument, "threads is " + std::to_string(threads) +
                                                            "; allowed: 1 to " +
                                                            std::to_string(engine::kMaxThreads));
        }
        if (model.empty()) return Status(StatusCode::invalid_argument, "an empty Model");
        if (model.architecture() != Architecture::mobilenet_classifier) {
            return Status(StatusCode::wrong_model,
                          std::string(name_of(model.architecture())) +
                              " has no classes to tell; load the ImageNet classifier, "
                              "mobilenetV1X0.25_pretrain.tar");
        }
        engine::Session session(engine::program_of(model), threads);
        const std::vector<float> input = engine::classifier_input(image);
        const auto run = [&](engine::Observer* observer) {
            session.run_nchw(input, engine::kClassifierSide, engine::kClassifierSide, observer);
        };
        run(nullptr);
        const kernels::ConstMap logits = session.output("logits");
        std::vector<float> probabilities(logits.data, logits.data + logits.channels);
        if (!engine::all_finite(probabilities)) {
            return engine::not_finite(session, [&](engine::Observer& observer) { run(&observer); });
        }
        const float largest = *std::max_element(probabilities.begin(), probabilities.end());
        float sum = 0;
        for (float& value : probabilities) sum += value = std::exp(value - largest);
        for (float& value : probabilities) value /= sum;
        return probabilities;
    });
}

}  // namespace featherface
