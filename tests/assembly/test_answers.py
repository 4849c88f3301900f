"""Confirm, decline, substitute and swap in a small real house, each safe to repeat and to interrupt."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest

from djflow.assembly import House, answers, replacing, swapping
from djflow.assembly import roster as desk
from djflow.audit import service as audit
from djflow.core.errors import ConflictError, InputError, NotFoundError, RuleError
from djflow.core.ids import PersonId
from djflow.core.spans import DateSpan, Month
from djflow.core.subject import Subject
from djflow.notify import service as notify
from djflow.people import service as people
from djflow.people.model import AbsenceEntry, AbsenceKind
from djflow.roster import service as rosters
from djflow.roster.answers import offers, service, store
from djflow.roster.answers.model import DutyState, OfferState
from djflow.roster.record import Kept
from djflow.roster.views import DutyKind

DECEMBER = Month(2026, 12)
FIRST, SECOND, SATURDAY = "DACANG@2026-12-01", "DACANG@2026-12-08", "LONGJIE@2026-12-26"
WINDOW = "综合受理"
Codes = dict[str, PersonId]


@pytest.fixture
def published(house: House, ids: Codes) -> House:
    """The house with December published."""
    assert ids
    desk.publish(house, desk.draft(house, DECEMBER, by="test").roster_id, by="test")
    return house


def content(house: House) -> Kept:
    """Return what December's version in force holds."""
    with house.reading() as session:
        found = rosters.version_in_force(session, DECEMBER)
        assert found is not None
        return rosters.content(session, found.roster_id)


def version(house: House) -> int:
    """Return December's version in force."""
    with house.reading() as session:
        found = rosters.version_in_force(session, DECEMBER)
        return found.version if found else 0


def holder(house: House, event: str, post: str = WINDOW) -> PersonId:
    """Return who holds a post."""
    return next(d.person for d in content(house).duties if (d.event, d.post, d.kind) == (event, post, DutyKind.DUTY))


def standby(house: House, event: str) -> PersonId:
    """Return who stands by."""
    return next(d.person for d in content(house).duties if (d.event, d.kind) == (event, DutyKind.STANDBY))


def changed(house: House, **settings: object) -> House:
    """Return the house with other duty settings."""
    return replace(house, settings=replace(house.settings, roster=house.settings.roster.model_copy(update=settings)))


def told(house: House, kind: str) -> list[str]:
    """Return whom notices of a kind are for."""
    with house.reading() as session:
        return [row["recipient"] for row in notify.listing(session) if row["kind"] == kind]


def recorded(house: House, event: str) -> list[str]:
    """Return the record's details about a session's answers."""
    with house.reading() as session:
        return [line.details for line in audit.history(session, service.subject_of(event))]


def free_person(house: House, ids: Codes, event: str = FIRST) -> str:
    """Return the code of somebody who may take the window at a session."""
    codes = {person: code for code, person in ids.items()}
    taken = {d.person for d in content(house).duties}
    options = [o.person_code for o in swapping.suggestions(house, DECEMBER, event, WINDOW) if o.moves == 0]
    return next((code for code in options if ids[code] not in taken), options[0]) if codes else ""


def test_confirming_twice_is_once(published: House) -> None:
    """A confirmation is stored once, with one line in the record, and changes nothing in the roster."""
    person = holder(published, FIRST)
    for _ in range(2):
        assert answers.confirm(published, person, FIRST, by="me") is DutyState.CONFIRMED
    assert (len(recorded(published, FIRST)), version(published)) == (1, 1)


def test_a_decline_calls_the_standby_first(published: House) -> None:
    """Whoever stands by takes the declined duty; the session gets another standby, nobody else moves."""
    gone, reserve = holder(published, FIRST), standby(published, FIRST)
    before = content(published)
    assert answers.decline(published, gone, FIRST, "孩子生病", by="me") is DutyState.SUBSTITUTED
    assert (holder(published, FIRST), version(published)) == (reserve, 2)
    assert standby(published, FIRST) not in {gone, reserve}
    others = [d for d in before.duties if d.event != FIRST]
    assert set(others) <= set(content(published).duties)
    assert answers.decline(published, gone, FIRST, "孩子生病", by="me") is DutyState.SUBSTITUTED
    assert version(published) == 2


