"""The program that sends, as `djflow up` runs it: `python -m djflow.cli.sender HOME`."""

import sys
from pathlib import Path

from djflow.core.errors import DjflowError


def main() -> int:
    """Send for one house until told to stop; a refusal is one sentence on standard error."""
    from djflow.assembly import open_house, sending  # noqa: PLC0415 - loads SQLAlchemy

    try:
        sending.serve(open_house(Path(sys.argv[1])))
    except DjflowError as error:
        sys.stderr.write(error.message + "\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
