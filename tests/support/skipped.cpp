#include "support/skipped.hpp"

namespace featherface::test {
namespace {

bool skipped = false;

}  // namespace

void note_skipped() {
    skipped = true;
}

bool anything_was_skipped() {
    return skipped;
}

}  // namespace featherface::test
