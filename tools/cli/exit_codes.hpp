// What the program's exit status means: the one place where a Status becomes one.
#pragma once

#include "featherface/status.hpp"

namespace featherface::tools {

enum ExitCode : int {
    kDone = 0,           // also when there are no faces
    kDiffers = 1,        // a negative answer: a comparison differs, a file could run code, a model is worse
    kUsage = 2,          // the command line makes no sense
    kBadInput = 3,       // a picture or checkpoint unreadable or malformed, even if only one of many
    kWrongModel = 4,     // a readable checkpoint of another kind than the verb needs
    kInternal = 5,       // a defect of the program, or no memory
    kOutputFailed = 6,   // a result could not be written
    kInterrupted = 130,  // SIGINT: what was at work is finished, as shells call it
};

constexpr ExitCode exit_code(StatusCode code) {
    switch (code) {
        case StatusCode::ok: return kDone;
        case StatusCode::invalid_argument: return kUsage;
        case StatusCode::io_error:
        case StatusCode::malformed:
        case StatusCode::unsupported:
        case StatusCode::limit_exceeded: return kBadInput;
        case StatusCode::wrong_model: return kWrongModel;
        case StatusCode::output_error: return kOutputFailed;
        case StatusCode::internal:
        case StatusCode::out_of_memory: return kInternal;
    }
    return kInternal;
}

// `featherface help` shows it.
constexpr const char* kExitCodesHelp =
    "Exit codes:\n"
    "  0  done, also when there are no faces\n"
    "  1  a negative answer: a comparison differs, PyTorch could run code out of a file,\n"
    "     8 bits find other faces\n"
    "  2  the command line makes no sense\n"
    "  3  a picture or checkpoint is unreadable or malformed, even if only one of many\n"
    "  4  a readable checkpoint of another kind than the verb needs\n"
    "  5  a defect of this program, or no memory\n"
    "  6  a result could not be written\n"
    "  130  interrupted (Ctrl-C): pictures that were begun are finished, the others are left out\n";

}  // namespace featherface::tools
