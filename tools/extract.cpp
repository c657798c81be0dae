// featherface extract -m MODEL [--as body|bare|half] -o OUT.pth: a checkpoint's weights as a checkpoint of
// nothing else.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "engine/identity/identify.hpp"
#include "engine/identity/text.hpp"
#include "loaders/error.hpp"
#include "loaders/torch/convert.hpp"
#include "tools/cli/streams.hpp"
#include "tools/files/torch_writer.hpp"
#include "tools/model/load_model.hpp"
#include "tools/pictures/output_paths.hpp"
#include "tools/text/text.hpp"
#include "tools/verbs.hpp"

namespace featherface::tools {

namespace {

enum Extract : std::size_t { kBackbone, kBare, kHalf };
constexpr std::string_view kBody = "body.", kStage = "stage", kRunningVar = "running_var";

template <class T>
std::vector<std::byte> bytes_of(std::span<const T> values) {
    const auto bytes = std::as_bytes(values);
    return {bytes.begin(), bytes.end()};
}

// Matrices and filters fit float16, as `pack --half` has it: biases and BatchNorm are what all values go
// through.
bool goes_to_half(std::span<const std::int64_t> shape, std::span<const float> values) {
    return shape.size() > 1 &&
           std::ranges::all_of(values, [](float value) { return std::abs(value) <= loaders::kLargestF16; });
}

Result<StateTensor> weights_of(const loaders::CheckpointTensor& tensor, std::string name, std::size_t as) {
    std::vector<float> values(static_cast<std::size_t>(tensor.element_count()));
    if (Status status = loaders::copy_as_f32(tensor, values); !status.ok()) return status;
    if (as != kHalf || !goes_to_half(tensor.shape, values)) {
        return StateTensor{std::move(name), loaders::DType::f32, tensor.shape,
                           bytes_of(std::span<const float>(values))};
    }
    std::vector<std::uint16_t> halves;
    for (const float value : values) halves.push_back(loaders::f16_bits(value));
    return StateTensor{std::move(name), loaders::DType::f16, tensor.shape,
                       bytes_of(std::span<const std::uint16_t>(halves))};
}

// How many batches a BatchNorm has seen, which PyTorch expects beside its running_var: a packed model forgets
// it, and then it is 0.
StateTensor counter_of(const loaders::Checkpoint& checkpoint, const std::string& running_var,
                       const std::string& own_name) {
    const auto counter_name = [](const std::string& name) {
        return name.substr(0, name.size() - kRunningVar.size()) + "num_batches_tracked";
    };
    StateTensor counter{counter_name(own_name), loaders::DType::i64, {}, std::vector<std::byte>(8)};
    const loaders::CheckpointTensor* found = checkpoint.find(counter_name(running_var));
    if (found != nullptr && found->dtype == loaders::DType::i64 && found->layout.empty() &&
        found->element_count() == 1)
        std::memcpy(counter.bytes.data(), found->bytes.data(), counter.bytes.size());
    return counter;
}

// The network's tensors, and with kBackbone those of its backbone under the names that they have there.
Result<std::vector<StateTensor>> state_of(const loaders::Checkpoint& checkpoint, const engine::Graph& graph,
                                          std::size_t as) {
    std::vector<StateTensor> state;
    for (const engine::Parameter& parameter : graph.parameters) {
        std::string name = parameter.name;
        if (as == kBackbone) {
            if (name.starts_with(kBody)) name.erase(0, kBody.size());
            if (!name.starts_with(kStage)) continue;
        }
        auto tensor = weights_of(*checkpoint.find(parameter.name), name, as);
        if (!tensor.ok()) return tensor.status();
        state.push_back(std::move(tensor).value());
        if (name.ends_with(kRunningVar)) state.push_back(counter_of(checkpoint, parameter.name, name));
    }
    return state;
}

}  // namespace

ExitCode extract(Words words) {
    std::optional<std::string> model, output;
    std::size_t as = kBare;
    Reading reading;
    Arguments arguments("extract", "Writes a checkpoint's weights as a checkpoint of nothing else.",
                        "-m MODEL [--as WHAT] [OPTION...] -o OUT.pth");
    arguments.text('m', "model", "FILE", "checkpoint (.pth, .tar), or a packed model", model);
    declare_reading(arguments, reading);
    arguments.choice("as",
                     "what to write: the backbone, from which training starts; the whole network in float32; "
                     "the same with matrices and filters in float16",
                     as, {"body", "bare", "half"});
    arguments.text('o', "output", "OUT.pth", "the file to write", output);
    arguments.note(
        "The file is what torch.save(network.state_dict()) writes: no optimizer, no profiler's counters, no "
        "prefix, no code. torch.load(OUT.pth, weights_only=True) reads it; model.body.load_state_dict() "
        "takes "
        "a body.");
    if (const auto end = parse_or_end(arguments, words)) return *end;
    if (!model) return usage_error(arguments, "give a checkpoint: -m MODEL");
    if (!output) return usage_error(arguments, "give a file to write: -o OUT.pth");
    if (!arguments.positionals().empty()) {
        return usage_error(arguments, concat("what is '", printable(arguments.positionals().front()),
                                             "'? The checkpoint is given with -m"));
    }
    const auto outputs = check_not_inputs({*output}, *output, {{*model}, PictureList{}});
    if (!outputs.ok()) return usage_error(arguments, outputs.status().message());

    auto checkpoint = loaders::Checkpoint::open(
        *model, {.key = reading.key.value_or(""), .ignore_calls = reading.ignore_calls});
    if (!checkpoint.ok()) return fail(checkpoint.status());
    const engine::Identity identity = engine::identify(checkpoint.value());
    if (!identity.architecture) {
        return fail(Status(StatusCode::wrong_model, concat(*model, ": ", identity.explanation)));
    }
    const auto state = state_of(checkpoint.value(), identity.graph, as);
    if (!state.ok()) return fail(loaders::in_file(*model, state.status()));
    if (Status status = write_state_dict(*output, state.value()); !status.ok()) return fail(status);

    std::int64_t elements = 0;
    for (const StateTensor& tensor : state.value()) {
        if (tensor.dtype != loaders::DType::i64)
            elements += static_cast<std::int64_t>(tensor.bytes.size() / loaders::size_of(tensor.dtype));
    }
    message(concat(identity.name, as == kBackbone ? "'s backbone, " : ", ", engine::grouped(elements),
                   " values in ", engine::grouped(static_cast<std::int64_t>(state->size())), " tensors"));
    return kDone;
}

}  // namespace featherface::tools
