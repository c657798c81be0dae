// featherface compare: what explains a difference, and the page it writes, looked at in a browser.
#include <doctest/doctest.h>

#include <cstring>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "support/browser.hpp"
#include "support/json.hpp"
#include "support/npz.hpp"
#include "support/program.hpp"
#include "support/program_files.hpp"
#include "support/seeded_model.hpp"
#include "support/text.hpp"
#include "tools/pictures/data_uri.hpp"

namespace featherface::test {

namespace {

std::string text_of(const std::string& path) {
    const auto bytes = read_file(path);
    return {bytes.begin(), bytes.end()};
}

using Floats = std::vector<float>;

// A network, a dump of it, and copies of that with something changed.
struct Setting : ProgramFiles {
    std::string v1 = model("v1.pth", "v1"), reference = path("r.npz"), page = path("report.html");

    Setting() {
        const std::string image = picture("a.ppm", noise(40, 30));
        check_program(featherface({"dump", "-m", v1, "--layers", "all", image, "-o", reference}), 0);
    }

    std::string changed(std::string_view name, const std::string& array,
                        const std::function<void(Floats&)>& change) const {
        copy_npz(reference, path(name), [&](const std::string& other, std::vector<std::byte>& bytes) {
            if (other != array) return;
            Floats values(bytes.size() / sizeof(float));
            std::memcpy(values.data(), bytes.data(), bytes.size());
            change(values);
            std::memcpy(bytes.data(), values.data(), bytes.size());
        });
        return path(name);
    }

    // The dump with the left and right eyes exchanged.
    std::string eyes() const {
        return changed("eyes.npz", "landms", [](Floats& values) {
            for (std::size_t row = 0; row < values.size(); row += 10) {
                std::swap(values[row], values[row + 2]);
                std::swap(values[row + 1], values[row + 3]);
            }
        });
    }

    std::string damaged() const {
        return changed("damaged.npz", "ssh2", [](Floats& values) { values[5] += 1; });
    }

