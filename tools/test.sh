#!/usr/bin/env bash
# Installs what is missing, builds everything and runs the tests: tools/test.sh [PRESET], release by default.
# PyTorch, for the Python checks, Chromium, which opens the pages, qemu, which runs the program on older CPUs, valgrind,
# which watches the decoding of pictures, and clang on musl, of whose small program the size is measured, are large: they are
# installed in CI only, as is pkg-config, else what needs them is skipped without them.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

[ $# -le 1 ] || fail "usage: tools/test.sh [PRESET]"
preset=${1:-release}
optional_packages=(pkgconf python3-numpy python3-torch python3-torchvision chromium qemu-user valgrind parallel ffmpeg
    "${musl_packages[@]}")

install_missing "${library_packages[@]}" doctest-dev libbenchmark-dev
[ -z "${CI:-}" ] || install_missing "${optional_packages[@]}"
if [ "$preset" = web ]; then  # the page is held against the program
    build release --target featherface_program
    demo_picture >/dev/null
fi
build "$preset"
(cd "$root" && ctest --preset "$preset" --parallel "$(nproc)")

if command -v dpkg-query >/dev/null && [ -n "$(missing_packages "${optional_packages[@]}")" ]; then
    echo "Some checks were skipped; they need: apt-get install ${optional_packages[*]}"
fi
