"""Who may get what: categories, caps, exclusions, bans, splitting, time limits. Pure.

Refusals are sentences without anything personal. Suspicions (a split application, a second one from the same
household) are never refusals: they are flags that a person looks into.
Source: the office's rules in fund.toml; handbook of the domain, section 3.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from djflow.core.clock import civil_date
from djflow.core.errors import InputError, RuleError
from djflow.core.money import yuan_of
from djflow.core.typed import cleaned
from djflow.fund.cases.model import BanReason, CaseState, Category, Claim, Day, FundCase, Limit, Policy, Term, Terms
from djflow.fund.cases.transitions import ASKING, COMMITTED, LIMIT_OF

TEXT_LENGTH = 2000
MAX_FEN = 100_000_000_00
"""One hundred million yuan: more is a typing error, whatever the caps say."""

_BAN_WORDS = {BanReason.FALSE_MATERIAL: "因提供虚假材料", BanReason.SANCTION: "因受处分处理"}


@dataclass(frozen=True, slots=True)
class Ban:
    """Somebody may not apply before `until` (excluded)."""

    reason: BanReason
    until: date


@dataclass(frozen=True, slots=True)
class Applicant:
    """What is known about the person: membership here, bans, the other applications."""

    is_member: bool
    bans: tuple[Ban, ...]
    others: tuple[FundCase, ...]


def require_amount(fen: int) -> None:
    """Refuse amounts nobody can ask for.

    Raises: InputError for zero, negative or absurd amounts.
    """
    if not 0 < fen <= MAX_FEN:
        raise InputError("申请金额要大于零，请核对后重新填写。", code="fund.amount")


def clean_text(text: str, what: str) -> str:
    """Return a free text without control characters.

    Raises: InputError when it is longer than 2,000 characters.
    """
    words = cleaned(text)
    if len(words) > TEXT_LENGTH:
        raise InputError(f"{what}最多写 {TEXT_LENGTH} 个字，请写短一些。", code="fund.text")
    return words


def require_account(account: str, registered: str) -> str:
    """Return the account a grant is paid to: the registered one, or the one given where none is registered.

    Raises: RuleError for another account than the applicant's own; InputError when there is none at all.
    """
    if registered and account and account != registered:
        raise RuleError(
            "收款账号不是申请人本人登记的账号：只能付到本人账户，换了卡请先凭银行卡更新人员登记。",
            code="fund.account",
        )
    if not (account or registered):
        raise InputError("没有收款账号：请填申请人本人的银行账号。", code="fund.account")
    return account or registered


def refusals(claim: Claim, applicant: Applicant, policy: Policy, today: date) -> tuple[str, ...]:
    """Return every reason in words why a claim cannot be made today; empty when it can."""
    rule = policy.categories.get(claim.category)
    if rule is None:
        return ("本区没有开设这一类帮扶，请改选类别。",)
    found = []
    if claim.requested_fen > rule.cap_fen:
        found.append(f"申请金额超过“{rule.label}”每次最多 {yuan_of(rule.cap_fen)} 元，请改小。")
    if policy.members_only and not applicant.is_member:
        found.append("申请人的组织关系不在本区的支部，不能由本区基金帮扶。")
    if policy.income_limit_fen and claim.income_fen is not None and claim.income_fen > policy.income_limit_fen:
        found.append(f"家庭人均月收入超过 {yuan_of(policy.income_limit_fen)} 元，不在帮扶范围内。")
    found += [
        f"申请人{_BAN_WORDS[ban.reason]}，{ban.until} 以前不能申请。" for ban in applicant.bans if today < ban.until
    ]
    year = today.year
    if not rule.repeatable and any(_counts(one, claim.category, year) for one in applicant.others):
        found.append(f"{year} 年已有一件“{rule.label}”的申请，一年只能一次。")
    found += over_year_cap(claim.requested_fen, applicant.others, policy, year)
    return tuple(found)


def _counts(case: FundCase, category: Category, year: int) -> bool:
    return case.category is category and case.year == year and case.state in COMMITTED | ASKING


def over_year_cap(amount_fen: int, others: Collection[FundCase], policy: Policy, year: int) -> tuple[str, ...]:
    """Return in words that an amount and what is reserved or paid for the same person in `year` pass the cap."""
    had = sum(one.amount_fen for one in others if one.year == year and one.state in COMMITTED)
    if not policy.year_cap_fen or had + amount_fen <= policy.year_cap_fen:
        return ()
    left = yuan_of(max(0, policy.year_cap_fen - had))
    cap = yuan_of(policy.year_cap_fen)
    return (f"加上今年已批准的 {yuan_of(had)} 元，超过每人每年最多 {cap} 元，最多还能批 {left} 元。",)


def over_caps(
    case: FundCase, amount_fen: int, others: Collection[FundCase], policy: Policy, year: int
) -> tuple[str, ...]:
    """Return in words why an amount cannot be approved: above what was asked, the category's or the year's cap."""
    rule = policy.categories.get(case.category)
    found = []
    if not 0 < amount_fen <= case.requested_fen:
        found.append(f"批准的金额应大于零，不超过申请的 {yuan_of(case.requested_fen)} 元。")
    if rule and amount_fen > rule.cap_fen:
        found.append(f"批准的金额超过“{rule.label}”每次最多 {yuan_of(rule.cap_fen)} 元。")
    if rule and not rule.repeatable:
        twice = any(
            one.category is case.category and one.year == year and one.state in COMMITTED and one.id != case.id
            for one in others
        )
        found += [f"{year} 年已批准过一件“{rule.label}”的申请，一年只能一次。"] if twice else []
    return (*found, *over_year_cap(amount_fen, others, policy, year))


def split_parts(case: FundCase, others: Sequence[FundCase], policy: Policy) -> tuple[FundCase, ...]:
    """Return the applications that, each below a threshold, pass it together with this one within the window."""
    first = case.made_at - timedelta(days=policy.splitting_days)
    near = tuple(
        one for one in others if one.made_at >= first and one.state in COMMITTED | ASKING and one.id != case.id
    )
    for threshold in sorted(policy.thresholds_fen):
        below = tuple(one for one in near if one.amount_fen <= threshold)
        total = case.amount_fen + sum(one.amount_fen for one in below)
        if case.amount_fen <= threshold < total and below:
            return below
    return ()


def ban_until(today: date, years: int) -> date:
    """Return the day `years` after today; the 29th of February ends on the 1st of March."""
    try:
        return today.replace(year=today.year + years)
    except ValueError:
        return date(today.year + years, 3, 1)


def end_of(term: Term, since: date, terms: Terms) -> date:
    """Return the last day of a time that began on `since`; that day itself is not counted."""
    if term.unit is Day.CALENDAR:
        return since + timedelta(days=term.count)
    return terms.calendar.add_workdays(since, term.count).date


def due_on(case: FundCase, terms: Terms) -> date | None:
    """Return the last day on which a case should still be in its state, None where no limit is set."""
    limit = LIMIT_OF.get(case.state)
    return None if limit is None else limit_end(limit, case.since, terms)


def latest_late_start(state: CaseState, terms: Terms, today: date) -> date | None:
    """Return the latest day on which a case must have come into a state to be late today; None without a limit."""
    limit = LIMIT_OF.get(state)
    term = terms.policy.limits.get(limit) if limit else None
    if term is None:
        return None
    start = today - timedelta(days=term.count + 1)
    while end_of(term, start, terms) >= today:  # a later start never ends earlier
        start -= timedelta(days=1)
    return start


def limit_end(limit: Limit, since: datetime, terms: Terms) -> date | None:
    """Return the last day of a time limit that began at `since`, None where the office set none."""
    term = terms.policy.limits.get(limit)
    return None if term is None else end_of(term, civil_date(since), terms)


def is_overdue(case: FundCase, terms: Terms, now: datetime) -> bool:
    """Return whether a case stayed in its state longer than it should."""
    due = due_on(case, terms)
    return due is not None and civil_date(now) > due


def require_appealable(case: FundCase) -> None:
    """Refuse an appeal against something that was not refused.

    Raises: RuleError.
    """
    if case.state is not CaseState.REJECTED:
        raise RuleError(f"申请 {case.number} 没有被否决，不能申诉。", code="fund.appeal")
