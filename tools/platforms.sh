#!/usr/bin/env bash
# Builds the library with other compilers and for other processors and tries it there, in an emulator where the
# machine has another processor: tools/platforms.sh [PRESET...], by default all but libcxx, whose compiler and library
# are musl's, too. On each runs test_platform, a part of the tests, and two examples, in C++ and in C, find the face in
# the demo picture. What they print must be the same everywhere: kernels without fused multiply-adds compute the same
# bits, and neon64's differ by less than is printed. docs/platforms.md says what that covers.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

# cached NAME: what CMake was told in the preset's build folder.
cached() {
    sed -n "s/^$1:[^=]*=//p" "$folder/CMakeCache.txt"
}

# finds_the_face COMMAND...: notes what an example prints.
finds_the_face() {
    "$@" | tr -d '\r' | tee -a "$folder/faces.txt"
}

# try_out PRESET: what is built runs.
try_out() {
    local preset=$1 folder=$root/build/$1 kernels=sse2 suffix='' compiler emulator flags options=()
    IFS=';' read -r -a emulator <<<"$(cached CMAKE_CROSSCOMPILING_EMULATOR)"
    IFS=' ' read -r -a flags <<<"$(cached CMAKE_CXX_FLAGS) $(cached CMAKE_EXE_LINKER_FLAGS)"
    compiler=$(cached CMAKE_CXX_COMPILER)
    case $preset in
        # qemu-i386 hangs at the first thread of a program with shared libraries, hence i686 is linked statically; the
        # machine's own kernel may not run such programs.
        # qemu-user loses a fork's child that has no threads any more, and it is slow at the last of these.
        neon64 | armhf | riscv64 | i686) kernels='' options=("--test-case-exclude=*fork*,*any number of threads*") ;;
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
    local model=$root/tools/model/FeatherFaceV2_final
    rm -f "$folder/faces.txt"
    finds_the_face "${emulator[@]}" "$folder/bin/example_embedded$suffix" "$picture"
    finds_the_face "${emulator[@]}" "$folder/bin/faces$suffix" "$model.pth" "$picture"
    finds_the_face "${emulator[@]}" "$folder/bin/faces$suffix" "$model.ffm" "$picture"
    unset FEATHERFACE_FORCE_ARCH
    "${emulator[@]}" "$folder/bin/example_embedded$suffix" "$picture" >/dev/null  # with this CPU's best kernels
}

if [ "${1:-}" = --try ]; then  # what the script calls itself with
    try_out "$2" >"$root/build/$2/try.txt" 2>&1
    exit
fi
presets=("$@")
[ $# -gt 0 ] || presets=(gcc11 musl neon64 i686 armhf riscv64 windows)
install_missing "${library_packages[@]}" doctest-dev
picture=$(demo_picture)
export picture
export WINEDEBUG=-all  # what wine itself lacks is not of interest

for preset in "${presets[@]}"; do build "$preset"; done
# A platform's tests run on one core.
status=0
printf '%s\0' "${presets[@]}" | xargs --null --max-args=1 --max-procs="$(nproc)" "$0" --try || status=$?
for preset in "${presets[@]}"; do sed "s/^/$preset: /" "$root/build/$preset/try.txt"; done
[ $status -eq 0 ] || exit 1
if [ "$(for preset in "${presets[@]}"; do cat "$root/build/$preset/faces.txt"; done | sort --unique | wc -l)" -ne 1 ]; then
    echo "the examples should have found the same face everywhere" >&2
    exit 1
fi
echo "${#presets[@]} passed, 0 failed"
