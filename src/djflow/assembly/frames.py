"""Turns settings into the values that the roster works with."""

from djflow.assembly.house import House
from djflow.calendar.market import describe
from djflow.calendar.service_rule import describe_service_rule
from djflow.calendar.town import MarketTown
from djflow.calendar.workdays import DayKind
from djflow.core.spans import Month
from djflow.roster.facts import Horizon
from djflow.roster.planning import MarketPlan, Policy, Post
from djflow.roster.reading import Frame
from djflow.roster.views import BoardMarket, DistrictNames


def policy_of(house: House) -> Policy:
    """Return the office's rules of duty."""
    roster = house.settings.roster
    load = roster.load
    return Policy(
        posts=tuple(Post(post.name, post.required_skill, post.leader, post.services) for post in roster.posts),
        rules=roster.rules(),
        load={
            DayKind.WORKDAY: load.workday,
            DayKind.MAKEUP: load.workday,
            DayKind.WEEKEND: load.weekend,
            DayKind.HOLIDAY: load.holiday,
        },
        max_duties=roster.max_duties,
        quota_tolerance=1 + roster.quota_tolerance,
        standby=roster.standby,
        comp_leave=roster.comp_leave,
    )


def horizon_of(house: House) -> Horizon:
    """Return how far back duties count."""
    return Horizon(house.settings.roster.history_months, house.settings.roster.rest_gap_days)


def plans_of(house: House) -> tuple[MarketPlan, ...]:
    """Return every market town with its place and needs."""
    services = house.settings.services
    return tuple(
        MarketPlan(town, services[town.code].x_km, services[town.code].y_km, services[town.code].heads)
        for town in house.settings.markets
    )


def names_of(house: House) -> DistrictNames:
    """Return what heads every public page."""
    district = house.settings.district
    return DistrictNames(district.name, district.department, district.supervision_phone)


def frame_of(house: House, month: Month | None = None) -> Frame:
    """Return what the configuration adds to a roster of `month`, of the present month when none is given."""
    names = names_of(house)
    return Frame(
        names.district, names.department, names.supervision_phone, board_markets(house, month), policy_of(house).posts
    )


def board_markets(house: House, month: Month | None = None) -> tuple[BoardMarket, ...]:
    """Return the market towns as the public sees them in `month`."""
    shown = month or Month.of(house.today())
    return tuple(_board_market(house, town, shown) for town in house.settings.markets)


def _board_market(house: House, town: MarketTown, month: Month) -> BoardMarket:
    day = max(month.first, house.today()) if Month.of(house.today()) == month else month.first
    dated = town.rule_on(day)
    known = dated is not None and dated.rule.is_known
    site = town.site_on(day)
    return BoardMarket(
        code=town.code,
        name=town.name,
        township=town.township,
        rule=dated.text if dated and known else None,
        rule_described=describe(dated.rule) if dated and known else "场期待核实",
        place=(site.address or site.name) if site else "",
        start=town.service_hours.begin,
        end=town.service_hours.end,
        town_phone=town.town_phone,
        served=describe_service_rule(town.service) if known else "场期核实后安排",
    )
