// The opcodes of pickles, under the names that Python's pickletools gives them.
#pragma once

#include <string_view>

namespace featherface::loaders {

struct PickleOpcode {
    unsigned char code;
    std::string_view name;
};

inline constexpr PickleOpcode kPickleOpcodes[] = {{'(', "MARK"},
                                                  {'.', "STOP"},
                                                  {'0', "POP"},
                                                  {'1', "POP_MARK"},
                                                  {'2', "DUP"},
                                                  // Numbers and None.
                                                  {'N', "NONE"},
                                                  {0x88, "NEWTRUE"},
                                                  {0x89, "NEWFALSE"},
                                                  {'I', "INT"},
                                                  {'J', "BININT"},
                                                  {'K', "BININT1"},
                                                  {'M', "BININT2"},
                                                  {'L', "LONG"},
                                                  {0x8a, "LONG1"},
                                                  {0x8b, "LONG4"},
                                                  {'F', "FLOAT"},
                                                  {'G', "BINFLOAT"},
                                                  // Text and bytes.
                                                  {'S', "STRING"},
                                                  {'T', "BINSTRING"},
                                                  {'U', "SHORT_BINSTRING"},
                                                  {'V', "UNICODE"},
                                                  {'X', "BINUNICODE"},
                                                  {0x8c, "SHORT_BINUNICODE"},
                                                  {0x8d, "BINUNICODE8"},
                                                  {'B', "BINBYTES"},
                                                  {'C', "SHORT_BINBYTES"},
                                                  {0x8e, "BINBYTES8"},
                                                  {0x96, "BYTEARRAY8"},
                                                  {0x97, "NEXT_BUFFER"},
                                                  {0x98, "READONLY_BUFFER"},
                                                  // Containers.
                                                  {')', "EMPTY_TUPLE"},
                                                  {0x85, "TUPLE1"},
                                                  {0x86, "TUPLE2"},
                                                  {0x87, "TUPLE3"},
                                                  {'t', "TUPLE"},
                                                  {']', "EMPTY_LIST"},
                                                  {'l', "LIST"},
                                                  {'a', "APPEND"},
                                                  {'e', "APPENDS"},
                                                  {'}', "EMPTY_DICT"},
                                                  {'d', "DICT"},
                                                  {'s', "SETITEM"},
                                                  {'u', "SETITEMS"},
                                                  {0x8f, "EMPTY_SET"},
                                                  {0x90, "ADDITEMS"},
                                                  {0x91, "FROZENSET"},
                                                  // The memo.
                                                  {'p', "PUT"},
                                                  {'q', "BINPUT"},
                                                  {'r', "LONG_BINPUT"},
                                                  {0x94, "MEMOIZE"},
                                                  {'g', "GET"},
                                                  {'h', "BINGET"},
                                                  {'j', "LONG_BINGET"},
                                                  // Classes, functions and objects.
                                                  {'c', "GLOBAL"},
                                                  {0x93, "STACK_GLOBAL"},
                                                  {'R', "REDUCE"},
                                                  {'b', "BUILD"},
                                                  {'i', "INST"},
                                                  {'o', "OBJ"},
                                                  {0x81, "NEWOBJ"},
                                                  {0x92, "NEWOBJ_EX"},
                                                  {'P', "PERSID"},
                                                  {'Q', "BINPERSID"},
                                                  {0x82, "EXT1"},
                                                  {0x83, "EXT2"},
                                                  {0x84, "EXT4"},
                                                  // The stream.
                                                  {0x80, "PROTO"},
                                                  {0x95, "FRAME"}};

// The code of an opcode, for `case`; a name that is none does not compile.
consteval unsigned char opcode(std::string_view name) {
    for (const PickleOpcode& known : kPickleOpcodes) {
        if (known.name == name) return known.code;
    }
    throw "no opcode of this name";
}

}  // namespace featherface::loaders
