// Picture files as a whole: recognised by content, read from disk, foreign formats named.
#include "featherface/image_file.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <string>

#include "support/files.hpp"
#include "support/jpeg_writer.hpp"
#include "support/pictures.hpp"
#include "support/png_writer.hpp"
#include "support/status_checks.hpp"
#include "support/unprivileged.hpp"

using namespace featherface;
using namespace featherface::test;
using namespace std::string_literals;

namespace {

const ByteString kOnePixelPng = make_png({.colour = 0}, zlib_stored("\0\x4d"s));

}  // namespace

TEST_CASE("image file: the content decides the format, never the name") {
    const TempDir folder;
    for (const char* name : {"wrong.jpg", "wrong.bmp", "no_extension"}) {
        write_file(folder / name, kOnePixelPng);
        const auto image = read_image(folder / name);
        REQUIRE_MESSAGE(image.ok(), image.status().message());
        CHECK(pixel(image.value(), 0, 0) == grey(0x4d));
    }
    write_file(folder / "wrong.png", make_jpeg({}));
    CHECK(read_image(folder / "wrong.png").ok());
}

TEST_CASE("image file: a path may hold any bytes, and stands at the head of messages") {
    const TempDir folder;
    write_file(folder / "caf\xe9 \xff.png", kOnePixelPng);
    CHECK(read_image(folder / "caf\xe9 \xff.png").ok());
    write_file(folder / "broken.png", kOnePixelPng.substr(0, 40));
    check_refused(read_image(folder / "broken.png").status(), StatusCode::malformed,
                  {"/broken.png: cut short"});
}

TEST_CASE("image file: what is no regular file, or cannot be read, is an error and does not hang") {
    const TempDir folder;
    check_refused(read_image(folder / "missing.png").status(), StatusCode::io_error,
                  {"missing.png", "No such file"});
    check_refused(read_image(folder.path()).status(), StatusCode::io_error, {"a directory"});
    check_refused(read_image("/dev/zero").status(), StatusCode::io_error, {"/dev/zero", "character device"});
    REQUIRE(::mkfifo((folder / "pipe.png").c_str(), 0600) == 0);
    check_refused(read_image(folder / "pipe.png").status(), StatusCode::io_error, {"a pipe"});
    write_file(folder / "empty.png", "");
    check_refused(read_image(folder / "empty.png").status(), StatusCode::malformed, {"empty.png", "empty"});
    std::filesystem::create_symlink("loop.png", folder / "loop.png");
    check_refused(read_image(folder / "loop.png").status(), StatusCode::io_error, {"loop.png"});
    write_file(folder / "secret.png", kOnePixelPng);
    std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
    std::filesystem::permissions(folder / "secret.png", std::filesystem::perms::none);
    check_refused(without_privileges([&] { return read_image(folder / "secret.png").status(); }),
                  StatusCode::io_error, {"secret.png", "denied"});
}

TEST_CASE("image file: foreign formats are named, with what is read instead") {
    struct Foreign {
        ByteString file;
        std::string_view name;
        std::string_view hint = "convert it to PNG or JPEG";
    };
    const auto box = [](const ByteString& brands) {
        return ByteString("\0\0\0", 3) + static_cast<char>(8 + brands.size()) + "ftyp" + brands;
    };
    const Foreign foreign[] = {
        {"GIF89a\1\0\1\0\x80\0\0"s, "a GIF picture"},
        {"GIF87a", "a GIF picture"},
        {"RIFF\x24\0\0\0WEBPVP8X"s, "a WebP picture", "dwebp picture.webp -o picture.png"},
        {box("heic\0\0\0\0mif1"s), "a HEIC picture", "heif-convert picture.heic picture.png"},
        {box("heix"), "a HEIC picture", "heif-convert"},
        {box("mif1\0\0\0\0heic"s), "a HEIC picture", "heif-convert"},
        {box("mif1\0\0\0\0miaf"s), "a HEIC (HEIF) picture", "heif-convert"},
        {box("avif"), "an AVIF picture", "avifdec picture.avif picture.png"},
        {box("mif1\0\0\0\0mif1avif"s), "an AVIF picture", "avifdec"},
        {box("crx \0\0\0\1"s), "a camera raw file"},
        {box("isom"), "a video (MP4 or MOV)", "ffmpeg -i video.mp4"},
        {"II*\0\x08\0\0\0"s, "a TIFF picture"},
        {"MM\0*\0\0\0\x08"s, "a TIFF picture"},
        {"%PDF-1.7\n", "a PDF document"},
        {"<svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG picture"},
        {"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- drawing -->\n<SVG>", "an SVG picture"},
        {"\n<!DOCTYPE HTML><html><body>404", "an HTML page", "download the picture itself"},
        {"version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer", "git lfs pull"},
        {"8BPS\0\1"s, "a Photoshop picture"},
        {"\0\0\1\0\1\0"s, "an ICO icon"},
        {"\0\0\0\x0cJXL \r\n\x87\n"s, "a JPEG XL picture"},
        {"\0\0\0\x0cjP  \r\n\x87\n"s, "a JPEG 2000 picture"},
        {"P7 332\n#XVVERSION", "an XV thumbnail"},
        {"PF\n1 1\n-1.0\n", "a PFM (float) picture"},
        {"PK\3\4....", "a zip archive"},
    };
    for (const Foreign& f : foreign) {
        CAPTURE(f.name);
        check_refused(decode(f.file).status(), StatusCode::unsupported,
                      {"picture: ", f.name, "expected JPEG, PNG, BMP or PNM (P1 to P7)", f.hint});
    }
    // Cut anywhere they are refused too.
    for (std::size_t size = 0; size < 24; ++size)
        CHECK_FALSE(decode(box("mif1\0\0\0\0mif1avif"s).substr(0, size)).ok());
}

TEST_CASE("image file: what is no picture at all is refused with its first bytes") {
    check_refused(decode("hello").status(), StatusCode::malformed,
                  {"picture: not a picture", "68 65 6c 6c 6f"});
    check_refused(decode("").status(), StatusCode::malformed, {"picture: empty"});
    check_refused(decode("x").status(), StatusCode::malformed, {"not a picture"});
    check_refused(decode("<xml>no drawing</xml>").status(), StatusCode::malformed, {"not a picture"});
}

TEST_CASE("image file: a limit that admits no pixel admits no picture") {
    ImageReadOptions options;
    for (const std::int64_t limit : {std::int64_t{0}, std::int64_t{-1}, INT64_MIN}) {
        options.max_pixels = limit;
        CHECK(decode(kOnePixelPng, options).status().code() == StatusCode::limit_exceeded);
        CHECK(decode("P5 1 1 255\nx", options).status().code() == StatusCode::limit_exceeded);
    }
}
