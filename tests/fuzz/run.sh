#!/usr/bin/env bash
# Fuzzes for long: tests/fuzz/run.sh [SECONDS [TARGET...]], by default all targets, one after another, an hour each.
# Findings stay in the build folder, under fuzz/findings, and end the run of their target; what was learnt is merged
# into what is stored, corpus/TARGET.tar.gz; runs.tsv gets a line. FUZZ_BUILD is the build folder, by default build/asan.
# With --check, which is what the tests do, random numbers are always the same, and nothing is stored.
set -euo pipefail

folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$(realpath "${FUZZ_BUILD:-$folder/../../build/asan}")
fuzz=$build/bin/fuzz
most_bytes=204800  # that are stored of a target, packed
check=false
if [ "${1:-}" = --check ]; then
    check=true
    shift
fi
seconds=${1:-3600}
targets=("${@:2}")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <("$fuzz" --list)

# unpack TARGET FOLDER: the inputs that a run begins with.
unpack() {
    rm -rf "$2"
    mkdir -p "$2"
    "$fuzz" "--target=$1" "--seeds=$2"
    if [ -e "$folder/corpus/$1.tar.gz" ]; then tar -xzf "$folder/corpus/$1.tar.gz" -C "$2"; fi
}

# merge TARGET FOLDER: stores few and small inputs of the folder that reach, with the seeds, as much as all of it.
merge() {
    local merged=$build/fuzz/$1.merged archive=$folder/corpus/$1.tar.gz bytes
    rm -rf "$merged"
    mkdir -p "$merged" "$folder/corpus"
    "$fuzz" "--target=$1" "--seeds=$merged"
    find "$2" -type f -size +4k -delete
    "$fuzz" "--target=$1" -set_cover_merge=1 -timeout=10 -close_fd_mask=3 "$merged" "$2" 2>/dev/null
    rm "$merged"/seed*
    tar -c --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C "$merged" . | gzip -9n >"$archive"
    bytes=$(stat -c %s "$archive")
    [ "$bytes" -le $most_bytes ] || echo "$1: $bytes bytes are more than should be stored ($most_bytes)" >&2
}

# note TARGET: a line of runs.tsv: when, with which commit, the target, its seconds of CPU time, its inputs.
note() {
    local inputs seconds
    inputs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$build/fuzz/$1.log")
    seconds=$(awk '{ printf "%.0f", $1 + $2 }' "$build/fuzz/$1.time")
    printf '%s\t%s\t%s\t%s\t%s\n' "$(date +%F)" "$(git -C "$folder" rev-parse --short HEAD)" "$1" "$seconds" \
        "${inputs:-0}" >>"$folder/runs.tsv"
}

status=0
TIMEFORMAT='%U %S'
for target in "${targets[@]}"; do
    corpus=$build/fuzz/$target
    findings=$build/fuzz/findings
    mkdir -p "$findings"
    unpack "$target" "$corpus"
    seed=1
    $check || seed=$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')
    { time "$fuzz" "--target=$target" "-seed=$seed" "-max_total_time=$seconds" -max_len=16384 -timeout=10 \
        -rss_limit_mb=2048 -close_fd_mask=3 -print_final_stats=1 "-artifact_prefix=$findings/$target-" "$corpus" 2>&1 |
        tee "$build/fuzz/$target.log" || status=1; } 2>"$build/fuzz/$target.time"
    $check && continue
    note "$target"
    merge "$target" "$corpus"
done
exit $status
