#!/usr/bin/env bash
# Builds the library with other compilers and for other processors and tries it there, in an emulator where the
# machine has another processor: tools/platforms.sh [PRESET...], all of them by default. On each runs test_platform, a
# part of the tests, and two examples, in C++ and in C, find the face in the demo picture. What they print must be the
# same everywhere: kernels without fused multiply-adds compute the same bits, and neon64's differ by less than is printed.
# docs/platforms.md says what that covers.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

presets=("$@")
[ $# -gt 0 ] || presets=(gcc11 libcxx neon64 i686 armhf riscv64 windows)
install_missing "${library_packages[@]}" doctest-dev
picture=$(demo_picture)
export WINEDEBUG=-all  # what wine itself lacks is not of interest

# cached NAME: what CMake was told in the preset's build folder.
cached() {
    sed -n "s/^$1:[^=]*=//p" "$folder/CMakeCache.txt"
}

# finds_the_face COMMAND...: holds what an example prints against what the first one printed.
finds_the_face() {
    local found
    found=$("$@")
    found=${found//$'\r'/}
    expected=${expected:-$found}
    echo "$preset: $found"
    if [ -z "$found" ] || [ "$found" != "$expected" ]; then
        echo "$preset: ${*: -2} should have found $expected" >&2
        exit 1
    fi
}

expected=
for preset in "${presets[@]}"; do
    folder=$root/build/$preset
    build "$preset"
    IFS=';' read -r -a emulator <<<"$(cached CMAKE_CROSSCOMPILING_EMULATOR)"
    IFS=' ' read -r -a flags <<<"$(cached CMAKE_CXX_FLAGS) $(cached CMAKE_EXE_LINKER_FLAGS)"
    compiler=$(cached CMAKE_CXX_COMPILER)
    kernels=sse2
    suffix=
    options=()
    case $preset in
        # qemu-i386 hangs at the first thread of a program with shared libraries, hence i686 is linked statically; the
        # machine's own kernel may not run such programs.
        # qemu-user loses a fork's child that has no threads any more, and it is slow at the last of these.
        neon64 | armhf | riscv64 | i686) kernels= options=("--test-case-exclude=*fork*,*any number of threads*") ;;
        windows) suffix=.exe ;;
    esac

    if [ "$preset" != windows ]; then  # the tests need POSIX
        "${emulator[@]}" "$folder/bin/test_platform" "${options[@]}"
        if [ "$preset" = neon64 ]; then  # the emulated CPU has dot products, a Cortex-A53 has not
            "${emulator[@]}" "$folder/bin/test_kernels"
            "${emulator[@]}" -cpu cortex-a53 "$folder/bin/test_kernels" "--test-case=select:*,conv_int8:*"
        fi
    fi
    "$compiler" -x c -std=c99 -Wall -Wextra -Wpedantic -Werror -I"$root/engine/include" -I"$folder/generated" \
        -c "$root/tools/examples/faces.c" -o "$folder/faces.o"
    "$compiler" "${flags[@]}" "$folder/faces.o" "$folder/libfeatherface.a" -pthread -o "$folder/bin/faces$suffix"
    export FEATHERFACE_FORCE_ARCH=$kernels  # empty: the best there is
    model=$root/tools/model/FeatherFaceV2_final
    finds_the_face "${emulator[@]}" "$folder/bin/example_embedded$suffix" "$picture"
    finds_the_face "${emulator[@]}" "$folder/bin/faces$suffix" "$model.pth" "$picture"
    finds_the_face "${emulator[@]}" "$folder/bin/faces$suffix" "$model.ffm" "$picture"
    unset FEATHERFACE_FORCE_ARCH
    "${emulator[@]}" "$folder/bin/example_embedded$suffix" "$picture" >/dev/null  # with this CPU's best kernels
done
echo "${#presets[@]} passed, 0 failed"
