"""Notices at the desk: find one, see its whole life, send a failed one again, call people, stop a channel."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from djflow.accounts.model import Act
from djflow.assembly import House, boxes, calling, notices, reach
from djflow.audit.labels import subject_words
from djflow.core.errors import InputError
from djflow.core.ids import PersonId
from djflow.core.subject import Subject
from djflow.notify.labels import ANSWER_LABELS, KIND_LABELS, MESSAGE_LABELS, NOTICE_LABELS, REASON_LABELS
from djflow.notify.model import COORDINATOR, NoticeKind, NoticeState
from djflow.notify.rules import FAILED
from djflow.people import service as register
from djflow.web.desk.frame import SAID, Answer, Go, Page, Route, Visit

SEARCHED, SHOWN = 5000, 200
_TRIES = {
    "accepted": "平台已收",
    "permanent": "号码或内容被拒",
    "rate_limited": "平台要求稍后再发",
    "transient": "没有发出，再试",
    "unknown": "没有回音，待核对",
    "config": "密钥、签名或地址名单不对",
}
_REPORTS = {"delivered": "已送达", "undelivered": "没有送达", "read": "已读", "unknown": "不明"}
_WAYS = {"me": "手机网页", "sms": "短信回复", "cli": "命令行"}
_LABELS: Mapping[str, object] = {
    "kinds": KIND_LABELS,
    "notice_states": NOTICE_LABELS,
    "message_states": MESSAGE_LABELS,
    "reasons": REASON_LABELS,
    "answers": ANSWER_LABELS,
    "tries": _TRIES,
    "reports": _REPORTS,
    "ways": _WAYS,
}


def search_page(visit: Visit) -> Answer:
    """Show notices by state, kind and recipient, newest first."""
    state, kind = visit.query.get("state", ""), visit.query.get("kind", "")
    who = visit.query.get("who", "").strip()
    rows = notices.listing(visit.house, state=state, kind=kind, limit=SEARCHED if who else SHOWN)
    names = _names(visit.house, (row["recipient"] for row in rows))
    found = [row for row in rows if who in names.get(row["recipient"], row["recipient"])][:SHOWN]
    lines = [_line(row) for row in found]
    values = {**_LABELS, "lines": lines, "people": names, "state": state, "kind": kind, "who": who, "shown": SHOWN}
    return _page("desk_messages.html.j2", visit, values)


def _line(row: Mapping[str, str]) -> dict[str, object]:
    return {
        "row": row,
        "kind": KIND_LABELS[NoticeKind(row["kind"])],
        "state": NOTICE_LABELS[NoticeState(row["state"])],
        "due_at": datetime.fromisoformat(row["due_at"]),
    }


def life_page(visit: Visit) -> Answer:
    """Show one notice from intent to answer."""
    found = notices.life(visit.house, visit.path["notice"])
    subject = Subject.parse(found.subject)
    values = {
        **_LABELS,
        "life": found,
        "people": _names(visit.house, [found.recipient]),
        "about": f"{subject_words(subject.kind)} {subject.id}",
        "to_call": found.state is NoticeState.NEEDS_HUMAN,
        "failed": FAILED,
    }
    return _page("desk_message.html.j2", visit, values)


def letters_page(visit: Visit) -> Answer:
    """Show messages that failed or whose fate nobody knows."""
    found = notices.dead_letters(visit.house)
    values = {**_LABELS, "letters": found, "people": _names(visit.house, (one.recipient for one in found))}
    return _page("desk_letters.html.j2", visit, values)


def calls_page(visit: Visit) -> Answer:
    """Show whom to call, the most pressing first."""
    found = notices.phone_list(visit.house)
    values = {
        **_LABELS,
        "now": visit.house.now(),
        "calls": found,
        "people": _names(visit.house, (one.recipient for one in found)),
    }
    return _page("desk_calls.html.j2", visit, values)


def number(visit: Visit) -> Answer:
    """Show the full number for one call; a list or a reloaded page never shows it."""
    found = calling.show_number(visit.house, visit.path["notice"], by=visit.by)
    values = {"found": found, "who": _names(visit.house, [found.recipient]).get(found.recipient, "")}
    return _page("desk_number.html.j2", visit, values)


def replies_page(visit: Visit) -> Answer:
    """Show the replies nobody could make out, oldest first."""
    found = calling.unclear_replies(visit.house)
    values = {"replies": found, "people": _names(visit.house, (one.recipient for one in found if one.recipient))}
    return _page("desk_replies.html.j2", visit, values)


def handled(visit: Visit) -> Answer:
    """Note that somebody read a reply and did what it asks."""
    calling.handle_reply(visit.house, visit.path["reply"], by=visit.by)
    return Go("/desk/replies?said=handled")


def replay(visit: Visit) -> Answer:
    """Send a failed message again."""
    notices.replay(visit.house, visit.path["message"], by=visit.by)
    return Go("/desk/letters?said=resent")


def called(visit: Visit) -> Answer:
    """Note that somebody called about a notice."""
    notices.settle_call(visit.house, visit.path["notice"], by=visit.by)
    return Go("/desk/calls?said=called")


def contacts_page(visit: Visit) -> Answer:
    """Show the addresses at which nobody was found."""
    return _page("desk_contacts.html.j2", visit, {"contacts": reach.to_check(visit.house)})


def checked(visit: Visit) -> Answer:
    """Use a person's addresses again."""
    reach.checked(visit.house, visit.path["person"], by=visit.by)
    return Go("/desk/contacts?said=checked")


