"""What minutes say, line by line: conclusions only, each with who does it until when. Source: handbook, section 4.5."""

from djflow.meetings.actions.model import Item
from djflow.meetings.minutes.model import Agreed, Minutes


def sentence(one: Agreed) -> str:
    """Return an agreed matter as the minutes print it."""
    content = one.content.rstrip("。；;.")
    helpers = f"，{'、'.join(one.helpers)}配合" if one.helpers else ""
    due = one.due_on
    return f"{content}。由{one.lead}牵头{helpers}，于{due.year}年{due.month}月{due.day}日前完成。"


def lines(minutes: Minutes) -> tuple[str, ...]:
    """Return the text of minutes, paragraph by paragraph."""
    matters = [f"{number}．{sentence(one)}" for number, one in enumerate(minutes.agreed, 1)]
    rolls = [("出席", minutes.present), ("请假", minutes.excused), ("列席", minutes.sat_in)]
    told = [f"{word}：{'、'.join(names)}。" for word, names in rolls if names]
    return (minutes.opening, *matters, *told)


def incomplete(items: tuple[Item, ...]) -> str:
    """Return why minutes cannot be issued: an item that nobody answers for; empty when they can."""
    unowned = [str(one.number) for one in items if one.new.owner is None]
    return f"第{'、'.join(unowned)}项议定事项的牵头单位没有联络员：请先写明由谁负责。" if unowned else ""
