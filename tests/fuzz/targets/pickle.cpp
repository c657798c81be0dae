// Pickles: by themselves, and as the one of a checkpoint that is good otherwise.
#include "loaders/torch/pickle.hpp"

#include <string>

#include "fuzz/target.hpp"
#include "loaders/archive/zip.hpp"
#include "loaders/little_endian.hpp"
#include "support/pickle_writer.hpp"
#include "support/zip_writer.hpp"

namespace featherface::fuzz {

namespace {

void check_values(Bytes bytes) {
    const auto pickle = loaders::Pickle::parse(bytes);
    if (!pickle.ok()) return require(pickle.status().message().size() > 6);
    require(pickle->size_in_bytes() <= bytes.size());
    for (std::size_t i = 0; i < pickle->value_count(); ++i) {
        const loaders::PickleValue value = pickle->value(i);
        require(!loaders::describe(value.kind()).empty());
        require(value.offset() <= bytes.size());
    }
}

void check_pickle(Bytes bytes) {
    check_values(bytes);
    const ByteString storage(256, '\x3f');
    std::vector<test::ZipItem> items = {
        {.name = "a/data.pkl", .content = ByteString(loaders::as_text(bytes))},
        {.name = "a/version", .content = "3\n"}};
    for (const char* key : {"0", "1", "2"}) {
        items.push_back({.name = std::string("a/data/") + key, .content = storage});
    }
    check_checkpoint(test::span_of(test::make_zip(items).bytes));
}

// The pickles of PyTorch's files, and one of plain values in each protocol.
std::vector<ByteString> pickle_seeds() {
    std::vector<ByteString> seeds;
    for (const char* ending : {".pth", ".pt"}) {
        for (const ByteString& file : data_files("torch", ending)) {
            const auto archive = loaders::ZipArchive::open(test::span_of(file));
            if (!archive.ok()) continue;
            for (const loaders::ZipEntry& entry : archive->entries()) {
                if (entry.name.ends_with(".pkl")) seeds.emplace_back(loaders::as_text(entry.data));
            }
        }
    }
    for (int protocol = 0; protocol <= 5; ++protocol) {
        test::PickleWriter pickle(protocol);
        pickle.empty_dict().put(0).mark().text("a").integer(7).text("b").real(1.5).text("c").boolean(true);
        pickle.text("d").mark().none().integer(-1).tuple().text("e").empty_list().none().append().set_items();
        seeds.push_back(pickle.stop());
        test::PickleWriter call(protocol);
        call.global("collections", "OrderedDict").empty_tuple().reduce().put(0).empty_dict().build();
        seeds.push_back(call.stop());
    }
    return seeds;
}

}  // namespace

Target pickle() {
    return {.name = "pickle", .check = check_pickle, .seeds = pickle_seeds};
}

}  // namespace featherface::fuzz
