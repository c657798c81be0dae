#include "tools/eval/report.hpp"

#include <algorithm>

#include "tools/model/checkpoint_json.hpp"
#include "tools/text/table.hpp"
#include "tools/text/text.hpp"

namespace featherface::tools {

namespace {

constexpr int kDigits = 4, kJsonDigits = 6;
std::string cell(const std::optional<double>& number) {
    return number ? fixed(*number, kDigits) : std::string(1, '-');
}

Table table_of(const Report& report) {
    Table table;
    table.columns = {
        {"of", Table::Kind::text}, {"references"}, {"faces"}, {"precision"}, {"recall"}, {"F1"}, {"AP"}};
    const bool has_landmarks = std::ranges::any_of(
        report.rows, [](const auto& row) { return row.figures.landmark_error.has_value(); });
    if (has_landmarks) table.columns.push_back({"landmarks"});
    for (const Report::Row& row : report.rows) {
        const Figures& f = row.figures;
        std::vector<std::string> cells = {printable(row.name),      std::to_string(f.references),
                                          std::to_string(f.faces),  cell(f.precision),
                                          cell(f.recall),           cell(f.f1),
                                          cell(f.average_precision)};
        if (has_landmarks) cells.push_back(cell(f.landmark_error));
        table.add(std::move(cells));
    }
    return table;
}

const char* id_of(Report::Group group) {
    switch (group) {
        case Report::Group::all: return "all";
        case Report::Group::subset: return "subset";
        case Report::Group::size: return "size";
        case Report::Group::kind: return "kind";
    }
    return "";
}

void write_row(JsonWriter& json, const Report::Row& row) {
    const Figures& f = row.figures;
    const auto write = [&](const char* key, const std::optional<double>& number) {
        if (number) json.key(key).value(*number, kJsonDigits);
    };
    json.begin_object();
    json.key("group").value(id_of(row.group));
    json.key("name").value(row.name);
    json.key("references").value(f.references);
    json.key("faces").value(f.faces);
    json.key("hits").value(f.hits);
    write("precision", f.precision);
    write("recall", f.recall);
    write("f1", f.f1);
    write("ap", f.average_precision);
    write("best_threshold", f.best_threshold);
    write("best_f1", f.best_f1);
    write("landmark_error", f.landmark_error);
    json.end_object();
}

}  // namespace

std::string report_table(const Report& report) {
    std::string text = concat(plain_text(table_of(report)), "\n", std::to_string(report.pictures),
                              " pictures, IoU ", shortest(report.iou), ", faces above ",
                              shortest(report.threshold), report.variant.empty() ? "" : ", " + report.variant,
                              report.model->precision() == Precision::int8 ? ", with 8 bits" : "", "\n");
    const Figures& all = report.rows.front().figures;
    if (all.best_f1) {
        text += concat("highest F1 over all: ", fixed(*all.best_f1, kDigits), ", for faces above ",
                       fixed(*all.best_threshold, kDigits), "\n");
    }
    return text;
}

std::string report_json(const Report& report) {
    using Layout = JsonWriter::Layout;
    std::string text;
    JsonWriter json(text);
    json.begin_object(Layout::lines);
    json.key("schema").value(1);
    json.key("model");
    write_model(json, *report.model);
    if (report.reference_model) {
        json.key("reference");
        write_model(json, *report.reference_model);
    } else {
        json.key("labels").value(report.labels);
    }
    json.key("pictures").value(report.pictures);
    json.key("failed").value(report.failed);
    if (report.side > 0) json.key("side").value(report.side);
    if (!report.variant.empty()) json.key("variant").value(report.variant);
    json.key("iou").value(report.iou);
    json.key("threshold").value(report.threshold);
    json.key("figures").begin_array(Layout::lines);
    for (const Report::Row& row : report.rows) write_row(json, row);
    json.end_array().end_object();
    return text + "\n";
}

}  // namespace featherface::tools
