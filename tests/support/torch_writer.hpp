// Writes checkpoints as torch.save does, in either container, so that tests make their own. The defaults give
// a well-formed file; the parts (pickle, zip items, legacy stream) are at hand for tests that need a
// malformed one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "loaders/torch/dtype.hpp"
#include "support/bytes.hpp"
#include "support/pickle_writer.hpp"
#include "support/zip_writer.hpp"

namespace featherface::test {

struct TorchTensor {
    std::string name{};
    loaders::DType dtype = loaders::DType::f32;
    std::vector<std::int64_t> shape{};
    ByteString bytes{};                   // of the whole storage
    std::vector<std::int64_t> strides{};  // empty: contiguous
    std::int64_t offset = 0;              // of the first element in the storage, in elements
    std::string storage{};                // tensors that name the same share one (the first one's bytes)
    bool parameter = false;               // wrapped as torch.nn.Parameter
};

// A contiguous tensor with its own storage; the values are converted to `dtype` (f32, f64, f16 or bf16; for
// the last two they must be exactly representable).
TorchTensor make_tensor(std::string name, std::vector<std::int64_t> shape, std::span<const float> values,
                        loaders::DType dtype = loaders::DType::f32);

struct TorchOptions {
    std::string nesting{};         // "state_dict" and the like; empty: the state_dict is the whole file
    std::string prefix{};          // before every name: "module."
    std::string location = "cpu";  // of every storage
    int protocol = 2;              // of the pickle, 1 to 5
    bool ordered_dict = true;      // as torch writes it, with _metadata; else a plain dict
    bool optimizer = false;        // with `nesting`: "epoch" and "optimizer" stand beside the state_dict
    std::string root = "archive";  // folder of the zip's entries
    std::size_t alignment = 64;    // of storages in the zip
    bool byteorder = true;         // whether the zip says byteorder "little", as torch does since 2.1
};

ByteString make_torch_zip(const std::vector<TorchTensor>& tensors, const TorchOptions& options = {});
ByteString make_torch_legacy(const std::vector<TorchTensor>& tensors, const TorchOptions& options = {});
void write_torch_zip(const std::filesystem::path& path, const std::vector<TorchTensor>& tensors,
                     const TorchOptions& options = {});
void write_torch_legacy(const std::filesystem::path& path, const std::vector<TorchTensor>& tensors,
                        const TorchOptions& options = {});

// --- Parts ---

// Pushes a storage's persistent id and makes it a storage. Legacy ids have a sixth field, None.
void push_storage(PickleWriter& pickle, loaders::DType dtype, const std::string& key, std::int64_t elements,
                  bool legacy, const std::string& location = "cpu");

// Pushes the call that rebuilds the tensor, whose storage has the key `key`.
void push_tensor(PickleWriter& pickle, const TorchTensor& tensor, const std::string& key, bool legacy,
                 const std::string& location = "cpu");

// After a storage: the rest of _rebuild_tensor_v2's arguments, for one dimension of `size` elements from the
// storage's first on; and the call.
void push_place_and_call(PickleWriter& pickle, std::int64_t size);

// The storages of a file: key and bytes, in file order.
using Storages = std::vector<std::pair<std::string, ByteString>>;

// The entries of a torch zip around a ready pickle.
std::vector<ZipItem> torch_zip_items(const ByteString& pickle, const Storages& storages,
                                     const TorchOptions& options = {});

// Magic number, protocol and system info of a legacy file.
ByteString legacy_header(bool little_endian = true);
// A whole legacy file around a ready pickle. `element_sizes` as many as storages.
ByteString torch_legacy(const ByteString& pickle, const Storages& storages,
                        const std::vector<std::size_t>& element_sizes);

}  // namespace featherface::test
