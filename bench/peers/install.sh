#!/usr/bin/env bash
# Installs ONNX Runtime from npm into build/peers and prints where its shared library is. The package ships it;
# its own install script would download more and is not run. Needs npm, node is not used.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
version=1.30.0
folder=$root/build/peers

case $(uname -m) in
    x86_64) arch=x64 ;;
    aarch64) arch=arm64 ;;
    *) echo "$0: no ONNX Runtime for $(uname -m)" >&2; exit 1 ;;
esac
library=$folder/node_modules/onnxruntime-node/bin/napi-v6/linux/$arch/libonnxruntime.so.1

if ! grep -qs "\"version\": \"$version\"" "$folder/node_modules/onnxruntime-node/package.json"; then
    mkdir -p "$folder"
    [ -e "$folder/package.json" ] || echo '{"private": true}' >"$folder/package.json"
    npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund "onnxruntime-node@$version" >&2
fi
[ -e "$library" ] || { echo "$0: not in the package: $library" >&2; exit 1; }
echo "$library"
