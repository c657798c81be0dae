// Ctrl-C as a wish that a verb looks for, so that it can finish what it is at.
#pragma once

namespace featherface::tools {

// From here on the first SIGINT is a wish to end; the second ends the program at once, as always. A process
// that was started with SIGINT ignored goes on ignoring it.
void watch_interrupt();

// Whether there was one. Any thread may ask.
bool interrupted();

}  // namespace featherface::tools
