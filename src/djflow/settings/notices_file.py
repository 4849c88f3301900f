"""Model of `notices.toml`: per kind of notice the urgency, the channels, who is told when nobody answers."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from djflow.core.clock import civil_datetime
from djflow.core.errors import ConfigError
from djflow.notify.model import PHONE_LIST, NoticeKind, Policy, Step, Urgency
from djflow.notify.rules import sms_parts
from djflow.notify.texts import SAMPLES, Texts
from djflow.settings.fields import AS_TUPLE, Strings, Table, Text, TimeOfDay
from djflow.settings.locate import Path
from djflow.settings.problems import Problem, Severity
from djflow.settings.reading import FileText

_MONTH_OF_MINUTES = 60 * 24 * 31
Minutes = Annotated[int, Field(ge=0, le=_MONTH_OF_MINUTES)]
_NOON = 12


class Slots(Table):
    """When a duty is reminded: days before at a time, the eve at a time, minutes before it starts."""

    early_days: int = Field(default=3, ge=2, le=14, description="提前几天第一次提醒", examples=["early_days = 3"])
    early_at: TimeOfDay = Field(default=time(9, 30), description="第一次提醒的钟点", examples=['early_at = "09:30"'])
    eve_at: TimeOfDay = Field(default=time(16, 0), description="前一天提醒的钟点", examples=['eve_at = "16:00"'])
    shortly_minutes: int = Field(
        default=120, ge=15, le=360, description="开始前多少分钟最后提醒", examples=["shortly_minutes = 120"]
    )


class HoursTable(Table):
    """How what waited overnight is spread, and when digests go out: once before noon, once after."""

    spread_minutes: int = Field(
        default=20, ge=0, le=120, description="早上分散发送的分钟数", examples=["spread_minutes = 20"]
    )
    digest_at: Annotated[tuple[TimeOfDay, ...], AS_TUPLE] = Field(
        default=(time(9, 10), time(15, 40)),
        min_length=1,
        max_length=2,
        description="合并通知的钟点",
        examples=['digest_at = ["09:10", "15:40"]'],
    )

    @model_validator(mode="after")
    def _one_per_half_day(self) -> Self:
        halves = [at.hour < _NOON for at in self.digest_at]
        if len(set(halves)) != len(halves):
            raise ValueError("digest_at 上午、下午最多各写一个钟点。")
        return self


class CoordinatorTable(Table):
    """Whose own address serves for the office."""

    person: str = Field(default="", max_length=30, description="管理员的工号", examples=['person = "G001"'])


class StepTable(Table):
    """A step of a chain."""

    channel: Text = Field(description="渠道名，或 phone", examples=['channel = "sms"'])
    wait_minutes: Minutes = Field(default=0, description="等答复的分钟数", examples=["wait_minutes = 60"])


class KindTable(Table):
    """How one kind of notice travels; without `chain` it goes by the order of channels.toml."""

    urgency: Literal["urgent", "normal", "low"] = Field(
        default="normal", description="缓急", examples=['urgency = "normal"']
    )
    chain: Annotated[tuple[StepTable, ...], AS_TUPLE] = Field(
        default=(), description="依次走的渠道", examples=['chain = [{ channel = "sms", wait_minutes = 60 }]']
    )
    wait_minutes: Minutes = Field(
        default=0, description="不写 chain 时每一步等答复的分钟数", examples=["wait_minutes = 60"]
    )
    acknowledge: bool = Field(default=False, description="要不要答复", examples=["acknowledge = true"])
    escalate: Annotated[tuple[Literal["liaison", "coordinator"], ...], AS_TUPLE] = Field(
        default=(), description="没有答复再告诉谁", examples=['escalate = ["liaison", "coordinator"]']
    )
    lead_minutes: Minutes = Field(default=0, description="失效前多少分钟不再等", examples=["lead_minutes = 600"])
    expires_minutes: Minutes = Field(default=0, description="最多有效的分钟数", examples=["expires_minutes = 2880"])
    digest: bool = Field(default=False, description="是否并入合并通知", examples=["digest = false"])

    def policy(self, order: Strings) -> Policy:
        """Return the policy; `order` holds the channels of channels.toml."""
        wait = timedelta(minutes=self.wait_minutes)
        steps = tuple(Step(one.channel, timedelta(minutes=one.wait_minutes)) for one in self.chain)
        return Policy(
            urgency=Urgency(self.urgency),
            steps=steps or tuple(Step(channel, wait) for channel in order),
            acknowledge=self.acknowledge,
            escalate=self.escalate,
            lead=timedelta(minutes=self.lead_minutes),
            lifetime=timedelta(minutes=self.expires_minutes),
            digest=self.digest,
        )


class TextTable(Table):
    """A text as its SMS gateway knows it: code, approval, the longest legal values, parts they may take."""

    name: Text = Field(description="文本名", examples=['name = "sms/duty_reminder"'])
    template: str = Field(default="", max_length=60, description="平台的模板编号", examples=['template = "SMS_1"'])
    templates: Mapping[str, str] = Field(
        default={}, description="各渠道各自的模板编号", examples=['templates = { aliyun = "SMS_1" }']
    )
    approved: bool = Field(default=True, description="是否已经批准", examples=["approved = true"])
    limits: Mapping[str, Annotated[int, Field(ge=1, le=500)]] = Field(
        default={}, description="各变量最多几个字", examples=["limits = { name = 4 }"]
    )
    parts: int = Field(default=1, ge=1, le=8, description="最多几条", examples=["parts = 1"])

    def code_for(self, channel: str) -> str:
        """Return the provider's code of this text on a channel."""
        return self.templates.get(channel, self.template)


