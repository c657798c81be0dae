// What says which pictures are to be looked at: a list of names, and the lines of a run that is resumed.
#include "fuzz/memory_file.hpp"
#include "fuzz/target.hpp"
#include "loaders/little_endian.hpp"
#include "tools/detect/resumed_file.hpp"
#include "tools/pictures/pictures.hpp"

namespace featherface::fuzz {

namespace {

void check_names(const MemoryFile& file) {
    std::vector<std::string> names;
    require(tools::add_listed(file.path(), names).ok());
    for (const std::string& name : names) require(!name.empty() && name.find('\0') == name.npos);
}

// What can be resumed can be gone on with, and be resumed again.
void check_resuming(const MemoryFile& file) {
    const std::string name = "a picture of no name in the file";
    if (auto resumed = tools::ResumedFile::open(file.path()); !resumed.ok()) {
        return require(resumed.status().message().size() > 6);
    } else {
        static_cast<void>(resumed->take(name));
        require(resumed->write("{\"file\": \"" + name + "\"}\n").ok());
    }
    auto again = tools::ResumedFile::open(file.path());
    require(again.ok() && again->take(name));
}

void check_picture_lists(Bytes bytes) {
    const MemoryFile file(loaders::as_text(bytes));
    check_names(file);
    check_resuming(file);
}

std::vector<ByteString> picture_lists_seeds() {
    return {"a.jpg\n\nb c.png\r\n-", ByteString("a\0b\nc\0", 6),
            "{\"file\": \"a.jpg\", \"width\": 1}\n{\"file\": \"b\\\"\\u00e4\", \"error\": "
            "\"no\"}\n{\"file\": \"c"};
}

}  // namespace

Target picture_lists() {
    return {.name = "picture_lists", .check = check_picture_lists, .seeds = picture_lists_seeds};
}

}  // namespace featherface::fuzz
