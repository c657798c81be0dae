#include "tools/pictures/pictures.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "engine/allocations.hpp"
#include "support/files.hpp"
#include "support/status_checks.hpp"
#include "support/unprivileged.hpp"
#include "tools/pictures/output_paths.hpp"

namespace featherface::test {

namespace fs = std::filesystem;
using tools::list_pictures;
using tools::PictureList;

namespace {

// Names below `folder`, so that tests need not know where it is.
std::vector<std::string> names_below(const fs::path& folder, const PictureList& list) {
    std::vector<std::string> names;
    for (const auto& picture : list.pictures)
        names.push_back(fs::path(picture.name).lexically_relative(folder));
    return names;
}

std::vector<std::string> stems(const PictureList& list) {
    std::vector<std::string> all;
    for (const auto& picture : list.pictures) all.push_back(picture.stem);
    return all;
}

PictureList list_of(std::vector<std::string> inputs) {
    return list_pictures(inputs);
}

}  // namespace

TEST_CASE("pictures: files are taken as they are named, whatever they are") {
    const PictureList list = list_of({"b.jpg", "some/where/a.txt", "-"});
    CHECK(list.pictures[0].name == "b.jpg");
    CHECK(list.pictures[1].name == "some/where/a.txt");
    CHECK(list.pictures[2].name == "-");
    CHECK(stems(list) == std::vector<std::string>{"b", "a", "stdin"});
    CHECK_FALSE(list.is_one_file);
    CHECK(list_of({"b.jpg"}).is_one_file);
    CHECK(list_of({"-"}).is_one_file);
}

TEST_CASE(
    "pictures: a folder gives its pictures and those below in order, without hidden ones and links to "
    "folders") {
    const TempDir dir;
    for (const char* folder : {"b", "a", ".hidden", "empty"}) fs::create_directory(dir / folder);
    for (const char* file : {"z.png", "c.JPG", "notes.txt", ".secret.png", "b/2.ppm", "b/1.bmp", "a/x.webp",
                             "a/y.tif", ".hidden/h.png"}) {
        write_file(dir / file, "x");
    }
    fs::create_directory_symlink("..", dir / "b" / "loop");
    fs::create_symlink("nowhere", dir / "dangling.png");

    const PictureList list = list_of({dir.path()});
    CHECK(names_below(dir.path(), list) == std::vector<std::string>{"a/x.webp", "a/y.tif", "b/1.bmp",
                                                                    "b/2.ppm", "c.JPG", "dangling.png",
                                                                    "z.png"});
    CHECK(stems(list) == std::vector<std::string>{"a/x", "a/y", "b/1", "b/2", "c", "dangling", "z"});
    CHECK(list.errors.empty());
    CHECK_FALSE(list.is_one_file);
}

TEST_CASE("pictures: files made from pictures of one name get names of their own") {
    const PictureList list = list_of({"x/1.jpg", "y/1.jpg", "y/1.png", "1-2.jpg"});
    CHECK(stems(list) == std::vector<std::string>{"1", "1-2", "1-3", "1-2-2"});
}

TEST_CASE("pictures: a folder without pictures is an error that says what was looked for") {
    const TempDir dir;
    write_file(dir / "notes.txt", "x");
    const PictureList list = list_of({dir.path()});
    CHECK(list.pictures.empty());
    REQUIRE(list.errors.size() == 1);
    check_refused(list.errors[0], StatusCode::io_error,
                  {dir.path().native(), "no picture in this folder", ".jpg"});
}

TEST_CASE("pictures: a folder that cannot be read is an error, its neighbours are still listed") {
    const TempDir dir;
    fs::create_directory(dir / "locked");
    write_file(dir / "a.png", "x");
    fs::permissions(dir.path(), fs::perms::all);
    fs::permissions(dir / "locked", fs::perms::none);
    const Status error = without_privileges([&]() -> Status {
        const PictureList list = list_of({dir.path()});
        if (names_below(dir.path(), list) != std::vector<std::string>{"a.png"}) return {};
        return list.errors.size() == 1 ? list.errors[0] : Status();
    });
    fs::permissions(dir / "locked", fs::perms::owner_all);
    check_refused(error, StatusCode::io_error, {"locked", "cannot read this folder"});
}

TEST_CASE("pictures: the folder results go to is not searched for pictures") {
    const TempDir dir;
    fs::create_directory(dir / "out");
    write_file(dir / "a.png", "x");
    write_file(dir / "out" / "a.png", "x");
    const std::vector<std::string> inputs = {dir.path()};
    CHECK(names_below(dir.path(), list_pictures(inputs, {dir.path() / "." / "out"})) ==
          std::vector<std::string>{"a.png"});
}

TEST_CASE("output paths: files of unknown names lie in no folder that pictures are read from") {
    const TempDir dir;
    for (const char* folder : {"in", "in/sub", "out", "out/sub"}) fs::create_directory(dir / folder);
    write_file(dir / "in" / "a.png", "x");
    write_file(dir / "in" / "sub" / "b.png", "x");
    fs::create_directory_symlink(dir / "in", dir / "link");
    const std::vector<std::string> inputs = {dir / "in", "-"};
    const PictureList list = list_pictures(inputs);
    REQUIRE(list.pictures.size() == 3);
    CHECK(tools::check_apart(dir / "out", list).ok());
    CHECK(tools::check_apart(dir / "new", list).ok());
    for (const char* folder : {"in", "link", "in/sub"})
        check_refused(tools::check_apart(dir / folder, list), StatusCode::invalid_argument,
                      {folder, "are read"});
    // A picture of the folder below would be written where one is read.
    fs::remove(dir / "out" / "sub");
    fs::create_directory_symlink(dir / "in" / "sub", dir / "out" / "sub");
    check_refused(tools::check_apart(dir / "out", list), StatusCode::invalid_argument, {"out/sub"});
}

TEST_CASE("output paths: a folder when there are several pictures, one is there, or the name ends in '/'") {
    const TempDir dir;
    const PictureList one = list_of({"a.jpg"}), two = list_of({"a.jpg", "b.jpg"});
    CHECK(tools::is_output_folder(two, "out"));
    CHECK(tools::is_output_folder(one, "out/"));
    CHECK(tools::is_output_folder(one, dir.path()));
    CHECK_FALSE(tools::is_output_folder(one, "out.png"));
    CHECK(tools::paths_in_folder(two, "out", ".png") == std::vector<fs::path>{"out/a.png", "out/b.png"});
}

TEST_CASE("output paths: a file or folder that is read is never written, by whatever name") {
    const TempDir dir;
    const std::string picture = dir / "a.png", model = dir / "m.pth";
    write_file(picture, "x");
    write_file(model, "x");
    fs::create_symlink("a.png", dir / "link.png");
    fs::create_hard_link(picture, dir / "hard.png");
    const std::vector<std::string> inputs = {picture, "-", "missing.png"};
    const PictureList list = list_pictures(inputs);
    std::vector<std::string> read = inputs;
    read.push_back(model);
    const auto check = [&](const std::vector<fs::path>& outputs, const fs::path& output) {
        return tools::check_not_inputs(outputs, output, {read, list});
    };
    for (const char* name : {"a.png", "link.png", "hard.png", "./a.png", "m.pth"}) {
        check_refused(check({dir / "new.png", dir / name}, dir.path()).status(), StatusCode::invalid_argument,
                      {"one of the inputs", name});
        check_refused(check({dir / "new.png"}, dir / name).status(), StatusCode::invalid_argument,
                      {"one of the inputs", name});
    }
    const std::vector<fs::path> fine = {dir / "new.png", "missing.png"};
    CHECK(check(fine, dir.path()).value() == fine);
    check_refused(check({"-"}, "-").status(), StatusCode::invalid_argument, {"standard output", "'./-'"});
    CHECK(check({"./-"}, "./-").ok());
}

TEST_CASE("pictures: of one stem there may be many, and each more costs the same") {
    const auto work = [](std::size_t count) {
        const std::vector<std::string> inputs(count, "somewhere/a picture of some length.jpg");
        const std::size_t before = allocations_here();
        const PictureList list = list_pictures(inputs);
        const std::size_t allocations = allocations_here() - before;
        REQUIRE(list.pictures.size() == count);
        CHECK(list.pictures.back().stem == "a picture of some length-" + std::to_string(count));
        return allocations;
    };
    const std::size_t once = work(500), twice = work(1000);
    CHECK(once > 500);
    CHECK(twice < once * 5 / 2);
}

TEST_CASE("pictures: without inputs, and with standard input twice, nothing is begun") {
    const auto check = [](std::vector<std::string> inputs) { return tools::check_inputs(inputs); };
    check_refused(check({}), StatusCode::invalid_argument, {"give a picture"});
    check_refused(check({"-", "a.png", "-"}), StatusCode::invalid_argument, {"only once"});
    CHECK(check({"-", "a.png", "a.png"}).ok());
}

}  // namespace featherface::test
