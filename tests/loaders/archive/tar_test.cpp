// Tar archives are told by the checksum of their first header, as tar readers tell them.
#include "loaders/archive/tar.hpp"

#include <doctest/doctest.h>

#include <string_view>
#include <vector>

#include "support/tar_writer.hpp"

using namespace featherface;
using namespace featherface::test;
using loaders::is_tar;
using loaders::tar_members;

TEST_CASE("tar: an archive is one by its checksum, with 'ustar' in it or not") {
    ByteString archive = make_tar({{"a/file", "content"}});
    CHECK(is_tar(span_of(archive)));
    archive.replace(257, 5, 5, '\0');
    CHECK_FALSE(is_tar(span_of(archive)));
    set_tar_checksum(archive);
    CHECK(is_tar(span_of(archive)));
    CHECK_FALSE(is_tar(span_of(archive).first(511)));
    CHECK_FALSE(is_tar(span_of(ByteString(1024, '\0'))));
    CHECK_FALSE(is_tar(span_of(ByteString(1024, 'x'))));
}

TEST_CASE(
    "tar: a checksum that counts bytes as signed ones, or is no octal number, is taken as tar readers do") {
    ByteString archive = make_tar({{"\xff\xfe", ""}});
    CHECK(is_tar(span_of(archive)));
    int sum = 0;
    for (std::size_t i = 0; i < 512; ++i)
        sum += i >= 148 && i < 156 ? ' ' : static_cast<signed char>(archive[i]);
    ByteString binary = archive;
    binary.replace(148, 8, 8, '\0');
    binary[148] = '\x80';
    binary[154] = static_cast<char>(sum >> 8);
    binary[155] = static_cast<char>(sum & 0xff);
    CHECK(is_tar(span_of(binary)));
    binary[155] = static_cast<char>(binary[155] + 1);
    CHECK_FALSE(is_tar(span_of(binary)));
    archive.replace(148, 3, "9xy");
    CHECK_FALSE(is_tar(span_of(archive)));
}

TEST_CASE("tar: the names of the first members, as far as the archive goes") {
    const ByteString archive = make_tar({{"a", ByteString(513, 'x')}, {"b", ""}, {"c", "y"}});
    CHECK(tar_members(span_of(archive), 9) == std::vector<std::string_view>{"a", "b", "c"});
    CHECK(tar_members(span_of(archive), 2).size() == 2);
    CHECK(tar_members(span_of(archive).first(512), 9).size() == 1);
    ByteString huge = archive;
    huge.replace(124, 11, "77777777777");
    set_tar_checksum(huge);
    CHECK(tar_members(span_of(huge), 9).size() == 1);
}
