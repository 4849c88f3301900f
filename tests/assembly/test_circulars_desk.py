"""Circulars in a house: what the desk shows and does, what a unit sees and answers, on both databases."""

import pytest

from djflow.assembly import House
from djflow.assembly import circulars_desk as desk
from djflow.assembly import circulars_mine as mine
from djflow.assembly.circulars_scope import circular_for
from djflow.circulars.model import Act, Answered, CircularState, Verdict
from djflow.core.errors import ConflictError, InputError, NotFoundError, RuleError
from djflow.core.ids import PersonId
from djflow.documents.register import service as register
from tests.assembly.circulating import BY, Press, opened


@pytest.fixture
def press(house: House, ids: dict[str, PersonId]) -> Press:
    """The house with its circular."""
    return opened(house, ids)


def test_the_office_brings_a_circular_to_a_document(press: Press) -> None:
    """Asked, closed, written, reviewed, handed over: each button once leads on, twice changes nothing."""
    clerk = press.accounts["c-clerk"]
    assert desk.sheet(press.house, clerk, press.id).can.acts == (Act.ASK, Act.RECOLLECT)
    press.do(Act.ASK, Act.ASK)
    assert desk.lines(press.house, past=False)[0].waiting == 3
    with pytest.raises(RuleError, match="还有 3 个单位没有答复"):
        press.do(Act.CLOSE)
    press.confirm("HR", "LAW", "T1")
    press.do(Act.CLOSE, Act.SUBMIT)
    desk.stop(press.house, press.id, Act.RETURN, "请写明原因", by=BY)
    desk.edit(press.house, press.id, "problem.absent", "大仓镇2人次未到岗。", by=BY)
    press.do(Act.SUBMIT, Act.HAND, Act.HAND)
    found = press.found()
    assert found.state is CircularState.HANDED
    with press.house.reading() as session:
        text = register.text(session, found.document_id)
    assert "大仓镇2人次未到岗。" in [getattr(block, "text", "") for block in text.body]
    assert text.issuers == (press.house.settings.district.department,)
    sheet = desk.sheet(press.house, clerk, press.id)
    assert (sheet.can.acts, sheet.can.stops, sheet.can.edits) == ((), (), False)
    assert [words for _, _, words in sheet.reasons] == ["请写明原因"]


def test_figures_are_shown_with_the_period_before_and_small_samples_left_out(press: Press) -> None:
    """Rates name what they were measured on; what is below five is not shown; the ranking names units."""
    found = desk.figures(press.house, press.id)
    rows = {row.name: row for row in found.sections[0].rows}
    assert rows["到岗率"].now == "到岗率93.8%（64人次）"
    assert "个百分点" in rows["到岗率"].moved
    cells = [cell.text for table in found.tables for row in table.rows for cell in row]
    assert "样本不足5（4）" in cells
    assert [one.what for one in found.problems] == ["未按要求到岗"]
    assert [one.title for one in found.ranked if len(one.standings) > 1] == []


def test_a_correction_is_decided_with_an_answer(press: Press) -> None:
    """A claim waits, is declined with a reason the unit reads, or accepted, which changes the figure."""
    press.do(Act.ASK)
    first = press.claim()
    assert desk.lines(press.house, past=False)[0].undecided == 1
    (line,) = desk.sheet(press.house, press.accounts["c-clerk"], press.id).claims
    assert (line.shown, line.claimed, line.reason) == ("95.0%（38/40人次）", "100.0%（40/40人次）", "两人当天已补签")
    with pytest.raises(InputError, match="请写明不采纳的理由"):
        desk.decide(press.house, press.id, first.id, Verdict.DECLINED, "", by=BY)
    with pytest.raises(NotFoundError):
        desk.decide(press.house, press.id, "0" * 32, Verdict.ACCEPTED, "", by=BY)
    desk.decide(press.house, press.id, first.id, Verdict.DECLINED, "补签没有记录", by=BY)
    sheet = mine.sheet(press.house, press.id, press.units["T1"])
    claims = [one.claim for section in sheet.sections for one in section.figures if one.claim]
    assert [(one.verdict, one.answer) for one in claims] == [(Verdict.DECLINED, "补签没有记录")]
    second = press.claim(numbers=("39", "40"))
    desk.decide(press.house, press.id, second.id, Verdict.ACCEPTED, "", by=BY)
    assert press.found().edition == 2
    words = [one.words for one in mine.sheet(press.house, press.id, press.units["T1"]).sections[0].figures]
    assert "97.5%（39/40人次）" in words


