// What an operation must say, and what follows from what each says.
#include "engine/operations/operation.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string_view>
#include <vector>

namespace featherface::engine {

// A complete operation, and ones that each leave one thing out. Their namespace has a name: clang takes what
// nothing reads in one without for a mistake.
namespace declared {

struct Complete {
    static constexpr std::string_view kKind = "complete";
    static constexpr bool kRowWise = true;
    static constexpr ParameterMembers<Complete, 0> kParameters = {};
    Shape infer_shape(std::span<const Shape> inputs) const { return inputs[0]; }
    Rows input_rows(std::size_t, const Extents&, Rows rows) const { return rows; }
    Work work(const Extents&) const { return {}; }
    std::unique_ptr<const RowOperator> bind(std::span<const Parameter>, const KernelTable&) const {
        return nullptr;
    }
};
static_assert(IsOperation<Complete>);

struct WithoutKind {
    static constexpr bool kRowWise = true;
    static constexpr ParameterMembers<WithoutKind, 0> kParameters = {};
    Shape infer_shape(std::span<const Shape> inputs) const { return inputs[0]; }
    Rows input_rows(std::size_t, const Extents&, Rows rows) const { return rows; }
    Work work(const Extents&) const { return {}; }
    std::unique_ptr<const RowOperator> bind(std::span<const Parameter>, const KernelTable&) const {
        return nullptr;
    }
};
static_assert(!IsOperation<WithoutKind>);

struct WithoutRowWise {
    static constexpr std::string_view kKind = "incomplete";
    static constexpr ParameterMembers<WithoutRowWise, 0> kParameters = {};
    Shape infer_shape(std::span<const Shape> inputs) const { return inputs[0]; }
    Rows input_rows(std::size_t, const Extents&, Rows rows) const { return rows; }
    Work work(const Extents&) const { return {}; }
    std::unique_ptr<const RowOperator> bind(std::span<const Parameter>, const KernelTable&) const {
        return nullptr;
    }
};
static_assert(!IsOperation<WithoutRowWise>);

struct WithoutParameters {
    static constexpr std::string_view kKind = "incomplete";
    static constexpr bool kRowWise = true;
    Shape infer_shape(std::span<const Shape> inputs) const { return inputs[0]; }
    Rows input_rows(std::size_t, const Extents&, Rows rows) const { return rows; }
    Work work(const Extents&) const { return {}; }
    std::unique_ptr<const RowOperator> bind(std::span<const Parameter>, const KernelTable&) const {
        return nullptr;
    }
};
static_assert(!IsOperation<WithoutParameters>);

struct WithoutShape {
    static constexpr std::string_view kKind = "incomplete";
    static constexpr bool kRowWise = true;
    static constexpr ParameterMembers<WithoutShape, 0> kParameters = {};
    Rows input_rows(std::size_t, const Extents&, Rows rows) const { return rows; }
    Work work(const Extents&) const { return {}; }
    std::unique_ptr<const RowOperator> bind(std::span<const Parameter>, const KernelTable&) const {
        return nullptr;
    }
};
static_assert(!IsOperation<WithoutShape>);

struct WithoutInputRows {
    static constexpr std::string_view kKind = "incomplete";
    static constexpr bool kRowWise = true;
    static constexpr ParameterMembers<WithoutInputRows, 0> kParameters = {};
    Shape infer_shape(std::span<const Shape> inputs) const { return inputs[0]; }
    Work work(const Extents&) const { return {}; }
    std::unique_ptr<const RowOperator> bind(std::span<const Parameter>, const KernelTable&) const {
        return nullptr;
    }
};
static_assert(!IsOperation<WithoutInputRows>);

struct WithoutWork {
    static constexpr std::string_view kKind = "incomplete";
    static constexpr bool kRowWise = true;
    static constexpr ParameterMembers<WithoutWork, 0> kParameters = {};
    Shape infer_shape(std::span<const Shape> inputs) const { return inputs[0]; }
    Rows input_rows(std::size_t, const Extents&, Rows rows) const { return rows; }
    std::unique_ptr<const RowOperator> bind(std::span<const Parameter>, const KernelTable&) const {
        return nullptr;
    }
};
static_assert(!IsOperation<WithoutWork>);

struct WithoutBind {
    static constexpr std::string_view kKind = "incomplete";
    static constexpr bool kRowWise = true;
    static constexpr ParameterMembers<WithoutBind, 0> kParameters = {};
    Shape infer_shape(std::span<const Shape> inputs) const { return inputs[0]; }
    Rows input_rows(std::size_t, const Extents&, Rows rows) const { return rows; }
    Work work(const Extents&) const { return {}; }
};
static_assert(!IsOperation<WithoutBind>);

// It says that it is row-wise, but is bound to what computes all rows at once.
struct Contradictory {
    static constexpr std::string_view kKind = "contradictory";
    static constexpr bool kRowWise = true;
    static constexpr ParameterMembers<Contradictory, 0> kParameters = {};
    Shape infer_shape(std::span<const Shape> inputs) const { return inputs[0]; }
    Rows input_rows(std::size_t, const Extents&, Rows rows) const { return rows; }
    Work work(const Extents&) const { return {}; }
    std::unique_ptr<const WholeOperator> bind(std::span<const Parameter>, const KernelTable&) const {
        return nullptr;
    }
};
static_assert(!IsOperation<Contradictory>);

// It needs its inputs whole, and yet names rows.
struct RowsOfAWhole {
    static constexpr std::string_view kKind = "contradictory";
    static constexpr bool kRowWise = false;
    static constexpr ParameterMembers<RowsOfAWhole, 0> kParameters = {};
    Shape infer_shape(std::span<const Shape> inputs) const { return inputs[0]; }
    Rows input_rows(std::size_t, const Extents&, Rows rows) const { return rows; }
    Work work(const Extents&) const { return {}; }
    std::unique_ptr<const WholeOperator> bind(std::span<const Parameter>, const KernelTable&) const {
        return nullptr;
    }
};
static_assert(!IsOperation<RowsOfAWhole>);

}  // namespace declared

namespace {

template <class Variant>
std::vector<std::string_view> all_kinds() {
    return []<std::size_t... i>(std::index_sequence<i...>) {
        return std::vector<std::string_view>{std::variant_alternative_t<i, Variant>::kKind...};
    }
    (std::make_index_sequence<std::variant_size_v<Variant>>());
}

TEST_CASE("operations: no two are of one kind, and kind_of tells an operation's") {
    const auto kinds = all_kinds<Operation>();
    CHECK(std::set(kinds.begin(), kinds.end()).size() == kinds.size());
    CHECK(kind_of(MaxPool{}) == "max_pool");
    CHECK(kind_of(Activate{}) == "activation");
}

std::vector<ParameterId> parameters_of(const Operation& operation) {
    std::vector<ParameterId> ids;
    for_each_parameter(operation, [&](ParameterId id) { ids.push_back(id); });
    return ids;
}

TEST_CASE("operations: every parameter is visited, absent ones too") {
    CHECK(parameters_of(Conv{.geometry = {}, .weight = 3, .scale = 4, .bias = 5}) ==
          std::vector<ParameterId>{3, 4, 5});
    CHECK(parameters_of(DeformConv{.geometry = {}, .weight = 3, .bias = 5}) ==
          std::vector<ParameterId>{3, kNone, 5});
    CHECK(parameters_of(BatchNorm{1, 2, 3, 4}) == std::vector<ParameterId>{1, 2, 3, 4});
    CHECK(parameters_of(Linear{.weight = 6, .bias = 7}) == std::vector<ParameterId>{6, 7});
    CHECK(parameters_of(FusionWeights{8, 3}) == std::vector<ParameterId>{8});
    CHECK(parameters_of(WeightedSum{.parameter = 9}) == std::vector<ParameterId>{9});
    CHECK(parameters_of(ChannelConv{.kernel = 3, .weight = 2}) == std::vector<ParameterId>{2});
    CHECK(parameters_of(Shuffle{{1, 0}}).empty());
}

TEST_CASE("operations: parameters can be renumbered") {
    Operation conv = Conv{.geometry = {}, .weight = 3, .scale = 4, .bias = 5};
    for_each_parameter(conv, [](ParameterId& id) { id += 10; });
    CHECK(parameters_of(conv) == std::vector<ParameterId>{13, 14, 15});
}

bool operator==(Rows a, Rows b) {
    return a.begin == b.begin && a.end == b.end;
}

Shape map(int height, int channels = 1) {
    return {Shape::Kind::map, height, 5, channels};
}

TEST_CASE("operations: a convolution's window is cut to the map") {
    const Shape input[] = {map(9)};
    const Operation same = Conv{.geometry = {1, 1, 3, 1, 1, 1}};
    CHECK(input_rows(same, 0, {input, map(9)}, {0, 1}) == Rows{0, 2});
    CHECK(input_rows(same, 0, {input, map(9)}, {3, 5}) == Rows{2, 6});
    CHECK(input_rows(same, 0, {input, map(9)}, {8, 9}) == Rows{7, 9});
    const Operation strided = Conv{.geometry = {1, 1, 3, 2, 1, 1}};
    CHECK(input_rows(strided, 0, {input, map(5)}, {1, 3}) == Rows{1, 6});
    CHECK(input_rows(strided, 0, {input, map(5)}, {4, 5}) == Rows{7, 9});
}

TEST_CASE("operations: max pooling pads as it says, before the first row") {
    const Shape even[] = {map(8)}, odd[] = {map(9)};
    const Operation ordinary = MaxPool{MaxPool::Padding::one};
    const Operation same = MaxPool{MaxPool::Padding::same_with_zeros};
    CHECK(input_rows(ordinary, 0, {even, map(4)}, {1, 2}) == Rows{1, 4});
    CHECK(input_rows(same, 0, {even, map(4)}, {1, 2}) == Rows{2, 5});  // all padding is behind
    CHECK(input_rows(same, 0, {odd, map(5)}, {1, 2}) == Rows{1, 4});
}

TEST_CASE("operations: resizing reads the nearest rows of the map, and none of what it is like") {
    const Shape inputs[] = {map(3), map(7)};
    CHECK(input_rows(Resize{}, 0, {inputs, map(7)}, {0, 7}) == Rows{0, 3});
    CHECK(input_rows(Resize{}, 0, {inputs, map(7)}, {4, 5}) == Rows{1, 2});
    CHECK(is_empty(input_rows(Resize{}, 1, {inputs, map(7)}, {0, 7})));
}

TEST_CASE("operations: a deformable convolution may read all of its map, but its own rows of the offsets") {
    const Shape inputs[] = {map(9), map(9, 18), map(9, 9)};
    const Operation deform = DeformConv{.geometry = {1, 1, 3, 1, 1, 1}};
    CHECK(input_rows(deform, 0, {inputs, map(9)}, {4, 5}) == Rows{0, 9});
    CHECK(input_rows(deform, 1, {inputs, map(9)}, {4, 5}) == Rows{4, 5});
    CHECK(input_rows(deform, 2, {inputs, map(9)}, {4, 5}) == Rows{4, 5});
}

TEST_CASE("operations: a gate is read whole, the map row by row") {
    const Shape inputs[] = {map(9, 4), {Shape::Kind::vector, 1, 1, 4}};
    CHECK(input_rows(ScaleChannels{}, 0, {inputs, map(9, 4)}, {7, 9}) == Rows{7, 9});
    CHECK(input_rows(ScaleChannels{}, 1, {inputs, map(9, 4)}, {7, 9}) == Rows{0, 1});
    CHECK(input_rows(ChannelStats{}, 0, {inputs, map(9, 2)}, {7, 9}) == Rows{7, 9});
    CHECK(input_rows(ChannelStats{}, 1, {inputs, map(9, 2)}, {7, 9}) == Rows{0, 1});
    const Shape both[] = {inputs[0], inputs[1], map(9, 1)};
    CHECK(input_rows(Attend{}, 0, {both, map(9, 4)}, {7, 9}) == Rows{7, 9});
    CHECK(input_rows(Attend{}, 1, {both, map(9, 4)}, {7, 9}) == Rows{0, 1});
    CHECK(input_rows(Attend{}, 2, {both, map(9, 4)}, {7, 9}) == Rows{7, 9});
}

TEST_CASE("operations: a gate per row is read with its rows, one per column whole") {
    const Shape of_rows[] = {map(9, 4), {Shape::Kind::map, 9, 1, 4}};
    const Shape of_columns[] = {map(9, 4), {Shape::Kind::map, 1, 5, 4}};
    const Operation per_row = ScaleStrips{ScaleStrips::Gate::per_row};
    const Operation per_column = ScaleStrips{ScaleStrips::Gate::per_column};
    CHECK(input_rows(per_row, 0, {of_rows, map(9, 4)}, {7, 9}) == Rows{7, 9});
    CHECK(input_rows(per_row, 1, {of_rows, map(9, 4)}, {7, 9}) == Rows{7, 9});
    CHECK(input_rows(per_column, 0, {of_columns, map(9, 4)}, {7, 9}) == Rows{7, 9});
    CHECK(input_rows(per_column, 1, {of_columns, map(9, 4)}, {7, 9}) == Rows{0, 1});
}

TEST_CASE("operations: what is made along an axis has PyTorch's shape") {
    const Shape input[] = {map(9, 4)}, vector[] = {{Shape::Kind::vector, 1, 1, 4}};
    CHECK(infer_shape(ColumnMeans{}, input).torch_shape() == std::vector<std::int64_t>{1, 4, 1, 5});
    CHECK(infer_shape(ChannelConv{}, vector).torch_shape() == std::vector<std::int64_t>{1, 1, 4});
    CHECK(infer_shape(ToPixel{}, vector).torch_shape() == std::vector<std::int64_t>{1, 4, 1, 1});
}

TEST_CASE("operations: no rows need none") {
    const Shape inputs[] = {map(9), map(9, 18), map(9, 9)};
    const Operation deform = DeformConv{.geometry = {1, 1, 3, 1, 1, 1}};
    CHECK(is_empty(input_rows(deform, 0, {inputs, map(9)}, {4, 4})));
}

}  // namespace
}  // namespace featherface::engine
