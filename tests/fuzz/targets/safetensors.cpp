// Safetensors files: a length, so much JSON, and elements. Mutations keep the length right.
#include <algorithm>
#include <cstdint>
#include <string>

#include "fuzz/target.hpp"

namespace featherface::fuzz {

namespace {

constexpr std::size_t kLength = sizeof(std::uint64_t);

ByteString safetensors_file(const ByteString& header, const ByteString& elements) {
    return test::bytes_of(std::uint64_t{header.size()}) + header + elements;
}

void mutate_safetensors(ByteString& file, std::size_t most, Random& random) {
    if (file.size() < kLength || below(8, random) == 0) return mutate_bytes(file, most, random);
    const auto length = static_cast<std::size_t>(
        std::min<std::uint64_t>(test::peek<std::uint64_t>(file, 0), file.size() - kLength));
    ByteString header = file.substr(kLength, length), elements = file.substr(kLength + length);
    mutate_bytes(below(8, random) == 0 ? elements : header, most, random);
    file = safetensors_file(header, elements);
}

std::vector<ByteString> safetensors_seeds() {
    std::vector<ByteString> seeds = {
        safetensors_file("{}", ""),
        safetensors_file(R"({"__metadata__":{"format":"pt","a\u0041":"\n"},)"
                         R"("module.b":{"dtype":"F32","shape":[1,2],"data_offsets":[4,12]},)"
                         R"("module.a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}} )",
                         ByteString(12, '?'))};
    for (const std::string type : {"F64", "BF16", "I64", "I32", "I16", "I8", "U8", "BOOL", "F8_E4M3"}) {
        seeds.push_back(safetensors_file(
            R"({"s":{"dtype":")" + type + R"(","shape":[],"data_offsets":[0,8]}})", ByteString(8, '?')));
    }
    return seeds;
}

}  // namespace

Target safetensors() {
    return {.name = "safetensors",
            .check = check_checkpoint,
            .seeds = safetensors_seeds,
            .mutate = mutate_safetensors};
}

}  // namespace featherface::fuzz
