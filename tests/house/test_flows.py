"""Rules about flows: what they may be given, that each is served once, that coordinators read Chinese."""

import asyncio
import inspect
import re
import typing
from datetime import date, datetime
from pathlib import Path

import pytest
from cronsim import CronSim
from prefect import Flow
from prefect.client.schemas.schedules import CronSchedule
from prefect.deployments.runner import RunnerDeployment
from pydantic import TypeAdapter, ValidationError

from djflow.core.clock import CIVIL_ZONE
from djflow.settings.load import load_settings
from djflow.settings.schema import DEPLOYMENTS as SCHEDULED
from flows import (
    city,
    city_forms,
    dispatch,
    dispatch_forms,
    dispatch_proposing,
    documents,
    duty,
    forms,
    fund,
    fund_acts,
    fund_digest,
    fund_forms,
    fund_money,
    meetings,
    notify,
    postings,
    register,
    reserve,
    roster,
    rotation,
    serving,
    sweep,
    upkeep,
)

ROOT = Path(__file__).parents[2]
MODULES = (
    *(
        city,
        dispatch,
        dispatch_proposing,
        documents,
        duty,
        fund,
        fund_acts,
        fund_digest,
        fund_money,
        meetings,
        notify,
        postings,
    ),
    *(reserve, roster, rotation, sweep, upkeep),
)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ENGLISH = re.compile(r"[A-Za-z]{2,}")
KNOWN_WORDS = {"Prefect", "Suspended", "Resume", "config", "markets", "toml", "code", "djflow", "market", "list"}
KNOWN_WORDS |= {"WF", "PB", "json", "csv", "import", "spring"}
ALLOWED = {
    dispatch_forms.BatchKey,
    *(forms.MonthText, forms.FirstDay, forms.LastDay, forms.NoticeKind),
    *(forms.MarketCode, city_forms.CityCode, city_forms.DistrictCode),
    *(fund_forms.CaseNumber, fund_forms.StepWords, fund_forms.YearText, fund_forms.PaperName),
    *(fund_forms.BatchNumber, fund_forms.PastMonth, fund_forms.Festival, fund_forms.FestivalDay),
}
BY_HAND = {"closure-declare", "roster-city", "roster-district"}
BY_HAND |= {"fund-advance", "fund-paper", "fund-batch-close", "fund-festival-batch"}
BY_HAND |= {"dispatch-call", "dispatch-propose"}
NOON = datetime(2026, 11, 18, 12, tzinfo=CIVIL_ZONE)


def _flows() -> list[Flow[..., object]]:
    return [value for module in MODULES for value in vars(module).values() if isinstance(value, Flow)]


@pytest.fixture(scope="module")
def prepared() -> tuple[RunnerDeployment, ...]:
    """Every deployment as it is sent to Prefect, with the schedules of the example configuration."""
    schedules = load_settings(ROOT).schedules

    async def prepare() -> tuple[RunnerDeployment, ...]:
        return tuple([await serving.prepared(entry, schedules) for entry in register.DEPLOYMENTS])

    return asyncio.run(prepare())


def test_flows_are_given_codes_and_dates_only() -> None:
    """A flow's parameters are ids, codes, dates, months and choices: Prefect stores, shows and logs them."""
    for walk in _flows():
        hints = typing.get_type_hints(inspect.unwrap(walk.fn), include_extras=True)
        for name in inspect.signature(walk.fn).parameters:
            assert hints[name] in ALLOWED


def test_every_flow_is_served_once() -> None:
    """Every flow has exactly one deployment, no two share a key or a name."""
    served = [entry.flow.name for entry in register.DEPLOYMENTS]
    assert sorted(served) == sorted(walk.name for walk in _flows())
    for values in (served, [e.key for e in register.DEPLOYMENTS], [e.name for e in register.DEPLOYMENTS]):
        assert len(values) == len(set(values))


def test_no_flow_stands_outside_these_rules() -> None:
    """Every file of flows/ that makes a flow is looked at here."""
    makers = {
        path.stem
        for path in (ROOT / "flows").glob("*.py")
        if re.search(r"^@program\b", path.read_text("utf-8"), re.MULTILINE)
    }
    assert makers == {module.__name__.removeprefix("flows.") for module in MODULES}


def test_every_schedule_has_its_deployment() -> None:
    """Every table of schedules.toml names a deployment, its cron lines come round; the rest run by hand."""
    schedules = load_settings(ROOT).schedules
    keys = {entry.key for entry in register.DEPLOYMENTS}
    assert set(schedules) == set(SCHEDULED) == keys - BY_HAND
    for plan in schedules.values():
        for line in plan.cron:
            assert next(CronSim(line, NOON)) > NOON


def test_coordinators_read_chinese(prepared: tuple[RunnerDeployment, ...]) -> None:
    """Names, descriptions, tags, parameter titles and choices of every deployment are Chinese."""
    for deployment in prepared:
        schema = deployment._parameter_openapi_schema.properties
        shown = [deployment.name, deployment.flow_name, deployment.description, *deployment.tags]
        shown += [text for field in schema.values() for text in (field["title"], *field.get("enum", ()))]
        for text in shown:
            assert text
            assert CHINESE.search(text), text
            assert set(ENGLISH.findall(text)) <= KNOWN_WORDS, text


def test_no_form_asks_for_a_type(prepared: tuple[RunnerDeployment, ...]) -> None:
    """A parameter that may be left out is a plain box: Prefect's form would ask for `str` or `None` first."""
    fields = [field for one in prepared for field in one._parameter_openapi_schema.properties.values()]
    assert fields
    assert [field["title"] for field in fields if "anyOf" in field] == []


def test_a_month_left_out_is_an_empty_text() -> None:
    """Nothing, as runs of earlier releases were given, and an empty box both mean the planned month."""
    asked = TypeAdapter(forms.MonthText)
    assert [asked.validate_python(given) for given in (None, "", "2026-12")] == ["", "", "2026-12"]
    with pytest.raises(ValidationError):
        asked.validate_python("2026-13")


def test_schedules_follow_beijing_time(prepared: tuple[RunnerDeployment, ...]) -> None:
    """Every schedule is a cron line by Beijing time, whatever zone the machine is set to."""
    for deployment in prepared:
        for entry in deployment.schedules or []:
            assert isinstance(entry.schedule, CronSchedule)
            assert entry.schedule.timezone == "Asia/Shanghai"


def test_the_review_form_is_chinese() -> None:
    """The form of a review shows Chinese titles, help and choices, and the complaint above the text."""
    form = forms.review_form({"fair": "公平优先：先拉平负担"}, "正文", "请写明理由。")
    schema = form.model_json_schema()
    for field in schema["properties"].values():
        assert CHINESE.search(field["title"])
        assert CHINESE.search(field["description"])
    assert schema["properties"]["weighting"]["enum"] == ["按配置的权重", "公平优先：先拉平负担"]
    assert schema["$defs"]["Decision"]["enum"] == ["发布", "重新生成", "作废"]
    assert form._description == "**⚠️ 请写明理由。**\n\n*看完说明，在最后填写“决定”，再按 Resume。*\n\n正文"


def test_the_month_meant_is_the_one_before() -> None:
    """Without a month a run is about the month before its planned day; January's is December."""
    assert str(fund_forms.past_month(None, date(2027, 1, 1))) == "2026-12"
    assert str(fund_forms.past_month("2026-11", date(2027, 1, 1))) == "2026-11"
