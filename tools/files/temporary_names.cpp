#include "tools/files/temporary_names.hpp"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <climits>
#include <cstddef>
#include <cstring>
#include <utility>

namespace featherface::tools {
namespace {

// All that a signal's handler may look at: no memory is allocated, moved or freed.
struct Slot {
    std::atomic_flag taken;
    std::atomic<bool> ready{false};
    std::array<char, PATH_MAX> path{};
};
std::array<Slot, 8> slots;

void handle_signals() {
    for (const int number : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXCPU}) {
        struct sigaction now {};
        if (::sigaction(number, nullptr, &now) != 0 || now.sa_handler != SIG_DFL) continue;
        struct sigaction action {};
        action.sa_handler = end_by_signal;
        ::sigaction(number, &action, nullptr);
    }
}

}  // namespace

void end_by_signal(int signal) {
    for (const Slot& slot : slots) {
        if (slot.ready.load(std::memory_order_acquire)) ::unlink(slot.path.data());
    }
    ::signal(signal, SIG_DFL);
    ::raise(signal);
}

TemporaryName::TemporaryName(const std::string& path) {
    if (path.size() >= slots[0].path.size()) return;
    handle_signals();
    for (std::size_t i = 0; i < slots.size(); ++i) {
        if (slots[i].taken.test_and_set()) continue;
        std::memcpy(slots[i].path.data(), path.c_str(), path.size() + 1);
        slots[i].ready.store(true, std::memory_order_release);
        slot_ = static_cast<int>(i);
        return;
    }
}

TemporaryName::TemporaryName(TemporaryName&& other) noexcept : slot_(std::exchange(other.slot_, -1)) {}

TemporaryName& TemporaryName::operator=(TemporaryName&& other) noexcept {
    std::swap(slot_, other.slot_);
    return *this;
}

TemporaryName::~TemporaryName() {
    if (slot_ < 0) return;
    Slot& slot = slots[static_cast<std::size_t>(slot_)];
    slot.ready.store(false, std::memory_order_release);
    slot.taken.clear(std::memory_order_release);
}

}  // namespace featherface::tools
