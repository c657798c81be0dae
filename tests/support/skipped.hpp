// Tests that cannot run here because something is not installed or not there.
#pragma once

namespace featherface::test {

// A test case was left out. The process then ends with the code that ctest lists as skipped, if nothing
// failed.
void note_skipped();
bool anything_was_skipped();

}  // namespace featherface::test
