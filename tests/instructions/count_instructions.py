"""Counts the instructions of one run of V1 and of V2 for each architecture that valgrind knows, and compares with what
was counted before: count_instructions.py --valgrind FILE --run-layers FILE --make-network FILE --compiler NAME
[--update]

Times are no test, as they depend on who else uses the machine; counts are the same everywhere, but for the compiler's
choices, so that each compiler has a baseline of its own, tests/data/instructions/COMPILER.txt. More instructions than
there by more than 2% end in exit code 1, with the layers and the functions that grew; --update writes the baseline
anew. Without a baseline for the compiler nothing is counted, and the test is skipped.
"""
import argparse
import collections
import os
import pathlib
import re
import subprocess
import sys
import tempfile

SKIPPED = 77  # SKIP_RETURN_CODE in CMakeLists.txt
BASELINES = pathlib.Path(__file__).resolve().parents[1] / "data/instructions"
NETWORKS = ("v1", "v2")
ARCHITECTURES = ("sse2", "avx2")
TOLERANCE = 0.02
SHOWN = 5  # layers and functions that grew most
# How the C library copies memory, which otherwise depends on the CPU.
SAME_COPIES = "glibc.cpu.x86_rep_movsb_threshold=1000000000"

Counts = dict[str, int]  # of a layer ("03 strips body.stage1") or a function ("conv_gemm()")


def read_part(path: pathlib.Path) -> Counts:
    """Instructions by function in one of callgrind's files, callees not included."""
    names: dict[str, str] = {}
    counts: collections.Counter[str] = collections.Counter()
    function, is_call = "", False
    for line in path.read_text().splitlines():
        if found := re.match(r"fn=(\(\d+\))(?: (.*))?$", line):
            if found[2]:
                names[found[1]] = found[2]
            function = names[found[1]]
        elif found := re.match(r"cfn=(\(\d+\)) (.*)$", line):
            names[found[1]] = found[2]
        elif line.startswith("calls="):
            is_call = True  # the next line is what the callee took
        elif re.match(r"[+\-*\d]", line):
            if not is_call:
                counts[function] += int(line.split()[-1])
            is_call = False
    return counts


def short(function: str) -> str:
    """A function without its arguments, template arguments and namespaces of ours."""
    function = re.sub(r"featherface::|engine::|kernels::|\(anonymous namespace\)::", "", function)
    function = re.sub(r"'\d+$", "", re.sub(r" const$| \[clone [^]]*\]", "", function))
    while (shorter := re.sub(r"<[^<>]*>|\([^()]*\)", "", function)) != function:
        function = shorter
    return function.split(" ")[-1] + "()"


def count(arguments: argparse.Namespace, network: str, architecture: str) -> tuple[Counts, Counts]:
    """The instructions of one run by layer, and by function."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([arguments.make_network, network, folder], check=True)
        out = pathlib.Path(folder) / "part"
        command = [arguments.valgrind, "--tool=callgrind", f"--callgrind-out-file={out}", "--dump-before=end_of_layer",
                   "--dump-line=no", "--quiet", arguments.run_layers, f"{folder}/network.pth"]
        environment = dict(os.environ, FEATHERFACE_FORCE_ARCH=architecture, GLIBC_TUNABLES=SAME_COPIES)
        run = subprocess.run(command, check=True, env=environment, capture_output=True, text=True)
        layers: Counts = {}
        functions: collections.Counter[str] = collections.Counter()
        # The first part ends where the second run begins.
        for i, name in enumerate(run.stdout.splitlines()):
            part = read_part(pathlib.Path(f"{out}.{i + 2}"))
            layers[f"{i:02} {name}"] = sum(part.values())
            for function, instructions in part.items():
                functions[short(function)] += instructions
    most = sum(layers.values()) / 1000
    return layers, {name: number for name, number in functions.most_common() if number > most}


def read_baseline(path: pathlib.Path) -> dict[str, Counts]:
    """The lines "<count> <network> <architecture> <layer or function>", by "<network> <architecture>"."""
    baseline: dict[str, Counts] = collections.defaultdict(dict)
    for line in path.read_text().splitlines():
        if not line.startswith("#"):
            number, network, architecture, name = line.split(" ", 3)
            baseline[f"{network} {architecture}"][name] = int(number)
    return baseline


def total(counts: Counts) -> int:
    """The sum over the layers."""
    return sum(number for name, number in counts.items() if not name.endswith("()"))


def grown(now: Counts, before: Counts, functions: bool) -> str:
    """The layers, or the functions, that grew most, a line each."""
    more = [(number - before.get(name, 0), before.get(name, 0), number, name) for name, number in now.items()
            if name.endswith("()") == functions and number > before.get(name, 0)]
    return "\n".join(f"    {before:>11,} -> {now:>11,}  {name}"
                     for _, before, now, name in sorted(more, reverse=True)[:SHOWN])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for tool in ("valgrind", "run-layers", "make-network", "compiler"):
        parser.add_argument(f"--{tool}", required=True)
    parser.add_argument("--update", action="store_true")
    arguments = parser.parse_args()
    path = BASELINES / f"{arguments.compiler}.txt"
    if not arguments.update and not path.exists():
        print(f"SKIPPED: no baseline for {arguments.compiler}; there is one for "
              + ", ".join(sorted(file.stem for file in BASELINES.glob("*.txt"))))
        return SKIPPED
    if not re.search(r"^flags.* avx2 ", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE):
        print("SKIPPED: this CPU has no AVX2")
        return SKIPPED
    baseline = read_baseline(path) if path.exists() else {}
    lines, exit_code = [], 0
    for network in NETWORKS:
        for architecture in ARCHITECTURES:
            case = f"{network} {architecture}"
            layers, functions = count(arguments, network, architecture)
            now, before = {**layers, **functions}, baseline.get(case, {})
            lines += [f"{number} {case} {name}" for name, number in now.items()]
            ratio = total(now) / total(before) if before else 1
            print(f"{case}: {total(now):,} instructions, {ratio - 1:+.2%}")
            if ratio > 1 + TOLERANCE and not arguments.update:
                exit_code = 1
                print(f"  more than {TOLERANCE:.0%} above {path.name}; the layers that grew most:\n"
                      f"{grown(now, before, functions=False)}\n  and the functions:\n"
                      f"{grown(now, before, functions=True)}")
            elif ratio < 1 - TOLERANCE and not arguments.update:
                print("  less than the baseline by so much that it no longer guards: --update writes it anew")
    if arguments.update:
        path.parent.mkdir(exist_ok=True)
        path.write_text("# Instructions of one run on a 256x192 picture, by layer and by function; "
                        "tests/instructions/count_instructions.py --update\n" + "\n".join(lines) + "\n")
    return exit_code


if __name__ == "__main__":
    sys.exit(main())
