#include "loaders/torch/safetensors.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "loaders/error.hpp"
#include "loaders/little_endian.hpp"
#include "loaders/torch/entries.hpp"
#include "loaders/torch/pickle_text.hpp"
#include "loaders/torch/torch_objects.hpp"

namespace featherface::loaders {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::uint64_t kLargestHeader = 100'000'000;
constexpr std::size_t kLengthSize = 8;

struct SafetensorsType {
    std::string_view name;
    DType dtype;
    std::size_t size;
};
constexpr SafetensorsType kSafetensorsTypes[] = {
    {"F64", DType::f64, 8},      {"F32", DType::f32, 4},       {"F16", DType::f16, 2},
    {"BF16", DType::bf16, 2},    {"I64", DType::i64, 8},       {"I32", DType::i32, 4},
    {"I16", DType::i16, 2},      {"I8", DType::i8, 1},         {"U64", DType::u64, 8},
    {"U32", DType::u32, 4},      {"U16", DType::u16, 2},       {"U8", DType::u8, 1},
    {"BOOL", DType::boolean, 1}, {"C64", DType::complex64, 8}, {"F8_E4M3", DType::other, 1},
    {"F8_E5M2", DType::other, 1}};

struct Tensor {
    std::string name;
    std::string type;
    std::vector<std::int64_t> shape;
    std::uint64_t begin = 0, end = 0;
};

// The header's JSON, of which only what the format has is understood: an object of objects with strings and
// lists of numbers in them.
class Header {
  public:
    explicit Header(std::string_view text) : text_(text) {}

    // Errors are told with their place in the file.
    Status read(std::vector<Tensor>& tensors, std::vector<std::string>& metadata) {
        std::unordered_set<std::string> names;
        object([&](std::string name) {
            if (!names.insert(name).second) return fail("two entries are named " + loaders::quoted(name));
            if (name.size() > kLongestName) return too_long(name);
            if (name == "__metadata__") return read_metadata(metadata);
            if (tensors.size() == kMostEntries) {
                status_ = error(StatusCode::limit_exceeded, "safetensors: too many tensors",
                                {.expected = "at most " + std::to_string(kMostEntries)});
                return;
            }
            tensors.push_back(tensor(std::move(name)));
        });
        // The writer fills up with spaces so that the tensors are aligned.
        while (at_ < text_.size() && text_[at_] == ' ') ++at_;
        if (at_ < text_.size()) fail("something follows the header's object");
        return status_;
    }

  private:
    void read_metadata(std::vector<std::string>& metadata) {
        object([&](const std::string& key) {
            string();
            if (key.size() > kLongestName) return too_long(key);
            metadata.push_back("__metadata__." + key);
        });
    }

    Tensor tensor(std::string name) {
        Tensor tensor{.name = std::move(name), .type = {}, .shape = {}};
        unsigned have = 0;
        object([&](const std::string& key) {
            const unsigned bit = key == "dtype" ? 1 : key == "shape" ? 2 : key == "data_offsets" ? 4 : 0;
            if (bit == 0 || (have & bit) != 0)
                return fail("tensor " + loaders::quoted(tensor.name) + " has an unknown or repeated field",
                            loaders::quoted(key));
            have |= bit;
            if (bit == 1) {
                tensor.type = string();
                return;
            }
            const std::vector<std::int64_t> numbers = list_of_numbers();
            if (bit == 2) {
                tensor.shape = numbers;
            } else if (numbers.size() == 2) {
                tensor.begin = static_cast<std::uint64_t>(numbers[0]);
                tensor.end = static_cast<std::uint64_t>(numbers[1]);
            } else {
                fail("tensor " + loaders::quoted(tensor.name) + " has data_offsets that are no pair");
            }
        });
        if (have != 7) fail("tensor " + loaders::quoted(tensor.name) + " lacks dtype, shape or data_offsets");
        return tensor;
    }

    // Calls `entry` with each key, at its value.
    template <class Entry>
    void object(const Entry& entry) {
        expect('{');
        if (next_is('}')) return;
        while (status_.ok()) {
            std::string key = string();
            expect(':');
            if (!status_.ok()) return;
            entry(std::move(key));
            if (!status_.ok() || next_is('}')) return;
            expect(',');
        }
    }

