"""Numbers are given out once, without gaps, whoever asks at the same moment; void ones keep their place."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.errors import ConflictError, InputError, NotFoundError
from djflow.core.subject import Subject
from djflow.db.session import Database
from djflow.documents.numbering import service
from djflow.documents.numbering.model import NumberUse, Series
from djflow.documents.numbering.rules import gaps
from djflow.documents.official.model import DocumentKind

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
NEW_YEAR = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)
FA = Series("fa", "某组发", "部发文", (DocumentKind.NOTICE,), "document.issue")
TONG = Series("tong", "某组通", "通知", (DocumentKind.NOTICE,), "document.routine")
WRITERS = 20


def give_up(database: Database, number: int) -> None:
    """Take a number and fail before the transaction ends."""
    with database.transaction() as session:
        taken(session, number)
        raise ZeroDivisionError


def paper(number: int) -> Subject:
    """Return a document that asks for a number."""
    return Subject("document.document", f"d{number}")


def taken(session: Session, number: int, series: Series = FA, now: datetime = NOW) -> str:
    """Return the number that a document gets."""
    return service.take(session, series, paper(number), by="t", now=now).text


def test_each_series_counts_by_itself_and_begins_anew_each_year(session: Session) -> None:
    """The year is that of Beijing: half past midnight on New Year's Day is the new one."""
    found = [taken(session, 1), taken(session, 2), taken(session, 3, TONG), taken(session, 4, FA, NEW_YEAR)]
    assert found == ["某组发〔2026〕1号", "某组发〔2026〕2号", "某组通〔2026〕1号", "某组发〔2027〕1号"]
    assert service.years(session) == (2027, 2026)
    assert service.upcoming(session, FA, 2026) == "某组发〔2026〕3号"


def test_a_document_that_has_a_number_keeps_it(session: Session) -> None:
    """Asked twice it is the same one; another series is refused while it holds one."""
    assert taken(session, 1) == taken(session, 1)
    with pytest.raises(ConflictError, match="先作废"):
        taken(session, 1, TONG)
    assert len(service.ledger(session, "fa", 2026)) == 1


def test_twenty_writers_at_once_leave_no_gap(database: Database) -> None:
    """Twenty people number at the same moment, some give up in between: 1 to 40 are each given once."""
    with database.transaction() as session:
        audit.record(session, Subject("house.test", "1"), "test", by="t", now=NOW)
    start = Barrier(WRITERS)

    def writer(number: int) -> list[str]:
        start.wait()
        found = []
        for turn in range(2):
            with database.transaction() as session:
                found.append(taken(session, number * 10 + turn))
            if number % 5 == 0:  # a mistake after the number was taken gives it back
                with pytest.raises(ZeroDivisionError):
                    give_up(database, number * 10 + 5 + turn)
        return found

    with ThreadPoolExecutor(WRITERS) as pool:
        found = [one for part in pool.map(writer, range(WRITERS)) for one in part]
    assert sorted(found) == sorted(f"某组发〔2026〕{seq}号" for seq in range(1, 2 * WRITERS + 1))
    with database.reading() as session:
        rows = service.ledger(session, "fa", 2026)
    assert gaps(rows) == ()
    assert [one.seq for one in rows] == list(range(1, 2 * WRITERS + 1))


def test_a_void_number_stays_in_the_ledger_with_its_reason(session: Session) -> None:
    """It keeps its place, is never given out again, and its document may not take another's place."""
    first = service.take(session, FA, paper(1), by="t", now=NOW)
    done = service.void(session, first.id, "  文件\n停发 ", by="u", now=NOW)
    assert (done.use, done.void_reason, done.void_at) == (NumberUse.VOID, "文件 停发", NOW)
    assert service.void(session, first.id, "再说一次", by="u", now=NOW) == done
    assert taken(session, 2) == "某组发〔2026〕2号"
    assert [one.use for one in service.ledger(session, "fa", 2026)] == [NumberUse.VOID, NumberUse.USED]
    with pytest.raises(InputError, match="写明原因"):
        service.void(session, service.ledger(session, "fa", 2026)[1].id, " ", by="u", now=NOW)
    with pytest.raises(NotFoundError):
        service.void(session, "0" * 32, "没有", by="u", now=NOW)


def test_numbers_used_on_paper_are_taken_over_once(session: Session) -> None:
    """An office that begins in November goes on after its 46th; a number used already is refused."""
    assert service.adopt(session, FA, 2026, 46, by="t", now=NOW) == 46
    assert taken(session, 1) == "某组发〔2026〕47号"
    with pytest.raises(ConflictError, match=r"某组发〔2026〕47号 已经用过"):
        service.adopt(session, FA, 2026, 47, by="t", now=NOW)
    assert service.adopt(session, FA, 2026, 48, by="t", now=NOW) == 1
    assert gaps(service.ledger(session, "fa", 2026)) == ()
    with pytest.raises(InputError, match="年份"):
        service.adopt(session, FA, 2027, 3, by="t", now=NOW)
    with pytest.raises(InputError, match="99999"):
        service.adopt(session, FA, 2026, 0, by="t", now=NOW)


def test_a_number_is_not_used_twice(session: Session) -> None:
    """Another document that bears the number is refused, even when the number is void."""
    first = service.take(session, FA, paper(1), by="t", now=NOW)
    service.require_unused(session, first.text, paper(1))
    service.void(session, first.id, "停发", by="t", now=NOW)
    with pytest.raises(ConflictError, match="不能用两次"):
        service.require_unused(session, first.text, paper(2))


def test_an_unknown_series_is_named() -> None:
    """The sentence lists the series there are."""
    assert service.series_of([FA, TONG], "tong") == TONG
    with pytest.raises(NotFoundError, match=r"fa（某组发）、tong（某组通）"):
        service.series_of([FA, TONG], "x")
