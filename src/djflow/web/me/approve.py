"""The approver's page: a link shows the matter, a code from another message lets one decision through.

GET and HEAD change nothing, whoever fetches them; the decision needs a form of this page, the code, and a case that
still waits for this person about this content.
"""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from djflow.assembly import House, approving
from djflow.core.errors import NotFoundError, RuleError
from djflow.web.me.frame import PRIVATE, MePages, route_class
from djflow.web.me.guard import fields

Fields = Annotated[dict[str, str], Depends(fields)]


def approve_router(house: House) -> APIRouter:
    """Return the router of the approver's pages of a house."""
    return ApprovePages(house).router()


class ApprovePages(MePages):
    """Shows a matter to its approver and takes the decision."""

    root = "/me/approve"
    back_words = "返回"

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(prefix=self.root, route_class=route_class(self.refused))
        router.add_api_route("/{token}", self.show, methods=["GET", "HEAD"], response_model=None)
        router.add_api_route("/{token}/code", self.send_code, methods=["POST"], response_model=None)
        router.add_api_route("/{token}/decide", self.decide, methods=["POST"], response_model=None)
        return router

    def show(self, request: Request, token: str, sent: str = "") -> Response:
        """Show the matter and the form."""
        return self.page(request, token, "approve", matter=self._matter(request, token), sent=bool(sent))

    def send_code(self, request: Request, token: str, given: Fields) -> Response:
        """Send a code by another way."""
        self._matter(request, token)
        self._forms.check(request, given, token, "code")
        approving.send_code(self._house, token)
        return RedirectResponse(f"{self.root}/{token}?sent=1", status_code=303, headers=PRIVATE)

    def decide(self, request: Request, token: str, given: Fields) -> Response:
        """Take the decision; a wrong code is counted and said."""
        matter = self._matter(request, token)
        self._forms.check(request, given, token, "decide")
        verdict = given.get("verdict", "")
        attempt = approving.decide(self._house, token, given.get("code", ""), verdict, given.get("opinion", ""))
        if attempt.outcome is None:
            raise RuleError(attempt.refused, code="approval.code")
        words = dict(matter.choices)[verdict]
        return self.page(request, token, "approved", matter=matter, verdict=words, at=self._house.now())

    def _matter(self, request: Request, token: str) -> approving.Matter:
        try:
            return approving.matter(self._house, token)
        except NotFoundError:
            self.count_wrong(request)
            raise
