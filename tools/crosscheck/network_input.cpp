#include "tools/crosscheck/network_input.hpp"

#include <cstring>
#include <utility>

#include "engine/detect/classifier_input.hpp"
#include "tools/crosscheck/layers.hpp"
#include "tools/crosscheck/preprocessing.hpp"
#include "tools/crosscheck/values.hpp"

namespace featherface::tools {

namespace {

constexpr std::int64_t kMostPixels = 100'000'000;

Status wrong(const std::string& file, const std::string& name, const TensorShape& shape,
             const std::string& what) {
    return {StatusCode::malformed,
            file + ": '" + name + "' has the shape " + shape_text(shape) + ": " + what};
}

Status read_numbers(const NpzReader& npz, const std::string& file, NetworkInput& input) {
    TensorShape shape;
    auto values = npz.read_f32("input", &shape);
    if (!values.ok()) return values.status();
    const TensorShape given = shape;
    if (shape.size() == 3) shape.insert(shape.begin(), 1);
    const bool is_nchw = shape.size() == 4 && shape[0] == 1 && shape[1] == 3;
    if (!is_nchw && shape.size() == 4 && shape[0] == 1 && shape[3] == 3)
        return wrong(file, "input", given,
                     "that is NHWC; make it NCHW with numpy.transpose(x, (0, 3, 1, 2))");
    if (!is_nchw) return wrong(file, "input", given, "expected (1, 3, height, width)");
    if (shape[2] < 1 || shape[3] < 1 || shape[2] > kMostPixels / shape[3])
        return wrong(file, "input", given, "expected 1 to 100 million pixels");
    input.height = static_cast<int>(shape[2]);
    input.width = static_cast<int>(shape[3]);
    input.nchw = std::move(values).value();
    return {};
}

Result<Image> read_picture(const NpzReader& npz, const std::string& file) {
    const auto array = npz.read("image_bgr");
    if (!array.ok()) return array.status();
    const TensorShape& shape = array.value().shape;
    if (shape.size() != 3 || shape[2] != 3 || shape[0] < 1 || shape[1] < 1 ||
        shape[0] > kMostPixels / shape[1])
        return wrong(file, "image_bgr", shape, "expected (height, width, 3), 1 to 100 million pixels");
    if (array.value().dtype != loaders::DType::u8) {
        return Status(StatusCode::malformed,
                      file + ": 'image_bgr' is " + name_of(array.value().dtype) + ", expected uint8");
    }
    Image picture{static_cast<int>(shape[1]), static_cast<int>(shape[0]), PixelFormat::bgr8, {}};
    picture.pixels.resize(array.value().bytes.size());
    std::memcpy(picture.pixels.data(), array.value().bytes.data(), picture.pixels.size());
    return picture;
}

}  // namespace

NetworkInput input_from(Image picture, Architecture architecture) {
    NetworkInput input;
    if (is_detector(architecture)) {
        input = right_preprocessing().apply(planes_of(picture));
    } else {
        input.height = input.width = engine::kClassifierSide;
        input.nchw = engine::classifier_input(picture.view());
    }
    input.picture = std::move(picture);
    return input;
}

Result<NetworkInput> read_input(const NpzReader& npz, const std::string& file, Architecture architecture) {
    NetworkInput input;
    const bool has_numbers = npz.contains("input"), has_picture = npz.contains("image_bgr");
    if (!has_numbers && !has_picture) {
        return Status(StatusCode::malformed,
                      file + ": has neither 'input' nor 'image_bgr' to run the network on");
    }
    if (has_picture) {
        auto picture = read_picture(npz, file);
        if (!picture.ok()) return picture.status();
        if (!has_numbers) return input_from(std::move(picture).value(), architecture);
        input.picture = std::move(picture).value();
    }
    if (Status status = read_numbers(npz, file, input); !status.ok()) return status;
    return input;
}

void run(engine::Session& session, const NetworkInput& input, engine::Observer* observer) {
    session.run_nchw(input.nchw, input.height, input.width, observer);
}

}  // namespace featherface::tools
