#!/usr/bin/env bash
# Compares this engine with ONNX Runtime, both networks at two sizes with one and two threads, and prints the
# ratios as a table: bench/peers/run.sh [PICTURE CHECKPOINT... [YUNET.onnx]]
# Without arguments it takes the data the tests take: $FEATHERFACE_SHARED, else ../shared beside the checkout.
# FEATHERFACE_FORCE_ARCH=avx2 (sse2, avx512, neon64) puts those kernels against ONNX Runtime's best.
# Run it on a quiet machine.
source "$(dirname "${BASH_SOURCE[0]}")/../../tools/setup.sh"

if [ $# -eq 0 ]; then
    shared=${FEATHERFACE_SHARED:-$root/../shared}
    set -- "$shared/images/crop_640x640.png" "$shared/weights/mobilenet0.25_Final.pth" \
        "$shared/weights/v2/FeatherFaceV2_trial.pth" "$shared/peers/yunet_2023mar_640.onnx"
fi
[ $# -ge 2 ] || fail "usage: bench/peers/run.sh [PICTURE CHECKPOINT... [YUNET.onnx]]"
for file; do
    [ -e "$file" ] || fail "no such file: $file"
done

install_missing "${library_packages[@]}" libbenchmark-dev
command -v npm >/dev/null || install_missing npm
library=$("$root/bench/peers/install.sh")
build release --target compare_peers >&2
"$root/build/release/bin/compare_peers" "$library" "$@"
