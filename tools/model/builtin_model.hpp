// The packed model inside the program: a FeatherFace V2, so that faces are found with no file at hand.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace featherface::tools {

// What stands for it in messages and reports.
constexpr std::string_view kBuiltinModelName = "built-in FeatherFaceV2_final.pth";

constexpr std::string_view kUsingBuiltinModel = "no -m: using the built-in FeatherFace V2";
constexpr std::string_view kNoBuiltinModel = "give a checkpoint, -m FILE: this program was built without one";

// The bytes of tools/model/FeatherFaceV2_final.ffm; none when built with FEATHERFACE_BUILTIN_MODEL=OFF.
std::span<const std::uint8_t> builtin_model();

}  // namespace featherface::tools
