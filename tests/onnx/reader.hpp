// Reads an ONNX file back, sharing nothing with the writer but the specification: the Protocol Buffers wire
// format, and of onnx.proto what a graph of float and int64 tensors needs. Throws std::runtime_error where
// the bytes make no sense.
#pragma once

#include <cstdint>
#include <cstring>
#include <map>
#include <numeric>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace featherface::test {

// The fields of one message, in order: numbers (varint, 32 bits) or bytes.
struct ProtobufField {
    int number = 0;
    std::uint64_t value = 0;
    std::string_view bytes = {};
};

inline std::vector<ProtobufField> protobuf_fields(std::string_view message) {
    std::size_t at = 0;
    const auto take = [&](std::size_t count) {
        if (count > message.size() - at) throw std::runtime_error("protobuf: cut off");
        at += count;
        return message.substr(at - count, count);
    };
    const auto varint = [&] {
        std::uint64_t value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            const auto byte = static_cast<unsigned char>(take(1)[0]);
            value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
            if (byte < 0x80) return value;
        }
        throw std::runtime_error("protobuf: a varint of more than 10 bytes");
    };

    std::vector<ProtobufField> fields;
    while (at < message.size()) {
        const std::uint64_t key = varint();
        ProtobufField field{.number = static_cast<int>(key >> 3)};
        switch (key & 7) {
            case 0: field.value = varint(); break;
            case 2: field.bytes = take(varint()); break;
            case 5:
                for (std::size_t i = 0; const char byte : take(4)) {
                    field.value |= std::uint64_t{static_cast<unsigned char>(byte)} << 8 * i++;
                }
                break;
            default: throw std::runtime_error("protobuf: wire type " + std::to_string(key & 7));
        }
        fields.push_back(field);
    }
    return fields;
}

using Extents = std::vector<std::int64_t>;
constexpr std::int64_t kNamed = -1;  // an extent that has a name in place of a number

inline std::int64_t element_count(const Extents& dims) {
    return std::accumulate(dims.begin(), dims.end(), std::int64_t{1}, std::multiplies<>());
}

struct OnnxConstant {
    Extents dims;
    std::vector<float> floats;  // one of the two is empty
    std::vector<std::int64_t> integers;
};

struct OnnxAttributeValue {
    std::int64_t integer = 0;
    float number = 0;
    std::string text;
    Extents integers;
};

struct OnnxNode {
    std::string operation;
    std::vector<std::string> inputs, outputs;
    std::map<std::string, OnnxAttributeValue> attributes;
};

struct OnnxModel {
    std::int64_t ir_version = 0, opset = 0;
    std::vector<OnnxNode> nodes;
    std::map<std::string, OnnxConstant> constants;
    std::map<std::string, Extents> inputs, outputs;

    std::map<std::string, int> operation_counts() const {
        std::map<std::string, int> counts;
        for (const OnnxNode& node : nodes) ++counts[node.operation];
        return counts;
    }
};

namespace onnx_reader {

inline OnnxConstant read_constant(std::string_view message, std::string& name) {
    constexpr std::uint64_t kFloat = 1, kInt64 = 7;
    OnnxConstant constant;
    std::uint64_t type = 0;
    std::string_view raw;
    for (const ProtobufField& field : protobuf_fields(message)) {
        if (field.number == 1) constant.dims.push_back(static_cast<std::int64_t>(field.value));
        if (field.number == 2) type = field.value;
        if (field.number == 8) name = field.bytes;
        if (field.number == 9) raw = field.bytes;
    }
    const auto count = static_cast<std::size_t>(element_count(constant.dims));
    if (type == kFloat) {
        constant.floats.resize(count);
    } else if (type == kInt64) {
        constant.integers.resize(count);
    } else {
        throw std::runtime_error("onnx: tensor of type " + std::to_string(type));
    }
    const std::size_t bytes = count * (type == kFloat ? sizeof(float) : sizeof(std::int64_t));
    if (raw.size() != bytes) throw std::runtime_error("onnx: '" + name + "' has a wrong number of bytes");
    void* values = type == kFloat ? static_cast<void*>(constant.floats.data()) : constant.integers.data();
    std::memcpy(values, raw.data(), bytes);
    return constant;
}

inline OnnxAttributeValue read_attribute(std::string_view message, std::string& name) {
    OnnxAttributeValue attribute;
    for (const ProtobufField& field : protobuf_fields(message)) {
        if (field.number == 1) name = field.bytes;
        if (field.number == 2) {
            const auto bits = static_cast<std::uint32_t>(field.value);
            std::memcpy(&attribute.number, &bits, sizeof bits);
        }
        if (field.number == 3) attribute.integer = static_cast<std::int64_t>(field.value);
        if (field.number == 4) attribute.text = field.bytes;
        if (field.number == 8) attribute.integers.push_back(static_cast<std::int64_t>(field.value));
    }
    return attribute;
}

inline OnnxNode read_node(std::string_view message) {
    OnnxNode node;
    for (const ProtobufField& field : protobuf_fields(message)) {
        if (field.number == 1) node.inputs.emplace_back(field.bytes);
        if (field.number == 2) node.outputs.emplace_back(field.bytes);
        if (field.number == 4) node.operation = field.bytes;
        if (field.number == 5) {
            std::string name;
            OnnxAttributeValue value = read_attribute(field.bytes, name);
            node.attributes[name] = std::move(value);
        }
    }
    return node;
}

// The one sub-message of that number.
inline std::string_view only(std::string_view message, int number) {
    for (const ProtobufField& field : protobuf_fields(message)) {
        if (field.number == number) return field.bytes;
    }
    throw std::runtime_error("onnx: field " + std::to_string(number) + " is missing");
}

inline Extents read_float_tensor_type(std::string_view value_info) {
    Extents dims;
    const std::string_view tensor = only(only(value_info, 2), 1);
    for (const ProtobufField& field : protobuf_fields(tensor)) {
        if (field.number == 1 && field.value != 1) throw std::runtime_error("onnx: not a tensor of floats");
    }
    for (const ProtobufField& dim : protobuf_fields(only(tensor, 2))) {
        const ProtobufField extent = protobuf_fields(dim.bytes).at(0);
        dims.push_back(extent.number == 1 ? static_cast<std::int64_t>(extent.value) : kNamed);
    }
    return dims;
}

}  // namespace onnx_reader

inline OnnxModel read_onnx(std::string_view file) {
    using namespace onnx_reader;
    OnnxModel model;
    for (const ProtobufField& field : protobuf_fields(file)) {
        if (field.number == 1) model.ir_version = static_cast<std::int64_t>(field.value);
        if (field.number != 8) continue;
        for (const ProtobufField& part : protobuf_fields(field.bytes)) {
            if (part.number == 2) model.opset = static_cast<std::int64_t>(part.value);
        }
    }
    for (const ProtobufField& field : protobuf_fields(only(file, 7))) {
        if (field.number == 1) model.nodes.push_back(read_node(field.bytes));
        if (field.number == 5) {
            std::string name;
            OnnxConstant constant = read_constant(field.bytes, name);
            if (!model.constants.emplace(name, std::move(constant)).second) {
                throw std::runtime_error("onnx: two constants named '" + name + "'");
            }
        }
        const auto named = [&] { return std::string(only(field.bytes, 1)); };
        if (field.number == 11) model.inputs[named()] = read_float_tensor_type(field.bytes);
        if (field.number == 12) model.outputs[named()] = read_float_tensor_type(field.bytes);
    }
    return model;
}

}  // namespace featherface::test
