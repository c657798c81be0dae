// Checkpoints as files, of every container.
#include "loaders/torch/checkpoint.hpp"

#include "fuzz/target.hpp"
#include "loaders/torch/safety.hpp"

namespace featherface::fuzz {

namespace {

void check_tensors(const loaders::Checkpoint& checkpoint) {
    for (const loaders::CheckpointTensor& tensor : checkpoint.tensors()) {
        require(checkpoint.find(tensor.name) == &tensor);
        if (!tensor.layout.empty() || !is_float(tensor.dtype)) continue;
        require(static_cast<std::size_t>(tensor.element_count()) <= tensor.bytes.size());
        std::vector<float> values(static_cast<std::size_t>(tensor.element_count()));
        require(loaders::copy_as_f32(tensor, values).ok());
    }
}

}  // namespace

void check_checkpoint(Bytes file) {
    const auto safety = loaders::report_safety(file);
    require(safety.ok() || safety.status().message().size() > 6);
    auto checkpoint = loaders::Checkpoint::from_bytes(file, "fuzz");
    if (!checkpoint.ok()) {
        require(checkpoint.status().message().size() > 6);
        checkpoint = loaders::Checkpoint::from_bytes(file, "fuzz", {.ignore_calls = true});
    } else {
        require(checkpoint->calls().empty());
    }
    if (!checkpoint.ok()) return;
    check_tensors(checkpoint.value());
    checkpoint->drop_prefix(checkpoint->shared_prefix());
    check_tensors(checkpoint.value());
}

namespace {

std::vector<ByteString> checkpoint_seeds() {
    std::vector<ByteString> seeds = data_files("torch", ".pth");
    for (const ByteString& script : data_files("torch", ".pt")) seeds.push_back(script);
    return seeds;
}

}  // namespace

Target checkpoint() {
    return {.name = "checkpoint", .check = check_checkpoint, .seeds = checkpoint_seeds, .mutate = mutate_zip};
}

}  // namespace featherface::fuzz
