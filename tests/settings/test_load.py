import re
import shutil
import tomllib
from datetime import time
from importlib.resources import files
from pathlib import Path

import pytest

from djflow.calendar.market import Day31, SmallMonth
from djflow.calendar.town import service_days_of
from djflow.core.errors import ConfigError, InputError
from djflow.core.spans import Month
from djflow.db.engine import open_engine
from djflow.settings.load import DATABASE_URL_VARIABLE, check, load_settings
from djflow.settings.problems import Problem, Severity, errors_of, notices_of
from djflow.settings.schema import DEPLOYMENTS

EXAMPLE = Path(str(files("djflow") / "starter"))
LISTED = {"fund.toml", "dispatch.toml", "documents.toml"}
"""Files with many values to be settled, looked at by their own tests."""
ENGLISH = re.compile(r"\b(should|must|input|valid|value|field|error|expected|Extra|greater|less|than)\b", re.IGNORECASE)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with the example configuration."""
    shutil.copytree(EXAMPLE, tmp_path / "config")
    return tmp_path


def change(home: Path, file: str, old: str, new: str) -> int:
    """Replace `old` by `new` once and return the line where it stood."""
    path = home / "config" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def only_error(home: Path) -> Problem:
    """Return the one error there is."""
    errors = errors_of(check(home))
    assert len(errors) == 1, errors
    assert not ENGLISH.search(errors[0].sentence.replace(errors[0].key, "")), errors[0].sentence
    return errors[0]


def test_the_example_is_free_of_errors(home: Path) -> None:
    """The demonstration district can be used as it is; unsettled rules and one unknown market are pointed out."""
    problems = check(home)
    assert errors_of(problems) == ()
    assert {(problem.file, problem.what) for problem in notices_of(problems) if problem.file not in LISTED} == {
        ("approvals.toml", "这些值待确认。"),
        ("approvals.toml", "这些值待确认。"),
        ("approvals.toml", "这些值待确认。"),
        ("approvals.toml", "这些值待确认。"),
        ("approvals.toml", "这些值待确认。"),
        ("approvals.toml", "这些值待确认。"),
        ("approvals.toml", "这些值待确认。"),
        ("markets.toml", "“古州”的场期还不知道，只列出，不排班。"),
        ("circulars.toml", "这些值待确认。"),
        ("meetings.toml", "这些值待确认。"),
    }


def test_settings_say_what_the_files_say(home: Path) -> None:
    """Names, hours, posts, prices and schedules arrive as the office wrote them."""
    settings = load_settings(home)
    assert settings.district.name == "巍山示范区（演示）"
    assert settings.sending.quiet_from == time(21, 30)
    assert settings.roster.heads == dict.fromkeys(
        ("带队领导", "民政社保", "农业技术", "法律政策", "医疗卫生", "综合受理"), 1
    )
    assert settings.roster.rules().min_grades == {"带队领导": 3}
    assert settings.roster.prices().fairness == 3
    assert settings.roster.prices("均衡优先").fairness == settings.roster.prices("balanced").fairness == 9
    assert settings.schedules["duty-remind"].cron == ("30 6-20 * * *", "0 7-21 * * *")
    assert set(settings.schedules) == set(DEPLOYMENTS)
    assert settings.calendar.holiday_name(settings.holidays[2026].days_off[0].span.first) == "元旦"
    assert settings.web.address == "http://127.0.0.1:4280"


def test_an_unknown_preset_is_refused_by_name(home: Path) -> None:
    """Asking for a scheme that is not there names those that are."""
    with pytest.raises(InputError, match=r"没有名为“随便”的方案，可选：均衡优先、就近优先、定点优先"):
        load_settings(home).roster.prices("随便")


def test_a_market_takes_the_habits_of_all_unless_it_has_its_own(home: Path) -> None:
    """Day 31, small month and service rule come from [defaults] or from the market itself."""
    towns = {town.name: town for town in load_settings(home).markets}
    assert towns["大仓"].policies.day31 is Day31.HOLD
    assert towns["县城"].policies.day31 is Day31.SKIP
    assert towns["金岩乡"].policies.small_month is SmallMonth.HOLD_ON_29
    assert towns["县城"].services[0] == "接待来访、现场协调"


def test_a_market_has_heads_for_every_post(home: Path) -> None:
    """What a market changes is laid over the ordinary heads."""
    settings = load_settings(home)
    plans = {town.name: settings.services[town.code] for town in settings.markets}
    assert plans["县城"].heads["民政社保"] == 2
    assert plans["北桥"].heads["法律政策"] == 0
    assert "法律" not in plans["北桥"].services


def test_the_demonstration_month_has_a_real_load(home: Path) -> None:
    """December 2026 has 65 to 80 sessions of five to eight places, and an unknown market none."""
    settings, month = load_settings(home), Month(2026, 12)
    served = {town.name: service_days_of(town, month.first, month.last) for town in settings.markets}
    assert 65 <= sum(map(len, served.values())) <= 80
    assert served["古州"] == ()
    assert {sum(plan.heads.values()) for plan in settings.services.values()} <= {5, 6, 7}


def test_a_password_may_stay_outside_the_files(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment's database address wins over the file's."""
    monkeypatch.setenv(DATABASE_URL_VARIABLE, "postgresql://djflow@db/djflow")
    assert load_settings(home).database.url == "postgresql://djflow@db/djflow"
    monkeypatch.setenv(DATABASE_URL_VARIABLE, "数据库")
    with pytest.raises(ConfigError, match=r"环境变量 DJFLOW_DATABASE_URL 的写法不对"):
        load_settings(home)