def test_a_unit_sees_its_own_figures_only(press: Press) -> None:
    """Own figures with both numbers and own late items; of a unit that was not asked, nothing."""
    with pytest.raises(NotFoundError):
        mine.sheet(press.house, press.id, press.units["HR"])
    press.do(Act.ASK)
    law = mine.sheet(press.house, press.id, press.units["LAW"])
    words = [one.words for section in law.sections for one in section.figures]
    assert words == ["2场次", "3/4人次（样本不足5，不公布数值）"]
    assert [one.content for one in law.overdue] == ["修好路灯"]
    with press.house.reading() as session:
        assert circular_for(session, press.accounts["c-law"], press.id).id == press.id
        with pytest.raises(NotFoundError):
            circular_for(session, press.accounts["c-law"], "0" * 32)
    with pytest.raises(NotFoundError):
        mine.unit_for(press.house, press.ids["B03"], press.units["HR"])


def test_a_unit_answers_once_and_is_not_asked_again(press: Press) -> None:
    """What waits is on the own page until it is answered; a claim that waits keeps the unit from confirming."""
    assert mine.waiting(press.house, press.ids["B03"]) == ()
    press.do(Act.ASK)
    assert [one.unit for one in mine.waiting(press.house, press.ids["B03"])] == [press.units["LAW"]]
    assert mine.waiting(press.house, press.ids["A01"]) == ()
    press.confirm("LAW", "LAW")
    assert mine.waiting(press.house, press.ids["B03"]) == ()
    (one,) = mine.own(press.house, press.ids["B03"])
    assert one.confirmation.answered is Answered.CONFIRMED
    press.claim()
    assert not mine.sheet(press.house, press.id, press.units["T1"]).confirms
    with pytest.raises(ConflictError, match="还在处理"):
        press.confirm("T1")


@pytest.mark.parametrize("numbers", [("", "40"), ("三十八", "40"), ("38.5", "40"), ("-1", "40"), ("３８", "40")])
def test_a_claim_is_typed_in_digits(press: Press, numbers: tuple[str, str]) -> None:
    """Anything but plain digits is refused in words, before anything is kept."""
    with pytest.raises(InputError, match=r"应是多少|只写数字"):
        mine.typed(press.units["T1"], ("market", "present"), numbers, "理由")


def test_the_draft_is_seen_as_it_would_be_printed(press: Press) -> None:
    """The preview is a .docx when wanted, else what the machine can set; a dropped circular is past."""
    press.drafted()
    assert "关于2026年10月" in desk.draft(press.house, press.id).title
    made = desk.preview(press.house, press.id, word=True)
    assert (made.name.endswith(".docx"), made.content[:2]) == (True, b"PK")
    with pytest.raises(InputError, match="请写明理由"):
        desk.stop(press.house, press.id, Act.DROP, " ", by=BY)
    with pytest.raises(InputError, match="没有这个办法"):
        desk.stop(press.house, press.id, Act.HAND, "x", by=BY)
    desk.stop(press.house, press.id, Act.DROP, "先不发", by=BY)
    assert desk.lines(press.house, past=False) == ()
    assert [one.circular.id for one in desk.lines(press.house, past=True)] == [press.id]


def test_new_figures_without_data_are_refused(press: Press) -> None:
    """Collecting again asks the programmes themselves; when they have nothing, the figures stay."""
    with pytest.raises(RuleError, match="没有数据"):
        press.do(Act.RECOLLECT)
    assert press.found().edition == 1
