"""When each step of a posting is due, until when a term lasts, how long it may become. Pure.

Source: handbook of the domain, sections 2.1, 2.4 and 2.5; the figures are those of the policy a batch was called under.
"""

import re
from calendar import monthrange
from datetime import date, timedelta

from djflow.calendar.workdays import WorkCalendar
from djflow.core.clock import civil_date
from djflow.core.errors import InputError, RuleError
from djflow.core.spans import DateSpan
from djflow.dispatch.policy.model import KindPolicy, Paper, Terms
from djflow.dispatch.postings.model import Limit, NewPosting, Posting
from djflow.dispatch.postings.transitions import LIMIT_OF

TEXT_LENGTH = 2000
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def clean_text(text: str, what: str) -> str:
    """Return a free text without control characters.

    Raises: InputError when it is longer than 2,000 characters.
    """
    words = _CONTROL.sub("", text.replace("\r\n", "\n")).strip()
    if len(words) > TEXT_LENGTH:
        raise InputError(f"{what}最多写 {TEXT_LENGTH} 个字，请写短一些。", code="posting.text")
    return words


def policy_of(new: NewPosting, terms: Terms) -> KindPolicy:
    """Return the policy a posting was begun under.

    Raises: RuleError for a version the office no longer keeps, or a kind where nobody goes anywhere.
    """
    policy = terms.version(new.kind, new.version)
    if policy is None:
        raise RuleError(
            f"配置里没有这批次所用的规则（第 {new.version} 版）：请在 config/dispatch.toml 中保留用过的版本。",
            code="posting.policy",
        )
    if not policy.moves:
        raise RuleError(f"“{policy.name}”只列名单，不派出：不能办理派出。", code="posting.policy")
    return policy


def asks(policy: KindPolicy, paper: Paper) -> bool:
    """Return whether a kind asks for a paper, and so for the step it belongs to."""
    return paper in policy.papers


def end_of(last: date, policy: KindPolicy, calendar: WorkCalendar) -> date:
    """Return the day a term ends that should end on `last`: the next workday where the office wants it so."""
    return calendar.add_workdays(last, 0).date if policy.clocks.end_on_workday else last


def months_later(day: date, months: int) -> date:
    """Return the same day `months` later, the month's last one where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def last_day_after(first: date, months: int) -> date:
    """Return the last day of a term of so many months that begins on `first`."""
    return months_later(first, months) - timedelta(days=1)


def midterm_on(span: DateSpan, policy: KindPolicy, calendar: WorkCalendar) -> date:
    """Return the workday on which the middle of a term is reviewed."""
    days = (span.last - span.first).days + 1
    return calendar.add_workdays(span.first + timedelta(days=days * policy.clocks.midterm_percent // 100), 0).date


def final_from(span: DateSpan, policy: KindPolicy) -> date:
    """Return the day from which the end of a term may be reviewed; never before its first day."""
    return max(span.first, span.last - timedelta(days=policy.clocks.final_review_days))


def due_on(posting: Posting, policy: KindPolicy, calendar: WorkCalendar) -> date | None:
    """Return the last day for the step a posting waits for, None where it waits for none."""
    limit, clocks, span = LIMIT_OF.get(posting.state), policy.clocks, posting.span
    if limit is None:
        return None
    midterm = midterm_on(span, policy, calendar) if asks(policy, Paper.MIDTERM_FORM) else final_from(span, policy)
    return {
        Limit.TALK: span.first,
        Limit.REPORT: span.first + timedelta(days=clocks.report_days),
        Limit.CONFIRM: calendar.add_workdays(posting.reported_on or span.first, clocks.confirm_workdays).date,
        Limit.MIDTERM: midterm,
        Limit.FINAL: final_from(span, policy),
        Limit.TERM: span.last,
        Limit.ARCHIVE: civil_date(posting.since) + timedelta(days=clocks.archive_days),
    }[limit]


def needs_approval(posting: Posting, until: date, policy: KindPolicy) -> bool:
    """Return whether a term that lasts until `until` is longer than the office may grant by itself."""
    return until > last_day_after(posting.span.first, policy.free_months)


def extension_faults(posting: Posting, until: date, policy: KindPolicy, today: date) -> tuple[str, ...]:
    """Return, in words, why a posting cannot be made to last until `until` when it is asked for today."""
    most = last_day_after(posting.span.first, policy.most_months)
    if until <= posting.span.last:
        return (f"新的期满日应在原期满日 {posting.span.last} 以后。",)
    if until > most:
        return (f"“{policy.name}”最长 {policy.most_months} 个月，最晚到 {most}。",)
    if needs_approval(posting, until, policy):
        latest = posting.span.last - timedelta(days=policy.clocks.extension_ahead_days)
        if today > latest:
            return (f"超过 {policy.free_months} 个月的延期要提前 {policy.clocks.extension_ahead_days} 天报批：",
                    f"最晚 {latest} 提出，现在只能期满返岗或另行派出。")  # fmt: skip
    return ()


def end_warnings(posting: Posting, policy: KindPolicy, today: date) -> int | None:
    """Return which warning (60, 30 or 7 days before the end) is in force today: the smallest one reached, or None."""
    left = (posting.span.last - today).days
    reached = [days for days in policy.clocks.due_days if 0 <= left <= days]
    return min(reached, default=None)


def replace_by(day: date, policy: KindPolicy) -> date:
    """Return the last day for a replacement when a post is left on `day`."""
    return day + timedelta(days=policy.clocks.replace_days)
