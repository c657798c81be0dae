// libFuzzer harness of the checkpoint loader. An input is a file; one that is neither a zip archive nor a
// legacy file is also taken for the pickle of a good archive, since no mutation of an archive keeps its CRCs
// right.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>
#include <vector>

#include "loaders/torch/checkpoint.hpp"
#include "loaders/torch/pickle.hpp"
#include "loaders/torch/safety.hpp"
#include "support/zip_writer.hpp"

namespace {

using namespace featherface;
using Bytes = std::span<const std::byte>;

void require(bool claim) {
    if (!claim) std::abort();
}

// Whatever is accepted can be read to the last element; whatever is refused is told why.
void check_file(Bytes bytes) {
    const Result<loaders::SafetyReport> safety = loaders::report_safety(bytes);
    require(safety.ok() || safety.status().message().size() > 6);
    const Result<loaders::Checkpoint> checkpoint = loaders::Checkpoint::from_bytes(bytes, "fuzz");
    if (!checkpoint.ok()) {
        require(checkpoint.status().message().size() > 6);
        return;
    }
    for (const loaders::CheckpointTensor& tensor : checkpoint.value().tensors()) {
        require(checkpoint.value().find(tensor.name) == &tensor);
        if (!tensor.layout.empty() || !is_float(tensor.dtype)) continue;
        require(static_cast<std::size_t>(tensor.element_count()) <= tensor.bytes.size());
        std::vector<float> values(static_cast<std::size_t>(tensor.element_count()));
        require(loaders::copy_as_f32(tensor, values).ok());
        const std::span<const float> view = loaders::view_as_f32(tensor);
        require(view.empty() || view.size() == values.size());
    }
}

void check_pickle(Bytes bytes) {
    const Result<loaders::Pickle> pickle = loaders::Pickle::parse(bytes);
    if (!pickle.ok()) return;
    require(pickle.value().size_in_bytes() <= bytes.size());
    for (std::size_t i = 0; i < pickle.value().value_count(); ++i) {
        const loaders::PickleValue value = pickle.value().value(i);
        require(!loaders::describe(value.kind()).empty());
        require(value.offset() <= bytes.size());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Bytes bytes = std::as_bytes(std::span(data, size));
    check_file(bytes);
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (text.starts_with("PK") || text.starts_with("\x80\x02\x8a\x0a")) return 0;
    check_pickle(bytes);
    const test::ByteString storage(256, '\x3f');
    std::vector<test::ZipItem> items = {{.name = "a/data.pkl", .content = test::ByteString(text)},
                                        {.name = "a/version", .content = "3\n"}};
    for (const char* key : {"0", "1", "2"}) {
        items.push_back({.name = std::string("a/data/") + key, .content = storage});
    }
    check_file(test::span_of(test::make_zip(items).bytes));
    return 0;
}
