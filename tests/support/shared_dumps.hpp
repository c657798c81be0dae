// PyTorch's reference dumps for the published checkpoints, as paths of shared_data.hpp.
#pragma once

#include <string_view>

namespace featherface::test {

struct SharedDump {
    std::string_view file;
    std::string_view checkpoint;
};

inline constexpr std::string_view kSharedV1 = "weights/mobilenet0.25_Final.pth";
inline constexpr std::string_view kSharedV2 = "weights/v2/FeatherFaceV2_untrained.pth";
inline constexpr std::string_view kSharedTrialV2 = "weights/v2/FeatherFaceV2_trial.pth";

inline constexpr SharedDump kDetectorDumps[] = {
    {"reference/v1_160x128_all.npz", kSharedV1},
    {"reference/v1_333x257_stages.npz", kSharedV1},
    {"reference/v1_640x640_outputs.npz", kSharedV1},
    {"reference/v1_700x405_outputs.npz", kSharedV1},
    {"reference/v2_160x128_all.npz", kSharedV2},
    {"reference/v2_333x257_stages.npz", kSharedV2},
    {"reference/v2_640x640_outputs.npz", kSharedV2},
    {"reference/v2_700x405_outputs.npz", kSharedV2},
    {"reference/v2trial_333x257_stages.npz", kSharedTrialV2},
    {"reference/v2trial_700x405_outputs.npz", kSharedTrialV2},
};
inline constexpr SharedDump kClassifierDump = {"reference/backbone_224x224.npz",
                                               "weights/mobilenetV1X0.25_pretrain.tar"};

}  // namespace featherface::test
