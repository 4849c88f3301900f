"""The rules that look at the person alone: age, schooling, service, reviews, standing, classes that must stay.

Details never say what illness or which sanction: whoever must know finds it with the cadre office.
Source: handbook of the domain, section 2.2.
"""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from djflow.core.spans import DateSpan, Month
from djflow.dispatch.eligibility.asking import Answer, Asked, Judge, barred, fails, lacks, passes
from djflow.dispatch.eligibility.model import Verdict
from djflow.dispatch.eligibility.months import day_after, months_between, term_from
from djflow.dispatch.policy.model import KIND_WORDS, RuleKind
from djflow.dispatch.policy.words import (
    BORROWING_WORDS,
    EDUCATION_WORDS,
    GRADE_WORDS,
    PROFESSION_WORDS,
    Borrowing,
    Education,
    Grade,
)
from djflow.people.model import RANK_LABELS, RankLevel

_REVIEWS_DONE_IN = 3
_PROMPT = "由干部科核实"


def _age(asked: Asked) -> Answer:
    birth = asked.facts.birth
    if birth is None:
        return lacks("出生年月")
    years = months_between(birth, asked.on) // 12
    said = f"到任时 {years} 周岁，要求 {asked.number} 周岁以下（含）"
    return passes(said) if years <= asked.number else fails(said)


def _education(asked: Asked) -> Answer:
    found, asks = asked.facts.education, Education(asked.word)
    if found is None:
        return lacks("学历")
    said = f"{EDUCATION_WORDS[found]}，要求{EDUCATION_WORDS[asks]}及以上"
    return passes(said) if found.level >= asks.level else fails(said)


def _party_member(asked: Asked) -> Answer:
    member = asked.facts.full_member
    if member is None:
        return lacks("党员身份或转正情况")
    return passes("是正式党员") if member else fails("要求正式党员")


def _service_years(asked: Asked) -> Answer:
    since = asked.facts.in_service_since
    if since is None:
        return lacks("参加工作时间")
    months = months_between(since, asked.on)
    said = f"工作满 {max(0, months) // 12} 年，要求满 {asked.number} 年"
    return passes(said) if months >= 12 * asked.number else fails(said)


def _rank(asked: Asked) -> Answer:
    found, asks = asked.facts.rank, RankLevel(asked.word)
    if found is None:
        return lacks("职级")
    said = f"{RANK_LABELS[found]}，要求{RANK_LABELS[asks]}及以上"
    return passes(said) if found.grade >= asks.grade else fails(said)


def _appraisals(asked: Asked) -> Answer:
    grades = dict(asked.facts.reviews)
    last = asked.on.year - 1
    if asked.on.month <= _REVIEWS_DONE_IN and last not in grades:
        last -= 1
    wanted = range(last, last - asked.number, -1)
    for year in wanted:
        if grades.get(year) in {Grade.BASIC, Grade.INCOMPETENT}:
            return fails(f"{year} 年度考核{GRADE_WORDS[grades[year]]}，要求近 {asked.number} 年均为称职以上")
    missing = [str(year) for year in wanted if grades.get(year) in {None, Grade.UNRATED}]
    if missing:
        return lacks(f" {'、'.join(missing)} 年度考核等次")
    return passes(f"近 {asked.number} 年年度考核均为称职以上")


def _discipline(asked: Asked) -> Answer:
    words = ("没有影响选派的情形", f"廉洁纪律方面不符合，具体情况{_PROMPT}")
    return barred(asked.facts.discipline, asked, "廉洁纪律方面的意见", words)


def _health(asked: Asked) -> Answer:
    facts = asked.facts
    if facts.fit is None:
        return lacks("体检结论")
    if not facts.fit:
        return fails(f"身体条件方面不符合，具体情况{_PROMPT}")
    if asked.rule.value is None:
        return passes("体检结论适合")
    if facts.examined_on is None:
        return lacks("体检日期")
    if day_after(facts.examined_on, asked.number) < asked.on:
        return Verdict.CHECK, f"待核实：体检已超过 {asked.number} 个月，需要新的结论"
    return passes("体检结论适合")


def _retirement(asked: Asked) -> Answer:
    retires = asked.facts.retires
    if retires is None:
        return lacks("退休时间（出生年月、性别、职级）")
    months = max(0, months_between(Month.of(asked.on), retires.first))
    said = f"到任时距退休 {months // 12} 年 {months % 12} 个月，要求满 {asked.number} 年"
    return passes(said) if months >= 12 * asked.number else fails(said)


def _profession(asked: Asked) -> Answer:
    found = asked.facts.profession
    if found is None:
        return lacks("岗位类别")
    stays = found in dict(asked.rule.classes)
    return fails(f"{PROFESSION_WORDS[found]}不派") if stays else passes(f"岗位类别：{PROFESSION_WORDS[found]}")


