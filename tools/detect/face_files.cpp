#include "tools/detect/face_files.hpp"

#include <cstddef>
#include <string>
#include <vector>

#include "featherface/crop.hpp"
#include "loaders/error.hpp"
#include "tools/files/output_file.hpp"
#include "tools/pictures/draw.hpp"
#include "tools/pictures/image_write.hpp"

namespace featherface::tools {

namespace {

Status make_folder_of(const std::filesystem::path& file) {
    return file.has_parent_path() ? make_folder(file.parent_path()) : Status();
}

}  // namespace

Status write_drawing(const std::filesystem::path& path, Image image, std::span<const Face> faces) {
    if (Status status = make_folder_of(path); !status.ok()) return status;
    const std::vector<Face> best_last(faces.rbegin(), faces.rend());
    draw_faces(image, best_last);  // where faces overlap, the best is seen
    return write_image(path, image.view());
}

Status write_crops(const std::filesystem::path& stem, const ImageView& image, std::span<const Face> faces,
                   std::optional<float> margin) {
    if (Status status = make_folder_of(stem); !status.ok()) return status;
    for (std::size_t i = 0; i < faces.size(); ++i) {
        const auto crop = margin ? crop_face(image, faces[i], *margin) : align_face(image, faces[i]);
        if (crop.status().code() == StatusCode::invalid_argument) continue;
        if (!crop.ok()) return loaders::in_file(stem.native(), crop.status());
        std::filesystem::path path = stem;
        path.concat("-").concat(std::to_string(i + 1)).concat(".png");
        if (Status status = write_image(path, crop->view()); !status.ok()) return status;
    }
    return {};
}

}  // namespace featherface::tools
