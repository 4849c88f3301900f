"""The process beside a sender that keeps its books: `python -m djflow.assembly.bookkeeper PIPE …`.

It opens the sender's house, does at each pipe one act after the other, and ends with the sender: when the first pipe
is closed, or at once where the system can be asked for that. Only an error the house can explain goes back; any other
closes the pipe, which ends the sender.
"""

import ctypes
import gc
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from threading import Thread

from djflow.assembly.books import Books
from djflow.assembly.house import open_house
from djflow.assembly.keeping import Opening
from djflow.core.errors import DjflowError

_PR_SET_PDEATHSIG = 1


def main(pipes: Sequence[int]) -> None:
    """Keep the books of the sender at the other end of the pipes until the first is closed."""
    _end_with_the_sender()
    _give_way()
    first, *others = [Connection(pipe) for pipe in pipes]
    opening: Opening = first.recv()
    try:
        house = open_house(opening.home, clock=opening.clock, database_url=opening.database_url)
    except DjflowError as error:
        first.send((None, error))
        return
    books = Books(house, opening.part)
    # What is there now stays; looking through it for waste, time and again, would cost more than a message does.
    gc.freeze()
    first.send((None, None))
    for other in others:
        Thread(target=_keep, args=(other, books), daemon=True).start()
    _keep(first, books)


def _end_with_the_sender() -> None:
    # A service manager tells every process to stop; the sender has yet to write down what is under way.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _give_way() -> None:
    # Books take long breaths: they get their share of the processor, but do not push the network aside for it.
    if sys.platform == "linux":
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def _keep(sender: Connection, books: Books) -> None:
    with sender, suppress(EOFError, ConnectionError):
        while True:
            act, values = sender.recv()
            sender.send(_done(act, books, values))


def _done(act: Callable[..., object], books: Books, values: tuple[object, ...]) -> tuple[object, DjflowError | None]:
    try:
        return act(books, *values), None
    except DjflowError as error:
        return None, error


if __name__ == "__main__":
    main([int(pipe) for pipe in sys.argv[1:]])
