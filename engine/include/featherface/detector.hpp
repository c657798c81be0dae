// A Detector finds faces. It holds the memory that one running call needs: use one per thread; they may share
// a Model.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "featherface/face.hpp"
#include "featherface/image.hpp"
#include "featherface/layer_observer.hpp"
#include "featherface/model.hpp"
#include "featherface/raw_outputs.hpp"
#include "featherface/status.hpp"

namespace featherface {

namespace engine {
class DetectorState;  // the library's own
}
// These are values of DetectorOptions::scales.
constexpr std::uint32_t kOwnScale = 1;
constexpr std::uint32_t kAutoScales = 0;
constexpr int kMostHalvings = 24;  // bits above this one are refused
// kAutoScales is kOwnScale for pictures whose longer side is at most this many pixels, and else every half
// down to the first such size.
constexpr int kAutoScalesSide = 640;

struct DetectorOptions {
    float score_threshold = 0.5f;  // faces strictly above it are returned; 0 to 1
    // Of two faces that overlap by more (intersection over union, 0 to 1) only the better is returned. Areas
    // count both border pixels, as in the reference: (x2 - x1 + 1) * (y2 - y1 + 1).
    float nms_threshold = 0.4f;
    int top_k = 5000;     // candidates that enter NMS, best first; >= 1
    int max_faces = 750;  // faces returned at most, the best; >= 1
    // Pictures with a longer side than this many pixels are shrunk to it by averaging (as PIL's BILINEAR
    // does); 0: never.
    int max_side = 0;
    // The sizes at which a picture (shrunk to max_side first) is looked at, as a set of bits: bit k stands
    // for 1 / 2^k of its sides, kOwnScale for the picture as it is, kAutoScales for as many as it calls for.
    // The anchors end at 512 pixels: a much larger face comes out as several parts of it at its own size, and
    // as one face where the picture is smaller. The faces of all sizes are merged.
    std::uint32_t scales = kOwnScale;
    // Faces that lie on their side or stand on their head are looked for too, by turning the picture: four
    // times the work.
    bool turns = false;
    // 1 to 1024, the calling one included; no more than there are cores are used, and fewer for a small
    // picture. Results are the same bits for any number.
    int threads = 1;

    // How often the largest of the sizes that are looked at is halved: with max_side, what ImageReadOptions
    // needs to know.
    int halvings() const;
};

// Where the time of the last call went, in milliseconds.
struct Timings {
    double preprocess = 0;   // shrinking, halving, turning; memory, where the size is a new one
    double network = 0;      // all layers, and the observer if there is one
    double postprocess = 0;  // decoding, NMS; 0 of forward()
};

class Detector {
  public:
    // A detector made so is empty, as a moved-from one is: it can be assigned to and destroyed; detect(),
    // forward() and set_options() refuse (invalid_argument).
    Detector();
    bool empty() const;

    // Errors: invalid_argument (an option out of range); wrong_model (the model is no detector);
    // out_of_memory.
    static Result<Detector> create(Model model, const DetectorOptions& options = {});

    Detector(Detector&&) noexcept;
    Detector& operator=(Detector&&) noexcept;
    ~Detector();

    // Faces by falling score, in pixels of the given picture (also when it was shrunk, halved or turned);
    // boxes are not clipped. A candidate whose box or landmarks are not finite is no face. Memory is laid out
    // anew when the picture's size differs from the last one's. Errors: invalid_argument (the view);
    // limit_exceeded (the picture is larger than kMaxPictureSide or kMaxPicturePixels); out_of_memory;
    // malformed (the network computes values that are not finite: the message names its first such layer).
    // After an error the detector works on.
    Result<std::vector<Face>> detect(const ImageView& image);
    // The same into a vector of the caller's, which is empty after an error. From the second of several
    // pictures of one size on, nothing is allocated unless there are more faces than before.
    Status detect(const ImageView& image, std::vector<Face>& faces);

    // The options count from the next picture on. Errors: invalid_argument (an option out of range, another
    // number of threads than the detector was made with).
    Status set_options(const DetectorOptions& options);
    DetectorOptions options() const;

    // Bytes that the network takes for a picture of this size, looked at in one size; kept until a larger one
    // comes, or trim(). Errors: invalid_argument (a side below 1); limit_exceeded.
    Result<std::size_t> memory_for(int width, int height) const;
    // trim() gives back the memory that pictures took, with the last RawOutputs; the next picture takes what
    // it needs.
    void trim();

    // The network runs alone, on the picture as it is (no shrinking, one size, one turn). `observer`, if
    // given, is told of every step. Errors: as detect().
    Result<RawOutputs> forward(const ImageView& image, LayerObserver* observer = nullptr);

    // How much smaller the last call's picture was made: 0.25 when a quarter of its sides was left, 1 when it
    // was not shrunk.
    float last_scale() const;
    // The sizes at which the last call looked at that picture, as in DetectorOptions::scales, kAutoScales
    // resolved.
    std::uint32_t last_scales() const;
    // Whether the last detect() found more than max_faces.
    bool last_is_cut() const;
    const Timings& last_timings() const;
    // Threads in use: DetectorOptions::threads, or fewer where there are fewer cores, or the system lets no
    // more start.
    int threads() const;
    const Model& model() const;

  private:
    explicit Detector(std::unique_ptr<engine::DetectorState> state);
    std::unique_ptr<engine::DetectorState> state_;
};

}  // namespace featherface
