#include "support/seeded_checkpoint.hpp"

#include "support/seeded_weights.hpp"

namespace featherface::test {

std::vector<TorchTensor> seeded_checkpoint(std::string_view network) {
    std::vector<TorchTensor> tensors;
    for (const SeededTensor& tensor : seeded_tensors(network)) {
        if (tensor.is_counter()) {
            TorchTensor counter;
            counter.name = tensor.name;
            counter.dtype = loaders::DType::i64;
            counter.bytes = ByteString(sizeof(std::int64_t), '\0');
            tensors.push_back(std::move(counter));
        } else {
            tensors.push_back(
                make_tensor(tensor.name, tensor.shape, seeded_values(tensor.name, tensor.shape)));
        }
    }
    return tensors;
}

}  // namespace featherface::test
