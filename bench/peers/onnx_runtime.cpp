#include "bench/peers/onnx_runtime.hpp"

#include <dlfcn.h>

#include <cstddef>
#include <utility>

namespace featherface::bench {

namespace {

// Handles of the C API. A call that fails returns a Failure, one that succeeds null.
struct Failure;
struct Environment;
struct SessionOptions;
struct Session;
struct MemoryInfo;
struct Tensor;
struct TensorInfo;

enum LogLevel { kLogErrors = 3 };
enum OptimizationLevel { kOptimizeAll = 99 };
enum ElementType { kFloat32 = 1 };
enum AllocatorType { kDeviceAllocator = 0 };
enum MemoryType { kDefaultMemory = 0 };

using AnyFunction = void (*)();

// What OrtGetApiBase() returns.
struct ApiBase {
    const AnyFunction* (*table)(std::uint32_t version);
    const char* (*version)();
};

// Becomes a pointer to whatever function it is assigned to.
struct Entry {
    AnyFunction function;
    template <class Function>
    operator Function*() const {  // NOLINT(google-explicit-constructor)
        return reinterpret_cast<Function*>(function);
    }
};

}  // namespace

// The C API is a table of functions to which releases only ever append: a function keeps its place for good.
// All of these have been there since version 1 of the table.
struct OnnxRuntime::Functions {
    static constexpr std::uint32_t kTableVersion = 1;

    const AnyFunction* table;

    const char* (*error_message)(const Failure*) = entry(2);
    Failure* (*create_environment)(LogLevel, const char* log_id, Environment**) = entry(3);
    Failure* (*create_session_from_memory)(const Environment*, const void* model, std::size_t bytes,
                                           const SessionOptions*, Session**) = entry(8);
    Failure* (*run)(Session*, const void* run_options, const char* const* input_names,
                    const Tensor* const* inputs, std::size_t input_count, const char* const* output_names,
                    std::size_t output_count, Tensor** outputs) = entry(9);
    Failure* (*create_session_options)(SessionOptions**) = entry(10);
    Failure* (*set_optimization_level)(SessionOptions*, OptimizationLevel) = entry(23);
    Failure* (*set_threads)(SessionOptions*, int) = entry(24);
    Failure* (*create_tensor)(const MemoryInfo*, void* data, std::size_t bytes, const std::int64_t* shape,
                              std::size_t rank, ElementType, Tensor**) = entry(49);
    Failure* (*tensor_data)(Tensor*, void** data) = entry(51);
    Failure* (*element_count)(const TensorInfo*, std::size_t*) = entry(64);
    Failure* (*tensor_info)(const Tensor*, TensorInfo**) = entry(65);
    Failure* (*create_cpu_memory_info)(AllocatorType, MemoryType, MemoryInfo**) = entry(69);
    void (*release_environment)(Environment*) = entry(92);
    void (*release_failure)(Failure*) = entry(93);
    void (*release_memory_info)(MemoryInfo*) = entry(94);
    void (*release_session)(Session*) = entry(95);
    void (*release_tensor)(Tensor*) = entry(96);
    void (*release_tensor_info)(TensorInfo*) = entry(99);
    void (*release_session_options)(SessionOptions*) = entry(100);

    Entry entry(std::size_t place) const { return {table[place]}; }
};

Result<OnnxRuntime> OnnxRuntime::load(const std::filesystem::path& library) {
    void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) return Status(StatusCode::io_error, dlerror());
    const auto get_base = reinterpret_cast<const ApiBase* (*)()>(dlsym(handle, "OrtGetApiBase"));
    const AnyFunction* table = get_base ? get_base()->table(Functions::kTableVersion) : nullptr;
    if (table == nullptr) return Status(StatusCode::unsupported, library.string() + " is not ONNX Runtime");

    OnnxRuntime runtime;
    runtime.functions_ = std::make_shared<Functions>(Functions{table});
    runtime.version_ = get_base()->version();
    return runtime;
}

