#include "loaders/unsafe_calls.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "loaders/error.hpp"

namespace featherface::loaders {
namespace {

// A whole module ("os" stands for os.path too), or one function of a module that also has harmless ones. A
// name that users give their own modules too ("code", "http") is not here: refusing a good file is worse than
// naming a bad one.
constexpr std::string_view kUnsafe[] = {
    "os",
    "posix",
    "nt",
    "sys",
    "subprocess",
    "commands",
    "pty",
    "shutil",
    "socket",
    "webbrowser",
    "runpy",
    "importlib",
    "ctypes",
    "pdb",
    "bdb",
    "timeit",
    "multiprocessing",
    "asyncio",
    "pickle",
    "_pickle",
    "marshal",
    "torch.hub",
    "torch.load",
    "torch.jit.load",
    "io.open",
    "_io.open",
    "codecs.open",
    "builtins.eval",
    "builtins.exec",
    "builtins.compile",
    "builtins.open",
    "builtins.__import__",
    "__builtin__.eval",
    "__builtin__.exec",
    "__builtin__.compile",
    "__builtin__.open",
    "__builtin__.__import__",
    "__builtin__.execfile",
    "__builtin__.file",
    "__builtin__.apply",
    "__builtin__.input",
};

bool is_unsafe(std::string_view callable) {
    return std::ranges::any_of(kUnsafe, [&](std::string_view name) {
        return callable.starts_with(name) && (callable.size() == name.size() || callable[name.size()] == '.');
    });
}

}  // namespace

Status refuse_unsafe_calls(const Pickle& pickle) {
    for (std::size_t i = 0; i < pickle.value_count(); ++i) {
        const PickleValue value = pickle.value(i);
        if (!value.is(PickleKind::call) && !value.is(PickleKind::instance)) continue;
        const PickleValue callable = value.callable();
        if (!callable.is(PickleKind::global) || !is_unsafe(callable.text())) continue;
        return error(StatusCode::malformed,
                     "the pickle asks to call " + quoted(callable.text()) + " (it was not called)",
                     {.offset = value.offset(),
                      .hint = "no checkpoint needs this: do not load the file with PyTorch"});
    }
    return {};
}

}  // namespace featherface::loaders
