// The pickle machine: every value of protocols 0 to 5 is read, nothing is ever called, and broken or hostile
// pickles are refused with the byte where they went wrong.
#include "loaders/torch/pickle.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <limits>
#include <string>
#include <string_view>

#include "loaders/torch/pickle_text.hpp"
#include "support/bytes.hpp"
#include "support/pickle_writer.hpp"
#include "support/status_checks.hpp"

using namespace featherface;
using namespace featherface::test;
using namespace std::string_literals;
using loaders::Pickle;
using loaders::PickleKind;
using loaders::PickleLimits;
using loaders::PickleValue;

namespace {

// The bytes are kept to the end, because texts are views into them.
Pickle parse(const ByteString& bytes) {
    static std::deque<ByteString> kept;
    Result<Pickle> pickle = Pickle::parse(span_of(kept.emplace_back(bytes)));
    REQUIRE_MESSAGE(pickle.ok(), pickle.status().message());
    return std::move(pickle).value();
}

void refused(const ByteString& bytes, std::initializer_list<std::string_view> words,
             StatusCode code = StatusCode::malformed) {
    check_refused(Pickle::parse(span_of(bytes)).status(), code, words);
}

std::int64_t integer_of(const ByteString& bytes) {
    const Pickle pickle = parse(bytes);
    REQUIRE(pickle.root().is(PickleKind::integer));
    return pickle.root().integer();
}

std::string text_of(const ByteString& bytes, PickleKind kind = PickleKind::string) {
    const Pickle pickle = parse(bytes);
    REQUIRE(pickle.root().kind() == kind);
    return std::string(pickle.root().text());
}

// A little of everything, as each protocol writes it.
ByteString sample(int protocol) {
    PickleWriter w(protocol);
    w.empty_dict().put(0).mark();
    w.text("numbers").mark().integer(7).integer(-70000).integer(std::int64_t{1} << 40).real(0.5).tuple();
    w.text("flags").empty_list().boolean(true).append().boolean(false).append().none().append();
    w.text("call").global("collections", "OrderedDict").put(1).empty_tuple().reduce();
    w.mark().text("key").text("value").set_items();
    w.text("again").get(1);
    return w.set_items().stop();
}

}  // namespace

TEST_CASE("pickle: protocols 0 to 5 read alike") {
    for (int protocol = 0; protocol <= 5; ++protocol) {
        CAPTURE(protocol);
        const Pickle pickle = parse(sample(protocol));
        const PickleValue root = pickle.root();
        REQUIRE(root.is(PickleKind::dict));
        REQUIRE(root.size() == 4);
        CHECK(root.key(0).text() == "numbers");
        const PickleValue numbers = root.value(0);
        REQUIRE(numbers.is(PickleKind::tuple));
        REQUIRE(numbers.size() == 4);
        CHECK(numbers.item(0).integer() == 7);
        CHECK(numbers.item(1).integer() == -70000);
        CHECK(numbers.item(2).integer() == std::int64_t{1} << 40);
        CHECK(numbers.item(3).real() == 0.5);
        const PickleValue flags = root.value(1);
        REQUIRE(flags.is(PickleKind::list));
        REQUIRE(flags.size() == 3);
        CHECK(flags.item(0).boolean());
        CHECK_FALSE(flags.item(1).boolean());
        CHECK(flags.item(2).is(PickleKind::none));
        const PickleValue call = root.value(2);
        REQUIRE(call.is(PickleKind::call));
        CHECK(call.callable().text() == "collections.OrderedDict");
        CHECK(call.arguments().size() == 0);
        REQUIRE(call.size() == 1);
        CHECK(call.key(0).text() == "key");
        CHECK(call.value(0).text() == "value");
        CHECK(root.value(3).text() == "collections.OrderedDict");
        CHECK(pickle.globals() == std::set<std::string, std::less<>>{"collections.OrderedDict"});
    }
}

