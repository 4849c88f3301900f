import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from djflow.core.errors import ConfigError
from djflow.notify.texts import SAMPLES, Texts

EXAMPLE = Path(str(files("djflow") / "starter" / "texts"))
SIGNATURE = "【示范区委组织部】"
DUTY = {
    "name": "欧阳修文",
    "date": "12月25日",
    "time": "9:00",
    "market": "马鞍山新街",
    "place": "农贸市场门前",
    "leader": "司马光明",
    "post": "民政社保",
    "notice": "",
    "added": "12月25日周五09:00马鞍山新街（民政社保）",
    "removed": "",
    "asker": "司马光明",
    "what": "想用12月25日周五马鞍山新街换您12月21日周一马鞍山老街的值班",
    "receipt": "JZ2026-0012",
    "outcome": "对方没有同意，值班仍由您承担",
}
APPROVAL = {
    "name": "欧阳修文",
    "what": "温暖工程基金申请WF2026-0017",
    "step": "镇街审核",
    "due": "11月30日",
    "office": "镇（乡）组织委员",
    "verdict": "退回申请人",
    "time": "11月24日10:05",
    "code": "052719",
    "minutes": "10",
    "outcome": "已退回，请按意见修改后再报",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the example texts."""
    shutil.copytree(EXAMPLE, tmp_path / "texts")
    return tmp_path / "texts"


def test_the_example_texts_are_free_of_faults(folder: Path) -> None:
    """Every text can be filled with what it may use."""
    Texts(folder).load_all()


def test_a_reminder_says_who_when_where_and_how_to_answer(folder: Path) -> None:
    """The duty reminder is one sentence a cadre can act on."""
    text = Texts(folder).render("sms/duty_reminder", **DUTY)
    assert text == "欧阳修文同志，请于12月25日的9:00到马鞍山新街参加赶场服务，带队司马光明，收到回1，请假回2。"


POSTING = {
    "name": "欧阳修文",
    "cadre": "司马光明",
    "host": "马鞍山乡",
    "title": "驻村工作队队长",
    "state": "任期延长到2028年11月30日",
}
COURSE = {
    "name": "欧阳修文",
    "course": "年轻干部乡村振兴专题培训班",
    "first": "12月25日",
    "last": "12月31日",
    "school": "中共某某区委党校",
}
HOURS = {"name": "欧阳修文", "year": "2026", "lacking": "110"}
RESERVE = {"name": "欧阳修文", "outcome": "这次未列入"}
BATCH = {"name": "欧阳修文", "batch": "2027年第一批驻村干部", "count": "12", "until": "11月27日"}
BATCH |= {"state": "单位已推荐您参加选派，组织部正在审查"}
MEETING = {
    "name": "欧阳修文",
    "title": "统筹城乡基层党建联席会议",
    "state": "定于12月10日09:00在区委三楼会议室召开，请于12月08日前回复",
}
DOCUMENT = {"name": "欧阳修文", "what": "示组联发〔2026〕112号", "state": "已印发，请于11月30日前签收"}
CIRCULAR = {
    "name": "欧阳修文",
    "period": "2026年第四季度",
    "state": "请于12月07日前核对贵单位的数据，逾期视为无异议",
}
FUND = {"name": "欧阳修文", "number": "WF2026-0017", "state": "银行退回，等更正账号"}


@pytest.mark.parametrize("name", [name for name in SAMPLES if name.startswith("sms/") and name != "sms/digest"])
def test_a_text_message_with_long_values_is_one_part(folder: Path, name: str) -> None:
    """Signature and text together stay within 70 UTF-16 units, so that one message is paid for one."""
    kinds = {"sms/approval": APPROVAL, "sms/fund": FUND, "sms/batch": BATCH, "sms/posting": POSTING}
    kinds |= {
        "sms/course": COURSE,
        "sms/hours": HOURS,
        "sms/reserve": RESERVE,
        "sms/document": DOCUMENT,
        "sms/meeting": MEETING,
        "sms/circular": CIRCULAR,
    }
    values = next((kept for begin, kept in kinds.items() if name.startswith(begin)), DUTY)
    text = SIGNATURE + Texts(folder).render(name, **values)
    assert len(text.encode("utf-16-le")) // 2 <= 70


def test_the_public_notice_lists_sessions_changes_and_telephones(folder: Path) -> None:
    """The notice has its sessions, the change line and both kinds of telephone."""
    text = Texts(folder).render("public/duty_notice", **SAMPLES["public/duty_notice"])
    assert text.startswith("2026年12月“干部群众面对面”赶场便民服务安排公示")
    assert "1. 12月8日（星期二）9:00-12:00，马鞍山（逢3、8）。\n   地点：" in text
    assert "1. 因道路施工，原定12月8日马鞍山服务调整为12月13日。" in text
    assert "马鞍山乡：0872-000-0101\n监督电话（中共某某区委组织部）：0872-000-0001" in text


def test_a_notice_without_changes_has_no_change_heading(folder: Path) -> None:
    """A first version does not speak of changes."""
    values = {**SAMPLES["public/duty_notice"], "changes": ()}
    assert "变更" not in Texts(folder).render("public/duty_notice", **values)


def test_a_missing_value_is_an_error_and_not_a_gap(folder: Path) -> None:
    """Nobody receives a message with a hole in it."""
    values = {key: value for key, value in DUTY.items() if key != "market"}
    with pytest.raises(ConfigError, match=r"config/texts/sms/duty_reminder\.j2 第 6 行"):
        Texts(folder).render("sms/duty_reminder", **values)


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("{# 说明 #}\n{{ name }}同志{{ telephone }}", 2, "没有变量 telephone"),
        ("{# 说明 #}\n\n{{ name }", 3, "模板写法不对"),
        ("{{ name }}\n{{ name.missing }}", 2, "填不出来"),
        ("{{ name }}\n{{ name.__class__ }}", 2, "不允许"),
        ("{% for x in name %}\n{{ x + 1 }}{% endfor %}", 2, "填不出来"),
    ],
)
def test_a_fault_is_named_with_its_line(folder: Path, text: str, line: int, what: str) -> None:
    """A slip in a text is found by the check, not by the person who receives it."""
    (folder / "sms" / "closure.j2").write_text(text, encoding="utf-8")
    (fault,) = Texts(folder).faults()
    assert (fault.file, fault.line) == ("sms/closure.j2", line)
    assert what in fault.what
    with pytest.raises(ConfigError, match="sms/closure"):
        Texts(folder).load_all()


def test_a_missing_and_a_superfluous_text_are_named(folder: Path) -> None:
    """A renamed file is both: one text is gone, another belongs to nothing."""
    (folder / "sms" / "closure.j2").rename(folder / "sms" / "close.j2")
    assert {(fault.file, fault.what) for fault in Texts(folder).faults()} == {
        ("sms/close.j2", "没有用到这个文本。"),
        ("sms/closure.j2", "没有这个文本。"),
    }
    with pytest.raises(ConfigError, match="没有这个文本"):
        Texts(folder).variables("sms/closure")


def test_each_text_explains_its_variables() -> None:
    """Who edits a text finds every variable named at its top."""
    for name, sample in SAMPLES.items():
        head = (EXAMPLE / f"{name}.j2").read_text(encoding="utf-8").split("#}")[0]
        assert all(variable in head for variable in sample), name


def test_a_text_saved_in_another_encoding_is_recognised(folder: Path) -> None:
    """Windows' Notepad may save GBK; a byte order mark does no harm."""
    path = folder / "sms" / "closure.j2"
    text = path.read_text(encoding="utf-8")
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert Texts(folder).render("sms/closure", **DUTY).startswith("欧阳修文同志")
    path.write_bytes(text.encode("gbk"))
    assert [fault.what for fault in Texts(folder).faults()] == ["文件不是 UTF-8 编码。"]
    with pytest.raises(ConfigError, match="UTF-8"):
        Texts(folder).render("sms/closure", **DUTY)
