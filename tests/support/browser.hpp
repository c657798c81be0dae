// Opens a page of the project's making in headless Chromium.
#pragma once

#include <filesystem>
#include <string>

namespace featherface::test {

// Whether there is a Chromium. Without one, the test case is noted as skipped, and where $CI is set it fails;
// under sanitizers it is skipped.
bool have_browser();

// What `script` returns, as text, run when `page` has loaded and run its own scripts. Errors of either are
// the result too, as "error: ...". The page is a whole HTML file with a <head>.
std::string evaluate_in_browser(const std::filesystem::path& page, const std::string& script);

}  // namespace featherface::test
