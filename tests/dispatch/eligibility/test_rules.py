"""Who may be sent: every rule the day before, on the day, and when something is not known."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from djflow.core.errors import ConfigError
from djflow.core.ids import PersonId
from djflow.core.spans import DateSpan, Month
from djflow.dispatch.eligibility.model import Bar, Care, Engagement, Facts, Finding, PastTerm, Verdict
from djflow.dispatch.eligibility.rules import PLACE_RULES, eligible, findings, retirement_month
from djflow.dispatch.policy.model import BatchKind, RuleKind, Strictness
from djflow.dispatch.policy.words import Borrowing, Education, Grade, Profession
from djflow.people.model import Gender, RankLevel
from tests.dispatch.eligibility.known import (
    HOME,
    HOST,
    ON,
    POLICIES,
    RETIREMENT,
    RURAL,
    SOUND,
    asking,
    judged,
    rule,
    says,
)

PASS, FAIL, CHECK = Verdict.PASS, Verdict.FAIL, Verdict.CHECK
BORROW = rule(
    RuleKind.NOT_TO_BORROW,
    classes=(("probation", 0), ("leading_group", 0), ("selected_graduate", 2), ("new_servant", 3)),
)


def test_somebody_against_whom_nothing_stands_passes_every_rule_of_every_kind() -> None:
    """All that is known is in order: every finding passes and names its basis."""
    for policy in POLICIES.values():
        facts = replace(SOUND, birth=Month(1995, 6)) if policy.rule(RuleKind.AGE_MAX) else SOUND
        found = findings(policy, facts, HOST, ON)
        assert {one.verdict for one in found} == {PASS}, policy.kind
        assert [one.rule for one in found] == [one.kind for one in policy.rules]
        assert all(one.basis and one.detail for one in found)
        assert eligible(found) is PASS


def test_somebody_of_whom_nothing_is_known_passes_nothing_that_needs_knowledge() -> None:
    """Missing data is to be checked and never a pass; only the own unit can be told."""
    found = findings(RURAL, Facts(PersonId("x"), HOME), HOST, ON)
    told = {one.rule for one in found if one.verdict is not CHECK}
    assert told == {RuleKind.OWN_UNIT}
    assert all("待核实" in one.detail for one in found if one.verdict is CHECK)
    assert eligible(found) is CHECK


@pytest.mark.parametrize(
    ("birth", "verdict"),
    [
        (Month(1981, 4), PASS),  # 45 until the end of February 2027 … and on 1 March still
        (Month(1982, 3), PASS),
        (Month(1981, 3), FAIL),  # 46 in the month of the first day
        (Month(1981, 2), FAIL),
        (None, CHECK),
    ],
)
def test_age_counts_by_birth_month_on_the_first_day(birth: Month | None, verdict: Verdict) -> None:
    """45 and under includes everybody who has not reached the month of the 46th birthday."""
    assert says(rule(RuleKind.AGE_MAX, 45), replace(SOUND, birth=birth)) is verdict


def test_age_is_of_the_first_day_not_of_today() -> None:
    """Who is young enough on the last day of February is too old on the first of March."""
    facts = replace(SOUND, birth=Month(1981, 3))
    assert says(rule(RuleKind.AGE_MAX, 45), facts, on=date(2027, 2, 28)) is PASS
    assert judged(rule(RuleKind.AGE_MAX, 45), facts).detail == "到任时 46 周岁，要求 45 周岁以下（含）"


@pytest.mark.parametrize(
    ("found", "verdict"),
    [(Education.COLLEGE, FAIL), (Education.BACHELOR, PASS), (Education.MASTER, PASS), (None, CHECK)],
)
def test_education_is_at_least_what_is_asked(found: Education | None, verdict: Verdict) -> None:
    """The grade asked for and every higher one pass."""
    assert says(rule(RuleKind.EDUCATION, "bachelor"), replace(SOUND, education=found)) is verdict


@pytest.mark.parametrize(("member", "verdict"), [(True, PASS), (False, FAIL), (None, CHECK)])
def test_a_full_member_is_asked_for(member: bool | None, verdict: Verdict) -> None:  # noqa: FBT001 # the case itself
    """Probation in the Party does not do; not knowing is to be checked."""
    assert says(rule(RuleKind.PARTY_MEMBER), replace(SOUND, full_member=member)) is verdict


@pytest.mark.parametrize(
    ("since", "on", "verdict"),
    [
        (Month(2025, 3), date(2027, 2, 28), FAIL),
        (Month(2025, 3), date(2027, 3, 1), PASS),
        (Month(2027, 4), date(2027, 3, 1), FAIL),
        (None, ON, CHECK),
    ],
)
def test_service_counts_full_years(since: Month | None, on: date, verdict: Verdict) -> None:
    """Two years are over in the same month two years later."""
    assert says(rule(RuleKind.SERVICE_YEARS, 2), replace(SOUND, in_service_since=since), on=on) is verdict


@pytest.mark.parametrize(
    ("rank", "verdict"), [(RankLevel.SECTION_MEMBER, FAIL), (RankLevel.DEPUTY_SECTION, PASS), (None, CHECK)]
)
def test_rank_is_at_least_what_is_asked(rank: RankLevel | None, verdict: Verdict) -> None:
    """The rank asked for and every higher one pass."""
    assert says(rule(RuleKind.RANK, "deputy_section"), replace(SOUND, rank=rank)) is verdict


@pytest.mark.parametrize(
    ("reviews", "on", "verdict"),
    [
        ({2026: "competent", 2025: "excellent"}, ON, PASS),
        ({2025: "competent", 2024: "excellent"}, date(2027, 3, 31), PASS),  # 2026 is reviewed until the end of March
        ({2025: "competent", 2024: "excellent"}, date(2027, 4, 1), CHECK),
        ({2026: "basic", 2025: "excellent"}, ON, FAIL),
        ({2025: "basic"}, ON, FAIL),
        ({2026: "competent", 2025: "incompetent"}, ON, FAIL),
        ({2026: "competent", 2025: "competent", 2024: "incompetent"}, ON, PASS),
        ({2026: "competent"}, ON, CHECK),
        ({2026: "unrated", 2025: "competent"}, ON, CHECK),
        ({}, ON, CHECK),
    ],
)
def test_the_latest_reviews_are_each_competent(reviews: dict[int, str], on: date, verdict: Verdict) -> None:
    """A year without a review is not a good one, and an older bad one is over."""
    said = tuple((year, Grade(word)) for year, word in reviews.items())
    assert says(rule(RuleKind.APPRAISALS, 2), replace(SOUND, reviews=said), on=on) is verdict


@pytest.mark.parametrize(
    ("bar", "verdict"),
    [
        (Bar(stands=False), PASS),
        (Bar(stands=True), FAIL),
        (Bar(stands=True, until=ON), FAIL),
        (Bar(stands=True, until=ON - timedelta(days=1)), PASS),
        (None, CHECK),
    ],
)
def test_sanctions_and_tasks_and_probation_stand_until_their_last_day(bar: Bar | None, verdict: Verdict) -> None:
    """On its last day something still stands in the way, the day after no more; without an end always."""
    assert says(rule(RuleKind.DISCIPLINE), replace(SOUND, discipline=bar)) is verdict
    assert says(rule(RuleKind.UNFINISHED_TASK), replace(SOUND, unfinished_task=bar)) is verdict
    assert says(BORROW, replace(SOUND, probation=bar)) is verdict


def test_findings_never_say_which_sanction_or_illness() -> None:
    """Whoever sees the list learns that the cadre office knows, not what it knows, nor until when."""
    facts = replace(
        SOUND,
        discipline=Bar(stands=True, until=date(2027, 9, 30)),
        fit=False,
        care=Care(Bar(stands=True, until=date(2027, 9, 30)), proven=True),
    )
    for kind in (RuleKind.DISCIPLINE, RuleKind.HEALTH, RuleKind.CARE):
        found = judged(rule(kind), facts)
        assert found.verdict is FAIL
        assert not any(word in found.detail for word in ("2027", "处分", "调查", "病", "孕", "哺乳"))


@pytest.mark.parametrize(
    ("fit", "examined", "verdict"),
    [
        (True, date(2025, 9, 1), PASS),
        (True, date(2025, 8, 31), CHECK),
        (True, None, CHECK),
        (False, date(2026, 9, 1), FAIL),
        (None, date(2026, 9, 1), CHECK),
    ],
)
def test_an_examination_holds_good_for_some_months(
    fit: bool | None,  # noqa: FBT001 # the case itself
    examined: date | None,
    verdict: Verdict,
) -> None:
    """Eighteen months after it a new one is needed; unfit is unfit however old."""
    facts = replace(SOUND, fit=fit, examined_on=examined)
    assert says(rule(RuleKind.HEALTH, 18), facts) is verdict


def test_without_a_limit_an_examination_holds_good_for_ever() -> None:
    """A rule without months asks only for the conclusion."""
    assert says(rule(RuleKind.HEALTH), replace(SOUND, examined_on=None)) is PASS


@pytest.mark.parametrize(
    ("retires", "verdict"), [(Month(2029, 3), PASS), (Month(2029, 2), FAIL), (Month(2026, 1), FAIL), (None, CHECK)]
)
def test_full_years_are_left_to_retirement(retires: Month | None, verdict: Verdict) -> None:
    """Two years are asked for: the month two years after the first day passes, the one before does not."""
    assert says(rule(RuleKind.RETIREMENT, 2), replace(SOUND, retires=retires)) is verdict


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (Profession.SCHOOL_TEACHER, FAIL),
        (Profession.COUNTY_MEDIC, FAIL),
        (Profession.TECHNICAL, PASS),
        (Profession.OFFICE, PASS),
        (None, CHECK),
    ],
)
def test_teachers_and_county_medics_stay(found: Profession | None, verdict: Verdict) -> None:
    """Only the professions the office wrote down must stay."""
    one = rule(RuleKind.PROFESSION, classes=(("school_teacher", 0), ("county_medic", 0)))
    assert says(one, replace(SOUND, profession=found)) is verdict


@pytest.mark.parametrize(
    ("word", "recruited", "verdict"),
    [
        ("leading_group", Month(1999, 1), FAIL),
        ("selected_graduate", Month(2025, 3), PASS),
        ("selected_graduate", Month(2025, 4), FAIL),
        ("selected_graduate", None, CHECK),
        ("new_servant", Month(2024, 3), PASS),
        ("new_servant", Month(2024, 4), FAIL),
        ("new_servant", None, CHECK),
    ],
)
def test_classes_that_must_not_be_borrowed(word: str, recruited: Month | None, verdict: Verdict) -> None:
    """Leaders never; selected graduates after two years, new servants after three."""
    facts = replace(SOUND, borrowing=frozenset({Borrowing(word)}), recruited=recruited)
    assert says(BORROW, facts) is verdict


def test_one_class_that_fails_decides_whatever_is_unknown_of_the_others() -> None:
    """Somebody known to be a leader is not to be borrowed, though the probation is not known."""
    leader = replace(SOUND, borrowing=frozenset({Borrowing.LEADING_GROUP}), probation=None)
    assert says(BORROW, leader) is FAIL
    assert says(BORROW, replace(SOUND, borrowing=None)) is CHECK


@pytest.mark.parametrize(
    ("care", "verdict"),
    [
        (Care(Bar(stands=False)), PASS),
        (Care(Bar(stands=True), proven=True), FAIL),
        (Care(Bar(stands=True), proven=False), CHECK),
        (Care(Bar(stands=True, until=ON), proven=True), FAIL),
        (Care(Bar(stands=True, until=ON - timedelta(days=1)), proven=True), PASS),
        (None, CHECK),
    ],
)
def test_care_exempts_on_proof(care: Care | None, verdict: Verdict) -> None:
    """A care situation that is only claimed is looked into; a proven one exempts until its last day."""
    assert says(rule(RuleKind.CARE), replace(SOUND, care=care)) is verdict


def past(first: date, last: date) -> tuple[PastTerm, ...]:
    """Return one earlier posting."""
    return (PastTerm(BatchKind.COMMUNITY, DateSpan(first, last)),)


@pytest.mark.parametrize(
    ("history", "on", "verdict"),
    [
        (past(date(2024, 3, 1), date(2025, 2, 28)), date(2027, 2, 27), FAIL),
        (past(date(2024, 3, 1), date(2025, 2, 28)), date(2027, 2, 28), PASS),
        (past(date(2024, 3, 1), date(2025, 2, 27)), date(2027, 2, 1), PASS),  # a day short of twelve months
        (past(date(2024, 3, 1), date(2026, 2, 28)), ON, FAIL),
        ((), ON, PASS),
    ],
)
def test_cool_down_follows_terms_of_a_year_or_more(history: tuple[PastTerm, ...], on: date, verdict: Verdict) -> None:
    """24 months after the end somebody may be sent again; a shorter term asks for none."""
    assert says(rule(RuleKind.COOLDOWN, 24), replace(SOUND, history=history), on=on) is verdict


def test_volunteers_do_not_wait() -> None:
    """Who wants to go again goes again."""
    tired = replace(SOUND, history=past(date(2024, 3, 1), date(2026, 2, 28)))
    assert says(rule(RuleKind.COOLDOWN, 24), tired) is FAIL
    assert says(rule(RuleKind.COOLDOWN, 24), replace(tired, volunteers=True)) is PASS


def test_a_history_that_was_not_checked_is_no_pass() -> None:
    """No entry may mean no posting or no record; a recent one is enough to say no."""
    assert says(rule(RuleKind.COOLDOWN, 24), replace(SOUND, history_complete=False)) is CHECK
    assert says(rule(RuleKind.OTHER_BATCH), replace(SOUND, history_complete=False)) is CHECK
    recent = replace(SOUND, history=past(date(2024, 3, 1), date(2026, 2, 28)), history_complete=False)
    assert says(rule(RuleKind.COOLDOWN, 24), recent) is FAIL


@pytest.mark.parametrize(
    ("span", "verdict"),
    [
        (None, FAIL),
        (DateSpan(date(2026, 1, 1), ON), FAIL),
        (DateSpan(date(2026, 1, 1), ON - timedelta(days=1)), PASS),
        (DateSpan(date(2029, 2, 28), date(2029, 6, 30)), FAIL),  # the last day of the 24 months
        (DateSpan(date(2029, 3, 1), date(2029, 6, 30)), PASS),
    ],
)
def test_nobody_is_in_two_batches_at_the_same_time(span: DateSpan | None, verdict: Verdict) -> None:
    """Days that touch the term in one day are the same time; a batch without days counts always."""
    facts = replace(SOUND, engaged=(Engagement("2026年抽调", span),))
    assert says(rule(RuleKind.OTHER_BATCH), facts) is verdict


def test_a_running_posting_is_another_batch() -> None:
    """Who is still out on the first day is not sent."""
    out = replace(SOUND, history=past(date(2026, 3, 1), ON))
    assert judged(rule(RuleKind.OTHER_BATCH), out).detail == "同一时期还在“指导社区派驻”，2027-03-01 结束"
    assert says(rule(RuleKind.OTHER_BATCH), replace(SOUND, history=past(date(2026, 3, 1), date(2027, 2, 28)))) is PASS


@pytest.mark.parametrize(
    ("held", "sole", "verdict"),
    [
        (frozenset(), frozenset(), PASS),
        ({"会计"}, {"会计"}, FAIL),
        ({"会计"}, frozenset(), PASS),
        ({"会计"}, None, CHECK),
        (None, None, CHECK),
    ],
)
def test_the_only_holder_of_a_statutory_duty_stays(
    held: set[str] | None, sole: set[str] | None, verdict: Verdict
) -> None:
    """The unit's only accountant stays; whether there is another must be known."""
    facts = replace(
        SOUND,
        duties=None if held is None else frozenset(held),
        sole_duties=None if sole is None else frozenset(sole),
    )
    assert says(rule(RuleKind.STATUTORY_DUTY), facts) is verdict