TEST_CASE("pickle: integers of every opcode, negative and long") {
    CHECK(integer_of("K\xff.") == 255);
    CHECK(integer_of("M\x01\x02.") == 0x0201);
    CHECK(integer_of("J\xfe\xff\xff\xff.") == -2);
    CHECK(integer_of("I-12\n.") == -12);
    CHECK(integer_of("L-12L\n.") == -12);
    CHECK(integer_of("\x8a\x00."s) == 0);
    CHECK(integer_of("\x8a\x01\xff.") == -1);
    CHECK(integer_of("\x8a\x02\xff\x00."s) == 255);
    CHECK(integer_of("\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x80."s) ==
          std::numeric_limits<std::int64_t>::min());
    CHECK(integer_of("\x8b\x02\x00\x00\x00\x01\x02."s) == 0x0201);
}

TEST_CASE("pickle: integers beyond 64 bits stay as they are written") {
    const ByteString ten_bytes = "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a";
    CHECK(text_of("\x8a\x0a" + ten_bytes + ".", PickleKind::big_integer) == ten_bytes);
    CHECK(text_of("\x8a\xff" + ByteString(255, '\x7f') + ".", PickleKind::big_integer) ==
          ByteString(255, '\x7f'));
    CHECK(text_of("L99999999999999999999L\n.", PickleKind::big_integer) == "99999999999999999999");
}

TEST_CASE("pickle: strings and bytes of every opcode") {
    CHECK(text_of("X\x02\x00\x00\x00\xc3\xa9."s) == "\xc3\xa9");
    CHECK(text_of("\x8c\x02hi.") == "hi");
    CHECK(text_of("\x8d\x02\0\0\0\0\0\0\0hi."s) == "hi");
    CHECK(text_of("U\x02hi.") == "hi");
    CHECK(text_of("T\x02\0\0\0hi."s) == "hi");
    CHECK(text_of("U\x02\xff\xfe.", PickleKind::bytes) == "\xff\xfe");
    CHECK(text_of("C\x02\xff\xfe.", PickleKind::bytes) == "\xff\xfe");
    CHECK(text_of("B\x02\0\0\0hi."s, PickleKind::bytes) == "hi");
    CHECK(text_of("\x8e\x02\0\0\0\0\0\0\0hi."s, PickleKind::bytes) == "hi");
    CHECK(text_of("\x96\x02\0\0\0\0\0\0\0hi."s, PickleKind::bytes) == "hi");
    CHECK(text_of("S'a\\n\\x41\\'\\\\'\n.") == "a\nA'\\");
    CHECK(text_of("Vcaf\xe9 \\u20ac \\U0001f600\n.") == "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80");
}

TEST_CASE("pickle: sets, old lists and dicts, frames and memo keys") {
    const Pickle set = parse("\x8f(K\x01K\x02\x90.");
    CHECK(set.root().is(PickleKind::set));
    CHECK(set.root().size() == 2);
    CHECK(parse("(K\x01\x91.").root().is(PickleKind::set));
    CHECK(parse("(K\x01K\x02l.").root().item(1).integer() == 2);
    CHECK(parse("(K\x01K\x02"
                "d.")
              .root()
              .value(0)
              .integer() == 2);
    CHECK(parse("\x80\x04\x95\x02\0\0\0\0\0\0\0N."s).root().is(PickleKind::none));
    CHECK(parse("K\x05r\x2c\x01\0\0"
                "0j\x2c\x01\0\0."s)
              .root()
              .integer() == 5);
    CHECK(parse("K\x05p300\n0g300\n.").root().integer() == 5);
    CHECK(parse("K\x05\x94"
                "0h\0."s)
              .root()
              .integer() == 5);
}

TEST_CASE("pickle: POP, POP_MARK and DUP") {
    CHECK(integer_of("K\x01K\x02"
                     "0.") == 1);
    CHECK(integer_of("K\x01(0.") == 1);
    CHECK(integer_of("K\x01(K\x02K\x03"
                     "1.") == 1);
    CHECK(parse("K\x01"
                "2\x86.")
              .root()
              .item(1)
              .integer() == 1);
}

