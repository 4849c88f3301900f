"""Phone pages of circulars: the own unit's figures, confirmed with one tap or corrected with the right number.

GET shows and changes nothing, POST acts and leads back; forms work without scripts, a second tap changes nothing.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from djflow.assembly import House
from djflow.assembly import circulars_mine as view
from djflow.circulars.model import ANSWER_WORDS, MAX_REASON, STATE_WORDS, VERDICT_WORDS
from djflow.web.me.frame import PersonPages, route_class
from djflow.web.me.guard import fields

BY = "me"
Fields = Annotated[dict[str, str], Depends(fields)]
SAID: Mapping[str, str] = MappingProxyType(
    {"confirm": "已确认，谢谢。", "correct": "更正已报组织部，处理后可在这里看到结果。"}
)
"""Sentences about what was just done; the address carries the word, never the sentence."""


def circulars_router(house: House) -> APIRouter:
    """Return the router of the phone pages of circulars of a house."""
    return CircularPages(house).router()


class CircularPages(PersonPages):
    """Shows a unit's figures to whoever answers for it, and takes the answer."""

    entry = "/circular"
    back_words = "回到情况通报"

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(prefix="/me/{token}/circular", route_class=route_class(self.refused))
        for path, page in (("", self.listing), ("/{circular}/{unit}", self.show)):
            router.add_api_route(path, page, methods=["GET", "HEAD"], response_model=None)
        for path, act in (
            ("/{circular}/{unit}/confirm", self.confirm),
            ("/{circular}/{unit}/correct", self.correct),
        ):
            router.add_api_route(path, act, methods=["POST"], response_model=None)
        return router

    def listing(self, request: Request, token: str) -> Response:
        """Show the circulars somebody answers to for a unit."""
        mine = view.own(self._house, self._person(request, token))
        return self.page(request, token, "circular_list", mine=mine, states=STATE_WORDS, answer_words=ANSWER_WORDS)

    def show(self, request: Request, token: str, circular: str, unit: str, said: str = "") -> Response:
        """Show what a circular says of the own unit."""
        own = view.unit_for(self._house, self._person(request, token), unit)
        sheet = view.sheet(self._house, circular, own)
        return self.page(
            request,
            token,
            "circular",
            sheet=sheet,
            mine=sheet.mine,
            states=STATE_WORDS,
            answer_words=ANSWER_WORDS,
            verdicts=VERDICT_WORDS,
            most=MAX_REASON,
            said=SAID.get(said, ""),
        )

    def confirm(self, request: Request, token: str, circular: str, unit: str, given: Fields) -> Response:
        """Note that the figures are right."""
        person = self._acting(request, token, given, f"circular/{circular}/{unit}/confirm")
        view.confirm(self._house, circular, view.unit_for(self._house, person, unit), by=BY)
        return self._back(token, f"{circular}/{unit}?said=confirm")

    def correct(self, request: Request, token: str, circular: str, unit: str, given: Fields) -> Response:
        """Take the right figure and why it is right."""
        person = self._acting(request, token, given, f"circular/{circular}/{unit}/correct")
        place = (given.get("section", ""), given.get("code", ""))
        numbers = (given.get("part", ""), given.get("whole", ""))
        own = view.unit_for(self._house, person, unit)
        view.correct(self._house, circular, view.typed(own, place, numbers, given.get("reason", "")), by=BY)
        return self._back(token, f"{circular}/{unit}?said=correct")
