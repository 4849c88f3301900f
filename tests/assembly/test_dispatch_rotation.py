"""Successors for a real house: whose turn it is, key places filled in turn, vacancies, and what is refused."""

from dataclasses import replace
from datetime import date

import pytest

from djflow.accounts import service as accounts
from djflow.accounts.model import NewAccount, Role
from djflow.approvals import service as approvals
from djflow.approvals.chains import service as chains
from djflow.approvals.model import Answer, Verdict
from djflow.assembly import House, dispatch_reserve, dispatch_rotation, dispatch_rotation_acts, dispatch_training
from djflow.assembly.approval_office import office_of
from djflow.assembly.dispatch_terms import dispatch_terms
from djflow.core.clock import FixedClock, days
from djflow.core.errors import RuleError
from djflow.core.ids import PersonId
from djflow.core.spans import DateSpan
from djflow.dispatch.policy.model import BatchKind
from djflow.dispatch.policy.words import Education
from djflow.dispatch.postings import service as postings
from djflow.dispatch.postings.model import NewPosting, Posting
from djflow.dispatch.profiles import service as profiles
from djflow.dispatch.profiles.model import Profile
from djflow.dispatch.reserve.model import NewReview, Reason, ReviewKind
from djflow.dispatch.rotation.model import DeclineReason
from djflow.people import service as people
from djflow.people.model import PersonStatus

ENDS = date(2027, 1, 8)


def post(house: House, ids: dict[str, PersonId], code: str = "A03") -> Posting:
    """Send somebody of the bureau to the township until January."""
    with house.transaction() as session:
        chains.publish(session, house.settings.approvals.versions, by="test", now=house.now())
        for login, role, person in (("fu", Role.DEPT_DEPUTY, "C02"), ("bu", Role.DEPT_MINISTER, "C03")):
            accounts.create(
                session, NewAccount(login + "zhang", frozenset({role}), person), "h", by="t", now=house.now()
            )
        units = {one.code: one.id for one in people.units(session)}
        new = NewPosting(
            key=f"t-{code}", batch="b1", kind=BatchKind.RURAL, version=1, person=ids[code], home=units["HR"],
            host=units["T1"], title="驻村工作队员", span=DateSpan(date(2026, 11, 16), ENDS),
        )  # fmt: skip
        return postings.appoint(session, new, terms=dispatch_terms(house), by="test", now=house.now())


def state(house: House, *entries: Profile) -> None:
    """State what the office knows of people."""
    with house.transaction() as session:
        profiles.put_profiles(session, entries, by="test", now=house.now())


def unfit(*codes: str) -> tuple[Profile, ...]:
    """Return profiles with too little education for a village."""
    return tuple(Profile(code, education=Education.SCHOOL) for code in codes)


def test_who_was_never_sent_follows_and_nobody_is_named(house: House, ids: dict[str, PersonId]) -> None:
    """Somebody of another bureau follows fifteen days before the end; rows hold codes; again changes nothing."""
    post(house, ids)
    found = dispatch_rotation.run(house, house.today(), by="test")
    (one,) = found.open
    assert one.new.moves[0].span.first == date(2026, 12, 25)
    assert dispatch_rotation.run(house, house.today(), by="test").open == found.open
    assert dispatch_rotation.found(house, house.today()).open == found.open
    (row,) = found.rows
    assert row["交接"] == "足够"
    rows = [*found.due_rows, *found.rows, *dispatch_rotation.explained_rows(house, one.number)]
    assert "甲" not in str(rows)
    assert found.empty == 0


def test_the_only_holder_of_a_duty_goes_when_a_colleague_takes_it_over(house: House, ids: dict[str, PersonId]) -> None:
    """Nobody else fits: the bureau's only accountant follows, a colleague takes the accounts fifteen days before."""
    post(house, ids)
    plain = tuple(Profile(code, duties=frozenset()) for code in ("A02", "A04"))
    state(house, *unfit("B01", "B02", "B03"), *(replace(one, education=Education.SCHOOL) for one in plain),
          Profile("A01", education=Education.BACHELOR, duties=frozenset({"会计"})),
          Profile("A03", duties=frozenset()))  # fmt: skip
    (one,) = dispatch_rotation.run(house, house.today(), by="test").open
    first, second = one.new.moves
    assert first.move.person == ids["A01"]
    assert second.move.person in {ids["A02"], ids["A04"]}
    assert (second.kind, second.home) == (None, second.host)
    assert (first.span.first - second.span.first).days == 15