def test_a_decline_without_fitting_standby_is_repaired(published: House, ids: Codes) -> None:
    """When the standby may not lead, the smallest repair finds somebody who may."""
    gone = holder(published, FIRST, "带队领导")
    assert answers.decline(published, gone, FIRST, "出差", by="me") is DutyState.SUBSTITUTED
    assert holder(published, FIRST, "带队领导") in {ids[code] for code in ("A01", "B01", "C01")} - {gone}


def test_whoever_declined_is_not_put_back(published: House) -> None:
    """A later repair of the same session never takes the one who said no."""
    gone = holder(published, FIRST)
    answers.decline(published, gone, FIRST, "出差", by="me")
    second = holder(published, FIRST)
    answers.decline(published, second, FIRST, "出差", by="me")
    assert holder(published, FIRST) not in {gone, second}
    assert standby(published, FIRST) not in {gone, second}


def test_past_the_free_declines_the_coordinator_decides(published: House) -> None:
    """With no free decline left the duty stays, the coordinator is told once; one may still come after all."""
    strict = changed(published, substitutions_free=0)
    person = holder(published, FIRST)
    for _ in range(2):
        assert answers.decline(strict, person, FIRST, "出差", by="me") is DutyState.WAITING
    assert (version(published), holder(published, FIRST)) == (1, person)
    assert told(published, "operator_alert") == ["coordinator"]
    assert answers.confirm(strict, person, FIRST, by="me") is DutyState.CONFIRMED


def test_nobody_free_goes_to_the_coordinator(published: House, ids: Codes) -> None:
    """When nobody can step in, no empty place is made: the duty stays until the coordinator has found somebody."""
    gone = holder(published, FIRST)
    day = DateSpan(date(2026, 12, 1), date(2026, 12, 1))
    with published.transaction() as session:
        for person in sorted(set(ids.values()) - {d.person for d in content(published).duties if d.event == FIRST}):
            entry = AbsenceEntry(person, day, AbsenceKind.MEETING, Subject("people.import", "t"))
            people.record_absence(session, entry, by="test", now=published.now())
        reserve = AbsenceEntry(standby(published, FIRST), day, AbsenceKind.SICK, Subject("people.import", "t"))
        people.record_absence(session, reserve, by="test", now=published.now())
    assert answers.decline(published, gone, FIRST, "出差", by="me") is DutyState.WAITING
    assert (holder(published, FIRST), version(published)) == (gone, 1)
    assert told(published, "operator_alert") == ["coordinator"]


def test_a_standby_may_decline_too(published: House) -> None:
    """Another person stands by; the duties stay."""
    gone = standby(published, SECOND)
    assert answers.decline(published, gone, SECOND, "出差", by="me") is DutyState.SUBSTITUTED
    assert standby(published, SECOND) != gone
    assert [d for d in content(published).duties if d.person == gone and d.event == SECOND] == []


def test_reasons_are_sealed(published: House, ids: Codes) -> None:
    """A reason stands in no record, no notice and no column that can be read without the key."""
    assert ids
    answers.decline(published, holder(published, FIRST), FIRST, "家里老人住院", by="me")
    with published.reading() as session:
        assert "住院" not in " ".join(recorded(published, FIRST))
        assert "住院" not in str(notify.listing(session))
        found = store.answer_row(session, FIRST, next(iter(service.answers(session, DECEMBER)))[1])
        assert found is not None
        assert "住院".encode() not in (found.reason or b"")


@pytest.mark.parametrize(("reason", "says"), [("", "写一句"), (" \n\t", "写一句"), ("长" * 201, "最多写 200")])
def test_a_decline_needs_a_short_reason(published: House, reason: str, says: str) -> None:
    """Without a reason, or with a novel, nothing is stored."""
    with pytest.raises(InputError, match=says):
        answers.decline(published, holder(published, FIRST), FIRST, reason, by="me")
    assert version(published) == 1


