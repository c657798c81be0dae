"""Writing files that are whole or not there."""
import os


def write_whole(path, write):
    """The file appears under its name only when write(file) is through."""
    part = path.with_name(path.name + ".part")
    with open(part, "wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)
