"""The process beside a sender that keeps its books: `python -m djflow.assembly.bookkeeper PIPE`.

It opens the sender's house, does one act after the other, and ends with the sender: when the pipe is closed, or at
once where the system can be asked for that. Only an error the house can explain goes back through the pipe; any other
ends this process, and the sender with it.
"""

import ctypes
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection

from djflow.assembly.books import Books
from djflow.assembly.house import open_house
from djflow.assembly.keeping import Opening
from djflow.core.errors import DjflowError

_PR_SET_PDEATHSIG = 1


def main(pipe: int) -> None:
    """Keep the books of the sender at the other end of the pipe until it is closed."""
    _end_with_the_sender()
    with Connection(pipe) as sender, suppress(EOFError, ConnectionError):
        _keep(sender)


def _end_with_the_sender() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _keep(sender: Connection) -> None:
    opening: Opening = sender.recv()
    try:
        house = open_house(opening.home, clock=opening.clock, database_url=opening.database_url)
    except DjflowError as error:
        sender.send((None, error))
        return
    books = Books(house, opening.part)
    sender.send((None, None))
    while True:
        act, values = sender.recv()
        sender.send(_done(act, books, values))


def _done(act: Callable[..., object], books: Books, values: tuple[object, ...]) -> tuple[object, DjflowError | None]:
    try:
        return act(books, *values), None
    except DjflowError as error:
        return None, error


if __name__ == "__main__":
    main(int(sys.argv[1]))
