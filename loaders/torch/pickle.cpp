// What a Pickle holds, value by value. The stack machine that fills it is in pickle_machine.cpp.
#include "loaders/torch/pickle.hpp"

namespace featherface::loaders {

std::string_view describe(PickleKind kind) {
    switch (kind) {
        case PickleKind::none: return "None";
        case PickleKind::boolean: return "a boolean";
        case PickleKind::integer: return "an integer";
        case PickleKind::big_integer: return "an integer of more than 64 bits";
        case PickleKind::real: return "a number";
        case PickleKind::string: return "a string";
        case PickleKind::bytes: return "bytes";
        case PickleKind::tuple: return "a tuple";
        case PickleKind::list: return "a list";
        case PickleKind::set: return "a set";
        case PickleKind::dict: return "a dict";
        case PickleKind::global: return "a class or function";
        case PickleKind::call: return "the result of a call";
        case PickleKind::instance: return "an object";
        case PickleKind::persistent: return "a persistent id";
    }
    return "a value";
}

PickleKind PickleValue::kind() const {
    return pickle_->nodes_[index_].kind;
}
std::uint64_t PickleValue::offset() const {
    return pickle_->offset_ + pickle_->nodes_[index_].offset;
}
bool PickleValue::boolean() const {
    return integer() != 0;
}
std::int64_t PickleValue::integer() const {
    return pickle_->nodes_[index_].integer;
}
double PickleValue::real() const {
    return pickle_->nodes_[index_].real;
}

std::string_view PickleValue::text() const {
    const Pickle::Node& node = pickle_->nodes_[index_];
    return {node.text, node.size};
}

std::size_t PickleValue::size() const {
    const Pickle::Node& node = pickle_->nodes_[index_];
    switch (node.kind) {
        case PickleKind::tuple: return node.size;
        case PickleKind::list:
        case PickleKind::set: return pickle_->containers_[node.container].elements.size();
        case PickleKind::dict:
        case PickleKind::call:
        case PickleKind::instance: return pickle_->containers_[node.container].elements.size() / 2;
        default: return 0;
    }
}

PickleValue PickleValue::item(std::size_t i) const {
    ++pickle_->looks_;
    const Pickle::Node& node = pickle_->nodes_[index_];
    if (node.kind == PickleKind::tuple) return {*pickle_, pickle_->tuple_items_[node.first + i]};
    return {*pickle_, pickle_->containers_[node.container].elements[i]};
}

PickleValue PickleValue::key(std::size_t i) const {
    ++pickle_->looks_;
    return {*pickle_, pickle_->containers_[pickle_->nodes_[index_].container].elements[2 * i]};
}

PickleValue PickleValue::value(std::size_t i) const {
    ++pickle_->looks_;
    return {*pickle_, pickle_->containers_[pickle_->nodes_[index_].container].elements[2 * i + 1]};
}

PickleValue PickleValue::callable() const {
    ++pickle_->looks_;
    return {*pickle_, pickle_->containers_[pickle_->nodes_[index_].container].callable};
}

PickleValue PickleValue::arguments() const {
    ++pickle_->looks_;
    return {*pickle_, pickle_->containers_[pickle_->nodes_[index_].container].arguments};
}

bool PickleValue::has_state() const {
    return pickle_->containers_[pickle_->nodes_[index_].container].has_state;
}

bool PickleValue::is_called() const {
    return pickle_->containers_[pickle_->nodes_[index_].container].is_called;
}

PickleValue PickleValue::state() const {
    ++pickle_->looks_;
    return {*pickle_, pickle_->containers_[pickle_->nodes_[index_].container].state};
}

PickleValue PickleValue::id() const {
    ++pickle_->looks_;
    return {*pickle_, pickle_->nodes_[index_].id};
}

}  // namespace featherface::loaders
