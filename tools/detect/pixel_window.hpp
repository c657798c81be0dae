// Bounds the memory of pictures that are worked on at the same time, by their pixels.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace featherface::tools {

class PixelWindow {
  public:
    explicit PixelWindow(std::int64_t most) : most_(most) {}

    // Waits until the pixels fit beside those that others have taken; a picture of more than there is room
    // for has the window to itself.
    void take(std::int64_t pixels) {
        std::unique_lock lock(mutex_);
        given_back_.wait(lock, [&] { return taken_ == 0 || taken_ + pixels <= most_; });
        taken_ += pixels;
    }
    void give_back(std::int64_t pixels) {
        const std::lock_guard lock(mutex_);
        taken_ -= pixels;
        given_back_.notify_all();
    }

  private:
    std::int64_t most_, taken_ = 0;
    std::mutex mutex_;
    std::condition_variable given_back_;
};

// One picture's part of the window, given back at the end of its life.
class TakenPixels {
  public:
    explicit TakenPixels(PixelWindow& window) : window_(window) {}
    TakenPixels(const TakenPixels&) = delete;
    TakenPixels& operator=(const TakenPixels&) = delete;
    ~TakenPixels() { window_.give_back(pixels_); }

    // Once at most.
    void take(std::int64_t pixels) {
        window_.take(pixels);
        pixels_ = pixels;
    }
    std::int64_t pixels() const { return pixels_; }

  private:
    PixelWindow& window_;
    std::int64_t pixels_ = 0;
};

}  // namespace featherface::tools
