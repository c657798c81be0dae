// Status and Result<T>: how every function of the library reports failure. No exceptions cross the public
// API, nothing is printed, nothing aborts (but for the use of a value that is not there, below).
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "featherface/cxx20.hpp"

namespace featherface {

enum class StatusCode {
    ok,
    invalid_argument,  // the caller asked for something that makes no sense (a threshold of 2, zero threads)
    io_error,          // a file could not be opened, read or mapped
    malformed,         // the bytes are not a valid file of the format they claim
    unsupported,       // valid, but a feature this library does not read (a CMYK JPEG, a quantized tensor)
    wrong_model,       // a readable checkpoint of another network than the one asked for
    limit_exceeded,    // valid perhaps, but larger than the limits set against hostile input
    output_error,      // a result could not be written
    internal,          // a defect of this library
    out_of_memory,     // there was less memory than it takes
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

namespace detail {
// no_value() ends the program: whoever asks a failed Result or an empty Model for its value has a defect,
// which no further step would mend.
[[noreturn]] void no_value(const Status& status);
}  // namespace detail

// A value, or the Status that says why there is none. `value()` and `->` may be used only when `ok()`:
// otherwise they print the Status to standard error and abort, in every build.
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
    T& value() & { return checked(*this); }
    const T& value() const& { return checked(*this); }
    T&& value() && { return std::move(checked(*this)); }
    T* operator->() { return &checked(*this); }
    const T* operator->() const { return &checked(*this); }

  private:
    template <class Self>
    static auto& checked(Self& self) {
        if (!self.value_) detail::no_value(self.status_);
        return *self.value_;
    }

    std::optional<T> value_;
    Status status_;
};

}  // namespace featherface
