// A table of text, and the forms it is shown in.
#pragma once

#include <string>
#include <vector>

namespace featherface::tools {

struct Table {
    enum class Kind {
        number,  // set flush right; sorts by its value, an empty cell before all others
        text,
        keyed,  // text; in HTML after a swatch of the class "key-<text>", which gives it its colour as --key
        wide    // text that may be long
    };
    struct Column {
        std::string title;
        Kind kind = Kind::number;
    };
    struct Line {
        std::vector<std::string> cells;  // one per column
        bool is_detail = false;          // of the line above that is none
        std::string id = {};             // in HTML
    };
    std::string caption;  // may be empty
    std::vector<Column> columns;
    std::vector<Line> lines;

    void add(std::vector<std::string> cells) { lines.push_back({std::move(cells)}); }
};

// The table aligned with spaces.
std::string plain_text(const Table& table);

// The table as GitHub has it.
std::string markdown_text(const Table& table);

// The table by RFC 4180, but for lines ending in a bare line feed; without the caption.
std::string csv_text(const Table& table);

// The table to be put in a page of html.hpp: sortable, details folded, in a box that scrolls.
std::string html_table(const Table& table);

}  // namespace featherface::tools