def _not_to_borrow(asked: Asked) -> Answer:
    """Judge every class by itself; one that fails decides, else one that is not known."""
    answers = [_class(Borrowing(word), years, asked) for word, years in asked.rule.classes]
    for verdict in (Verdict.FAIL, Verdict.CHECK):
        for answer in answers:
            if answer[0] is verdict:
                return answer
    return passes("不属于不得借调的人员")


def _class(word: Borrowing, years: int, asked: Asked) -> Answer:
    facts = asked.facts
    name = BORROWING_WORDS[word]
    if word is Borrowing.PROBATION:
        return barred(facts.probation, asked, "试用期情况", ("不在试用期", f"{name}，不得借调"))
    if facts.borrowing is None:
        return lacks("人员类别")
    if word not in facts.borrowing:
        return passes(f"不是{name}")
    if years == 0:
        return fails(f"{name}，不得借调")
    if facts.recruited is None:
        return lacks("录用时间")
    over = months_between(facts.recruited, asked.on) >= 12 * years
    return passes(f"{name}，已满 {years} 年") if over else fails(f"{name}，不满 {years} 年，不得借调")


def _unfinished_task(asked: Asked) -> Answer:
    bar = asked.facts.unfinished_task
    until = f"，到 {bar.until} 为止" if bar is not None and bar.until is not None else ""
    words = ("没有未完成的组织任务", f"还在执行组织安排的任务{until}")
    return barred(bar, asked, "是否还在执行组织安排的任务", words)


def _care(asked: Asked) -> Answer:
    care = asked.facts.care
    if care is None:
        return lacks("是否有需要照顾的情形")
    if not care.bar.holds(asked.on):
        return passes("没有需要照顾的情形")
    if not care.proven:
        return Verdict.CHECK, f"待核实：本人说有需要照顾的情形，缺证明，{_PROMPT}"
    return fails("有需要照顾的情形并已核实证明，按规定不派")


def _cooldown(asked: Asked) -> Answer:
    facts, least = asked.facts, asked.policy.cooldown_from_months
    if facts.volunteers:
        return passes("本人自愿，不受间隔限制")
    said = f"要求间隔满 {asked.number} 个月（本人自愿的除外）"
    ends = [term.span.last for term in facts.history if _was_long(term.span, least) and term.span.last < asked.on]
    if ends and asked.on < day_after(max(ends), asked.number):
        return fails(f"上一次选派 {max(ends)} 结束，{said}")
    if not facts.history_complete:
        return lacks("以往选派经历")
    return passes(f"上一次选派 {max(ends)} 结束，{said}" if ends else f"没有满 {least} 个月的选派经历")


def _was_long(span: DateSpan, months: int) -> bool:
    return day_after(span.first, months) <= span.last + timedelta(days=1)


def _other_batch(asked: Asked) -> Answer:
    days = term_from(asked.on, asked.policy.term_months)
    for other in asked.facts.engaged:
        if other.span is None or other.span.overlaps(days):
            return fails(f"同一时期已在“{other.what}”")
    for term in asked.facts.history:
        if term.span.overlaps(days):
            return fails(f"同一时期还在“{KIND_WORDS[term.kind]}”，{term.span.last} 结束")
    return passes("没有同时参加其他批次") if asked.facts.history_complete else lacks("以往选派经历")


def _statutory_duty(asked: Asked) -> Answer:
    facts = asked.facts
    if facts.duties is None:
        return lacks("承担的法定职责")
    if not facts.duties:
        return passes("没有承担法定职责")
    if facts.sole_duties is None:
        return Verdict.CHECK, "待核实：缺同单位其他人承担的法定职责，看不出是不是唯一的人"
    if facts.sole_duties:
        return fails(f"是本单位唯一承担{'、'.join(sorted(facts.sole_duties))}的人")
    return passes("承担的法定职责另有人承担")


PERSONAL: Mapping[RuleKind, Judge] = MappingProxyType(
    {
        RuleKind.AGE_MAX: _age,
        RuleKind.EDUCATION: _education,
        RuleKind.PARTY_MEMBER: _party_member,
        RuleKind.SERVICE_YEARS: _service_years,
        RuleKind.RANK: _rank,
        RuleKind.APPRAISALS: _appraisals,
        RuleKind.DISCIPLINE: _discipline,
        RuleKind.HEALTH: _health,
        RuleKind.RETIREMENT: _retirement,
        RuleKind.PROFESSION: _profession,
        RuleKind.NOT_TO_BORROW: _not_to_borrow,
        RuleKind.UNFINISHED_TASK: _unfinished_task,
        RuleKind.CARE: _care,
        RuleKind.COOLDOWN: _cooldown,
        RuleKind.OTHER_BATCH: _other_batch,
        RuleKind.STATUTORY_DUTY: _statutory_duty,
    }
)
"""What judges each rule that looks at the person alone."""
