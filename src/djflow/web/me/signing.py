"""The page behind the code at a meeting's door: whoever scanned it signs in with the own link, or has it sent.

GET shows and changes nothing. The personal link comes from a cookie that the phone pages of meetings leave for this
address alone; without it the page sends the link to whoever is to come, never to whoever asks.
"""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from djflow.assembly import House
from djflow.assembly import meetings_signing as signing
from djflow.core.errors import NotFoundError
from djflow.meetings.invitations.model import Seat
from djflow.meetings.model import Meeting
from djflow.web.me.frame import PRIVATE, MePages, route_class
from djflow.web.me.guard import fields

MINE = "djflow_mine"
Fields = Annotated[dict[str, str], Depends(fields)]


def signing_router(house: House) -> APIRouter:
    """Return the router of the doors of meetings of a house."""
    return DoorPages(house).router()


def remember(request: Request, response: Response, token: str) -> None:
    """Leave a personal link for the door's page on this phone; the camera opens that page from outside."""
    secure = request.url.scheme == "https"
    response.set_cookie(MINE, token, path=f"{signing.PATH}/", httponly=True, samesite="lax", secure=secure)


class DoorPages(MePages):
    """Lets people in at the door of a meeting."""

    root = signing.PATH
    back_words = "回到签到页"
    cookie = "djflow_door"

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(prefix=self.root, route_class=route_class(self.refused))
        path = "/{meeting}/{secret}"
        router.add_api_route(path, self.show, methods=["GET", "HEAD"], response_model=None)
        router.add_api_route(f"{path}/sign", self.sign, methods=["POST"], response_model=None)
        router.add_api_route(f"{path}/send", self.send, methods=["POST"], response_model=None)
        return router

    def show(self, request: Request, meeting: str, secret: str, said: str = "") -> Response:
        """Show whose phone this is with a button, or the units to choose from."""
        door = self._door(request, meeting, secret)
        comer = signing.comer(self._house, meeting, request.cookies.get(MINE, ""))
        values = {"door": door, "meeting": door.meeting, "comer": comer, "sent": said == "sent"}
        return self.page(request, f"{meeting}/{secret}", "meeting_door", late=self._late(door.meeting, comer), **values)

    def _late(self, meeting: Meeting, comer: signing.Comer | None) -> bool:
        seat: Seat | None = comer.seat if comer else None
        at = seat.signed_at if seat and seat.signed_at else self._house.now()
        return at > meeting.new.starts_at

    def sign(self, request: Request, meeting: str, secret: str, given: Fields) -> Response:
        """Sign in whoever's link is on this phone."""
        self._door(request, meeting, secret)
        self._forms.check(request, given, f"{meeting}/{secret}", "sign")
        signing.sign_at_door(self._house, meeting, secret, request.cookies.get(MINE, ""))
        return self._back(meeting, secret, "")

    def send(self, request: Request, meeting: str, secret: str, given: Fields) -> Response:
        """Send the link to whoever is to come for the chosen unit."""
        self._door(request, meeting, secret)
        self._forms.check(request, given, f"{meeting}/{secret}", "send")
        signing.send_link(self._house, meeting, secret, given.get("seat", ""))
        return self._back(meeting, secret, "?said=sent")

    def _door(self, request: Request, meeting: str, secret: str) -> signing.Door:
        try:
            return signing.door(self._house, meeting, secret)
        except NotFoundError:
            self.count_wrong(request)
            raise

    def _back(self, meeting: str, secret: str, said: str) -> Response:
        return RedirectResponse(f"{self.root}/{meeting}/{secret}{said}", status_code=303, headers=PRIVATE)

    def back_to(self, request: Request) -> str:
        """Return the door's page."""
        return f"{self.root}/{request.path_params['meeting']}/{request.path_params['secret']}"

    def cookie_path(self, token: str) -> str:
        """Return a path of each door's own."""
        return f"{self.root}/{token}"
