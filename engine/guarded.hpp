// Where exceptions end: what the public functions do, they do inside guarded(). The library itself throws
// nothing; what is caught here is the standard library running out of memory.
#pragma once

#include <new>
#include <string>

#include "featherface/status.hpp"

namespace featherface::engine {

// What `body` returns, a Status or a Result. Where it runs out of memory: limit_exceeded, "not enough memory
// for " and what `subject` returns.
template <class Subject, class Body>
auto guarded(const Subject& subject, const Body& body) -> decltype(body()) {
    try {
        try {
            return body();
        } catch (const std::bad_alloc&) {
            return Status(StatusCode::limit_exceeded, "not enough memory for " + subject());
        }
    } catch (const std::bad_alloc&) {
        // Not even for that message. This one is so short that std::string keeps it without allocating.
        return Status(StatusCode::limit_exceeded, "out of memory");
    }
}

}  // namespace featherface::engine
