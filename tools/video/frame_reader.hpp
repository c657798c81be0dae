// Frames out of a stream, read on a thread of its own: while one is looked at, the next comes in.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "featherface/status.hpp"
#include "tools/video/picture_end.hpp"
#include "tools/video/raw_format.hpp"

namespace featherface::tools {

struct FrameOptions {
    std::optional<RawFormat> raw{};  // nothing: pictures, each with a header of its own
    std::int64_t every = 1;          // only frames whose number divides by it are handed out
    bool live = false;               // a frame that nobody has taken gives way to the next
    std::int64_t max_pixels = 0;     // of a picture
};

struct Frame {
    std::int64_t number = 0;          // in the stream, from 0
    std::vector<std::uint8_t> bytes;  // raw, or a picture as it is stored; damaged perhaps
    Status error;                     // why there is no frame here, nor one after it
};

class FrameReader {
  public:
    // Reads from a descriptor, which must stay open, until its end or the end of this object's life.
    // `stopped` is asked several times a second.
    FrameReader(int descriptor, const FrameOptions& options, std::function<bool()> stopped);
    FrameReader(const FrameReader&) = delete;
    FrameReader& operator=(const FrameReader&) = delete;
    ~FrameReader();

    // Waits for the next frame, which is valid until the next call; nullptr at the stream's end, or when
    // stopped. Once the frames have their size nothing is allocated.
    const Frame* next();

    // So far: frames that came, those that gave way to newer ones, and bytes between JPEGs that are none of
    // theirs.
    std::int64_t frames() const { return frames_.load(); }
    std::int64_t left_out() const { return left_out_.load(); }
    std::int64_t skipped_bytes() const { return skipped_.load(); }

  private:
    void run();
    bool fill();
    bool hand_out_frames();
    bool begin_frame();
    Result<std::optional<std::size_t>> end_of_frame();
    void hand_out(std::span<const std::uint8_t> bytes, Status error = {});
    void drop(std::size_t count);
    std::span<const std::uint8_t> pending() const { return {buffer_.data() + first_, count_}; }

    const int descriptor_;
    const FrameOptions options_;
    const std::function<bool()> stopped_;

    // The reading thread's.
    std::vector<std::uint8_t> buffer_;
    std::size_t first_ = 0, count_ = 0;  // the bytes in it that belong to no frame yet
    bool at_end_ = false, is_begun_ = false, after_jpeg_ = false;
    PictureEnd end_;
    std::uint64_t allowed_ = 0;  // bytes that the picture's header allows it, 0 while that is not known
    Frame filling_;

    std::mutex mutex_;
    std::condition_variable moved_;
    Frame ready_, taken_;
    bool is_ready_ = false, is_over_ = false;
    std::atomic<bool> ending_{false};
    std::atomic<std::int64_t> frames_{0}, left_out_{0}, skipped_{0};
    std::thread thread_;
};

}  // namespace featherface::tools
