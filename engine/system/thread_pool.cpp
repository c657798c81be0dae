#include "engine/system/thread_pool.hpp"

#include <algorithm>
#include <exception>

#include "engine/system/clock.hpp"

#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#endif
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace featherface::engine {

namespace {

constexpr int kSpins = 2000;  // some 20 to 80 microseconds, depending on how long the CPU's pause takes

// state_: the number of the job, whether it is open, the workers that joined it and have not left.
constexpr std::uint32_t kWorkers = 0x7ff, kOpen = 0x800, kJob = 0x1000;
static_assert(kMaxThreads <= kWorkers);

// When waiting for the others counts as time lost: longer than this, and than so many of one's own pieces.
constexpr std::int64_t kLeastLoss = 150'000;  // nanoseconds
constexpr std::int64_t kPiecesWaited = 3;
constexpr std::int64_t kPenalty = 20;

void pause_briefly() {
#if defined(__x86_64__)
    _mm_pause();
#elif defined(__aarch64__)
    asm volatile("isb" ::: "memory");  // what is called "yield" returns at once on most of them
#endif
}

// Waits until `value` differs from `old`: first spinning, then asleep. Returns what it is then.
std::uint32_t await_change(const std::atomic<std::uint32_t>& value, std::uint32_t old) {
    for (int spin = 0; spin < kSpins; ++spin) {
        const std::uint32_t now = value.load(std::memory_order_acquire);
        if (now != old) return now;
        pause_briefly();
    }
    value.wait(old, std::memory_order_acquire);
    return value.load(std::memory_order_acquire);
}

constexpr std::uint64_t packed(std::uint32_t begin, std::uint32_t end) {
    return std::uint64_t{begin} << 32 | end;
}
constexpr std::uint32_t begin_of(std::uint64_t pieces) {
    return static_cast<std::uint32_t>(pieces >> 32);
}
constexpr std::uint32_t end_of(std::uint64_t pieces) {
    return static_cast<std::uint32_t>(pieces);
}
constexpr std::uint32_t size_of(std::uint64_t pieces) {
    return end_of(pieces) - begin_of(pieces);
}

// The pieces that are thread `thread`'s at first.
std::uint64_t share_of(std::uint64_t pieces, int thread, int threads) {
    const auto t = static_cast<std::uint64_t>(thread), n = static_cast<std::uint64_t>(threads);
    if (t >= n) return 0;
    return packed(static_cast<std::uint32_t>(pieces * t / n),
                  static_cast<std::uint32_t>(pieces * (t + 1) / n));
}

std::uint64_t pieces_of(int count, const Split& split) {
    return (static_cast<std::uint64_t>(count) + static_cast<std::uint64_t>(split.piece) - 1) /
           static_cast<std::uint64_t>(split.piece);
}

// How often this process came out of a fork: its threads are those started since the last one.
std::atomic<std::uint32_t> fork_count{0};

void count_forks() {
#if defined(__unix__) || defined(__APPLE__)
    [[maybe_unused]] static const int registered =
        pthread_atfork(nullptr, nullptr, [] { fork_count.fetch_add(1, std::memory_order_relaxed); });
#endif
}

}  // namespace

int longest_share(int count, const Split& split) {
    const std::uint64_t pieces = pieces_of(count, split);
    std::int64_t longest = 0;
    for (int thread = 0; thread < split.threads; ++thread) {
        const std::uint64_t share = share_of(pieces, thread, split.threads);
        const std::int64_t begin = std::int64_t{begin_of(share)} * split.piece;
        const std::int64_t end = std::min<std::int64_t>(std::int64_t{end_of(share)} * split.piece, count);
        longest = std::max(longest, end - begin);
    }
    return static_cast<int>(longest);
}

Split evened(const Split& split, int count, int block) {
    Split best = split;
    int least = longest_share(count, best);
    for (Split lower = split; lower.piece >= std::max(block, (split.piece + 1) / 2); lower.piece -= block) {
        if (const int longest = longest_share(count, lower); longest < least) best = lower, least = longest;
    }
    return best;
}

ThreadPool::ThreadPool(int threads)
    : shares_(std::make_unique<Share[]>(static_cast<std::size_t>(threads))), limit_(threads) {
    count_forks();
    forks_ = fork_count.load(std::memory_order_relaxed);
    workers_.reserve(static_cast<std::size_t>(threads));
    const auto start = [&] {
        for (int thread = 1; thread < threads; ++thread)
            workers_.emplace_back([this, thread] { work(thread); });
    };
#if defined(__cpp_exceptions)
    try {
        start();
    } catch (const std::exception&) {
        // There is a limit on threads or memory: results do not depend on how many there are.
    }
#else
    start();                           // such a limit ends the program
#endif
    limit_ = this->threads();
}

bool ThreadPool::has_workers() const {
    return forks_ == fork_count.load(std::memory_order_relaxed);
}

ThreadPool::~ThreadPool() {
    if (!has_workers()) {  // nothing to wait for
        for (std::thread& worker : workers_) worker.detach();
        return;
    }
    stop_.store(true, std::memory_order_relaxed);
    state_.fetch_add(kJob, std::memory_order_release);
    state_.notify_all();
    for (std::thread& worker : workers_) worker.join();
}

kernels::Rows ThreadPool::Pieces::next() {
    std::atomic<std::uint64_t>& own = pool_.shares_[static_cast<std::size_t>(thread_)].left;
    std::uint64_t left = own.load(std::memory_order_relaxed);
    while (true) {
        if (size_of(left) == 0) {
            if (!pool_.take_over(thread_)) return {};
            left = own.load(std::memory_order_relaxed);
        } else if (own.compare_exchange_weak(left, packed(begin_of(left) + 1, end_of(left)),
                                             std::memory_order_relaxed)) {
            break;
        }
    }
    ++taken_;
    const std::int64_t rows = pool_.split_.piece, begin = begin_of(left) * rows;
    return {static_cast<int>(begin), static_cast<int>(std::min<std::int64_t>(begin + rows, pool_.count_))};
}

// Moves pieces of another thread to `thread`, which has none: a share as a whole that was not begun, else the
// second half, with the piece in the middle; as many as there are. False when there are none.
bool ThreadPool::take_over(int thread) {
    const auto count = static_cast<std::size_t>(threads());
    while (true) {
        std::size_t victim = 0;
        std::uint64_t most = 0;
        std::uint32_t gain = 0;
        for (std::size_t t = 0; t < count; ++t) {
            const std::uint64_t left = shares_[t].left.load(std::memory_order_relaxed);
            const bool untouched =
                left == share_of(pieces_of(count_, split_), static_cast<int>(t), split_.threads);
            const std::uint32_t part = untouched ? size_of(left) : (size_of(left) + 1) / 2;
            if (part > gain) victim = t, most = left, gain = part;
        }
        if (gain == 0) return false;
        const std::uint32_t middle = end_of(most) - gain;
        if (!shares_[victim].left.compare_exchange_strong(most, packed(begin_of(most), middle),
                                                          std::memory_order_relaxed))
            continue;
        shares_[static_cast<std::size_t>(thread)].left.store(packed(middle, end_of(most)),
                                                             std::memory_order_relaxed);
        return true;
    }
}

// Gives each thread its share.
void ThreadPool::deal(int count, const Split& split) {
    count_ = count;
    split_ = split;
    const std::uint64_t pieces = pieces_of(count, split);
    for (int thread = 0; thread < threads(); ++thread) {
        shares_[static_cast<std::size_t>(thread)].left.store(share_of(pieces, thread, split.threads),
                                                             std::memory_order_relaxed);
    }
}

void ThreadPool::dispatch(int count, const Split& split, Function function, const void* context) {
    if (count <= 0) return;
    const auto most = static_cast<int>(std::min<std::uint64_t>(pieces_of(count, split), kMaxThreads));
    int threads = std::min({split.threads, most, this->threads()});
    if (threads > 1) threads = has_workers() ? std::min(threads, threads_now()) : 1;
    deal(count, {threads, split.piece});
    Pieces own(*this, 0);
    if (threads <= 1) return function(context, 0, own);

    function_ = function;
    context_ = context;
    places_.store(threads - 1, std::memory_order_relaxed);
    const std::uint32_t finished = finished_.load(std::memory_order_relaxed);
    // Nobody is in, and nobody can come in: the number of the job is all that there is.
    state_.store((state_.load(std::memory_order_relaxed) & ~(kOpen | kWorkers)) + kJob + kOpen,
                 std::memory_order_release);
    if (threads == this->threads()) {
        state_.notify_all();
    } else {
        for (int worker = 1; worker < threads; ++worker) state_.notify_one();
    }
    const std::int64_t begin = raw_nanoseconds();
    function(context, 0, own);
    const std::int64_t own_end = raw_nanoseconds();
    const std::uint32_t closed = state_.fetch_and(~kOpen, std::memory_order_acq_rel);
    const auto others = static_cast<int>(closed & kWorkers);
    if (others == 0) return;
    while (await_change(finished_, finished) == finished) {
    }
    learn(others + 1, begin, own_end, own.taken());
}

// What the caller waited for the others who were in the job with it, says whether they had a core each.
void ThreadPool::learn(int took_part, std::int64_t begin, std::int64_t own_end, int pieces) {
    const std::int64_t now = raw_nanoseconds(), lost = now - own_end;
    if (lost < kLeastLoss || lost * pieces < kPiecesWaited * (own_end - begin)) return;
    limit_ = std::max(1, took_part - 1);
    limited_for_ = kPenalty * lost;
    limited_until_ = now + limited_for_;
}

// The limit, which is raised again when its time is over.
int ThreadPool::threads_now() {
    if (limit_ == threads()) return limit_;
    const std::int64_t now = raw_nanoseconds();
    if (now >= limited_until_) {
        ++limit_;
        limited_until_ = now + limited_for_;
    }
    return limit_;
}

void ThreadPool::work(int thread) {
    std::uint32_t done = 0, state = 0;  // the last job, and what state_ was when last seen
    while (true) {
        if (stop_.load(std::memory_order_relaxed)) return;
        const bool is_new = state / kJob != done / kJob && (state & kOpen) != 0;
        if (!is_new || static_cast<int>(state & kWorkers) >= places_.load(std::memory_order_relaxed)) {
            state = await_change(state_, state);
            continue;
        }
        if (!state_.compare_exchange_weak(state, state + 1, std::memory_order_acq_rel)) continue;
        done = state;
        Pieces pieces(*this, thread);
        function_(context_, thread, pieces);
        state = state_.fetch_sub(1, std::memory_order_acq_rel) - 1;
        if ((state & (kOpen | kWorkers)) == 0) {
            finished_.fetch_add(1, std::memory_order_acq_rel);
            finished_.notify_one();
        }
    }
}

}  // namespace featherface::engine