def test_without_a_host_rules_about_hosts_say_nothing() -> None:
    """Before anybody is placed only the person is judged."""
    found = findings(RURAL, SOUND, None, ON)
    assert not PLACE_RULES & {one.rule for one in found}
    assert len(found) == len(RURAL.rules) - len(PLACE_RULES)


def test_hard_rules_decide_and_soft_ones_are_only_shown() -> None:
    """A soft rule that fails leaves somebody eligible; a hard failure outweighs everything to be checked."""
    hard, soft = Strictness.HARD, Strictness.SOFT

    def found(*said: tuple[Verdict, Strictness]) -> tuple[Finding, ...]:
        return tuple(Finding(RuleKind.RANK, verdict, strictness, "", "") for verdict, strictness in said)

    assert eligible(found((PASS, hard), (FAIL, soft), (CHECK, soft))) is PASS
    assert eligible(found((PASS, hard), (CHECK, hard))) is CHECK
    assert eligible(found((CHECK, hard), (FAIL, hard), (PASS, hard))) is FAIL
    assert eligible(()) is PASS


@pytest.mark.parametrize(
    ("gender", "rank", "birth", "month"),
    [
        (Gender.MALE, "clerk", Month(1964, 12), Month(2024, 12)),
        (Gender.MALE, "clerk", Month(1965, 1), Month(2025, 2)),
        (Gender.MALE, "clerk", Month(1965, 4), Month(2025, 5)),
        (Gender.MALE, "clerk", Month(1965, 5), Month(2025, 7)),
        (Gender.MALE, "clerk", Month(1976, 9), Month(2039, 9)),
        (Gender.MALE, "clerk", Month(1990, 6), Month(2053, 6)),
        (Gender.FEMALE, "section", Month(1969, 12), Month(2024, 12)),
        (Gender.FEMALE, "section", Month(1970, 1), Month(2025, 2)),
        (Gender.FEMALE, "section", Month(1981, 9), Month(2039, 9)),
        (Gender.FEMALE, "deputy_division", Month(1965, 1), Month(2025, 2)),
        (None, "clerk", Month(1965, 1), None),
        (Gender.MALE, "clerk", None, None),
    ],
)
def test_the_age_of_retirement_rises_step_by_step(
    gender: Gender | None, rank: str, birth: Month | None, month: Month | None
) -> None:
    """The published tables: men of January 1965 retire in February 2025, of September 1976 and later at 63."""
    assert retirement_month(RETIREMENT, gender, RankLevel(rank), birth) == month


def test_without_ages_nobody_retires_at_a_known_time() -> None:
    """An office that wrote no ages down gets no guess."""
    assert retirement_month((), Gender.MALE, RankLevel.CLERK, Month(1970, 1)) is None


def test_a_rule_without_its_number_is_said_to_lack_it() -> None:
    """A policy made by hand that lacks a value stops with a sentence, not with a guess."""
    with pytest.raises(ConfigError, match="没有数值"):
        findings(asking(rule(RuleKind.AGE_MAX)), SOUND, HOST, ON)
