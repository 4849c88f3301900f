"""What all pages on a phone share: the dress, the mark of forms, how refusals look, wrong links counted."""

from collections.abc import Callable, Coroutine, Mapping
from types import MappingProxyType
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from djflow.assembly import House, phone
from djflow.core.errors import DjflowError, GoneError, NotFoundError
from djflow.core.ids import PersonId
from djflow.web.errors import HEADINGS, STATUS
from djflow.web.frame import HTML, NO_STORE, environment
from djflow.web.me.guard import COOKIE, Forms, TooManyWrongLinksError, WrongLinks

PRIVATE = {"Cache-Control": NO_STORE, "X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer"}


class MePages:
    """Renders pages for whoever holds a good link."""

    root = "/me"
    entry = ""
    back_words = "回到我的值班"
    """Where the links of these pages begin, and what leads back from a refusal: where to, in which words."""
    cookie = COOKIE
    """The cookie that ties forms to these pages; it goes to no other address."""
    headings: Mapping[str, str] = MappingProxyType({})
    """What refusals are called, by their code, where these pages have a better word than the general one."""

    def __init__(self, house: House) -> None:
        """Serve `house`."""
        self._house = house
        self._forms = Forms(phone.form_key(house), self.cookie)
        self._wrong = WrongLinks()

    def count_wrong(self, request: Request) -> None:
        """Count a link that nobody was given.

        Raises: TooManyWrongLinksError when there were too many from one address.
        """
        self._wrong.count(request.client.host if request.client else "", self._house.now())

    def page(self, request: Request, token: str, name: str, **values: object) -> Response:
        """Return a page that must not be kept, with the cookie its forms need."""

        def mark(act: str) -> str:
            return self._forms.mark(token, act)

        body = self.rendered(f"{name}.html.j2", base=f"{self.root}/{token}", mark=mark, **values)
        response = Response(body, headers=PRIVATE, media_type=HTML)
        secure = request.url.scheme == "https"
        response.set_cookie(
            self.cookie,
            self._forms.cookie(token),
            path=self.cookie_path(token),
            httponly=True,
            samesite="strict",
            secure=secure,
        )
        return response

    def cookie_path(self, token: str) -> str:
        """Return below which address the cookie of a link is sent."""
        _ = token
        return f"{self.root}/"

    def back_to(self, request: Request) -> str:
        """Return where a refusal leads back to."""
        return f"{self.root}/{request.path_params.get('token', '')}{self.entry}"

    def rendered(self, template: str, **values: object) -> str:
        """Return a template as HTML."""
        office, number = phone.contact(self._house)
        return environment().get_template(f"me/{template}").render(office=office, number=number, **values)

    def refused(self, request: Request, error: DjflowError) -> Response:
        """Show what the house refuses; programming and machine faults go on to the general pages."""
        if isinstance(error, TooManyWrongLinksError):
            status = 429
        else:
            status = next((number for kind, number in STATUS if isinstance(error, kind)), 0)
        if not status:
            raise error
        lost = status in {410, 429} or error.code == "link.broken"
        back = "" if lost else self.back_to(request)
        heading = "链接已过期" if isinstance(error, GoneError) else HEADINGS.get(status, "没有保存")
        if status in {400, 403, 409}:
            heading = "没有保存"
        heading = self.headings.get(error.code, heading)
        body = self.rendered(
            "refused.html.j2", base=back, back_words=self.back_words, heading=heading, message=error.message
        )
        headers = PRIVATE | ({"Retry-After": "600"} if status == 429 else {})
        return Response(body, status, headers, HTML)


class PersonPages(MePages):
    """Pages of one part of what somebody has to do, below the own link and `entry`."""

    def _person(self, request: Request, token: str) -> PersonId:
        """Return whose link it is, and count one that nobody was given; raises NotFoundError."""
        try:
            return phone.invited(self._house, token).person
        except NotFoundError:
            self.count_wrong(request)
            raise

    def _acting(self, request: Request, token: str, given: dict[str, str], act: str) -> PersonId:
        """Return who acts by a form of these pages; raises what the check of its mark raises."""
        person = self._person(request, token)
        self._forms.check(request, given, token, act)
        phone.used(self._house, token)
        return person

    def _back(self, token: str, path: str) -> Response:
        # 303 turns the browser to a GET, so that reloading repeats nothing.
        return RedirectResponse(f"{self.root}/{token}{self.entry}/{path}", status_code=303, headers=PRIVATE)


def route_class(refused: Callable[[Request, DjflowError], Response]) -> type[APIRoute]:
    """Return a route whose refusals become phone pages."""

    class PhoneRoute(APIRoute):
        """Turns refusals into phone pages."""

        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            serve = super().get_route_handler()

            async def served(request: Request) -> Response:
                try:
                    return await serve(request)
                except DjflowError as error:
                    return refused(request, error)

            return served

    return PhoneRoute