TEST_CASE("pickle: whatever is called stays data that names it") {
    const Pickle reduce =
        parse(PickleWriter().global("os", "system").mark().text("true").tuple().reduce().stop());
    REQUIRE(reduce.root().is(PickleKind::call));
    CHECK(reduce.root().callable().text() == "os.system");
    CHECK(reduce.root().arguments().item(0).text() == "true");
    CHECK(reduce.globals().contains("os.system"));

    const auto instance_of = [](const ByteString& bytes) {
        const Pickle pickle = parse(bytes);
        REQUIRE(pickle.root().is(PickleKind::instance));
        return std::string(pickle.root().callable().text()) + "/" +
               std::to_string(pickle.root().arguments().size());
    };
    CHECK(instance_of("(K\x01ios\nsystem\n.") == "os.system/1");
    CHECK(instance_of("(cos\nsystem\nK\x01o.") == "os.system/1");
    CHECK(instance_of("cos\nsystem\nK\x01\x85\x81.") == "os.system/1");
    CHECK(instance_of("cos\nsystem\nK\x01\x85}\x92.") == "os.system/1");
    CHECK(instance_of("\x8c\x02os\x8c\x06system\x93)\x81.") == "os.system/0");
}

TEST_CASE("pickle: BUILD on an object is noted, on anything else refused") {
    CHECK(parse("ca\nb\n)R}b.").root().has_state());
    CHECK_FALSE(parse("ca\nb\n)R.").root().has_state());
    refused("K\x01}b.", {"BUILD on something that is no object", "an integer"});
    CHECK(parse("ca\nb\n)R}b.").root().state().is(PickleKind::dict));
    refused("ca\nb\n)R}bNb.", {"BUILD on an object that has its state already"});
}

TEST_CASE("pickle: persistent ids, whatever they are") {
    CHECK(parse("K\x07Q.").root().id().integer() == 7);
    CHECK(parse("Pabc\n.").root().id().text() == "abc");
}

TEST_CASE("pickle: offsets in messages and values count from the beginning of the file") {
    const ByteString bytes = "K\x01\xff";
    const Status status = Pickle::parse(span_of(bytes), 1000).status();
    check_refused(status, StatusCode::malformed, {"unknown opcode at byte 1002", "found ff"});
    const Result<Pickle> good = Pickle::parse(span_of("K\x01\x85."), 1000);
    REQUIRE(good.ok());
    CHECK(good.value().root().offset() == 1002);
    CHECK(good.value().root().item(0).offset() == 1000);
}

TEST_CASE("pickle: what makes an object tells whether anything is called") {
    CHECK(parse("ca\nb\n)R.").root().is_called());
    CHECK(parse("(ia\nb\n.").root().is_called());
    CHECK(parse("(ca\nb\no.").root().is_called());
    CHECK(parse("ca\nb\n)}\x92.").root().is_called());
    CHECK_FALSE(parse("ca\nb\n)\x81.").root().is_called());
}

TEST_CASE("pickle: opcodes are counted, and what was made before a failure is kept") {
    Pickle pickle;
    const ByteString bytes = "cos\nsystem\n)RN\xff";
    check_refused(pickle.read(span_of(bytes)), StatusCode::malformed, {"unknown opcode"});
    CHECK(pickle.opcodes()['c'] == 1);
    CHECK(pickle.opcodes()['R'] == 1);
    CHECK(pickle.globals().contains("os.system"));
    CHECK(pickle.value_count() > 3);
}

TEST_CASE("pickle: the size ends with STOP, whatever follows") {
    CHECK(parse("K\x01.more").size_in_bytes() == 3);
}

TEST_CASE("pickle: an end anywhere before STOP is refused") {
    const ByteString whole = sample(2);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CHECK_FALSE(Pickle::parse(span_of(whole).first(size)).ok());
    }
    refused("K\x01", {"ends without STOP"});
}

