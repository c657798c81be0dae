#include "engine/system/short_list.hpp"

#include <doctest/doctest.h>

#include <numeric>
#include <span>
#include <vector>

namespace featherface::engine {
namespace {

using Numbers = ShortList<int, 3>;

TEST_CASE("short list: what was put in is there in order, as many as fit") {
    Numbers numbers;
    CHECK(numbers.empty());
    for (const int number : {5, 7, 9}) numbers.push_back(number);
    CHECK(numbers.size() == 3);
    CHECK(numbers[1] == 7);
    CHECK(std::accumulate(numbers.begin(), numbers.end(), 0) == 21);
    const std::span<const int> seen = numbers;
    CHECK(seen.back() == 9);
}

TEST_CASE("short list: it equals whatever has the same elements, and no more of them") {
    const Numbers numbers = {5, 7};
    CHECK(numbers == Numbers{5, 7});
    CHECK(numbers == std::vector{5, 7});
    CHECK(std::vector{5, 7} == numbers);
    CHECK(numbers != Numbers{5, 7, 0});
    CHECK(numbers != Numbers{7, 5});
    CHECK(Numbers{} == Numbers{});
}

TEST_CASE("short list: a copy is another list") {
    Numbers numbers = {1, 2};
    const Numbers before = numbers;
    for (int& number : numbers) number = 0;
    CHECK(before == Numbers{1, 2});
    CHECK(numbers == Numbers{0, 0});
}

}  // namespace
}  // namespace featherface::engine