    std::vector<std::int64_t> list_of_numbers() {
        std::vector<std::int64_t> numbers;
        expect('[');
        if (next_is(']')) return numbers;
        while (status_.ok()) {
            skip_space();
            std::int64_t number = 0;
            const char* begin = text_.data() + at_;
            const auto [end, code] = std::from_chars(begin, text_.data() + text_.size(), number);
            if (code != std::errc() || number < 0 || *begin == '-') {
                fail("a number that is none, or negative, or too large");
                break;
            }
            at_ += static_cast<std::size_t>(end - begin);
            if (numbers.size() == kMostNumbers) {
                status_ = error(
                    StatusCode::limit_exceeded, "safetensors: a tensor has too many dimensions",
                    {.offset = kLengthSize + at_, .expected = "at most " + std::to_string(kMostNumbers)});
                break;
            }
            numbers.push_back(number);
            if (next_is(']')) break;
            expect(',');
        }
        return numbers;
    }

    std::string string() {
        expect('"');
        std::string value;
        while (status_.ok()) {
            // Runs between escapes are taken whole.
            const std::size_t end = text_.find_first_of("\"\\", at_);
            if (end == text_.npos) {
                fail("a string without an end");
                break;
            }
            const std::string_view run = text_.substr(at_, end - at_);
            const bool has_control =
                std::ranges::any_of(run, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
            if (has_control || find_bad_utf8(run) != run.npos) {
                fail("a string that is not UTF-8, or has a control byte in it");
                break;
            }
            value += run;
            at_ = end + 1;
            if (text_[end] == '"') break;
            escape(value);
        }
        return value;
    }

    void escape(std::string& value) {
        constexpr std::string_view kLetters = "\"\\/bfnrt", kMeant = "\"\\/\b\f\n\r\t";
        const char letter = at_ < text_.size() ? text_[at_] : '\0';
        if (letter == 'u') {
            // UNICODE's escapes of pickles are the same four digits; surrogates, which a name does not need,
            // are not.
            const auto text = text_.size() - at_ < 5
                                  ? std::nullopt
                                  : unescape_unicode(std::string("\\") + std::string(text_.substr(at_, 5)));
            if (!text) return fail("an escape that is none");
            value += *text;
            at_ += 5;
            return;
        }
        const std::size_t place = kLetters.find(letter);
        if (letter == '\0' || place == kLetters.npos) return fail("an escape that is none");
        value += kMeant[place];
        ++at_;
    }

    void skip_space() {
        while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
            ++at_;
    }

    bool next_is(char c) {
        skip_space();
        if (at_ == text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }

    void expect(char c) {
        if (status_.ok() && !next_is(c)) {
            const std::string expected = {'\'', c, '\''};
            fail("the header is no JSON that the format has", expected);
        }
    }

    void too_long(const std::string& name) {
        status_ = error(
            StatusCode::limit_exceeded, "safetensors: the name " + loaders::quoted(name) + " is too long",
            {.expected = "at most " + count_of(kLongestName, "byte"), .found = std::to_string(name.size())});
    }

    void fail(const std::string& what, std::string expected = {}) {
        if (!status_.ok()) return;
        status_ =
            malformed("safetensors: " + what, {.offset = kLengthSize + at_, .expected = std::move(expected)});
    }

    static constexpr std::size_t kMostNumbers = 8;
    std::string_view text_;
    std::size_t at_ = 0;
    Status status_;
};

Result<CheckpointTensor> place(const Tensor& described, Bytes data, std::uint64_t data_offset) {
    const std::string name = "safetensors: tensor " + loaders::quoted(described.name);
    const auto known = std::ranges::find(kSafetensorsTypes, described.type, &SafetensorsType::name);
    if (known == std::end(kSafetensorsTypes)) {
        return error(StatusCode::unsupported, name + " is of an unknown type",
                     {.found = loaders::quoted(described.type)});
    }
    CheckpointTensor tensor;
    tensor.name = described.name;
    tensor.dtype = known->dtype;
    tensor.dtype_name = known->dtype == DType::other ? std::string(known->name) : name_of(known->dtype);
    if (known->dtype == DType::other) tensor.layout = "unknown";
    tensor.shape = described.shape;
    tensor.strides.resize(tensor.shape.size());
    // No product overflows, whatever the order of the sizes: those of 0 are left out.
    std::uint64_t elements = 1, stride = 1;
    bool is_empty = false;
    for (std::size_t d = tensor.shape.size(); d-- > 0;) {
        tensor.strides[d] = static_cast<std::int64_t>(stride);
        const auto size = static_cast<std::uint64_t>(tensor.shape[d]);
        is_empty |= size == 0;
        if (size == 0) continue;
        if (size > (std::uint64_t{1} << 48) / elements) {
            return error(StatusCode::limit_exceeded, name + " has too large a shape",
                         {.expected = "at most 2^48 elements"});
        }
        elements *= size;
        stride = elements;
    }
    const std::uint64_t needed = is_empty ? 0 : elements * known->size;
    if (described.end < described.begin || described.end > data.size() ||
        described.end - described.begin != needed) {
        return malformed(name + " has data_offsets that do not fit",
                         {.offset = data_offset,
                          .expected = count_of(needed, "byte") + " within " + std::to_string(data.size()),
                          .found = std::to_string(described.begin) + " to " + std::to_string(described.end)});
    }
    tensor.bytes = data.subspan(described.begin, needed);
    return tensor;
}

// Every byte of the data is one tensor's.
Status check_cover(const std::vector<Tensor>& tensors, std::uint64_t size, std::uint64_t data_offset) {
    std::vector<const Tensor*> order;
    for (const Tensor& tensor : tensors) order.push_back(&tensor);
    std::ranges::sort(order, [](const Tensor* a, const Tensor* b) {
        return std::pair(a->begin, a->end) < std::pair(b->begin, b->end);
    });
    std::uint64_t end = 0;
    for (const Tensor* tensor : order) {
        if (tensor->begin != end) {
            return malformed("safetensors: tensor " + loaders::quoted(tensor->name) +
                                 (tensor->begin < end ? " overlaps another" : " lies behind a hole"),
                             {.offset = data_offset + end,
                              .expected = "data from " + std::to_string(end),
                              .found = std::to_string(tensor->begin)});
        }
        end = tensor->end;
    }
    if (end == size) return {};
    return malformed("safetensors: something follows the last tensor",
                     {.offset = data_offset + end, .found = count_of(size - end, "byte")});
}

}  // namespace

bool is_safetensors(Bytes bytes) {
    // A header of 2^40 bytes and more is none, but other files' first letters.
    return bytes.size() > kLengthSize && bytes[kLengthSize] == std::byte{'{'} &&
           load_le<std::uint64_t>(bytes) < (std::uint64_t{1} << 40) && load_le<std::uint64_t>(bytes) > 1;
}

Result<StateDict> read_safetensors(Bytes bytes) {
    const auto length = load_le<std::uint64_t>(bytes);
    if (length > kLargestHeader) {
        return error(StatusCode::limit_exceeded, "safetensors: the header is too long",
                     {.offset = 0,
                      .expected = "at most " + count_of(kLargestHeader, "byte"),
                      .found = std::to_string(length)});
    }
    if (length > bytes.size() - kLengthSize) {
        return malformed("safetensors: the header reaches past the end",
                         {.offset = 0,
                          .expected = "at most " + count_of(bytes.size() - kLengthSize, "byte"),
                          .found = std::to_string(length),
                          .hint = "the file is cut short: download or copy it again"});
    }
    const Bytes data = bytes.subspan(kLengthSize + length);
    const std::uint64_t data_offset = kLengthSize + length;
    StateDict dict;
    std::vector<Tensor> tensors;
    const Status status = Header(as_text(bytes.subspan(kLengthSize, length))).read(tensors, dict.other_keys);
    if (!status.ok()) return status;
    for (const Tensor& described : tensors) {
        Result<CheckpointTensor> tensor = place(described, data, data_offset);
        if (!tensor.ok()) return tensor.status();
        dict.tensors.push_back(std::move(tensor).value());
    }
    if (Status cover = check_cover(tensors, data.size(), data_offset); !cover.ok()) return cover;
    if (Status stripped = strip_module(dict); !stripped.ok()) return stripped;
    return dict;
}

}  // namespace featherface::loaders
