"""Runs a command that ends when its parent ends: `python -m djflow.cli.leash command …`.

The supervisor may be killed in a way that lets it say goodbye to nobody. On Linux the kernel then sends SIGTERM to
the process that asked for it here; the request survives the exec. Elsewhere the command just runs.
"""

import ctypes
import os
import signal
import sys

PARENT_VARIABLE = "DJFLOW_SUPERVISOR"
_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Tie this process to its parent and become the command."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    # The parent may have died before the kernel was asked.
    if os.environ.get(PARENT_VARIABLE, "") != str(os.getppid()):
        sys.exit(1)
    os.execv(sys.argv[1], sys.argv[1:])  # noqa: S606 - the supervisor's own literal command


if __name__ == "__main__":
    main()
