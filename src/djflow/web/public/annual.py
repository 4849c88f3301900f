"""The fund's year for everybody: income by source, aid by kind, as it was published; no name, no small number."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from djflow.assembly import House, fund_year
from djflow.assembly.frames import names_of
from djflow.core.errors import NotFoundError
from djflow.core.money import yuan
from djflow.web.frame import HTML, Rendered, environment, respond


def annual_router(house: House) -> APIRouter:
    """Return the router of the published years of a house."""

    def year_page(request: Request) -> Response:
        """Show one published year."""
        text = request.path_params["year"]
        if not (text.isascii() and text.isdigit() and len(text) == 4):
            raise NotFoundError("没有这个年份，地址应如 /relief/annual/2026。", code="disclosure.none")
        found = fund_year.published(house, int(text))
        values = {
            "names": names_of(house),
            "one": found.figures,
            "published_at": found.published_at,
            "years": fund_year.published_years(house),
            "yuan": yuan,
        }
        body = environment().get_template("annual.html.j2").render(values).encode()
        return respond(request, Rendered(body, HTML, found.published_at))

    router = APIRouter()
    router.add_api_route("/relief/annual/{year}", year_page, methods=["GET", "HEAD"], response_model=None)
    return router
