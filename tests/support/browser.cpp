#include "support/browser.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

#include "support/command.hpp"
#include "support/files.hpp"
#include "support/sanitized.hpp"
#include "support/skipped.hpp"

namespace featherface::test {

bool have_browser() {
    if (kSanitized) {  // the page is the same, Chromium has no sanitizer of ours, and is slow to start
        MESSAGE("SKIPPED: pages are looked at without sanitizers");
        note_skipped();
        return false;
    }
    if (run_command("command -v chromium").exit_code == 0) return true;
    if (std::getenv("CI")) FAIL("chromium is not installed");
    MESSAGE("SKIPPED: chromium is not installed");
    note_skipped();
    return false;
}

std::string evaluate_in_browser(const std::filesystem::path& page, const std::string& script) {
    // A copy of the page that ends up with the answer as the whole of its document.
    const auto bytes = read_file(page);
    std::string html(bytes.begin(), bytes.end());
    const std::size_t head = html.find("<head>");
    REQUIRE(head != std::string::npos);
    html.insert(head + 6, R"(<script>
let answer = null;
addEventListener('error', event => { answer ??= 'error: ' + event.message; });
addEventListener('securitypolicyviolation', event => { answer ??= 'error: blocked ' + event.blockedURI; });
addEventListener('load', () => {
  const evaluate = () => {)" + script +
                              R"(};
  const returned = evaluate();
  document.documentElement.replaceChildren(document.createElement('pre'));
  document.querySelector('pre').textContent = answer ?? returned;
});
</script>)");
    const TempDir folder;
    write_file(folder / "page.html", html);

    const std::string profile = shell_word("--user-data-dir=" + (folder / "profile").string());
    const CommandResult opened = run_command(
        "timeout 120 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
        "--disable-background-networking --disable-component-update --disable-sync --dump-dom " +
        profile + " " + shell_word("file://" + (folder / "page.html").string()) + " 2>/dev/null");
    REQUIRE(opened.exit_code == 0);
    const std::size_t begin = opened.out.find("<pre>"), end = opened.out.rfind("</pre>");
    REQUIRE_MESSAGE((begin != std::string::npos && end != std::string::npos), opened.out.substr(0, 1000));
    return opened.out.substr(begin + 5, end - begin - 5);
}

}  // namespace featherface::test
