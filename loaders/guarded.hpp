// Where exceptions end: what the public functions do, they do inside guarded(). What is caught here is the
// standard library running out of memory, and the one exception of the library itself: a picture too large
// for any network (infer_shapes). A library built without exceptions (FEATHERFACE_MINIMAL) has no such end:
// there, running out of memory ends the program, and sizes are looked at before.
#pragma once

#include <new>
#include <stdexcept>
#include <string>

#include "featherface/status.hpp"

namespace featherface::loaders {

// What `body` returns, a Status or a Result. Where it runs out of memory: out_of_memory, "not enough memory
// for " and what `subject` returns; where something is too large: limit_exceeded and what the exception says.
template <class Subject, class Body>
auto guarded([[maybe_unused]] const Subject& subject, const Body& body) -> decltype(body()) {
#if defined(__cpp_exceptions)
    try {
        try {
            return body();
        } catch (const std::bad_alloc&) {
            return Status(StatusCode::out_of_memory, "not enough memory for " + subject());
        } catch (const std::length_error& error) {
            return Status(StatusCode::limit_exceeded, error.what());
        }
    } catch (const std::bad_alloc&) {
        // There is not even memory for that message. This one is so short that std::string keeps it without
        // allocating.
        return Status(StatusCode::out_of_memory, "out of memory");
    }
#else
    return body();
#endif
}

}  // namespace featherface::loaders
