// The legacy form, a stream: five pickles (magic number, protocol, system info, the object, the storages'
// keys), then for each key its number of elements (8 bytes) and its data.
#include <algorithm>
#include <map>

#include "loaders/error.hpp"
#include "loaders/little_endian.hpp"
#include "loaders/torch/torch_file.hpp"
#include "loaders/torch/torch_objects.hpp"

namespace featherface::loaders {
namespace {

using namespace std::string_view_literals;
using Bytes = std::span<const std::byte>;

// 119547037146038801333356, as pickles of protocols 2 and above and below 2 hold it.
constexpr std::string_view kMagic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"sv;
constexpr std::string_view kMagicDigits = "119547037146038801333356";
constexpr std::int64_t kProtocol = 1001;

class Stream {
  public:
    Stream(Bytes bytes, PickleUses& uses) : bytes_(bytes), uses_(uses) {}

    std::uint64_t at() const { return at_; }
    std::uint64_t left() const { return bytes_.size() - at_; }

    // PyTorch unpickles all five, so that what each asks for counts.
    Result<Pickle> pickle() {
        Pickle pickle;
        const Status status = pickle.read(bytes_.subspan(at_), at_);
        uses_.add(pickle);
        if (!status.ok()) return status;
        at_ += pickle.size_in_bytes();
        return pickle;
    }
    // A pickle beside the object: torch.save writes numbers, strings, lists and dicts there, and nothing
    // else.
    Result<Pickle> plain_pickle() {
        const std::uint64_t begin = at_;
        Result<Pickle> result = pickle();
        if (!result.ok() || result->globals().empty()) return result;
        return malformed("a class or function where the legacy format has plain data",
                         {.offset = begin,
                          .found = loaders::quoted(*result->globals().begin()),
                          .hint = "no checkpoint needs this: do not load the file with PyTorch"});
    }
    Bytes take(std::uint64_t size) {  // no more than left()
        const Bytes result = bytes_.subspan(at_, size);
        at_ += size;
        return result;
    }

