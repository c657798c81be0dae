// Pages that stand alone: one file, nothing fetched, readable on any screen, in light and dark, without a
// mouse and without JavaScript.
#pragma once

#include <string>
#include <string_view>

namespace featherface::tools {

// Text as HTML, also inside attributes in double quotes. Control characters become \xNN.
std::string html_escaped(std::string_view text);

struct HtmlPage {
    std::string title;  // plain text
    std::string style;  // CSS, after the common one
    std::string body;   // HTML
};

// The page, which a Content-Security-Policy of its own keeps from fetching anything; pictures are data: URIs.
//
// The common style sets type, tables and the custom properties --ink, --soft, --line, --paper, --panel,
// --accent. Classes: "text" (a cell flush left, others are numbers), "wide" (a cell that may wrap), "soft"
// (lesser text), "scroll" (a box that scrolls what is too wide; give it role="region", tabindex="0" and an
// aria-label).
//
// In a <table class="sortable"> each column title becomes a button that sorts the table's <tbody>s, each of
// which is one unit, by their first rows' cells: by data-value where they have one, as numbers, else by their
// text. Rows after a <tbody>'s first are its details, which a button in its first cell shows and hides.
std::string html_text(const HtmlPage& page);

// The same in pieces, for a body that is not held as a whole: what stands before it, and what behind it,
// where `script` is JavaScript of the page's own.
std::string html_begin(const HtmlPage& page);
std::string html_end(std::string_view script = {});

}  // namespace featherface::tools
