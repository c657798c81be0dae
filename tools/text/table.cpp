#include "tools/text/table.hpp"

#include <algorithm>

#include "tools/text/html.hpp"
#include "tools/text/text.hpp"

namespace featherface::tools {

namespace {

// Characters, taking each code point as one column.
std::size_t width_of(const std::string& text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::vector<std::string> titles(const Table& table) {
    std::vector<std::string> titles;
    for (const Table::Column& column : table.columns) titles.push_back(column.title);
    return titles;
}

// A line of each, titles first, made by `render` from all its cells.
template <class Render>
std::string lines_of(const Table& table, const Render& render) {
    std::string text = render(titles(table));
    for (const Table::Line& line : table.lines) text += render(line.cells);
    return text;
}

std::string html_cell(const Table::Column& column, const std::string& text) {
    const std::string escaped = html_escaped(text);
    switch (column.kind) {
        case Table::Kind::number:
            return concat("<td data-value=\"", text.empty() ? "-1" : escaped, "\">", escaped, "</td>");
        case Table::Kind::keyed:
            return concat("<td class=\"text\"><span class=\"key key-", escaped, "\"></span>", escaped,
                          "</td>");
        case Table::Kind::wide: return concat("<td class=\"text wide\">", escaped, "</td>");
        case Table::Kind::text: break;
    }
    return concat("<td class=\"text\">", escaped, "</td>");
}

}  // namespace

std::string plain_text(const Table& table) {
    std::vector<std::size_t> widths(table.columns.size(), 0);
    const auto widen = [&](const std::vector<std::string>& cells) {
        for (std::size_t c = 0; c < widths.size(); ++c) widths[c] = std::max(widths[c], width_of(cells[c]));
    };
    widen(titles(table));
    for (const Table::Line& line : table.lines) widen(line.cells);

    const std::string caption = table.caption.empty() ? "" : table.caption + "\n";
    return caption + lines_of(table, [&](const std::vector<std::string>& cells) {
               std::string line;
               for (std::size_t c = 0; c < cells.size(); ++c) {
                   const std::string padding(widths[c] - width_of(cells[c]), ' ');
                   const bool is_number = table.columns[c].kind == Table::Kind::number;
                   line += concat(c > 0 ? "  " : "", is_number ? padding : "", cells[c],
                                  is_number ? "" : padding);
               }
               line.resize(line.find_last_not_of(' ') + 1);
               return line + "\n";
           });
}

std::string markdown_text(const Table& table) {
    const auto line = [](const std::vector<std::string>& cells) {
        std::string text = "|";
        for (const std::string& cell : cells) {
            text += ' ';
            for (const char c : cell) {
                if (std::string_view("|<\\*_`").find(c) != std::string_view::npos) text += '\\';
                text += c;
            }
            text += " |";
        }
        return text + "\n";
    };
    std::string text = table.caption.empty() ? "" : concat("**", table.caption, "**\n\n");
    text += line(titles(table)) + "|";
    for (const Table::Column& column : table.columns) {
        text += column.kind == Table::Kind::number ? " ---: |" : " --- |";
    }
    text += "\n";
    for (const Table::Line& each : table.lines) text += line(each.cells);
    return text;
}

std::string csv_text(const Table& table) {
    return lines_of(table, [](const std::vector<std::string>& cells) {
        std::string line;
        for (const std::string& cell : cells) line += concat(&cell == &cells[0] ? "" : ",", csv_field(cell));
        return line + "\n";
    });
}

std::string html_table(const Table& table) {
    std::string html = "<div class=\"scroll\" role=\"region\" tabindex=\"0\"><table class=\"sortable\">\n";
    if (!table.caption.empty()) html += concat("<caption>", html_escaped(table.caption), "</caption>\n");
    html += "<thead><tr>";
    for (const Table::Column& column : table.columns) {
        const char* kind = column.kind == Table::Kind::number ? "" : " class=\"text\"";
        html += concat("<th scope=\"col\"", kind, ">", html_escaped(column.title), "</th>");
    }
    html += "</tr></thead>\n";
    bool is_open = false;
    for (const Table::Line& line : table.lines) {
        if (!line.is_detail) html += is_open ? "</tbody>\n<tbody>\n" : "<tbody>\n";
        is_open = true;
        const std::string id = line.id.empty() ? "" : concat(" id=\"", html_escaped(line.id), "\"");
        html += concat("<tr", line.is_detail ? " class=\"detail\"" : "", id, ">");
        for (std::size_t c = 0; c < line.cells.size(); ++c)
            html += html_cell(table.columns[c], line.cells[c]);
        html += "</tr>\n";
    }
    return html + (is_open ? "</tbody>\n" : "") + "</table></div>\n";
}

}  // namespace featherface::tools
