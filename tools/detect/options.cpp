#include "tools/detect/options.hpp"

#include "tools/cli/scales.hpp"
#include "tools/cli/verb.hpp"

namespace featherface::tools {

void declare(Arguments& arguments, DetectOptions& options) {
    constexpr std::int64_t kMostFaces = 1'000'000, kMostSide = 100'000;
    arguments.text('m', "model", "FILE",
                   "a detector's checkpoint (.pth); without one, the program's own FeatherFace V2",
                   options.model);
    declare_reading(arguments, options.reading);
    arguments.text(
        0, "files-from", "FILE",
        "take more pictures and folders from a file, a name on each line, or between zero bytes as "
        "find -print0 writes them; '-': from standard input",
        options.files_from);
    arguments.text(0, "resume", "OUT.jsonl",
                   "write JSON lines to the end of this file, and leave out the pictures that it has already",
                   options.resume);
    arguments.text('o', "output", "OUT",
                   "draw the faces: a .png or .ppm file for one picture, a folder for several",
                   options.output);
    arguments.choice("format", "what to write", options.format,
                     {"text", "json", "jsonl", "csv", "widerface"});
    arguments.number("score", "faces with a score above this count", options.score, 0, 1);
    arguments.number("nms", "of two boxes that overlap more (IoU), the better stays", options.nms, 0, 1);
    arguments.number("top-k", "candidates looked at, best first", options.top_k, 1, kMostFaces);
    arguments.number("keep", "faces given at most", options.keep, 1, kMostFaces);
    arguments.number("max-side", "shrink pictures whose longer side is larger; 0: never", options.max_side, 0,
                     kMostSide);
    declare_scales(arguments, options.scales_text, "auto");
    arguments.flag("turns", "look for faces on their side and on their head too; takes four times as long",
                   options.turns);
    declare_max_pixels(arguments, options.max_pixels);
    declare_threads(arguments, options.threads_given);
    arguments.note(
        "A folder stands for the pictures in it and in the folders below, found by their extension and taken "
        "in order of name; '-' is a picture on standard input. JPEG (no more of it than --max-side and "
        "--scales look at), PNG, BMP and PNM are read. A picture "
        "that cannot be read is reported, the others are still run, and the exit code is 3.");
    arguments.note(
        "Pictures are looked at side by side, one to a thread, and written in their order; a single picture, "
        "or the last ones, get all threads. Interrupted (Ctrl-C), the program finishes the pictures it is at "
        "and ends with exit code 130; the same command with --resume goes on from there, also where the last "
        "line of the file was cut.");
    arguments.note(
        "Boxes (x1 y1 x2 y2) and landmarks are in pixels of the picture as shown upright, also when it was "
        "shrunk, and are not clipped to it. Landmarks: left eye, right eye, nose, left and right corner of "
        "the mouth, as seen in the picture.");
    arguments.note(
        "--format json is one document, jsonl an object per line: a picture that failed has 'error' and no "
        "'faces', one that was shrunk its 'scale'; 'ms' are milliseconds. csv is a row per face. widerface "
        "writes a .txt per picture into the folder -o instead of drawing: name, count, 'x y w h score' per "
        "face.");
}

Status settle(DetectOptions& options) {
    const auto threads = threads_or_default(options.threads_given);
    if (!threads.ok()) return threads.status();
    options.threads = threads.value();
    if (options.scales_text) {
        const auto scales = parse_scales(*options.scales_text);
        if (!scales.ok()) return scales.status();
        options.scales = scales.value();
    }
    if (options.resume) {
        if (options.format != kDetectText && options.format != kDetectJsonLines) {
            return {StatusCode::invalid_argument, "--resume writes JSON lines; leave --format out"};
        }
        options.format = kDetectJsonLines;
    }
    return {};
}

}  // namespace featherface::tools
