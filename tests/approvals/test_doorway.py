"""The approver's door: a link and a code, five tries, a cap a day; looking decides nothing; nothing stored opens it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from djflow.accounts import service as accounts
from djflow.approvals import service
from djflow.approvals.doorway import denying, links, store
from djflow.approvals.doorway import service as doorway
from djflow.approvals.doorway.model import CodeResult, Entry
from djflow.approvals.model import Answer, Case, Outcome, TaskId, Verdict
from djflow.core.errors import ConflictError, GoneError, InputError, NotFoundError, RuleError
from djflow.core.ids import PersonId
from djflow.db.session import vault_of
from djflow.inbox import service as inbox
from djflow.inbox.model import Box, ItemKind
from tests.approvals.offices import OFFICE, Town, grant, settle_office

MINUTE = timedelta(minutes=1)


@pytest.fixture
def town(session: Session, now: datetime) -> Town:
    """The small office with the grant chain in force."""
    return settle_office(session, now)


@pytest.fixture
def case(session: Session, town: Town, now: datetime) -> Case:
    """A case that waits for the branch secretary."""
    return service.open_case(session, grant(town), office=OFFICE, by="test", now=now).case


def code_now(session: Session, token: str, now: datetime) -> str:
    """Return the code that the sender would fill in."""
    admitted = doorway.admission(session, token, now=now)
    row = store.by_hash(session, links.token_hash(vault_of(session), token))
    assert row is not None
    return links.filled(vault_of(session), links.reference_of(admitted.invitation_id, row.codes))


def attempt(session: Session, token: str, code: str, now: datetime) -> Entry:
    """Open the matter by link and code."""
    return doorway.enter(session, token, code, office=OFFICE, now=now)


def approve(session: Session, token: str, passed: str, now: datetime, content: str = "h1") -> Outcome:
    """Approve by link and pass, whoever is named."""
    answer = Answer(PersonId("anybody"), Verdict.APPROVE, content)
    return doorway.decide(session, token, passed, answer, office=OFFICE, now=now)


def test_link_and_code_decide_once(session: Session, town: Town, case: Case, now: datetime) -> None:
    """With link and code the approver decides; the same again is told who decided and when."""
    token = doorway.invite(session, case.waiting[0].id, town["S1"], now=now)
    assert links.TOKEN.fullmatch(token)
    assert doorway.invite(session, case.waiting[0].id, town["S1"], now=now + MINUTE) == token
    assert attempt(session, token, "000000", now).result is CodeResult.NO_CODE
    doorway.send_code(session, token, now=now)
    code = code_now(session, token, now)
    entry = attempt(session, token, code, now + MINUTE)
    assert (entry.result, entry.until) == (CodeResult.ACCEPTED, now + doorway.CODE_LIFE)
    assert approve(session, token, entry.passed, now + MINUTE).case.step == "town"
    for again in (lambda: attempt(session, token, code, now), lambda: approve(session, token, entry.passed, now)):
        with pytest.raises(ConflictError, match="已由党支部书记于11月18日09:01办理") as caught:
            again()
        assert caught.value.code == "approval.done"


def test_looking_decides_nothing(session: Session, town: Town, case: Case, now: datetime) -> None:
    """Crawlers may fetch the link as often as they like: no decision, no code, no try."""
    token = doorway.invite(session, case.waiting[0].id, town["S1"], now=now)
    for _ in range(33):
        assert doorway.admission(session, token, now=now).used_at is None
    assert service.case(session, case.id) == case


def test_two_hundred_wrong_codes_count_five(session: Session, town: Town, case: Case, now: datetime) -> None:
    """After five wrong codes the link is shut, for the right code too; asking for another code does not open it."""
    token = doorway.invite(session, case.waiting[0].id, town["S1"], now=now)
    doorway.send_code(session, token, now=now)
    right = code_now(session, token, now)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    results = [attempt(session, token, wrong, now).result for _ in range(200)]
    assert results == [CodeResult.WRONG] * 4 + [CodeResult.LOCKED] * 196
    assert session.execute(text("SELECT count(*) FROM approval_wrong_code")).scalar() == 5
    assert attempt(session, token, right, now).result is CodeResult.LOCKED
    with pytest.raises(RuleError, match="已锁定"):
        doorway.send_code(session, token, now=now + 5 * MINUTE)


def test_a_day_has_a_cap_however_many_links(session: Session, town: Town, now: datetime) -> None:
    """Fifteen wrong codes over several links shut all links of the person until tomorrow."""
    tokens = []
    for number in range(4):
        case = service.open_case(session, grant(town, str(number)), office=OFFICE, by="test", now=now).case
        tokens.append(doorway.invite(session, case.waiting[0].id, town["S1"], now=now))
        doorway.send_code(session, tokens[-1], now=now)
    for token in tokens[:3]:
        for _ in range(5):
            attempt(session, token, "x", now)
    code = code_now(session, tokens[3], now)
    assert attempt(session, tokens[3], code, now).result is CodeResult.DAY_LOCKED
    tomorrow = now + timedelta(days=1)
    doorway.send_code(session, tokens[3], now=tomorrow)
    assert attempt(session, tokens[3], code_now(session, tokens[3], tomorrow), tomorrow).passed


def test_a_code_is_short_lived_and_sent_sparingly(session: Session, town: Town, case: Case, now: datetime) -> None:
    """A code lives ten minutes, a new one ends the old, one a minute, five at most."""
    token = doorway.invite(session, case.waiting[0].id, town["S1"], now=now)
    doorway.send_code(session, token, now=now)
    first = code_now(session, token, now)
    with pytest.raises(RuleError, match="请等一分钟"):
        doorway.send_code(session, token, now=now + MINUTE / 2)
    assert attempt(session, token, first, now + 10 * MINUTE).result is CodeResult.WRONG
    for number in range(4):
        doorway.send_code(session, token, now=now + (11 + number) * MINUTE)
    assert attempt(session, token, first, now + 15 * MINUTE).result is CodeResult.WRONG
    with pytest.raises(RuleError):
        doorway.send_code(session, token, now=now + 30 * MINUTE)


def test_nothing_in_the_database_opens_the_door(session: Session, town: Town, case: Case, now: datetime) -> None:
    """Neither token nor code stands in any table: messages hold a reference that only the house's key resolves."""
    token = doorway.invite(session, case.waiting[0].id, town["S1"], now=now)
    doorway.send_code(session, token, now=now)
    code = code_now(session, token, now)
    session.flush()
    for table in ("approval_invitation", "notice"):
        for row in session.execute(text(f"SELECT * FROM {table}")):  # noqa: S608 - two literal names
            assert token not in str(row)
            assert f"'{code}'" not in str(row)
            assert f'"{code}"' not in str(row)


