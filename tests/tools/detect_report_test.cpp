// `featherface detect --report`: a page of pictures.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "support/browser.hpp"
#include "support/bytes.hpp"
#include "tools/detect/face_report.hpp"
#include "tools/detect_fixture.hpp"

namespace featherface::test {

namespace fs = std::filesystem;

namespace {

std::string page_text(const std::string& file) {
    const auto bytes = read_file(file);
    return {bytes.begin(), bytes.end()};
}

std::size_t count_of(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++count;
    return count;
}

// Three pictures with faces, one without, one that is broken, and their page in the folder above.
struct Reported {
    DetectFixture fixture;
    std::string page = fixture.files.path("page.html");
    std::vector<std::size_t> counts;
    ProgramResult result;

    Reported() {
        for (const auto& [name, width, height] :
             {std::tuple("set/a b&.ppm", 61, 45), {"set/c.ppm", 128, 96}, {"set/sub/d.ppm", 33, 50}}) {
            const Image image = noise(width, height);
            fixture.files.picture(name, image);
            counts.push_back(expected_faces(image).size());
        }
        const Image flat{40, 40, PixelFormat::bgr8, std::vector<std::uint8_t>(40 * 40 * 3, 0)};
        auto detector = Detector::create(seeded_model("v2"), {.score_threshold = kLow}).value();
        counts.insert(counts.begin() + 2, detector.detect(flat.view())->size());
        fixture.files.picture("set/flat.ppm", flat);
        fixture.files.text("set/broken.png", "nothing");
        result = fixture.run({"--report", page, "--format", "jsonl", fixture.files.path("set")});
    }
};

}  // namespace

TEST_CASE("detect: --report writes one page that stands alone, with each picture and each face") {
    const Reported reported;
    check_program(reported.result, 3, {"broken.png"});
    CHECK(lines_of(reported.result.out).size() == 5);
    const std::string page = page_text(reported.page);
    std::size_t faces = 0;
    for (const std::size_t count : reported.counts) faces += count;
    CHECK(count_of(page, "<rect ") == faces);
    CHECK(count_of(page, "<circle ") == 5 * faces);
    CHECK(count_of(page, "<li data-place=") == 5);
    CHECK(count_of(page, "src=\"data:image/jpeg;base64,") == 4);
    CHECK(count_of(page, "src=") == 4);
    for (const char* reference : {"http:", "https:", "@import", "url("})
        CHECK(page.find(reference) == std::string::npos);
    CHECK(page.find("default-src 'none'") != std::string::npos);
    // Pictures are linked from where the page lies, whatever their names.
    CHECK(page.find("href=\"set/a%20b%26.ppm\"") != std::string::npos);
    CHECK(page.find("href=\"set/sub/d.ppm\"") != std::string::npos);
    CHECK(page.find("a b&amp;.ppm</p>") != std::string::npos);
    CHECK(page.find("not a picture") != std::string::npos);
}

TEST_CASE("detect: the report is sorted by faces, score and size, and narrowed down, in a browser") {
    if (!have_browser()) return;
    const Reported reported;
    const std::string names =
        "return [...document.querySelectorAll('.cards li')].filter(card => !card.hidden)"
        ".map(card => card.dataset.name.split('/').at(-1)).join(' ') + ' | ' + "
        "document.getElementById('sum').value;";
    const auto with = [&](const std::string& steps) {
        const std::string set =
            "const set = (id, value) => { const box = document.getElementById(id); box.value = value;"
            " box.dispatchEvent(new Event('input', {bubbles: true})); };"
            "const sorted = key => { set('sort', key); const all = [...document.querySelectorAll('.cards "
            "li')]"
            ".map(card => Number(card.dataset[key])); return all.every((one, i) => i === 0 || all[i - 1] >= "
            "one); };";
        return evaluate_in_browser(reported.page, set + steps);
    };
    CHECK(with(names).starts_with("a b&amp;.ppm broken.png c.ppm flat.ppm d.ppm | 5 of 5 pictures, "));
    for (const char* key : {"count", "score", "size"}) {
        CAPTURE(key);
        CHECK(with("return sorted('" + std::string(key) + "');") == "true");
    }
    CHECK(with("document.getElementById('order').click();" + names)
              .starts_with("d.ppm flat.ppm c.ppm broken.png a b&amp;.ppm"));
    CHECK(with("set('show', 'failed');" + names).starts_with("broken.png | 1 of 5 pictures, 0 faces"));
    CHECK(with("set('find', 'SUB');" + names).starts_with("d.ppm | 1 of 5 pictures, "));
    // The pictures have their shape before they are decoded.
    CHECK(with("const box = document.querySelector('img').getBoundingClientRect();"
               "return box.width > 50 && Math.abs(box.width / box.height - 61 / 45) < 0.02;") == "true");
}

TEST_CASE("thumbnails: JPEGs of the picture's shape, no larger than it") {
    const auto size = [](int width, int height) {
        const Image image = noise(width, height);
        const auto thumbnail = tools::thumbnail_of(image.view());
        REQUIRE(thumbnail.ok());
        const auto read = decode_image(octets_of(thumbnail.value()), "thumbnail");
        REQUIRE(read.ok());
        return std::pair(read->width, read->height);
    };
    CHECK(size(600, 300) == std::pair(288, 144));
    CHECK(size(20, 700) == std::pair(8, 288));
    CHECK(size(33, 50) == std::pair(33, 50));
}

TEST_CASE("detect: --report refuses what it cannot be of, and says when it cannot be written") {
    const DetectFixture fixture;
    check_program(fixture.run({"--report", fixture.a, fixture.a}), 2, {"is one of the inputs"});
    check_program(fixture.run({"--report", fixture.files.path("r.html"), "-"}), 2, {"--report"});
    check_program(fixture.run({"--report", fixture.files.path("r.html"), "--resume",
                               fixture.files.path("r.jsonl"), fixture.a}),
                  2, {"--report", "--resume"});
    check_program(fixture.run({"--report", fixture.files.path("none/r.html"), fixture.a}), 6,
                  {"none/r.html"});
    check_program(fixture.run({"--report", "/dev/full", fixture.a}), 6, {"/dev/full"});
    CHECK_FALSE(fs::exists(fixture.files.path("r.html")));
}

}  // namespace featherface::test
