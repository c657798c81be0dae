# Sourced by run.sh, test.sh, platforms.sh and .ci/run: strict mode, the project's root, installing packages, building,
# the demo picture.
# With CI set nothing asks questions and warnings are errors.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
library_packages=(cmake ninja-build g++ libeigen3-dev libxsimd-dev libstb-dev)
musl_packages=(clang-16 libc++-16-dev libc++abi-16-dev libunwind-16-dev musl-dev)

# fail MESSAGE: a command used wrongly.
fail() {
    echo "$0: $1" >&2
    exit 2
}

# missing_packages PACKAGE...: prints those that are not installed.
missing_packages() {
    local installed
    installed=$(dpkg-query --show --showformat '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null || true)
    for package; do
        grep -qxF "installed $package" <<<"$installed" || echo "$package"
    done
}

# install_missing PACKAGE...: installs what is missing, as root or with sudo. Without Debian's tools it does
# nothing: CMake then names what it does not find.
install_missing() {
    command -v dpkg-query >/dev/null || return 0
    local missing as_root=()
    mapfile -t missing < <(missing_packages "$@")
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "not root and no sudo; have this run first: apt-get install ${missing[*]}"
        as_root=(sudo)
    fi
    echo "Installing ${missing[*]}"
    "${as_root[@]}" apt-get update --quiet --quiet
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install --yes --quiet --quiet --no-install-recommends "${missing[@]}" </dev/null
}

# build PRESET [CMAKE BUILD OPTION...]: configures and builds incrementally, with ccache where it is installed. What
# the preset needs besides the usual compiler is installed.
build() {
    local preset=$1 options=()
    shift
    case $preset in
        clang | asan) install_missing clang ;;
        neon64) install_missing g++-aarch64-linux-gnu qemu-user ;;
        web) install_missing emscripten ;;
        gcc11) install_missing g++-11 ;;
        libcxx) install_missing clang-16 libc++-16-dev libc++abi-16-dev ;;
        musl) install_missing "${musl_packages[@]}" ;;
        riscv64) install_missing g++-riscv64-linux-gnu qemu-user ;;
        armhf) install_missing g++-arm-linux-gnueabihf qemu-user ;;
        i686) install_missing g++-i686-linux-gnu qemu-user ;;
        windows) install_missing g++-mingw-w64-x86-64-posix wine64 ;;
    esac
    # (What emscripten's older clang warns of in a folder compiled as one, the other compilers judge file by file.)
    [ -z "${CI:-}" ] || [ "$preset" = web ] || options=(-D FEATHERFACE_WERROR=ON)
    if command -v ccache >/dev/null; then export CMAKE_CXX_COMPILER_LAUNCHER=ccache; fi
    (cd "$root" && cmake --preset "$preset" "${options[@]}" && cmake --build --preset "$preset" "$@")
}

# demo_picture: prints where the public-domain photo of tools/run.sh is, having fetched the package (not installed it) the first time.
demo_picture() (
    picture=$root/build/demo/astronaut.png
    if [ ! -e "$picture" ]; then
        command -v dpkg-deb >/dev/null || fail "the demo picture comes from Debian; give one of yours: tools/run.sh IMAGE"
        folder=$(mktemp -d)
        trap 'rm -rf "$folder"' EXIT
        echo "Fetching the demo picture out of python3-skimage" >&2
        (cd "$folder" && apt-get -o APT::Sandbox::User=root download --quiet --quiet python3-skimage >&2) ||
            fail "could not download python3-skimage (apt-get update may help); or give a picture: tools/run.sh IMAGE"
        mkdir -p "$root/build/demo"
        dpkg-deb --fsys-tarfile "$folder"/python3-skimage_*.deb |
            tar --extract --to-stdout --wildcards '*/skimage/data/astronaut.png' >"$picture.part"
        mv "$picture.part" "$picture"
    fi
    echo "$picture"
)
