"""Phone pages of meetings: topics, whether one comes, signing in, what was agreed on and how far it is.

GET shows and changes nothing, POST acts and leads back; forms work without scripts, a second tap changes nothing.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from djflow.assembly import House
from djflow.assembly import meetings as acts
from djflow.assembly import meetings_mine as view
from djflow.assembly import meetings_signing as signing
from djflow.core.errors import InputError, NotFoundError
from djflow.meetings.actions.model import ITEM_WORDS, LIGHT_WORDS, ItemAct, ItemState
from djflow.meetings.invitations.model import GRANT_WORDS, REPLY_WORDS, Reply, Wish
from djflow.meetings.model import MEETING_WORDS, TOPIC_WORDS, NewTopic
from djflow.web.me.frame import PersonPages, route_class
from djflow.web.me.guard import fields
from djflow.web.me.signing import remember

BY = "me"
Fields = Annotated[dict[str, str], Depends(fields)]
SAID: Mapping[str, str] = MappingProxyType(
    {
        "reply": "已收到您的回复。",
        "topic": "议题已报送。",
        "item": "已登记。",
        "sign": "已签到。",
    }
)
"""Sentences about what was just done; the address carries the word, never the sentence."""
_OWNER_ACTS = frozenset({ItemAct.ACCEPT, ItemAct.PROGRESS, ItemAct.REPORT})


def meetings_router(house: House) -> APIRouter:
    """Return the router of the phone pages of meetings of a house."""
    return MeetingPages(house).router()


class MeetingPages(PersonPages):
    """Shows meetings to whoever has to do with them, and acts for them."""

    entry = "/meeting"
    back_words = "回到我的会议"

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(prefix="/me/{token}/meeting", route_class=route_class(self.refused))
        for path, page in (("", self.listing), ("/item/{item}", self.item), ("/{meeting}", self.show)):
            router.add_api_route(path, page, methods=["GET", "HEAD"], response_model=None)
        for path, act in (
            ("/item/{item}/{what}", self.do_item),
            ("/{meeting}/reply", self.reply),
            ("/{meeting}/topic", self.hand_in),
            ("/{meeting}/sign", self.sign),
        ):
            router.add_api_route(path, act, methods=["POST"], response_model=None)
        return router

    def page(self, request: Request, token: str, name: str, **values: object) -> Response:
        """Return a page, and leave the link on this phone for the door's page."""
        response = super().page(request, token, name, **values)
        remember(request, response, token)
        return response

    def listing(self, request: Request, token: str) -> Response:
        """Show the own meetings and agreed matters."""
        person = self._person(request, token)
        return self.page(
            request,
            token,
            "meeting_list",
            mine=view.own(self._house, person),
            items=view.items(self._house, person),
            states=MEETING_WORDS,
            item_words=ITEM_WORDS,
            lights=LIGHT_WORDS,
        )

    def show(self, request: Request, token: str, meeting: str, said: str = "") -> Response:
        """Show one meeting: when and where, the own answer, topics."""
        person = self._person(request, token)
        mine = view.meeting(self._house, person, meeting)
        return self.page(
            request,
            token,
            "meeting",
            mine=mine,
            signs=signing.signs(self._house, mine.meeting, mine.seat, person),
            meeting=mine.meeting,
            states=MEETING_WORDS,
            replies=REPLY_WORDS,
            grants=GRANT_WORDS,
            topic_words=TOPIC_WORDS,
            said=SAID.get(said, ""),
        )

    def reply(self, request: Request, token: str, meeting: str, given: Fields) -> Response:
        """Take the answer of the own unit."""
        person = self._acting(request, token, given, f"meeting/{meeting}/reply")
        mine = view.meeting(self._house, person, meeting)
        if not mine.answers:
            raise NotFoundError("现在不能回复：请返回查看会议情况。", code="meeting.reply_state")
        word = given.get("reply", "")
        if word not in {one.value for one in Reply}:
            raise InputError("请选参会、替会或请假。", code="meeting.reply")
        codes = {one.code: one.id for one in mine.substitutes}
        wish = Wish(Reply(word), given.get("reason", ""), codes.get(given.get("substitute", "")))
        acts.reply(self._house, mine.seat.id, wish, by=BY)
        return self._back(token, f"{meeting}?said=reply")

    def hand_in(self, request: Request, token: str, meeting: str, given: Fields) -> Response:
        """Take a topic of the own unit."""
        person = self._acting(request, token, given, f"meeting/{meeting}/topic")
        mine = view.meeting(self._house, person, meeting)
        if not mine.hands_in:
            raise NotFoundError("现在不能报送议题：请返回查看会议情况。", code="meeting.topics_closed")
        new = NewTopic(mine.seat.new.unit, given.get("title", ""), given.get("text", ""))
        acts.hand_in(self._house, meeting, new, person, by=BY)
        return self._back(token, f"{meeting}?said=topic")

    def sign(self, request: Request, token: str, meeting: str, given: Fields) -> Response:
        """Sign in by the number at the door; wrong ones are counted."""
        person = self._acting(request, token, given, f"meeting/{meeting}/sign")
        try:
            signing.sign_by_number(self._house, meeting, given.get("number", ""), person)
        except NotFoundError:
            self.count_wrong(request)
            raise
        return self._back(token, f"{meeting}?said=sign")

    def item(self, request: Request, token: str, item: str, said: str = "") -> Response:
        """Show one agreed matter."""
        mine = view.item(self._house, self._person(request, token), item)
        works = mine.item.state in {ItemState.ACCEPTED, ItemState.IN_PROGRESS}
        return self.page(
            request,
            token,
            "meeting_item",
            mine=mine,
            item=mine.item,
            works=works,
            item_words=ITEM_WORDS,
            lights=LIGHT_WORDS,
            said=SAID.get(said, ""),
        )

    def do_item(self, request: Request, token: str, item: str, what: str, given: Fields) -> Response:
        """Accept a matter, report how far it is, or that it is done."""
        person = self._acting(request, token, given, f"meeting/item/{item}/{what}")
        if what not in {one.value for one in _OWNER_ACTS}:
            raise NotFoundError("没有这个操作：请返回查看。", code="meeting.item")
        acts.act_on_item(self._house, item, ItemAct(what), person, given.get("text", ""), by=BY)
        return self._back(token, f"item/{item}?said=item")
