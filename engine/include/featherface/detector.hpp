// Finds faces. A Detector holds the memory one running call needs: use one a thread; they may share a Model.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "featherface/face.hpp"
#include "featherface/image.hpp"
#include "featherface/layer_observer.hpp"
#include "featherface/model.hpp"
#include "featherface/status.hpp"

namespace featherface {

struct DetectorOptions {
    float score_threshold = 0.5f;  // faces strictly above it are returned; [0, 1]
    float nms_threshold = 0.4f;    // a face overlapping a better one by more (IoU) is dropped; [0, 1]
    int top_k = 5000;              // candidates that enter NMS, best first; >= 1
    int keep = 750;                // faces returned at most; >= 1
    int max_side = 0;              // larger pictures are shrunk so that their longer side is this; 0: never
    int threads = 1;               // >= 1
};

// Raw network outputs, one row an anchor: valid until the Detector's next call.
struct RawOutputs {
    int anchors = 0;
    std::span<const float> loc;     // anchors x 4: dx, dy, dw, dh
    std::span<const float> conf;    // anchors x 2: background, face (softmax)
    std::span<const float> landms;  // anchors x 10
};

// Where the time of the last call went, in milliseconds.
struct Timings {
    double preprocess = 0, network = 0, postprocess = 0;
};

class Detector {
  public:
    // Errors: invalid_argument (an option out of range); wrong_model (the model is no detector).
    static Result<Detector> create(Model model, const DetectorOptions& options = {});

    Detector(Detector&&) noexcept;
    Detector& operator=(Detector&&) noexcept;
    ~Detector();

    // Faces by falling score, in pixels of the given picture (also when it was shrunk); boxes are not
    // clipped. Memory is laid out anew when the picture's size differs from the last one's. Errors:
    // invalid_argument.
    Result<std::vector<Face>> detect(const ImageView& image);

    // The network alone, on the picture as it is (no shrinking). `observer`, if given, is told of every
    // step. Errors: invalid_argument.
    Result<RawOutputs> forward(const ImageView& image, LayerObserver* observer = nullptr);

    // By how much the last picture was shrunk: 1 when it was not.
    float last_scale() const;
    const Timings& last_timings() const;
    const Model& model() const;

  private:
    struct Impl;
    explicit Detector(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace featherface
