// Files that are none, are something else, or change: given where a checkpoint belongs.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "loaders/torch/checkpoint.hpp"
#include "support/module_writer.hpp"
#include "support/seeded_checkpoint.hpp"
#include "support/status_checks.hpp"
#include "support/tar_writer.hpp"
#include "support/unprivileged.hpp"
#include "tools/bad_inputs/bad_input.hpp"
#include "tools/cli/exit_codes.hpp"

namespace featherface::test {

namespace fs = std::filesystem;
using namespace std::string_literals;

TEST_CASE("bad inputs: files that are no checkpoints are named") {
    BadInputs verify({"verify", "{}"}, ".pth");
    verify.check({
        {"empty", "", 3, {"the file is empty", "download or copy it again"}},
        {"one byte", "P", 3, {"not a PyTorch checkpoint"}},
        {"Git LFS pointer",
         "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 7\n",
         3,
         {"a Git LFS pointer", "git lfs pull"}},
        {"HTML page", "<!DOCTYPE html><html></html>", 3, {"an HTML page", "download the file itself"}},
        {"JSON error", "{\"message\": \"Not Found\"}", 3, {"a JSON document"}},
        {"gzip", "\x1f\x8b\x08\0"s + ByteString(20, 'x'), 3, {"a gzip file", "unpack it first"}},
        {"tar", make_tar({{"a.txt", "hello"}}), 3, {"a tar archive", "unpack it first"}},
        {"safetensors of one tensor",
         bytes_of(std::uint64_t{56}) + "{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}" +
             ByteString(2, ' ') + ByteString(4, '\0'),
         4,
         {"Not a model this program runs"}},
        {"ONNX",
         "\x08\x07\x12\x07pytorch\x1a\x03"
         "1.9:",
         3,
         {"an ONNX model", "state_dict()"}},
        {"ncnn", "7767517\n75 83\nInput data 0 1 data\n", 3, {"an ncnn param file"}},
        {"GGUF", "GGUF\x03\0\0\0"s + ByteString(16, '\0'), 3, {"a GGUF model"}},
        {"TorchScript",
         make_module_file(seeded_checkpoint("v2"), {.script = true}),
         0,
         {"Valid FeatherFace V2"}},
    });
}

TEST_CASE("bad inputs: what is no regular file, cannot be opened, or is sparse, is refused at once") {
    BadInputs verify({"verify", "{}"}, ".pth");
    const std::string folder = verify.files().folder();
    const auto path = [&](const char* name) { return verify.files().path(name); };
    verify.check_path({"a folder", "", 3, {"expected a regular file, found a directory"}}, folder);
    REQUIRE(::mkfifo(path("fifo").c_str(), 0600) == 0);
    verify.check_path({"FIFO", "", 3, {"found a pipe"}}, path("fifo"));
    verify.check_path({"/dev/zero", "", 3, {"found a character device"}}, "/dev/zero");
    verify.check_path({"missing", "", 3, {"No such file", "check the path"}}, path("missing.pth"));
    const std::string locked = verify.files().text("locked.pth", "x");
    fs::permissions(locked, fs::perms::none);
    fs::permissions(folder, fs::perms::all);
    const Status refused = without_privileges([&] { return loaders::Checkpoint::open(locked).status(); });
    check_refused(refused, StatusCode::io_error, {locked, "Permission denied", "readable by this user"});
    CHECK(tools::exit_code(refused.code()) == 3);
    fs::create_symlink("loop", path("loop"));
    verify.check_path({"looping link", "", 3, {"leads back to itself"}}, path("loop"));
    const std::string sparse = verify.files().text("sparse.pth", "");
    fs::resize_file(sparse, std::uintmax_t{10} << 30);
    verify.check_path({"10 GB", "", 3, {"too large", "at most 2147483648 bytes", "found 10737418240"}},
                      sparse);
    fs::resize_file(sparse, std::uintmax_t{2} << 30);
    verify.check_path({"2 GB of zeros", "", 3, {"not a PyTorch checkpoint", "00 00 00 00"}}, sparse);
    const std::string page = "/sys/kernel/uevent_seqnum";  // of one page, says the kernel, and some digits
    if (fs::exists(page)) verify.check_path({"shrinks", "", 3, {"shrank while it was read"}}, page);
}

}  // namespace featherface::test
