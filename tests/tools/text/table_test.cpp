#include "tools/text/table.hpp"

#include <doctest/doctest.h>

namespace featherface::tools {
namespace {

Table example() {
    Table table{.caption = "Fruit",
                .columns = {{"name", Table::Kind::text}, {"size"}, {"part", Table::Kind::keyed}},
                .lines = {}};
    table.add({"päärynä", "9", "red"});
    table.lines.push_back({{"a, \"b\"", "10.5", ""}, /*is_detail=*/true});
    table.lines.push_back({{"<c>|d", "", "blue"}, false, "row-3"});
    return table;
}

TEST_CASE("table: as text, columns line up, numbers flush right, an accented letter being one column") {
    CHECK(plain_text(example()) ==
          "Fruit\n"
          "name     size  part\n"
          "päärynä     9  red\n"
          "a, \"b\"   10.5\n"
          "<c>|d          blue\n");
}

TEST_CASE("table: as Markdown, nothing in a cell is markup") {
    CHECK(markdown_text(example()) ==
          "**Fruit**\n\n"
          "| name | size | part |\n"
          "| --- | ---: | --- |\n"
          "| päärynä | 9 | red |\n"
          "| a, \"b\" | 10.5 |  |\n"
          "| \\<c>\\|d |  | blue |\n");
}

TEST_CASE("table: as CSV, fields are quoted where they must be") {
    CHECK(csv_text(example()) == "name,size,part\npäärynä,9,red\n\"a, \"\"b\"\"\",10.5,\n<c>|d,,blue\n");
}

TEST_CASE("table: as HTML, each line is a unit with its details, numbers carry the value they sort by") {
    const std::string html = html_table(example());
    const auto has = [&](const char* text) {
        CAPTURE(text);
        CHECK(html.find(text) != std::string::npos);
    };
    has("<caption>Fruit</caption>");
    has("<th scope=\"col\" class=\"text\">name</th><th scope=\"col\">size</th>");
    has("<tbody>\n<tr><td class=\"text\">päärynä</td><td data-value=\"9\">9</td><td class=\"text\"><span "
        "class=\"key "
        "key-red\"></span>red</td></tr>\n<tr class=\"detail\">");
    has("</tbody>\n<tbody>\n<tr id=\"row-3\"><td class=\"text\">&lt;c&gt;|d</td><td data-value=\"-1\"></td>");
    has("role=\"region\" tabindex=\"0\"");
}

}  // namespace
}  // namespace featherface::tools
