// A file that is no PyTorch checkpoint is called what it is.
#include "loaders/torch/file_kind.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "loaders/torch/checkpoint.hpp"
#include "support/bytes.hpp"
#include "support/checkpoint_checks.hpp"
#include "support/files.hpp"
#include "support/tar_writer.hpp"

using namespace featherface;
using namespace featherface::test;
using namespace std::string_literals;

namespace {

// Opening says so, with these words.
void called(const ByteString& bytes, std::string_view what, std::string_view hint = "") {
    check_malformed(bytes, {"not a PyTorch checkpoint", what, hint});
}

}  // namespace

TEST_CASE("file kind: a Git LFS pointer") {
    called("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 2700517\n", "a Git LFS pointer",
           "git lfs pull");
}

TEST_CASE("file kind: an HTML page or a server's error saved under the name of a checkpoint") {
    called("<!DOCTYPE html>\n<html><head>", "an HTML page", "download the file itself");
    called("\n  <HTML>", "an HTML page");
    called("{\"message\": \"Not Found\"}", "a JSON document", "server's error message");
    called("[1, 2]", "a JSON document");
    called("<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>", "an XML document");
    called("404: Not Found", "a text file");
}

TEST_CASE("file kind: packed files and archives") {
    called("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"s, "a gzip file", "unpack it first");
    called("BZh91AY&SY", "a bzip2 file");
    called(
        "\xfd"
        "7zXZ\0\0\x04"s,
        "an xz file");
    called("\x28\xb5\x2f\xfd\x04\x58", "a zstd file");
    called(make_tar({{"a/file", ""}}), "a tar archive", "unpack it first");
}

TEST_CASE("file kind: models of other frameworks") {
    called(
        "\x08\x07\x12\x07pytorch\x1a\x03"
        "1.9:",
        "an ONNX model");
    called("GGUF\x03\0\0\0"s + ByteString(16, '\0'), "a GGUF model");
    called("7767517\n75 83\nInput data 0 1 data\n", "an ncnn param file");
    called("\x1c\0\0\0TFL3"s + ByteString(8, '\0'), "a TensorFlow Lite model");
    called("\x89HDF\r\n\x1a\n"s + ByteString(8, '\0'), "an HDF5 file");
    called("\x93NUMPY\x01\0"s, "a NumPy array");
    called("\xdd\x85\x76\0\1\0\0\0"s, "a binary ncnn param file");
    called("\x47\x6b\x30\x01\1\2\3\4", "an ncnn weights file");
    called("\x12\x01"s + ByteString(14, '\0') + "\2\0\0\0\0\0\0\0"s, "an MXNet parameter file");
}

TEST_CASE("file kind: a pickle that torch.save did not write is called one, of any protocol") {
    for (const int protocol : {0, 1}) {
        PickleWriter pickle(protocol);
        pickle.empty_dict().text("w").empty_list().set_item();
        called(pickle.stop(), "a plain pickle, of a dict", "torch.save the model's state_dict()");
    }
    check_malformed("cos\nsystem\n(Vtrue\ntR.", {"asks to call 'os.system' (it was not called)"});
    // The second value on the stack hides nothing.
    check_malformed("cos\nsystem\n(Vtrue\ntRN.", {"asks to call 'os.system' (it was not called)"});
    check_malformed(
        "\x80\x02"
        "cos\nsystem\n(Vtrue\ntRN.",
        {"asks to call 'os.system' (it was not called)"});
    check_malformed(zip_around("\x80\x02"
                               "cos\nsystem\n(Vtrue\ntR}."),
                    {"asks to call 'os.system' (it was not called)", "besides, pickle: STOP with a stack"});
}

TEST_CASE("file kind: torch's oldest container, a tar of pickles, is told from other archives") {
    ByteString archive;
    for (const char* name : {"sys_info", "pickle", "storages", "tensors"}) {
        archive += make_tar({{name, "N."}}).substr(0, 1024);
    }
    check_file_refused(archive + ByteString(1024, '\0'), StatusCode::unsupported,
                       {"PyTorch's oldest container", "'pickle', 'storages' and 'tensors'", "torch.save"});
    called(make_tar({{"pickle", "N."}}), "a tar archive", "unpack it first");
}

TEST_CASE("file kind: pictures") {
    called("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"s, "a PNG picture", "given where the checkpoint belongs");
    called("\xff\xd8\xff\xe0\0\x10JFIF"s, "a JPEG picture", "given where the checkpoint belongs");
}

TEST_CASE("file kind: anything else is told by its first bytes") {
    check_malformed("\x01", {"expected 50 4b 03 04 (zip) or 80 02 8a 0a (legacy)", "found 01"});
    check_malformed("\xde\xad\xbe\xef\x01\x02\x03\x04\x05\x06", {"found de ad be ef 01 02 03 04;"});
    check_malformed("", {"found nothing"});
    check_malformed(ByteString(1000, '\0'), {"found 00 00 00 00"});
}

TEST_CASE("file kind: a NumPy archive and other zip archives") {
    check_malformed(make_zip({{.name = "a.npy", .content = "x"}}).bytes,
                    {"zip archive, but not a PyTorch", ".npz"});
    check_malformed(make_zip({{.name = "[Content_Types].xml", .content = "x"}}).bytes,
                    {"zip archive, but not a PyTorch", "expected an entry NAME/data.pkl",
                     "begins with '[Content_Types].xml'"});
}

TEST_CASE("file kind: the message of a file on disk names it") {
    const TempDir dir;
    write_file(dir / "model.pth", "<!DOCTYPE html>");
    const Status status = loaders::Checkpoint::open(dir / "model.pth").status();
    check_refused(status, StatusCode::malformed, {"model.pth: not a PyTorch checkpoint: found an HTML page"});
}
