"""Courses at the desk: plan, call by code or Excel, withdraw, sign attendance off as the host, hours of everybody."""

from djflow.accounts.model import Act
from djflow.assembly import dispatch_training
from djflow.core.errors import InputError
from djflow.core.spans import DateSpan
from djflow.dispatch.training.model import WITHDRAWAL_WORDS, NewCourse, Withdrawal
from djflow.web.desk.dispatch_board import ROOT, dispatch_page
from djflow.web.desk.frame import Answer, File, Go, Page, Route, Visit
from djflow.web.desk.typed import needed_day, year_of

_HERE = f"{ROOT}/training"


def courses(visit: Visit) -> Answer:
    """Show courses and the form to plan one."""
    works = visit.may(Act.TRAINING_WORK)
    values = {
        "courses": dispatch_training.courses(visit.house, visit.account),
        "works": works,
        "hosts": dispatch_training.hosts(visit.house) if works else (),
        "key": dispatch_training.new_key(visit.house),
        "tab": "training",
    }
    return dispatch_page(visit, "desk_dispatch_training.html.j2", values)


def plan(visit: Visit) -> Answer:
    """Plan a course; the form's own key makes it one however often it is sent."""
    form = visit.form
    hours = form.one("hours")
    if not (hours.isascii() and hours.isdigit() and len(hours) <= 4):
        raise InputError("学时要填整数。", code="training.hours")
    new = NewCourse(
        key=form.one("key")[:100] or dispatch_training.new_key(visit.house),
        title=form.one("title"),
        school=form.one("school"),
        span=DateSpan(needed_day(form.one("first"), "报到日期"), needed_day(form.one("last"), "结束日期")),
        hours=int(hours),
        host=dispatch_training.host_id(visit.house, form.one("host")),
        away=form.one("beside") != "yes",
    )
    done = dispatch_training.plan(visit.house, new, by=visit.by)
    return Go(f"{_HERE}/{done.number}?said=planned")


def course(visit: Visit) -> Answer:
    """Show one course with its people."""
    return _course(visit, {})


def _course(visit: Visit, more: dict[str, object]) -> Page:
    values = {
        "found": dispatch_training.sheet(visit.house, visit.account, visit.path["number"]),
        "works": visit.may(Act.TRAINING_WORK),
        "reasons": {key.value: words for key, words in WITHDRAWAL_WORDS.items() if key is not Withdrawal.CANCELLED},
        "rejected": (),
        "tab": "training",
        **more,
    }
    return dispatch_page(visit, "desk_dispatch_course.html.j2", values)


def call(visit: Visit) -> Answer:
    """Call people by their codes, all or none."""
    dispatch_training.call(visit.house, visit.path["number"], visit.form.one("codes"), by=visit.by)
    return Go(f"{_HERE}/{visit.path['number']}?said=called")


def import_list(visit: Visit) -> Answer:
    """Call everybody an Excel list names, all or none, with every bad row."""
    files = visit.form.every_file("file")
    if not files:
        raise InputError("请选一个 Excel 文件，再导入。", code="training.file")
    report = dispatch_training.import_list(visit.house, visit.path["number"], files[0], by=visit.by)
    if report.rejected:
        return _course(visit, {"rejected": report.rejected})
    return Go(f"{_HERE}/{visit.path['number']}?said=called")


def template(visit: Visit) -> Answer:
    """Hand out the list to fill in."""
    number = visit.path["number"]
    return File(f"调训名单-{number}.xlsx", dispatch_training.template(visit.house, number))


def withdraw(visit: Visit) -> Answer:
    """Let somebody not go after all."""
    word = visit.form.one("reason")
    if word not in set(Withdrawal):
        raise InputError("请选退出的原因。", code="training.reason")
    number, code = visit.path["number"], visit.form.one("code")
    dispatch_training.withdraw(visit.house, number, code, Withdrawal(word), by=visit.by)
    return Go(f"{_HERE}/{number}?said=withdrawn")


def cancel(visit: Visit) -> Answer:
    """Cancel a course with everybody's absence."""
    if visit.form.one("sure") != "yes":
        raise InputError("请先勾选“确定取消”，再提交。", code="desk.not_sure")
    dispatch_training.cancel(visit.house, visit.path["number"], by=visit.by)
    return Go(f"{_HERE}/{visit.path['number']}?said=course_cancelled")


def sign(visit: Visit) -> Answer:
    """Sign attendance off."""
    came = visit.form.every("came")
    present = {code: visit.form.one(f"hours-{code}") for code in came}
    dispatch_training.sign_off(visit.house, visit.account, visit.path["number"], present)
    return Go(f"{_HERE}/{visit.path['number']}?said=signed")


def hours(visit: Visit) -> Answer:
    """Show everybody's hours of a year, the fewest first."""
    year = year_of(visit.query.get("year", str(visit.house.today().year)))
    short = visit.query.get("short", "") == "1"
    asked, lines = dispatch_training.hours_table(visit.house, year, short_only=short)
    values = {
        "asked": asked,
        "of_years": dispatch_training.five_years(asked),
        "lines": lines[:500],
        "count": len(lines),
        "year": year,
        "short": short,
        "tab": "training",
    }
    return dispatch_page(visit, "desk_dispatch_hours.html.j2", values)


ROUTES = (
    Route(_HERE, Act.TRAINING_SIGN, courses),
    Route(_HERE, Act.TRAINING_WORK, plan, "POST"),
    Route(f"{_HERE}/hours", Act.TRAINING_WORK, hours),
    Route(f"{_HERE}/{{number}}", Act.TRAINING_SIGN, course),
    Route(f"{_HERE}/{{number}}/call", Act.TRAINING_WORK, call, "POST"),
    Route(f"{_HERE}/{{number}}/import", Act.TRAINING_WORK, import_list, "POST", files=True),
    Route(f"{_HERE}/{{number}}/list", Act.TRAINING_WORK, template),
    Route(f"{_HERE}/{{number}}/withdraw", Act.TRAINING_WORK, withdraw, "POST"),
    Route(f"{_HERE}/{{number}}/cancel", Act.TRAINING_WORK, cancel, "POST"),
    Route(f"{_HERE}/{{number}}/sign", Act.TRAINING_SIGN, sign, "POST"),
)