class NoticesFile(Table):
    """The whole of `notices.toml`."""

    slots: Slots = Field(default=Slots(), description="值班提醒的时间", examples=["[slots]"])
    hours: HoursTable = Field(default=HoursTable(), description="发送的钟点", examples=["[hours]"])
    coordinator: CoordinatorTable = Field(
        default=CoordinatorTable(), description="值班表管理员", examples=["[coordinator]"]
    )
    liaisons: Mapping[str, str] = Field(default={}, description="各单位的联络员", examples=["[liaisons]"])
    budget: Mapping[str, Annotated[int, Field(ge=1)]] = Field(
        default={}, description="各渠道每天最多计费条数", examples=["[budget]"]
    )
    default: KindTable = Field(default=KindTable(), description="没有单独写的通知", examples=["[default]"])
    kinds: Mapping[str, KindTable] = Field(default={}, description="各种通知", examples=["[kinds.duty_reminder]"])
    texts: Annotated[tuple[TextTable, ...], AS_TUPLE] = Field(
        default=(), description="短信模板", examples=["[[texts]]"]
    )

    def policies(self, order: Strings) -> Mapping[NoticeKind, Policy]:
        """Return the policy of every kind; `order` holds the channels of channels.toml."""
        return {kind: self.kinds.get(kind.value, self.default).policy(order) for kind in NoticeKind}

    def text(self, name: str) -> TextTable | None:
        """Return what is known of a text."""
        return next((one for one in self.texts if one.name == name), None)

    def is_digest_time(self, at: datetime) -> bool:
        """Return whether the digest of this half-day may go out by now."""
        local = civil_datetime(at)
        return any(
            (time_.hour < _NOON) == (local.hour < _NOON) and time_ <= local.time() for time_ in self.hours.digest_at
        )


def notices_problems(
    file: FileText, value: NoticesFile, channels: Strings, texts: Texts, signature: str
) -> Iterator[Problem]:
    """Yield what does not fit the rest of the configuration: kinds, channels, texts, lengths."""
    yield from _kind_problems(file, value, channels)
    for channel in value.budget:
        if channel not in channels:
            yield _no_channel(file, ("budget", channel), channel, channels)
    for unit, person in value.liaisons.items():
        if not person.strip():
            yield file.problem(("liaisons", unit), f"单位“{unit}”的联络员没有写。", "请写工号，或删去这一行。")
    for position, text in enumerate(value.texts):
        if text.name in {one.name for one in value.texts[:position]}:
            yield file.problem(("texts", position, "name"), f"文本“{text.name}”写了两次。", "请删去一处。")
        unknown = [channel for channel in text.templates if channel not in channels]
        for channel in unknown:
            yield _no_channel(file, ("texts", position, "templates", channel), channel, channels)
        yield from _text_problems(file, position, text, texts, signature)


