#!/usr/bin/env bash
# Installs what is missing, builds, and finds the faces in pictures: tools/run.sh [-m CHECKPOINT] [IMAGE...]
# Without a checkpoint the model inside the program is used. Without a picture it is a public-domain one: NASA's
# portrait of the astronaut Eileen Collins, which is in Debian's python3-skimage.
# One picture is drawn to faces.png in the current folder, several (or a folder of them) to the folder faces/.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

model=()
if [ "${1:-}" = -m ]; then
    [ $# -ge 2 ] || fail "usage: tools/run.sh [-m CHECKPOINT] [IMAGE...]"
    model=(-m "$2")
    shift 2
fi
for file in "${model[@]:1}" "$@"; do
    [ -e "$file" ] || [ "$file" = - ] || fail "no such file: $file"
done

install_missing "${library_packages[@]}" >&2  # standard output is for the faces
build release --target featherface_program >&2
if [ $# -eq 0 ]; then
    picture=$(demo_picture)
    set -- "$picture"
fi

output=faces.png
if [ $# -gt 1 ] || [ -d "$1" ]; then
    output=faces
    mkdir -p "$output"
fi
"$root/build/release/bin/featherface" detect "${model[@]}" -o "$output" -- "$@"
echo "The faces are drawn in $PWD/$output" >&2
