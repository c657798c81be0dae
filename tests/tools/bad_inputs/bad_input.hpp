// One input that the program must survive, as a user gives it: the file is made, the program is called on it,
// and what it says, its exit code and the memory it took are looked at. How long it took is printed and
// decides nothing; a limit on the processor's time stands guard against endless work.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "support/bytes.hpp"
#include "support/program.hpp"
#include "support/program_files.hpp"

namespace featherface::test {

struct BadInput {
    std::string name;
    ByteString bytes;
    int exit_code = 3;
    std::vector<std::string_view> says = {};  // on either stream, what is wrong with it
};

class BadInputs {
  public:
    // What the program is called with, "{}" for the file's path, whose name ends in `extension`.
    BadInputs(std::vector<std::string> words, std::string extension);
    BadInputs(const BadInputs&) = delete;
    BadInputs& operator=(const BadInputs&) = delete;
    ~BadInputs();  // prints the most time and memory that any took

    // A refusal names the file, says nothing on standard output but where a comparison is shown, and takes at
    // most three times the file and 64 MiB.
    void check(const BadInput& input);
    void check(const std::vector<BadInput>& inputs);
    // The same of a file that is there already.
    void check_path(const BadInput& input, const std::string& path);

    const ProgramFiles& files() const { return files_; }

  private:
    ProgramFiles files_;
    std::vector<std::string> words_;
    std::string extension_;
    std::size_t count_ = 0, largest_bytes_ = 0;
    double slowest_ms_ = 0;
    std::string slowest_, largest_;
};

}  // namespace featherface::test