TEST_CASE("pickle: unknown opcodes, protocols, extension codes and out-of-band buffers are refused") {
    refused("\xff.", {"unknown opcode at byte 0", "found ff"});
    refused("\x80\x06N.", {"unknown protocol", "found 6"}, StatusCode::unsupported);
    refused("\x82\x01.", {"extension code", "found 1"}, StatusCode::unsupported);
    refused("\x83\x01\x02.", {"extension code", "found 513"}, StatusCode::unsupported);
    refused("\x84\x01\0\0\0."s, {"extension code", "found 1"}, StatusCode::unsupported);
    refused("\x97.", {"out-of-band buffer"}, StatusCode::unsupported);
    refused("N\x98.", {"out-of-band buffer"}, StatusCode::unsupported);
}

TEST_CASE("pickle: lengths past the end are refused before anything is allocated") {
    refused("X\xff\xff\xff\xffhi.", {"reaches past the end", "4294967295 bytes", "found 3"});
    refused("\x8d\xff\xff\xff\xff\xff\xff\xff\xffhi.", {"reaches past the end"});
    refused("\x8e\xff\xff\xff\xff\xff\xff\xff\x7fhi.", {"reaches past the end"});
    refused("\x95\xff\xff\xff\xff\xff\xff\xff\xffN.", {"frame reaches past the end"});
    refused("\x8a\xffhi.", {"reaches past the end", "255 bytes"});
    refused("\x8b\xff\xff\xff\xff.", {"negative length", "-1"});
    refused("\x8b\xff\xff\xff\x7f.", {"reaches past the end", "2147483647"});
    refused("cos\nsystem", {"line without an end"});
}

TEST_CASE("pickle: text that is not what it claims is refused") {
    refused("X\x02\0\0\0\xc3\x28."s, {"not UTF-8", "c3"});
    refused("\x8c\x01\xff.", {"not UTF-8", "ff"});
    refused("S'abc\n.", {"broken quote or escape"});
    refused("S'a\\q'\n.", {"broken quote or escape"});
    refused("V\\u12\n.", {"broken quote or escape"});
    refused("V\\ud800\n.", {"broken quote or escape"});
    refused("Iabc\n.", {"an integer that is none", "'abc'"});
    refused("I\n.", {"an integer that is none"});
    refused("Fabc\n.", {"a number that is none"});
    refused("F1e400\n.", {"a number that is none", "1e400"});
    refused("pabc\n.", {"memo key that is no number"});
    refused("c\nname\n.", {"without a proper name"});
    refused("cmodule\n\n.", {"without a proper name"});
    refused("K\x01K\x02\x93.", {"without a proper name", "two strings"});
    refused("c" + ByteString(2000, 'a') + "\nb\n.", {"too long", "1024"}, StatusCode::limit_exceeded);
}

TEST_CASE("pickle: operations without their operands are refused") {
    for (const char* bytes : {"0.", "2.", "a.",
                              "K\x01"
                              "a.",
                              "s.", "R.", "K\x01R.", "b.", "\x81.", "\x85.", "\x93.", "Q.", "\x94.", "e.",
                              "u.", "(e.", "(u.", "K\x01((e.", "q\x01."}) {
        CAPTURE(bytes);
        CHECK_FALSE(Pickle::parse(span_of(bytes)).ok());
    }
    refused("\x85.", {"stack is empty"});
    refused("(K\x01(\x85.", {"stack is empty"});  // below a mark is out of reach
    refused("t.", {"lacks its MARK"});
    refused(
        "K\x01"
        "1.",
        {"lacks its MARK"});
    refused("(o.", {"an object without its class"});
    refused("h\x07.", {"memo key that was never set", "found 7"});
    refused(".", {"STOP with a stack"});
    refused("NN.", {"STOP with a stack", "found 2"});
    refused("N(.", {"STOP with a stack", "1 mark"});
}