def test_a_post_nobody_fits_is_said_to_be_empty(house: House, ids: dict[str, PersonId]) -> None:
    """Without anybody fit the proposal says so, and the form cannot accept it."""
    post(house, ids)
    state(house, *unfit("A01", "A02", "A04", "B01", "B02", "B03"))
    found = dispatch_rotation.run(house, house.today(), by="test")
    assert (found.empty, found.open[0].new.moves) == (1, ())
    with pytest.raises(RuleError):
        dispatch_rotation.accept(house, found.open[0].number, by="test")


def test_a_cancelled_posting_is_replaced_within_its_days(house: House, ids: dict[str, PersonId]) -> None:
    """A post left before it began is filled by the day the policy gives, until the term first meant."""
    posting = post(house, ids)
    with house.transaction() as session:
        postings.cancel(session, posting.id, "本人调离", terms=dispatch_terms(house), by="test", now=house.now())
        (gap,) = postings.vacancies(session)
    (one,) = dispatch_rotation.run(house, house.today(), by="test").open
    assert (one.new.due_on, one.new.moves[0].span.first) == (gap.due_on, gap.due_on)
    assert one.new.moves[0].move.overlap == 0


def test_answers_of_a_form_are_acted_upon_each(house: House, ids: dict[str, PersonId]) -> None:
    """One accepted, one answered before: both are counted, in words."""
    post(house, ids)
    (one,) = dispatch_rotation.run(house, house.today(), by="test").open
    assert dispatch_rotation.open_numbers(house) == (one.number,)
    done = dispatch_rotation_acts.answer_proposals(house, {one.number: None}, by="test")
    assert (done.sentence, done.count) == ("采纳1个，不采纳0个。", 1)
    late = dispatch_rotation_acts.answer_proposals(house, {one.number: DeclineReason.HOST}, by="test")
    assert late.sentence == "采纳0个，不采纳0个，1个已在别处办理。"
    assert dispatch_rotation.follow(house, by="test").waiting == 1


def test_an_unfit_cadre_does_not_come_on_the_reserve_list(house: House, ids: dict[str, PersonId]) -> None:
    """A hard rule that fails is said; what is unknown is told and checked on the way."""
    post(house, ids)
    state(house, *unfit("B01"))
    review = NewReview(ReviewKind.ENTRY, Reason.YOUNG)
    with pytest.raises(RuleError, match="不符合入库条件"):
        dispatch_reserve.propose(house, "B01", review, by="test")
    _, unknown = dispatch_reserve.propose(house, "B02", review, by="test")
    assert unknown
    assert dispatch_reserve.follow(house, by="test").waiting == 1
    answers = {"B01": Reason.STILL_FIT}
    assert dispatch_rotation_acts.answer_reviews(house, answers, by="test").elsewhere == 1


def test_lacking_hours_are_told_late_in_the_year_only(house: House, ids: dict[str, PersonId]) -> None:
    """In November whoever lacks hours is told, in spring nobody is."""
    assert dispatch_training.remind_short(house) == len(ids)
    spring = replace(house, clock=FixedClock(house.now() + days(150)))
    assert dispatch_training.remind_short(spring) == 0
    assert dispatch_training.five_years(dispatch_training.asked_hours(house)) == 550


def test_a_successor_who_left_meanwhile_is_named_by_number(house: House, ids: dict[str, PersonId]) -> None:
    """Approved, but the person has gone: the sweep says which proposal and why, and goes on."""
    post(house, ids)
    (one,) = dispatch_rotation.run(house, house.today(), by="test").open
    dispatch_rotation.accept(house, one.number, by="test")
    for code in ("C02", "C03"):
        with house.transaction() as session:
            case = approvals.cases_about(session, one.subject)[0]
            answer = Answer(ids[code], Verdict.APPROVE, case.new.content_hash, "")
            approvals.decide(session, case.waiting[0].id, answer, office=office_of(house), by="test", now=house.now())
    with house.transaction() as session:
        code = people.people_by_ids(session, [one.new.moves[0].move.person])[one.new.moves[0].move.person].code
        entry = replace(people.entries(session, [code])[code], status=PersonStatus.LEFT)
        people.put_people(session, [entry], by="test", now=house.now())
    found = dispatch_rotation.follow(house, by="test")
    assert found.appointed == 0
    assert [line.partition("：")[0] for line in found.blocked] == [one.number]
