"""The public notice of a month's duty (公示), in the office's own words.

The template is `config/texts/public/duty_notice.j2`. It gets:

- `district`, `department`, `month` (`2026年12月`), `version` (a number), `published_on` (`2026年11月20日`)
- `rows`, one per session in the board's order: `market` 场镇, `rule` 场期, `date` (`12月5日`), `weekday` (`星期六`),
  `time` (`09:00—12:00`), `place` 地点, `units` 参加单位, `services` 服务内容, `leader` 带队领导 (name and post),
  `note` 备注 (停办 and its reason, else empty); all texts
- `changes`: the sentences about changes after publication
- `town_phones`: `township` 镇乡 and `phone` 电话 of the town offices, each township once
- `supervision_phone`: the telephone for complaints

No personal number is among the values, so that no wording can print one.
"""

from typing import TypeAlias

from djflow.core.clock import civil_date
from djflow.notify.texts import Texts
from djflow.roster.outputs.wording import full_day, hours, weekday
from djflow.roster.views import Board, BoardMarket, BoardSession, SessionState

NoticeRow: TypeAlias = dict[str, str]
TEMPLATE = "public/duty_notice"


def render(texts: Texts, board: Board) -> str:
    """Return the public notice of a published month.

    Raises: ConfigError when the office's text is missing or wrong.
    """
    markets = {market.code: market for market in board.markets}
    return texts.render(
        TEMPLATE,
        district=board.district,
        department=board.department,
        month=board.month.title,
        version=board.version,
        published_on=full_day(civil_date(board.published_at)),
        rows=[_row(session, markets[session.market]) for session in board.sessions],
        changes=[change.text for change in board.changes],
        town_phones=[{"township": town, "phone": phone} for town, phone in _phones(board)],
        supervision_phone=board.supervision_phone,
    )


def _row(session: BoardSession, market: BoardMarket) -> NoticeRow:
    note = session.note
    if session.state is SessionState.CANCELLED:
        note = f"停办：{note}" if note else "停办"
    return {
        "market": market.name,
        "rule": market.rule or "未知",
        "date": f"{session.on.month}月{session.on.day}日",
        "weekday": f"星期{weekday(session.on)}",
        "time": hours(session.start, session.end),
        "place": session.place,
        "units": "、".join(session.units) or "待定",
        "services": "、".join(session.services) or "待定",
        "leader": session.leader or "待定",
        "note": note,
    }


def _phones(board: Board) -> list[tuple[str, str]]:
    served = {session.market for session in board.sessions}
    pairs = [(market.township, market.town_phone) for market in board.markets if market.code in served]
    return list(dict.fromkeys(pair for pair in pairs if pair[1]))
