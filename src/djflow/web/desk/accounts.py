"""The security administrator's pages: accounts, their roles, first passwords."""

from djflow.accounts import service
from djflow.accounts.model import ROLE_WORDS, AccountId, Act, NewAccount, Role
from djflow.assembly import doorway
from djflow.people import service as people
from djflow.web.desk.frame import SAID, Answer, Go, Page, Route, Visit

_CHOICE = tuple((role.value, words) for role, words in ROLE_WORDS.items() if role is not Role.PUBLIC_VIEWER)


def list_page(visit: Visit) -> Answer:
    """Show all accounts and the form for a new one."""
    with visit.house.reading() as session:
        found = service.accounts(session)
        cards = people.people_by_ids(session, [one.person for one in found if one.person])
        units = {unit.id: unit.name for unit in people.units(session)}
    holders = {}
    for one in found:
        card = cards.get(one.person) if one.person else None
        holders[one.id] = f"{card.name}（{card.unit_name}）" if card else units.get(one.unit, "") if one.unit else ""
    values = {
        "accounts": found,
        "holders": holders,
        "roles": _CHOICE,
        "now": visit.house.now(),
        "said": SAID.get(visit.query.get("said", ""), ""),
    }
    return Page("desk_accounts.html.j2", "accounts", values)


def account_page(visit: Visit) -> Answer:
    """Show one account with what can be done to it."""
    with visit.house.reading() as session:
        account = service.account_of(session, AccountId(visit.path["account"]))
    values = {"one": account, "roles": _CHOICE, "own": account.id == visit.account.id, "now": visit.house.now()}
    return Page("desk_account.html.j2", "accounts", values)


def create(visit: Visit) -> Answer:
    """Make an account and show its first password once."""
    form = visit.form
    roles = doorway.roles_named(form.every("role"))
    new = NewAccount(form.one("login"), roles, form.one("person"), form.one("unit"))
    return _shown(doorway.create_account(visit.house, new, by=visit.by))


def reset(visit: Visit) -> Answer:
    """Give an account a first password again and show it once."""
    return _shown(doorway.reset_account(visit.house, AccountId(visit.path["account"]), by=visit.by))


def _shown(made: doorway.FirstPassword) -> Page:
    return Page("desk_first_password.html.j2", "accounts", {"one": made.account, "password": made.password})


def set_roles(visit: Visit) -> Answer:
    """Give an account other roles."""
    roles = doorway.roles_named(visit.form.every("role"))
    doorway.set_roles(visit.house, AccountId(visit.path["account"]), roles, by=visit.by)
    return Go("/desk/accounts?said=roles")


def disable(visit: Visit) -> Answer:
    """Shut an account."""
    doorway.set_disabled(visit.house, AccountId(visit.path["account"]), disabled=True, by=visit.by)
    return Go("/desk/accounts?said=disabled")


def enable(visit: Visit) -> Answer:
    """Open an account again."""
    doorway.set_disabled(visit.house, AccountId(visit.path["account"]), disabled=False, by=visit.by)
    return Go("/desk/accounts?said=enabled")


ROUTES = (
    Route("/desk/accounts", Act.ACCOUNT_MANAGE, list_page),
    Route("/desk/accounts", Act.ACCOUNT_MANAGE, create, "POST"),
    Route("/desk/accounts/{account}", Act.ACCOUNT_MANAGE, account_page),
    Route("/desk/accounts/{account}/reset", Act.ACCOUNT_MANAGE, reset, "POST"),
    Route("/desk/accounts/{account}/roles", Act.ACCOUNT_MANAGE, set_roles, "POST"),
    Route("/desk/accounts/{account}/disable", Act.ACCOUNT_MANAGE, disable, "POST"),
    Route("/desk/accounts/{account}/enable", Act.ACCOUNT_MANAGE, enable, "POST"),
)