def channels_page(visit: Visit) -> Answer:
    """Show how every channel is doing."""
    return _page("desk_channels.html.j2", visit, {"channels": notices.health(visit.house)})


def pause(visit: Visit) -> Answer:
    """Stop a channel; its messages wait."""
    reason = visit.form.one("reason")[:60]
    if not reason:
        raise InputError("请写明暂停的理由，再提交一次。", code="channel.reason")
    notices.pause_channel(visit.house, visit.path["channel"], reason=reason, by=visit.by)
    return Go("/desk/channels?said=paused")


def resume(visit: Visit) -> Answer:
    """Start a stopped channel again."""
    notices.resume_channel(visit.house, visit.path["channel"], by=visit.by)
    return Go("/desk/channels?said=resumed")


def _page(template: str, visit: Visit, values: Mapping[str, object]) -> Page:
    section = "channels" if template == "desk_channels.html.j2" else "messages"
    may = {"sends": visit.may(Act.MESSAGE_SEND), "shows": visit.may(Act.NUMBER_SHOW)}
    common = {**may, "said": SAID.get(visit.query.get("said", ""), "")}
    return Page(template, section, {**common, **values})


def _names(house: House, recipients: Iterable[str]) -> dict[str, str]:
    """Return recipients as people read them: name and unit; the coordinator's role in words."""
    wanted = set(recipients)
    with house.reading() as session:
        cards = register.people_by_ids(session, [PersonId(one) for one in sorted(wanted) if one != COORDINATOR])
    return {one: f"{card.name}（{card.unit_name}）" for one, card in cards.items()} | {COORDINATOR: boxes.OFFICE_NAME}


ROUTES = (
    Route("/desk/messages", Act.MESSAGE_READ, search_page),
    Route("/desk/messages/{notice}", Act.MESSAGE_READ, life_page),
    Route("/desk/letters", Act.MESSAGE_READ, letters_page),
    Route("/desk/letters/{message}/replay", Act.MESSAGE_SEND, replay, "POST"),
    Route("/desk/calls", Act.MESSAGE_READ, calls_page),
    Route("/desk/calls/{notice}/called", Act.MESSAGE_SEND, called, "POST"),
    Route("/desk/contacts", Act.MESSAGE_READ, contacts_page),
    Route("/desk/contacts/{person}/checked", Act.MESSAGE_SEND, checked, "POST"),
    Route("/desk/calls/{notice}/number", Act.NUMBER_SHOW, number, "POST"),
    Route("/desk/replies", Act.MESSAGE_READ, replies_page),
    Route("/desk/replies/{reply}/handled", Act.MESSAGE_SEND, handled, "POST"),
    Route("/desk/channels", Act.CHANNEL_READ, channels_page),
    Route("/desk/channels/{channel}/pause", Act.CHANNEL_PAUSE, pause, "POST"),
    Route("/desk/channels/{channel}/resume", Act.CHANNEL_PAUSE, resume, "POST"),
)
