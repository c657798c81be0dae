// `detect -`: the frames of a stream on standard input, one after another.
#pragma once

#include <filesystem>
#include <vector>

#include "featherface/detector.hpp"
#include "tools/cli/exit_codes.hpp"
#include "tools/detect/options.hpp"

namespace featherface::tools {

// Looks at the frames and writes what was found in each to standard output as soon as it is known, and at the
// end how many there were per second. `outputs` has the file to draw to, <folder>/stdin.png where each frame
// is to have one of its own, or none. Once the frames have their size, what JSON lines of raw frames and of
// binary PNM with samples of a byte need is allocated; JPEG and the others are decoded into new memory. A
// frame that is damaged is reported, and the next one looked at. Whoever reads the output may go away: that
// ends the stream as its own end does. Returns the worst exit code of any frame; kInterrupted after SIGINT.
ExitCode detect_in_stream(Detector& detector, const std::vector<std::filesystem::path>& outputs,
                          const DetectOptions& options);

}  // namespace featherface::tools
