"""`djflow documents list|show|number|ledger|archive`: what a script and a clerk at a terminal read."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from djflow.assembly import create_house, documents_acts, open_house
from djflow.cli.main import djflow
from djflow.core.errors import ConflictError, NotFoundError
from djflow.demo.load import copy_starter
from djflow.documents.register import service
from djflow.documents.register.model import Document
from tests.documents.registered import BY, NOW, TERMS, TEXT, office, signed


@pytest.fixture
def made(tmp_path: Path) -> tuple[Path, Document, Document]:
    """A home with a draft and a signed document."""
    copy_starter(tmp_path)
    house = create_house(tmp_path)
    with house.transaction() as session:
        people = office(session)
        draft = service.draft(session, people.new(), terms=TERMS, by=BY, now=NOW)
        done = signed(session, people.new(), people.ids["A01"])
    house.database.engine.dispose()
    return tmp_path, draft, done


def asked(home: Path, *words: str) -> str:
    """Return what a command prints."""
    result = CliRunner().invoke(djflow, ["--home", str(home), "documents", *words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_documents_are_listed_shown_and_numbered(made: tuple[Path, Document, Document]) -> None:
    """By the number of the file or their own; titles are not printed; numbering twice is once."""
    home, draft, done = made
    listed = json.loads(asked(home, "list", "--json"))
    assert [one["file_number"] for one in listed] == [done.file_number, draft.file_number]
    only = json.loads(asked(home, "list", "--state", "signed", "--json"))
    assert [one["file_number"] for one in only] == [done.file_number]
    first, again = (asked(home, "number", done.file_number) for _ in range(2))
    assert first == again
    number = re.findall(r"示组发〔20\d\d〕1号", first)[0]
    shown = asked(home, "show", number)
    assert "签发 → 已签发" in shown
    assert TEXT.title not in shown
    assert json.loads(asked(home, "show", draft.file_number, "--json"))["receipts"]["sent"] == 2
    assert f"{number}  已用" in asked(home, "ledger", "fa")
    assert asked(home, "ledger", "tong", "--year", "2026") == "还没有编过号。\n"
    assert [one["number"] for one in json.loads(asked(home, "ledger", "fa", "--json"))] == [number]


def test_what_cannot_be_numbered_is_refused(made: tuple[Path, Document, Document]) -> None:
    """A draft, and a document that is not there."""
    home, draft, _ = made
    with pytest.raises(ConflictError, match="不能编号"):
        asked(home, "number", draft.file_number)
    with pytest.raises(NotFoundError, match="没有公文"):
        asked(home, "show", "GW2026-0099")


def test_the_archive_list_names_no_title_and_writes_a_workbook(made: tuple[Path, Document, Document]) -> None:
    """A year without anything is said so; a voided number is there; what is no year is wrong usage."""
    home, _, done = made
    assert asked(home, "archive", "--year", "2020") == "2020年归档0份，作废0份。\n"
    asked(home, "number", done.file_number)
    house = open_house(home)
    documents_acts.void(house, done.id, "有误", by=BY)
    house.database.engine.dispose()
    target = home / "目录.xlsx"
    value = json.loads(asked(home, "archive", "--year", str(NOW.year), "--out", str(target), "--json"))
    assert (value["archived"], value["waiting"], value["file"]) == (0, 0, str(target))
    assert [(one["state"], one["receipts"]["sent"]) for one in value["documents"]] == [("void", 2)]
    assert TEXT.title not in str(value)
    assert target.read_bytes().startswith(b"PK")
    assert CliRunner().invoke(djflow, ["--home", str(home), "documents", "archive", "--year", "x"]).exit_code == 2
