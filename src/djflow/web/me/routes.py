"""The phone pages: GET shows and changes nothing, POST acts and leads back, so that a tap may be repeated."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from djflow.assembly import House, answers, documents_phone, phone, reach
from djflow.assembly import circulars_mine as circulars
from djflow.assembly import dispatch_postings_view as view
from djflow.core.errors import InputError, NotFoundError
from djflow.core.ids import PersonId
from djflow.web.errors import MESSAGES
from djflow.web.me.frame import PRIVATE, PersonPages, route_class
from djflow.web.me.guard import fields

BY = "me"
Fields = Annotated[dict[str, str], Depends(fields)]


def me_router(house: House) -> APIRouter:
    """Return the router of the phone pages of a house."""
    return PhonePages(house).router()


class PhonePages(PersonPages):
    """Shows and acts for whoever holds a good link."""

    def router(self) -> APIRouter:
        """Return the routes; what the house refuses becomes a page in the same dress."""
        router = APIRouter(prefix="/me", route_class=route_class(self.refused))
        for path, page in (
            ("/{token}", self.home),
            ("/{token}/calendar.ics", self.calendar),
            ("/{token}/reach", self.reach),
            ("/{token}/duty/{event}", self.duty),
            ("/{token}/duty/{event}/decline", self.decline_form),
            ("/{token}/duty/{event}/substitute", self.substitute_form),
            ("/{token}/duty/{event}/swap", self.swap_form),
            ("/{token}/offer/{offer}", self.offer),
        ):
            router.add_api_route(path, page, methods=["GET", "HEAD"], response_model=None)
        for path, act in (
            ("/{token}/reach/quiet", self.set_quiet),
            ("/{token}/reach/first", self.set_first),
            ("/{token}/reach/verify", self.verify),
            ("/{token}/duty/{event}/confirm", self.confirm),
            ("/{token}/duty/{event}/decline", self.decline),
            ("/{token}/duty/{event}/substitute", self.substitute),
            ("/{token}/duty/{event}/swap", self.swap),
            ("/{token}/offer/{offer}/{word}", self.respond),
        ):
            router.add_api_route(path, act, methods=["POST"], response_model=None)
        return router

    def home(self, request: Request, token: str) -> Response:
        """Show the own duties and questions."""
        person = self._person(request, token)
        return self.page(
            request,
            token,
            "home",
            mine=phone.page(self._house, person),
            posted=view.own(self._house, person),
            papers=documents_phone.papers(self._house, person),
            figures=circulars.waiting(self._house, person),
        )

    def calendar(self, request: Request, token: str) -> Response:
        """Hand out the own calendar."""
        body = phone.calendar(self._house, self._person(request, token))
        headers = {**PRIVATE, "Content-Disposition": 'inline; filename="duty.ics"'}
        return Response(body, media_type="text/calendar; charset=utf-8", headers=headers)

    def reach(self, request: Request, token: str) -> Response:
        """Show where messages go and when none come."""
        person = self._person(request, token)
        return self.page(request, token, "reach", reach=reach.mine(self._house, person))

    def set_quiet(self, request: Request, token: str, given: Fields) -> Response:
        """Keep or forget the own quiet hours."""
        person = self._acting(request, token, given, "reach/quiet")
        reach.set_quiet(self._house, person, given.get("first", ""), given.get("last", ""), by=BY)
        return self._back(token, "reach")

    def set_first(self, request: Request, token: str, given: Fields) -> Response:
        """Keep the way by which the person wants to be told first."""
        person = self._acting(request, token, given, "reach/first")
        reach.set_first(self._house, person, given.get("way", ""), by=BY)
        return self._back(token, "reach")

    def verify(self, request: Request, token: str, given: Fields) -> Response:
        """Note that a contact is the own one."""
        person = self._acting(request, token, given, "reach/verify")
        reach.verify(self._house, person, given.get("contact", ""), by=BY)
        return self._back(token, "reach")

    def duty(self, request: Request, token: str, event: str) -> Response:
        """Show one duty."""
        person = self._person(request, token)
        asking = phone.offer_about(self._house, person, event)
        return self.page(request, token, "duty", duty=self._duty(person, event), asking=asking)

    def decline_form(self, request: Request, token: str, event: str) -> Response:
        """Ask for the reason."""
        person = self._person(request, token)
        free = self._house.settings.roster.substitutions_free
        return self.page(request, token, "decline", duty=self._duty(person, event), free=free)

    def substitute_form(self, request: Request, token: str, event: str) -> Response:
        """Show who may take the duty over."""
        person = self._person(request, token)
        found = phone.choices(self._house, person, event, swap=False)
        return self.page(request, token, "substitute", duty=self._duty(person, event), choices=found)

    def swap_form(self, request: Request, token: str, event: str) -> Response:
        """Show for which duties this one may be exchanged."""
        person = self._person(request, token)
        found = phone.choices(self._house, person, event, swap=True)
        return self.page(request, token, "swap", duty=self._duty(person, event), choices=found)

    def offer(self, request: Request, token: str, offer: str) -> Response:
        """Show one question."""
        person = self._person(request, token)
        found = next((one for one in phone.page(self._house, person).offers if one.id == offer), None)
        if found is None:
            raise NotFoundError("没有这项换班请求：请返回您的值班页面查看。", code="offer.unknown")
        approval = self._house.settings.roster.swap_needs_approval
        return self.page(request, token, "offer", offer=found, approval=approval)

    def confirm(self, request: Request, token: str, event: str, given: Fields) -> Response:
        """Record that the person will be there."""
        person = self._acting(request, token, given, f"duty/{event}/confirm")
        answers.confirm(self._house, person, event, by=BY)
        return self._back(token, f"duty/{event}")

    def decline(self, request: Request, token: str, event: str, given: Fields) -> Response:
        """Record that the person cannot come, and find somebody else."""
        person = self._acting(request, token, given, f"duty/{event}/decline")
        answers.decline(self._house, person, event, given.get("reason", ""), by=BY)
        return self._back(token, f"duty/{event}")

    def substitute(self, request: Request, token: str, event: str, given: Fields) -> Response:
        """Ask somebody to take the duty over; a name that was written counts before one that was ticked."""
        person = self._acting(request, token, given, f"duty/{event}/substitute")
        who = given.get("name", "").strip() or given.get("who", "")
        if not who:
            raise InputError("请选一位同志，或写上他的姓名或工号。", code="offer.nobody")
        answers.propose_substitute(self._house, person, event, who, by=BY)
        return self._back(token, f"duty/{event}")

    def swap(self, request: Request, token: str, event: str, given: Fields) -> Response:
        """Ask somebody to exchange duties."""
        person = self._acting(request, token, given, f"duty/{event}/swap")
        code, _, other_event = given.get("with", "").partition("|")
        if not code or not other_event:
            raise InputError("请选一场要换的值班。", code="offer.nobody")
        answers.propose_swap(self._house, person, event, code, other_event, by=BY)
        return self._back(token, f"duty/{event}")

    def respond(self, request: Request, token: str, offer: str, word: str, given: Fields) -> Response:
        """Accept, refuse or take back."""
        person = self._acting(request, token, given, f"offer/{offer}/{word}")
        if word == "withdraw":
            answers.withdraw(self._house, person, offer, by=BY)
        elif word in {"accept", "refuse"}:
            answers.respond(self._house, person, offer, accept=word == "accept", by=BY)
        else:
            raise NotFoundError(MESSAGES[404])
        return self._back(token, f"offer/{offer}")

    def _duty(self, person: PersonId, event: str) -> phone.MyDuty:
        found = phone.duty(self._house, person, event)
        if found is None:
            raise NotFoundError("这次值班现在不由您承担：请返回查看最新安排。", code="answer.not_yours")
        return found

    def _back(self, token: str, path: str) -> Response:
        return super()._back(token, quote(path, safe="/@"))
