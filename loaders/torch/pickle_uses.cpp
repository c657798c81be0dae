#include "loaders/torch/pickle_uses.hpp"

#include <algorithm>
#include <unordered_set>

#include "loaders/error.hpp"
#include "loaders/torch/torch_objects.hpp"

namespace featherface::loaders {
namespace {

using What = PickleUse::What;

// Whether it may be called with any arguments that are on the list themselves: what it makes is data.
// Nothing here opens, imports, looks up or calls anything by name.
bool is_harmless_to_call(std::string_view name) {
    static const std::unordered_set<std::string_view> kNames = {
        "_codecs.encode",  // to bytes; see is_latin1()
        "collections.OrderedDict", "collections.defaultdict", "collections.Counter", "collections.deque",
        // Python 3's and Python 2's.
        "builtins.set", "builtins.frozenset", "builtins.list", "builtins.dict", "builtins.tuple",
        "builtins.bytes", "builtins.bytearray", "builtins.complex", "builtins.slice", "builtins.range",
        "builtins.int", "builtins.float", "builtins.bool", "builtins.str", "builtins.object",
        "__builtin__.set", "__builtin__.frozenset", "__builtin__.list", "__builtin__.dict",
        "__builtin__.tuple", "__builtin__.bytes", "__builtin__.bytearray", "__builtin__.complex",
        "__builtin__.slice", "__builtin__.xrange", "__builtin__.int", "__builtin__.long", "__builtin__.float",
        "__builtin__.bool", "__builtin__.str", "__builtin__.unicode", "__builtin__.object",
        // PyTorch's, beside the functions of torch_objects.hpp.
        "torch.Size", "torch.device", "torch.serialization._get_layout", "torch.nn.parameter.Parameter",
        "torch.nn.parameter.Buffer",
        // NumPy's arrays and numbers.
        "numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct",
        "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar", "numpy.core.numeric._frombuffer",
        "numpy._core.numeric._frombuffer", "numpy.dtype", "numpy.ndarray",
        // Records that training programs put beside the weights.
        "argparse.Namespace", "types.SimpleNamespace", "datetime.datetime", "datetime.date", "datetime.time",
        "datetime.timedelta", "datetime.timezone", "pathlib.Path", "pathlib.PosixPath", "pathlib.WindowsPath",
        "pathlib.PurePath", "pathlib.PurePosixPath", "pathlib.PureWindowsPath", "pathlib._local.PosixPath",
        "pathlib._local.WindowsPath"};
    return kNames.contains(name);
}

// Whether it may be named, and not called: the types of storages and numbers, layouts and their like.
bool is_harmless_to_name(std::string_view name) {
    static const std::unordered_set<std::string_view> kNames = {"torch.float16",
                                                                "torch.bfloat16",
                                                                "torch.float32",
                                                                "torch.float64",
                                                                "torch.half",
                                                                "torch.float",
                                                                "torch.double",
                                                                "torch.uint8",
                                                                "torch.int8",
                                                                "torch.int16",
                                                                "torch.int32",
                                                                "torch.int64",
                                                                "torch.uint16",
                                                                "torch.uint32",
                                                                "torch.uint64",
                                                                "torch.bool",
                                                                "torch.complex32",
                                                                "torch.complex64",
                                                                "torch.complex128",
                                                                "torch.qint8",
                                                                "torch.quint8",
                                                                "torch.qint32",
                                                                "torch.quint4x2",
                                                                "torch.quint2x4",
                                                                "torch.float8_e4m3fn",
                                                                "torch.float8_e5m2",
                                                                "torch.float8_e4m3fnuz",
                                                                "torch.float8_e5m2fnuz",
                                                                "torch.float8_e8m0fnu",
                                                                "torch.strided",
                                                                "torch.sparse_coo",
                                                                "torch.sparse_csr",
                                                                "torch.sparse_csc",
                                                                "torch.sparse_bsr",
                                                                "torch.sparse_bsc",
                                                                "torch.per_tensor_affine",
                                                                "torch.per_tensor_symmetric",
                                                                "torch.per_channel_affine",
                                                                "torch.per_channel_symmetric",
                                                                "torch.per_channel_affine_float_qparams",
                                                                "torch.contiguous_format",
                                                                "torch.channels_last",
                                                                "torch.channels_last_3d",
                                                                "torch.preserve_format",
                                                                "torch.Tensor",
                                                                "torch._tensor.Tensor",
                                                                "numpy.float16",
                                                                "numpy.float32",
                                                                "numpy.float64",
                                                                "numpy.int8",
                                                                "numpy.int16",
                                                                "numpy.int32",
                                                                "numpy.int64",
                                                                "numpy.uint8",
                                                                "numpy.uint16",
                                                                "numpy.uint32",
                                                                "numpy.uint64",
                                                                "numpy.bool_"};
    if (kNames.contains(name)) return true;
    // "torch.FloatStorage", "torch.cuda.FloatStorage", "torch.storage.UntypedStorage"
    if (!name.ends_with("Storage")) return false;
    for (const std::string_view module : {"torch.cuda.", "torch.storage.", "torch."}) {
        if (name.starts_with(module)) return name.find('.', module.size()) == name.npos;
    }
    return false;
}

// Python's way to write bytes as text. Other encodings are found by their names, which imports things.
bool is_latin1(PickleValue call) {
    const PickleValue arguments = call.arguments();
    return arguments.size() == 2 && arguments.item(1).is(PickleKind::string) &&
           (arguments.item(1).text() == "latin1" || arguments.item(1).text() == "latin-1");
}

bool is_part_of_script(std::string_view name) {
    return name.starts_with("__torch__.") || name.starts_with("torch.jit._pickle.");
}

}  // namespace

std::string PickleUse::text() const {
    const std::string named = name.empty() ? "something that has no name" : loaders::quoted(name);
    switch (what) {
        case What::call: return "call " + named;
        case What::build: return "build an object of " + named;
        case What::import: return "import " + named;
    }
    return named;
}

void PickleUses::add_use(std::vector<PickleUse>& uses, What what, std::string_view name,
                         std::uint64_t offset) {
    PickleUse use{what, std::string(name), offset};
    if (told_.insert(use.text()).second) uses.push_back(std::move(use));
}

void PickleUses::add(const Pickle& pickle, bool script) {
    for (std::size_t i = 0; i < opcodes_.size(); ++i) opcodes_[i] += pickle.opcodes()[i];
    globals_.insert(pickle.globals().begin(), pickle.globals().end());

    // A name is looked at once, however often it is used: equal names lie at one place.
    std::unordered_set<const char*> explained, harmless, foreign;
    const auto is_on_list = [&](std::string_view name) {
        if (harmless.contains(name.data())) return true;
        const bool is =
            is_harmless_to_call(name) || is_tensor_function(name) || (script && is_part_of_script(name));
        if (is) harmless.insert(name.data());
        return is;
    };
    for (std::size_t i = 0; i < pickle.value_count(); ++i) {
        const PickleValue value = pickle.value(i);
        if (!value.is(PickleKind::call) && !value.is(PickleKind::instance)) continue;
        const PickleValue callable = value.callable();
        if (!callable.is(PickleKind::global)) {
            add_use(foreign_, What::call, "", value.offset());
            continue;
        }
        const std::string_view name = callable.text();
        if (foreign.contains(name.data())) continue;
        bool is_needed = is_on_list(name);
        if (is_needed && name == "_codecs.encode") is_needed = is_latin1(value);
        if (is_needed && is_subclass_function(name)) {
            // It calls its first argument, and makes the result one of its second's.
            const PickleValue arguments = value.arguments();
            is_needed = arguments.size() > 1 && arguments.item(0).is(PickleKind::global) &&
                        is_tensor_function(arguments.item(0).text()) &&
                        arguments.item(1).is(PickleKind::global);
            if (is_needed) {
                const std::string_view type = arguments.item(1).text();
                if (explained.insert(type.data()).second && !is_harmless_to_call(type) &&
                    !is_harmless_to_name(type))
                    tensor_types_.emplace(type);
            }
        }
        if (is_needed) continue;
        const bool is_new = explained.insert(name.data()).second;
        const bool is_plain_object = value.is(PickleKind::instance) && !value.is_called();
        if (is_plain_object && value.arguments().size() == 0) {
            if (is_new) add_use(objects_, What::build, name, value.offset());
            continue;
        }
        foreign.insert(name.data());
        add_use(foreign_, is_plain_object ? What::build : What::call, name, value.offset());
    }
    for (std::size_t i = 0; i < pickle.value_count(); ++i) {
        const PickleValue value = pickle.value(i);
        if (!value.is(PickleKind::global)) continue;
        const std::string_view name = value.text();
        if (explained.contains(name.data()) || is_on_list(name)) continue;
        explained.insert(name.data());
        if (is_harmless_to_name(name)) continue;
        // A module may keep a function or class of torch.nn as an attribute.
        add_use(name.starts_with("torch.nn.") ? objects_ : foreign_, What::import, name, value.offset());
    }
}

Status refuse(const std::vector<PickleUse>& uses, const Status& besides) {
    const PickleUse& first = uses.front();
    std::string what = "the pickle asks to " + first.text() + " (it was not called)";
    if (first.what == What::build) what = "the pickle asks to " + first.text() + " (it was not built)";
    if (first.what == What::import) {
        what = "the pickle asks for a class or function that tensors do not need, " +
               loaders::quoted(first.name) + " (it was not imported)";
    }
    std::string hint;
    constexpr std::size_t kListed = 4;
    for (std::size_t i = 1; i < std::min(uses.size(), kListed); ++i) {
        hint += (i == 1 ? "it also asks to " : ", ") + uses[i].text();
    }
    if (uses.size() > kListed) hint += " and " + std::to_string(uses.size() - kListed) + " things more";
    if (!hint.empty()) hint += "; ";
    hint += "no checkpoint needs this: do not load the file with PyTorch (--ignore-calls reads its tensors)";
    if (!besides.ok()) hint += "; besides, " + besides.message();
    return malformed(what, {.offset = first.offset, .hint = hint});
}

}  // namespace featherface::loaders