def test_the_door_looks_again(session: Session, town: Town, case: Case, now: datetime) -> None:
    """Changed content, an expired or revoked link, a role that ended: each is refused with what to do."""
    task = case.waiting[0].id
    token = doorway.invite(session, task, town["S1"], now=now)
    with pytest.raises(NotFoundError):
        doorway.admission(session, token[:-1] + ("A" if token[-1] != "A" else "B"), now=now)
    with pytest.raises(RuleError, match="没有发出链接"):
        doorway.invite(session, task, town["T1"], now=now)
    with pytest.raises(GoneError):
        doorway.admission(session, token, now=now + timedelta(days=30))
    assert doorway.revoke(session, town["S1"], by="office", now=now) == 1
    with pytest.raises(GoneError):
        doorway.admission(session, token, now=now)
    fresh = doorway.invite(session, task, town["S1"], now=now)
    assert fresh != token
    doorway.send_code(session, fresh, now=now)
    passed = attempt(session, fresh, code_now(session, fresh, now), now).passed
    service.replace_content(session, case.id, "h2", amount_fen=1, office=OFFICE, by="test", now=now)
    for look in (lambda: doorway.admission(session, fresh, now=now), lambda: approve(session, fresh, passed, now)):
        with pytest.raises(ConflictError, match="已有改动"):
            look()


def test_a_role_that_ended_between_link_and_click(session: Session, town: Town, case: Case, now: datetime) -> None:
    """The commissioner's account was disabled since the link was sent: the decision is refused."""
    task = service.decide(
        session, case.waiting[0].id, Answer(town["S1"], Verdict.APPROVE, "h1"), office=OFFICE, by="s", now=now
    ).waiting[0]
    token = doorway.invite(session, TaskId(task.id), town["T1"], now=now)
    doorway.send_code(session, token, now=now)
    code = code_now(session, token, now)
    passed = attempt(session, token, code, now).passed
    account = accounts.account_by_login(session, "u-t1")
    accounts.set_disabled(session, account.id, disabled=True, by="test", now=now)
    for act in (lambda: attempt(session, token, code, now), lambda: approve(session, token, passed, now)):
        with pytest.raises(RuleError, match="职务已有变动"):
            act()


