#include "tools/detect/options.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "tools/cli/scales.hpp"
#include "tools/cli/verb.hpp"

namespace featherface::tools {

void declare(Arguments& arguments, DetectOptions& options) {
    constexpr std::int64_t kMostFaces = 1'000'000, kMostSide = 100'000;
    arguments.text('m', "model", "FILE",
                   "a detector's checkpoint (.pth); without one, the program's own FeatherFace V2",
                   options.model);
    declare_reading(arguments, options.reading);
    declare_precision(arguments, options.reading);
    arguments.text(
        0, "files-from", "FILE",
        "take more pictures and folders from a file, a name on each line, or between zero bytes as "
        "find -print0 writes them; '-': from standard input",
        options.files_from);
    arguments.text(0, "resume", "OUT.jsonl",
                   "write JSON lines to the end of this file, and leave out the pictures that it has already",
                   options.resume);
    arguments.text(
        'o', "output", "OUT",
        "draw the faces: a .png, .jpg or .ppm file for one picture, a folder (of PNGs) for several",
        options.output);
    arguments.text(
        0, "crops", "DIR",
        "write each face to a file in this folder, PICTURE-1.png the best: 112x112 pixels, set upright "
        "by its landmarks as networks that recognise people take it",
        options.crops);
    arguments.number(
        "margin", "with --crops: instead, what is in the box, and so much of its width and height around it",
        options.margin, 0, 10);
    arguments.text(
        0, "report", "OUT.html",
        "write a page with all pictures, small, and their faces on them, that can be sorted; it stands "
        "alone",
        options.report);
    arguments.choice("format", "what to write", options.format,
                     {"auto", "text", "json", "jsonl", "csv", "widerface"});
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
    arguments.text(0, "frames", "FORMAT:WxH",
                   "'-' is raw frames of this format and size, as nv12:1280x720; formats: " +
                       raw_format_names() + "; ':bt709' and ':full' behind it say what YUV stands for",
                   options.frames_text);
    arguments.number("every", "of the frames of '-', look at each N-th only", options.every, 1,
                     1'000'000'000);
    arguments.flag("live", "when '-' is faster than the faces are found, leave out all frames but the newest",
                   options.live);
    arguments.flag("track", "give a face the same 'id' in each frame of '-'", options.track);
    arguments.note(
        "A folder stands for the pictures in it and in the folders below, found by their extension and taken "
        "in order of name; JPEG (no more of it than --max-side and "
        "--scales look at), PNG, BMP and PNM are read. A picture "
        "that cannot be read is reported, the others are still run, and the exit code is 3.");
    arguments.note(
        "Pictures are looked at side by side, one to a thread, and written in their order; a single picture, "
        "or the last ones, get all threads. Interrupted (Ctrl-C), the program finishes the pictures it is at "
        "and ends with exit code 130; the same command with --resume goes on from there, also where the last "
        "line of the file was cut.");
    arguments.note(
        "'-' is standard input: pictures one after another (PNM, JPEG, PNG) or raw frames, as ffmpeg writes "
        "them. Each is written as soon as it is known, and the frames per second at the end. Its numbers, "
        "'frame', count from 0, those left out too. -o FILE always has the newest frame, -o FOLDER each in a "
        "file. docs/streams.md has examples.");
    arguments.note(
        "Boxes (x1 y1 x2 y2) and landmarks are in pixels of the picture as shown upright, also when it was "
        "shrunk, and are not clipped to it. Landmarks: left eye, right eye, nose, left and right corner of "
        "the mouth, as seen in the picture.");
    arguments.note(
        "--format auto is text, of '-' and with --resume jsonl. json is one document, jsonl an object per "
        "line: a picture that failed has 'error' and no "
        "'faces', one that was shrunk its 'scale'; 'ms' are milliseconds. csv is a row per face. widerface "
        "writes a .txt per picture into the folder -o instead of drawing: name, count, 'x y w h score' per "
        "face.");
}

namespace {

// What concerns standard input.
Status settle_stream(DetectOptions& options) {
    const auto wrong = [](std::string what) { return Status(StatusCode::invalid_argument, std::move(what)); };
    options.is_stream = std::ranges::count(options.inputs, "-") > 0;
    if (options.is_stream) {
        if (options.inputs.size() > 1 || options.files_from)
            return wrong("standard input, '-', may be many pictures: give it alone");
        if (options.report) return wrong("--report is of pictures in files, not of '-'");
        if (options.resume) return wrong("--resume: standard input cannot be gone on with");
        if (options.format == kDetectWiderface) return wrong("--format widerface is for files, not for '-'");
    } else {
        for (const auto& [given, name] :
             {std::pair(options.frames_text.has_value(), "--frames"),
              std::pair(options.every != 1, "--every"), std::pair(options.live, "--live"),
              std::pair(options.track, "--track")}) {
            if (given) return wrong(std::string(name) + " is for frames on standard input: '-'");
        }
    }
    if (options.frames_text) {
        const auto frames = parse_raw_format(*options.frames_text);
        if (!frames.ok()) return frames.status();
        options.frames = frames.value();
    }
    return {};
}

}  // namespace

Status settle(DetectOptions& options) {
    const auto threads = threads_or_default(options.threads_given);
    if (!threads.ok()) return threads.status();
    options.threads = threads.value();
    if (options.scales_text) {
        const auto scales = parse_scales(*options.scales_text);
        if (!scales.ok()) return scales.status();
        options.scales = scales.value();
    }
    if (options.margin && !options.crops)
        return {StatusCode::invalid_argument, "--margin is for faces that are cut out: --crops DIR"};
    if (Status status = settle_stream(options); !status.ok()) return status;
    if (options.resume && options.report)
        return {StatusCode::invalid_argument, "--report shows the pictures of one run; leave --resume out"};
    if (options.resume && options.format != kDetectAuto && options.format != kDetectJsonLines)
        return {StatusCode::invalid_argument, "--resume writes JSON lines; leave --format out"};
    if (options.format == kDetectAuto)
        options.format = options.resume || options.is_stream ? kDetectJsonLines : kDetectText;
    return {};
}

std::unique_ptr<FaceFormat> make_format(const DetectOptions& options) {
    switch (options.format) {
        case kDetectJson: return json_format();
        case kDetectJsonLines: return jsonl_format();
        case kDetectCsv: return csv_format(options.is_stream, options.track);
        case kDetectWiderface: return std::make_unique<FaceFormat>();
        default: return text_format();
    }
}

}  // namespace featherface::tools
