"""`python -m shardem ...`: the program's command line, where the program is installed."""

import os
import shutil
import sys


def main() -> None:
    """Becomes the program: that which SHARDEM names, or else the first on PATH."""
    program = os.environ.get("SHARDEM") or shutil.which("shardem")
    if program is None:
        sys.exit("python -m shardem: no program shardem on PATH; set SHARDEM to its path, or build it: "
                 "swift build -c release")
    try:
        os.execv(program, [program, *sys.argv[1:]])
    except OSError as error:
        sys.exit(f"python -m shardem: {program}: {error.strerror}")


main()
