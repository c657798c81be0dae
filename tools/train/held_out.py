#!/usr/bin/env python3
"""Links the photos that distill.py keeps back for the final figures into a folder, for `featherface eval`.

    held_out.py --images DIR --out FOLDER
    featherface eval -m V2.pth --reference V1.pth --images FOLDER --side 640 --kinds
"""
import argparse
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))

from pictures import TEST, link_part


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", required=True, type=pathlib.Path, help="folder of photos, as for distill.py")
    parser.add_argument("--out", required=True, type=pathlib.Path, help="folder for the links")
    options = parser.parse_args()
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        print(link_part(options.images, TEST, options.out), "photos", file=sys.stderr)
    except OSError as error:
        sys.exit(f"held_out.py: {error}")


if __name__ == "__main__":
    main()
