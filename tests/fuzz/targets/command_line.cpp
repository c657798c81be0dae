// Command lines: a verb and its words, one a line, run as the program does. No word reaches a file of the
// system or writes one: slashes are taken out, and the current folder is one of /proc, where nobody can make
// a file. Verbs that would fall back on the built-in model are given one that is not there.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "fuzz/target.hpp"
#include "loaders/little_endian.hpp"
#include "tools/verbs.hpp"

namespace featherface::fuzz {

namespace {

bool leave_the_disk() {
    const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    require(::dup2(nothing, STDIN_FILENO) >= 0 && ::dup2(nothing, STDOUT_FILENO) >= 0);
    require(::chdir("/proc/self/fdinfo") == 0);
    return true;
}

void check_command_line(Bytes bytes) {
    static const bool is_off_the_disk = leave_the_disk();
    require(is_off_the_disk);
    ByteString text(loaders::as_text(bytes));
    std::erase(text, '/');
    std::ranges::replace(text, '\0', ' ');  // which no word can hold
    std::vector<std::string_view> words;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        words.push_back(std::string_view(text).substr(begin, end - begin));
        begin = end + 1;
    }
    const auto verb = std::ranges::find(tools::verbs(), words.front(), &tools::Verb::name);
    if (verb == tools::verbs().end()) return;
    words.erase(words.begin());
    constexpr std::string_view kWithoutModel[] = {"verify", "inspect", "embed"};
    if (std::ranges::find(kWithoutModel, verb->name) == std::end(kWithoutModel)) {
        words.insert(words.begin(), "--model=nothing");
    }
    const tools::ExitCode code = verb->run(words);
    require(code != tools::kInternal && code >= tools::kDone && code <= tools::kOutputFailed);
}

std::vector<ByteString> command_line_seeds() {
    std::vector<ByteString> seeds;
    for (const tools::Verb& verb : tools::verbs()) {
        const ByteString name(verb.name);
        seeds.push_back(name + "\n--help");
        seeds.push_back(name + "\na\nb\n-o\nc.png\n--format=json\n--\n-d");
    }
    for (const char* words :
         {"detect\na.jpg\n--score=0.5\n--nms\n0.4\n--threads=2\n--scales\n1,0.5\n--max-side=640\n--max-"
          "pixels=9",
          "detect\n-\n--frames=nv12:64x48:bt709:full\n--track\n--every=2",
          "detect\n--files-from\na\n--resume=b\n--report=c",
          "bench\n--size=640x480,1x1\n--threads\n1\n2\n--arch=avx2\n--seconds=0.1\n--baseline=a",
          "eval\n--images\na\n--labels=b\n--easy=c\n--side=320", "compare\na.npz\nb.npz\n--report=c",
          "export\n-o\na.onnx\n--size=64x64", "extract\n--as=half\n-o\na.pth", "inspect\n--safety\n0"}) {
        seeds.emplace_back(words);
    }
    return seeds;
}

}  // namespace

Target command_line() {
    return {.name = "command_line", .check = check_command_line, .seeds = command_line_seeds};
}

}  // namespace featherface::fuzz
