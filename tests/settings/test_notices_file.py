"""notices.toml: every slip is named with line, key and remedy; what is right arrives as policies."""

from datetime import datetime, time, timedelta
from pathlib import Path

import pytest

from djflow.notify.model import NoticeKind, Policy, Step, Urgency
from djflow.notify.texts import SAMPLES
from djflow.settings.load import check, load_settings
from djflow.settings.problems import errors_of
from tests.settings.test_load import ENGLISH, change, home

__all__ = ["home"]

FILE = "notices.toml"
CLOSURE = "limits = { name = 4, date = 8, market = 5 }"
REMINDER = "[kinds.duty_reminder]\n"
TEXT = '[[texts]]\nname = "sms/closure"\n'


@pytest.mark.parametrize(
    ("edit", "key", "what", "fix"),
    [
        (("early_days = 3", "early_days = 1"), "slots.early_days", "应不小于 2", "提前几天"),
        (('early_at = "09:30"', 'early_at = "九点"'), "slots.early_at", "不是钟点", "09:30"),
        (('eve_at = "16:00"', 'eve_at = "25:00"'), "slots.eve_at", "不是钟点", "16:00"),
        (("shortly_minutes = 120", "shortly_minutes = 5"), "slots.shortly_minutes", "应不小于 15", "开始前多少分钟"),
        (("shortly_minutes = 120", "shortly = 120"), "slots.shortly", "没有“shortly”", "shortly_minutes"),
        (("spread_minutes = 20", "spread_minutes = 600"), "hours.spread_minutes", "应不大于 120", "分散"),
        (('["09:10", "15:40"]', '["09:10", "11:40"]'), "hours", "最多各写一个", ""),
        (('["09:10", "15:40"]', "[]"), "hours.digest_at", "", "digest_at ="),
        (('person = ""', "person = 1"), "coordinator.person", "应为加引号的文字", "工号"),
        (("[budget]", "[budget]\nsms = 10"), "budget.sms", "没有渠道“sms”", "可以写：file、memory"),
        (("[budget]", "[budget]\nfile = 0"), "budget.file", "应不小于 1", ""),
        (("[liaisons]", "[liaisons]\nD01 = 7"), "liaisons.D01", "应为加引号的文字", ""),
        (("[liaisons]", '[liaisons]\nD01 = ""'), "liaisons.D01", "没有写", "工号"),
        ((REMINDER, '[kinds.duty_remind]\nurgency = "low"\n' + REMINDER), "kinds.duty_remind", "没有", "duty_reminder"),
        (("lead_minutes = 600", "lead = 600"), "kinds.duty_reminder.lead", "没有“lead”", "lead_minutes"),
        (("wait_minutes = 1440", "wait_minutes = -1"), "kinds.duty_reminder.wait_minutes", "应不小于 0", "等答复"),
        (("lead_minutes = 600", "expires_minutes = 99999"), "kinds.duty_reminder.expires_minutes", "应不大于", "有效"),
        (('"liaison", "coord', '"boss", "coord'), "kinds.duty_reminder.escalate[1]", "只能是", "没有答复再告诉谁"),
        (("acknowledge = true", 'acknowledge = "是"'), "kinds.duty_reminder.acknowledge", "应为 true 或 false", "答复"),
        (("digest = true", "digest = 1"), "kinds.unconfirmed.digest", "应为 true 或 false", "合并"),
        (('urgency = "low"', 'urgency = "急"'), "kinds.unconfirmed.urgency", "只能是", "缓急"),
        (
            (REMINDER, REMINDER + 'chain = [{ channel = "sms" }]\n'),
            "kinds.duty_reminder.chain[1].channel",
            "没有渠道“sms”",
            "file、memory、phone",
        ),
        (
            (REMINDER, REMINDER + 'chain = [{ channel = "phone" }, { channel = "file" }]\n'),
            "kinds.duty_reminder.chain[1].channel",
            "后面的渠道走不到",
            "最后",
        ),
        (
            (REMINDER, REMINDER + 'chain = [{ channel = "file", wait = 5 }]\n'),
            "kinds.duty_reminder.chain[1].wait",
            "没有“wait”",
            "wait_minutes",
        ),
        (
            ("[kinds.digest]\n", "[kinds.digest]\ndigest = true\n"),
            "kinds.digest.digest",
            "合并通知本身",
            "digest = false",
        ),
        ((TEXT, '[[texts]]\nname = "sms/closed"\n'), "texts[4].name", "没有文本“sms/closed”", "sms/closure"),
        ((TEXT, '[[texts]]\nname = "sms/standby_reminder"\n' + TEXT), "texts[4].name", "写了两次", "删去一处"),
        ((TEXT, TEXT + 'approved = "是"\n'), "texts[4].approved", "应为 true 或 false", "批准"),
        ((TEXT, TEXT + 'templates = { sms = "SMS_1" }\n'), "texts[4].templates.sms", "没有渠道“sms”", "file、memory"),
        ((CLOSURE, "limits = { name = 4, date = 8 }"), "texts[4].limits", "“market”没有写最多几个字", "请补上"),
        (
            (CLOSURE, "limits = { name = 4, date = 8, market = 5, leader = 4 }"),
            "texts[4].limits.leader",
            "没有变量“leader”",
            "改正或删去",
        ),
        (
            (CLOSURE, "limits = { name = 40, date = 8, market = 5 }"),
            "texts[4].parts",
            "要 2 条短信，超过写的 1 条",
            "改短",
        ),
    ],
)
def test_a_slip_is_named(home: Path, edit: tuple[str, str], key: str, what: str, fix: str) -> None:
    """One slip gives one finding in Chinese at its line, with what would mend it."""
    line = change(home, FILE, *edit)
    (found,) = errors_of(check(home))
    assert (found.file, found.key) == (FILE, key)
    assert what in found.what
    assert fix in found.fix
    assert not ENGLISH.search(found.sentence.replace(key, "").replace(found.fix, "")), found.sentence
    assert abs(found.line - line) <= 2


