// Status and Result<T>: how every function of the library reports failure. No exceptions cross the public
// API, nothing is printed, nothing aborts.
#pragma once

#include <optional>
#include <string>
#include <utility>

namespace featherface {

enum class StatusCode {
    ok,
    invalid_argument,  // the caller asked for something that makes no sense (a threshold of 2, zero threads)
    io_error,          // a file could not be opened, read or mapped
    malformed,         // the bytes are not a valid file of the format they claim
    unsupported,       // valid, but a feature this library does not read (a CMYK JPEG, a quantized tensor)
    wrong_model,       // a readable checkpoint of another network than the one asked for
    limit_exceeded,    // valid perhaps, but larger than the limits set against hostile input, or than memory
    output_error,      // a result could not be written
    internal,          // a defect of this library
};

// A code for programs and a message for people: what is wrong, where, expected, found, what to try.
class [[nodiscard]] Status {
  public:
    Status() = default;
    Status(StatusCode code, std::string message) : code_(code), message_(std::move(message)) {}

    bool ok() const { return code_ == StatusCode::ok; }
    StatusCode code() const { return code_; }
    const std::string& message() const { return message_; }

  private:
    StatusCode code_ = StatusCode::ok;
    std::string message_;
};

// A value, or the Status that says why there is none. `value()` may be called only when `ok()`.
template <class T>
class [[nodiscard]] Result {
  public:
    Result(T value) : value_(std::move(value)) {}  // NOLINT(google-explicit-constructor)
    // A Status that says ok is no reason to have no value: it becomes `internal`.
    Result(Status status)  // NOLINT(google-explicit-constructor)
        : status_(status.ok() ? Status(StatusCode::internal, "a success without a value")
                              : std::move(status)) {}

    bool ok() const { return value_.has_value(); }
    const Status& status() const { return status_; }
    T& value() & { return *value_; }
    const T& value() const& { return *value_; }
    T&& value() && { return *std::move(value_); }
    T* operator->() { return &*value_; }
    const T* operator->() const { return &*value_; }

  private:
    std::optional<T> value_;
    Status status_;
};

}  // namespace featherface
