// What a cross-check runs a network on: a picture, or the numbers of a dump.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/runtime/session.hpp"
#include "featherface/image.hpp"
#include "featherface/model.hpp"
#include "featherface/status.hpp"
#include "tools/files/npz.hpp"

namespace featherface::tools {

struct NetworkInput {
    int height = 0, width = 0;
    std::vector<float> nchw;       // 1,3,height,width
    std::optional<Image> picture;  // bgr8, where there is one; of another size perhaps
};

// What the network is given for a bgr8 picture: a detector B, G, R minus (104, 117, 123), the classifier and
// the backbone what engine::classifier_input() makes.
NetworkInput input_from(Image picture, Architecture architecture);

// `input` of a dump, or what becomes of its `image_bgr`; one of them it must have. `file` stands in messages.
// Errors: malformed (the shape or type is not that of an input), and as NpzReader::read().
Result<NetworkInput> read_input(const NpzReader& npz, const std::string& file, Architecture architecture);

// Makes the session ready to run() on it.
void run(engine::Session& session, const NetworkInput& input, engine::Observer* observer = nullptr);

}  // namespace featherface::tools
