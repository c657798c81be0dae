// SHA-256: the examples of FIPS 180-4 and lengths around the block.
#include "loaders/torch/sha256.hpp"

#include <doctest/doctest.h>

#include <string>

#include "support/bytes.hpp"

using featherface::loaders::sha256_hex;
using featherface::test::span_of;

TEST_CASE("sha256: the standard's examples") {
    CHECK(sha256_hex(span_of("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(sha256_hex(span_of("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(sha256_hex(span_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK(sha256_hex(span_of(std::string(1000000, 'a'))) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("sha256: lengths around the padding's limits") {
    // They are from the sha256sum program, for as many times 'x'.
    CHECK(sha256_hex(span_of(std::string(55, 'x'))) ==
          "d5e285683cd4efc02d021a5c62014694958901005d6f71e89e0989fac77e4072");
    CHECK(sha256_hex(span_of(std::string(56, 'x'))) ==
          "04c26261370ee7541549d16dee320c723e3fd14671e66a099afe0a377c16888e");
    CHECK(sha256_hex(span_of(std::string(63, 'x'))) ==
          "75220b47218278e656f2013bb8f0c455a25eaf01e86c64924e9d48d89776d6f2");
    CHECK(sha256_hex(span_of(std::string(64, 'x'))) ==
          "7ce100971f64e7001e8fe5a51973ecdfe1ced42befe7ee8d5fd6219506b5393c");
    CHECK(sha256_hex(span_of(std::string(65, 'x'))) ==
          "9537c5fdf120482f7d58d25e9ed583f52c02b4e304ea814db1633ad565aed7e9");
}
