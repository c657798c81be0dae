// PyTorch's reference dumps for the published checkpoints, as paths of shared_data.hpp.
#pragma once

#include <string_view>

namespace featherface::test {

struct SharedDump {
    std::string_view file;
    std::string_view checkpoint;
    std::string_view network;  // its short id
};

inline constexpr std::string_view kSharedV1 = "weights/mobilenet0.25_Final.pth";
inline constexpr std::string_view kSharedV2 = "weights/v2/FeatherFaceV2_untrained.pth";
inline constexpr std::string_view kSharedTrialV2 = "weights/v2/FeatherFaceV2_trial.pth";

inline constexpr std::string_view kSharedRetinaFace = "weights/family/retinaface_mobilenet0.25_Final.pth";
inline constexpr std::string_view kShared489K = "weights/family/ff489k_mobilenet0.25_Final.pth";
inline constexpr std::string_view kSharedEcaCbam = "weights/family/featherface_eca_cbam_final.pth";
inline constexpr std::string_view kSharedCoordinate = "weights/family/featherface_v2_best.pth";

inline constexpr std::string_view kDumpFolders[] = {"reference", "reference_family"};
inline constexpr SharedDump kDetectorDumps[] = {
    {"reference/v1_160x128_all.npz", kSharedV1, "v1"},
    {"reference/v1_333x257_stages.npz", kSharedV1, "v1"},
    {"reference/v1_640x640_outputs.npz", kSharedV1, "v1"},
    {"reference/v1_700x405_outputs.npz", kSharedV1, "v1"},
    {"reference/v2_160x128_all.npz", kSharedV2, "v2"},
    {"reference/v2_333x257_stages.npz", kSharedV2, "v2"},
    {"reference/v2_640x640_outputs.npz", kSharedV2, "v2"},
    {"reference/v2_700x405_outputs.npz", kSharedV2, "v2"},
    {"reference/v2trial_333x257_stages.npz", kSharedTrialV2, "v2"},
    {"reference/v2trial_700x405_outputs.npz", kSharedTrialV2, "v2"},
    {"reference_family/retinaface_73x56_all.npz", kSharedRetinaFace, "retinaface"},
    {"reference_family/retinaface_333x257_outputs.npz", kSharedRetinaFace, "retinaface"},
    {"reference_family/ff489k_73x56_all.npz", kShared489K, "ff489k"},
    {"reference_family/ff489k_333x257_outputs.npz", kShared489K, "ff489k"},
    {"reference_family/ffeca_73x56_all.npz", kSharedEcaCbam, "ffeca"},
    {"reference_family/ffeca_333x257_outputs.npz", kSharedEcaCbam, "ffeca"},
    {"reference_family/ffca_73x56_all.npz", kSharedCoordinate, "ffca"},
    {"reference_family/ffca_333x257_outputs.npz", kSharedCoordinate, "ffca"},
};
inline constexpr SharedDump kClassifierDump = {"reference/backbone_224x224.npz",
                                               "weights/mobilenetV1X0.25_pretrain.tar", "classifier"};

}  // namespace featherface::test