def _kind_problems(file: FileText, value: NoticesFile, channels: Strings) -> Iterator[Problem]:
    known = [kind.value for kind in NoticeKind]
    for kind in value.kinds:
        if kind not in known:
            yield file.problem(("kinds", kind), f"没有“{kind}”这种通知。", f"可以写：{'、'.join(known)}。")
    tables: dict[tuple[str, ...], KindTable] = {
        ("default",): value.default,
        **{("kinds", kind): table for kind, table in value.kinds.items()},
    }
    for path, table in tables.items():
        yield from _chain_problems(file, path, table, channels)
    of_digests = ("kinds", "digest") if "digest" in value.kinds else ("default",)
    if tables[of_digests].digest:
        yield file.problem(
            (*of_digests, "digest"), "合并通知本身不能再并入合并通知。", "请在 [kinds.digest] 里写 digest = false。"
        )


def _no_channel(file: FileText, path: Path, channel: str, known: Strings) -> Problem:
    what = f"channels.toml 里没有渠道“{channel}”，或它写了 enabled = false。"
    return file.problem(path, what, f"可以写：{'、'.join(known)}。")


def _chain_problems(file: FileText, path: Path, table: KindTable, channels: Strings) -> Iterator[Problem]:
    for position, step in enumerate(table.chain):
        place = (*path, "chain", position, "channel")
        if step.channel not in (*channels, PHONE_LIST):
            yield _no_channel(file, place, step.channel, (*channels, PHONE_LIST))
        elif step.channel == PHONE_LIST and position + 1 < len(table.chain):
            yield file.problem(place, "phone 后面的渠道走不到。", "请把 phone 放到最后。")


def template_notices(file: FileText, value: NoticesFile, coded: Sequence[str]) -> Iterator[Problem]:
    """Yield the texts that cannot leave through a gateway of some chain because they have no template code there."""
    used = {step.channel for table in (value.default, *value.kinds.values()) for step in table.chain}
    for position, text in enumerate(value.texts):
        lacking = [channel for channel in coded if channel in used and not text.code_for(channel)]
        if lacking:
            yield file.problem(
                ("texts", position),
                f"“{text.name}”在渠道 {'、'.join(lacking)} 还没有模板编号，那里发不出去。",
                "平台批下来后填 template 或 templates。",
                Severity.NOTICE,
            )


def _text_problems(file: FileText, position: int, text: TextTable, texts: Texts, signature: str) -> Iterator[Problem]:
    path = ("texts", position)
    if text.name not in SAMPLES:
        yield file.problem((*path, "name"), f"没有文本“{text.name}”。", f"可以写：{'、'.join(SAMPLES)}。")
        return
    try:
        used = texts.variables(text.name)
        strange = [name for name in text.limits if name not in SAMPLES[text.name]]
        if strange:
            yield file.problem((*path, "limits", strange[0]), f"文本里没有变量“{strange[0]}”。", "请改正或删去。")
            return
        longest = {name: "国" * text.limits.get(name, len(str(value))) for name, value in SAMPLES[text.name].items()}
        parts = sms_parts(texts.render(text.name, **longest), signature)
    except ConfigError:
        return  # the text's own fault is listed with the texts
    missing = sorted(used - set(text.limits))
    if missing and text.limits:
        yield file.problem((*path, "limits"), f"变量“{missing[0]}”没有写最多几个字。", "请补上。")
    elif parts > text.parts:
        yield file.problem(
            (*path, "parts"),
            f"“{text.name}”按最长的算要 {parts} 条短信，超过写的 {text.parts} 条。",
            "请改短文本、减小 limits 或加大 parts。",
        )
