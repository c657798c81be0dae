// What a benchmark runs: a model at a size on so many threads, and one picture through it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/detect/postprocess.hpp"
#include "engine/runtime/session.hpp"
#include "featherface/image.hpp"
#include "featherface/model.hpp"

namespace featherface::tools {

struct Case {
    Model model;
    std::string network, file;  // "FeatherFace V1"; the checkpoint's name
    double load = 0;            // nanoseconds that loading it took
    int width = 0, height = 0, threads = 1;
    bool layerwise = false;

    std::string name() const;  // "FeatherFace V1/640x640/threads:1/avx2/fused"
};

// The phases of detection, to be called in order, each on its own. The picture is noise, the same for every
// case of a size; in that few faces or none are found, as in a photo.
class Phases {
  public:
    Phases(const Case& subject, std::unique_ptr<engine::ThreadPool> pool);

    void prepare() { session_.prepare(picture_.height, picture_.width); }
    void preprocess() { prepare(); }  // nothing is left to do: the network reads the picture
    void network(engine::Observer* observer = nullptr) { session_.run(picture_.view(), observer); }
    void postprocess();  // from anchors to faces; nothing for a classifier

    engine::Session& session() { return session_; }
    const engine::Session& session() const { return session_; }
    const std::vector<Face>& faces() const { return faces_; }

  private:
    bool is_detector_;
    engine::Session session_;
    Image picture_;
    engine::FaceFinder finder_;
    std::vector<Face> faces_;
};

}  // namespace featherface::tools
