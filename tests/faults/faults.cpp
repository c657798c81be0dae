// A library that is loaded before the C library (LD_PRELOAD) and lets one call of the program fail, as a
// system does that has run out of something. The environment says which:
//
//     FEATHERFACE_FAULT=KIND:NUMBER:ERRNO     the NUMBERth call of this kind, from the start of main() on
//     FEATHERFACE_FAULT=KIND:NUMBER:ERRNO:on  that one and all after it
//
// Kinds: allocate, map, read, write, thread, open, open-unnamed, link, rename. When the program ends, the
// file FEATHERFACE_FAULT_LOG has one line: how many calls of that kind there were, and how many blocks of
// memory were not freed. glibc only.
#undef _FORTIFY_SOURCE  // under which the headers define some of the functions that are defined here
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* block, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* block);
}

namespace {

struct {
    std::array<char, 32> kind{};
    long number = 0;
    int error = 0;
    bool on = false;  // all after it, too
    std::array<char, 4096> log{};
} fault;

std::atomic<bool> armed{false};
std::atomic<long> calls{0}, live{0};

bool fails(std::string_view kind) {
    if (!armed.load(std::memory_order_relaxed) || kind != fault.kind.data()) return false;
    const long call = ++calls;
    if (call != fault.number && !(fault.on && call > fault.number)) return false;
    errno = fault.error;
    return true;
}

// The C library's function of that name.
template <class Function>
Function* real(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

void* counted(void* block) {
    if (block != nullptr) ++live;
    return block;
}

void arm() {
    const char* text = std::getenv("FEATHERFACE_FAULT");
    if (text == nullptr) return;
    std::array<char, 8> on{};
    if (std::sscanf(text, "%31[a-z-]:%ld:%d:%7s", fault.kind.data(), &fault.number, &fault.error, on.data()) <
        3)
        return;
    fault.on = std::string_view(on.data()) == "on";
    if (const char* log = std::getenv("FEATHERFACE_FAULT_LOG"))
        std::strncpy(fault.log.data(), log, fault.log.size() - 1);
    ::unsetenv("LD_PRELOAD");  // not for programs that this one starts
    live = 0;
    armed = true;
}

// It makes bare system calls: nothing here may fail or count.
void write_log() {
    if (!armed.exchange(false) || fault.log[0] == 0) return;
    std::array<char, 64> line{};
    const int size = std::snprintf(line.data(), line.size(), "%ld %ld\n", calls.load(), live.load());
    const long file = ::syscall(SYS_openat, AT_FDCWD, fault.log.data(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::syscall(SYS_write, file, line.data(), static_cast<std::size_t>(size));
    ::syscall(SYS_close, file);
}

using Main = int(int, char**, char**);
Main* real_main = nullptr;

int armed_main(int count, char** words, char** environment) {
    arm();
    const int code = real_main(count, words, environment);
    write_log();
    return code;
}

}  // namespace

extern "C" {

int __libc_start_main(Main* main, int count, char** words, void (*init)(), void (*fini)(),
                      void (*loader_fini)(), void* stack_end) {
    real_main = main;
    return real<int(Main*, int, char**, void (*)(), void (*)(), void (*)(), void*)>("__libc_start_main")(
        armed_main, count, words, init, fini, loader_fini, stack_end);
}

void* malloc(std::size_t size) {
    return fails("allocate") ? nullptr : counted(__libc_malloc(size));
}
void* calloc(std::size_t count, std::size_t size) {
    return fails("allocate") ? nullptr : counted(__libc_calloc(count, size));
}
void* realloc(void* block, std::size_t size) {
    if (fails("allocate")) return nullptr;
    void* grown = __libc_realloc(block, size);
    if (block == nullptr) counted(grown);
    return grown;
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
    return fails("allocate") ? nullptr : counted(__libc_memalign(alignment, size));
}
void* memalign(std::size_t alignment, std::size_t size) {
    return aligned_alloc(alignment, size);
}
int posix_memalign(void** block, std::size_t alignment, std::size_t size) {
    *block = aligned_alloc(alignment, size);
    return *block != nullptr ? 0 : ENOMEM;
}
void free(void* block) {
    if (block != nullptr) --live;
    __libc_free(block);
}

void* mmap(void* address, std::size_t size, int protection, int flags, int file, off_t offset) noexcept {
    if (fails("map")) return MAP_FAILED;
    return reinterpret_cast<void*>(::syscall(SYS_mmap, address, size, protection, flags, file, offset));
}
void* mmap64(void* address, std::size_t size, int protection, int flags, int file, off_t offset) noexcept {
    return mmap(address, size, protection, flags, file, offset);
}

ssize_t read(int file, void* to, std::size_t size) {
    return fails("read") ? -1 : ::syscall(SYS_read, file, to, size);
}
ssize_t pread(int file, void* to, std::size_t size, off_t offset) {
    return fails("read") ? -1 : ::syscall(SYS_pread64, file, to, size, offset);
}
ssize_t pread64(int file, void* to, std::size_t size, off_t offset) {
    return pread(file, to, size, offset);
}
// What goes to the standard streams is no file, and does not fail.
ssize_t write(int file, const void* from, std::size_t size) {
    if (file > STDERR_FILENO && fails("write")) return -1;
    return ::syscall(SYS_write, file, from, size);
}

static int open_file(const char* path, int flags, mode_t mode) {
    const bool unnamed = (flags & O_TMPFILE) == O_TMPFILE;
    if (fails(unnamed ? "open-unnamed" : "open")) return -1;
    return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}
int open(const char* path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    const mode_t mode = va_arg(rest, mode_t);
    va_end(rest);
    return open_file(path, flags, mode);
}
int open64(const char* path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    const mode_t mode = va_arg(rest, mode_t);
    va_end(rest);
    return open_file(path, flags, mode);
}
int linkat(int from_folder, const char* from, int to_folder, const char* to, int flags) noexcept {
    if (fails("link")) return -1;
    return static_cast<int>(::syscall(SYS_linkat, from_folder, from, to_folder, to, flags));
}
int rename(const char* from, const char* to) noexcept {
    return fails("rename") ? -1 : static_cast<int>(::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*routine)(void*),
                   void* argument) noexcept {
    if (fails("thread")) return EAGAIN;
    using Create = int(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
    return real<Create>("pthread_create")(thread, attributes, routine, argument);
}

}  // extern "C"
