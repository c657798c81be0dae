// Reference dumps for tests: made by the oracle on the seeded networks, then changed at will.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "featherface/image.hpp"
#include "support/npz.hpp"
#include "support/oracle/oracle.hpp"

namespace featherface::test {

struct NamedArray {
    std::string name;
    std::vector<std::int64_t> shape;
    std::vector<float> values;
};

// Arrays in the order of their file.
class Reference {
  public:
    void add(std::string name, const oracle::Tensor& tensor);
    void add(NamedArray array) { arrays_.push_back(std::move(array)); }
    void add_picture(const Image& picture);  // as image_bgr

    NamedArray& at(std::string_view name);  // fails the test case when there is none
    void remove(std::string_view name);
    const std::vector<NamedArray>& arrays() const { return arrays_; }

    tools::NpzReader write(const std::filesystem::path& path) const;  // and opens it again

  private:
    std::vector<NamedArray> arrays_;
    Image picture_;
};

// Every module's output, the network's outputs, and its input.
Reference oracle_reference(std::string_view network, const oracle::Weights& weights,
                           const oracle::Tensor& input);

// The seeded network on the seeded picture.
Reference seeded_reference(std::string_view network, int height, int width);

}  // namespace featherface::test
