"""What cadres, hosts and the department do with postings: each act one transaction, whoever must know is told in it.

The services below know nothing of messages and boxes; here an act is followed by the telling, with keys that name the
occasion, so that a second tap tells nobody again.
"""

from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from djflow.assembly import dispatch_extensions as extensions
from djflow.assembly import dispatch_postings_telling as telling
from djflow.assembly.approval_office import office_of
from djflow.assembly.dispatch_terms import dispatch_terms
from djflow.assembly.house import House
from djflow.core.spans import DateSpan, Month
from djflow.dispatch.policy.model import Paper
from djflow.dispatch.postings import rules, service
from djflow.dispatch.postings.ending import service as ending
from djflow.dispatch.postings.ending.model import Extension, Handover, Longer, Recalled
from djflow.dispatch.postings.leave import service as leaves
from djflow.dispatch.postings.leave.model import GRANTOR_WORDS, Grantor, Leave, LeaveState, Wish
from djflow.dispatch.postings.model import Posting, RecallReason, Who
from djflow.dispatch.postings.months import service as months
from djflow.dispatch.postings.months.model import Count, Form, ServiceMonth, SpotCheck
from djflow.dispatch.postings.reviews import service as reviews
from djflow.dispatch.postings.reviews.model import STAGE_WORDS, Assessment, Grade, Review


def talk(house: House, posting_id: str, *, by: str) -> Posting:
    """Note that the talk was held, and tell the cadre when to report."""
    with house.transaction() as session:
        posting = service.talk(session, posting_id, by=by, now=house.now())
        telling.done(session, posting, ["talk"], by=by, now=house.now())
        tell_report(house, session, posting)
        return posting


def tell_report(house: House, session: Session, posting: Posting) -> int:
    """Tell a cadre between which days to report; return how many were newly told."""
    policy = rules.policy_of(posting.new, dispatch_terms(house))
    due = rules.due_on(posting, policy, house.settings.calendar) or posting.span.first
    words = f"请于{posting.span.first:%m月%d日}至{due:%m月%d日}报到"
    return telling.tell_cadre(session, posting, "report", words, now=house.now())


def report(house: House, posting_id: str, who: Who, *, by: str) -> Posting:
    """Note that the cadre reported, and ask the host to confirm; raises what `service.report` raises."""
    with house.transaction() as session:
        terms, now = dispatch_terms(house), house.now()
        posting = service.report(session, posting_id, who, terms=terms, by=by, now=now)
        telling.done(session, posting, ["talk", "late"], by=by, now=now)
        ask_confirm(house, session, posting)
        return posting


def ask_confirm(house: House, session: Session, posting: Posting) -> None:
    """Ask the host to confirm an arrival."""
    policy, now = rules.policy_of(posting.new, dispatch_terms(house)), house.now()
    due = rules.due_on(posting, policy, house.settings.calendar)
    telling.ask_host(session, posting, posting.subject, "确认派来的同志已经到岗", due=due, now=now)
    telling.tell_host(session, posting, "confirm", "已报到，请在电脑端确认到岗", now=now)


def confirm(house: House, posting_id: str, who: Who, *, by: str) -> Posting:
    """Confirm an arrival; raises what `service.confirm` raises."""
    with house.transaction() as session:
        now = house.now()
        posting = service.confirm(session, posting_id, who, by=by, now=now)
        telling.done(session, posting, ["", "confirm"], by=by, now=now)
        telling.tell_cadre(session, posting, "on-duty", "接收单位已确认您到岗", now=now)
        return posting


def cancel(house: House, posting_id: str, reason: str, *, by: str) -> Posting:
    """Cancel a posting nobody worked in; raises what `service.cancel` raises."""
    with house.transaction() as session:
        now = house.now()
        posting = service.cancel(session, posting_id, reason, terms=dispatch_terms(house), by=by, now=now)
        telling.done(session, posting, telling.PARTS, by=by, now=now)
        _tell_all(session, posting, "cancelled", "派出已取消", house)
        return posting


def ask_leave(house: House, posting_id: str, wish: Wish, *, by: str) -> Leave:
    """Ask for leave, and ask whoever grants it; raises what `leave.service.ask` raises."""
    with house.transaction() as session:
        now = house.now()
        asked = leaves.ask(session, posting_id, wish, terms=dispatch_terms(house), by=by, now=now)
        if asked.state is LeaveState.ASKED:
            posting = service.posting(session, posting_id)
            title = f"派出干部请假{asked.days}天，等{GRANTOR_WORDS[asked.grantor]}答复"
            asking = telling.ask_host if asked.grantor is Grantor.HOST else telling.ask_office
            asking(session, posting, asked.subject, title, due=asked.span.first, now=now)
        return asked


def answer_leave(house: House, leave_id: str, who: Grantor, *, granted: bool, by: str) -> Leave:
    """Answer a request and tell the cadre; raises what `leave.service.answer` raises."""
    with house.transaction() as session:
        now = house.now()
        made = leaves.answer(session, leave_id, who, granted=granted, by=by, now=now)
        telling.settle(session, [made.subject], by=by, now=now)
        posting = service.posting(session, made.posting)
        days = f"{made.span.first:%m月%d日}起{made.days}天的假"
        words = f"{days}{'已准' if granted else '没有批准'}"
        telling.tell_cadre(session, posting, f"leave:{made.id}", words, now=now)
        if granted and made.grantor is Grantor.OFFICE:
            telling.tell_host(session, posting, f"leave:{made.id}", words, now=now)
        return made


