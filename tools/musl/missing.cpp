// What Debian's C++ library, built on glibc, lacks on musl; linked into every program by clang++ beside this
// file.
#include <pthread.h>

#include <cstdarg>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

// The objects of a thread that are to be destroyed when it ends, the last made first.
struct AtThreadExit {
    void (*destroy)(void*);
    void* object;
    AtThreadExit* next;
};
thread_local AtThreadExit* at_thread_exit = nullptr;

void destroy_all(void*) {
    while (AtThreadExit* entry = at_thread_exit) {
        at_thread_exit = entry->next;
        entry->destroy(entry->object);
        std::free(entry);
    }
}

}  // namespace

extern "C" {

// glibc's checked variants, to which _FORTIFY_SOURCE turned the library's calls.
int __vfprintf_chk(std::FILE* file, int, const char* format, std::va_list arguments) {
    return std::vfprintf(file, format, arguments);
}
int __fprintf_chk(std::FILE* file, int, const char* format, ...) {
    std::va_list arguments;
    va_start(arguments, format);
    const int printed = std::vfprintf(file, format, arguments);
    va_end(arguments);
    return printed;
}
int __vsnprintf_chk(char* text, std::size_t most, int, std::size_t, const char* format,
                    std::va_list arguments) {
    return std::vsnprintf(text, most, format, arguments);
}
int __vasprintf_chk(char** text, int, const char* format, std::va_list arguments) {
    return vasprintf(text, format, arguments);
}

// glibc's returns the message, musl's, which POSIX has, whether there is one.
char* message_of(int error, char*, std::size_t) asm("strerror_r");
char* message_of(int error, char*, std::size_t) {
    return std::strerror(error);
}

// musl's locales do not differ in how they write integers.
long long strtoll_l(const char* text, char** end, int base, locale_t) {
    return std::strtoll(text, end, base);
}
unsigned long long strtoull_l(const char* text, char** end, int base, locale_t) {
    return std::strtoull(text, end, base);
}

// Objects with thread storage duration. The key's destructor is called for each thread that has a value in
// it, which the main thread, whose end is exit(), does not see.
int __cxa_thread_atexit_impl(void (*destroy)(void*), void* object, void*) {
    static const pthread_key_t key = [] {
        pthread_key_t made;
        if (pthread_key_create(&made, destroy_all) != 0) std::abort();
        std::atexit([] { destroy_all(nullptr); });
        return made;
    }();
    auto* entry = static_cast<AtThreadExit*>(std::malloc(sizeof(AtThreadExit)));
    if (entry == nullptr || pthread_setspecific(key, &key) != 0) return -1;
    *entry = {destroy, object, at_thread_exit};
    at_thread_exit = entry;
    return 0;
}

// A program that ends by an exception names its type as the compiler writes it: to make that readable takes
// 117 KB.
char* __cxa_demangle(const char*, char*, std::size_t*, int* status) {
    *status = -1;
    return nullptr;
}
}