struct OnnxSession::Impl {
    const OnnxRuntime::Functions& api;
    Options options;
    std::vector<const char*> output_names;
    std::vector<float> input;
    std::vector<std::span<const float>> outputs;

    Environment* environment = nullptr;
    SessionOptions* session_options = nullptr;
    Session* session = nullptr;
    MemoryInfo* memory_info = nullptr;
    Tensor* input_tensor = nullptr;
    std::vector<Tensor*> output_tensors;

    Impl(const OnnxRuntime::Functions& functions, Options chosen)
        : api(functions), options(std::move(chosen)), output_tensors(options.outputs.size()) {
        for (const std::string& name : options.outputs) output_names.push_back(name.c_str());
        std::size_t elements = 1;
        for (const std::int64_t extent : options.input_shape) elements *= static_cast<std::size_t>(extent);
        input.resize(elements);
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    ~Impl() {
        for (Tensor* tensor : output_tensors) api.release_tensor(tensor);
        api.release_tensor(input_tensor);
        api.release_memory_info(memory_info);
        api.release_session(session);
        api.release_session_options(session_options);
        api.release_environment(environment);
    }

    Status error(Failure* failure) const {
        Status status(StatusCode::internal, std::string("ONNX Runtime: ") + api.error_message(failure));
        api.release_failure(failure);
        return status;
    }

    Status open(std::string_view model) {
        if (auto* e = api.create_environment(kLogErrors, "featherface", &environment)) return error(e);
        if (auto* e = api.create_session_options(&session_options)) return error(e);
        if (auto* e = api.set_optimization_level(session_options, kOptimizeAll)) return error(e);
        if (auto* e = api.set_threads(session_options, options.threads)) return error(e);
        if (auto* e = api.create_session_from_memory(environment, model.data(), model.size(), session_options,
                                                     &session)) {
            return error(e);
        }
        if (auto* e = api.create_cpu_memory_info(kDeviceAllocator, kDefaultMemory, &memory_info)) {
            return error(e);
        }
        if (auto* e = api.create_tensor(memory_info, input.data(), input.size() * sizeof(float),
                                        options.input_shape.data(), options.input_shape.size(), kFloat32,
                                        &input_tensor)) {
            return error(e);
        }
        return find_outputs();
    }

    // The first run allocates the output tensors; the later ones fill the same.
    Status find_outputs() {
        if (Status status = run(); !status.ok()) return status;
        for (Tensor* tensor : output_tensors) {
            TensorInfo* info = nullptr;
            if (auto* e = api.tensor_info(tensor, &info)) return error(e);
            std::size_t elements = 0;
            auto* failure = api.element_count(info, &elements);
            api.release_tensor_info(info);
            if (failure) return error(failure);
            void* data = nullptr;
            if (auto* e = api.tensor_data(tensor, &data)) return error(e);
            outputs.emplace_back(static_cast<const float*>(data), elements);
        }
        return {};
    }

    Status run() {
        const char* input_name = options.input.c_str();
        auto* failure = api.run(session, nullptr, &input_name, &input_tensor, 1, output_names.data(),
                                output_names.size(), output_tensors.data());
        return failure ? error(failure) : Status();
    }
};

Result<OnnxSession> OnnxSession::open(const OnnxRuntime& runtime, std::string_view model, Options options) {
    auto impl = std::make_unique<Impl>(runtime.functions(), std::move(options));
    if (Status status = impl->open(model); !status.ok()) return status;
    return OnnxSession(std::move(impl));
}

OnnxSession::OnnxSession(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
OnnxSession::OnnxSession(OnnxSession&&) noexcept = default;
OnnxSession& OnnxSession::operator=(OnnxSession&&) noexcept = default;
OnnxSession::~OnnxSession() = default;

std::span<float> OnnxSession::input() {
    return impl_->input;
}
Status OnnxSession::run() {
    return impl_->run();
}
std::span<const float> OnnxSession::output(std::size_t index) const {
    return impl_->outputs[index];
}

}  // namespace featherface::bench