def test_answers_for_what_is_not_ones_own(published: House, ids: Codes, at: Callable[[str], House]) -> None:
    """A duty of somebody else, an unknown session and a session that has begun are refused in words."""
    stranger = next(p for p in ids.values() if p not in {d.person for d in content(published).duties})
    with pytest.raises(ConflictError, match="不由您承担"):
        answers.confirm(published, stranger, FIRST, by="me")
    with pytest.raises(NotFoundError, match="没有这一场"):
        answers.confirm(published, stranger, "x@y", by="me")
    late = at("2026-12-01T09:01")
    with pytest.raises(ConflictError, match="已经开始"):
        answers.decline(late, holder(published, FIRST), FIRST, "出差", by="me")


def test_a_named_substitute_takes_over_once_he_agrees(published: House, ids: Codes) -> None:
    """The one asked is told, nothing moves before he agrees, and agreeing twice is once."""
    person, code = holder(published, FIRST), free_person(published, ids)
    offer = answers.propose_substitute(published, person, FIRST, code, by="me")
    assert answers.propose_substitute(published, person, FIRST, f"甲{code}", by="me") == offer
    assert (told(published, "duty_offer"), version(published)) == ([ids[code]], 1)
    for _ in range(2):
        done = answers.respond(published, ids[code], offer.id, accept=True, by="me")
        assert done.state is OfferState.DONE
    assert (holder(published, FIRST), version(published)) == (ids[code], 2)
    with published.reading() as session:
        assert service.state_of(session, FIRST, person, holds=False) is DutyState.RELEASED


def test_what_the_rules_forbid_is_refused_at_once(published: House, ids: Codes) -> None:
    """Somebody who may not lead is refused with the rule; nobody is asked and nothing stored."""
    leader = holder(published, FIRST, "带队领导")
    clerk = next(code for code in ("A04", "B03", "C03") if ids[code] != holder(published, FIRST))
    with pytest.raises(RuleError, match="不能这样换"):
        answers.propose_substitute(published, leader, FIRST, clerk, by="me")
    with pytest.raises(NotFoundError, match="没有找到"):
        answers.propose_substitute(published, leader, FIRST, "<script>", by="me")
    assert told(published, "duty_offer") == []


def test_two_people_swap(published: House) -> None:
    """Each takes the other's session; both are told by the new version."""
    mine, theirs = holder(published, FIRST), holder(published, SATURDAY)
    with published.reading() as session:
        held = service.own(session, FIRST, mine)
        standing = rosters.version_in_force(session, DECEMBER)
    assert standing is not None
    options = replacing.swaps(published, standing, held, today=published.today())
    choice = next(option for option in options if option.event == SATURDAY)
    offer = answers.propose_swap(published, mine, FIRST, choice.code, SATURDAY, by="me")
    assert answers.respond(published, theirs, offer.id, accept=True, by="me").state is OfferState.DONE
    assert (holder(published, FIRST), holder(published, SATURDAY), version(published)) == (theirs, mine, 2)


def test_a_refused_offer_changes_nothing_and_is_told(published: House, ids: Codes) -> None:
    """The asker hears of it and keeps the duty; the answer cannot be turned round; strangers cannot answer."""
    person, code = holder(published, FIRST), free_person(published, ids)
    offer = answers.propose_substitute(published, person, FIRST, code, by="me")
    with pytest.raises(NotFoundError):
        answers.respond(published, person, offer.id, accept=True, by="me")
    assert answers.respond(published, ids[code], offer.id, accept=False, by="me").state is OfferState.REFUSED
    assert person in told(published, "duty_offer")
    with pytest.raises(ConflictError):
        answers.respond(published, ids[code], offer.id, accept=True, by="me")
    assert version(published) == 1


def test_the_office_approves_where_it_wants_to(published: House, ids: Codes) -> None:
    """With approval configured, agreement waits and alerts the office; approving puts it in force."""
    office = changed(published, swap_needs_approval=True)
    person, code = holder(published, FIRST), free_person(published, ids)
    offer = answers.propose_substitute(office, person, FIRST, code, by="me")
    with pytest.raises(ConflictError, match="还没有答复"):
        answers.approve(office, offer.id, by="cli")
    for _ in range(2):
        assert answers.respond(office, ids[code], offer.id, accept=True, by="me").state is OfferState.ACCEPTED
    assert (told(published, "operator_alert"), version(published)) == (["coordinator"], 1)
    assert [row.id for row in answers.overview(office, DECEMBER).offers] == [offer.id]
    assert answers.approve(office, offer.id, by="cli").state is OfferState.DONE
    assert holder(published, FIRST) == ids[code]