def withdraw_leave(house: House, leave_id: str, *, by: str) -> Leave:
    """Take a request back; raises what `leave.service.withdraw` raises."""
    with house.transaction() as session:
        now = house.now()
        granted = leaves.leave(session, leave_id).state is LeaveState.GRANTED
        made = leaves.withdraw(session, leave_id, by=by, now=now)
        telling.settle(session, [made.subject], by=by, now=now)
        if granted:
            posting = service.posting(session, made.posting)
            words = f"撤回{made.span.first:%m月%d日}起{made.days}天的假"
            telling.tell_host(session, posting, f"leave-back:{made.id}", words, now=now)
        return made


def fill_month(house: House, posting_id: str, month: Month, form: Form, *, by: str) -> ServiceMonth:
    """Write a month's form, and ask the host to confirm it; raises what `months.service.fill_month` raises."""
    with house.transaction() as session:
        now = house.now()
        made = months.fill_month(session, posting_id, month, form, by=by, now=now)
        posting = service.posting(session, posting_id)
        about = telling.month_subject(posting_id, str(month))
        telling.ask_host(session, posting, about, f"确认派来的同志{month.title}在岗天数", now=now)
        return made


def confirm_month(house: House, posting_id: str, count: Count, *, office: bool, by: str) -> ServiceMonth:
    """Confirm a month's days, or correct them as the department; a cause for a recall goes to the department."""
    with house.transaction() as session:
        terms, now = dispatch_terms(house), house.now()
        act = months.correct_month if office else months.confirm_month
        made = act(session, posting_id, count, terms=terms, by=by, now=now)
        telling.settle(session, [telling.month_subject(posting_id, str(count.month))], by=by, now=now)
        propose_recalls(house, session, service.posting(session, posting_id), count.month.year, by=by)
        return made


def spot_check(house: House, posting_id: str, on: date, *, present: bool, by: str) -> SpotCheck:
    """Note a spot check; a cause for a recall goes to the department; raises what `months.spot_check` raises."""
    with house.transaction() as session:
        made = months.spot_check(session, posting_id, on, present=present, by=by, now=house.now())
        propose_recalls(house, session, service.posting(session, posting_id), on.year, by=by)
        return made


def strike_check(house: House, check_id: str, *, by: str) -> SpotCheck:
    """Strike a spot check that was a mistake; raises what `months.service.strike_check` raises."""
    with house.transaction() as session:
        return months.strike_check(session, check_id, by=by, now=house.now())


def write_diary(house: House, posting_id: str, on: date, text: str, *, by: str) -> None:
    """Write an entry of the field diary; raises what `months.service.write_diary` raises."""
    with house.transaction() as session:
        months.write_diary(session, posting_id, on, text, by=by, now=house.now())


def propose_recalls(house: House, session: Session, posting: Posting, year: int, *, by: str) -> int:
    """Bring up the causes for a recall that the figures of a year hold; return how many were new."""
    if not service.is_serving(posting):
        return 0
    causes = months.recall_causes(session, posting, year, terms=dispatch_terms(house))
    return sum(propose_recall(house, session, posting, cause, str(year), by=by) for cause in causes)


def propose_recall(house: House, session: Session, posting: Posting, cause: RecallReason, key: str, *, by: str) -> bool:
    """Bring up a cause for a recall and put it into the department's box; False when it was brought up before."""
    now = house.now()
    if not ending.propose_recall(session, posting.id, cause, key, by=by, now=now):
        return False
    telling.ask_office(session, posting, telling.part_subject(posting, "recall"), "研究是否召回一名派出干部", now=now)
    return True


def raise_recall(house: House, posting_id: str, cause: RecallReason, key: str, *, by: str) -> bool:
    """Bring up a cause that a person knows of; raises what `ending.service.propose_recall` raises."""
    with house.transaction() as session:
        return propose_recall(house, session, service.posting(session, posting_id), cause, key, by=by)


def dismiss_recall(house: House, posting_id: str, *, by: str) -> int:
    """Say that nobody is called back for the causes so far."""
    with house.transaction() as session:
        now = house.now()
        count = ending.dismiss_recall(session, posting_id, by=by, now=now)
        telling.done(session, service.posting(session, posting_id), ["recall"], by=by, now=now)
        return count


def recall(house: House, posting_id: str, recalled: Recalled, *, by: str) -> Posting:
    """Call somebody back; raises what `ending.service.recall` raises."""
    with house.transaction() as session:
        now = house.now()
        waiting = [one.subject for one in leaves.leaves(session, [posting_id])]
        posting = ending.recall(session, posting_id, recalled, terms=dispatch_terms(house), by=by, now=now)
        telling.settle(session, waiting, by=by, now=now)
        telling.done(session, posting, telling.PARTS, by=by, now=now)
        _tell_all(session, posting, "recalled", f"{posting.span.last:%m月%d日}后返回原单位", house)
        return posting


