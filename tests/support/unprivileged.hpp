// Permissions hold for everyone but root, who may be the one that runs the tests.
#pragma once

#include <filesystem>
#include <functional>

#include "featherface/status.hpp"

namespace featherface::test {

// The Status of `action`, done by a child process that may do no more than any user. Of the message the first
// thousand bytes are kept. The folder the files are in must be open to all.
Status without_privileges(const std::function<Status()>& action);

}  // namespace featherface::test
