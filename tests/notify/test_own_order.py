"""The way a person wants to be tried first: kept for the whole life of a notice, never for what is urgent."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from djflow.db.session import Database
from djflow.notify import rules
from djflow.notify.manners import NoWishes
from djflow.notify.model import PHONE_LIST, Policy, Step, Urgency
from tests.notify.post import ASK, HOUR, Post, post_office

WAYS = {"im": "wecom", "sms": "mobile", "mas": "mobile", "mail": "email"}
STEPS = (Step("im", HOUR), Step("sms", 2 * HOUR), Step("mas"), Step(PHONE_LIST))


class Chosen(NoWishes):
    """What people chose."""

    def __init__(self, **ways: str) -> None:
        self.ways = ways

    def first_ways(self, session: Session, ids: object) -> dict[str, str]:
        """Return it."""
        assert session.is_active
        assert ids is not None
        return self.ways


def channels(policy: Policy, first: str) -> list[str]:
    """The channels in the order in which they are tried."""
    return [step.channel for step in rules.in_own_order(policy, WAYS, first).steps]


def test_the_chosen_way_goes_first_and_the_rest_keeps_its_order() -> None:
    """Both channels to the telephone come before 企业微信, each with its own wait; the human's list stays last."""
    policy = Policy(steps=STEPS)
    assert channels(policy, "mobile") == ["sms", "mas", "im", PHONE_LIST]
    assert rules.in_own_order(policy, WAYS, "mobile").steps[0].wait == timedelta(hours=2)
    assert channels(policy, "email") == channels(policy, "") == ["im", "sms", "mas", PHONE_LIST]


def test_urgent_goes_the_offices_way() -> None:
    """Whoever is called to stand in is called in the order the office wrote."""
    assert channels(Policy(Urgency.URGENT, STEPS), "mobile") == ["im", "sms", "mas", PHONE_LIST]


@given(st.permutations(STEPS), st.sampled_from(["", *sorted(set(WAYS.values()))]))
def test_no_step_is_lost_or_doubled(steps: list[Step], first: str) -> None:
    """An own order is an order of the same steps."""
    after = rules.in_own_order(Policy(steps=tuple(steps)), WAYS, first).steps
    assert sorted(after, key=str) == sorted(steps, key=str)


@pytest.fixture
def post(database: Database) -> Post:
    """Notices that ask, by 企业微信 and then by text."""
    return post_office(database, ASK)


def test_a_notice_takes_the_chosen_way_first_and_the_other_when_nobody_answers(post: Post) -> None:
    """p1 chose texts: the text comes first, 企业微信 an hour later; p2 chose nothing."""
    post.outlook = replace(post.outlook, manners=Chosen(p1="mobile"))
    post.tell("p1", "p2")
    assert post.send("sms") == ["p1"]
    assert post.send("im") == ["p2"]
    post.later(HOUR)
    assert post.send("im") == ["p1"]
    assert post.send("sms") == ["p2"]


def test_a_change_of_mind_tells_nobody_twice(post: Post) -> None:
    """Whoever chooses another way while a notice is under way is not told again by the way that was tried."""
    post.outlook = replace(post.outlook, manners=Chosen(p1="mobile"))
    post.tell("p1")
    assert post.send("sms") == ["p1"]
    post.outlook = replace(post.outlook, manners=Chosen(p1="wecom"))
    post.later(HOUR)
    assert post.send("sms") == []
    assert post.send("im") == ["p1"]
    post.later(HOUR)
    assert (post.send("im"), post.send("sms")) == ([], [])
    assert post.called() == ["p1"]
