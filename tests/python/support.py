"""What the Python tests share. Import this first: without torch the whole file is skipped, plainly."""
import os
import pathlib
import sys

SKIPPED = 77  # SKIP_RETURN_CODE in CMakeLists.txt
SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(SOURCE / "tools/python"), str(SOURCE / "tools/train")]
sys.dont_write_bytecode = True

try:
    import torch
except ImportError:
    print("SKIPPED: python3-torch not installed")
    sys.exit(SKIPPED)

torch.set_num_threads(1)


def program():
    """The featherface program to test, as ctest names it; without one the test file ends as skipped."""
    path = os.environ.get("FEATHERFACE_PROGRAM")
    if not path:
        print("SKIPPED: FEATHERFACE_PROGRAM is not set")
        sys.exit(SKIPPED)
    return path


def shared_file(relative):
    """The path of a real checkpoint, picture or dump: in $FEATHERFACE_SHARED, else ../shared by the checkout.

    Missing data ends the test file as skipped, or as failed where FEATHERFACE_SHARED promised it.
    """
    configured = os.environ.get("FEATHERFACE_SHARED")
    path = pathlib.Path(configured) / relative if configured else SOURCE.parent / "shared" / relative
    if not path.exists():
        if configured:
            sys.exit(f"missing: {path}")
        print(f"SKIPPED: shared data not found: {relative}")
        sys.exit(SKIPPED)
    return path


def seeded_checkpoint(folder, network):
    """A checkpoint in that folder with the seeded weights of "v1" or "v2"; its path."""
    import models
    import seeded
    state = {name: torch.from_numpy(seeded.values(name, tuple(value.shape)))
             for name, value in models.NETWORKS[network]().state_dict().items()}
    path = pathlib.Path(folder) / f"{network}.pth"
    torch.save(state, path)
    return path
