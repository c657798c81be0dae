#include "tools/cli/interrupt.hpp"

#include <atomic>
#include <csignal>

#include "tools/files/temporary_names.hpp"

namespace featherface::tools {

namespace {

std::atomic<bool> interrupt_seen{false};
static_assert(std::atomic<bool>::is_always_lock_free);  // as a signal handler needs it

void note_interrupt(int signal) {
    if (interrupt_seen.exchange(true, std::memory_order_relaxed)) end_by_signal(signal);
}

}  // namespace

void watch_interrupt() {
    struct sigaction before {};
    if (sigaction(SIGINT, nullptr, &before) == 0 && before.sa_handler == SIG_IGN) return;
    struct sigaction action {};
    action.sa_handler = note_interrupt;
    sigemptyset(&action.sa_mask);
    // Without SA_RESTART, whoever waits for standard input wakes up.
    sigaction(SIGINT, &action, nullptr);
}

bool interrupted() {
    return interrupt_seen.load(std::memory_order_relaxed);
}

}  // namespace featherface::tools
