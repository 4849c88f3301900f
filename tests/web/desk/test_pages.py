"""What the pages of the desk do: rosters, accounts, the record."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from djflow.accounts.model import Role
from djflow.assembly import House, swapping
from djflow.assembly import roster as acts
from djflow.core.clock import FixedClock
from djflow.core.ids import PersonId
from djflow.core.spans import Month
from djflow.roster.views import RosterState
from tests.web.desk.conftest import PASSWORD, Staff, app_of
from tests.web.desk.conftest import Browser as Surfer

DECEMBER = Month(2026, 12)


@pytest.fixture
def draft(house: House, ids: dict[str, PersonId]) -> acts.Draft:
    """December's draft."""
    assert ids
    return acts.draft(house, DECEMBER, by="test")


def test_a_draft_is_published_from_the_box(house: House, draft: acts.Draft, staff: Staff) -> None:
    """A draft waits in the clerk's box, is published after the tick, leaves the box, and the month is in force."""
    clerk = staff.inside("zhang", Role.OFFICE_CLERK)
    path = f"/desk/roster/{draft.roster_id}"
    assert f'href="{path}"' in clerk.text("/desk")
    assert "我已核对" in clerk.text(path)
    assert clerk.send(f"{path}/publish").status_code == 400
    done = clerk.send(f"{path}/publish", sure="yes", reason="部务会同意")
    assert done.headers["location"] == f"{path}?said=published"
    page = clerk.text(f"{path}?said=published")
    assert "已发布，公示网页已更新" in page
    assert "我已核对" not in page
    standing = acts.standing(house, DECEMBER)
    assert standing is not None
    assert standing.state is RosterState.PUBLISHED
    assert path not in clerk.text("/desk")
    assert path in clerk.text("/desk/box/done")


def test_the_desk_and_prefect_give_one_result(house: House, draft: acts.Draft, staff: Staff) -> None:
    """What Prefect's form published meanwhile is not published twice, and cannot be voided any more."""
    clerk = staff.inside("zhang", Role.OFFICE_CLERK)
    path = f"/desk/roster/{draft.roster_id}"
    clerk.text(path)
    acts.publish(house, draft.roster_id, by="prefect:coordinator")
    assert clerk.send(f"{path}/publish", sure="yes").headers["location"] == f"{path}?said=already"
    assert clerk.send(f"{path}/void", reason="晚了").status_code == 409
    assert path not in clerk.text("/desk")


def test_a_draft_is_voided_with_a_reason(draft: acts.Draft, staff: Staff) -> None:
    """Voiding needs a reason; the draft then leaves box and list."""
    clerk = staff.inside("zhang", Role.OFFICE_CLERK)
    path = f"/desk/roster/{draft.roster_id}"
    clerk.text(path)
    assert clerk.send(f"{path}/void", reason=" ").status_code == 400
    assert clerk.send(f"{path}/void", reason="人员名单有误").headers["location"] == "/desk/roster?said=void"
    assert "没有等待审核的草案" in clerk.text("/desk/roster")
    assert path not in clerk.text("/desk")


def test_versions_show_their_difference(house: House, draft: acts.Draft, staff: Staff) -> None:
    """The second version names who left and who came, links to the first, and its files can be fetched."""
    acts.publish(house, draft.roster_id, by="test")
    book = acts.book(house, draft.roster_id)
    line = next(line for line in book.lines if line.post == "综合受理" and line.kind == "duty")
    best = next(
        option.person_code
        for option in swapping.suggestions(house, DECEMBER, line.event, line.post)
        if option.person_code != line.person_code
    )
    done = acts.swap(house, DECEMBER, swapping.Swap(line.event, line.post, line.person_code, best), by="test")
    clerk = staff.inside("zhang", Role.OFFICE_CLERK)
    page = clerk.text(f"/desk/roster/{done.roster_id}")
    assert f"<del>{line.person_name}</del> → 甲{best}" in page
    assert f'href="/desk/roster/{draft.roster_id}"' in page
    files = re.findall(r'href="(/files/[^"]+)"', page)
    assert len(files) >= 5
    assert clerk.ask(next(f for f in files if f.endswith(".xlsx"))).status_code == 200
    auditor = staff.inside("shenji", Role.AUDITOR_READONLY, person="A03")
    assert "/files/" not in auditor.text(f"/desk/roster/{done.roster_id}")