def test_a_pass_opens_one_content_in_one_link_for_the_code_s_life(
    session: Session, town: Town, case: Case, now: datetime
) -> None:
    """What the code gives a browser is worth nothing altered, later, under another link, or after another code."""
    token = doorway.invite(session, case.waiting[0].id, town["S1"], now=now)
    other = service.open_case(session, grant(town, "2"), office=OFFICE, by="test", now=now).case
    second = doorway.invite(session, other.waiting[0].id, town["S1"], now=now)
    for one in (token, second):
        doorway.send_code(session, one, now=now)
    passed = attempt(session, token, code_now(session, token, now), now).passed
    assert doorway.passed(session, token, passed, now=now).person == town["S1"]
    until, mac = passed.split(".")
    wrong = ("", mac, f"{int(until) + 600}.{mac}", f"{until}.{'A' * 22}", f"{until}.{mac}x")
    refused = [(token, one, now) for one in wrong]
    refused += [(second, passed, now), (token, passed, now + doorway.CODE_LIFE)]
    for link, given, at in refused:
        with pytest.raises(RuleError) as caught:
            doorway.passed(session, link, given, now=at)
        assert caught.value.code == "approval.pass"
    doorway.send_code(session, token, now=now + 2 * MINUTE)
    with pytest.raises(RuleError, match="重新获取验证码"):
        approve(session, token, passed, now + 2 * MINUTE)
    assert service.case(session, case.id) == case


def test_a_locked_link_is_replaced_by_the_office(session: Session, town: Town, case: Case, now: datetime) -> None:
    """The office sends whoever it waits for a new link: the old one ends, the new one has its own tries."""
    task = case.waiting[0].id
    token = doorway.invite(session, task, town["S1"], now=now)
    doorway.send_code(session, token, now=now)
    for _ in range(5):
        attempt(session, token, "x", now)
    assert doorway.invite(session, task, town["S1"], now=now) == token
    assert doorway.renew(session, task, by="k", now=now) == town["S1"]
    with pytest.raises(GoneError):
        doorway.admission(session, token, now=now)
    fresh = doorway.invite(session, task, town["S1"], now=now)
    doorway.send_code(session, fresh, now=now)
    passed = attempt(session, fresh, code_now(session, fresh, now), now).passed
    approve(session, fresh, passed, now)
    with pytest.raises(RuleError, match="不等人办理"):
        doorway.renew(session, task, by="k", now=now)
    told = session.execute(text("SELECT count(*) FROM notice WHERE kind = 'approval_waiting'")).scalar()
    assert told == 3  # asked, sent a new link, and the next approver


def test_not_me_ends_the_links_until_the_office_has_looked(
    session: Session, town: Town, case: Case, now: datetime
) -> None:
    """不是我: no link of the person opens and none is made; the office has it in its box until it is settled."""
    task = case.waiting[0].id
    other = service.open_case(session, grant(town, "2"), office=OFFICE, by="test", now=now).case
    second = doorway.invite(session, other.waiting[0].id, town["S1"], now=now)
    token = doorway.invite(session, task, town["S1"], now=now)
    assert doorway.settled(session, token) is None
    with pytest.raises(RuleError, match="不是以您的名义"):
        denying.deny(session, task, town["S1"], by="s", now=now)
    doorway.send_code(session, token, now=now)
    approve(session, token, attempt(session, token, code_now(session, token, now), now).passed, now)
    made = denying.deny(session, task, town["S1"], by="s", now=now)
    assert denying.deny(session, task, town["S1"], by="s", now=now + MINUTE) == made
    done = doorway.settled(session, token)
    assert (done and done.denied, denying.is_denied(session, case.id)) == (True, True)
    with pytest.raises(GoneError, match="已停用"):
        doorway.admission(session, second, now=now)
    with pytest.raises(RuleError, match="不是我"):
        doorway.invite(session, other.waiting[0].id, town["S1"], now=now)
    clerk = accounts.account_by_login(session, "u-k1")
    assert [item.kind for item in inbox.box(session, clerk, Box.TO_DO)] == [ItemKind.APPROVAL_DENIED]
    with pytest.raises(InputError, match="写明核实"):
        denying.settle(session, made.id, " ", stands=True, by="k", now=now)
    denying.settle(session, made.id, "电话核实甲乙丙", stands=True, by="k", now=now)
    assert not denying.settle(session, made.id, "again", stands=True, by="k", now=now).is_open
    with pytest.raises(ConflictError, match="别的处理结果"):
        denying.settle(session, made.id, "again", stands=False, by="k", now=now)
    assert (inbox.box(session, clerk, Box.TO_DO), denying.open_denials(session)) == ((), ())
    assert doorway.invite(session, other.waiting[0].id, town["S1"], now=now) != second
    assert "甲乙丙" not in str(session.execute(text("SELECT * FROM approval_denial")).all())
