"""The public list of those to be sent, and the form to object to one of them: nothing once it is over.

What guards the fund's lists guards these (see `relief`); what differs is said here.
"""

from collections.abc import Mapping
from types import MappingProxyType

from fastapi import APIRouter

from djflow.assembly import House, dispatch_batches_board
from djflow.assembly.relief_board import Heard, Words
from djflow.web.public.relief import ReliefPages

MENU = ("/dispatch", "干部选派公示")
"""What the board's menu says of these pages."""


def dispatch_router(house: House) -> APIRouter:
    """Return the router of the public list of those to be sent."""
    return DispatchPages(house).router()


class DispatchPages(ReliefPages):
    """Shows the names that hang and takes objections."""

    prefix = "/dispatch"
    cookie = "djflow_dispatch"
    templates: Mapping[str, str] = MappingProxyType(
        {
            "lists": "dispatch.html.j2",
            "form": "dispatch_object.html.j2",
            "done": "dispatch_objected.html.j2",
            "no": "dispatch_refused.html.j2",
        }
    )

    def _board(self) -> object:
        return dispatch_batches_board.board(self._house)

    def _line(self, period: str) -> object:
        return dispatch_batches_board.line_of(self._house, period)

    def _heard(self, period: str, words: Words) -> Heard:
        return dispatch_batches_board.object_to(self._house, period, words)

    def _otherwise(self) -> str:
        return dispatch_batches_board.otherwise(self._house)
