#include "tools/files/npy.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <string_view>

#include "loaders/error.hpp"
#include "loaders/little_endian.hpp"

namespace featherface::tools {

using namespace loaders;

namespace {

using namespace std::string_view_literals;

constexpr std::string_view kMagic = "\x93NUMPY"sv;
constexpr std::size_t kHeaderAlignment = 64;
constexpr std::size_t kLongestDictionary = 65535;  // as version 1 has it

struct TypeName {
    std::string_view code;  // kind and size, as they follow the byte order in 'descr'
    DType dtype;
};
constexpr TypeName kTypes[] = {{"f2", DType::f16},       {"f4", DType::f32},        {"f8", DType::f64},
                               {"u1", DType::u8},        {"u2", DType::u16},        {"u4", DType::u32},
                               {"u8", DType::u64},       {"i1", DType::i8},         {"i2", DType::i16},
                               {"i4", DType::i32},       {"i8", DType::i64},        {"b1", DType::boolean},
                               {"c8", DType::complex64}, {"c16", DType::complex128}};

// Reads the few kinds of Python literals the dictionary is made of. A read that does not find what it wants
// returns false or nothing and leaves the position where the surprise is.
class LiteralReader {
  public:
    explicit LiteralReader(std::string_view text) : text_(text) {}

    bool symbol(char wanted) {
        skip_spaces();
        if (at_ == text_.size() || text_[at_] != wanted) return false;
        ++at_;
        return true;
    }
    bool word(std::string_view wanted) {
        skip_spaces();
        if (!text_.substr(at_).starts_with(wanted)) return false;
        at_ += wanted.size();
        return true;
    }
    std::optional<std::string_view> string() {
        skip_spaces();
        if (at_ == text_.size() || (text_[at_] != '\'' && text_[at_] != '"')) return std::nullopt;
        const std::size_t end = text_.find(text_[at_], at_ + 1);
        if (end == text_.npos) return std::nullopt;
        const auto content = text_.substr(at_ + 1, end - at_ - 1);
        if (content.find('\\') != content.npos) return std::nullopt;
        at_ = end + 1;
        return content;
    }
    std::optional<bool> boolean() {
        if (word("True")) return true;
        if (word("False")) return false;
        return std::nullopt;
    }
    // A tuple of numbers that fit in 63 bits: "()", "(2,)", "(2, 3)".
    std::optional<std::vector<std::int64_t>> sizes() {
        std::vector<std::int64_t> result;
        if (!symbol('(')) return std::nullopt;
        while (!symbol(')')) {
            const auto size = number();
            if (!size || result.size() == kMostDimensions) return std::nullopt;
            result.push_back(*size);
            if (symbol(',')) continue;
            if (result.size() == 1 || !symbol(')')) return std::nullopt;  // "(2)" is a number
            break;
        }
        return result;
    }
    bool at_end() {
        skip_spaces();
        return at_ == text_.size();
    }
    std::size_t position() const { return at_; }

