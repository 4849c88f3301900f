"""The boxes 待办 待阅 已办 已阅."""

from djflow.accounts.model import Act
from djflow.assembly.boxes import link_of
from djflow.core.errors import NotFoundError
from djflow.inbox import service as inbox
from djflow.inbox.model import BOX_WORDS, BY_ITSELF, KIND_WORDS, Box, ItemId, ItemKind
from djflow.web.desk.frame import SAID, Answer, Go, Page, Route, Visit


def box_page(visit: Visit) -> Answer:
    """Show a box, the one of things to do when none is named."""
    word = visit.path.get("box", Box.TO_DO.value)
    if word not in set(Box):
        raise NotFoundError("没有这个事项箱，请从“我的事项”进入。", code="inbox.box")
    which = Box(word)
    with visit.house.reading() as session:
        counts = inbox.counts(session, visit.account)
        items = inbox.box(session, visit.account, which)
    values = {
        "tabs": [(box.value, BOX_WORDS[box], counts[box]) for box in Box],
        "which": which.value,
        "heading": BOX_WORDS[which],
        "items": items,
        "links": {item.id: link_of(item) for item in items},
        "kinds": KIND_WORDS,
        "by_itself": BY_ITSELF | {ItemKind.ROSTER_REVIEW},
        "now": visit.house.now(),
        "said": SAID.get(visit.query.get("said", ""), ""),
        "more": counts[which] > len(items),
    }
    return Page("desk_boxes.html.j2", "boxes", values)


def mark_done(visit: Visit) -> Answer:
    """Mark a task as done."""
    with visit.house.transaction() as session:
        inbox.done(session, ItemId(visit.path["item"]), by=visit.account, now=visit.house.now())
    return Go("/desk?said=done")


def mark_read(visit: Visit) -> Answer:
    """Mark an item as read."""
    with visit.house.transaction() as session:
        inbox.read(session, ItemId(visit.path["item"]), by=visit.account, now=visit.house.now())
    return Go("/desk/box/toread?said=read")


ROUTES = (
    Route("/desk", Act.OWN_BOXES, box_page),
    Route("/desk/box/{box}", Act.OWN_BOXES, box_page),
    Route("/desk/item/{item}/done", Act.OWN_BOXES, mark_done, "POST"),
    Route("/desk/item/{item}/read", Act.OWN_BOXES, mark_read, "POST"),
)
