#include "tools/onnx/file.hpp"

#include <bit>

#include "featherface/version.hpp"

namespace featherface::tools {

namespace {

// Field numbers of the messages used, as onnx.proto assigns them.
constexpr int kModelIrVersion = 1, kModelProducerName = 2, kModelProducerVersion = 3, kModelGraph = 7,
              kModelOpsetImport = 8;
constexpr int kOpsetVersion = 2;
constexpr int kGraphNode = 1, kGraphName = 2, kGraphInitializer = 5, kGraphInput = 11, kGraphOutput = 12;
constexpr int kNodeInput = 1, kNodeOutput = 2, kNodeName = 3, kNodeOpType = 4, kNodeAttribute = 5;
constexpr int kAttributeName = 1, kAttributeFloat = 2, kAttributeInt = 3, kAttributeString = 4,
              kAttributeInts = 8, kAttributeType = 20;
constexpr int kTensorDims = 1, kTensorDataType = 2, kTensorName = 8, kTensorRawData = 9;
constexpr int kValueInfoName = 1, kValueInfoType = 2;
constexpr int kTypeTensor = 1, kTensorTypeElement = 1, kTensorTypeShape = 2, kShapeDim = 1, kDimValue = 1,
              kDimParam = 2;

// Enumerators: of tensors' data_type and of attributes' type.
constexpr int kDataFloat = 1, kDataInt64 = 7;
constexpr int kIsFloat = 1, kIsInt = 2, kIsString = 3, kIsInts = 7;

constexpr int kIrVersion = 9;  // of the file format: the one that came with kOpset

static_assert(std::endian::native == std::endian::little, "raw_data is little-endian");

template <class Element>
ProtobufMessage constant(std::string_view name, const Dims& dims, int data_type,
                         std::span<const Element> values) {
    ProtobufMessage message;
    for (const std::int64_t extent : dims) message.add_int(kTensorDims, extent);
    message.add_int(kTensorDataType, data_type);
    message.add_bytes(kTensorName, name);
    message.add_bytes(kTensorRawData, {reinterpret_cast<const char*>(values.data()), values.size_bytes()});
    return message;
}

ProtobufMessage float_tensor_info(std::string_view name, std::span<const OnnxExtent> extents) {
    ProtobufMessage shape;
    for (const OnnxExtent& extent : extents) {
        ProtobufMessage dim;
        if (const auto* value = std::get_if<std::int64_t>(&extent)) dim.add_int(kDimValue, *value);
        if (const auto* parameter = std::get_if<std::string_view>(&extent))
            dim.add_bytes(kDimParam, *parameter);
        shape.add_message(kShapeDim, dim);
    }
    ProtobufMessage tensor_message;
    tensor_message.add_int(kTensorTypeElement, kDataFloat);
    tensor_message.add_message(kTensorTypeShape, shape);
    ProtobufMessage type_message;
    type_message.add_message(kTypeTensor, tensor_message);

    ProtobufMessage info;
    info.add_bytes(kValueInfoName, name);
    info.add_message(kValueInfoType, type_message);
    return info;
}

// Adds an attribute's value and the type it has.
struct ValueWriter {
    ProtobufMessage& message;

    void operator()(std::int64_t value) const {
        message.add_int(kAttributeInt, value);
        message.add_int(kAttributeType, kIsInt);
    }
    void operator()(float value) const {
        message.add_float(kAttributeFloat, value);
        message.add_int(kAttributeType, kIsFloat);
    }
    void operator()(std::string_view value) const {
        message.add_bytes(kAttributeString, value);
        message.add_int(kAttributeType, kIsString);
    }
    void operator()(const Dims& values) const {
        for (const std::int64_t value : values) message.add_int(kAttributeInts, value);
        message.add_int(kAttributeType, kIsInts);
    }
};

template <class Inputs>
ProtobufMessage node_message(std::string_view operation, const Inputs& inputs, std::string_view output,
                             std::initializer_list<OnnxAttribute> attributes) {
    ProtobufMessage message;
    for (const std::string_view input : inputs) message.add_bytes(kNodeInput, input);
    message.add_bytes(kNodeOutput, output);
    message.add_bytes(kNodeName, output);
    message.add_bytes(kNodeOpType, operation);
    for (const OnnxAttribute& entry : attributes) {
        ProtobufMessage attribute_message;
        attribute_message.add_bytes(kAttributeName, entry.name);
        std::visit(ValueWriter{attribute_message}, entry.value);
        message.add_message(kNodeAttribute, attribute_message);
    }
    return message;
}

}  // namespace

void OnnxFile::add_constant(std::string_view name, const Dims& dims, std::span<const float> values) {
    graph_.add_message(kGraphInitializer, constant(name, dims, kDataFloat, values));
}

void OnnxFile::add_constant(std::string_view name, const Dims& dims, std::span<const std::int64_t> values) {
    graph_.add_message(kGraphInitializer, constant(name, dims, kDataInt64, values));
}

void OnnxFile::add_node(std::string_view operation, std::initializer_list<std::string_view> inputs,
                        std::string_view output, std::initializer_list<OnnxAttribute> attributes) {
    graph_.add_message(kGraphNode, node_message(operation, inputs, output, attributes));
}

void OnnxFile::add_node(std::string_view operation, std::span<const std::string> inputs,
                        std::string_view output, std::initializer_list<OnnxAttribute> attributes) {
    graph_.add_message(kGraphNode, node_message(operation, inputs, output, attributes));
}

void OnnxFile::add_input(std::string_view name, std::span<const OnnxExtent> extents) {
    graph_.add_message(kGraphInput, float_tensor_info(name, extents));
}

void OnnxFile::add_output(std::string_view name, std::span<const OnnxExtent> extents) {
    graph_.add_message(kGraphOutput, float_tensor_info(name, extents));
}

std::string OnnxFile::bytes(std::string_view graph_name) const {
    ProtobufMessage named_graph = graph_;
    named_graph.add_bytes(kGraphName, graph_name);
    ProtobufMessage opset;
    opset.add_int(kOpsetVersion, kOpset);

    ProtobufMessage file;
    file.add_int(kModelIrVersion, kIrVersion);
    file.add_bytes(kModelProducerName, "featherface");
    file.add_bytes(kModelProducerVersion, FEATHERFACE_VERSION);
    file.add_message(kModelOpsetImport, opset);
    file.add_message(kModelGraph, named_graph);
    return file.bytes();
}

}  // namespace featherface::tools