  private:
    void skip_spaces() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
    }
    std::optional<std::int64_t> number() {
        skip_spaces();
        const std::size_t first = at_;
        std::int64_t value = 0;
        for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
            const int digit = text_[at_] - '0';
            if (value > (std::numeric_limits<std::int64_t>::max() - digit) / 10) return std::nullopt;
            value = value * 10 + digit;
        }
        return at_ > first ? std::optional(value) : std::nullopt;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

// The type that 'descr' names; `what` says in words what else it is.
DType type_of(std::string_view descr, std::string& what) {
    const char order = descr.empty() ? '?' : descr[0];
    const std::string_view code = descr.substr(std::min<std::size_t>(1, descr.size()));
    for (const TypeName& type : kTypes) {
        if (type.code != code) continue;
        if (order == '<' || order == '=' || size_of(type.dtype) == 1) return type.dtype;
        if (order == '>') what = "big-endian numbers";
    }
    if (code.starts_with('O')) what = "Python objects";
    if (code.starts_with('U') || code.starts_with('S') || code.starts_with('a')) what = "text";
    if (code.starts_with('V')) what = "raw or structured elements";
    if (code.starts_with('M') || code.starts_with('m')) what = "dates";
    return DType::other;
}

Status unsupported_type(std::string_view descr, const std::string& what, std::uint64_t offset) {
    return error(StatusCode::unsupported, "an array of " + (what.empty() ? "unknown elements" : what),
                 {.offset = offset,
                  .expected = "bool, integers or little-endian floating-point numbers",
                  .found = quoted(descr),
                  .hint = "save it with .astype(numpy.float32)"});
}

// The dictionary: exactly the three keys, in any order, each once.
Result<NpyHeader> parse_dictionary(std::string_view text, std::uint64_t base) {
    LiteralReader reader(text);
    const auto bad = [&](const std::string& what) {
        return error(StatusCode::malformed, "damaged npy header: " + what,
                     {.offset = base + reader.position()});
    };
    NpyHeader header;
    bool has_descr = false;
    bool has_order = false;
    bool has_shape = false;
    if (!reader.symbol('{')) return bad("no dictionary");
    while (!reader.symbol('}')) {
        const auto key = reader.string();
        if (!key || !reader.symbol(':')) return bad("no key");
        if (*key == "descr" && !has_descr) {
            const std::uint64_t offset = base + reader.position();
            if (reader.symbol('[')) return unsupported_type(text, "structured elements", offset);
            const auto descr = reader.string();
            if (!descr) return bad("no element type");
            std::string what;
            header.dtype = type_of(*descr, what);
            if (header.dtype == DType::other) return unsupported_type(*descr, what, offset);
            has_descr = true;
        } else if (*key == "fortran_order" && !has_order) {
            const auto order = reader.boolean();
            if (!order) return bad("fortran_order is neither True nor False");
            header.fortran_order = *order;
            has_order = true;
        } else if (*key == "shape" && !has_shape) {
            auto shape = reader.sizes();
            if (!shape) return bad("the shape is no tuple of up to 32 sizes");
            header.shape = std::move(*shape);
            has_shape = true;
        } else {
            return bad("unexpected key " + quoted(*key));
        }
        if (reader.symbol(',')) continue;
        if (!reader.symbol('}')) return bad("no comma");
        break;
    }
    if (!has_descr || !has_order || !has_shape) return bad("'descr', 'fortran_order' or 'shape' is missing");
    if (!reader.at_end()) return bad("something follows the dictionary");
    return header;
}

}  // namespace

std::optional<std::uint64_t> npy_data_bytes(DType dtype, std::span<const std::int64_t> shape) {
    if (std::ranges::any_of(shape, [](std::int64_t size) { return size < 0; })) return std::nullopt;
    if (std::ranges::find(shape, 0) != shape.end()) return 0;
    constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
    std::uint64_t bytes = size_of(dtype);
    for (const std::int64_t size : shape) {
        if (bytes > kMost / static_cast<std::uint64_t>(size)) return std::nullopt;
        bytes *= static_cast<std::uint64_t>(size);
    }
    return bytes;
}

Result<NpyHeader> parse_npy_header(std::span<const std::byte> npy, std::uint64_t size, std::uint64_t base) {
    const auto malformed = [&](std::string_view what, std::uint64_t offset, std::string expected,
                               std::string found) {
        return error(StatusCode::malformed, what,
                     {.offset = base + offset, .expected = std::move(expected), .found = std::move(found)});
    };
    if (!as_text(npy).starts_with(kMagic)) {
        return malformed("no npy array", 0, "93 4e 55 4d 50 59",
                         hex_bytes(npy.first(std::min(npy.size(), kMagic.size()))));
    }
    const std::size_t version_at = kMagic.size();
    const int major = npy.size() > version_at ? std::to_integer<int>(npy[version_at]) : 0;
    const std::size_t prefix = version_at + 2 + (major == 1 ? 2 : 4);
    if (npy.size() < prefix) {
        return malformed("npy header cut short", 0, count_of(prefix, "byte"), std::to_string(npy.size()));
    }
    const int minor = std::to_integer<int>(npy[version_at + 1]);
    if (major < 1 || major > 3 || minor != 0) {
        return error(StatusCode::unsupported, "npy format of another version",
                     {.offset = base + version_at,
                      .expected = "1.0, 2.0 or 3.0",
                      .found = std::to_string(major) + "." + std::to_string(minor)});
    }
    const std::size_t length = major == 1 ? load_le<std::uint16_t>(npy, version_at + 2)
                                          : load_le<std::uint32_t>(npy, version_at + 2);
    if (length > size - prefix) {
        return malformed("npy header too long for the array", version_at + 2,
                         "at most " + count_of(size - prefix, "byte"), std::to_string(length));
    }
    if (length > kLongestDictionary) {
        return error(StatusCode::limit_exceeded, "npy header too long",
                     {.offset = base + version_at + 2,
                      .expected = "at most " + count_of(kLongestDictionary, "byte"),
                      .found = std::to_string(length)});
    }
    if (length > npy.size() - prefix) {  // the array is said to be longer than it is
        return malformed("npy header cut short", prefix, count_of(length, "byte"),
                         std::to_string(npy.size() - prefix));
    }
    auto header = parse_dictionary(as_text(npy.subspan(prefix, length)), base + prefix);
    if (!header.ok()) return header;
    header->size = prefix + length;
    const auto bytes = npy_data_bytes(header->dtype, header->shape);
    if (!bytes) return malformed("the npy shape overflows", prefix, "under 2^63 bytes", "");
    header->data_bytes = *bytes;
    return header;
}

Result<std::string> make_npy_header(DType dtype, std::span<const std::int64_t> shape) {
    const auto* type = std::ranges::find(kTypes, dtype, &TypeName::dtype);
    if (type == std::end(kTypes)) {
        return error(StatusCode::invalid_argument, std::string("NumPy has no type ") + name_of(dtype));
    }
    if (shape.size() > kMostDimensions || !npy_data_bytes(dtype, shape)) {
        return error(StatusCode::invalid_argument, "a shape no array can have");
    }
    std::string dictionary = "{'descr': '";
    dictionary += size_of(dtype) == 1 ? '|' : '<';
    dictionary += type->code;
    dictionary += "', 'fortran_order': False, 'shape': (";
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (i > 0) dictionary += ' ';
        dictionary += std::to_string(shape[i]) + ',';
    }
    if (shape.size() > 1) dictionary.pop_back();
    dictionary += "), }";
    const std::size_t prefix = kMagic.size() + 4;
    const std::size_t size =
        (prefix + dictionary.size() + 1 + kHeaderAlignment - 1) / kHeaderAlignment * kHeaderAlignment;
    dictionary.resize(size - prefix - 1, ' ');
    dictionary += '\n';
    const std::size_t length = dictionary.size();  // at most 32 sizes of 20 characters: two bytes are enough
    std::string header(kMagic);
    header += {'\1', '\0', static_cast<char>(length & 255), static_cast<char>(length >> 8)};
    return header + dictionary;
}

}  // namespace featherface::tools