def test_an_offer_whose_duty_moved_cannot_be_accepted(published: House, ids: Codes) -> None:
    """When the office replaced the asker meanwhile, agreement comes too late and says so."""
    person, code = holder(published, FIRST), free_person(published, ids)
    offer = answers.propose_substitute(published, person, FIRST, code, by="me")
    codes = {who: name for name, who in ids.items()}
    other = next(
        o.person_code for o in swapping.suggestions(published, DECEMBER, FIRST, WINDOW) if o.person_code != code
    )
    desk.swap(published, DECEMBER, swapping.Swap(FIRST, WINDOW, codes[person], other), by="cli")
    with pytest.raises(ConflictError, match="已有变动"):
        answers.respond(published, ids[code], offer.id, accept=True, by="me")


def test_an_open_offer_is_the_only_one_until_it_is_withdrawn(published: House, ids: Codes) -> None:
    """A second person is asked only after the first question was taken back; declining takes it back too."""
    person = holder(published, FIRST)
    first = free_person(published, ids)
    second = next(
        o.person_code for o in swapping.suggestions(published, DECEMBER, FIRST, WINDOW) if o.person_code != first
    )
    offer = answers.propose_substitute(published, person, FIRST, first, by="me")
    with pytest.raises(ConflictError, match="先撤回"):
        answers.propose_substitute(published, person, FIRST, second, by="me")
    for _ in range(2):
        assert answers.withdraw(published, person, offer.id, by="me").state is OfferState.WITHDRAWN
    again = answers.propose_substitute(published, person, FIRST, second, by="me")
    answers.decline(published, person, FIRST, "出差", by="me")
    with published.reading() as session:
        assert offers.of(session, again.id).state is OfferState.WITHDRAWN


def test_a_sweep_finishes_what_a_crash_left(published: House, ids: Codes, at: Callable[[str], House]) -> None:
    """A decline recorded without replacement is finished once; an offer nobody answered ends and is told."""
    gone = holder(published, FIRST)
    with published.transaction() as session:
        refusal = service.Refusal(FIRST, gone, "出差")
        service.decline(session, refusal, free=2, by="me", now=published.now())
    assert answers.settle(published, by="sweep") == answers.Settled(1, 0)
    assert (holder(published, FIRST) != gone, version(published)) == (True, 2)
    person = holder(published, SATURDAY)
    answers.propose_substitute(published, person, SATURDAY, free_person(published, ids, SATURDAY), by="me")
    later = at("2026-11-20T12:00")
    assert answers.settle(later, by="sweep") == answers.Settled(0, 1)
    assert answers.settle(later, by="sweep") == answers.Settled(0, 0)
    assert person in told(published, "duty_offer")


def test_the_overview_names_codes_and_states_only(published: House, ids: Codes) -> None:
    """The office sees who confirmed and who has not answered, by code."""
    person = holder(published, FIRST)
    answers.confirm(published, person, FIRST, by="me")
    rows = answers.overview(published, DECEMBER).rows
    code = next(code for code, who in ids.items() if who == person)
    assert {row.code for row in rows if row.state is DutyState.CONFIRMED} == {code}
    assert len(rows) == 9
    assert not any("甲" in str(row) for row in rows)


def test_forty_taps_have_one_effect(published: House) -> None:
    """Forty simultaneous declines of one duty make one replacement, one version and one answer."""
    gone = holder(published, FIRST)
    with ThreadPoolExecutor(40) as taps:
        states = list(taps.map(lambda _: answers.decline(published, gone, FIRST, "出差", by="me"), range(40)))
    assert set(states) <= {DutyState.DECLINED, DutyState.SUBSTITUTED}
    assert version(published) == 2
    assert len(recorded(published, FIRST)) == 2
