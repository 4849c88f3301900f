"""The demonstration district's accounts: who approves, keeps the money and administers, all with one first password.

The password is drawn anew for every home and lies beside the database in a file that only the owner can read.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from djflow.accounts import hashing
from djflow.accounts import service as accounts
from djflow.accounts.model import NewAccount, Role
from djflow.assembly import House
from djflow.people import service as people
from djflow.people.model import PersonCard, Unit

FILE = "demo-accounts.txt"
_OFFICE = (
    ("buzhang", Role.DEPT_MINISTER),
    ("fubuzhang", Role.DEPT_DEPUTY),
    ("zuzhike", Role.OFFICE_CLERK),
    ("ganbuke", Role.CADRE_CLERK),
    ("caiwu", Role.FINANCE_CLERK),
    ("chuna", Role.CASHIER),
    ("anquan", Role.SECURITY_ADMIN),
    ("xitong", Role.SYSTEM_ADMIN),
)
"""One person of the organisation department for each, in its official order."""
_AUDITORS = (("shenji", Role.AUDIT_ADMIN), ("jijian", Role.AUDITOR_READONLY))
"""The same of another department: nobody looks after himself."""
_TOWN = (
    ("shuji", Role.TOWN_SECRETARY),
    ("zuwei", Role.TOWN_ORG_COMMISSIONER),
    ("dangban", Role.TOWN_CLERK),
)


def load_accounts(house: House, *, by: str) -> bool:
    """Make the accounts and write their list beside the database; False when there are accounts already."""
    password = hashing.first_password()
    password_hash = hashing.hash_of(password)
    with house.transaction() as session:
        if accounts.accounts(session):
            return False
        made = [
            accounts.create(session, new, password_hash, by=by, now=house.now())
            for new in _wanted(people.units(session), people.cadres(session))
        ]
    lines = [f"示范区的账号，初始密码都是 {password}，三天内有效，第一次登录时要改。", ""]
    lines += [f"{one.login:<12}{one.role_words}" for one in made]
    _write(house.state / FILE, "\n".join([*lines, "", "过期了用 djflow account reset 账号名 重新设。", ""]))
    return True


def _wanted(units: Sequence[Unit], cards: Sequence[PersonCard]) -> Iterator[NewAccount]:
    posts = {"区委组织部": _OFFICE, "区委办": _AUDITORS}
    towns = [unit for unit in units if unit.entry.kind.is_town]
    for unit in units:
        number = f"{towns.index(unit) + 1:02d}" if unit in towns else ""
        wanted = _TOWN if unit in towns else posts.get(unit.entry.short_name, ())
        staff = [card for card in cards if card.unit_code == unit.code]
        for (login, role), card in zip(wanted, staff, strict=False):
            yield NewAccount(f"{login}{number}", frozenset({role}), card.code)


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