def test_a_text_that_grew_too_long_is_named(home: Path) -> None:
    """A text the office lengthened beyond its declared parts is found where the parts are declared."""
    file = home / "config" / "texts" / "sms" / "closure.j2"
    file.write_text(file.read_text("utf-8").rstrip() + "请互相转告。" * 4, "utf-8")
    (found,) = errors_of(check(home))
    assert (found.file, found.key) == (FILE, "texts[4].parts")


def test_kinds_arrive_as_policies(home: Path) -> None:
    """A kind's own table counts, another goes by the default; without a chain the order of channels.toml counts."""
    change(
        home, FILE, REMINDER, REMINDER + 'chain = [{ channel = "file", wait_minutes = 30 }, { channel = "phone" }]\n'
    )
    found = load_settings(home).notices.policies(("file", "memory"))
    minute = timedelta(minutes=1)
    assert found[NoticeKind.DUTY_REMINDER] == Policy(
        Urgency.NORMAL,
        (Step("file", 30 * minute), Step("phone")),
        acknowledge=True,
        escalate=("liaison", "coordinator"),
        lead=600 * minute,
    )
    assert found[NoticeKind.STANDBY_CALLED].steps == (Step("file", 30 * minute), Step("memory", 30 * minute))
    assert set(found) == set(NoticeKind)


@pytest.mark.parametrize(
    ("clock", "is_time"), [("09:09", False), ("09:10", True), ("11:59", True), ("12:00", False), ("15:40", True)]
)
def test_digests_have_their_hours(home: Path, clock: str, *, is_time: bool) -> None:
    """From its hour to the end of the half-day a digest may go out."""
    notices = load_settings(home).notices
    assert notices.hours.digest_at == (time(9, 10), time(15, 40))
    assert notices.is_digest_time(datetime.fromisoformat(f"2026-11-18T{clock}+08:00")) is is_time


def test_every_declared_text_is_there(home: Path) -> None:
    """The example declares texts that exist, with a code per channel where one is given."""
    change(home, FILE, TEXT, TEXT + 'template = "SMS_1"\ntemplates = { file = "SMS_2" }\n')
    notices = load_settings(home).notices
    assert {one.name for one in notices.texts} <= set(SAMPLES)
    closure = notices.text("sms/closure")
    assert closure is not None
    assert (closure.code_for("file"), closure.code_for("memory")) == ("SMS_2", "SMS_1")
    assert notices.text("sms/digest") is None