TEST_CASE("pickle: operations on the wrong kind of value are refused") {
    refused(
        "K\x01K\x02"
        "a.",
        {"items are added to something else", "an integer"});
    refused("]K\x01K\x02s.", {"keys and values are added to something else", "a list"});
    refused("}(K\x01u.", {"a key without a value"});
    refused(
        "(K\x01"
        "d.",
        {"a key without a value"});
    refused("K\x01)R.", {"something is called that is no function", "an integer"});
    refused("ca\nb\nK\x01R.", {"a call without proper arguments", "an integer"});
}

TEST_CASE("pickle: cyclic lists are read and freed") {
    const Pickle pickle = parse("]q\0h\0a."s);
    CHECK(pickle.root().item(0).item(0).item(0).size() == 1);
}

TEST_CASE("pickle: a million nested tuples are refused, and freed without recursion when allowed") {
    const ByteString nested = ")" + ByteString(1000000, '\x85') + ".";
    refused(nested, {"nested too deep", "at most 1000"}, StatusCode::limit_exceeded);
    const PickleLimits no_limits{.values = 2000000, .elements = 2000000, .depth = 2000000};
    CHECK(Pickle::parse(span_of(nested), 0, no_limits).ok());
    const ByteString marks = ByteString(1000000, '(') + "N" + ByteString(1000000, 't') + ".";
    refused(marks, {"too many marks"}, StatusCode::limit_exceeded);
}

TEST_CASE("pickle: bombs run into a limit") {
    const PickleLimits limits;
    const auto bomb = [](const ByteString& bytes, std::string_view words) {
        refused(bytes, {words}, StatusCode::limit_exceeded);
    };
    bomb("N" + ByteString(limits.stack + 1, '2'), "stack grows too high");
    bomb("N" + ByteString(limits.values + 1, ']'), "too many values");
    bomb("Nr\xff\xff\xff\xff.", "memo key is too large");
    bomb("Nr\xff\xff\xff\x7f.", "memo key is too large");
    bomb("Np18446744073709551615\n.", "memo key is too large");
    // Doubling: each tuple holds the one before twice. Depth ends it.
    ByteString doubling = ")";
    for (int i = 0; i < 2000; ++i) doubling += "2\x86";
    bomb(doubling, "nested too deep");
    // One list that swallows the same value again and again.
    ByteString swallow =
        "]Nq\0"
        "0"s;
    for (int chunk = 0; chunk < 16; ++chunk) {
        swallow += "(";
        for (std::size_t i = 0; i < limits.stack / 4; ++i) swallow += "h\0"s;
        swallow += "e";
    }
    bomb(swallow + swallow + ".", "too many elements");
    ByteString globals;
    for (std::size_t i = 0; i <= limits.globals; ++i) globals += "cm\nf" + std::to_string(i) + "\n0";
    bomb(globals + "N.", "too many classes and functions");
    // One long name, spelt once and made a class again and again.
    ByteString again = "X\xe8\3\0\0"s;
    again.append(1000, 'n').append("q\0"s).append("0");
    for (std::size_t i = 0; i <= limits.names / 2000; ++i) again.append("h\0h\0\x93"s).append("0");
    bomb(again + "N.", "too many names");
}

TEST_CASE("pickle text: UTF-8 is checked to the letter of the standard") {
    using loaders::find_bad_utf8;
    CHECK(find_bad_utf8("plain \xc2\xa2 \xe2\x82\xac \xf0\x90\x8d\x88") == std::string_view::npos);
    CHECK(find_bad_utf8("\xf4\x8f\xbf\xbf") == std::string_view::npos);
    for (const char* bad :
         {"\x80", "\xc0\x80", "\xc1\xbf", "\xc3", "\xe2\x82", "\xe0\x80\x80", "\xed\xa0\x80",
          "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xe2\x28\xa1"}) {
        CAPTURE(bad);
        CHECK(find_bad_utf8("ok" + std::string(bad)) == 2);
    }
}