  private:
    Bytes bytes_;
    PickleUses& uses_;
    std::uint64_t at_ = 0;
};

std::string number_or_kind(PickleValue value) {
    return value.is(PickleKind::integer) ? std::to_string(value.integer())
                                         : std::string(describe(value.kind()));
}

Status check_magic(Stream& stream) {
    const Result<Pickle> magic = stream.plain_pickle();
    const bool found = magic.ok() && magic.value().root().is(PickleKind::big_integer) &&
                       (magic.value().root().text() == kMagic || magic.value().root().text() == kMagicDigits);
    if (found) return {};
    return malformed("it begins as a pickle does, but not with torch.save's magic number",
                     {.offset = 0,
                      .expected = std::string(kMagicDigits),
                      .found = magic.ok() ? number_or_kind(magic.value().root())
                                          : "a bad pickle (" + magic.status().message() + ")",
                      .hint = "save model.state_dict() with torch.save"});
}

Status check_protocol(Stream& stream) {
    const std::uint64_t at = stream.at();
    const Result<Pickle> protocol = stream.plain_pickle();
    if (!protocol.ok()) return protocol.status();
    const PickleValue value = protocol.value().root();
    if (value.is(PickleKind::integer) && value.integer() == kProtocol) return {};
    return error(StatusCode::unsupported, "an unknown protocol of the legacy format",
                 {.offset = at, .expected = std::to_string(kProtocol), .found = number_or_kind(value)});
}

Status check_system(Stream& stream) {
    const std::uint64_t at = stream.at();
    const Result<Pickle> system = stream.plain_pickle();
    if (!system.ok()) return system.status();
    const PickleValue info = system.value().root();
    if (!info.is(PickleKind::dict)) {
        return malformed("the legacy format's system info is none",
                         {.offset = at, .expected = "a dict", .found = number_or_kind(info)});
    }
    for (std::size_t i = 0; i < info.size(); ++i) {
        if (!info.key(i).is(PickleKind::string) || info.key(i).text() != "little_endian") continue;
        if (info.value(i).is(PickleKind::boolean) && info.value(i).boolean()) return {};
        return error(StatusCode::unsupported, "the checkpoint is not in little-endian byte order",
                     {.offset = info.value(i).offset(),
                      .hint = "save it again on a machine with an x86 or ARM processor"});
    }
    return malformed("the legacy format's system info does not tell the byte order",
                     {.offset = at, .expected = "an entry 'little_endian'"});
}

using StoragesByKey = std::map<std::string_view, TorchStorage>;

// Every storage the object refers to: only this tells how many bytes an element has.
Result<StoragesByKey> find_storages(const Pickle& object) {
    StoragesByKey storages;
    for (std::size_t i = 0; i < object.value_count(); ++i) {
        const PickleValue value = object.value(i);
        if (!value.is(PickleKind::persistent)) continue;
        const PickleValue id = value.id();
        // A pickled class refers to its source code; it stays inert, like the objects of that class.
        if (id.is(PickleKind::tuple) && id.size() > 0 && id.item(0).is(PickleKind::string) &&
            id.item(0).text() == "module") {
            continue;
        }
        const Result<TorchStorage> storage = read_storage(value);
        if (!storage.ok()) return storage.status();
        const auto [known, is_new] = storages.emplace(storage.value().key, storage.value());
        if (!is_new && known->second.bytes() != storage.value().bytes()) {
            return malformed("storage " + quoted(known->first) + " is described in two ways",
                             {.offset = value.offset(),
                              .expected = count_of(known->second.bytes(), "byte"),
                              .found = std::to_string(storage.value().bytes())});
        }
    }
    return storages;
}

Status list_mismatch(std::string_view what, std::string_view key, std::uint64_t offset) {
    return malformed("storage " + quoted(key) + " " + std::string(what),
                     {.offset = offset, .hint = "the file is damaged: download or copy it again"});
}

Result<Bytes> read_data(Stream& stream, const TorchStorage& storage) {
    const std::string name = "storage " + quoted(storage.key);
    const std::uint64_t at = stream.at();
    if (stream.left() < sizeof(std::uint64_t)) {
        return malformed(name + " is missing",
                         {.offset = at, .hint = "the file is cut short: download or copy it again"});
    }
    const auto elements = load_le<std::uint64_t>(stream.take(sizeof(std::uint64_t)));
    if (elements != storage.elements) {
        return malformed(name + " has another number of elements than the pickle says",
                         {.offset = at,
                          .expected = std::to_string(storage.elements),
                          .found = std::to_string(elements),
                          .hint = "the file is damaged: download or copy it again"});
    }
    if (storage.bytes() > stream.left()) {
        return malformed(name + " is cut short", {.offset = stream.at(),
                                                  .expected = count_of(storage.bytes(), "byte"),
                                                  .found = std::to_string(stream.left()),
                                                  .hint = "download or copy the file again"});
    }
    return stream.take(storage.bytes());
}

}  // namespace

Result<TorchFile> read_torch_legacy(Bytes bytes, PickleUses& uses) {
    Stream stream(bytes, uses);
    if (const Status status = check_magic(stream); !status.ok()) return status;
    if (const Status status = check_protocol(stream); !status.ok()) return status;
    if (const Status status = check_system(stream); !status.ok()) return status;
    Result<Pickle> object = stream.pickle();
    if (!object.ok()) return object.status();
    Result<StoragesByKey> storages = find_storages(object.value());
    if (!storages.ok()) return storages.status();

    const std::uint64_t list_offset = stream.at();
    const Result<Pickle> keys = stream.plain_pickle();
    if (!keys.ok()) return keys.status();
    const PickleValue list = keys.value().root();
    if (!list.is(PickleKind::list)) {
        return malformed("the storages' keys are missing",
                         {.offset = list_offset, .expected = "a list", .found = number_or_kind(list)});
    }
    TorchFile file;
    file.container = "torch legacy";
    for (std::size_t i = 0; i < list.size(); ++i) {
        const PickleValue key = list.item(i);
        if (!key.is(PickleKind::string)) {
            return malformed("a storage's key is none",
                             {.offset = key.offset(), .expected = "a string", .found = number_or_kind(key)});
        }
        const auto known = storages.value().find(key.text());
        if (known == storages.value().end()) {
            return list_mismatch("is in the list of storages, but nothing refers to it", key.text(),
                                 key.offset());
        }
        const Result<Bytes> data = read_data(stream, known->second);
        if (!data.ok()) return data.status();
        if (!file.storages.emplace(key.text(), data.value()).second) {
            return list_mismatch("is in the list of storages twice", key.text(), key.offset());
        }
    }
    for (const auto& [key, storage] : storages.value()) {
        if (!file.storages.contains(std::string(key))) {
            return list_mismatch("is not in the list of storages", key, list_offset);
        }
    }
    if (stream.left() > 0) {
        return malformed("something follows the last storage",
                         {.offset = stream.at(), .found = count_of(stream.left(), "byte")});
    }
    file.pickle = std::move(object).value();
    return file;
}

}  // namespace featherface::loaders