@pytest.mark.parametrize(
    "address",
    [
        "sqlite:////srv/djflow.db",
        "postgresql:///djflow",
        "postgresql:///djflow?host=/var/run/postgresql",
        "postgresql+psycopg://u:p%40ss:w@[::1]:5432/djflow?sslmode=require",
        "postgresql://u:a/b@10.0.0.1/djflow",
    ],
)
def test_database_addresses_as_people_write_them(home: Path, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """A socket, an IPv6 address, options and odd passwords are addresses, and the driver reads them alike."""
    monkeypatch.setenv(DATABASE_URL_VARIABLE, address)
    assert load_settings(home).database.url == address
    open_engine(address).dispose()


@pytest.mark.parametrize(
    ("file", "edit", "key", "said"),
    [
        (
            "roster.toml",
            ("rest_gap_days = 2", "rest_gap_day = 2"),
            "rest_gap_day",
            ("没有“rest_gap_day”", "rest_gap_days？"),
        ),
        (
            "roster.toml",
            ("max_duties = 5", 'max_duties = "五"'),
            "max_duties",
            ("应为整数，现为文字“五”", "max_duties = 5"),
        ),
        ("roster.toml", ("max_duties = 5", "max_duties = 0"), "max_duties", ("应不小于 1", "每人每月最多值班次数")),
        ("roster.toml", ("standby = true", "standby = 1"), "standby", ("应为 true 或 false", "备勤")),
        ("roster.toml", ('"副科"', '"副课"'), "min_leader_rank", ("没有职级“副课”，可以写：其他、科员", "副科")),
        ("roster.toml", ("value = 15", "value = -15"), "weights.not_incumbent.value", ("应不小于 0", "分值")),
        ("roster.toml", ('why = "岗位空', 'wy = "岗位空'), "weights.unfilled.wy", ("没有“wy”", "是不是 why？")),
        ("roster.toml", ('name = "农业技术"', 'name = "民政社保"'), "", ("岗位“民政社保”写了两次", "")),
        ("djflow.toml", ("port = 4280", "port = 80"), "web.port", ("应不小于 1024", "网页的端口")),
        ("djflow.toml", ("port = 4280", "port = 4200"), "", ("web.port 和 prefect.port 都是 4200", "")),
        ("djflow.toml", ('"21:30"', '"9点半"'), "sending.quiet_from", ("“9点半”不是钟点", "几点以后不发")),
        ("djflow.toml", ('"Asia/Shanghai"', '"UTC"'), "district.time_zone", ("只能是 Asia/Shanghai", "北京时间")),
        ("djflow.toml", ('url = ""', 'url = "mysql://x/y"'), "database.url", ("写法不对", "postgresql://")),
        ("djflow.toml", ('url = ""', 'url = "postgresql://a:b@h:x/y"'), "database.url", ("写法不对", "postgresql://")),
        ("djflow.toml", ('"0872-000-0001"', '"13800000000"'), "district.supervision_phone", ("写法不对", "只填座机")),
        ("djflow.toml", ("audit_days = 1095", "audit_days = 30"), "retention.audit_days", ("应不小于 183", "六个月")),
        ("djflow.toml", ("login_days = 1095", "login_days = 30"), "retention.login_days", ("应不小于 183", "六个月")),
        ("markets.toml", ("公历逢1、5、8", "公历逢1、5、月亮"), "markets[4].rule", ("月亮", "照印的写")),
        ("markets.toml", ('"逢周六的场"', '"每月满月那场"'), "markets[2].service", ("满月", "每月第1、3场")),
        ("markets.toml", ("x_km = 0.5", 'x_km = "东"'), "markets[1].x_km", ("应为数字，现为文字“东”", "以东几公里")),
        (
            "markets.toml",
            ('"民政社保" = 2', '"民政社报" = 2'),
            "markets[1].heads.民政社报",
            ("没有岗位“民政社报”", "“民政社保”？"),
        ),
        ("markets.toml", ('"09:00-12:00"', '"12:00-09:00"'), "defaults.service_hours", ("12:00-09:00", "服务时间")),
        ("markets.toml", ('code = "M02"', 'code = "M01"'), "", ("编号 M01 用了两次", "")),
        ("markets.toml", ("valid_from = 2026-12-16", "valid_from = 2026-12-10"), "markets[1]", ("文庙广场", "")),
        (
            "markets.toml",
            ("valid_from = 2026-12-16", 'valid_from = "明天"'),
            "markets[1].service_points[2].valid_from",
            ("应为不加引号的日期", "从哪天起"),
        ),
        (
            "schedules.toml",
            ('"0 9 18 * *"', '"0 25 18 * *"'),
            "schedules.roster-generate.cron",
            ("超出范围", "分 时 日 月 周"),
        ),
        (
            "schedules.toml",
            ('"0 9 18 * *"', '"每月18日"'),
            "schedules.roster-generate.cron",
            ("写法不对", "分 时 日 月 周"),
        ),
        (
            "schedules.toml",
            ('"0 9 18 * *"', '"0 9 31 2 *"'),
            "schedules.roster-generate.cron",
            ("不存在的日子", "分 时 日 月 周"),
        ),
        ("channels.toml", ('["file"]', '["sms"]'), "order[1]", ("只能是 file、memory", "依次使用的渠道")),
        ("channels.toml", ("outbox/messages.jsonl", "../messages.jsonl"), "file.path", ("写法不对", ".djflow/")),
        ("holidays/2026.toml", ('name = "春节"', 'nam = "春节"'), "days_off[2].nam", ("没有“nam”", "是不是 name？")),
    ],
)
def test_a_mistake_is_named_with_file_line_key_and_remedy(
    home: Path, file: str, edit: tuple[str, str], key: str, said: tuple[str, str]
) -> None:
    """One slip gives one finding in Chinese, at the line where it stands."""
    line = change(home, file, *edit)
    errors = [error for error in errors_of(check(home)) if error.key == key]
    assert len(errors) == 1, errors_of(check(home))
    found = errors[0]
    assert found.file == file
    assert said[0] in found.what
    assert said[1] in found.fix
    assert not ENGLISH.search(found.what), found.what
    if key and "[" not in key.rsplit(".", maxsplit=1)[-1] and file != "channels.toml":
        assert found.line == line


def test_a_missing_value_is_reported_at_its_table(home: Path) -> None:
    """What is not there is looked for where it should be."""
    line = change(home, "djflow.toml", "[retention]", "[retention]")
    change(home, "djflow.toml", "notice_days = 730\n", "")
    found = only_error(home)
    assert (found.line, found.key, found.what) == (line, "retention.notice_days", "缺少这一项。")
    assert "notice_days = 730" in found.fix


def test_every_mistake_is_listed_at_once(home: Path) -> None:
    """The office mends everything in one go; starting djflow says the same."""
    change(home, "roster.toml", "max_duties = 5", "max_duties = 99")
    change(home, "roster.toml", "standby = true", "stanby = true")
    change(home, "markets.toml", "公历逢6", "公历逢66")
    assert len(errors_of(check(home))) == 3
    with pytest.raises(ConfigError, match=r"配置有 3 处错误") as refused:
        load_settings(home)
    assert "config/markets.toml 第" in refused.value.message


@pytest.mark.parametrize(
    ("old", "new", "what", "fix"),
    [
        ("port = 4280", "port = ", "值的写法不对", "英文双引号"),
        ("port = 4280", "port 4280", "项名后面应是等号", "name ="),
        ("port = 4280", "端口 = 4280", "这一行的写法不对", "英文双引号"),
        ('name = "巍山示范区（演示）"', "name = “巍山示范区”", "值的写法不对", "全角符号““”"),
        ("[web]", "[web", "方括号没有写完", "]"),
        ("port = 4280", "port = 4280\nport = 4281", "写了两次", "删去"),
        ("port = 4280", "port = 4280 网页", "值的后面多了东西", "写在 # 后面"),
    ],
)
def test_a_slip_in_the_notation_is_explained_in_chinese(home: Path, old: str, new: str, what: str, fix: str) -> None:
    """What the TOML reader says in English reaches the office in its own words, with the line."""
    line = change(home, "djflow.toml", old, new) + new.count("\n")
    found = only_error(home)
    assert (found.file, found.line) == ("djflow.toml", line)
    assert what in found.what
    assert fix in found.fix


def test_a_file_saved_in_another_encoding_is_recognised(home: Path) -> None:
    """Windows' Notepad may save GBK; the remedy is named."""
    path = home / "config" / "roster.toml"
    path.write_bytes(path.read_text(encoding="utf-8").encode("gbk"))
    assert only_error(home).fix == "请在编辑器里另存为 UTF-8 编码。"


def test_a_byte_order_mark_does_no_harm(home: Path) -> None:
    """UTF-8 with a mark at the beginning, as Windows writes it, is read."""
    path = home / "config" / "roster.toml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert errors_of(check(home)) == ()


def test_a_missing_file_and_a_missing_folder_are_told_apart(home: Path, tmp_path: Path) -> None:
    """One lost file is named; a folder without configuration sends the office to `djflow init`."""
    (home / "config" / "channels.toml").unlink()
    assert only_error(home).what == "没有这个文件。"
    assert "djflow init" in only_error(tmp_path / "elsewhere").fix


def test_values_still_to_be_settled_are_listed_as_notices(home: Path) -> None:
    """A table marked 待确认 works and is listed with its line."""
    line = change(home, "djflow.toml", "[sending]", '[sending]\nsource = "待确认"') + 1
    found = next(notice for notice in notices_of(check(home)) if notice.file == "djflow.toml")
    assert (found.file, found.line, found.key, found.severity) == (
        "djflow.toml",
        line,
        "sending.source",
        Severity.NOTICE,
    )
    assert load_settings(home).sending.source == "待确认"


def test_a_deployment_that_is_missing_or_misspelt_is_named(home: Path) -> None:
    """Every deployment has its schedule, and no other name is accepted."""
    change(home, "schedules.toml", "[schedules.retention]", "[schedules.retentoin]")
    errors = errors_of(check(home))
    assert [error.fix for error in errors if error.key == "schedules.retentoin"] == ["是不是 retention？"]
    assert [error.what for error in errors if error.key == "schedules.retention"] == ["缺少定时工作“retention”。"]


def test_a_holiday_file_is_checked_against_its_name_and_the_calendar(home: Path) -> None:
    """A wrong year, a make-up workday that was a workday anyway, a file that is no year: all are refused."""
    folder = home / "config" / "holidays"
    text = (folder / "2026.toml").read_text(encoding="utf-8")
    (folder / "2027.toml").write_text(text, encoding="utf-8")
    (folder / "明年.toml").write_text(text, encoding="utf-8")
    change(home, "holidays/2026.toml", "2026-10-10", "2026-10-12")
    found = {error.file: error for error in errors_of(check(home))}
    assert "与文件名不一致" in found["holidays/2027.toml"].what
    assert found["holidays/明年.toml"].what == "文件名应是年份。"
    assert "2026-10-12" in found["holidays/2026.toml"].what
    assert found["holidays/2026.toml"].line == 7


def test_a_text_with_an_unknown_variable_is_refused(home: Path) -> None:
    """The configuration check reads the office's texts too."""
    change(home, "texts/sms/closure.j2", "{{ market }}", "{{ markt }}")
    found = only_error(home)
    assert (found.file, found.line) == ("texts/sms/closure.j2", 5)
    assert "没有变量 markt" in found.what


def test_served_dates_without_a_market_are_pointed_out(home: Path) -> None:
    """Listed service dates on which no market is held are a gap to be listed, not skipped."""
    change(home, "markets.toml", 'service = "逢周三的场"', 'service = "2026-12-02、2026-12-03"')
    assert any("2026-12-03 不逢场" in notice.what for notice in notices_of(check(home)))


def test_an_interval_rule_needs_its_first_day(home: Path) -> None:
    """隔二赶三 without a starting date is refused with the way to write it."""
    change(home, "markets.toml", 'rule = "公历逢8"', 'rule = "隔二赶三"')
    assert "从哪天算起" in only_error(home).what


def test_no_file_of_the_example_names_a_person_or_a_real_number() -> None:
    """Telephones of the demonstration come from an unassigned block."""
    text = "".join(path.read_text(encoding="utf-8") for path in EXAMPLE.rglob("*.toml"))
    numbers = re.findall(r"0872-([0-9]{3})", text)
    assert numbers
    assert set(numbers) == {"000"}
    assert not re.search(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])", text)


def test_every_kind_of_rule_appears_in_the_example() -> None:
    """The demonstration shows all kinds of printed rules."""
    content = tomllib.loads((EXAMPLE / "markets.toml").read_text(encoding="utf-8"))
    rules = " ".join(str(market.get("rule", "")) for market in content["markets"])
    for part in ("公历逢", "农历逢", "单日", "双日", "星期", "天天", "赶子午", "未知"):
        assert part in rules


def test_a_document_that_cannot_be_set_is_named(home: Path) -> None:
    """The configuration check tries each document's text: an unfinished table is found before it is printed."""
    change(home, "texts/documents/dispatch_quota_table.j2", "| *合计 | > | {{ total }} | |", "| *合计 | {{ total }}")
    found = only_error(home)
    assert found.file == "texts/documents/dispatch_quota_table.j2"
    assert "格数" in found.what


def test_a_document_with_an_unknown_field_is_refused(home: Path) -> None:
    """The file, the line and the field are named, for documents as for messages."""
    change(home, "texts/documents/meeting_notice.j2", "{{ place }}", "{{ palce }}")
    found = only_error(home)
    assert found.file == "texts/documents/meeting_notice.j2"
    assert found.line > 0
    assert "没有变量 palce" in found.what