    // Writes the page of a comparison; returns the exit code.
    int report(std::vector<std::string> words) const {
        words.insert(words.begin(), "compare");
        words.insert(words.end(), {"--report", page});
        return featherface(words).exit_code;
    }
};

// Two dumps of a picture on which they find faces.
std::pair<std::string, std::string> dumps_with_faces(const ProgramFiles& files) {
    const auto write = [&](std::string_view name, const Floats& faces) {
        auto npz = tools::NpzWriter::create(files.path(name));
        REQUIRE(npz.ok());
        const Image picture = noise(64, 48);
        const std::int64_t picture_shape[] = {48, 64, 3};
        REQUIRE(
            npz->add("image_bgr", loaders::DType::u8, picture_shape, std::as_bytes(std::span(picture.pixels)))
                .ok());
        const std::int64_t shape[] = {static_cast<std::int64_t>(faces.size() / 15), 15};
        REQUIRE(npz->add_f32("dets", shape, faces).ok());
        REQUIRE(npz->finish().ok());
        return files.path(name);
    };
    const Floats first = {4, 5, 20, 25, 0.9f, 8, 10, 15, 10, 12, 15, 9, 20, 14, 20};
    Floats both = first;
    both.insert(both.end(), {30, 5, 50, 30, 0.8f, 35, 12, 45, 12, 40, 18, 36, 24, 44, 24});
    both.insert(both.end(), {10, 5, 20, 30, 0.3f, 35, 12, 45, 12, 40, 18, 36, 24, 44, 24});  // not shown
    return {write("a.npz", both), write("b.npz", first)};
}

}  // namespace

TEST_CASE("compare: what explains a difference is told in every format, with a model and without") {
    const Setting files;
    const std::string eyes = files.eyes(), sentence =
                                               "One mistake explains it: the landmarks are swapped: left and "
                                               "right of the eyes exchanged, in ";
    const ProgramResult table = featherface({"compare", "-m", files.v1, eyes});
    check_program(table, 1);
    CHECK(contains(table.out, sentence + "the reference. With it, all "));
    const ProgramResult csv = featherface({"compare", "-m", files.v1, "--format", "csv", eyes});
    check_program(csv, 1, {"First layer that differs: landms", sentence + "the reference."});
    CHECK_FALSE(contains(csv.out, "One mistake"));
    const Json json =
        parse_json(featherface({"compare", "-m", files.v1, "--format", "json", "--mode", "fused", eyes}).out);
    CHECK(json["diagnosis"]["mistake"].string() == "landmark_order");
    CHECK(json["diagnosis"]["text"].string().starts_with(sentence));
    CHECK(contains(featherface({"compare", files.reference, eyes}).out, sentence + "one of the two dumps."));
}

TEST_CASE("compare: what no usual mistake explains is said to be so, and agreement needs no explanation") {
    const Setting files;
    const std::string damaged = files.damaged(), none = "None of the usual mistakes explains it";
    CHECK(contains(featherface({"compare", "-m", files.v1, damaged}).out, none));
    check_program(featherface({"compare", "-m", files.v1, "--format", "csv", damaged}), 1, {none});
    CHECK_FALSE(parse_json(featherface({"compare", "-m", files.v1, "--format", "json", damaged}).out)
                    .has("diagnosis"));
    const ProgramResult agrees = featherface({"compare", "-m", files.v1, files.reference});
    CHECK_FALSE(contains(agrees.out, "mistake"));
}

TEST_CASE("report: bytes in a page are base64 as RFC 4648 has it") {
    const std::pair<std::string_view, std::string_view> vectors[] = {
        {"", ""},        {"f", "Zg=="},        {"fo", "Zm8="},
        {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"\xff\xfe\x00", "//4="}};
    for (const auto& [bytes, text] : vectors) CHECK(tools::base64(bytes) == text);
    CHECK(tools::base64(std::string_view("\x00\x10\x83", 3)) == "ABCD");
}

TEST_CASE("report: in a browser every value has its row and its bar, and every picture is seen") {
    if (!have_browser()) return;
    const Setting files;
    CHECK(files.report({"-m", files.v1, files.damaged()}) == 1);
    const Json json = parse_json(
        featherface({"compare", "-m", files.v1, "--format", "json", files.path("damaged.npz")}).out);
    const std::string seen = evaluate_in_browser(files.page, R"(
        const all = selector => document.querySelectorAll(selector);
        return [all('.layers tbody').length, all('.chart svg a').length, all('.chart svg a.bad').length,
                all('.layers tbody.bad').length, [...document.images].every(image => image.naturalWidth > 0),
                all('.maps img').length, document.querySelector('.chart .first').textContent,
                document.querySelector('.layers tbody.bad th').textContent,
                document.querySelector('.headline').textContent].join('; ');)");
    const std::string count = std::to_string(json["layers"].size());
    CHECK(seen == count + "; " + count + "; 1; 1; true; 1; ssh2 \u25b2; ssh2; \u2717 Differs, first at ssh2");
}

TEST_CASE("report: nothing but what differs is left when that is asked for, and tables sort") {
    if (!have_browser()) return;
    const Setting files;
    CHECK(files.report({"-m", files.v1, files.damaged()}) == 1);
    const std::string visible =
        "const visible = () => [...document.querySelectorAll('.layers tbody')].filter(body => "
        "body.checkVisibility());";
    CHECK(evaluate_in_browser(files.page,
                              visible + "document.getElementById('only').click();"
                                        "return visible().map(b => b.querySelector('th').textContent);") ==
          "ssh2");
    CHECK(evaluate_in_browser(files.page,
                              visible + "document.querySelectorAll('.layers thead button')[2].click();"
                                        "return visible()[0].querySelector('th').textContent;") == "ssh2");
}

TEST_CASE("report: on a screen 360 pixels wide nothing sticks out") {
    if (!have_browser()) return;
    const Setting files;
    CHECK(files.report({"-m", files.v1, files.damaged()}) == 1);
    CHECK(evaluate_in_browser(files.page, R"(
        document.body.style.width = '360px';
        document.body.style.overflow = 'hidden';
        return document.body.scrollWidth;)") == "360");
}

TEST_CASE("report: what is seen is also told, and all that can be used has a name and takes the keyboard") {
    if (!have_browser()) return;
    const Setting files;
    CHECK(files.report({"-m", files.v1, files.damaged()}) == 1);
    CHECK(evaluate_in_browser(files.page, R"(
        const wrong = [];
        const check = (selector, holds) => {
          const found = [...document.querySelectorAll(selector)];
          if (!found.length) wrong.push('no ' + selector);
          for (const e of found) if (!holds(e)) wrong.push(e.outerHTML.slice(0, 80));
        };
        check('html', e => e.lang);
        check('main', e => true);
        check('img', e => e.alt.includes('times the tolerance'));
        check('svg', e => e.ariaHidden === 'true' || e.role === 'img' && e.ariaLabel);
        check('input', e => e.labels.length === 1 && e.labels[0].textContent.trim());
        check('.scroll', e => e.tabIndex === 0 && e.role === 'region' && e.ariaLabel);
        check('a[href^="#"]', e => document.getElementById((e.href.baseVal ?? e.getAttribute('href')).slice(1)));
        check('thead th', e => e.scope === 'col');
        check('.layers tbody th', e => e.scope === 'row');
        const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
        if (new Set(ids).size !== ids.length) wrong.push('ids twice');
        return wrong.join(' | ');)")
              .empty());
}

TEST_CASE("report: both sides' faces lie on the picture, and each can be hidden") {
    if (!have_browser()) return;
    const ProgramFiles files;
    const auto [a, b] = dumps_with_faces(files);
    const std::string page = files.path("faces.html");
    check_program(featherface({"compare", a, b, "--report", page}), 1);
    const std::string count = R"(
        const shown = side => [...document.querySelectorAll('g.' + side)].filter(
          e => getComputedStyle(e).display !== 'none').reduce((n, e) => n + e.querySelectorAll('rect.line').length, 0);
        const state = () => shown('ours') + ' ' + shown('reference');
        const before = state();
        document.getElementById('show-ours').click();
        const without = state();
        const box = document.querySelector('g.reference rect.line').getAttribute.bind(
          document.querySelector('g.reference rect.line'));
        return [before, without, document.querySelector('.faces > svg').getAttribute('viewBox'),
                ['x', 'y', 'width', 'height'].map(box).join(' '),
                document.querySelectorAll('.faces tbody tr').length].join('; ');)";
    CHECK(evaluate_in_browser(page, count) == "2 1; 0 1; 0 0 64 48; 4.0 5.0 16.0 20.0; 3");
    const std::string text = text_of(page);
    CHECK(contains(text, "ours finds 2 faces, the reference finds 1 face."));
}

TEST_CASE("report: what has no size is striped and named: NaN and other shapes") {
    if (!have_browser()) return;
    const Setting files;
    const std::string broken = files.changed(
        "nan.npz", "ssh3", [](Floats& values) { values[3] = std::numeric_limits<float>::quiet_NaN(); });
    CHECK(files.report({"-m", files.v1, broken}) == 1);
    CHECK(evaluate_in_browser(files.page, R"(
        const bar = document.querySelector('.chart a.bad .beyond');
        return [getComputedStyle(bar).fill, bar.getAttribute('height'),
                document.querySelectorAll('.chart .beyond').length,
                document.querySelector('.maps figcaption').textContent.includes('not finite at 1')].join('; ');)") ==
          "url(\"#beyond\"); 100; 1; true");
}

TEST_CASE("report: it holds all it needs, fetches nothing, and a dump's names cannot become markup") {
    const Setting files;
    auto npz = tools::NpzWriter::create(files.path("evil.npz"));
    REQUIRE(npz.ok());
    const std::int64_t shape[] = {1, 1, 2, 2};
    const float values[] = {1, 2, 3, 4};
    const std::string name = "\"><script>document.title='taken'</script>&";
    REQUIRE(npz->add_f32(name, shape, values).ok());
    REQUIRE(npz->finish().ok());
    const std::string evil = files.path("evil.npz");
    CHECK(files.report({evil, evil}) == 0);
    const std::string page = text_of(files.page);
    CHECK_FALSE(contains(page, "<script>document"));
    CHECK(contains(page, "&quot;&gt;&lt;script&gt;document.title='taken'&lt;/script&gt;&amp;"));
    for (const char* outside : {"http:", "https:", "@import", "src=\"/", "//fonts"}) {
        CAPTURE(outside);
        CHECK_FALSE(contains(page, outside));
    }
    CHECK(contains(page, "\u2713 Agrees"));
    if (have_browser())
        CHECK(evaluate_in_browser(files.page, "return document.title;") == "Comparison with evil.npz");
}

TEST_CASE("report: it is there whole or not at all, and never in the place of what is read") {
    const Setting files;
    const std::string before = text_of(files.reference);
    check_program(featherface({"compare", "-m", files.v1, files.reference, "--report", files.reference}), 2,
                  {"r.npz"});
    check_program(
        featherface({"compare", files.reference, files.reference, "--report", files.path("./r.npz")}), 2);
    check_program(featherface({"compare", "-m", files.v1, files.reference, "--report", files.v1}), 2);
    CHECK(text_of(files.reference) == before);

    check_program(featherface({"compare", "-m", files.v1, files.reference, "--report", "/dev/full"}), 6,
                  {"/dev/full"});
    const std::string nowhere = files.path("no/such/folder.html");
    check_program(featherface({"compare", "-m", files.v1, files.reference, "--report", nowhere}), 6,
                  {"folder.html"});
    // The old page stays when there is nothing to write a new one of.
    const std::string old = files.text("report.html", "old");
    check_program(featherface({"compare", "-m", files.v1, files.path("none.npz"), "--report", old}), 3);
    CHECK(text_of(old) == "old");
    CHECK(files.report({"-m", files.v1, files.reference}) == 0);
    CHECK(text_of(old).starts_with("<!doctype html>"));
    CHECK(text_of(old).ends_with("</html>\n"));
}

}  // namespace featherface::test
