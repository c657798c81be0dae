#!/usr/bin/env bash
# Installs what is missing, builds, and finds the faces in pictures: tools/run.sh CHECKPOINT IMAGE...
# One picture is drawn to faces.png in the current folder, several (or a folder of them) to the folder faces/.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

[ $# -ge 2 ] || fail "usage: tools/run.sh CHECKPOINT IMAGE..."
for file; do
    [ -e "$file" ] || [ "$file" = - ] || fail "no such file: $file"
done

install_missing "${library_packages[@]}" >&2  # standard output is for the faces
build release --target featherface_program >&2

picture=faces.png
if [ $# -gt 2 ] || [ -d "$2" ]; then
    picture=faces
    mkdir -p "$picture"
fi
"$root/build/release/bin/featherface" detect -m "$1" -o "$picture" -- "${@:2}"
echo "The faces are drawn in $PWD/$picture" >&2
