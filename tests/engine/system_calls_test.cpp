// What the library asks the system for, as SECURITY.md lists it for sandboxes: in a child process that may
// make those system calls and no other (seccomp), it loads a model, reads a picture, finds faces.
#if defined(__linux__) && defined(__x86_64__)

#include <doctest/doctest.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <functional>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "featherface/featherface.hpp"
#include "support/sanitized.hpp"
#include "support/seeded_model.hpp"
#include "support/skipped.hpp"

namespace featherface {
namespace {

using Calls = std::vector<unsigned>;

// SECURITY.md has these lists by name.
const Calls kAlways = {SYS_exit_group,
                       SYS_clock_gettime};  // the clock: most kernels let it be read without a call
const Calls kOnMemory = {SYS_brk, SYS_mmap, SYS_munmap, SYS_mremap, SYS_madvise};
const Calls kOnThreads = {SYS_futex, SYS_sched_yield};
const Calls kToLoad = {SYS_openat, SYS_newfstatat, SYS_fcntl, SYS_read, SYS_pread64, SYS_lseek, SYS_close};
const Calls kToStartThreads = {SYS_clone3,         SYS_clone,           SYS_rt_sigaction,
                               SYS_rt_sigprocmask, SYS_mprotect,        SYS_sched_getaffinity,
                               SYS_rseq,           SYS_set_robust_list, SYS_exit};

Calls operator+(Calls a, const Calls& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

// Any other call than those, and `allowed`, raises SIGSYS, in all threads of the process.
bool allow_only(const Calls& allowed) {
    std::vector<sock_filter> filter = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
    for (const unsigned call : allowed + kAlways) {
        filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1));
        filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    }
    filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP));
    const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0;
}

// Until the others sleep: a thread that starts makes calls of its own.
void wait_for_other_threads() {
    const std::string self = std::to_string(::gettid());
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
        std::string state;
        while (task.path().filename() != self && state != "S") {
            ::usleep(1000);
            std::ifstream file(task.path() / "stat");
            std::string text;
            std::getline(file, text);
            state = text.substr(text.rfind(')') + 2, 1);
        }
    }
}

// What a child that may make no other calls comes to: "done", or why not.
std::string run_confined(
    const Calls& allowed, const std::function<bool()>& confined,
    const std::function<bool()>& before = [] { return true; }) {
    void* const memory =
        ::mmap(nullptr, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    static int* forbidden_call;
    forbidden_call = ::new (memory) int{-1};
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        struct sigaction action {};
        action.sa_flags = SA_SIGINFO;
        action.sa_sigaction = [](int, siginfo_t* info, void*) {
            *forbidden_call = info->si_syscall;
            ::_exit(1);
        };
        ::sigaction(SIGSYS, &action, nullptr);
        if (!before()) ::_exit(2);
        if (!allow_only(allowed)) ::_exit(3);
        ::_exit(confined() ? 0 : 4);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    const int call = *forbidden_call;
    ::munmap(memory, sizeof(int));
    if (!WIFEXITED(status)) return "ended by a signal";
    switch (WEXITSTATUS(status)) {
        case 0: return "done";
        case 1: return "system call " + std::to_string(call);
        case 2: return "nothing to confine";
        case 3: return "no seccomp";
        default: return "an error";
    }
}

std::string path_of(const char* file) {
    return std::string(FEATHERFACE_SOURCE_DIR) + "/" + file;
}
const std::string kCheckpoint = path_of("tools/model/FeatherFaceV2_final.pth");
const std::string kPicture = path_of("tests/data/pictures/progressive.jpg");

// A detector with its picture, each step of which may fail.
struct Sight {
    explicit Sight(int count) : threads(count) {}
    bool load() {
        auto model = Model::load(kCheckpoint);
        auto read = read_image(kPicture);
        if (!model.ok() || !read.ok()) return false;
        auto created = Detector::create(model.value(), {.threads = threads});
        if (!created.ok()) return false;
        detector = std::move(created).value();
        // One worth two threads, where there are so many.
        image = threads > 1 ? test::noise(448, 320) : std::move(read).value();
        return true;
    }
    bool look() { return detector.detect(image.view(), faces).ok(); }

    int threads;
    Detector detector;
    Image image;
    std::vector<Face> faces;
};

}  // namespace

TEST_CASE("system calls: a sandbox needs to allow what SECURITY.md lists, and no more") {
    if (test::kSanitized || run_confined({}, [] { return true; }) == "no seccomp") {
        MESSAGE("a sanitizer makes calls of its own, or this system has no seccomp");
        test::note_skipped();
        return;
    }
    SUBCASE("the sandbox does confine") {
        CHECK(run_confined({}, [] { return ::getppid() > 0; }) ==
              "system call " + std::to_string(SYS_getppid));
    }
    SUBCASE("a detector that has looked at such a picture needs none") {
        Sight sight(1);
        const auto look = [&] { return sight.look(); };
        CHECK(run_confined({}, look, [&] { return sight.load() && sight.look(); }) == "done");
    }
    SUBCASE("with threads it needs those that wait and wake") {
        Sight sight(2);
        const auto look = [&] {
            for (int i = 0; i < 20; ++i) {
                if (!sight.look()) return false;
            }
            return true;
        };
        const auto load = [&] {
            const bool loaded = sight.load() && sight.look();
            wait_for_other_threads();
            return loaded;
        };
        CHECK(run_confined(kOnThreads, look, load) == "done");
    }
    SUBCASE("a new picture needs memory") {
        Sight sight(1);
        const auto look = [&] { return sight.look(); };
        CHECK(run_confined(kOnMemory, look, [&] { return sight.load(); }) == "done");
    }
    SUBCASE("files and threads need the rest") {
        Sight sight(2);
        const auto all = [&] { return sight.load() && sight.look(); };
        CHECK(run_confined(kOnMemory + kOnThreads + kToLoad + kToStartThreads, all) == "done");
    }
}

}  // namespace featherface
#endif