def extend(house: House, posting_id: str, longer: Longer, *, by: str) -> Extension | None:
    """Let a term last longer, or ask the approval it needs and return the request.

    Raises: what `ending.service.ask_extension` raises; RuleError when the office wrote no chain for it.
    """
    with house.transaction() as session:
        now = house.now()
        office = replace(longer, who=Who.OFFICE)
        asked = ending.ask_extension(session, posting_id, office, terms=dispatch_terms(house), by=by, now=now)
        if asked is None:
            extensions.tell_extended(house, session, posting_id)
        else:
            extensions.open_case(session, asked, office_of(house), by=by, house=house)
        return asked


def open_final(house: House, posting_id: str, who: Who, *, by: str) -> Posting:
    """Begin a final review; raises what `ending.service.open_final` raises."""
    with house.transaction() as session:
        terms = dispatch_terms(house)
        posting = ending.open_final(session, posting_id, who, terms=terms, by=by, now=house.now())
        ask_assessment(house, session, posting)
        return posting


def ask_assessment(house: House, session: Session, posting: Posting) -> bool:
    """Ask cadre and host for what the review that is due needs; False when none is."""
    which = reviews.stage_of(session, posting, terms=dispatch_terms(house))
    if which is None:
        return False
    now, words = house.now(), STAGE_WORDS[which[0]]
    slot = f"{which[0].value}:{which[1]}"
    told = telling.tell_cadre(session, posting, slot, f"{words}开始，请写总结", now=now)
    told += telling.tell_host(session, posting, slot, f"{words}开始，请填考核意见", now=now)
    telling.ask_host(session, posting, posting.subject, f"填写派来的同志的{words}意见", now=now)
    return bool(told)


def write_summary(house: House, posting_id: str, text: str, *, by: str) -> Review:
    """Write the own summary; raises what `reviews.service.write_summary` raises."""
    with house.transaction() as session:
        terms = dispatch_terms(house)
        return reviews.write_summary(session, posting_id, text, terms=terms, by=by, now=house.now())


def assess(house: House, posting_id: str, given: Assessment, *, by: str) -> Review:
    """Write the host's assessment, and ask the department for the grade; raises what `reviews.assess` raises."""
    with house.transaction() as session:
        now = house.now()
        made = reviews.assess(session, posting_id, given, terms=dispatch_terms(house), by=by, now=now)
        posting = service.posting(session, posting_id)
        telling.done(session, posting, [""], by=by, now=now)
        about = telling.part_subject(posting, "grade")
        telling.ask_office(session, posting, about, f"评定派出干部{STAGE_WORDS[made.stage]}等次", now=now)
        return made


def grade(house: House, posting_id: str, given: Grade, *, by: str) -> Posting:
    """Record a grade; raises what `reviews.service.record` raises."""
    with house.transaction() as session:
        now = house.now()
        posting = reviews.record(session, posting_id, given, terms=dispatch_terms(house), by=by, now=now)
        telling.done(session, posting, ["", "grade"], by=by, now=now)
        return posting


def send_home(house: House, posting_id: str, last: date, *, by: str) -> Posting:
    """Let somebody return; raises what `ending.service.send_home` raises."""
    with house.transaction() as session:
        now = house.now()
        posting = ending.send_home(session, posting_id, last, terms=dispatch_terms(house), by=by, now=now)
        telling.done(session, posting, telling.PARTS, by=by, now=now)
        _tell_all(session, posting, "returned", f"{last:%m月%d日}后返岗", house)
        return posting


def hand_over(house: House, posting_id: str, span: DateSpan, successor: str | None, *, by: str) -> Handover:
    """Note a hand-over; raises what `ending.service.hand_over` raises."""
    with house.transaction() as session:
        return ending.hand_over(session, posting_id, span, successor, by=by, now=house.now())


def paper_made(house: House, posting_id: str, paper: Paper, *, by: str) -> None:
    """Note that a document is issued."""
    with house.transaction() as session:
        service.paper_made(session, posting_id, paper, by=by, now=house.now())


def archive(house: House, posting_id: str, *, by: str) -> Posting:
    """Put a finished posting away; raises what `ending.service.archive` raises."""
    with house.transaction() as session:
        now = house.now()
        posting = ending.archive(session, posting_id, by=by, now=now)
        telling.done(session, posting, ["archive"], by=by, now=now)
        return posting


def close_vacancy(house: House, posting_id: str, *, by: str) -> None:
    """Say that nobody follows in a post left early."""
    with house.transaction() as session:
        now = house.now()
        service.close_vacancy(session, posting_id, by=by, now=now)
        posting = service.posting(session, posting_id)
        telling.done(session, posting, ["vacancy"], by=by, now=now)


def _tell_all(session: Session, posting: Posting, slot: str, words: str, house: House) -> None:
    now = house.now()
    telling.tell_cadre(session, posting, slot, words, now=now)
    telling.tell_host(session, posting, slot, words, now=now)
    telling.tell_home(session, posting, slot, words, now=now)
