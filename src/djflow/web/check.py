"""The public page where anybody checks a printed approval sheet by its code: genuine or not, and nothing personal."""

from urllib.parse import quote

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from djflow.assembly import House, approval_desk
from djflow.assembly.frames import names_of
from djflow.core.errors import DjflowError, InputError, NotFoundError
from djflow.web.frame import HTML, NO_STORE, environment
from djflow.web.me.guard import TooManyWrongLinksError, WrongLinks

HEADERS = {"Cache-Control": NO_STORE, "X-Robots-Tag": "noindex, nofollow"}
MOST_SIGNS = 60
_TOO_MANY = "输错的校验码太多：请过十分钟再试，或打电话向组织部核实。"


def check_router(house: House) -> APIRouter:
    """Return the router of the check page of a house."""
    return CheckPages(house).router()


class CheckPages:
    """Asks for a check code and says what is known of the print."""

    def __init__(self, house: House) -> None:
        """Check prints of `house`."""
        self._house = house
        self._wrong = WrongLinks()

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter()
        router.add_api_route("/check", self.ask, methods=["GET", "HEAD"], response_model=None)
        router.add_api_route("/check/{code}", self.show, methods=["GET", "HEAD"], response_model=None)
        return router

    def ask(self, code: str = "") -> Response:
        """Show the form, or go on to what was typed into it."""
        typed = code.strip()
        if typed:
            return RedirectResponse(f"/check/{quote(typed[:MOST_SIGNS], safe='')}", 303, HEADERS)
        return self._page()

    def show(self, request: Request, code: str) -> Response:
        """Say whether a sheet with this code is genuine; wrong codes are counted per address."""
        try:
            return self._page(found=approval_desk.check(self._house, code[:MOST_SIGNS]))
        except (InputError, NotFoundError) as error:
            return self._refused(request, error, code)

    def _refused(self, request: Request, error: DjflowError, code: str) -> Response:
        try:
            self._wrong.count(request.client.host if request.client else "", self._house.now())
        except TooManyWrongLinksError:
            return self._page(message=_TOO_MANY, status=429)
        status = 400 if isinstance(error, InputError) else 404
        return self._page(message=error.message, typed=code[:MOST_SIGNS], status=status)

    def _page(self, *, status: int = 200, message: str = "", typed: str = "", found: object = None) -> Response:
        values = {"names": names_of(self._house), "section": "", "message": message, "typed": typed, "found": found}
        body = environment().get_template("check.html.j2").render(values)
        return Response(body, status, HEADERS | ({"Retry-After": "600"} if status == 429 else {}), HTML)
