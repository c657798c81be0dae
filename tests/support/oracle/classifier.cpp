// The MobileNetV1-0.25 ImageNet classifier the backbone was trained as: global average of stage 3, then `fc`.
#include "support/oracle/modules.hpp"

namespace featherface::test::oracle {

Tensor run_classifier(const Weights& weights, const Tensor& input, const Observer& observer) {
    Modules m(weights, observer);
    const Levels stages = m.backbone("", input);
    return m.linear("fc", spatial_mean(stages[2]));
}

}  // namespace featherface::test::oracle
