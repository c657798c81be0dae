// What the linker sees of the architectures' object files. A function with a weak symbol (an inline function
// or template that was not inlined) compiled with AVX flags may replace the baseline's copy in the whole
// program, which then dies on a CPU without AVX. So the only functions these files may share are xsimd's own
// for their architecture, which no other file instantiates; optimised builds have none at all. 64-bit ARM's
// are compiled as everything else is: there, whichever copy is kept runs. Only what is for CPUs with dot
// products is not, and shares none.
#include <doctest/doctest.h>

#include <cstdio>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "support/capture.hpp"

namespace featherface::test {
namespace {

struct Symbol {
    char type;  // as nm prints it
    std::string name;
};

// The defined external symbols of each member of the library's archive.
std::map<std::string, std::vector<Symbol>> library_symbols() {
    std::map<std::string, std::vector<Symbol>> members;
    const std::string command = std::string(FEATHERFACE_NM) + " --demangle --defined-only --extern-only '" +
                                FEATHERFACE_LIBRARY + "'";
    std::FILE* pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) return members;
    std::string member;
    char line[4096];
    while (std::fgets(line, sizeof line, pipe) != nullptr) {
        std::string text(line);
        while (!text.empty() && text.back() == '\n') text.pop_back();
        if (!text.empty() && text.back() == ':') {
            member = text.substr(0, text.size() - 1);
            continue;
        }
        std::istringstream fields(text);
        std::string address;
        Symbol symbol{};
        if (fields >> address >> symbol.type && std::getline(fields, symbol.name))
            members[member].push_back(symbol);
    }
    pclose(pipe);
    return members;
}

TEST_CASE(
    "weak symbols: no function that an architecture's object file shows the linker can stand for another's") {
    const std::map<std::string, std::string> own_tags = {{"arch_sse2.cpp.o", "xsimd::sse2"},
                                                         {"arch_avx2.cpp.o", "xsimd::fma3<xsimd::avx2>"},
                                                         {"arch_avx2_vnni.cpp.o", "xsimd::fma3<xsimd::avx2>"},
                                                         {"arch_avx512.cpp.o", "xsimd::avx512bw"},
                                                         {"arch_avx512_vnni.cpp.o", "xsimd::avx512bw"},
                                                         {"arch_neon64.cpp.o", ""},
                                                         {"arch_neon64_dotprod.cpp.o", "none at all"}};
    const auto members = library_symbols();
    int tables = 0, extensions = 0;
    for (const auto& [member, tag] : own_tags) {
        if (members.count(member) == 0) continue;
        FEATHERFACE_CAPTURE(member);
        for (const Symbol& symbol : members.at(member)) {
            const bool data = std::string("DdRrBbV").find(symbol.type) != std::string::npos;
            CHECK_MESSAGE((data || symbol.name.find(tag) != std::string::npos), symbol.name);
            tables += data && symbol.name.ends_with("Table");
            extensions += data && symbol.name.find("kConvInt8") != std::string::npos;
        }
    }
#if defined(__x86_64__)
    CHECK(tables == 3);
    CHECK(extensions == 2);
#elif defined(__aarch64__)
    CHECK(tables == 1);
    CHECK(extensions == 1);
#endif
    CHECK(members.count("select.cpp.o") == 1);
}

TEST_CASE("symbols: the library defines no global name but its own") {
    int own = 0;
    for (const auto& [member, symbols] : library_symbols()) {
        for (const Symbol& symbol : symbols) {
            // Copies of templates and inline functions, which every program may have, are weak or unique.
            if (std::string("WVu").find(symbol.type) != std::string::npos) continue;
            FEATHERFACE_CAPTURE(member);
            CHECK_MESSAGE(symbol.name.find("featherface") != std::string::npos, symbol.name);
            ++own;
        }
    }
    CHECK(own > 100);
}

}  // namespace
}  // namespace featherface::test
