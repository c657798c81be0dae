#!/usr/bin/env bash
# Makes featherface-VERSION.tar.gz of the last commit: with Eigen's, xsimd's and stb's headers in third_party/, so that it
# builds, by itself or through FetchContent, on a machine without network and without those packages. The same commit and
# packages give the same bytes. Usage: tools/release_archive.sh [FOLDER], the current one by default.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

[ $# -le 1 ] || fail "usage: tools/release_archive.sh [FOLDER]"
folder=$(realpath "${1:-.}")
install_missing libeigen3-dev libxsimd-dev libstb-dev
name=featherface-$(sed -n 's/^project(featherface VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

git -C "$root" archive --prefix="$name/" HEAD | tar --extract --directory "$work"
third_party=$work/$name/third_party
mkdir "$third_party"/{eigen,xsimd,stb}
cp -r /usr/include/eigen3/Eigen "$third_party/eigen/"
cp -r /usr/include/xsimd "$third_party/xsimd/"
cp /usr/include/stb/stb_image_write.h "$third_party/stb/"
for library in eigen:libeigen3-dev xsimd:libxsimd-dev stb:libstb-dev; do
    cp "/usr/share/doc/${library#*:}/copyright" "$third_party/${library%:*}/"
done

tar --create --directory "$work" --sort=name --owner=0 --group=0 --numeric-owner --mode=go=rX \
    --mtime="@$(git -C "$root" log -1 --format=%ct)" "$name" | gzip --no-name >"$folder/$name.tar.gz"
echo "$folder/$name.tar.gz"
