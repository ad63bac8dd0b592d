"""The program ``undertone``."""

import signal
import sys

from ._undertone import run


def main() -> int:
    """Run the command that the arguments of the process name. Return its exit code."""
    # Python would only note a Ctrl-C and wait for the command to return.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return run(["undertone", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
