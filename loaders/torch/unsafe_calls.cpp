#include "loaders/torch/unsafe_calls.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "loaders/error.hpp"

namespace featherface::loaders {
namespace {

// A whole module ("os" stands for os.path too), or one function of a module that also has harmless ones. A
// name that users give their own modules too ("code", "http") is here with the functions that matter only:
// refusing a good file is worse than naming a bad one.
constexpr std::string_view kUnsafe[] = {
    // Run programs or code, or bring in what does.
    "os", "posix", "nt", "sys", "subprocess", "_posixsubprocess", "commands", "pty", "runpy", "importlib",
    "ctypes", "pdb", "bdb", "timeit", "cProfile", "multiprocessing", "asyncio", "pip", "pydoc", "idlelib",
    "code.interact", "code.InteractiveInterpreter", "code.InteractiveConsole", "trace.Trace", "profile.run",
    // Look up anything in anything, or call it.
    "builtins.getattr", "__builtin__.getattr", "operator.attrgetter", "operator.methodcaller",
    "_operator.attrgetter", "_operator.methodcaller",
    // Open files and connections.
    "shutil", "socket", "webbrowser", "urllib", "urllib2", "ftplib", "smtplib", "tempfile", "io.open",
    "io.open_code", "io.FileIO", "_io.open", "_io.open_code", "_io.FileIO", "codecs.open",
    // Unpickle, and so do any of these.
    "pickle", "_pickle", "cPickle", "marshal", "shelve", "torch.hub", "torch.load",
    "torch.serialization.load", "torch.jit.load", "torch.storage._load_from_bytes", "numpy.load",
    // Python's own.
    "builtins.eval", "builtins.exec", "builtins.compile", "builtins.open", "builtins.__import__",
    "builtins.input", "builtins.breakpoint", "__builtin__.eval", "__builtin__.exec", "__builtin__.compile",
    "__builtin__.open", "__builtin__.__import__", "__builtin__.execfile", "__builtin__.file",
    "__builtin__.apply", "__builtin__.input"};

// Modules that others import: under any of those names they are still themselves ("torch.os.system").
constexpr std::string_view kUnsafeWithin[] = {"os", "sys", "subprocess", "importlib", "builtins"};

// Is `name`, or something in it, what `callable` refers to?
bool refers_to(std::string_view callable, std::string_view name) {
    return callable.starts_with(name) && (callable.size() == name.size() || callable[name.size()] == '.');
}

bool is_unsafe(std::string_view callable) {
    const auto is_it = [&](std::string_view name) { return refers_to(callable, name); };
    if (std::ranges::any_of(kUnsafe, is_it)) return true;
    for (std::size_t dot; (dot = callable.find('.')) != callable.npos;) {
        callable.remove_prefix(dot + 1);
        if (std::ranges::any_of(kUnsafeWithin, is_it)) return true;
    }
    return false;
}

}  // namespace

Status refuse_unsafe_calls(const Pickle& pickle) {
    for (std::size_t i = 0; i < pickle.value_count(); ++i) {
        const PickleValue value = pickle.value(i);
        if (!value.is(PickleKind::call) && !value.is(PickleKind::instance)) continue;
        const PickleValue callable = value.callable();
        const bool is_named = callable.is(PickleKind::global);
        if (is_named && !is_unsafe(callable.text())) continue;
        return error(StatusCode::malformed,
                     "the pickle asks to call " +
                         (is_named ? quoted(callable.text()) : "something that has no name") +
                         " (it was not called)",
                     {.offset = value.offset(),
                      .hint = "no checkpoint needs this: do not load the file with PyTorch"});
    }
    return {};
}

}  // namespace featherface::loaders
