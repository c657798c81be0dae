// ONNX Runtime as a comparison needs it: a model with one input, run again and again on the same memory. The
// shared library is loaded at run time and none of its headers are needed. It is for Linux and FP32 only,
// with the CPU provider, optimised as far as it goes, its idle threads spinning (its default).
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "featherface/status.hpp"

namespace featherface::bench {

// The shared library, libonnxruntime.so.1. It stays loaded until the process ends.
class OnnxRuntime {
  public:
    // Errors: io_error (it cannot be loaded), unsupported (it is not ONNX Runtime).
    static Result<OnnxRuntime> load(const std::filesystem::path& library);

    const std::string& version() const { return version_; }

    struct Functions;
    const Functions& functions() const { return *functions_; }

  private:
    std::shared_ptr<const Functions> functions_;
    std::string version_;
};

// A model ready to run. One thread at a time may use it.
class OnnxSession {
  public:
    struct Options {
        int threads = 1;                        // >= 1, the calling one among them
        std::string input;                      // name of the model's only input
        std::vector<std::int64_t> input_shape;  // as the model declares it
        std::vector<std::string> outputs;       // names
    };
    // `model` is a whole .onnx file, needed during the call only; the runtime must outlive the session. The
    // model has run once already when this returns. Errors: internal, with ONNX Runtime's message.
    static Result<OnnxSession> open(const OnnxRuntime& runtime, std::string_view model, Options options);

    OnnxSession(OnnxSession&&) noexcept;
    OnnxSession& operator=(OnnxSession&&) noexcept;
    ~OnnxSession();

    std::span<float> input();  // row-major; zeros at first
    Status run();
    // An output of the last run, row-major, by the place of its name in Options::outputs.
    std::span<const float> output(std::size_t index) const;

  private:
    struct Impl;
    explicit OnnxSession(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace featherface::bench
