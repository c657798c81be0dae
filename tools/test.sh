#!/usr/bin/env bash
# Installs what is missing, builds everything and runs the tests: tools/test.sh [PRESET], release by default.
# The Python checks need PyTorch, a large package: it is installed in CI only, else they are skipped without it.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

[ $# -le 1 ] || fail "usage: tools/test.sh [PRESET]"
preset=${1:-release}
python_packages=(python3-numpy python3-torch python3-torchvision)

install_missing "${library_packages[@]}" doctest-dev libbenchmark-dev
[ -z "${CI:-}" ] || install_missing "${python_packages[@]}"
build "$preset"
(cd "$root" && ctest --preset "$preset" --parallel "$(nproc)")

if command -v dpkg-query >/dev/null && [ -n "$(missing_packages "${python_packages[@]}")" ]; then
    echo "The Python checks were skipped; they need: apt-get install ${python_packages[*]}"
fi
