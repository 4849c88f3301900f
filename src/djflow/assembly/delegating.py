"""Delegation (代理) at the desk: who may stand in for whom, given for dates, taken back; both names are shown."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from djflow.accounts import rules
from djflow.accounts import service as accounts
from djflow.accounts.model import Account, Act, Role
from djflow.approvals.delegation import service as delegation
from djflow.approvals.model import DelegationId
from djflow.assembly.approval_desk import NO_PERSON, kinds
from djflow.assembly.house import House
from djflow.core.errors import InputError, NotFoundError, RuleError
from djflow.core.ids import PersonId
from djflow.core.spans import DateSpan
from djflow.core.subject import Subject
from djflow.inbox import service as inbox
from djflow.inbox.model import MAX_TITLE, Address, ItemKind, NewItem
from djflow.people import service as people
from djflow.people.model import PersonCard

_PAYERS = frozenset({Role.FINANCE_CLERK, Role.CASHIER})
"""Whoever pays must not approve, not even for somebody else. Source: domain notes, fact 13."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may hold a delegation."""

    person: PersonId
    name: str
    unit: str
    offices: str


@dataclass(frozen=True, slots=True)
class Line:
    """A delegation in words: from whom to whom, for what and when; `own` was given by whoever looks."""

    id: DelegationId
    principal: str
    delegate: str
    matters: str
    first: date
    last: date
    own: bool
    begun: bool


@dataclass(frozen=True, slots=True)
class Delegations:
    """What somebody has given and been given, and whom they may choose."""

    lines: tuple[Line, ...]
    candidates: tuple[Candidate, ...]


def overview(house: House, account: Account) -> Delegations:
    """Return the delegations of an account's person that are in force or to come, and who may be chosen."""
    if account.person is None:
        return Delegations((), ())
    names = {"": "全部审批事项", **kinds(house)}
    with house.reading() as session:
        found = delegation.known_to(session, account.person, house.today())
        cards = people.people_by_ids(session, sorted({p for one in found for p in (one.principal, one.delegate)}))
        lines = tuple(
            Line(
                id=one.id,
                principal=_name(cards.get(one.principal)),
                delegate=_name(cards.get(one.delegate)),
                matters=names.get(one.kind, one.kind),
                first=one.first,
                last=one.last,
                own=one.principal == account.person,
                begun=one.first <= house.today(),
            )
            for one in found
        )
        return Delegations(lines, _candidates(session, account.person))


def _name(card: PersonCard | None) -> str:
    return f"{card.name}（{card.unit_name}）" if card else "（已不在册）"


def _candidates(session: Session, principal: PersonId) -> tuple[Candidate, ...]:
    """Return who may stand in: in post, of the same unit or the one above, with an account that may approve."""
    mine = people.people_by_ids(session, [principal]).get(principal)
    if mine is None:
        return ()
    parent = next((one.entry.parent_code for one in people.units(session) if one.id == mine.unit_id), "")
    held = {one.person: one for one in accounts.accounts(session) if one.person and _fit(one)}
    payers = {one.person for one in accounts.accounts(session) if one.roles & _PAYERS}
    cards = people.people_by_ids(session, sorted(held.keys() - {principal} - payers))
    near = {mine.unit_code, parent} - {""}
    found = [card for card in cards.values() if card.serves and card.unit_code in near]
    found.sort(key=lambda card: (card.unit_code != mine.unit_code, -card.grade, card.code))
    return tuple(Candidate(card.id, card.name, card.unit_name, held[card.id].role_words) for card in found)


def _fit(account: Account) -> bool:
    return not account.disabled and rules.may(account.roles, Act.APPROVAL_DECIDE)


def give(house: House, account: Account, to: str, span: DateSpan, *, kind: str = "") -> DelegationId:
    """Let somebody decide for the account's person on the days of `span`, for all kinds of matters or one; tell them.

    Raises: RuleError for an account without a person, or for somebody who may not hold it; InputError, ConflictError
    and NotFoundError of `delegation.delegate`.
    """
    if account.person is None:
        raise RuleError(NO_PERSON, code="approval.no_person")
    if kind not in {"", *kinds(house)}:
        raise InputError("没有这种审批事项：请重新选择。", code="delegation.kind")
    with house.transaction() as session:
        chosen = next((one for one in _candidates(session, account.person) if one.person == to), None)
        if chosen is None:
            raise RuleError(
                "代理人须是本单位或上级单位在岗、有审批账号的同志，不能是财务、出纳：请另选一位。",
                code="delegation.not_allowed",
            )
        made = delegation.delegate(
            session, account.person, chosen.person, span, by=account.actor, now=house.now(), kind=kind
        )
        name = people.people_by_ids(session, [account.person])[account.person].name
        days = f"{span.first.month}月{span.first.day}日至{span.last.month}月{span.last.day}日"
        title = f"{name}委托您代理审批：{days}"[:MAX_TITLE]
        address = Address(person=chosen.person)
        item = NewItem(ItemKind.INFO, _subject(made), address, title, "/desk/delegations", task=False)
        inbox.post_item(session, item, now=house.now())
        return made


def withdraw(house: House, account: Account, delegation_id: DelegationId) -> None:
    """Take back a delegation that the account's person has given; what was decided by it stays.

    Raises: NotFoundError for somebody else's, or one that is over.
    """
    with house.transaction() as session:
        known = delegation.known_to(session, account.person, house.today()) if account.person else ()
        if not any(one.id == delegation_id and one.principal == account.person for one in known):
            raise NotFoundError("没有这项代理，或它不是您委托的：请刷新后再看。", code="delegation.unknown")
        delegation.revoke(session, delegation_id, by=account.actor, now=house.now())
        inbox.settle(session, ItemKind.INFO, _subject(delegation_id), by=account.actor, now=house.now())


def _subject(delegation_id: DelegationId) -> Subject:
    return Subject("approvals.delegation", delegation_id)
