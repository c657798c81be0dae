// Pictures of the Netpbm family.
#include "fuzz/target.hpp"

namespace featherface::fuzz {

namespace {

std::vector<ByteString> pnm_seeds() {
    const ByteString samples = "abcdefghijklmnopqrstuvwxyz";
    return {"P1\n# bits\n10 2\n0101 1 0 1 0 1 1 0 0 0 0 0 0 0 1 0 1",
            "P2 3 2 10\n5 11 99999999999 1 2 3",
            "P3\n1 2 255 1 2 3 # a comment\n4 5 6",
            "P4\n10 2\n" + samples,
            "P5 4 3 97\n" + samples,
            "P6\n2 2\n65535\n" + samples,
            "P7\nWIDTH 3\nHEIGHT 2\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n" + samples,
            "P7\n# grey\nWIDTH 3\nHEIGHT 2\nDEPTH 2\nMAXVAL 1\nENDHDR\n" + samples};
}

}  // namespace

Target pnm() {
    return {.name = "pnm", .check = check_picture, .seeds = pnm_seeds};
}

}  // namespace featherface::fuzz