def test_accounts_are_made_changed_reset_and_shut(staff: Staff, house: House) -> None:
    """The security administrator makes an account, changes its roles, resets and shuts it, at once."""
    security = staff.inside("anquan", Role.SECURITY_ADMIN, person="A01")
    made = security.send("/desk/accounts", login="wang", role="office_clerk", person="A03")
    assert made.status_code == 200
    path = re.search(r'href="(/desk/accounts/[0-9a-f]{32})">wang<', security.text("/desk/accounts"))
    assert path
    user = Surfer(app_of(house))
    assert user.log_in("wang", re.findall(r'class="secret">([^<]+)<', made.text)[0]).status_code == 303
    assert security.send(f"{path[1]}/roles", role="cadre_clerk").headers["location"].endswith("said=roles")
    assert user.ask("/desk/password").status_code == 303
    assert 'value="cadre_clerk" checked' in security.text(path[1])
    again = security.send(f"{path[1]}/reset")
    first = re.findall(r'class="secret">([^<]+)<', again.text)[0]
    assert user.log_in("wang", first).status_code == 303
    security.send(f"{path[1]}/disable")
    assert user.ask("/desk/password").status_code == 303
    assert user.log_in("wang", first).status_code == 401
    assert "停用" in security.text("/desk/accounts")
    security.send(f"{path[1]}/enable")
    assert user.log_in("wang", first).status_code == 303


def test_three_administrators_cannot_be_joined_at_the_desk(staff: Staff) -> None:
    """Nobody becomes two administrators through the pages, and nobody changes the own account."""
    security = staff.inside("anquan", Role.SECURITY_ADMIN, person="A01")
    same = security.send("/desk/accounts", login="shenji", role="audit_admin", person="A01")
    assert (same.status_code, "三员分立" in same.text) == (409, True)
    assert security.send("/desk/accounts", login="x y", role="audit_admin", person="A02").status_code == 400
    assert security.send("/desk/accounts", login="wang", role="emperor", person="A02").status_code == 404
    own = re.search(r'href="(/desk/accounts/[0-9a-f]{32})">anquan<', security.text("/desk/accounts"))
    assert own
    assert "这是您自己的账号" in security.text(own[1])
    assert security.send(f"{own[1]}/roles", role="audit_admin").status_code == 403
    assert security.send(f"{own[1]}/reset").status_code == 403


def test_the_record_is_read_and_proved(house: House, draft: acts.Draft, staff: Staff) -> None:
    """The audit administrator reads who did what, of one subject too, and proves the chain; a broken one is said."""
    clerk = staff.inside("zhang", Role.OFFICE_CLERK)
    clerk.text("/desk")
    clerk.send(f"/desk/roster/{draft.roster_id}/publish", sure="yes")
    auditor = staff.inside("shenji", Role.AUDIT_ADMIN, person="A03")
    page = auditor.text(f"/desk/audit?subject=roster.roster:{draft.roster_id}")
    assert re.findall(r"<br>(\w+值班表)", page) == ["发布值班表", "起草值班表"]
    assert "<td>zhang<br>" in page
    auditor.text("/desk/audit")
    assert auditor.send("/desk/audit/check").headers["location"] == "/desk/audit?said=intact"
    for query in ("before=x", "before=１", "subject=a", "before=99999999999999999999"):
        assert auditor.ask(f"/desk/audit?{query}").status_code == 400, query
    drop = {
        "sqlite": "DROP TRIGGER audit_entry_no_update",
        "postgresql": "DROP TRIGGER audit_entry_guard ON audit_entry",
    }[house.database.engine.dialect.name]
    with house.database.engine.begin() as connection:
        connection.execute(text(drop))
        connection.execute(text("UPDATE audit_entry SET actor = 'x' WHERE seq = 2"))
    broken = auditor.send("/desk/audit/check")
    assert (broken.status_code, "第2条起核对不上" in broken.text) == (500, True)


def test_the_login_log_shows_attempts(staff: Staff, house: House) -> None:
    """The audit administrator sees every attempt with time, result and address, names only of real accounts."""
    staff.make("zhang", Role.OFFICE_CLERK)
    later = app_of(replace(house, clock=FixedClock(house.now() + timedelta(minutes=1))))
    for login, password in (("zhang", "Falsch-2026-ab"), ("zhang", PASSWORD), ("geheim2026", PASSWORD)):
        Surfer(later).log_in(login, password)
    auditor = staff.inside("shenji", Role.AUDIT_ADMIN, person="A03")
    page = auditor.text("/desk/audit/logins")
    for words in ("密码不对", "登录成功", "没有这个账号", "10.0.0.9", "zhang"):
        assert words in page
    assert "geheim2026" not in page
    assert auditor.ask("/desk/audit/logins?before=a;b").status_code == 400


def test_the_system_page_names_no_person(staff: Staff, ids: dict[str, PersonId]) -> None:
    """The system administrator sees versions, database and configuration, and nobody's name."""
    system = staff.inside("xitong", Role.SYSTEM_ADMIN, person="A01")
    page = system.text("/desk/system")
    assert "程序版本" in page
    assert not [code for code in ids if f"甲{code}" in page]


@pytest.mark.parametrize("word", ["tod", "<b>"])
def test_unknown_boxes(staff: Staff, word: str) -> None:
    """A box that does not exist is not found, whatever is written there."""
    answer = staff.inside("zhang", Role.OFFICE_CLERK).ask(f"/desk/box/{word}")
    assert answer.status_code == 404
    assert "<b>" not in answer.text
