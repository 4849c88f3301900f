"""Phone pages of official documents for whoever answers for a unit: the list, one document, its files, 签收 and 会签.

GET shows and changes nothing; POST acts and leads back, and hands out files, because taking one is recorded. Forms work
without scripts; what somebody typed is shown again when it cannot be taken.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from djflow.assembly import House
from djflow.assembly import documents_phone as desk
from djflow.core.errors import InputError
from djflow.documents.official.model import KIND_LABELS
from djflow.documents.register.sharing.service import MAX_OPINION
from djflow.web.files import attachment_headers, media_type
from djflow.web.me.frame import PRIVATE, PersonPages, route_class
from djflow.web.me.guard import fields

MOST_DONE = 30
Fields = Annotated[dict[str, str], Depends(fields)]
SAID: Mapping[str, str] = MappingProxyType({"acknowledge": "已签收。", "countersign": "会签意见已提交。"})
"""Sentences about what was just done; the address carries the word, never the sentence."""
_FRESH: Mapping[str, str] = MappingProxyType(dict.fromkeys(("said", "problem", "agreed", "typed"), ""))
_ANSWERS = MappingProxyType({"yes": True, "no": False})


def documents_router(house: House) -> APIRouter:
    """Return the router of the phone pages of documents of a house."""
    return DocumentPages(house).router()


class DocumentPages(PersonPages):
    """Shows the own unit's documents, and acts for the unit."""

    entry = "/document"
    back_words = "回到本单位的公文"

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(prefix="/me/{token}/document", route_class=route_class(self.refused))
        for path, page in (("", self.listing), ("/{document}", self.show)):
            router.add_api_route(path, page, methods=["GET", "HEAD"], response_model=None)
        for path, act in (
            ("/{document}/acknowledge", self.acknowledge),
            ("/{document}/countersign", self.countersign),
            ("/{document}/file/{file}", self.take_file),
        ):
            router.add_api_route(path, act, methods=["POST"], response_model=None)
        return router

    def listing(self, request: Request, token: str) -> Response:
        """Show what waits for the own unit, and what it has."""
        papers = desk.papers(self._house, self._person(request, token))
        return self.page(request, token, "document_list", papers=papers, today=self._house.today(), most=MOST_DONE)

    def show(self, request: Request, token: str, document: str, said: str = "") -> Response:
        """Show one document."""
        return self._page(request, token, document, {"said": SAID.get(said, "")})

    def _page(
        self, request: Request, token: str, document: str, values: Mapping[str, str], status: int = 200
    ) -> Response:
        mine = desk.document(self._house, self._person(request, token), document)
        shared = {"kinds": KIND_LABELS, "today": self._house.today(), "most": MAX_OPINION}
        shown = self.page(request, token, "document", mine=mine, **{**_FRESH, **shared, **values})
        shown.status_code = status
        return shown

    def acknowledge(self, request: Request, token: str, document: str, given: Fields) -> Response:
        """Note that the own unit has it."""
        person = self._acting(request, token, given, f"document/{document}/acknowledge")
        desk.acknowledge(self._house, person, document)
        return self._back(token, f"{document}?said=acknowledge")

    def countersign(self, request: Request, token: str, document: str, given: Fields) -> Response:
        """Take what the own unit says, or show what was typed again with what is wrong."""
        person = self._acting(request, token, given, f"document/{document}/countersign")
        word, opinion = given.get("agreed", ""), given.get("opinion", "")
        try:
            desk.countersign(self._house, person, document, agreed=_agreed(word), opinion=opinion)
        except InputError as error:
            values = {"problem": error.message, "agreed": word, "typed": opinion}
            return self._page(request, token, document, values, 400)
        return self._back(token, f"{document}?said=countersign")

    def take_file(self, request: Request, token: str, document: str, file: str, given: Fields) -> Response:
        """Hand out a file, never to be kept on the way."""
        person = self._acting(request, token, given, f"document/{document}/file/{file}")
        kept, content = desk.take_file(self._house, person, document, file)
        headers = {**PRIVATE, **attachment_headers(kept.name)}
        return Response(content, media_type=media_type(kept.name), headers=headers)


def _agreed(word: str) -> bool:
    if word not in _ANSWERS:
        raise InputError("请选同意或不同意。", code="document.agreed")
    return _ANSWERS[word]
